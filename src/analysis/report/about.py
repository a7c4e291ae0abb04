"""How the findings were made, and what could not be examined: the two pages a careful reader turns to first."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.findings.roll import address
from analysis.markup import Markup, join, tag
from analysis.report.answers import Answer, heads, place
from analysis.report.evidence import Evidence
from analysis.report.frame import breakable, coded, table
from analysis.report.numbers import Finding, many
from analysis.tables import channel_name

STEPS = (
    ("Received", "Each file is hashed (SHA-256) before it is read, opened read-only, and never executed. What is in it "
     "is recognised by content. Every byte becomes a copy, an event, a reject or framing, and the shares are stated."),
    ("People", "Handles become people only with a stated reason; doubtful ones stay apart. A person's judgement "
     "outranks every score and is kept with date and author."),
    ("Copies to messages", "Copies of one message in several phones are matched in order, with each clock's offset "
     "estimated. Nothing is merged away: who lacks a message, and what explains it, is recorded."),
    ("Labels", "Markings, personal data, privilege, business or personal: by rule or model, each with span and reason. "
     "Counts by rule or model are minimums or carry the measured error."),
    ("Numbers", "Each has a denominator and an interval or bounds. Messages of one conversation are not independent: "
     "intervals resample conversations. The same evidence gives the same bytes; `offchannel verify` derives every "
     "finding again."),
)  # fmt: skip


def methods(evidence: Evidence, every: Sequence[Answer]) -> tuple[Markup, list[tuple[str, str]]]:
    """Body of the methods page, and its sections."""
    matter = evidence.matter
    steps = [join(tag("dt", name), tag("dd", coded(text))) for name, text in STEPS]
    rows = [
        [tag("a", row["finding_id"], href=place(row)), row["title"], *_own(row, answer.head)]
        for answer in every
        for row in heads(answer)
    ]
    given = [[name, str(number)] for name, number in sorted(matter.standards.items())]
    body = join(
        tag("h1", "How it was done"),
        tag("p", "From files as received to numbers that open their evidence.", class_="lead"),
        tag("dl", steps, class_="steps"),
        tag("h2", "Method of each finding", id="each"),
        table("Findings, their method and what they are measured against", ("Finding", "About", "Method", "Provision"),
              rows),
        tag("h2", "Standards set for this matter", id="standards"),
        table("Thresholds set in matter.toml", ("Standard", "Value"), given)
        if given
        else tag("p", "This matter sets none of its own: the product's defaults apply, as each method states."),
    )  # fmt: skip
    return body, [("each", "Method of each finding"), ("standards", "Standards")]


def _own(row: Finding, head: Finding | None) -> list[object]:
    """Method and provision of a finding; what the first of its question says too is named there and not said again."""
    alike = head if head and row is not head else {}
    return [
        f"As for {alike['finding_id']}." if row[name] == alike.get(name) else row[name]
        for name in ("method", "provision")
    ]


def unexamined(evidence: Evidence, every: Sequence[Answer]) -> tuple[Markup, list[tuple[str, str]]]:
    """Body of the page of what could not be examined, and its sections."""
    open_ = [answer for answer in every if answer.outcome == "cannot_tell"]
    lines = [
        [tag("a", f"{answer.name} {answer.question.title}", href=answer.address),
         answer.head["limits"] if answer.head else "No finding was recorded."]
        for answer in open_
    ]  # fmt: skip
    body = join(
        tag("h1", "What could not be examined"),
        tag("p", "What was received and not read, what was named and never received, and what cannot be told.",
            class_="lead"),
        tag("h2", "Files not read, or not read whole", id="unread"),
        _unread(evidence),
        tag("h2", "Accounts without an export", id="unreceived"),
        _unreceived(evidence),
        tag("h2", "Messages held without their content", id="empty"),
        _empty(evidence),
        tag("h2", "Questions the evidence cannot answer", id="open"),
        table("Questions without an answer", ("Question", "Why"), lines) if lines else tag("p", "None."),
    )  # fmt: skip
    return body, [("unread", "Files not read"), ("unreceived", "Accounts without export"), ("empty", "Without content"),
                  ("open", "Open questions")]  # fmt: skip


def _unread(evidence: Evidence) -> Markup:
    bad = ("partial", "unreadable", "unsupported")
    rows = [row for row in evidence.sources.values() if row["status"] in bad or row["n_rejects"]]
    if not rows:
        return tag("p", "Every file received was read whole: no file was refused and no piece of one was rejected.")
    lines = [
        [tag("a", breakable(row["path"]), href=f"sources.html#s-{row['source_id']}"), row["status"], row["reason"],
         tag("a", f"{row['n_rejects']:,}", href=f"rows/rejects.html#source_id={row['source_id']}")]
        for row in rows
    ]  # fmt: skip
    return table("Files not read, or not read whole", ("File", "Status", "Why", "Pieces rejected"), lines)


def _unreceived(evidence: Evidence) -> Markup:
    rows = [
        row
        for row in evidence.matter.store.arrow("accounts").to_pylist()
        if row["custodian_id"] and not row["exported"]
    ]
    if not rows:
        return tag("p", "Every account of a custodian that is declared or seen has an export.")
    lines = [
        [tag("a", breakable(row["address"]), href=f"accounts.html#a-{row['account_id']}"),
         channel_name(row["channel"]), evidence.custodian(row["custodian_id"]), "yes" if row["declared"] else "no",
         "yes" if row["observed"] else "no"]
        for row in rows
    ]  # fmt: skip
    head = ("Account", "Channel", "Custodian", "Declared", "Seen in others' exports")
    way = address("rows/accounts.html", [("custodian_id!=", ""), ("exported", "no")])
    count = tag("a", many(len(rows), "account"), href=way)
    said = tag("p", count, f" {'has' if len(rows) == 1 else 'have'} no export of their own.")
    return join(said, table("Accounts without an export", head, lines))


def _empty(evidence: Evidence) -> Markup:
    states = evidence.matter.store.read("copies", ["state", "message_id"])
    words = {"deleted": "a deletion mark stands in their place", "omitted": "left out of the export",
             "view_once": "sent to be seen once", "encrypted": "encrypted: text not examinable"}  # fmt: skip
    lines = [
        [
            said,
            _way(int((states["state"] == state).sum()), f"state={state}"),
            _way(states[states["state"] == state].message_id.nunique(), f"state={state}&count=distinct+message_id"),
        ]
        for state, said in words.items()
        if (states["state"] == state).any()
    ]
    if not lines:
        return tag("p", "Every copy holds its content.")
    return table("Copies without content", ("Why", "Copies", "Messages"), lines)


def _way(number: int, selection: str) -> Markup:
    """A count of copies that leads to them."""
    return tag("a", f"{number:,}", href=f"rows/copies.html#{selection}")
