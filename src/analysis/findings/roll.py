"""A roll: the rows a page's numbers are counted from, as text, with the selections by which each is counted again.

A selection is what stands after `#` in the address of a roll's page, `channel=sms&day>==2020-03-01&count=distinct x`
before it is escaped: keys are columns, with a sign (`!=`, `>=`, `<=`, `>`, `<`) at their end unless the value is meant
exactly; one column named twice means either of the values, or both where a row holds several. `count` says what is
counted of the rows selected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pandas as pd


def several(cells: Iterable[tuple[str, ...]], index: pd.Index) -> pd.Series:
    """A column whose rows hold several values each."""
    return pd.Series(list(cells), index, dtype="object")


COUNT = "count"
"""The key that says what is counted; without it rows are."""
MEASURE = re.compile(r"rows|distinct (?P<distinct>\w+)|sum (?P<sum>\w+)(?: per (?P<per>\w+))?")
SIGNS = "!<>="
Pairs = Sequence[tuple[str, str]]


def text(value: Any) -> str:
    """A value as a roll holds it: absent is empty, times are UTC, a date has no hour."""
    if isinstance(value, str):
        return value
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, pd.Timestamp):
        fine = f"{value:%Y-%m-%d %H:%M:%S}" + (f".{value.microsecond:06d}" if value.microsecond else "")
        return fine.removesuffix(" 00:00:00") if value.tzinfo is None else fine
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:.9g}"
    return str(value)


@dataclass(frozen=True)
class Column:
    """A column: its different values in order, and for each row the places of those it holds (one, or several)."""

    values: list[str]
    places: np.ndarray  # of values, all rows one after the other
    sizes: np.ndarray | None = None  # how many each row holds; None: one each

    @classmethod
    def of(cls, cells: Iterable[Any]) -> Column:
        """From the cells of a frame; a list, tuple or set in any of them makes it a column of several."""
        cells = list(cells)
        several = any(isinstance(cell, list | tuple | set | frozenset | np.ndarray) for cell in cells)
        rows = [sorted({text(part) for part in cell}) if several else [text(cell)] for cell in cells]
        flat = [part for row in rows for part in row]
        values = sorted(set(flat))
        number = {value: place for place, value in enumerate(values)}
        sizes = np.array([len(row) for row in rows], dtype=np.int64) if several else None
        return cls(values, np.array([number[part] for part in flat], dtype=np.int64), sizes)

    @cached_property
    def rows(self) -> np.ndarray:
        """The row of each place."""
        return np.arange(len(self.places)) if self.sizes is None else np.repeat(np.arange(len(self.sizes)), self.sizes)

    def fits(self, sign: str, value: str, size: int) -> np.ndarray:
        """Rows that a key with this sign selects."""
        at = int(np.searchsorted(np.array(self.values, dtype=object), value)) if self.values else 0
        known = at < len(self.values) and self.values[at] == value
        if sign[:1] in ("<", ">"):
            below = self.places < at + (known and sign in ("<=", ">"))
            hit = below if sign[0] == "<" else ~below
        else:
            hit = self.places == (at if known else -1)
        found = np.zeros(size, dtype=bool)
        found[self.rows[hit]] = True
        return ~found if sign == "!=" else found

    def part(self, first: int, last: int) -> Column:
        """The same of some of its rows."""
        ends = np.concatenate([[0], np.cumsum(self.sizes)]) if self.sizes is not None else np.arange(last + 1)
        kept, places = np.unique(self.places[ends[first] : ends[last]], return_inverse=True)
        sizes = self.sizes[first:last] if self.sizes is not None else None
        return Column([self.values[place] for place in kept], places, sizes)

    def written(self) -> dict[str, Any]:
        """As JSON; places are left out where they count up, sizes where each row holds one."""
        every = len(self.places) == len(self.values) and bool((self.places == np.arange(len(self.places))).all())
        made: dict[str, Any] = {"values": self.values} | ({} if every else {"places": self.places.tolist()})
        return made if self.sizes is None else made | {"sizes": self.sizes.tolist()}

    @classmethod
    def read(cls, made: Mapping[str, Any]) -> Column:
        """From JSON."""
        places = np.array(made.get("places", range(len(made["values"]))), dtype=np.int64)
        return cls(list(made["values"]), places, np.array(made["sizes"], dtype=np.int64) if "sizes" in made else None)


@dataclass(frozen=True)
class Roll:
    """Rows of one kind, `size` of them, by column."""

    size: int
    columns: Mapping[str, Column]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Roll:
        """From a frame; every column of it."""
        return cls(len(frame), {str(name): Column.of(frame[name].tolist()) for name in frame.columns})

    def parts(self, rows: int) -> list[Roll]:
        """Its rows so many at a time: one part at least."""
        ends = [(first, min(self.size, first + rows)) for first in range(0, self.size, rows)] or [(0, 0)]
        return [
            Roll(last - first, {name: column.part(first, last) for name, column in self.columns.items()})
            for first, last in ends
        ]

    def chosen(self, pairs: Pairs) -> np.ndarray:
        """Which rows a selection holds.

        Raises
        ------
        KeyError
            It names a column that the roll does not have.
        """
        found = np.ones(self.size, dtype=bool)
        for key, group in groupby(sorted(pair for pair in pairs if pair[0] != COUNT), lambda pair: pair[0]):
            name = key.rstrip(SIGNS)
            column, sign = self.columns[name], key[len(name) :]
            hits = [column.fits(sign, value, self.size) for _, value in group]
            together = np.logical_and if column.sizes is not None or sign else np.logical_or
            found &= together.reduce(hits)
        return found

    def counted(self, pairs: Pairs) -> float:
        """The number of a selection.

        Raises
        ------
        KeyError
            It names a column that the roll does not have, or nothing that can be counted.
        """
        rows = self.chosen(pairs)
        said = MEASURE.fullmatch(dict(pairs).get(COUNT, "rows"))
        if not said:
            raise KeyError(COUNT)
        if said["distinct"]:
            column = self.columns[said["distinct"]]
            held = np.unique(column.places[rows[column.rows]])
            return len([place for place in held if column.values[place]])
        if said["sum"]:
            kept = np.flatnonzero(rows)
            if said["per"]:
                kept = kept[np.unique(self.columns[said["per"]].places[kept], return_index=True)[1]]
            column = self.columns[said["sum"]]
            amounts = np.array([float(value or 0) for value in column.values] or [0.0])
            return float(amounts[column.places[kept]].sum())
        return int(rows.sum())


def address(page: str, pairs: Pairs) -> str:
    """The address of a selection."""
    return f"{page}#{urlencode(list(pairs))}" if pairs else page


def selection(fragment: str) -> list[tuple[str, str]]:
    """The selection in the part of an address after `#`."""
    return parse_qsl(fragment, keep_blank_values=True)
