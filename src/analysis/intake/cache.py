"""Readings kept between runs: one file each, keyed by everything it depends on, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from analysis.intake import databases, pictures
from analysis.intake.records import FIELDS, Hints, Opened, Reading
from analysis.store import make_id

_PACKAGE = Path(__file__).parent
_SOURCES = (".py", ".toml", ".txt", ".json")
_PLAIN = tuple(field.name for field in fields(Reading) if field.name not in FIELDS)


@cache
def version() -> str:
    """Hash of this package's own source, and of what reads pictures: any change makes old readings unused."""
    digest = hashlib.sha256(pictures.engine().encode())
    for path in sorted(_PACKAGE.rglob("*")):
        if path.suffix in _SOURCES and path.is_file():
            digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def key(location: str, sha256: str, reader: str, opened: Opened, hints: Hints) -> str:
    """Name of a reading: where the file stood, its bytes, the reader, its version, and what it was told."""
    members = sorted((name, *facts) for name, facts in opened.members.items())
    beside = sorted((suffix, sha256) for suffix, (_, sha256) in (opened.beside or {}).items())
    return make_id(location, sha256, reader, version(), opened.location, opened.inner, members, beside, hints)


def fill(read: Callable[[Opened, Hints], Reading], opened: Opened, hints: Hints, target: str, folder: str) -> None:
    """Read one file (a database: its copy in `folder`) and keep the reading; runs in a worker."""
    with databases.apart(opened, folder) as own:
        save(read(own, hints), Path(target))


def save(reading: Reading, path: Path) -> None:
    """Write a reading: a line of JSON, then one Arrow stream a table."""
    tables = [name for name in FIELDS if getattr(reading, name).num_rows]
    plain = {name: getattr(reading, name) for name in _PLAIN} | {"tables": tables}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with partial.open("wb") as stream:
        stream.write(json.dumps(plain, ensure_ascii=True).encode() + b"\n")
        for name in tables:
            schema = FIELDS[name]
            with pa.ipc.new_stream(stream, schema, options=options) as out:
                out.write_table(getattr(reading, name).select(schema.names).cast(schema))
    partial.replace(path)


def load(path: Path) -> Reading | None:
    """Read a reading back; None when there is none, or it is damaged (then it is made anew)."""
    try:
        with path.open("rb") as stream:
            plain: dict[str, Any] = json.loads(stream.readline())
            tables = {name: pa.ipc.open_stream(stream).read_all() for name in plain.pop("tables")}
    except (OSError, ValueError, pa.ArrowException):
        return None
    return Reading(**plain, **tables)
