"""Findings by question: which is the head, which are its parts; a page a question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.findings.ledger import EVIDENCE
from analysis.findings.questions import QUESTIONS, SYSTEMIC, Question, by_question, natural
from analysis.markup import Markup, escape, join, tag, unbroken
from analysis.report.frame import Entry, table
from analysis.report.ledger import Exhibit, called, of_finding
from analysis.report.numbers import Finding, chip, counted, interval, line, many, value

MISSING = "No finding was recorded on this question: its notebook was not run, or what it needs was not handed over."


@dataclass(frozen=True)
class Answer:
    """One question with its findings; `head` is the finding that answers it, `None` when nothing was recorded."""

    name: str
    question: Question
    findings: tuple[Finding, ...]

    @property
    def head(self) -> Finding | None:
        """The finding that answers the question, else the first recorded."""
        return next(iter(self.findings), None)

    @property
    def outcome(self) -> str:
        """Outcome of the head; nothing recorded cannot tell."""
        return str(self.head["outcome"]) if self.head else "cannot_tell"

    @property
    def address(self) -> str:
        """Its page, from the report's folder."""
        return f"finding-{self.name}.html"


def answers(findings: Iterable[Finding]) -> list[Answer]:
    """Every question in order, with what was recorded; a finding of no known question makes its own."""
    grouped = by_question(findings)
    own = {name: Question(rows[0]["title"], rows[0]["question"], SYSTEMIC) for name, rows in grouped.items()
           if name not in QUESTIONS}  # fmt: skip
    every = QUESTIONS | own
    return [Answer(name, every[name], tuple(grouped[name])) for name in sorted(every, key=natural)]


def place(row: Finding) -> str:
    """Address of a finding in the report."""
    return f"finding-{str(row['finding_id']).partition('.')[0]}.html#{row['finding_id']}"


def page(answer: Answer, shown: Markup, exhibits: Sequence[Exhibit], others: Sequence[Answer]) -> Markup:
    """Body of one question's page; `shown` are its exhibits as a reader sees them."""
    head = answer.head
    top = join(
        tag("p", answer.name, class_="eyebrow"),
        tag("h1", answer.question.title, " ", chip(answer.outcome)),
        tag("p", answer.question.asks, class_="lead"),
    )
    if head is None:
        return join(top, tag("p", MISSING), _around(answer, others))
    body = [_finding(row, head, _parts(row, answer.findings), exhibits, shown) for row in heads(answer)]
    return join(top, body, shown, _around(answer, others))


def heads(answer: Answer) -> list[Finding]:
    """The findings of a question that are not of one person, channel or file."""
    return [row for row in answer.findings if len(str(row["finding_id"]).split(".")) < DEEP] or [*answer.findings[:1]]


def sections(answer: Answer, text: str) -> list[Entry]:
    """Anchor and title of each finding of a page with several, `text` being its body, and of its exhibits."""
    found = [(str(row["finding_id"]), escape(row["title"])) for row in heads(answer)]
    return [*found, *([("exhibits", "Exhibits")] if 'id="exhibits"' in text else [])] if len(found) > 1 else []


DEEP = 3  # `F8.loss.c01`: parts of an id from which a finding is a part of another


def _parts(row: Finding, findings: Sequence[Finding]) -> list[Finding]:
    """Findings of one person or channel: `F8.loss.c01` of `F8.loss`, else of the question's first."""
    found = []
    named = {str(other["finding_id"]) for other in findings}
    first = str(findings[0]["finding_id"])
    for other in findings:
        parts = str(other["finding_id"]).split(".")
        above = ".".join(parts[:-1])
        if len(parts) >= DEEP and (above if above in named else first) == row["finding_id"]:
            found.append(other)
    return found


SAID = {"question": "Question", "standard": "Standard", "base": "Evidence base", "evidence": "Evidence",
        "method": "Method", "exhibits": "Exhibits", "tested": "Other explanations tested", "reply": "Reply",
        "provision": "Provision", "recommendation": "Recommendation", "limits": "Limits",
        "notebook": "Worked out in"}  # fmt: skip
"""What a finding says of itself, in the order in which it is read."""
OWN = ("question", "evidence", "exhibits", "notebook")
"""What each says even where it is as for the question's first finding."""
_CLAUSE = re.compile(r"(?<=[.)]) (?=[^.:]{3,90}, in force |Own policy: )")
"""Where the next text begins among those of a standard, as `findings.standing` writes them."""


def _finding(
    row: Finding, head: Finding, parts: Sequence[Finding], exhibits: Sequence[Exhibit], shown: Markup
) -> Markup:
    """One finding; what it shares with the first of its question is named there and not said again."""
    told: dict[str, object] = {name: unbroken(row[name]) for name in SAID} | {
        "standard": _texts(row, head),
        "evidence": _evidence(row, exhibits),
        "exhibits": tag("a", "shown below", href="#exhibits") if shown and row is head else "",
        "reply": unbroken(row["reply"]) or "No reply is recorded in this matter.",
        "notebook": tag("a", called(row["notebook"]), href=row["anchor"]) if row["notebook"] else "",
    }
    alike = [] if row is head else [name for name in SAID if name not in OWN and row[name] == head[name]]
    pairs = [join(tag("dt", words), tag("dd", told[name])) for name, words in SAID.items()
             if told[name] and name not in alike]  # fmt: skip
    if same := ", ".join(SAID[name].lower() for name in alike if told[name]):
        pairs.append(join(tag("dt", f"As for {head['finding_id']}"), tag("dd", f"{same.capitalize()}: see above.")))
    facts = "; ".join(filter(None, (counted(row), interval(row))))
    big = tag("p", tag("a", value(row), href=of_finding(row)), " ", tag("small", facts), line(row), class_="big")
    return tag(
        "section", tag("p", row["finding_id"], class_="eyebrow") if "." in row["finding_id"] else "",
        tag("h2", row["title"], " ", chip(row["outcome"])), big if row["value"] is not None else "",
        tag("p", unbroken(row["statement"]), class_="statement"), tag("dl", pairs), _table(row, parts),
        class_="finding", id=row["finding_id"],
    )  # fmt: skip


def _texts(row: Finding, head: Finding) -> Markup:
    """What a finding is measured against, a line a text; texts that the question's first names are not said again."""
    lines, named = (_CLAUSE.split(str(each["standard"])) for each in (row, head))
    own = lines if row is head else [text for text in lines if text not in named[1:]]
    if len(own) < len(lines):
        own.append(f"The texts named for {head['finding_id']} above.")
    return tag("ul", [tag("li", unbroken(text)) for text in own], class_="texts") if lines[0] else join()


def _evidence(row: Finding, exhibits: Sequence[Exhibit]) -> Markup:
    """Ways to what a finding rests on."""
    if not row["notebook"]:  # the publication edition
        if row["records"] == 0:
            return join("no single records: worked out as the method says")
        count = many(row["records"], "record") if row["records"] is not None else "Records"
        return join(f"{count}, held by the investigation")
    mine = [each for each in exhibits if each.notebook == row["notebook"] and row["finding_id"] in each.title.split()]
    first = "the first " if len(row["evidence"]) == EVIDENCE else ""
    words = first + many(len(row["evidence"]), "record") if row["evidence"] else "where it was worked out"
    links = [tag("a", words, href=of_finding(row))]
    links += [tag("a", each.title, href=each.address) for each in mine if each.address != of_finding(row)]
    return join([join(tag("br") if n else "", link) for n, link in enumerate(links)])


def _table(row: Finding, parts: Sequence[Finding]) -> Markup:
    if not parts:
        return join()
    lines = [
        [
            join(tag("span", part["title"], id=part["finding_id"]), tag("small", unbroken(part["statement"]))),
            tag("a", value(part), " ", tag("small", counted(part)), href=of_finding(part)),
            interval(part),
            chip(part["outcome"]),
        ]
        for part in parts
    ]
    return table(f"Parts of {row['finding_id']}", ("Part", "Number", "Interval or bounds", "Outcome"), lines)


def _around(answer: Answer, others: Sequence[Answer]) -> Markup:
    """Links to the question before and after."""
    n = [other.name for other in others].index(answer.name)
    ways = []
    if n:
        ways.append(tag("a", f"← {others[n - 1].name} {others[n - 1].question.title}", href=others[n - 1].address))
    if n + 1 < len(others):
        ways.append(tag("a", f"{others[n + 1].name} {others[n + 1].question.title} →", href=others[n + 1].address))
    return tag("p", ways, class_="around")
