"""`manifest.json`: hash of every input, table and page, versions, parameters; the same for the same evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import analysis
from analysis.errors import EvidenceError
from analysis.intake.custody import UNOPENED
from analysis.intake.pieces import containers
from analysis.matter import Matter
from analysis.report import state
from analysis.store import file_hash, write_json

FILE = "manifest.json"
ASIDE = ("work", "tables", "publication")
VERSIONS = ("duckdb", "ibis-framework", "matplotlib", "networkx", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy")


def build(matter: Matter) -> dict[str, Any]:
    """Everything the report rests on and consists of, as hashes.

    Evidence is named with the hash taken at intake, before anything was read; `verify` takes it again.
    """
    return {
        "matter": {"id": matter.id, "title": matter.title},
        "offchannel": analysis.__version__,
        "package": state.package_hash(),
        "versions": {name: _version(name) for name in VERSIONS},
        "engine": matter.engine_name or "duckdb",
        "parameters": parameters(matter),
        "evidence": received(matter),
        "inputs": state.input_hashes(matter),
        "tables": matter.store.hashes(),
        "pages": pages(matter),
    }


def write(matter: Matter) -> Path:
    """Write `manifest.json`; returns where."""
    write_json(matter.out / FILE, build(matter))
    return matter.out / FILE


def read(matter: Matter) -> dict[str, Any]:
    """The manifest of the report as published.

    Raises
    ------
    EvidenceError
        It is missing or is not JSON.
    """
    path = matter.out / FILE
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise EvidenceError(f"{path.name} of {matter.id} cannot be read ({error}); make the report again") from error


def received(matter: Matter) -> dict[str, str]:
    """SHA-256 of every file received, by path, as taken at intake."""
    rows = matter.store.arrow("sources", ["path", "sha256", "custody", "detected"]).to_pylist()
    members = containers(row["path"] for row in rows)  # covered by the hash of the container
    opened = [row for row in rows if row["custody"] != "missing" and row["detected"] not in UNOPENED]
    return {row["path"]: row["sha256"] for row in opened if row["path"] not in members}


def pages(matter: Matter) -> dict[str, str]:
    """SHA-256 of every file of the report, by address; tables and intermediate files aside."""
    files = [path for path in sorted(matter.out.rglob("*")) if path.is_file() and path.suffix != ".part"]
    found = {path.relative_to(matter.out): path for path in files}
    return {
        address.as_posix(): file_hash(path)
        for address, path in found.items()
        if address.parts[0] not in ASIDE and address.as_posix() != FILE
    }


def parameters(matter: Matter) -> dict[str, Mapping[str, str]]:
    """Parameters each executed notebook was given, by notebook."""
    given: dict[str, Mapping[str, str]] = {}
    for path in sorted(matter.out.glob("*.ipynb")):
        known = json.loads(path.read_text(encoding="utf-8"))["metadata"]
        given[path.stem] = dict(known.get("papermill", {}).get("parameters", {}))
    return given


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
