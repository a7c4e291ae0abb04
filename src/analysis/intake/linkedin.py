"""Reader of LinkedIn's "Get a copy of your data": messages.csv of all ages, Invitations.csv, Connections.csv for names.

Columns are found by name whatever their case; those of later years may be absent. People are known by their profile
address where the file gives it: the lists of names are joined by commas, and names hold commas too. Locators are
`row N`, the header being row 1 of the records, as a spreadsheet shows it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from analysis.intake.columns import Columns
from analysis.intake.csv_rows import CsvRows
from analysis.intake.handles import name as folded
from analysis.intake.handles import normal
from analysis.intake.records import Hints, Opened, Reader, Reading

HEADER_ROWS = 10  # Connections.csv begins with a note
_INVITATIONS = {  # the same columns under other names
    "sent at": "date", "message": "content", "inviterprofileurl": "sender profile url",
    "inviteeprofileurl": "recipient profile urls",
}  # fmt: skip
_MESSAGES = ({"from", "to", "date", "content"}, {"conversation id", "folder", "sender profile url", "direction"})
_CONNECTIONS = ({"first name", "last name", "connected on"}, {"url", "company", "position"})
_GONE = frozenset({"linkedin member", ""})  # how a deleted account is shown: many people under one name
_ISO = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?)( ?UTC|Z)?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4}),? (\d{1,2}):(\d\d)(?: ?([AP])M)?( ?UTC)?", re.I)


def _names(row: Sequence[str]) -> list[str]:
    names = [re.sub(r"[\s_]+", " ", cell.strip("\ufeff \t")).casefold() for cell in row]
    invited = names[:5] == ["from", "to", "sent at", "message", "direction"]
    return [_INVITATIONS.get(name, name) for name in names] if invited else names


def _form(header: Sequence[str]) -> str:
    for form, (every, some) in (("messages", _MESSAGES), ("connections", _CONNECTIONS)):
        if every <= set(header) and some & set(header):
            return form
    return ""


def _recognises(head: bytes, name: str) -> bool:
    lines = head.decode("utf-8", "replace").splitlines()[:HEADER_ROWS]
    return any(_form(_names(line.split(","))) or _form(_names(line.replace('"', "").split(","))) for line in lines)


@dataclass
class _Message:
    """One row of messages.csv, its cells by column."""

    number: int
    cells: dict[str, str]
    sender: str | None = None
    sender_kind: str | None = None
    to: list[tuple[str, str]] = field(default_factory=list)

    def cell(self, *names: str) -> str:
        return next((self.cells[name] for name in names if self.cells.get(name)), "")

    @property
    def people(self) -> set[tuple[str, str]]:
        """Everybody in it, in normal form."""
        every = [*self.to, *([(self.sender_kind or "", self.sender)] if self.sender else [])]
        return {normal(kind, handle, "") for kind, handle in every}


@dataclass
class _Export:
    """What has been read so far."""

    messages: list[_Message] = field(default_factory=list)
    bare: list[_Message] = field(default_factory=list)  # invitations without a word
    labels: dict[tuple[str, str, str], int] = field(default_factory=dict)
    rows: Columns = field(default_factory=Columns)
    counts: Counter[str] = field(default_factory=Counter)

    def label(self, kind: str, handle: str, label: str, number: int) -> None:
        if handle.strip() and folded(label) not in _GONE:
            self.labels.setdefault((kind, handle.strip(), label.strip()), number)

    def take(self, form: str, header: list[str], number: int, cells: list[str], length: int) -> None:
        """File one record."""
        if not any(cells):
            self.rows.bytes["framing"] += length
        elif len(cells) != len(header):
            reason = f"{len(cells)} fields where the header has {len(header)}"
            self.rows.reject(f"row {number}", reason, length)
        elif form == "messages":
            message = self._message(number, dict(zip(header, cells, strict=True)))
            bare = "direction" in message.cells and "folder" not in message.cells and not message.cell("content")
            (self.bare if bare else self.messages).append(message)
            self.rows.bytes["events" if bare else "copies"] += length
        else:
            row = dict(zip(header, cells, strict=True))
            person = f"{row['first name']} {row['last name']}"
            self.label("profile", row.get("url", ""), person, number)
            self.label("email", row.get("email address", ""), person, number)
            self.rows.bytes["framing"] += length

    def _message(self, number: int, cells: dict[str, str]) -> _Message:
        message = _Message(number, cells)
        person, url = cells["from"].strip(), cells.get("sender profile url", "").strip()
        if url:
            message.sender, message.sender_kind = url, "profile"
            self.label("profile", url, person, number)
        elif folded(person) not in _GONE:
            message.sender, message.sender_kind = person, "name"
        else:
            self.counts["messages from accounts that no longer exist: their sender is not known"] += 1
        urls = [part.strip() for part in cells.get("recipient profile urls", "").split(",") if part.strip()]
        message.to = [("profile", part) for part in urls]
        people = [cells["to"]] if len(urls) == 1 else cells["to"].split(",")
        if len(people) == len(urls):  # a comma within a name makes the lists unequal: then nobody is named
            for part, name in zip(urls, people, strict=True):
                self.label("profile", part, name, number)
        return message

    def finish(self) -> None:
        """Recipients of exports without addresses: a list of names is split only where every part is a known sender."""
        known = {folded(message.cells["from"]) for message in self.messages}
        for message in [*self.messages, *self.bare]:
            to = message.cells["to"].strip()
            if message.to or folded(to) in _GONE:
                continue
            parts = [part.strip() for part in to.split(",")]
            whole = folded(to) in known or not all(folded(part) in known for part in parts)
            message.to = [("name", part) for part in ([to] if whole else parts)]


def _threads(messages: Sequence[_Message]) -> dict[str, list[_Message]]:
    """Messages by conversation; without an id, by who is in it."""
    threads: dict[str, list[_Message]] = {}
    for message in messages:
        key = message.cell("conversation id") or "~".join(sorted(f"{kind}:{who}" for kind, who in message.people))
        threads.setdefault(key, []).append(message)
    return threads


def _owner(messages: Sequence[_Message], threads: dict[str, list[_Message]], hints: Hints) -> tuple[Any, str]:
    """Kind and normal form of the exporter, and what shows it; None if nothing does."""
    if hints.owner:
        return normal("profile", hints.owner, ""), "declared"
    sent = {
        normal(message.sender_kind or "", message.sender, "")
        for message in messages
        if message.sender and message.cell("folder", "direction").casefold() in ("sent", "outgoing")
    }
    if len(sent) == 1:
        return sent.pop(), "embedded: sender of everything marked as sent"
    everywhere = set.intersection(*(set[Any]().union(*(m.people for m in held)) for held in threads.values()))
    if len(threads) > 1 and len(everywhere) == 1:
        return everywhere.pop(), f"inferred: the only person in all {len(threads)} conversations"
    return None, ""


def _slashes(messages: Sequence[_Message]) -> tuple[bool, str | None, str | None]:
    """Whether dates with slashes put the month first, and how that is known: basis, evidence."""
    found = [match for message in messages if (match := _SLASHED.fullmatch(message.cell("date").strip()))]
    if not found:
        return True, None, None
    if any(int(match[1]) > 12 for match in found):
        return False, "proven", "a first number above 12"
    if any(int(match[2]) > 12 for match in found):
        return True, "proven", "a second number above 12"
    return True, "assumed", "LinkedIn writes the month first"


def _instant(text: str, month_first: bool) -> tuple[datetime | None, bool, str]:
    """Time, whether it is in UTC, and its precision."""
    try:
        if match := _ISO.fullmatch(text.strip()):
            return datetime.fromisoformat(match[1]), bool(match[3]), "second" if match[2] else "minute"
        if match := _SLASHED.fullmatch(text.strip()):
            first, second, year, hour, minute = (int(match[place]) for place in range(1, 6))
            month, day = (first, second) if month_first else (second, first)
            if match[6]:
                hour = hour % 12 + 12 * (match[6] in "pP")
            return datetime(year % 100 + 2000, month, day, hour, minute), bool(match[7]), "minute"
    except ValueError:
        return None, False, "second"
    return None, False, "second"


def read(opened: Opened, hints: Hints) -> Reading:
    """Read messages.csv or Connections.csv."""
    export, source, form, header = _Export(), CsvRows(opened.path), "", list[str]()
    for number, cells, length in source:
        if form:
            export.take(form, header, number, cells, length)
            continue
        header, form = _names(cells), _form(_names(cells))
        export.rows.bytes["framing"] += length
    export.finish()
    size = opened.path.stat().st_size
    if source.fault:
        locator = f"bytes {source.read}-{size}"
        export.rows.reject(locator, source.fault, size - source.read)
    return _reading(export, source, hints)


def _reading(export: _Export, source: CsvRows, hints: Hints) -> Reading:
    every = [*export.messages, *export.bare]
    threads = _threads(every)
    owner, basis = _owner(every, threads, hints) if threads else (None, "")
    month_first, order_basis, order_why = _slashes(every)
    rows, made = export.rows, list[dict[str, Any]]()
    for (kind, handle, label), number in export.labels.items():
        rows.put("names", handle=(handle, kind), label=label, basis="linkedin", locator=f"row {number}")
    for key, held in threads.items():
        rows.put("threads", **_thread(key, held, owner))
    places = {message.number: key for key, held in threads.items() for message in held}
    for place, message in enumerate(every):
        made.append(_copy(message, places[message.number], owner, month_first, export))
        if place >= len(export.messages):
            rows.put("events", **_invitation(message, made[-1]))
            continue
        rows.put("copies", **made[-1])
        for kind, handle in message.to:
            rows.put("recipients", copy=rows.copy, handle=(handle, kind), role="to")
        for link in message.cell("attachments").split():
            rows.put("attachments", copy=rows.copy, name=link, present=False)
    reading = rows.reading("linkedin", rows.bytes["framing"])
    reading.n_rows = len(every) + rows.counts["rejects"]
    reading.zone_basis = "embedded" if all(copy["at_utc"] or copy["at"] is None for copy in made) else "assumed"
    if order_basis:
        reading.date_order, reading.date_order_basis = "month_first" if month_first else "day_first", order_basis
        reading.date_order_why = order_why
    if owner and basis != "declared":
        reading.owner_kind, reading.owner = owner
        reading.owner_basis = basis
    reading.notes = [f"{count} {text}" for text, count in sorted(export.counts.items()) if count]
    if source.broken:
        reading.notes.append(f"{source.broken} lines are not UTF-8; what is not was read as U+FFFD")
    if source.fault:
        reading.status, reading.reason = "partial", source.fault
    return reading


def _copy(message: _Message, thread: str, owner: Any, month_first: bool, export: _Export) -> dict[str, Any]:
    written = message.cell("date")
    at, utc, precision = _instant(written, month_first)
    draft = message.cell("is message draft", "is conversation draft").strip().casefold() in ("yes", "true", "1")
    export.counts["drafts, not known to have been sent"] += draft
    export.counts["dates that are not dates"] += at is None
    own = normal(message.sender_kind or "", message.sender, "") == owner if message.sender else False
    return {
        "locator": f"row {message.number}", "thread": thread, "sender": message.sender,
        "sender_kind": message.sender_kind, "from_owner": own if owner else None, "at": at, "at_utc": utc,
        "sent_text": written or None, "precision": precision, "kind": "text", "state": "draft" if draft else "present",
        "subject": message.cell("subject") or None, "body": message.cells["content"], "forwarded": False,
        "edited": False,
    }  # fmt: skip


def _invitation(message: _Message, copy: dict[str, Any]) -> dict[str, Any]:
    kind, target = message.to[0] if message.to else (None, None)
    return {name: copy[name] for name in ("locator", "thread", "at", "at_utc")} | {
        "kind": "other", "value": "invitation to connect", "actor": copy["sender"], "actor_kind": copy["sender_kind"],
        "target": target, "target_kind": kind,
    }  # fmt: skip


def _thread(key: str, held: Sequence[_Message], owner: Any) -> dict[str, Any]:
    people = set[tuple[str, str]]().union(*(message.people for message in held))
    title = next((found for message in reversed(held) if (found := message.cell("conversation title").strip())), None)
    others = sorted(people - {owner})
    single = len(others) == 1 and owner is not None and len(people) <= 2
    return {
        "thread": key, "kind": "group" if len(people) > 2 else "pair", "title": title,
        "counterpart": others[0][1] if single else None, "counterpart_kind": others[0][0] if single else None,
    }  # fmt: skip


READER = Reader(
    name="linkedin",
    channel="linkedin",
    recognises=_recognises,
    read=read,
    formats="LinkedIn export: messages.csv of all ages, Invitations.csv, Connections.csv",
    yields="messages with sender and recipients by profile address, subject, links to attachments; invitations (those "
    "without words as events); names beside addresses",
    cannot_know="who stands behind a deleted account; reading and deletion; the zone, where the date does not say UTC; "
    "members of a group who left",
    tested="made by hand after published headers of all ages",
)
