"""The tables of a reading in the making: rows are put one by one and packed into Arrow as they come."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa

from analysis.intake.records import FIELDS, HANDLES, Reading, rows

PACK = 1 << 15  # rows kept as Python objects, some forty megabytes; Arrow takes a tenth of it


class Columns:
    """Rows of all `FIELDS` so far, with the account of their bytes and what is to be noted."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(FIELDS, 0)
        self.bytes: Counter[str] = Counter()  # of copies, events, rejects, framing
        self.said: Counter[str] = Counter()  # notes, and how often
        self._packed: dict[str, list[pa.Table]] = {name: [rows(name)] for name in FIELDS}
        self._loose: dict[str, dict[str, list[Any]]] = {name: _empty(name) for name in FIELDS}

    @property
    def copy(self) -> int:
        """Row of the last copy, to which recipients and attachments belong."""
        return self.counts["copies"] - 1

    def put(self, table: str, **values: Any) -> None:
        """Add a row; what is not named is absent. A handle may come with its kind: a tuple that begins with both."""
        for handle, kind in HANDLES.get(table, ()):
            if isinstance(party := values.get(handle), tuple):
                values[handle], values[kind] = party[:2]
        for name, column in self._loose[table].items():
            column.append(values.get(name))
        self.counts[table] += 1
        if self.counts[table] % PACK == 0:
            self._pack(table)

    def reject(self, locator: str, reason: str, n_bytes: int) -> None:
        """Add a reject, and count its bytes."""
        self.put("rejects", locator=locator, reason=reason, n_bytes=n_bytes)
        self.bytes["rejects"] += n_bytes

    def _pack(self, table: str) -> None:
        self._packed[table].append(rows(table, self._loose[table]))
        self._loose[table] = _empty(table)

    def reading(self, channel: str, framing: int | None = None, **facts: Any) -> Reading:
        """All rows as a reading; `framing` says that all bytes were counted, and how many belong to no row."""
        for table in FIELDS:
            self._pack(table)
        if framing is not None:
            facts |= {f"bytes_{name}": self.bytes[name] for name in ("copies", "events", "rejects")}
        notes = [f"{count} x {text}" for text, count in sorted(self.said.items()) if count]
        tables = {table: pa.concat_tables(pieces) for table, pieces in self._packed.items()}
        return Reading(channel, **tables, bytes_framing=framing, notes=notes, **facts)


def _empty(table: str) -> dict[str, list[Any]]:
    return {field.name: [] for field in FIELDS[table]}
