"""Whether a publication edition stands: every file as it was written, and made from what the matter holds now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from analysis.matter import Matter
from analysis.report import ledger, state
from analysis.store import file_hash, write_json

FOLDER = "publication"
FILE = "manifest.json"


def told(folder: Path) -> dict[str, Any]:
    """What the edition's manifest says of it.

    Raises
    ------
    OSError, ValueError
        There is none, or it is not JSON.
    """
    return dict(json.loads((folder / FILE).read_text(encoding="utf-8")))


def files(folder: Path) -> dict[str, str]:
    """SHA-256 of each file of the edition, its manifest aside."""
    return {path.name: file_hash(path) for path in sorted(folder.iterdir()) if path.name != FILE}


def findings(matter: Matter) -> str:
    """The hash of the internal findings."""
    return file_hash(matter.out / ledger.FILE)


def seal(matter: Matter, folder: Path) -> None:
    """Write the manifest of an edition just made in `folder`."""
    write_json(folder / FILE, {"files": files(folder), "findings": findings(matter), "source": _source(matter)})


def stands(matter: Matter) -> bool:
    """Whether the edition in the report would come out the same, byte for byte, if it were made now."""
    folder = matter.out / FOLDER
    try:
        known = told(folder)
        return bool(known["source"] == _source(matter) and known["files"] == files(folder))
    except (OSError, ValueError, KeyError):
        return False


def _source(matter: Matter) -> str:
    """Hash of everything an edition is made from: package, tables, registers, judgements and findings."""
    return state.digest([state.foundation(matter), findings(matter)])
