"""Numbers missing in the sequence of a table's rows: traces of rows that are no more, never counted as messages."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake.columnar import Column, single, table

MOST_HOLES = 10_000  # more than this are a rebuilt or heavily pruned table, not happenings to look at one by one
_SIDES = pa.schema([("row", pa.int64()), ("at", pa.timestamp("us"))])


class Numbers:
    """Numbers of a table's rows, met part by part in their order; only what stands on either side of a hole is kept.

    A missing number is a row that was deleted, or given up while being written, or moved: a rebuilt or imported
    database renumbers its rows. It is no message and is counted as none.
    """

    def __init__(self, name: str) -> None:
        self.name, self.last = name, _sides([0], [None])
        self.n_rows = 0
        self.found: list[pa.Table] = []

    def met(self, rows: Column, at: Column) -> None:
        """Some more rows of the table: numbers, and times."""
        if len(rows):
            found = _sides(single(rows), single(at))
            self._between(pa.concat_tables([self.last, found]), "between rows")
            self.n_rows, self.last = self.n_rows + len(rows), found.take([len(rows) - 1])

    def _between(self, sides: pa.Table, basis: str) -> None:
        where = np.flatnonzero(np.diff(sides["row"].to_numpy()) > 1)
        before, after = sides.take(where), sides.take(where + 1)
        first = "before the first row" if not self.n_rows else basis
        bases = pa.array([basis if place else first for place in where.tolist()], pa.string())
        columns = [*before.columns, *after.columns, bases]
        self.found.append(pa.table(columns, ["before", "before_at", "after", "after_at", "basis"]))

    def holes(self, highest: int | None) -> tuple[pa.Table, list[str]]:
        """Rows of `gaps`, and what is to be said of them.

        `highest` is the highest number ever given out, if known; below 0, nobody gave out numbers, and none is missing.
        """
        if self.n_rows and highest is not None:
            self._between(pa.concat_tables([self.last, _sides([highest + 1], [None])]), "given out since the last row")
        found = pa.concat_tables(self.found) if self.found else None
        if not found or (highest or 0) < 0:
            return table("gaps"), []
        missing = pc.subtract(pc.subtract(found["after"], found["before"]), 1)
        notes = [
            f"{pc.sum(missing).as_py()} numbers are missing in {len(found)} places of table {self.name}: rows deleted, "
            "never finished, or renumbered when the database was rebuilt; not counted as messages"
        ]
        if len(found) > MOST_HOLES:
            widest = np.sort(np.argsort(-missing.to_numpy(), kind="stable")[:MOST_HOLES])
            found, missing = found.take(widest), missing.take(widest)
            notes.append(f"only the {MOST_HOLES} widest gaps of table {self.name} are listed")
        ends = zip(found["before"].to_pylist(), found["after"].to_pylist(), strict=True)
        return table(
            "gaps", locator=pa.array([f"{self.name} {low + 1}-{high - 1}" for low, high in ends]),
            n_missing=missing, **{name: found[name] for name in ("before_at", "after_at", "basis")},
        ), notes  # fmt: skip


def gaps(name: str, rows: Column, at: Column, highest: int | None) -> tuple[pa.Table, list[str]]:
    """The same for a table read at once."""
    numbers = Numbers(name)
    numbers.met(rows, at)
    return numbers.holes(highest)


def _sides(rows: Column, at: Column) -> pa.Table:
    return pa.table([pa.array(rows), pa.array(at)], ["row", "at"]).cast(_SIDES)
