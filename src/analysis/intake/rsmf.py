"""Reader of RSMF 1.0 and 2.0 (Relativity Short Message Format): a mail that carries `rsmf.zip`, or the zip itself.

Source: Relativity's published schema 2.0.0 and help pages. Files that break the rules are read as far as they go, and
each fault is noted. Locators are `event N`, counted from 1 in the manifest.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from analysis.intake import rsmf_file
from analysis.intake.columns import Columns
from analysis.intake.records import Hints, Opened, Reader, Reading
from analysis.intake.times import instant

PLATFORMS = {"text message": "sms", "mms": "sms", "imessage": "sms", "native messages": "sms", "mail": "email"}
EVENTS = {"join": "joined", "leave": "left", "disclaimer": "other", "history": "other", "unknown": "other"}
KNOWN = frozenset(
    "id type parent body participant conversation timestamp deleted importance direction reactions attachments edits "
    "read_receipts custom".split()
)
_PHONE = re.compile(r"\+?[\d\s().-]{7,30}")
_MINUTE = re.compile(r"[\dTt: -]{13,16}")
_KINDS = (
    (r"\.(?:jpe?g|png|gif|heic|webp)$", "image"), (r"\.(?:mp4|mov|3gp)$", "video"),
    (r"\.(?:opus|m4a|mp3|amr|wav)$", "audio"),
)  # fmt: skip
Row = dict[str, Any]


def _rows(value: Any) -> Iterator[tuple[int, Row]]:
    """Objects of a list, with their numbers; what is no object is skipped here and counted by the caller."""
    if isinstance(value, list):
        yield from ((number, row) for number, row in enumerate(value, 1) if isinstance(row, dict))


def _text(row: Row, name: str) -> str | None:
    found = row.get(name)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return None
    return rsmf_file.storable(str(found)) or None


class _Manifest:
    """What one manifest says, as rows; `faults` are its breaches of the format."""

    def __init__(self, package: rsmf_file.Package, opened: Opened) -> None:
        self.package = package
        self.rows = Columns()
        self.faults = self.rows.said
        self.faults.update(package.faults)
        manifest = package.manifest
        self.native = _text(manifest, "eventcollectionid") or opened.location
        self.people: dict[str, Row] = {}
        self.conversations: dict[str, Row] = {}
        for name, found in (("participants", self.people), ("conversations", self.conversations)):
            for number, row in _rows(manifest.get(name)):
                if (key := _text(row, "id")) is None:
                    self.faults[f"{name[:-1]} {number} has no id: what refers to it cannot be resolved"] += 1
                else:
                    self.faults[f"{name} whose id is no text"] += not isinstance(row["id"], str)
                    self.faults[f"{name} whose id repeats"] += key in found
                    found.setdefault(key, row)
        self.lists = {key: self._members(row) for key, row in self.conversations.items()}
        self._met: dict[tuple[str | None, str], tuple[str | None, str | None]] = {}
        self._owned = Counter[tuple[str, str]]()

    def _members(self, conversation: Row) -> list[str]:
        listed = conversation.get("participants")
        keys = [str(key) for key in listed] if isinstance(listed, list) else []
        self.faults["participants named by conversations but not listed"] += sum(key not in self.people for key in keys)
        return list(dict.fromkeys(keys))

    def channel(self, key: str) -> str:
        """Channel of a conversation, from its platform."""
        name = (_text(self.conversations.get(key, {}), "platform") or "unknown").strip().casefold()
        return PLATFORMS.get(name, name)

    def party(self, key: str | None, channel: str, where: str) -> tuple[str | None, str | None]:
        """Handle and kind of a participant: the address that fits the channel, else account, address or name."""
        if (key, channel) in self._met:
            return self._met[key, channel]
        row = self.people.get(key or "")
        if row is None:
            self.faults["participants named by events but not listed"] += key is not None
            return None, None
        account, mail, shown = (_text(row, name) for name in ("account_id", "email", "display"))
        phone = next((text for text in (account, shown) if text and _PHONE.fullmatch(text)), None)
        found = {"sms": (phone, "phone"), "whatsapp": (phone, "phone"), "email": (mail, "email")}.get(channel)
        options = (found, (account, "handle"), (mail, "email"), (shown, "name"), (key, "handle"))
        handle, kind = next(option for option in options if option and option[0])
        if shown and shown != handle:
            self.rows.put("names", handle=handle, kind=kind, label=shown, basis="rsmf", locator=where, channel=channel)
        self._met[key, channel] = handle, kind
        return handle, kind

    def thread(self, key: str | None) -> str:
        """Key of a conversation; one that is not listed gets a row all the same."""
        name = key if key is not None else "(none)"
        if name not in self.conversations:
            self.faults["conversations that events name and nothing lists"] += 1
            self.conversations[name], self.lists[name] = {}, []
            self.rows.put("threads", thread=name, kind="group", channel=self.channel(name))
        return name

    def begin(self) -> None:
        """File every conversation; a channel's list of participants is that before its first event."""
        for key, row in list(self.conversations.items()):
            channel, members = self.channel(key), self.lists[key]
            named = [self.party(one, channel, f"conversation {key[:80]}") for one in members if one in self.people]
            fixed = _text(row, "type") != "channel"
            kind = "mail" if channel == "email" else "pair" if fixed and len(members) <= 2 else "group"
            custodian = self.party(self._custodian(row), channel, "custodian")
            self._owned.update([custodian] if custodian[0] else [])  # type: ignore[list-item]
            others = [one for one in named if one != custodian] if custodian[0] else []
            other = others[0] if kind == "pair" and len(others) == 1 else (None, None)
            self.rows.put("threads", thread=key, kind=kind, title=_text(row, "display"), channel=channel,
                          counterpart=other)  # fmt: skip
            for number, member in enumerate(named if kind == "group" and not fixed else (), 1):
                self.rows.put("events", locator=f"conversation {key[:80]} participant {number}", thread=key,
                              at_utc=True, kind="member", target=member)  # fmt: skip

    def _custodian(self, conversation: Row) -> str | None:
        """The conversation's own, else the one the mail's header names."""
        told = _text(conversation, "custodian")
        if told or not (name := (self.package.headers.get("custodian") or "").casefold()):
            return told
        named = [key for key, row in self.people.items() if name in _names(row)]
        return named[0] if len(named) == 1 else None

    def event(self, number: int, row: Row) -> None:
        """File one event under copies, events or rejects."""
        kind, where = (_text(row, "type") or "").casefold(), f"event {number}"
        if kind != "message" and kind not in EVENTS:
            self.reject(number, row, "an event without a type of the format")
            return
        thread = self.thread(_text(row, "conversation"))
        channel, key = self.channel(thread), _text(row, "participant")
        who = self.party(key, channel, where)
        if key is not None and key not in self.lists[thread]:
            self.faults["events of a participant who is not in the conversation"] += kind != "join"
            self.lists[thread] += [key] if kind == "join" else []
        for name in sorted(set(row) - KNOWN):
            self.faults[f"property {rsmf_file.storable(name)[:40]!r} is not of the format"] += 1
        at, utc, precision = self._time(row)
        if kind == "message":
            precision = "minute" if _MINUTE.fullmatch(_text(row, "timestamp") or "") else precision
            self._message(where, row, thread, key, who, at=at, at_utc=utc, precision=precision)
            return
        self.rows.put(
            "events", locator=where, thread=thread, at=at, at_utc=utc, kind=EVENTS[kind], value=_text(row, "body"),
            actor=who if kind != "join" else None, target=who if kind in ("join", "leave") else None,
        )  # fmt: skip

    def _time(self, row: Row) -> tuple[Any, bool, str]:
        at, utc, precision = instant(_text(row, "timestamp"))
        self.faults["events without a readable time"] += at is None
        self.faults["times without a zone"] += not utc
        return at, utc, precision

    def _message(self, where: str, row: Row, thread: str, key: str | None, who: Any, **when: Any) -> None:
        channel, conversation = self.channel(thread), self.conversations[thread]
        direction, custodian = _text(row, "direction"), self._custodian(conversation)
        own = {"outgoing": True, "incoming": False}.get(
            direction or "", key == custodian if key and custodian else None
        )
        files = list(self._attached(row))
        edits = [edit for _, edit in _rows(row.get("edits"))]
        self.faults["messages of high importance"] += row.get("importance") == "high"
        self.rows.put(
            "copies", locator=where, thread=thread, sender=who, from_owner=own, **when,
            sent_text=_text(row, "timestamp"), kind="mail" if channel == "email" else _kind(files),
            state="deleted" if row.get("deleted") is True else "present", body=_text(row, "body"),
            native_id=self._native(row, "id"), reply_to=self._native(row, "parent"), forwarded=False,
            edited=bool(edits),
        )  # fmt: skip
        place = self.rows.copy
        if _text(conversation, "type") != "channel":
            role = "to" if len(self.lists[thread]) <= 2 else "member"
            for party in (self.party(one, channel, where) for one in self.lists[thread] if one != key):
                if party[0]:
                    self.rows.put("recipients", copy=place, handle=party, role=role)
        for name, held in files:
            self.rows.put("attachments", copy=place, name=name, bytes=held and held[0], sha256=held and held[1],
                          present=bool(held))  # fmt: skip
        self._marks(where, row, thread, place, edits)

    def _native(self, row: Row, name: str) -> str | None:
        """An event's id with what it is unique in: ids are counted anew in each file."""
        found = _text(row, name)
        return f"{self.native}#{found}" if found else None

    def _attached(self, row: Row) -> Iterator[tuple[str, tuple[int, str] | None]]:
        listed = row.get("attachments", row.get("attachment"))
        for one in listed if isinstance(listed, list) else [listed] if listed else []:
            key = _text(one, "id") if isinstance(one, dict) else one if isinstance(one, str) else None
            if key:
                held = self.package.files.get(key)
                self.faults["attachments that are not in the zip"] += held is None
                yield (_text(one, "display") if isinstance(one, dict) else None) or key, held

    def _marks(self, where: str, row: Row, thread: str, place: int, edits: list[Row]) -> None:
        """Reactions, receipts and earlier wordings: beside the message, never copies of it."""
        channel = self.channel(thread)
        for n, mark in _rows(row.get("reactions")):
            given = mark.get("participants")
            for m, one in enumerate(given if isinstance(given, list) and given else [None], 1):
                who = self.party(None if one is None else str(one), channel, where)
                self.rows.put("reactions", locator=f"{where} reaction {n}.{m}", copy=place, handle=who,
                              value=_text(mark, "value"))  # fmt: skip
        for n, seen in _rows(row.get("read_receipts")):
            who = self.party(_text(seen, "participant"), channel, where)
            column = "delivered_at" if seen.get("action") == "delivered" else "read_at"
            self.rows.put("receipts", locator=f"{where} receipt {n}", copy=place, handle=who,
                          **{column: instant(_text(seen, "timestamp"))[0]})  # fmt: skip
        for n, edit in enumerate(edits, 1):
            who = self.party(_text(edit, "participant"), channel, where)
            at, utc, _ = instant(_text(edit, "timestamp"))
            self.rows.put("events", locator=f"{where} edit {n}", thread=thread, at=at, at_utc=utc, kind="edited",
                          actor=who, value=_text(edit, "previous"))  # fmt: skip

    def reject(self, number: int, row: Any, reason: str) -> None:
        """An event that cannot be filed."""
        self.rows.reject(f"event {number}", reason, len(json.dumps(row)))

    def owner(self) -> tuple[str, str] | None:
        """The one custodian of all conversations, or None."""
        return next(iter(self._owned)) if len(self._owned) == 1 else None


def _names(row: Row) -> set[str]:
    return {(_text(row, name) or "").casefold() for name in ("display", "email", "account_id")}


def _kind(files: list[tuple[str, Any]]) -> str:
    if not files:
        return "text"
    return next((kind for shape, kind in _KINDS if re.search(shape, files[0][0], re.I)), "document")


def read(opened: Opened, hints: Hints) -> Reading:
    """Read one file.

    Raises
    ------
    FormatError
        There is no manifest in it, or the manifest is no JSON object.
    """
    package = rsmf_file.opened(opened)
    manifest = _Manifest(package, opened)
    manifest.begin()
    events = package.manifest.get("events")
    for number, row in enumerate(events if isinstance(events, list) else [], 1):
        if isinstance(row, dict):
            manifest.event(number, row)
        else:
            manifest.reject(number, row, "an event that is no object")
    reading = manifest.rows.reading("")
    channels = set(reading.threads["channel"].to_pylist())
    reading.channel = channels.pop() if len(channels) == 1 else ""
    utc = [*reading.copies["at_utc"].to_pylist(), *reading.events["at_utc"].to_pylist()]
    reading.zone_basis = "embedded" if all(utc) else "assumed"
    if owner := manifest.owner():
        reading.owner, reading.owner_kind = owner
        reading.owner_basis = "embedded: custodian of the conversations"
    if faults := [text for text in manifest.faults if text in rsmf_file.UNREAD and manifest.faults[text]]:
        reading.status = "partial" if reading.copies.num_rows else "unreadable"
        reading.reason = "; ".join(faults)
    reading.notes = [*package.notes, *reading.notes]
    return reading


READER = Reader(
    name="rsmf",
    channel="",
    recognises=rsmf_file.recognises,
    read=read,
    member=rsmf_file.MANIFEST,
    formats="RSMF 1.0 and 2.0: .rsmf mail, rsmf.zip, rsmf_manifest.json",
    yields="messages with direction, deletion flag, edits, reactions, receipts, attachments with hashes; joinings, "
    "leavings and notices as events",
    cannot_know="what the writer of the file left out; the zone of times written without one; who stands behind a name",
    tested="Relativity's validator samples (4, all faulty on purpose); made up by rule",
)
