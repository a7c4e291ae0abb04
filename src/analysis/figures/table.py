"""A frame as an HTML table that can be sorted, filtered, read aloud and printed; every cell escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from analysis.findings.tallies import Tally, labelled
from analysis.markup import Markup, join, tag, visible
from analysis.tables import channel_name

CLIP = 160
"""Longer text is cut in a table; the whole text stands in the exhibit."""
LONG = 60
"""Text from which a column is given room to be read."""
SHORT = 20
"""Text up to which a column is never broken: a reference, a telephone number, a date."""
CODED = frozenset("after basis before channel control kind label mode position rule".split())
"""Columns that hold words of ours, never of the evidence: printed as people write them."""
NOTHING = frozenset(("", "–"))
"""Cells that say nothing."""
Link = Callable[[Any], str | None] | str | Sequence[str | None]


@dataclass(frozen=True)
class Table:
    """A table ready to be shown: `_repr_html_` for pages, plain text for terminals."""

    frame: pd.DataFrame
    caption: str
    headings: Mapping[str, str]
    units: Mapping[str, str]
    hrefs: Mapping[str, Sequence[str | None]]
    note: str = ""
    hidden: frozenset[str] = field(default_factory=frozenset)
    clip: int = CLIP
    of_row: frozenset[str] = field(default_factory=frozenset)
    """Columns of numbers that are of the row: they lead where its heading does, to what they rest on."""
    work: Mapping[str, str] = field(default_factory=dict)
    """How a column's numbers follow from others of the row."""

    @property
    def columns(self) -> list[str]:
        """Columns that are shown: of several, none that every row leaves blank."""
        return [column for column in self._named if column not in self._blank]

    @property
    def _named(self) -> list[str]:
        return [str(column) for column in self.frame.columns if column not in self.hidden]

    @cached_property
    def _blank(self) -> frozenset[str]:
        cells = {column: self.frame[column].tolist() for column in self._named[1:] if len(self.frame)}
        return frozenset(column for column, held in cells.items() if {*map(_text, held)} <= NOTHING)

    def _repr_html_(self) -> str:
        head = tag("thead", tag("tr", [self._heading(column) for column in self.columns]))
        cells = {column: self.frame[column].tolist() for column in self.columns}
        rows = [
            tag("tr", [self._cell(column, held[row], row) for column, held in cells.items()])
            for row in range(len(self.frame))
        ]
        body = tag("tbody", rows or tag("tr", tag("td", "none", colspan=len(self.columns), class_="none")))
        made = tag("table", tag("caption", self.caption), head, body, class_="data", data_sortable=True)
        worked = "; ".join(f"{self._name(column)} = {self._said(how)}" for column, how in self._worked.items())
        return join(
            made,
            tag("p", self.note, class_="note") if self.note else "",
            tag("p", f"Blank in every row: {', '.join(map(self._name, sorted(self._blank)))}.", class_="note worked")
            if self._blank
            else "",
            tag("p", f"Worked out of the row: {worked}.", class_="note worked") if worked and len(self.frame) else "",
        )

    def __repr__(self) -> str:
        rows = self.frame[self.columns].map(lambda value: visible(_text(value)))
        return f"{self.caption}\n{rows.rename(columns=self._name).to_string(index=False)}\n{self.note}".strip()

    def _name(self, column: str) -> str:
        plain = column.removeprefix("n_")
        for suffix in ("_s", "_bytes", "_share") if column in self.units else ():
            plain = plain.removesuffix(suffix)
        return self.headings.get(column, plain.replace("_", " "))

    @property
    def _worked(self) -> dict[str, str]:
        return {column: self.work[column] for column in self.columns if column in self.work}

    def _said(self, how: str) -> str:
        """A formula with the headings that a reader sees."""
        return re.sub(r"[a-z]\w*(?!\()\b", lambda word: self._name(word[0]), how)

    @cached_property
    def _kinds(self) -> dict[str, str | None]:
        """What a column holds: numbers, times, long texts, short ones, or none of these."""
        return {name: _kind(self.frame[name]) for name in self.columns}

    def _heading(self, column: str) -> Markup:
        unit, name = self.units.get(column, ""), self._name(column)
        return tag(
            "th",
            name,
            tag("small", f"\u00a0{unit}") if unit and unit != name.rpartition(" ")[2] else "",
            scope="col",
            class_="number" if self._kinds[column] == "number" else None,
            data_column=column if self._worked else None,
            data_work=self._worked.get(column),
        )

    def _cell(self, column: str, value: Any, row: int) -> Markup:
        kind, shown = self._kinds[column], _text(value, self.units.get(column, ""))
        if column in CODED:
            shown = channel_name(shown).replace("_", " ")
        href = self.hrefs[column][row] if column in self.hrefs else None
        inside: object = tag("bdi", shown[: self.clip] + "…") if len(shown) > self.clip else tag("bdi", shown)
        if isinstance(value, Markup):
            inside = tag("bdi", value)
        elif kind in ("number", "time"):
            inside = shown
        if isinstance(href, str) and href:
            inside = tag("a", inside, href=href)
        facts = {"class_": kind, "data_sort": _key(value) if kind in ("number", "time") else None}
        if kind == "number" and column in self.of_row:
            facts["data_from"] = "row"
        if column == next(iter(self._kinds)):
            return tag("th", inside, scope="row", **facts)
        return tag("td", inside, **facts)


def table(
    frame: pd.DataFrame,
    caption: str,
    links: Mapping[str, Link] | None = None,
    units: Mapping[str, str] | None = None,
    headings: Mapping[str, str] | None = None,
    note: str = "",
    clip: int = CLIP,
    rows: Tally | None = None,
    names: Mapping[str, str] | None = None,
    hide: Sequence[str] = (),
) -> Table:
    """Show a frame.

    Parameters
    ----------
    frame
        Rows in the order to be shown; the first column names the row.
    caption
        What a row is, and of what it is a selection.
    links
        Column -> where its cells lead: a column with hrefs (not shown itself), a list, or a function of the cell.
    units
        Column -> unit; `%` prints a share between 0 and 1 as percent. Times print as UTC.
    headings
        Column -> heading, where the column's own name will not do.
    clip
        Longest text of a cell, for tables that quote.
    rows
        How its numbers are counted (`findings.rows`): each leads to the rows it counts, and the heading of each row to
        those of the row.
    names
        Labels of the ids by which `rows` finds them.
    hide
        Columns that are not shown, but needed to find the rows.
    """
    frame = frame.rename(columns=str)
    hrefs: dict[str, list[str | None]] = {}
    hidden = set(hide)
    for column, link in (links or {}).items():
        if isinstance(link, str):
            hidden.add(link)
            hrefs[column] = [way if isinstance(way, str) else None for way in frame[link].tolist()]
        else:
            hrefs[column] = [link(value) for value in frame[column].tolist()] if callable(link) else list(link)
    of_row = frozenset[str]()
    columns = [str(name) for name in frame.columns if name not in hidden]
    if rows and columns:
        for column, ways in _opened(frame, rows, columns).items():
            hrefs[column] = [own or way for own, way in zip(hrefs.get(column, ways), ways, strict=True)]
        of_row = frozenset(
            name
            for name in columns
            if name in (columns[0], *rows.row, *rows.work)
            or (_fraction(frame[name]) and not _counts(frame, rows, name))
        )
        frame = labelled(frame, names or {}, rows.keys())
    work = rows.work if rows else {}
    return Table(frame, caption, headings or {}, units or {}, hrefs, note, frozenset(hidden), clip, of_row, work)


def _opened(frame: pd.DataFrame, rows: Tally, columns: Sequence[str]) -> dict[str, list[str | None]]:
    """Where the headings of rows lead, and the numbers that count something."""
    records: Any = frame.to_dict("records")
    made = {columns[0]: [rows.opens(record) for record in records]}
    for column in columns[1:]:
        if _numeric(frame[column]):
            named = column if _counts(frame, rows, column) else ""
            made[column] = [None if pd.isna(record[column]) else rows.opens(record, named) for record in records]
    return made


def _numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _counts(frame: pd.DataFrame, rows: Tally, column: str) -> bool:
    """Whether a column counts rows; of fractions, which do not, only one that is named may be a sum."""
    return bool(rows.counts(column)) and (column in rows.count or not _fraction(frame[column]))


def _fraction(column: pd.Series) -> bool:
    return pd.api.types.is_float_dtype(column)


def _timed(column: pd.Series) -> bool:
    return pd.api.types.is_datetime64_any_dtype(column)


def _kind(column: pd.Series) -> str | None:
    if _numeric(column):
        return "number"
    if _timed(column):
        return "time"
    longest = max((len(_text(value)) for value in column.tolist()), default=LONG)
    return "text" if longest > LONG else "short" if longest <= SHORT else None


def _key(value: Any) -> str | None:
    """What the page sorts by."""
    if pd.isna(value):
        return None
    return (
        value.isoformat()
        if isinstance(value, pd.Timestamp)
        else f"{value:.9f}"
        if isinstance(value, float)
        else f"{value}"
    )


def _text(value: Any, unit: str = "") -> str:
    if isinstance(value, list | tuple) or (hasattr(value, "tolist") and not isinstance(value, pd.Timestamp)):
        return ", ".join(str(part) for part in value)
    if value is None or value is pd.NaT or (isinstance(value, float) and pd.isna(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, pd.Timestamp):
        midnight = value.tzinfo is None and value == value.normalize()
        return f"{value:%Y-%m-%d}" if midnight else f"{value:%Y-%m-%d %H:%M:%S}" + (" UTC" if value.tzinfo else "")
    if isinstance(value, float):
        return f"{value:.1%}" if unit == "%" else f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
