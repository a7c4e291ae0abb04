"""The canonical tables as data: column, type, unit, null rule, meaning; written down in `tables.toml`.

Validation (`store`), the data dictionary (`offchannel tables`, `dictionary.html`) and the tests are made from `TABLES`.
Types are `text`, `int`, `float`, `bool`, `time` (UTC, microseconds), `day` and `texts` (a list of text).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TYPES = ("text", "int", "float", "bool", "time", "day", "texts")
CHANNELS = ("whatsapp", "sms", "email", "linkedin")
CHANNEL_NAMES = {"whatsapp": "WhatsApp", "sms": "SMS", "email": "e-mail", "linkedin": "LinkedIn"}
OUTCOMES = ("met", "partly", "not_met", "cannot_tell")


def channel_name(channel: object) -> str:
    """A channel as people write it; one that is not known as it is recorded."""
    return CHANNEL_NAMES.get(str(channel), str(channel))


@dataclass(frozen=True)
class Column:
    """One column: its name, type, meaning, unit, and whether a value may be absent."""

    name: str
    type: str
    meaning: str
    unit: str = ""
    null: bool = False


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its columns, its key and the order rows are stored in."""

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    order: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in stored order."""
        return tuple(column.name for column in self.columns)


def _column(line: str) -> Column:
    head, _, meaning = line.partition("|")
    name, kind, *unit = head.split()
    return Column(name, kind.rstrip("?"), meaning.strip(), " ".join(unit), kind.endswith("?"))


def _table(name: str, facts: dict[str, Any]) -> Table:
    columns = tuple(_column(line) for line in facts["columns"].strip().splitlines())
    return Table(name, facts["row"], columns, tuple(facts["key"].split()), tuple(facts["order"].split()))


TABLES: dict[str, Table] = {
    name: _table(name, facts)
    for name, facts in tomllib.loads(Path(__file__).with_name("tables.toml").read_text(encoding="utf-8")).items()
}


def dictionary() -> str:
    """The data dictionary as text: each table, what a row is, its key, and a line a column."""
    lines = []
    for table in TABLES.values():
        lines += ["", f"{table.name}: a row is {table.row}; key: {', '.join(table.key)}"]
        for column in table.columns:
            kind = column.type + ("?" if column.null else "") + (f" [{column.unit}]" if column.unit else "")
            lines.append(f"  {column.name:<20} {kind:<18} {column.meaning}")
    return "\n".join(lines).strip()
