"""Reader of SMS Backup & Restore XML: text messages, multimedia messages and calls of one Android phone.

Source: synctech.com.au, "Fields in XML backup files". Locators are `bytes A-B`: the record is file[A:B].
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from analysis.intake.columns import Columns
from analysis.intake.detect import after_prolog
from analysis.intake.elements import Attributes, Element, Elements
from analysis.intake.handles import normal
from analysis.intake.kinds import carried
from analysis.intake.records import Hints, Opened, Reader, Reading

_ROOT = re.compile(r"<(?:!DOCTYPE\s+)?(?:smses|calls)(?=[\s>/\[])")
STATES = {"1": "present", "2": "present", "3": "draft", "4": "queued", "5": "failed", "6": "queued"}
RECEIVED = "1"
NUMBER_OF_OWNER = "insert-address-token"
FROM, ROLES = "137", {"151": "to", "130": "cc", "129": "bcc"}
CALLS = {"1": "incoming", "2": "outgoing", "3": "missed", "4": "voicemail", "5": "rejected", "6": "refused list"}
SECONDS_BELOW = 10**11  # a date this small is in seconds: in milliseconds it would lie before March 1973
LATEST_MS = 4_102_444_800_000  # the year 2100: a later date is not a date
_UNKNOWN = frozenset({"", "(unknown)", "null"})


def _recognises(head: bytes, name: str) -> bool:
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = head.decode("utf-16" if wide else "utf-8", "replace")
    return bool(_ROOT.match(after_prolog(text)))


def _value(attributes: Attributes, name: str) -> str | None:
    found = attributes.get(name)
    return None if found is None or found == "null" else found


def _instant(text: str | None) -> datetime | None:
    if not text or not text.isascii() or not text.isdecimal():
        return None
    number = int(text[:20])
    number = number * 1000 if number < SECONDS_BELOW else number
    if not 0 < number < LATEST_MS:
        return None
    return datetime.fromtimestamp(number // 1000, UTC).replace(tzinfo=None, microsecond=number % 1000 * 1000)


class _Backup:
    """What has been read of one backup so far, as columns."""

    def __init__(self, hints: Hints) -> None:
        self.hints = hints
        self.rows = Columns()
        self.threads: dict[str, tuple[list[str], str | None]] = {}
        self.labels: dict[tuple[str, str], str] = {}
        self.own: Counter[str] = Counter()
        self.others: set[str] = set()

    def take(self, element: Element) -> None:
        """File one record under copies, events or rejects; every byte of it goes where the record goes."""
        readers = {"sms": self._sms, "mms": self._mms, "call": self._call}
        locator = f"bytes {element.start}-{element.end}"
        read = readers.get(element.name)
        kind = read(element, locator) if read else ""
        if not kind:
            reason = "no date, address or content" if read else f"unknown record <{element.name[:40]}>"
            self.rows.reject(locator, reason, element.end - element.start)
        else:
            self.rows.bytes[kind] += element.end - element.start

    def _sms(self, element: Element, locator: str) -> str:
        fields = element.attributes
        address, body, written = (_value(fields, name) for name in ("address", "body", "date"))
        if address is None and body is None and written is None:
            return ""
        box = fields.get("type", "")
        thread = self._thread([address] if address else [], _value(fields, "contact_name"), locator)
        self._copy(
            locator=locator, thread=thread, box=box, sender=address if box == RECEIVED else None, written=written,
            sent=_value(fields, "date_sent"), subject=_value(fields, "subject"), body=body, kind="text",
        )  # fmt: skip
        if box == RECEIVED:
            self._recipient(None, "to")
        elif address and box in STATES:
            self._recipient(address, "to")
        return "copies"

    def _copy(self, box: str, written: str | None, sent: str | None, **values: Any) -> None:
        at = _instant(written)
        state = STATES.get(box)
        if state is None:
            self.rows.said[f"message box {box[:12] or 'absent'} is not known: direction left open"] += 1
        elif state != "present":
            self.rows.said[f"{state}: kept with that state, not known to have been sent"] += 1
        other_clock = sent not in (None, "0", written)
        self.rows.put(
            "copies", **values, sender_kind="phone" if values["sender"] else None,
            from_owner=None if state is None else box != RECEIVED, at=at, at_utc=True, precision="ms",
            sent_text=f"{written or ''}; date_sent {sent}" if other_clock else written, state=state or "present",
            forwarded=False, edited=False,
        )  # fmt: skip

    def _mms(self, element: Element, locator: str) -> str:
        fields = element.attributes
        parts = [attributes for name, attributes in element.inside if name == "part"]
        written, address = _value(fields, "date"), _value(fields, "address")
        if written is None and address is None and not parts:
            return ""
        box = fields.get("msg_box", "")
        group = [part for part in (address or "").split("~") if part and part != NUMBER_OF_OWNER]
        addresses = [(a.get("type", ""), a.get("address", "")) for name, a in element.inside if name == "addr"]
        sender = next((handle for role, handle in addresses if role == FROM), None)
        if sender is None and box == RECEIVED and len(group) == 1:
            sender = group[0]
        thread = self._thread(group, _value(fields, "contact_name"), locator)
        files = [part for part in parts if _is_file(part)]
        kind = (carried(files[0].get("ct")) or "document") if files else "text"
        texts = [text for part in parts if not _is_file(part) and (text := _text(part)) is not None]
        self._copy(
            locator=locator, thread=thread, box=box, sender=None if sender == NUMBER_OF_OWNER else sender,
            written=written, sent=_value(fields, "date_sent"), subject=_value(fields, "sub"),
            body="\n".join(texts) if texts else None, kind=kind, native_id=_value(fields, "m_id"),
        )  # fmt: skip
        self._addressed(box, group, sender, addresses)
        for part in files:
            self._file(part)
        return "copies"

    def _addressed(self, box: str, group: list[str], sender: str | None, addresses: list[tuple[str, str]]) -> None:
        named = [(handle, ROLES[role]) for role, handle in addresses if role in ROLES and handle]
        if not named:
            named = [(NUMBER_OF_OWNER, "to")] if box == RECEIVED else [(handle, "to") for handle in group]
        for handle, role in named:
            self._recipient(None if handle == NUMBER_OF_OWNER else handle, role)
        candidates = [handle for handle, _ in named] if box == RECEIVED else [sender or ""]
        self.own.update(self._number(handle) for handle in candidates if handle not in ("", NUMBER_OF_OWNER))

    def _file(self, part: Attributes) -> None:
        data = part.get("data") or ""
        try:
            content = base64.b64decode(data, validate=False) if data != "null" else b""
        except (binascii.Error, ValueError):
            content = b""
            self.rows.said["attachments whose base64 is broken"] += 1
        name = next((found for key in ("cl", "name", "fn") if (found := _value(part, key))), None)
        self.rows.put(
            "attachments", copy=self.rows.copy, name=name, mime=_value(part, "ct"),
            bytes=len(content) if content else None, sha256=hashlib.sha256(content).hexdigest() if content else None,
            present=bool(content),
        )  # fmt: skip

    def _call(self, element: Element, locator: str) -> str:
        fields = element.attributes
        number, written = _value(fields, "number"), _value(fields, "date")
        if number is None and written is None:
            return ""
        hidden = not number or number.startswith("-")
        kind = CALLS.get(fields.get("type", ""), "unknown direction")
        thread = self._thread([] if hidden or not number else [number], _value(fields, "contact_name"), locator)
        self.rows.put(
            "events", locator=locator, thread=thread, at=_instant(written), at_utc=True, kind="call",
            value=f"{kind}, {fields.get('duration', '?')} s",
            **{"target" if kind == "outgoing" else "actor": (None, None) if hidden else (number, "phone")},
        )  # fmt: skip
        return "events"

    def _recipient(self, handle: str | None, role: str) -> None:
        """A recipient of the last copy; no handle: the owner of the phone."""
        kind = "phone" if handle else None
        self.rows.put("recipients", copy=self.rows.copy, handle=handle, kind=kind, role=role)

    def _number(self, handle: str) -> str:
        return normal("phone", handle, self.hints.region)[1]

    def _thread(self, group: list[str], label: str | None, locator: str) -> str:
        """Key of a conversation: the normal forms of everybody in it but the owner."""
        key = "~".join(sorted({self._number(handle) for handle in group})) or "(no address)"
        known = label if label and label.casefold() not in _UNKNOWN else None
        if key not in self.threads or (known and not self.threads[key][1]):
            self.threads[key] = (group, known)
        self.others.update(key.split("~"))
        if known and len(group) == 1:
            self.labels.setdefault((group[0], known), locator)
        return key

    def finish(self) -> None:
        """Threads and names, once everything has been seen."""
        for key, (group, label) in self.threads.items():
            single = len(set(key.split("~"))) == 1
            self.rows.put(
                "threads", thread=key, kind="pair" if single else "group", title=label,
                counterpart=group[0] if single and group else None,
                counterpart_kind="phone" if single and group else None,
            )  # fmt: skip
        for (handle, label), locator in self.labels.items():
            self.rows.put("names", handle=handle, kind="phone", label=label, basis="sms_backup", locator=locator)

    def owner(self) -> str | None:
        """The phone's own number: to whom received, and from whom sent, multimedia messages say they are; or None."""
        found = [number for number, _ in self.own.most_common() if number not in self.others]
        return found[0] if len(found) == 1 else None


def _is_file(part: Attributes) -> bool:
    kind = part.get("ct", "")
    return kind != "application/smil" and (kind != "text/plain" or _value(part, "text") is None)


def _text(part: Attributes) -> str | None:
    return None if part.get("ct") == "application/smil" else _value(part, "text")


def read(opened: Opened, hints: Hints) -> Reading:
    """Read one backup.

    Raises
    ------
    FormatError
        A DOCTYPE is declared, or the nesting is not that of a backup.
    """
    elements = Elements(opened.path)
    backup = _Backup(hints)
    n_records = 0
    for element in elements:
        n_records += 1
        backup.take(element)
    backup.finish()
    if elements.fault:
        locator = f"bytes {elements.fault.start}-{elements.size}"
        backup.rows.reject(locator, elements.fault.reason, elements.size - elements.fault.start)
    reading = backup.rows.reading("sms", elements.size - backup.rows.bytes.total(), zone_basis="embedded")
    reading.n_rows = n_records + bool(elements.fault)
    if owner := backup.owner():
        reading.owner, reading.owner_kind = owner, "phone"
        reading.owner_basis = "embedded: own number in multimedia messages"
    if elements.fault:
        reading.ended(elements.fault.reason)
    reading.notes += _notes(elements, n_records)
    return reading


def _notes(elements: Elements, n_records: int) -> list[str]:
    notes, mended = [], elements.references
    if mended.joined:
        notes.append(f"{mended.joined} characters written as two surrogate references were joined")
    if mended.replaced:
        notes.append(f"{mended.replaced} references to no character were read as U+FFFD")
    declared = elements.root[1].get("count", "")
    if declared.isdecimal() and int(declared) != n_records:
        notes.append(f"the file declares {declared} records and holds {n_records}")
    if made := _instant(elements.root[1].get("backup_date")):
        notes.append(f"backup made at {made.isoformat(timespec='seconds')} UTC")
    return notes


READER = Reader(
    name="sms_xml",
    channel="sms",
    recognises=_recognises,
    read=read,
    formats="SMS Backup & Restore XML (Android): sms, mms with groups and attachments, calls",
    yields="messages sent, received, drafted, failed; calls as events; contact names; attachments with hashes",
    cannot_know="whether a message was delivered or read in full; messages deleted before the backup; the phone's own "
    "number, unless a multimedia message or the register gives it",
    tested="shruggie, fkleon (13 files); made up by rule",
)
