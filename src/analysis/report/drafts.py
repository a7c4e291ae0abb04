"""The drafts that findings give: a reprimand, a practice recommendation, a call for review; and what stays open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.findings.questions import CODES, SECURITY, SYSTEMIC
from analysis.findings.standing import ABROAD, HOME
from analysis.markup import Markup, join, tag, unbroken
from analysis.matter import Matter
from analysis.report.answers import Answer, heads, place
from analysis.report.cells import figures
from analysis.report.evidence import written
from analysis.report.numbers import Finding

ABOUT = (
    "Three drafts for people to weigh, sign or drop. Each says only what a finding says, and names the finding after "
    "each sentence. Nothing here says that anybody broke the law."
)


@dataclass(frozen=True)
class Draft:
    """One draft: its title, what it concerns, and the power it would be issued under."""

    title: str
    concerns: str
    power: str


DRAFTS = {
    SECURITY: Draft(
        "Draft for a reprimand", "Security of information held on private channels",
        "A reprimand under Article 58(2)(b) of the UK GDPR needs a finding that data protection law was infringed. "
        "This draft makes none: whether the facts below amount to one, and of which provision, remains to be decided "
        "when the reply is in.",
    ),
    CODES: Draft(
        "Draft for a practice recommendation", "Keeping of records and handling of requests for information",
        "Under section 48 of the Freedom of Information Act a practice recommendation names the steps that would bring "
        "practice into line with the codes of practice. To depart from a code is not in itself a breach of the Act.",
    ),
    SYSTEMIC: Draft(
        "Draft for a call for review", "Use of private channels, its benefits and risks",
        "A call for review binds nobody. It asks for a review of what reaches beyond one body: when such channels may "
        "be used, and how what is said on them is kept, searched and secured.",
    ),
}  # fmt: skip
"""Which questions give which draft. The powers are as far as their sources were read."""
REPLIES = (
    "The body named above and each person concerned have a right of reply to these findings before anything is "
    "concluded. Conclusions are drawn on the balance of probabilities; each finding states what it cannot show."
)


def drafts(matter: Matter, every: Sequence[Answer]) -> tuple[Markup, list[tuple[str, str]]]:
    """The drafts, what is left open, and their anchors."""
    parts, anchors = [join(tag("h1", "Draft sections"), tag("p", ABOUT, class_="lead"))], []
    for section, draft in DRAFTS.items():
        parts.append(_draft(matter, section, draft, [each for each in every if each.question.section == section]))
        anchors.append((section, draft.title))
    return join(parts, _open(every)), [*anchors, ("open", "Left open")]


def _draft(matter: Matter, section: str, draft: Draft, every: Sequence[Answer]) -> Markup:
    told = [(answer, kept) for answer in every if (kept := _told(answer))]
    if not told:
        return join(tag("h2", draft.title, id=section), tag("p", "No finding bears on this draft."))
    authority, subject = matter.authority or "the authority", matter.subject or "The body concerned"
    facts = {"To": subject, "From": authority, "Date": "[date of issue]", "Reference": matter.id,
             "About": f"{draft.concerns}, {written(matter.first_on)} to {written(matter.last_on)}"}  # fmt: skip
    rows = [row for _, kept in told for row in kept]
    return tag(
        "section", tag("h2", draft.title, id=section),
        tag("dl", [join(tag("dt", name), tag("dd", words)) for name, words in facts.items()], class_="prose steps"),
        tag("p", "" if matter.region in HOME else ABROAD, draft.power, class_="prose"),
        tag("h3", "What was found"), _sentences(told),
        tag("h3", "What is recommended"), _asked(rows),
        tag("h3", "Reply"), tag("p", REPLIES), _replies(rows),
        class_="letter",
    )  # fmt: skip


def _told(answer: Answer) -> list[Finding]:
    """The findings of a question that can be told and ask for something; none that only repeats its first."""
    told = [row for row in heads(answer) if row["outcome"] in ("partly", "not_met")]
    first = told[:1]
    return [
        row
        for row in told
        if row in first
        or row["recommendation"] != first[0]["recommendation"]
        or set(figures(row["statement"])) - set(figures(first[0]["statement"]))
    ]


def _way(row: Finding) -> Markup:
    return tag("a", str(row["finding_id"]), href=place(row))


def _sentences(told: Iterable[tuple[Answer, Sequence[Finding]]]) -> Markup:
    """By question, a numbered sentence a finding; numbers run through the draft."""
    parts, start = [], 1
    for answer, rows in told:
        lines = [tag("li", unbroken(row["statement"]), " [", _way(row), "]") for row in rows]
        parts.append(tag("h4", answer.question.title))
        parts.append(tag("ol", lines, class_="drafted", start=start if start > 1 else None))
        start += len(lines)
    return join(parts)


def _asked(rows: Iterable[Finding]) -> Markup:
    """What is recommended, each once, with the findings it answers."""
    asked: dict[str, list[Finding]] = {}
    for row in rows:
        asked.setdefault(str(row["recommendation"]), []).append(row)
    lines = [
        tag("li", unbroken(words), " [", join([(", " if n else "", _way(row)) for n, row in enumerate(mine)]), "]")
        for words, mine in asked.items()
        if words
    ]
    return tag("ol", lines, class_="drafted")


def _replies(rows: Iterable[Finding]) -> Markup:
    """The replies that were recorded to these findings."""
    lines = [tag("li", unbroken(row["reply"]), " [", _way(row), "]") for row in rows if row["reply"]]
    if not lines:
        return tag("p", "No reply to these findings is recorded yet.")
    return join(tag("p", "Recorded so far:"), tag("ul", lines, class_="drafted"))


def _open(every: Sequence[Answer]) -> Markup:
    """Questions that the evidence cannot tell, and what would let it."""
    rows = [
        tag("li", tag("a", f"{each.name} {each.question.title}", href=each.address),
            f": {each.head['recommendation']}" if each.head and each.head["recommendation"] else "")
        for each in every
        if each.outcome == "cannot_tell"
    ]  # fmt: skip
    said = "The drafts are silent where the evidence cannot tell. What would let it tell stands beside each question; "
    said += "a part of one that can be told is in the drafts."
    return join(tag("h2", "Left open", id="open"), tag("p", said if rows else "None."),
                tag("ul", rows, class_="drafted") if rows else "")  # fmt: skip
