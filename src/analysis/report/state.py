"""What a run rests on, as one hash: when it has not changed, nothing is run again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import analysis
from analysis.intake.pieces import shown
from analysis.matter import Matter
from analysis.report.notebooks import Notebook
from analysis.store import file_hash, write_json

INPUTS = ("registers", "policies", "judgements", "lexicons")
DERIVED = ("findings",)  # tables a report writes itself


@cache
def package_hash() -> str:
    """Hash of the package's own files (the invented matter's writer aside): another version may say something else."""
    root = Path(__file__).resolve().parents[1]
    files = [path for path in _files(root) if path.suffix != ".pyc" and path.relative_to(root).parts[0] != "sample"]
    return digest({"version": analysis.__version__, **hashes(root, files)})


def hashes(root: Path, files: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of each file by its path below `root`, written with `/` everywhere."""
    return {path.relative_to(root).as_posix(): file_hash(path) for path in files}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def input_hashes(matter: Matter) -> dict[str, str]:
    """SHA-256 of `matter.toml` and of every register, policy, judgement and lexicon, by path in the matter."""
    facts = matter.folder / "matter.toml"
    files = [facts] if facts.is_file() else []
    for name in INPUTS:
        files += _files(matter.place(name))
    return hashes(matter.folder, files)


def evidence_hashes(matter: Matter) -> dict[str, str]:
    """SHA-256 of every file below the evidence folder, by path as intake writes it; links and pipes are not opened."""
    files = [path for path in matter.evidence_files() if path.is_file() and not path.is_symlink()]
    return {shown(path): sha256 for path, sha256 in hashes(matter.evidence, files).items()}


def table_hashes(matter: Matter) -> dict[str, str]:
    """SHA-256 of every table the report did not write itself."""
    return {name: value for name, value in matter.store.hashes().items() if name not in DERIVED}


def digest(value: object) -> str:
    """SHA-256 of a JSON value in canonical form."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def foundation(matter: Matter) -> str:
    """Hash of everything that all notebooks of a matter rest on."""
    return digest([package_hash(), table_hashes(matter), input_hashes(matter), matter.engine_name])


def key(notebook: Notebook, parameters: Mapping[str, str], base: str, recorded: str = "") -> str:
    """Hash of everything one notebook rests on; `recorded` is the hash of the ledger for those that read it."""
    return digest([file_hash(notebook.path), dict(parameters), base, recorded if notebook.closing else ""])


def ledger_hash(matter: Matter, but: Iterable[str] = ()) -> str:
    """Hash of what notebooks recorded, those named in `but` aside."""
    folder = matter.work / "ledger"
    kept = [path for path in _files(folder) if path.relative_to(folder).parts[0] not in set(but)]
    return digest(hashes(folder, kept))


class State:
    """Which notebook was last run on what: `work/state/<name>.json`."""

    def __init__(self, matter: Matter) -> None:
        self.folder = matter.work / "state"

    def same(self, name: str, value: str, executed: Path) -> bool:
        """Whether the notebook was run on exactly this, and its result is still what was written."""
        path = self.folder / f"{name}.json"
        if not path.is_file() or not executed.is_file():
            return False
        known = json.loads(path.read_text(encoding="utf-8"))
        return bool(known.get("key") == value and known.get("result") == file_hash(executed))

    def record(self, name: str, value: str, executed: Path) -> None:
        """Remember what the notebook was run on and what came out."""
        write_json(self.folder / f"{name}.json", {"key": value, "result": file_hash(executed)})
