"""Every number of a page followed to what it rests on, and counted again from the tables.

A number is a cell of a table, or of the strip of facts on the index. Its way is one of: a link of its own to rows,
which are counted again; a link to a finding, whose recorded number it must be; being a column of a canonical table that
the page shows row by row (`data-record`); or being of its row (`data-from="row"`: a share, an
interval, a limit), whose heading then leads to the rows. A number without a way is a fault.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

from analysis.matter import Matter
from analysis.report import ledger, numbers, rolls

_DIGIT = re.compile(r"\d")


@dataclass
class Cell:
    """A cell as it stands in a page."""

    text: str = ""
    href: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    anchor: str = ""

    @property
    def value(self) -> float:
        """Its number: what the page sorts by, else what it says."""
        try:
            return float(self.facts.get("data-sort") or self.text.strip().replace(",", ""))
        except ValueError:
            return math.nan

    @property
    def counts(self) -> bool:
        """Whether it is a number."""
        return "number" in self.facts.get("class", "").split() and bool(_DIGIT.search(self.text))


@dataclass
class Row:
    """A row of a table: its cells, and of its table the caption, the record shown and the columns of that."""

    cells: list[Cell]
    caption: str
    record: str
    columns: list[str]


@dataclass(frozen=True)
class Fault:
    """A number that does not hold."""

    page: str
    place: str
    why: str

    def __str__(self) -> str:
        return f"{self.page}, {self.place}: {self.why}"


class _Reader(HTMLParser):
    """The rows of all tables of a page, and the facts of its strip as rows of one cell."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[Row] = []
        self._caption, self._record, self._columns = "", "", list[str]()
        self._cell: Cell | None = None
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the table or list, column, cell and link that a tag begins."""
        facts = {name: value or "" for name, value in attrs}
        if tag in ("table", "dl"):
            self._caption, self._record, self._columns = "", facts.get("data-record", ""), []
            self._inside = "facts" if facts.get("class") == "facts" else tag
        elif tag == "caption":
            self._inside = "caption"
        elif tag == "tr":
            self.rows.append(Row([], self._caption, self._record, self._columns))
        elif tag in ("td", "th") or (tag == "dd" and self._inside == "facts"):
            if tag == "dd":
                facts["class"] = "number"
                self.rows.append(Row([], "facts", "", []))
            self._cell = Cell(facts=facts, anchor=facts.get("id", ""))
            if facts.get("scope") == "col":
                self._columns.append(facts.get("data-column", ""))
            if self.rows:
                self.rows[-1].cells.append(self._cell)
        elif self._cell is not None:
            self._cell.href = self._cell.href or facts.get("href", "")
            self._cell.anchor = self._cell.anchor or facts.get("id", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "dd"):
            self._cell = None
        elif tag == "caption":
            self._inside = "table"

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.text += data
        elif self._inside == "caption":
            self._caption += data


def rows(text: str) -> list[Row]:
    """The rows of a page, those of headings left out."""
    return [row for row in _Reader(text).rows if not all(cell.facts.get("scope") == "col" for cell in row.cells)]


class Recount:
    """A report whose numbers are counted again from the tables of its matter."""

    def __init__(self, matter: Matter) -> None:
        self.matter, self.out = matter, matter.out
        self._rolls: dict[str, Any] = {}
        self._records: dict[str, dict[str, Any]] = {}

    @cached_property
    def _findings(self) -> dict[str, Mapping[str, Any]]:
        return {ledger.of_finding(row): row for row in ledger.findings(self.matter)}

    def pages(self) -> list[str]:
        """The pages at the top of the report."""
        return sorted(path.name for path in self.out.glob("*.html"))

    def faults(self, pages: Iterable[str] = ()) -> Iterator[Fault]:
        """Every number that does not hold, on these pages or on all."""
        for page in pages or self.pages():
            yield from self.page(page, (self.out / page).read_text(encoding="utf-8"))

    def page(self, name: str, text: str) -> Iterator[Fault]:
        """Every number of a page that does not hold."""
        for number, row in enumerate(rows(text), 1):
            for place, cell in enumerate(row.cells):
                if (cell.counts or (place and cell.href in self._findings)) and (why := self._fault(row, place, cell)):
                    yield Fault(name, f"{row.caption or 'table'}, row {number}, column {place + 1}", why)

    def _fault(self, row: Row, place: int, cell: Cell) -> str:
        if row.record:
            return self._recorded(row, place, cell)
        if cell.facts.get("data-from") == "row":
            heading = row.cells[0].href
            return self._missing(heading) if heading else "it is of its row, and the row leads nowhere"
        return self._counted(cell) if cell.href else "it leads nowhere"

    def _recorded(self, row: Row, place: int, cell: Cell) -> str:
        if row.record not in self._records:
            held = self.matter.store.arrow(row.record).to_pylist()
            self._records[row.record] = {str(next(iter(each.values()))): each for each in held}
        known = self._records[row.record].get(row.cells[0].anchor.partition("-")[2])
        column = row.columns[place]
        if not known or not column:
            return f"no such row or column of {row.record}"
        return "" if float(known[column]) == cell.value else f"says {cell.text.strip()}, the table has {known[column]}"

    def _counted(self, cell: Cell) -> str:
        page, _, fragment = cell.href.partition("#")
        if missing := self._missing(cell.href):
            return missing
        if cell.href in self._findings or page in self._findings:
            row = self._findings.get(cell.href) or self._findings[page]
            said = " ".join(filter(None, (numbers.value(row), numbers.counted(row))))
            return "" if cell.text.split() == said.split() else f"says {cell.text.strip()}, the finding {said}"
        if page == "dictionary.html":
            found: float = self.matter.store.count(fragment)
        elif page.startswith(f"{rolls.FOLDER}/"):
            from analysis.findings.roll import selection

            found = self._rolls[page].counted(selection(fragment))
        else:
            return f"{page} is no list of rows"
        same = math.isclose(found, cell.value, rel_tol=1e-9, abs_tol=1e-9)
        return "" if same else f"says {cell.text.strip()}, its rows count {found:g}"

    def _missing(self, href: str) -> str:
        """Why an address leads nowhere; rows are compared with those that the tables give."""
        page, _, fragment = href.partition("#")
        if not (self.out / page).is_file():
            return f"{page or href} is not there"
        if page.startswith(f"{rolls.FOLDER}/"):
            from analysis.findings.roll import selection

            try:
                self._roll(page).chosen(selection(fragment))
            except (KeyError, ValueError) as error:
                return f"{page}: {error}"
        return ""

    def _roll(self, page: str) -> Any:
        if page not in self._rolls:
            asked = rolls.read((self.out / page).read_text(encoding="utf-8"))
            whole = rolls.roll(self.matter, asked)
            for number, made in enumerate(rolls.data(whole, asked), 1):
                part = self.out / rolls.address(asked, number)
                shown = rolls.read(part.read_text(encoding="utf-8")) if part.is_file() else {"columns": {}}
                for name, column in made["columns"].items():
                    if {key: shown["columns"].get(name, {}).get(key) for key in column} != column:
                        raise ValueError(f"column {name} of {part.name} is not what the tables give")
            self._rolls[page] = whole
        return self._rolls[page]
