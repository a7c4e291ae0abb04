"""The findings report: what was found and how firmly, on one screen; then each finding; then what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from analysis.markup import Markup, join, tag
from analysis.report.evidence import MONTHS, Evidence
from analysis.report.frame import table
from analysis.report.ledger import Exhibit, of_finding
from analysis.report.notebooks import Page
from analysis.tables import CHANNEL_NAMES

OUTCOME = {"met": "Met", "partly": "Partly met", "not_met": "Not met", "cannot_tell": "Cannot tell"}
SHARES = ("share", "proportion", "fraction")
DEEP = 3  # `F8.loss.c01`: parts of an id from which a finding is a part of another
WHOLE = 100  # from here a number is printed without decimals
NONE_YET = "No finding is recorded yet."
EACH_ASKS = "Each notebook asks one question of the evidence, shows how it is answered, and says what it cannot show."
TO_READ = (
    "A copy is one record of a message in one file; the same message may have many copies. Use of a private channel is "
    "not unlawful in itself: findings are about records, search, security and accountability."
)
Finding = Mapping[str, Any]


def index(
    evidence: Evidence, findings: Sequence[Finding], exhibits: Sequence[Exhibit], pages: Sequence[Page]
) -> tuple[Markup, list[tuple[str, str]]]:
    """Body of the index, and its sections."""
    matter = evidence.matter
    period = f"{_date(matter.first_on)} to {_date(matter.last_on)}"
    heads = [row for row in findings if _head(row, findings) is row]
    failed = [page for page in pages if page.failure]
    parts = join(
        tag("h1", matter.title),
        tag("p", f"Findings on the use of private channels, {period}.", class_="lead"),
        _failures(failed),
        _facts(evidence),
        tag("h2", "What we find", id="summary"),
        tag("ul", [_card(row) for row in heads], class_="cards") if findings else tag("p", NONE_YET),
        tag("h2", "Each finding", id="findings") if findings else "",
        [_finding(row, _parts(row, findings), exhibits) for row in heads],
        tag("h2", "Notebooks", id="notebooks"),
        tag("p", EACH_ASKS),
        tag("ol", [_notebook(page) for page in pages], class_="reading"),
        tag("h2", "What could not be read", id="unread"),
        _unread(evidence),
        tag("h2", "How to read this report", id="reading"),
        tag("p", TO_READ),
    )
    sections = [
        ("summary", "What we find"),
        ("findings", "Each finding"),
        ("notebooks", "Notebooks"),
        ("unread", "What could not be read"),
    ]
    return parts, [section for section in sections if findings or section[0] != "findings"]


def _date(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _failures(failed: Sequence[Page]) -> Markup:
    if not failed:
        return join()
    lines = [tag("li", tag("bdi", page.failure)) for page in failed]
    said = "These notebooks failed; their pages, if any, are those of an earlier run."
    return tag("section", tag("h2", "Not finished", id="failed"), tag("p", said), tag("ul", lines), class_="failed")


def _facts(evidence: Evidence) -> Markup:
    store = evidence.matter.store
    accounts = store.read("accounts", ["channel", "ownership", "observed", "declared"])
    private = accounts[(accounts["ownership"] == "private") & accounts["observed"]]
    facts: list[tuple[str, int, str]] = [
        (
            f"private {CHANNEL_NAMES[channel]} accounts in use",
            int((private["channel"] == channel).sum()),
            "accounts.html",
        )
        for channel in CHANNEL_NAMES
        if (private["channel"] == channel).any()
    ]
    facts.append(("of them not declared", int((~private["declared"]).sum()), "accounts.html"))
    facts.append(("files received", store.count("sources"), "sources.html"))
    facts.append(("copies of messages", store.count("copies"), "sources.html"))
    facts.append(("messages", store.count("messages"), "threads/index.html"))
    cells = [
        tag("div", tag("dd", tag("a", f"{number:,}", href=address)), tag("dt", words))
        for words, number, address in facts
    ]
    return tag("dl", cells, class_="facts")


def chip(outcome: str) -> Markup:
    """An outcome as a word in a border: told apart by word and line, not by colour alone."""
    return tag("span", OUTCOME.get(outcome, outcome), class_=f"chip {outcome}")


def _card(row: Finding) -> Markup:
    name = row["finding_id"]
    ways = [
        tag("a", "In full", href=f"#{name}"),
        tag("a", "Notebook", href=row["anchor"]),
        tag("a", "Evidence", href=of_finding(row)),
    ]
    return tag(
        "li",
        tag("div", name, chip(row["outcome"]), class_="top"),
        tag("h3", row["title"]),
        tag("div", tag("a", value(row), href=of_finding(row)), _of(row), class_="value")
        if row["value"] is not None
        else "",
        tag("p", interval(row), class_="range") if interval(row) else "",
        tag("p", row["statement"]),
        tag("div", ways, class_="ways"),
        class_="card",
    )


def _of(row: Finding) -> Markup:
    if row["of"] is None:
        return join()
    counted = f"{row['n']:,} of {row['of']:,}" if row["n"] is not None else f"of {row['of']:,}"
    return tag("small", f" {counted}")


def number(amount: float, unit: str) -> str:
    """A number as printed: shares as per cent with one decimal, counts with thousands set apart."""
    if unit in SHARES:
        return f"{100 * amount:.1f}%"
    return f"{amount:,.0f}" if float(amount).is_integer() or abs(amount) >= WHOLE else f"{amount:.3g}"


def value(row: Finding) -> str:
    """The value of a finding with its unit."""
    if row["value"] is None:
        return "no number"
    unit = "" if row["unit"] in SHARES or row["unit"] in ("", "%") else f" {row['unit']}"
    return number(row["value"], row["unit"]) + ("%" if row["unit"] == "%" else unit)


def interval(row: Finding) -> str:
    """The interval of a finding in words: with a level it is a confidence interval, without one it is bounds."""
    if row["low"] is None and row["high"] is None:
        return ""
    ends = [number(end, row["unit"]) if end is not None else "unknown" for end in (row["low"], row["high"])]
    if row["high"] is None:
        return f"at least {ends[0]}"
    kind = f"{100 * row['level']:g}% interval" if row["level"] is not None else "bounds"
    return f"{kind} {ends[0]} to {ends[1]}"


def _head(row: Finding, findings: Sequence[Finding]) -> Finding:
    """The finding that this one is a part of: `F8.loss` of `F8.loss.c01`, `F1` of `F1.accounts.sms`; else itself."""
    parts = str(row["finding_id"]).split(".")
    if len(parts) < DEEP:
        return row
    by_name = {other["finding_id"]: other for other in findings}
    return by_name.get(".".join(parts[:-1])) or by_name.get(parts[0]) or row


def _parts(row: Finding, findings: Sequence[Finding]) -> list[Finding]:
    return [other for other in findings if other is not row and _head(other, findings) is row]


def _in_parts(row: Finding, parts: Sequence[Finding]) -> Markup:
    """Findings of one person or channel, as lines of the finding they belong to."""
    if not parts:
        return join()
    lines = [
        [
            tag("span", part["title"], id=part["finding_id"]),
            tag("a", join(value(part), _of(part)), href=of_finding(part)),
            interval(part),
            chip(part["outcome"]),
        ]
        for part in parts
    ]
    return table(f"Parts of {row['finding_id']}", ("Part", "Number", "Interval or bounds", "Outcome"), lines)


def _finding(row: Finding, parts: Sequence[Finding], exhibits: Sequence[Exhibit]) -> Markup:
    mine = [each for each in exhibits if each.notebook == row["notebook"] and row["finding_id"] in each.title.split()]
    number = join(value(row), _of(row), f"; {interval(row)}" if interval(row) else "")
    count = f"{len(row['evidence']):,} records" if row["evidence"] else "the tables and pictures it rests on"
    links = [tag("a", count, href=of_finding(row))]
    links += [tag("a", each.title, href=each.address) for each in mine if each.address != of_finding(row)]
    facts = [
        ("Question", row["question"]), ("Answer", row["statement"]), ("Measured", number), ("Method", row["method"]),
        ("Measured against", row["provision"]), ("Standard", row.get("standard", "")),
        ("Other explanations", row.get("tested", "")), ("Reply", row.get("reply", "")),
        ("Recommendation", row.get("recommendation", "")), ("Cannot show", row["limits"]),
        ("Evidence", join([join(tag("br") if place else "", link) for place, link in enumerate(links)])),
        ("Worked out in", tag("a", row["notebook"], href=row["anchor"])),
    ]  # fmt: skip
    pairs = [join(tag("dt", words), tag("dd", said)) for words, said in facts if said]
    head = tag("h3", f"{row['finding_id']} ", row["title"], " ", chip(row["outcome"]))
    return tag("section", head, tag("dl", pairs), _in_parts(row, parts), class_="finding", id=row["finding_id"])


def _notebook(page: Page) -> Markup:
    title = tag("a", page.notebook.title, href=f"{page.name}.html") if page.executed.is_file() else page.notebook.title
    return tag("li", tag("span", page.name[:2], class_="no"), tag("div", title, tag("p", page.notebook.question)))


def _unread(evidence: Evidence) -> Markup:
    rows = [
        row
        for row in evidence.sources.values()
        if row["status"] in ("partial", "unreadable", "unsupported") or row["n_rejects"]
    ]
    if not rows:
        return tag("p", "Every file received was read whole: no file was refused and no piece of one was rejected.")
    lines = [
        [
            tag("a", tag("bdi", row["path"]), href=f"sources.html#s-{row['source_id']}"),
            row["status"],
            row["reason"],
            f"{row['n_rejects']:,}",
        ]
        for row in rows
    ]
    return table("Files not read, or not read whole", ("File", "Status", "Why", "Pieces rejected"), lines)
