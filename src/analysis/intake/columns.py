"""The tables of a reading in the making: rows are put one by one and packed into Arrow as they come."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from analysis.intake.records import FIELDS, rows

PACK = 1 << 15  # rows kept as Python objects, some forty megabytes; Arrow takes a tenth of it


class Columns:
    """Rows of all `FIELDS` so far."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(FIELDS, 0)
        self._packed: dict[str, list[pa.Table]] = {name: [rows(name)] for name in FIELDS}
        self._loose: dict[str, dict[str, list[Any]]] = {name: _empty(name) for name in FIELDS}

    def put(self, table: str, **values: Any) -> None:
        """Add a row; what is not named is absent."""
        for name, column in self._loose[table].items():
            column.append(values.get(name))
        self.counts[table] += 1
        if self.counts[table] % PACK == 0:
            self._pack(table)

    def _pack(self, table: str) -> None:
        self._packed[table].append(rows(table, self._loose[table]))
        self._loose[table] = _empty(table)

    def tables(self) -> dict[str, pa.Table]:
        """All rows, as a `Reading` wants them."""
        for table in FIELDS:
            self._pack(table)
        return {table: pa.concat_tables(pieces) for table, pieces in self._packed.items()}


def _empty(table: str) -> dict[str, list[Any]]:
    return {field.name: [] for field in FIELDS[table]}
