"""Reader of Cellebrite reports: `report.xml`, alone or inside a `.ufdr`, with all channels of one phone.

Sources: IPED's UFED test models, ufedlib (see formats: no official schema is public). A message Cellebrite calls
deleted was recovered whole: it is a copy with state `deleted`, body kept. Locators are a model's kind and id.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from analysis.intake import jids
from analysis.intake.columns import Columns
from analysis.intake.detect import after_prolog
from analysis.intake.handles import normal
from analysis.intake.kinds import carried, native
from analysis.intake.records import Hints, Opened, Reader, Reading
from analysis.intake.times import instant
from analysis.intake.ufed_models import Model, Models, state_of
from analysis.intake.ufed_parties import Party, People, channel_of, handle_of

MESSAGES = {"InstantMessage": "", "SMS": "sms", "MMS": "sms", "Email": "email"}
ROLES = ("To", "Cc", "Bcc")
CHATS = {"oneonone": "pair", "group": "group", "broadcast": "broadcast", "channel": "broadcast"}
EVENTS = tuple((re.compile(words, re.I), kind) for words, kind in (
    ("joined", "joined"), ("added|invited", "added"), ("left", "left"), ("removed|kicked|banned", "removed"),
    ("numberchange", "number_changed"), ("admin|owner", "admin_changed"), ("encrypt|security", "encryption_notice"),
    ("created", "created"), ("name|title|subject|topic", "subject_changed"),
))  # fmt: skip
NOBODY: Party = (None, None, None)
SYSTEM = re.compile(r"system messages?", re.I)
_ROOT = re.compile(r"<(?:\w+:)?(?:project|report|decodedData|modelType|model)[\s>]")
_MARK = re.compile(r"pa\.cellebrite\.com/report|\sdecoding_confidence=")


def _recognises(head: bytes, name: str) -> bool:
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = after_prolog(head.decode("utf-16" if wide else "utf-8", "replace"))
    return bool(_ROOT.match(text) and _MARK.search(text))


class _Report:
    """What has been read so far; `alone` are messages of the open chat that name no recipient."""

    def __init__(self, hints: Hints, opened: Opened, models: Models) -> None:
        self.hints, self.models = hints, models
        self.rows = Columns()
        self.people = People(self.rows)
        self.threads: dict[str, dict[str, Any]] = {}
        self.alone: list[tuple[int, bool | None]] = []
        self.files = {name.lower(): facts for name, facts in opened.members.items()}

    def take(self, model: Model) -> None:
        """File one model under copies, events, names or threads; kinds that are no communication are counted."""
        acts = {
            "Chat": self._chat,
            "Call": self._call,
            "Contact": self.people.contact,
            "UserAccount": self.people.account,
        }
        act = self._message if model.kind in MESSAGES else acts.get(model.kind)
        if act:
            act(model)
        else:
            self.rows.said[f"models of kind {model.kind[:40]} were not read: no communication"] += 1

    def _parties(self, channel: str, model: Model) -> tuple[list[Party], list[tuple[Party, str, Model]]]:
        """Senders, and receivers with their roles: in fields of their own, or told apart by the role of a party."""
        senders, others = model.inside("From"), [(one, role) for role in ROLES for one in model.inside(role)]
        for party in model.inside("Parties", "Participants"):
            role = (party.text("Role") or "").strip().capitalize()
            if role == "From":
                senders.append(party)
            elif role in ROLES:
                others.append((party, role))
        named = [(self.people.party(channel, party), role.lower(), party) for party, role in others]
        return [self.people.party(channel, party) for party in senders], named

    def _message(self, model: Model) -> None:
        channel = MESSAGES[model.kind] or channel_of((model.within or model).text("Source", "SourceApplication"))
        senders, others = self._parties(channel, model)
        labels = {text.strip() for extra in model.inside("MessageExtraData") for text in extra.texts.get("Label", ())}
        if "System" in labels or any(SYSTEM.fullmatch((name or "").strip()) for name, _, _ in senders):
            self._system(model, channel)
            return
        sender = senders[0] if senders else (None, None, bool(others) or None)
        own = sender[2]
        own = False if own is None and senders and model.kind in ("SMS", "MMS") else own
        away = [party for party, _, _ in others] + ([(*sender[:2], own)] if not own else [])
        thread = self._thread_of(model, channel, away)
        self._copy(model, channel, labels, thread=thread, sender=sender, from_owner=own)
        place = self.rows.copy
        if self.threads[thread]["kind"] in ("pair", "mail") or not model.within:
            for party, role, _ in others:
                if party[0] or party[2]:
                    self.rows.put("recipients", copy=place, handle=party, role=role)
            if not others and channel != "email":
                self.alone.append((place, own))
        self._receipts(model, others, place)
        if not model.within:
            self._answered((None, None))

    def _copy(self, model: Model, channel: str, labels: set[str], **who: Any) -> None:
        at, utc, precision = instant(written := model.text("TimeStamp"))
        embedded = model.inside("EmbeddedInstantMessage") if "Forwarded" in labels else []
        files = [file for part in (model, *embedded[:1]) for file in part.inside("Attachment", "Attachments")]
        cards = model.inside("SharedContacts")
        body = model.text("Body") or next((text for part in embedded if (text := part.text("Body"))), None)
        quoted = [extra for extra in model.inside("MessageExtraData") if extra.kind == "ReplyMessageData"]
        self.rows.put(
            "copies", **who, locator=model.locator, at=at, at_utc=utc, precision=precision, sent_text=written,
            kind=_kind(channel, files, cards), state=self._state(model), subject=model.text("Subject"),
            body=body or "\n".join(_card(card) for card in cards) or None,
            native_id=native(model.text("Identifier", "MessageID")), forwarded="Forwarded" in labels,
            reply_to=next((found for extra in quoted if (found := extra.text("OriginalMessageID"))), None),
            edited="Edited" in labels,
        )  # fmt: skip
        self.rows.said["messages without a readable time"] += at is None
        self.rows.said["forwarded messages whose content stands in the message inside them"] += bool(embedded)
        for file in files:
            self._file(file)

    def _state(self, model: Model) -> str:
        state, said = state_of(model)
        self.rows.said[said] += bool(said)
        return state

    def _file(self, file: Model) -> None:
        path = file.text("attachment_extracted_path", "AttachmentExtractedPath") or self.models.files.get(file.file_id)
        size, digest = self.files.get((path or "").strip().replace("\\", "/").lstrip("/").lower(), (None, None))
        name = (file.text("Filename", "Name") or path or "").replace("\\", "/").rsplit("/", 1)[-1]
        mime = (file.text("ContentType", "MimeType") or "").partition(";")[0].strip()
        self.rows.put(
            "attachments", copy=self.rows.copy, name=name or None, mime=mime or None, bytes=size,
            sha256=digest, present=bool(digest),
        )  # fmt: skip

    def _receipts(self, model: Model, others: Sequence[tuple[Party, str, Model]], place: int) -> None:
        for whose, _, party in others:
            names = {"delivered_at": "DateDelivered", "read_at": "DateRead", "played_at": "DatePlayed"}
            times = {column: instant(party.text(name))[0] for column, name in names.items()}
            if whose[0] and any(times.values()):
                self.rows.put("receipts", locator=model.locator, copy=place, handle=whose, **times)

    def _thread_of(self, model: Model, channel: str, away: Sequence[Party]) -> str:
        """Key of the conversation; a message outside of a chat is with whoever it names beside the owner."""
        if model.within:
            return self._described(model.within, channel)
        kinds = {handle: kind or "handle" for handle, kind, own in away if handle and not own}
        others = sorted(kinds)
        met = "~".join(dict.fromkeys(normal(kinds[one], one, self.hints.region)[1] for one in others))
        key = f"{channel} {met}" if channel != "email" else model.locator
        kind = "mail" if channel == "email" else "group" if "~" in met else "pair"
        other = others[0] if kind == "pair" and others else None
        self.threads.setdefault(key, {
            "thread": key, "channel": channel, "kind": kind, "title": model.text("Subject") if kind == "mail" else None,
            "counterpart": (other, kinds[other]) if other else None,
        })  # fmt: skip
        return key

    def _described(self, chat: Model, channel: str) -> str:
        """Key of a chat, and what is known by now of its kind, title and counterpart: its messages may come first."""
        written = chat.text("Id")
        handle, kind = handle_of(channel, written)
        key = f"{channel} {normal(kind or 'handle', handle, self.hints.region)[1] if handle else chat.locator}"
        parties = chat.inside("Participants")
        if self.threads.get(key, {}).get("n") == len(parties):
            return key
        people = [self.people.party(channel, party) for party in parties]
        others = [(one, kind) for one, kind, own in people if not own and one]
        shape = jids.thread_kind(written) if channel == "whatsapp" else "group" if len(others) > 1 else "pair"
        told = CHATS.get((chat.text("ChatType") or "").strip().casefold(), shape)
        other: tuple[str | None, str | None]
        other = others[0] if told == "pair" and len(set(others)) == 1 else (None, None)
        if told == "pair" and channel == "whatsapp" and not other[0] and jids.person(written):
            other = handle, kind
        self.threads[key] = {
            "thread": key, "channel": channel, "kind": told, "title": chat.text("Name"), "counterpart": other,
            "n": len(parties),
        }  # fmt: skip
        return key

    def _chat(self, chat: Model) -> None:
        """A chat has ended: its messages with one person, where they name nobody, went to that person or came back."""
        thread = self.threads[self._described(chat, channel_of(chat.text("Source")))]
        self._answered(thread["counterpart"])

    def _answered(self, other: tuple[str | None, str | None]) -> None:
        for place, own in self.alone:
            if own is False or (own and other[0]):
                self.rows.put("recipients", copy=place, handle=other if own else None, role="to")
        self.alone.clear()

    def _system(self, model: Model, channel: str) -> None:
        """A line of the app: one event for each activity it logs, or one of a kind Cellebrite does not tell."""
        thread = self._thread_of(model, channel, ())
        at, utc, _ = instant(model.text("TimeStamp"))
        for number, act in enumerate(model.inside("ActivityLog") or [model], 1):
            action = act.text("Action") or ""
            kind = next((kind for words, kind in EVENTS if words.search(action)), "other")
            named, doers = ([self.people.party(channel, party) for party in act.inside(*fields)]
                            for fields in (("Participant",), ("Actor", "Initiator")))  # fmt: skip
            target = named[0] if named else NOBODY
            actor = doers[0] if doers else target if kind == "left" else NOBODY
            self.rows.put(
                "events", locator=model.locator + (f" #{number}" if number > 1 else ""), thread=thread, at=at,
                at_utc=utc, kind=kind, actor=actor, target=target, value=model.text("Body"),
            )  # fmt: skip

    def _call(self, call: Model) -> None:
        channel = channel_of(call.text("Source") or "phone")
        callers, called = self._parties(channel, call)
        thread = self._thread_of(call, channel, [*callers, *(party for party, _, _ in called)])
        at, utc, _ = instant(call.text("TimeStamp"))
        actor, target = callers[0] if callers else NOBODY, called[0][0] if called else NOBODY
        told = (call.text("Direction", "Type"), call.text("Duration"), "video" if call.true("VideoCall") else None)
        self.rows.put(
            "events", locator=call.locator, thread=thread, at=at, at_utc=utc, kind="call", actor=actor, target=target,
            value=", ".join(filter(None, told)) or None,
        )  # fmt: skip

    def finish(self) -> str:
        """Threads, in order of their keys; gives the one channel of the report, or '' when it has several."""
        for key in sorted(self.threads):
            self.rows.put("threads", **{name: value for name, value in self.threads[key].items() if name != "n"})
        channels = {thread["channel"] for thread in self.threads.values()} or set(self.people.owners)
        return channels.pop() if len(channels) == 1 else ""


def _kind(channel: str, files: list[Model], cards: list[Model]) -> str:
    if channel == "email":
        return "mail"
    if not files:
        return "contact" if cards else "text"
    return carried(files[0].text("ContentType")) or "document"


def _card(contact: Model) -> str:
    values = [contact.text("Name"), *(entry.text("Value") for entry in contact.inside("Entries"))]
    return "\n".join(value for value in values if value)


def read(opened: Opened, hints: Hints) -> Reading:
    """Read one report.

    Raises
    ------
    FormatError
        A DOCTYPE is declared, or the nesting is not that of a report.
    """
    models = Models(opened.path)
    report = _Report(hints, opened, models)
    for model in models:
        report.take(model)
    channel = report.finish()
    if models.fault:
        start, reason = models.fault
        report.rows.reject(f"bytes {start}-{models.size}", reason, models.size - start)
    report.rows.said.update(f"conversations in channel {thread['channel']}" for thread in report.threads.values())
    reading = report.rows.reading(channel, zone_basis="embedded")
    owners = report.people.owners.get(channel, Counter()).most_common()
    if owners and (len(owners) == 1 or owners[0][1] > owners[1][1]):
        reading.owner, reading.owner_kind = owners[0][0]
        reading.owner_basis = "embedded: marked as the owner of the phone"
    if models.fault:
        reading.ended(models.fault[1])
    return reading


READER = Reader(
    name="ufed",
    channel="",
    recognises=_recognises,
    read=read,
    member="report.xml",
    formats="Cellebrite report: report.xml, .ufdr with its files",
    yields="messages of all apps, SMS, MMS and mail with deletion state, quotes, receipts, attachments with hashes; "
    "calls, joinings and leavings as events; names, accounts of the phone",
    cannot_know="what the extraction did not reach or decode; whether a recovered message was deleted by its owner, by "
    "the app or by a timer; a phone's own number for SMS, unless an account or the register gives it",
    tested="IPED's models (2 fragments); reports and .ufdr in both dialects made by hand",
)
