"""Companion tables beside the rows of a table read in parts: of each companion, what belongs to the part."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake.sqlite_file import Database

KEY = "message_row_id"


class Companions:
    """Answers `read` like a database, with the rows of the present part alone.

    Rows belong to the part by the number of the message they accompany, or by their own where they name none.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.low = self.high = 0
        self._kept: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[pa.Table, np.ndarray]] = {}

    def part(self, rows: pa.ChunkedArray) -> None:
        """Turn to the part with these row numbers."""
        self.low, self.high = (int(end.as_py() or 0) for end in pc.min_max(rows).values())

    def has(self, table: str, *columns: str) -> bool:
        """As `Database.has`."""
        return self.database.has(table, *columns)

    def read(self, table: str, **kinds: str) -> pa.Table:
        """As `Database.read`, of the present part."""
        name = (table, tuple(kinds.items()))
        if name not in self._kept:
            self._kept[name] = self._sorted(self.database.read(table, **kinds))
        found, numbers = self._kept[name]
        start, end = np.searchsorted(numbers, self.low, "left"), np.searchsorted(numbers, self.high, "right")
        return found.slice(int(start), int(end - start))

    def _sorted(self, found: pa.Table) -> tuple[pa.Table, np.ndarray]:
        key = KEY if KEY in found.column_names else "rowid"
        found = found.filter(pc.is_valid(found[key]))
        numbers = found[key].to_numpy()
        if len(numbers) and (np.diff(numbers) < 0).any():
            order = np.argsort(numbers, kind="stable")
            found, numbers = found.take(pa.array(order)), numbers[order]
        return found.combine_chunks(), numbers
