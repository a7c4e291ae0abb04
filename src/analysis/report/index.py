"""The summary: numbers in context, what was found and how firmly, a line a question; then pictures, ways in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from analysis.findings.roll import address
from analysis.findings.standing import briefs
from analysis.markup import Markup, escape, join, raw, tag
from analysis.report.answers import Answer, place
from analysis.report.evidence import Evidence, written
from analysis.report.ledger import of_finding
from analysis.report.notebooks import Page
from analysis.report.numbers import Finding, chip, counted, interval, line, value
from analysis.tables import CHANNEL_NAMES

NONE_YET = "No finding is recorded yet: run the notebooks."
EACH_ASKS = "Each notebook asks one question of the evidence, shows how it is answered, and says what it cannot show."
TO_READ = (
    "A copy is one record of a message in one file; the same message may have many copies. Use of a private channel is "
    "not unlawful in itself: findings are about records, search, security and accountability."
)
USED = "rows/accounts.html#ownership=private&observed=yes&custodian_id%21%3D="
"""Private accounts of custodians that stand in a message."""
FILES, QUESTIONS = "rows/sources.html", "rows/questions.html"
READ = ("read", "duplicate")
UNREAD = address(FILES, [("status!=", one) for one in READ])
Fact = tuple[str, int, str]  # words, number, address of what it counts


def index(
    evidence: Evidence, every: Sequence[Answer], pictures: Sequence[Markup], pages: Sequence[Page]
) -> tuple[Markup, list[tuple[str, str]]]:
    """Body of the index, and its sections."""
    parts = [
        summary(evidence, facts(evidence), every, linked=True),
        _failures([page for page in pages if page.failure]),
        join(tag("h2", "Key pictures", id="pictures"), tag("div", list(pictures), class_="pictures"))
        if pictures
        else "",
        tag("h2", "Notebooks", id="notebooks"),
        tag("p", EACH_ASKS),
        tag("ol", [_notebook(page) for page in pages], class_="reading"),
        tag("h2", "How to read this report", id="reading"),
        tag("p", TO_READ),
    ]
    sections = [("brief", "In short"), ("summary", "What we find"), ("pictures", "Key pictures"),
                ("notebooks", "Notebooks"), ("reading", "How to read it")]  # fmt: skip
    text = join(parts)
    return text, [section for section in sections if f' id="{section[0]}"' in text]


def summary(evidence: Evidence, strip: Sequence[Fact], every: Sequence[Answer], linked: bool = False) -> Markup:
    """The first screen: title, period, numbers, and one line a question; `linked`: rows behind numbers are there."""
    matter = evidence.matter
    return join(
        tag("h1", matter.title),
        tag("p", f"Findings on the use of private channels, {written(matter.first_on)} to {written(matter.last_on)}.",
            class_="lead"),
        _brief(every),
        tag("h2", "What was examined", id="examined", class_="unseen"),
        _strip(strip),
        tag("h2", "What we find", id="summary"),
        tag("p", _told(every, linked), " ", _unread(evidence) if linked else ""),
        tag("ol", [_line(answer) for answer in every], class_="asked"),
    )  # fmt: skip


def _brief(every: Sequence[Answer]) -> Markup:
    """The answer in a few sentences: those of `briefs` whose finding has a number; a minimum of nought says nothing."""
    rows = [row for answer in every for row in answer.findings if row["value"] or row["high"] is not None]
    found = {row["finding_id"]: row for row in rows if row["value"] is not None}
    lines = [
        tag(
            "li",
            tag("a", _sentence(words, row), href=place(row)),
            " " if row["outcome"] == "cannot_tell" else "",
            chip("cannot_tell") if row["outcome"] == "cannot_tell" else "",
        )
        for name, words in briefs().items()
        if (row := found.get(name))
    ]
    return join(tag("h2", "In short", id="brief"), tag("ul", lines, class_="brief")) if lines else join()


def _sentence(words: str, row: Finding) -> Markup:
    """A sentence of ours with a finding's numbers in its braces."""
    facts = {name: f"{row[name]:,}" for name in ("n", "of") if row[name] is not None} | {"value": value(row)}
    return raw(escape(words).format(**{name: tag("b", said) for name, said in facts.items()}))


SAID = {"met": "met on", "partly": "partly met on", "not_met": "not met on"}
"""Outcomes as the summary counts them."""


def _told(every: Sequence[Answer], linked: bool) -> Markup:
    """How many questions were examined, and with what outcome."""
    told = Counter(answer.outcome for answer in every if answer.findings)
    if not told:
        return join(NONE_YET)
    answered = ("n_findings!=", "0")
    counts = {
        name: _count(told[name], address(QUESTIONS, [answered, ("outcome", name)]), linked)
        for name in told
        if told[name]
    }
    examined = _count(sum(told.values()), address(QUESTIONS, [answered]), linked)
    parts = [join(f"{words} ", counts[name]) for name, words in SAID.items() if name in counts]
    said = join(
        " What guidance, policy or law expects is ", [join(", " if n else "", one) for n, one in enumerate(parts)], "."
    )
    open_ = join(" On ", counts["cannot_tell"], " the evidence cannot tell.") if "cannot_tell" in counts else ""
    return join(examined, " of ", _count(len(every), QUESTIONS, linked), " questions were examined.",
                said if parts else "", open_)  # fmt: skip


def _count(number: int, way: str, linked: bool = True) -> Markup:
    return tag("a", f"{number:,}", href=way) if linked else join(f"{number:,}")


def _unread(evidence: Evidence) -> Markup:
    """How many files could not be read."""
    n = sum(row["status"] not in READ for row in evidence.sources.values())
    if not n:
        return join()
    some, every = _count(n, UNREAD), _count(len(evidence.sources), FILES)
    return join(
        some, " of ", every, " files ", tag("a", "could not be read, or not whole", href="unexamined.html"), "."
    )


def facts(evidence: Evidence) -> list[Fact]:
    """Accounts in use by channel, those not declared or of unknown ownership, files, copies and messages."""
    store = evidence.matter.store
    accounts = store.read("accounts", ["channel", "ownership", "observed", "declared", "custodian_id"])
    used = accounts[accounts["observed"] & accounts["custodian_id"].notna()]
    private, n_unknown = used[used["ownership"] == "private"], int((used["ownership"] == "unknown").sum())
    found = [
        (f"private {name} accounts in use", int((private["channel"] == one).sum()), f"{USED}&channel={one}")
        for one, name in CHANNEL_NAMES.items()
        if (private["channel"] == one).any()
    ]
    if found:
        found.append(
            ("private accounts in use, not declared", int((~private["declared"]).sum()), f"{USED}&declared=no")
        )
    if n_unknown:
        way = "rows/accounts.html#ownership=unknown&observed=yes&custodian_id%21%3D="
        found.append(("accounts in use, private or official not known", n_unknown, way))
    found.append(("files received", store.count("sources"), FILES))
    found.append(("copies of messages", store.count("copies"), "rows/copies.html"))
    found.append(("messages, of any date", store.count("messages"), "rows/copies.html#count=distinct+message_id"))
    return found


def _strip(strip: Sequence[Fact]) -> Markup:
    cells = [
        tag("div", tag("dd", tag("a", f"{number:,}", href=way) if way else f"{number:,}"), tag("dt", words))
        for words, number, way in strip
    ]
    return tag("dl", cells, class_="facts")


def _line(answer: Answer) -> Markup:
    head = answer.head
    number: object = ""
    if head:
        way = tag("a", tag("b", value(head)), href=of_finding(head))
        number = tag(
            "p",
            way,
            " ",
            tag("small", "; ".join(filter(None, (counted(head), interval(head))))),
            line(head),
            class_="of",
        )
    said = tag("p", head["statement"]) if head else ""
    name = tag("a", answer.question.title, href=answer.address)
    return tag("li", tag("span", answer.name, class_="no"), tag("div", name, said), number, chip(answer.outcome))


def _failures(failed: Sequence[Page]) -> Markup:
    if not failed:
        return join()
    lines = [tag("li", tag("bdi", page.failure)) for page in failed]
    said = "These notebooks failed; their pages, if any, are those of an earlier run."
    return tag("section", tag("h2", "Not finished", id="failed"), tag("p", said), tag("ul", lines), class_="failed")


def _notebook(page: Page) -> Markup:
    title = tag("a", page.notebook.title, href=f"{page.name}.html") if page.executed.is_file() else page.notebook.title
    return tag("li", tag("span", page.name[:2], class_="no"), tag("div", title, tag("p", page.notebook.question)))
