"""SQLite files as phones write them: real table definitions, rows in a fixed order, the same bytes on every machine."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.sample.grammar import TEXT

VERSION_AT, VERSION = 96, 3_034_001  # where a file names the library that wrote it: always this one


def schema(name: str) -> str:
    """The tables of one kind of database, as SQL."""
    return (TEXT / f"{name}.sql").read_text(encoding="utf-8")


class Base:
    """One database in the making: one transaction, no journal."""

    def __init__(self, path: Path, name: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("page_size=4096", "auto_vacuum=0", "journal_mode=OFF", "synchronous=OFF"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.executescript(f"BEGIN; {schema(name)}")
        self.ids: dict[tuple[str, str], int] = {}

    def add(self, table: str, **values: Any) -> int:
        """Insert a row; returns its number."""
        marks = ", ".join("?" * len(values))
        statement = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})"  # noqa: S608 - our own names
        return self.connection.execute(statement, list(values.values())).lastrowid or 0

    def once(self, table: str, key: str, values: Mapping[str, Any]) -> int:
        """Number of the row that stands for a key, inserted when first asked for."""
        found = self.ids.get((table, key))
        if found is None:
            found = self.ids[table, key] = self.add(table, **values)
        return found

    def close(self) -> None:
        """Commit, and write a fixed library version over the one at hand."""
        self.connection.execute("COMMIT")
        self.connection.close()
        with self.path.open("r+b") as stream:
            stream.seek(VERSION_AT)
            stream.write(VERSION.to_bytes(4, "big"))
