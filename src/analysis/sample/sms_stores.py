"""Text messages as a phone's own database holds them: Android's mmssms.db, an iPhone's sms.db."""

from __future__ import annotations

import plistlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from analysis.sample.databases import Base
from analysis.sample.phones import EDIT_MS, EDITS
from analysis.store import make_id

NAMES = {"mmssms": "mmssms.db", "imessage": "sms.db"}
PICTURES = 9  # every so many group messages carry a picture
APPLE_MS = 978_307_200_000
CENTRE, OWNER = "+447700900999", "insert-address-token"


def write(form: str, path: Path, own: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, str]]:
    """Write rows (at, number, label, record) in order of time; gives number and label in the order of the file."""
    base = Base(path, form)
    if form == "imessage":
        for at, no, label, record in rows:
            _imessage(base, own, at, no, record)
            yield no, label
    else:
        late = []
        for at, no, label, record in rows:
            if record[5]:
                late.append((no, label))
                _mms(base, at, no, record)
            else:
                _sms(base, at, record)
                yield no, label
        yield from late  # multimedia messages stand in a table of their own
    base.close()


def before(no: int, text: str) -> str:
    """What a message said before it was changed: all but its last word; empty for one that was not."""
    return text.rpartition(" ")[0] if no % EDITS == 0 else ""


def typedstream(text: str) -> bytes:
    """An archived attributed string as Apple's message databases hold it."""
    data, size = text.encode(), len(text.encode())
    short, wide = size < 1 << 7, size >= 1 << 16
    length = bytes([size]) if short else bytes([0x81 + wide]) + size.to_bytes(4 if wide else 2, "little")
    classes = b"\x12NSAttributedString\x00\x84\x84\x08NSObject\x00\x85\x92\x84\x84\x84\x08NSString\x01\x94\x84\x01+"
    return (
        b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84" + classes + length + data
        + b"\x86\x84\x02iI\x01" + length + b"\x86\x86"
    )  # fmt: skip


def _history(at: int, was: str, text: str) -> dict[str, Any]:
    """Columns of a changed message: when, and all it said, in a property list."""
    seconds = (at - APPLE_MS) / 1000
    said = [{"d": seconds, "t": typedstream(was)}, {"d": seconds + EDIT_MS / 1000, "t": typedstream(text)}]
    parts = {"ec": {"0": said}, "otr": {"0": {"lo": 0, "le": len(text)}}}
    return {
        "service": "iMessage", "date_edited": (at + EDIT_MS - APPLE_MS) * 1_000_000,
        "message_summary_info": plistlib.dumps(parts, fmt=plistlib.FMT_BINARY),
    }  # fmt: skip


def _thread(base: Base, others: list[str]) -> int:
    people = [base.once("canonical_addresses", other, {"address": other}) for other in sorted(others)]
    ids = " ".join(map(str, people))
    return base.once("threads", ids, {"recipient_ids": ids})


def _sms(base: Base, at: int, record: tuple[Any, ...]) -> None:
    own, text, others, _, sent, _ = record
    base.add("sms", thread_id=_thread(base, others), address=others[0], date=at, date_sent=0 if own else sent, read=1,
             type=2 if own else 1, body=text, service_center=None if own else CENTRE)  # fmt: skip


def _mms(base: Base, at: int, no: int, record: tuple[Any, ...]) -> None:
    own, text, others, sender, sent, _ = record
    row = base.add("pdu", thread_id=_thread(base, others), date=at // 1000, date_sent=sent // 1000,
                   msg_box=2 if own else 1, m_id=f"m{no}", m_type=128 if own else 132)  # fmt: skip
    base.add("part", mid=row, seq=-1, ct="application/smil", name="smil.xml", text="<smil></smil>")
    base.add("part", mid=row, seq=0, ct="text/plain", name="t.txt", cl="t.txt", text=text)
    base.add("addr", msg_id=row, address=OWNER if own else sender, type=137, charset=106)
    if no % PICTURES == 0:
        base.add("part", mid=row, seq=1, ct="image/jpeg", name=f"IMG_{no}.jpg", cl=f"IMG_{no}.jpg")
    for other in others if own else [OWNER, *(other for other in others if other != sender)]:
        base.add("addr", msg_id=row, address=other, type=151, charset=106)


def _imessage(base: Base, own: str, at: int, no: int, record: tuple[Any, ...]) -> None:
    mine, text, others, sender, _, group = record
    handles = {one: base.once("handle", one, {"id": one, "country": "gb", "service": "SMS"}) for one in others}
    key = f"chat{int(make_id(*sorted(others))[:12], 16)}" if group else others[0]
    known = ("chat", key) in base.ids
    chat = base.once("chat", key, {
        "guid": f"SMS;{'+' if group else '-'};{key}", "style": 43 if group else 45, "chat_identifier": key,
        "service_name": "SMS",
    })  # fmt: skip
    if not known:
        for other in sorted(handles):
            base.add("chat_handle_join", chat_id=chat, handle_id=handles[other])
    guid, date = make_id("message", no) + make_id(no, "message"), (at - APPLE_MS) * 1_000_000
    row = base.add(
        "message", guid=f"{guid[:8]}-{guid[8:12]}-{guid[12:16]}-{guid[16:20]}-{guid[20:]}".upper(), text=text,
        handle_id=handles[others[0] if mine else sender] if not (mine and group) else 0,
        account=f"P:{own}", date=date, is_from_me=int(mine), destination_caller_id=own,
        **(_history(at, was, text) if (was := before(no, text)) else {"service": "SMS"}),
    )  # fmt: skip
    if group and no % PICTURES == 0:
        name = f"IMG_{no}.jpg"
        picture = base.add(
            "attachment", guid=f"at_{no}", filename=f"~/{name}", mime_type="image/jpeg", transfer_name=name
        )
        base.add("message_attachment_join", message_id=row, attachment_id=picture)
    base.add("chat_message_join", chat_id=chat, message_id=row, message_date=date)
