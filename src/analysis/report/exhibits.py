"""Evidence pages: the very rows behind a number, each with its files, hashes and places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from analysis.findings import roll
from analysis.findings.exhibits import MOST
from analysis.markup import Markup, join, tag
from analysis.report.answers import place
from analysis.report.bubbles import Bubbles, withheld
from analysis.report.evidence import Evidence, Row
from analysis.report.frame import Frame, breakable, table
from analysis.report.ledger import Exhibit, called, of_finding, shows
from analysis.report.numbers import many
from analysis.tables import channel_name

_BETWEEN = re.compile(r"[ :/|]")
PIECES = ("copies", "events", "rejects")
IN_FULL = 100  # messages shown whole on one page; of more, each is a line that opens it in its conversation


def exhibits(evidence: Evidence, frame: Frame, registered: Iterable[Exhibit]) -> Iterator[tuple[str, str]]:
    """Address and page of every exhibit."""
    for exhibit in registered:
        title = exhibit.title if " " in exhibit.title else exhibit.title.replace("_", " ")
        facts = join(tag("h1", title), tag("p", exhibit.note, class_="lead") if exhibit.note else "")
        way = tag("p", "Recorded by ", tag("a", called(exhibit.notebook), href=f"../{exhibit.notebook}.html"), ".")
        shown = _SHOWN[exhibit.kind](evidence, exhibit.ids)
        yield exhibit.address, _page(frame, title, join(facts, way, shown), exhibit.address)


def of_findings(evidence: Evidence, frame: Frame, rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Address and page of the evidence of every finding that has any: its ids, as what each of them is."""
    kinds = shows(evidence.matter)
    for row in rows:
        address = of_finding(row)
        if not row["evidence"]:
            continue
        title = f"Evidence of {row['finding_id']}: {row['title']}"
        back = tag("p", "Finding: ", tag("a", row["title"], href=f"../{place(row)}"))
        top = join(tag("h1", title), tag("p", row["statement"], class_="lead"), back)
        kind = kinds.get(str(row["finding_id"]))
        shown = _SHOWN[kind](evidence, row["evidence"]) if kind in _SHOWN else _mixed(evidence, row["evidence"])
        limits = tag("p", tag("b", "Cannot show: "), row["limits"]) if row["limits"] else ""
        yield address, _page(frame, title, join(top, limits, shown), address)


def few(evidence: Evidence, rows: Sequence[Mapping[str, Any]]) -> Markup:
    """The messages that show a question's findings best, each in its conversation: those named, else the first."""
    chosen = [identifier for row in rows for identifier in row["exhibits"]]
    first = [identifier for row in rows for identifier in row["evidence"][:MOST]]
    ids = [each for each in dict.fromkeys(chosen or first) if each in evidence.message_ids][: 2 * MOST]
    if not ids:
        return join()
    selection = evidence.select(ids)
    if open_ := [key for key in ids if not withheld(selection, key)]:
        ids = open_
    ids = ids[:MOST]
    selection = evidence.select(ids)
    beside = {key: evidence.beside(key) for key in ids}
    bubbles = Bubbles(evidence, selection, up="")
    others = Bubbles(evidence, evidence.select(each for keys in beside.values() for each in keys), up="")
    known = {row["message_id"]: row for row in others.selection.messages}
    talk = [
        tag("section", tag("h3", f"Exhibit {evidence.number(row['message_id'])}",
                           tag("span", f"{channel_name(row['channel'])}, shown for {_shown_for(row, rows)}")),
            tag("ol", [bubbles.bubble(row, place=True) if key == row["message_id"] else others.near(known[key])
                       for key in beside[row["message_id"]]], class_="talk"), class_="exhibit")
        for row in selection.messages
    ]  # fmt: skip
    note = "Each with what was said just before and after it; its link opens the whole conversation."
    return join(tag("h2", "Exhibits", id="exhibits"), tag("p", note, class_="soft"), talk, bubbles.sources())


def _shown_for(message: Row, rows: Iterable[Mapping[str, Any]]) -> str:
    """The findings that a message is shown for; of a question whose findings name none, those that rest on it."""
    named = [str(row["finding_id"]) for row in rows if message["message_id"] in row["exhibits"]]
    return ", ".join(named or [str(row["finding_id"]) for row in rows if message["message_id"] in row["evidence"]])


def _page(frame: Frame, title: str, body: Markup, address: str) -> str:
    needed = {"tables.css": "<table", "bubbles.css": "<ol"}
    styles = ("plain.css", *(name for name, mark in needed.items() if mark in body))
    return frame.page(title, body, address, styles=styles)


def _mixed(evidence: Evidence, ids: Iterable[str]) -> Markup:
    ids = list(ids)
    accounts = {row["account_id"] for row in _rows(evidence, "accounts")}
    kinds = {"messages": evidence.message_ids, "accounts": accounts, "sources": set(evidence.sources)}
    parts = []
    for kind, known in kinds.items():
        if mine := [identifier for identifier in ids if identifier in known]:
            parts.append(_SHOWN[kind](evidence, mine))
    known = set().union(*kinds.values())
    others = [identifier for identifier in ids if identifier not in known]
    if others:
        parts.append(join(tag("h2", "Other records"), tag("ul", [tag("li", tag("bdi", text)) for text in others])))
    return join(*parts)


def _rows(evidence: Evidence, name: str) -> list[Row]:
    rows: list[Row] = evidence.matter.store.arrow(name).to_pylist()
    return rows


def _messages(evidence: Evidence, ids: Iterable[str]) -> Markup:
    ids = list(ids)
    if len(ids) > IN_FULL:
        return _many(evidence, ids)
    selection = evidence.select(ids)
    bubbles = Bubbles(evidence, selection)
    talk = tag("ol", [bubbles.bubble(row, place=True) for row in selection.messages], class_="talk")
    count = tag("p", f"{many(len(selection.messages), 'message')}, times in {evidence.matter.zone}.", class_="soft")
    return join(tag("h2", "Messages", id="messages"), count, talk, bubbles.sources())


def _many(evidence: Evidence, ids: Iterable[str]) -> Markup:
    rows = [
        [_way(evidence, row, id=f"m-{row['message_id']}"), channel_name(row["channel"]),
         tag("bdi", evidence.who(row["sender_identity_id"], row["sender_person_id"])),
         tag("bdi", evidence.thread_title(row["thread_id"], masked=True)), row["n_copies"]]
        for row in evidence.select(ids).messages
    ]  # fmt: skip
    note = tag(
        "p", f"{len(rows):,} messages. Open one to read it in its conversation, with its files, hashes and places."
    )
    head = ("Sent", "Channel", "Sender", "Conversation", "Copies")
    return join(
        tag("h2", "Messages", id="messages"), note, table(f"Messages, times in {evidence.matter.zone}", head, rows)
    )


def _way(evidence: Evidence, message: Row, **facts: str) -> Markup:
    """When a message was sent, in the matter's zone; leads to it in its conversation."""
    when = evidence.local(message["sent_at"]).strftime("%Y-%m-%d %H:%M") if message["sent_at"] else "no time"
    return tag("a", when, href=f"../threads/{message['thread_id']}.html#m-{message['message_id']}", **facts)


def _accounts(evidence: Evidence, ids: Iterable[str]) -> Markup:
    wanted = set(ids)
    shown = accounts(evidence, [row for row in _rows(evidence, "accounts") if row["account_id"] in wanted], "../")
    return join(tag("h2", "Accounts", id="accounts"), shown)


def _counted(number: int, page: str, **keys: str) -> Markup:
    """A number that leads to the rows it counts."""
    return tag("a", f"{number:,}", href=roll.address(page, list(keys.items())))


def accounts(evidence: Evidence, chosen: Iterable[Row], home: str = "") -> Markup:
    """Accounts as a table: whose, declared or not, what was seen."""
    page = f"{home}rows/accounts.html"
    lines = [
        [
            breakable(row["address"], id=f"a-{row['account_id']}"), channel_name(row["channel"]), row["ownership"],
            evidence.custodian(row["custodian_id"]), _yes(row["declared"]), _yes(row["observed"]),
            _yes(row["exported"]),
            *(_counted(row[name], page, account_id=row["account_id"], count=f"sum {name}")
              for name in ("n_sent", "n_received")),
            _shown_by(row),
        ]
        for row in chosen
    ]  # fmt: skip
    head = (*"Account Channel Ownership Custodian Declared Observed Exported Sent Received".split(), "Shown by")
    record = ("accounts", {"Sent": "n_sent", "Received": "n_received"})
    return table(many(len(lines), "account") if home else "Accounts", head, lines, record=record)


def _shown_by(row: Row) -> Markup:
    """The rule and its reason, and the line that shows an account no register names."""
    rule, colon, reason = (row["why"] or "").partition(": ")
    return join(rule.replace("_", " "), colon, reason, "; " if row["why"] else "", breakable(row["locator"] or ""))


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _sources(evidence: Evidence, ids: Iterable[str]) -> Markup:
    wanted = set(ids)
    shown = sources(evidence, [row for row in evidence.sources.values() if row["source_id"] in wanted], "../")
    return join(tag("h2", "Files", id="sources"), shown)


def sources(evidence: Evidence, chosen: Iterable[Row], home: str = "") -> Markup:
    """Files as a table: path, hash, what was read."""
    lines = [
        [
            breakable(row["path"], id=f"s-{row['source_id']}"), evidence.custodian(row["custodian_id"]),
            join(row["status"].replace("_", " "), f", {row['reader'].replace('_', ' ')}" if row["reader"] else "",
                 f": {row['reason']}" if row["reason"] else ""),
            *(_counted(row[f"n_{name}"], f"{home}rows/{name}.html", source_id=row["source_id"]) for name in PIECES),
            _counted(row["bytes"], f"{home}rows/sources.html", source_id=row["source_id"], count="sum bytes"),
            join(tag("span", row["sha256"], class_="hash"), row["custody"]),
        ]
        for row in chosen
    ]  # fmt: skip
    head = ("File", "Custodian", "Status", "Copies", "Events", "Rejects", "Bytes", "SHA-256, and as declared")
    record = ("sources", {name: f"n_{name.lower()}" for name in map(str.capitalize, PIECES)} | {"Bytes": "bytes"})
    return table(many(len(lines), "file") if home else "Files", head, lines, record=record)


def _absences(evidence: Evidence, ids: Iterable[str], explained: bool = True) -> Markup:
    """Absences by message id, or by message id and source id with anything between; the explained ones too, or not."""
    wanted = set(ids)
    held = evidence.select({_BETWEEN.split(each)[0] for each in wanted})
    bubbles = Bubbles(evidence, held)
    messages = {row["message_id"]: row for row in held.messages}
    placed = [row for key in messages for row in held.absences.get(key, []) if _named(row, wanted)]
    placed = [row for row in placed if explained or not row["explained"]]
    lines = [_absence(evidence, bubbles, messages[row["message_id"]], row) for row in placed]
    head = ("Message", "Sender", "Conversation", "Lacked by", "Kind", "Explained", "Evidence", "File")
    return join(
        tag("h2", "Absences", id="absences"), table(many(len(lines), "absence"), head, lines), bubbles.sources()
    )


def _absence(evidence: Evidence, bubbles: Bubbles, message: Row, row: Row) -> list[object]:
    return [
        _way(evidence, message),
        tag("bdi", evidence.who(message["sender_identity_id"], message["sender_person_id"])),
        tag("bdi", evidence.thread_title(message["thread_id"], masked=True)), evidence.custodian(row["custodian_id"]),
        row["kind"].replace("_", " "), _yes(row["explained"]), row["evidence"], bubbles.mark(row["source_id"]),
    ]  # fmt: skip


def _named(row: Row, wanted: set[str]) -> bool:
    pair = (row["message_id"], row["source_id"])
    return row["message_id"] in wanted or any(mark.join(pair) in wanted for mark in " :/|")


_SHOWN: dict[str, Callable[[Evidence, Iterable[str]], Markup]] = {
    "messages": _messages, "accounts": _accounts, "sources": _sources, "absences": _absences,
    "unexplained": partial(_absences, explained=False),
}  # fmt: skip
