"""The ledger: each finding as it was recorded, shown with all that qualifies it, and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.errors import SchemaError
from analysis.findings import standing
from analysis.findings.exhibits import Link, slugged
from analysis.findings.questions import QUESTIONS, natural
from analysis.markup import Markup, escape, join, raw, tag, unbroken
from analysis.store import write_json
from analysis.tables import OUTCOMES, TABLES

if TYPE_CHECKING:
    from analysis.matter import Matter

CLOSING = "30_findings"
"""The notebook that gathers all findings."""
WORDS = {"met": "met", "partly": "partly met", "not_met": "not met", "cannot_tell": "cannot tell"}
SMALL = 100
"""Numbers under this that are not whole, such as ratios, are shown with two decimals."""
FULL = 3
"""So many findings recorded at once stand in full; of more, each is a line that opens."""
EVIDENCE = 5000
"""Ids kept in a ledger row; the whole set follows from the tables by the stated method."""


@dataclass(frozen=True)
class Finding:
    """One claim; the columns of the `findings` table, and `shows`: what kind of rows the evidence ids name.

    `value` never stands without `of`; `low` and `high` are the interval at `level`, or bounds when `level` is absent.
    `base` is the evidence it was drawn from, `standard` the text measured against and its version, `tested` the
    competing explanations and what came of them,
    `reply` what the person or department says, `exhibits` the few evidence ids that show it best.
    """

    finding_id: str
    title: str
    question: str
    statement: str
    value: float | None
    unit: str
    n: int | None
    of: int | None
    low: float | None
    high: float | None
    level: float | None
    method: str
    outcome: str
    provision: str
    evidence: tuple[str, ...]
    limits: str
    shows: str = "messages"
    base: str = ""
    standard: str = ""
    tested: str = ""
    reply: str = ""
    recommendation: str = ""
    exhibits: tuple[str, ...] = ()
    notebook: str = ""
    anchor: str = ""

    def __post_init__(self) -> None:
        """Refuse what could not stand in a report; keep the first `EVIDENCE` ids."""
        object.__setattr__(self, "evidence", tuple(self.evidence[:EVIDENCE]))
        if self.outcome not in OUTCOMES:
            raise SchemaError(f"finding {self.finding_id}: outcome {self.outcome}; use one of {', '.join(OUTCOMES)}")
        if self.value is not None and self.of is None:
            raise SchemaError(f"finding {self.finding_id}: a value without a denominator; state n and of")
        if not (self.limits and self.method and self.provision):
            raise SchemaError(f"finding {self.finding_id}: method, provision and limits must be stated")

    def row(self) -> dict[str, object]:
        """The finding as a row of the `findings` table."""
        facts = asdict(self) | {"evidence": list(self.evidence), "exhibits": list(self.exhibits)}
        return {name: facts[name] for name in TABLES["findings"].names}

    def number(self) -> str:
        """Value with denominator and interval, in words."""
        said, counted = self.told()
        return f"{said} ({counted})" if counted else said

    def told(self) -> tuple[str, str]:
        """Value with its unit; denominator and interval."""
        if self.value is None or self.of is None:
            return "no value: see limits", ""
        share = self.unit == "share"
        single = f"{self.unit[:-3]}y" if self.unit.endswith("ies") else self.unit.removesuffix("s")
        unit = single if self.value == 1 else self.unit
        said = f"{self.value:.1%}" if share else f"{_plain(self.value)} {unit}"
        counted = f"{self.n:,} of {self.of:,}" if self.n is not None else f"of {self.of:,}"
        return said, f"{counted}{self._ends(share)}"

    def _ends(self, share: bool) -> str:
        shown = [None if end is None else f"{end:.1%}" if share else _plain(end) for end in (self.low, self.high)]
        if shown == [None, None]:
            return "; no interval"
        kind = f"{self.level:.0%} interval" if self.level is not None else "bounds"
        if shown[1] is None:
            return f"; at least {shown[0]}"
        return f"; {kind} {shown[0] or 'unknown'} to {shown[1]}"


def said(row: Mapping[str, Any]) -> str:
    """The number of a finding in words, from its row of the table `findings`."""
    return Finding(**{each.name: row[each.name] for each in fields(Finding) if each.name in row}).number()


def _plain(value: float) -> str:
    """A count without decimals, a small ratio with two."""
    return f"{value:,.2f}" if abs(value) < SMALL and value != int(value) else f"{value:,.0f}"


@dataclass(frozen=True)
class Block:
    """A recorded finding as it stands in a page, under a stable anchor."""

    finding: Finding
    link: Link | None = None
    back: Link | None = None

    def _repr_html_(self) -> str:
        return self.markup()

    def markup(self) -> Markup:
        """The block as HTML."""
        found = self.finding
        head = tag("h3", f"{found.finding_id} {found.title} ", self._chip())
        said = tag("p", unbroken(found.statement), class_="statement")
        return tag("section", head, said, self._facts(), class_="finding", id=f"finding-{found.finding_id}")

    def folded(self) -> Markup:
        """The block closed into a line of number, outcome and sentence."""
        found = self.finding
        claim = tag("span", unbroken(found.statement), class_="claim")
        way = tag("p", tag("a", "On the page of its question", href=question_page(found.finding_id)), class_="note")
        inside = tag("details", tag("summary", self._line(found.title, found.told()[0]), claim), self._facts(), way)
        return tag("section", inside, class_="finding fold", id=f"finding-{found.finding_id}")

    def line(self) -> Markup:
        """The finding in one line, which leads to its page, its evidence and the notebook that recorded it."""
        found = self.finding
        ways = [tag("a", found.title, href=question_page(found.finding_id))]
        if found.notebook:
            ways.append(tag("small", tag("a", found.notebook.replace("_", " "), href=found.anchor)))
        said = found.told()[0]
        parts = self._line(ways, tag("a", said, href=self.link.href) if self.link else said)
        return tag("section", tag("div", parts, class_="line"), class_="finding fold", id=f"finding-{found.finding_id}")

    def _line(self, title: object, said: object) -> Markup:
        no = raw(escape(self.finding.finding_id).replace(".", ".<wbr>"))
        number = join(tag("b", said), " ", tag("small", self.finding.told()[1]))
        parts = (tag("span", no, class_="no"), tag("span", title, class_="title"),
                 tag("span", number, class_="said"), self._chip())  # fmt: skip
        return join([(part, " ") for part in parts])

    def _chip(self) -> Markup:
        return tag("span", WORDS[self.finding.outcome], class_=f"chip {self.finding.outcome}")

    def _facts(self) -> Markup:
        found = self.finding
        rows = {
            "Question": found.question,
            "Evidence base": found.base,
            "Number": found.number(),
            "Provision": found.provision,
            "Standard": found.standard,
            "Method": found.method,
            "Other explanations tested": found.tested,
            "Reply": found.reply,
            "Recommendation": found.recommendation,
            "Limits": found.limits,
            "Recorded": self.back.markup() if self.back else "here",
            "Evidence": self.link.markup() if self.link else "the tables beside it",
        }
        said = {name: value if isinstance(value, Markup) else unbroken(value) for name, value in rows.items() if value}
        return tag("dl", [(tag("dt", name), tag("dd", value)) for name, value in said.items()])

    def __repr__(self) -> str:
        found = self.finding
        return f"{found.finding_id} [{WORDS[found.outcome]}] {found.statement} {found.number()}"


@dataclass(frozen=True)
class Ledger:
    """Several findings: few in full, more of them folded under their questions, or `brief`ly in a line each."""

    blocks: tuple[Block, ...]
    brief: bool = False

    def _repr_html_(self) -> str:
        if not self.blocks:
            return tag("p", "No finding was recorded: run the notebooks before this one.")
        if len(self.blocks) <= FULL and not self.brief:
            return join([block.markup() for block in self.blocks])
        parts: list[Markup] = []
        for name, blocks in groupby(self.blocks, lambda block: block.finding.finding_id.partition(".")[0]):
            title = f"{name} {QUESTIONS[name].title}" if name in QUESTIONS else name
            parts.append(tag("h3", tag("a", title, href=question_page(name)), class_="of"))
            parts += [block.line() if self.brief else block.folded() for block in blocks]
        return tag("div", parts, class_="folds")

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.blocks))


def record(matter: Matter, found: Finding | Sequence[Finding], notebook: str) -> Ledger:
    """Write findings to the ledger and give them as HTML.

    Parameters
    ----------
    found
        One finding or several.
    notebook
        Name of the notebook that records them (`10_volume`); a finding is found again at its anchor there.
    """
    several = [found] if isinstance(found, Finding) else list(found)
    return Ledger(tuple(_write(matter, finding, notebook) for finding in standing.completed(matter, several)))


def question_page(finding_id: str) -> str:
    """Where the report shows a question's findings: its page, and there the finding."""
    question, dot, _ = finding_id.partition(".")
    return f"finding-{question}.html" + (f"#{finding_id}" if dot else "")


def evidence_page(finding_id: str) -> str:
    """Where the report shows the rows a finding rests on."""
    return f"exhibits/finding-{slugged(finding_id)}.html"


def _evidence(finding: Finding) -> Link | None:
    """The page that the report makes of the rows a finding rests on."""
    if not finding.evidence:
        return None
    return Link(evidence_page(finding.finding_id), f"the rows it rests on ({len(finding.evidence):,})")


def _write(matter: Matter, finding: Finding, notebook: str) -> Block:
    anchor = f"{notebook}.html#finding-{finding.finding_id}"
    finding = replace(finding, notebook=notebook, anchor=anchor)
    folder = matter.work / "ledger" / notebook
    write_json(folder / f"finding_{slugged(finding.finding_id)}.json", finding.row() | {"shows": finding.shows})
    back = Link(f"{CLOSING}.html#finding-{finding.finding_id}", "in the ledger of all findings")
    return Block(finding, _evidence(finding), back)


def recorded(matter: Matter) -> list[Finding]:
    """All findings in the ledger, by id."""
    known = {field.name for field in fields(Finding)}
    found = []
    for path in sorted((matter.work / "ledger").glob("*/finding_*.json")):
        row = {key: value for key, value in json.loads(path.read_text(encoding="utf-8")).items() if key in known}
        found.append(Finding(**(row | {name: tuple(row.get(name, ())) for name in ("evidence", "exhibits")})))
    return sorted(found, key=lambda finding: natural(finding.finding_id))


def gathered(matter: Matter) -> Ledger:
    """All recorded findings in a line each, leading to its page and back to the notebook that recorded it."""
    blocks = []
    for finding in recorded(matter):
        blocks.append(Block(finding, _evidence(finding), Link(finding.anchor, f"in notebook {finding.notebook}")))
    return Ledger(tuple(blocks), brief=True)


def summary(matter: Matter) -> pd.DataFrame:
    """A row is a recorded finding: `finding`, `title`, `outcome`, `number`, `provision`, `notebook`, `anchor`."""
    rows = [
        {"finding": found.finding_id, "title": found.title, "outcome": WORDS[found.outcome], "number": found.number(),
         "provision": found.provision, "notebook": found.notebook, "anchor": found.anchor}
        for found in recorded(matter)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["finding", "title", "outcome", "number", "provision", "notebook", "anchor"])
