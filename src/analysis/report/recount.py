"""Every number of a page followed to what it rests on, and counted again from the tables.

A number is a cell of a table or of the strip of facts on the index, or stands in a text (`cells`). Its way is one of:
a link of its own to rows, which are counted again; a link to a finding, or a place in one, whose recorded words it must
be (`verify` works the findings out again); being a column of a canonical table that the page shows row by row
(`data-record`); or being of its row (`data-from="row"`: a share, an interval, a limit), with a link to the row's rows:
it is worked out again where the table says how (`data-work`), and else comes from the same cell of the same notebook
(`again`). A number without a way is a fault.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis.matter import Matter
from analysis.report import ledger, numbers, rolls
from analysis.report.cells import Cell, Reader, Row, Said, figures, headed

CLOSE = 1e-6
"""Difference between a fraction as the page sorts by it and as sums of rows written with nine digits give it."""


@dataclass(frozen=True)
class Fault:
    """A number that does not hold."""

    page: str
    place: str
    why: str

    def __str__(self) -> str:
        return f"{self.page}, {self.place}: {self.why}"


class Recount:
    """A report whose numbers are counted again from the tables of its matter."""

    def __init__(self, matter: Matter) -> None:
        self.matter, self.out = matter, matter.out
        self._rolls: dict[str, Any] = {}
        self._records: dict[str, dict[str, Any]] = {}

    @cached_property
    def _findings(self) -> dict[str, Mapping[str, Any]]:
        return {ledger.of_finding(row): row for row in ledger.recorded(self.matter)}

    def pages(self) -> list[str]:
        """The pages at the top of the report."""
        return sorted(path.name for path in self.out.glob("*.html"))

    def faults(self, pages: Iterable[str] = ()) -> Iterator[Fault]:
        """Every number that does not hold, on these pages or on all."""
        for page in pages or self.pages():
            yield from self.page(page, (self.out / page).read_text(encoding="utf-8"))

    def page(self, name: str, text: str) -> Iterator[Fault]:
        """Every number of a page that does not hold."""
        read = Reader(text)
        for number, row in enumerate(filter(headed, read.rows), 1):
            named = self._named(cell.href for cell in row.cells)
            for place, cell in enumerate(row.cells):
                if cell.counts or (place and cell.href in self._findings):
                    why = self._fault(row, place, cell)
                else:
                    why = self._of_finding(cell.text, named) if named else ""
                if why:
                    yield Fault(name, f"{row.caption or 'table'}, row {number}, column {place + 1}", why)
        for said in read.said:
            if why := self._told(said, read.items.get(said.item, [])):
                yield Fault(name, f"text {said.text.strip()[:40]!r}", why)

    def _told(self, said: Said, ways: list[str]) -> str:
        """What is wrong with a number in a text; nothing, when it is a finding's, or its link's."""
        if named := [said.finding] if said.finding else self._named(ways):
            return self._of_finding(said.text, named)
        if not said.href or len(figures(said.text)) > 1:
            return "several numbers share a link" if said.href else "it leads nowhere"
        return self._counted(Cell(figures(said.text)[0], said.href))

    def _of_finding(self, text: str, named: list[str]) -> str:
        """What is wrong with a text about findings: a number that none of them records."""
        known = {each for name in named for each in figures(self._words.get(name, ""))}
        others = set(figures(text)) - known
        return f"finding {named[0]} does not say {', '.join(sorted(others))}" if others else ""

    def _named(self, ways: Iterable[str]) -> list[str]:
        """The findings that links lead to: a question's page, a place on it or in a notebook, or evidence."""
        found = set[str]()
        for way in ways:
            page, _, place = way.partition("#")
            question = page.removeprefix("finding-").removesuffix(".html") if page.startswith("finding-") else ""
            found |= {place.removeprefix("finding-"), self._pages.get(way, "")}
            if question and not place:
                found |= {name for name in self._words if name.partition(".")[0] == question}
        return sorted(found & self._words.keys())

    @cached_property
    def _pages(self) -> dict[str, str]:
        return {way: str(row["finding_id"]) for way, row in self._findings.items()}

    @cached_property
    def _words(self) -> dict[str, str]:
        """All that is recorded of each finding, as pages say it."""
        return {str(row["finding_id"]): numbers.words(row) for row in ledger.recorded(self.matter)}

    def _fault(self, row: Row, place: int, cell: Cell) -> str:
        if row.record:
            return self._recorded(row, place, cell) or (self._counted(cell) if cell.href else "it leads nowhere")
        if cell.facts.get("data-from") == "row":
            way = cell.href or row.cells[0].href
            return (self._missing(way) or _worked(row, place)) if way else "it is of its row, and leads nowhere"
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
        same = math.isclose(found, cell.value, rel_tol=CLOSE, abs_tol=CLOSE)
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


def _worked(row: Row, place: int) -> str:
    """What is wrong with a number that the table says how to work out of the others."""
    if place >= len(row.work) or not row.work[place]:
        return ""
    from analysis.findings.arithmetic import worked

    held = {name: cell.facts["data-sort"] for name, cell in zip(row.columns, row.cells, strict=True)
            if name and "data-sort" in cell.facts}  # fmt: skip
    found, said = worked(row.work[place], held), row.cells[place].value
    return "" if math.isclose(found, said, rel_tol=CLOSE, abs_tol=CLOSE) else f"says {said:g}, its row gives {found:g}"
