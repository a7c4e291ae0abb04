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
        self.skipped, self._pending = 0, dict[str, int]()

    def add(self, table: str, **values: Any) -> int:
        """Insert a row; returns its number."""
        if lost := self._pending.pop(table, 0):
            key, last = next(iter(self._columns(table))), self._last(table)
            values = {key: last + lost + 1} | values
            self.skipped += lost
        marks = ", ".join("?" * len(values))
        statement = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})"  # noqa: S608 - our own names
        return self.connection.execute(statement, list(values.values())).lastrowid or 0

    def skip(self, table: str) -> None:
        """Leave out a number: the row that had it is gone. Nothing shows at the end of a table."""
        self._pending[table] = self._pending.get(table, 0) + 1

    def _columns(self, table: str) -> list[str]:
        return [row[1] for row in self.connection.execute(f"PRAGMA table_info({table})")]

    def _last(self, table: str) -> int:
        return int(self.connection.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").fetchone()[0])  # noqa: S608

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
