"""Small databases of the shapes phones write, for tests: real column names and types, invented rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.sample.databases import schema
from analysis.sample.sms_stores import typedstream

__all__ = ["CHATSTORAGE", "IMESSAGE", "MMSSMS", "MSGSTORE", "protobuf", "typedstream", "write"]

Rows = Mapping[str, Sequence[Mapping[str, Any]]]

MSGSTORE, CHATSTORAGE, MMSSMS, IMESSAGE = (schema(name) for name in ("msgstore", "chatstorage", "mmssms", "imessage"))


def write(path: Path, script: str, rows: Rows, *, pragmas: Sequence[str] = ()) -> Path:
    """A database of some shape with some rows."""
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;")
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(f"BEGIN; {script}; COMMIT;")
    for table, lines in rows.items():
        for line in lines:
            marks = ", ".join("?" * len(line))
            connection.execute(f'INSERT INTO "{table}" ({", ".join(line)}) VALUES ({marks})', list(line.values()))
    connection.commit()
    connection.close()
    return path


def protobuf(*fields: tuple[int, bytes | str | int]) -> bytes:
    """Fields of a Protocol Buffers message."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += _varint(number << 3) + _varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += _varint(number << 3 | 2) + _varint(len(data)) + data
    return out


def _varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])
