"""From evidence to canonical tables: intake, resolve, reconcile, store. Runs only what the evidence has changed."""

from __future__ import annotations

import json
import logging
from functools import cache
from pathlib import Path

from analysis import intake, reconcile, records, resolve, sensitivity
from analysis.matter import DEFAULT_OUT, Matter
from analysis.progress import Progress, quiet
from analysis.store import file_hash, make_id, write_json

logger = logging.getLogger(__name__)


def open_matter(folder: str | Path, out: str | Path = DEFAULT_OUT, engine: str = "", **parameters: str) -> Matter:
    """Open a matter for a notebook, making its tables first when they are absent or the evidence has changed.

    Parameters are as for `Matter.open`. A change is noticed by names and sizes of the evidence and by the bytes of the
    registers and judgements; `offchannel run` and `offchannel verify` look at every byte of the evidence.
    """
    matter = Matter.open(folder, out=out, engine=engine, **parameters)
    if not fresh(matter):
        make_tables(matter)
    return matter


STATE = "state.json"
"""What the tables were made from, in the folder of work."""


def fresh(matter: Matter) -> bool:
    """Whether the tables were made from this evidence by this code, as far as names, sizes and registers tell."""
    return _state(matter) == _glance(matter)


def make_tables(matter: Matter, jobs: int = 1, progress: Progress = quiet) -> None:
    """Read the evidence and write every canonical table; files read before and unchanged are not read again."""
    taken = intake.take(matter, jobs=jobs, progress=progress)
    progress("people and messages", 0, 4)
    resolution = resolve.people(taken, matter, reconcile.witnesses(taken, matter))
    progress("people and messages", 1, 4)
    reconciled = reconcile.messages(taken, resolution, matter)
    progress("people and messages", 2, 4)
    accounts, credits_ = resolve.accounts(
        matter, resolution, taken, reconciled.messages, reconciled.recipients, reconciled.copies
    )
    progress("people and messages", 3, 4)
    frames = {
        **{name: getattr(taken, name) for name in ("sources", "rejects", "gaps", "remnants")},
        **{name: getattr(resolution, name) for name in ("identities", "people", "merges")},
        **vars(reconciled),
        "accounts": accounts,
        "credits": credits_,
        "attachment_texts": records.texts(reconciled.attachments),
    }
    frames["attachments"] = frames["attachments"].drop(columns=["text", "basis"])
    frames["labels"] = sensitivity.labels(matter, frames)
    frames["judgements"] = sensitivity.judged(matter, frames)
    frames["captures"] = records.captures(matter, frames)
    for name, frame in frames.items():
        logger.info("table %s: %d rows", name, matter.store.write(name, frame))
    write_json(_state_path(matter), _glance(matter))
    progress("people and messages", 4, 4)


def _state_path(matter: Matter) -> Path:
    return matter.work / STATE


def _state(matter: Matter) -> dict[str, str]:
    try:
        state: dict[str, str] = json.loads(_state_path(matter).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if matter.store.has("sources") else {}


def _glance(matter: Matter) -> dict[str, str]:
    """What the tables are made from, seen from outside: names and sizes of evidence, bytes of registers, code."""
    evidence = [
        (path.relative_to(matter.evidence).as_posix(), path.lstat().st_size) for path in matter.evidence_files()
    ]
    written = [
        path for name in ("registers", "judgements", "lexicons", "policies") for path in _files(matter.place(name))
    ]
    written += [path for path in [matter.folder / "matter.toml"] if path.is_file()]
    return {
        "evidence": make_id(*(field for pair in evidence for field in pair)),
        "written": make_id(*(field for path in written for field in (path.name, file_hash(path)))),
        "code": code_hash(),
    }


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@cache
def code_hash() -> str:
    """Hash over the package's own source and data: results of other code are not resumed from."""
    root = Path(__file__).parent
    files = [path for path in _files(root) if path.suffix != ".pyc" and "sample" not in path.relative_to(root).parts]
    return make_id(*(field for path in files for field in (path.relative_to(root).as_posix(), file_hash(path))))
