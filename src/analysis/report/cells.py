"""What a page says in numbers: the cells of its tables, and the texts outside them that hold one."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from analysis.markup import VOID

_DIGIT = re.compile(r"\d")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*%?")
QUIET_TAGS = frozenset("head script style code pre time bdi svg nav footer option".split())
QUIET = frozenset("prose stamp no eyebrow hash worked".split())
"""Parts of a page whose digits are no result: code, identifiers, times, the evidence's own words, and prose that was
written before anything was counted (a notebook's own text is the same whatever the evidence)."""
TALK = "talk"
"""A conversation as the evidence has it."""
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DAY = rf"\d{{4}}-\d\d-\d\d|\d{{1,2}} {_MONTH} \d{{4}}"
NAMES = re.compile(rf"\bF\d+\b(?:\.[\w-]+)*|\b(?:{_DAY})\b|SHA-256|\bpages? \d\d\b|\b\w+-\d{{6}}\b")
"""Digits that name something: a finding, a day, a page, an exhibit."""


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
    """A row of a table: its cells, and of its table the caption, the record shown, and the columns with their work."""

    cells: list[Cell]
    caption: str
    record: str
    columns: list[str]
    work: list[str]


@dataclass
class Said:
    """A text outside tables that holds a number: where it leads, and the finding or the list item it stands in."""

    text: str
    href: str = ""
    finding: str = ""
    item: int = 0


class Reader(HTMLParser):
    """A page read once: `rows` of all tables (facts of its strip as rows of one cell), and what else it `said`."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[Row] = []
        self.said: list[Said] = []
        self.items: dict[int, list[str]] = {}
        """Of each list item, where its links lead."""
        self._open: list[tuple[str, frozenset[str], str]] = []
        self._items: list[int] = []
        self._caption, self._record = "", ""
        self._columns, self._work = list[str](), list[str]()
        self._cell: Cell | None = None
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the table or list, column, cell and link that a tag begins."""
        facts = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            told = facts.get("href", "") if tag == "a" else facts.get("id", "")
            self._open.append((tag, frozenset(facts.get("class", "").split()), told))
        if tag == "li":
            self._items.append(len(self.items) + 1)
            self.items[self._items[-1]] = []
        if tag == "a" and self._items:
            self.items[self._items[-1]].append(facts.get("href", ""))
        if tag in ("table", "dl"):
            self._table(tag, facts)
        elif tag == "caption":
            self._inside = "caption"
        elif tag == "tr":
            self.rows.append(Row([], self._caption, self._record, self._columns, self._work))
        elif tag in ("td", "th") or (tag == "dd" and self._inside == "facts"):
            self._begin(tag, facts)
        elif self._cell is not None:
            self._cell.href = self._cell.href or facts.get("href", "")
            self._cell.anchor = self._cell.anchor or facts.get("id", "")

    def _table(self, tag: str, facts: Mapping[str, str]) -> None:
        self._caption, self._record, self._columns, self._work = "", facts.get("data-record", ""), [], []
        self._inside = "facts" if facts.get("class") == "facts" else tag

    def _begin(self, tag: str, facts: dict[str, str]) -> None:
        if tag == "dd":
            facts["class"] = "number"
            self.rows.append(Row([], "facts", "", [], []))
        self._cell = Cell(facts=facts, anchor=facts.get("id", ""))
        if facts.get("scope") == "col":
            self._columns.append(facts.get("data-column", ""))
            self._work.append(facts.get("data-work", ""))
        if self.rows:
            self.rows[-1].cells.append(self._cell)

    def handle_endtag(self, tag: str) -> None:
        """Leave what ends here, with all inside it that was left open."""
        if tag in ("td", "th", "dd"):
            self._cell = None
        elif tag == "caption":
            self._inside = "table"
        elif tag == "li" and self._items:
            self._items.pop()
        while self._open and tag not in VOID and self._open.pop()[0] != tag:
            continue

    def handle_data(self, data: str) -> None:
        """Give text to its cell or caption; outside cells keep what holds a number."""
        if self._cell is not None:
            self._cell.text += data
            return
        if self._inside == "caption":
            self._caption += data
        if not _DIGIT.search(NAMES.sub("", data)) or self._quiet():
            return
        href = next((told for tag, _, told in reversed(self._open) if tag == "a"), "")
        finding = next((told for _, names, told in reversed(self._open) if "finding" in names), "")
        self.said.append(Said(data, href, finding.removeprefix("finding-"), self._items[-1] if self._items else 0))

    def _quiet(self) -> bool:
        return any(tag in QUIET_TAGS or names & QUIET or TALK in names for tag, names, _ in self._open)


def figures(text: str) -> list[str]:
    """The numbers of a text as written, names and days left out."""
    return _FIGURE.findall(NAMES.sub("", text))


def headed(row: Row) -> bool:
    """Whether a row is one of the body, not of headings."""
    return not all(cell.facts.get("scope") == "col" for cell in row.cells)


def rows(text: str) -> list[Row]:
    """The rows of a page, those of headings left out."""
    return list(filter(headed, Reader(text).rows))
