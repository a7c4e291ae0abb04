"""What Apple's message databases record beside messages: tapbacks, edits, retractions, acts in groups."""

from __future__ import annotations

import plistlib
import re
from typing import Any
from xml.parsers.expat import ExpatError

import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake import typedstream
from analysis.intake.columnar import (
    APPLE_EPOCH_S,
    Column,
    apple_dates,
    coded,
    happened,
    instants,
    located,
    lookup,
    table,
    translated,
    widened,
)
from analysis.intake.kinds import phone_or_email
from analysis.intake.sqlite_file import Database

MARKS = {2000: "loved", 2001: "liked", 2002: "disliked", 2003: "laughed", 2004: "emphasised", 2005: "questioned",
         2006: "emoji", 2007: "sticker", 1000: "sticker"}  # fmt: skip
BACK = 1000  # added to a mark's number: the mark was taken back
_PARENT = re.compile(r"^(?:p:\d+/|bp:)")
_PARTICIPANT, _NAME, _OTHER = 1, 2, 3
_ACTS = {(_PARTICIPANT, 0): "added", (_PARTICIPANT, 1): "removed", (_NAME, 0): "subject_changed", (_OTHER, 0): "left"}
_UNREADABLE = (plistlib.InvalidFileException, ExpatError, ValueError, KeyError, IndexError, OverflowError, TypeError,
               RecursionError, AttributeError, UnicodeError, MemoryError)  # fmt: skip


def is_mark(found: pa.Table) -> Column:
    """Rows that mark another message instead of saying something."""
    numbers = [*MARKS, *(number + BACK for number in MARKS if number >= 2000)]
    return pc.is_in(found["associated_message_type"], value_set=pa.array(numbers, pa.int64()), skip_nulls=True)


def marks(found: pa.Table, messages: pa.Table) -> pa.Table:
    """Tapbacks: who marked which message how; only the last mark of each person is kept by the phone."""
    back = pc.greater_equal(found["associated_message_type"], 2000 + BACK)
    name = coded(found["associated_message_type"], MARKS)
    parent = pc.replace_substring_regex(found["associated_message_guid"], _PARENT.pattern, "")
    emoji = pc.and_(pc.equal(name, "emoji"), pc.is_valid(found["body"]))
    return table(
        "reactions", phone_or_email, locator=located("message", found["rowid"]), parent=parent, handle=found["who"],
        copy=lookup(parent, messages["guid"], pa.array(range(messages.num_rows), pa.int64())),
        from_owner=found["mine"], at=instants(found["ms"]),
        value=pc.if_else(back, None, pc.if_else(emoji, found["body"], name)),
    )  # fmt: skip


def summary(blob: bytes | None) -> dict[str, Any]:
    """The property list of an edited message; empty where there is none that can be read."""
    try:
        found = plistlib.loads(blob) if blob else {}
    except _UNREADABLE:
        return {}
    return found if isinstance(found, dict) else {}


def versions(blob: bytes | None) -> list[tuple[int, int, int | None, str | None]]:
    """Texts an edited message had: part, version, milliseconds since 1970, text; version 0 is the first."""
    parts = summary(blob).get("ec", {})
    found: list[tuple[int, int, int | None, str | None]] = []
    for part, history in sorted(parts.items()) if isinstance(parts, dict) else []:
        for place, version in enumerate(history if isinstance(history, list) else []):
            if not isinstance(version, dict) or not str(part).isdecimal():
                continue
            when, text = version.get("d"), version.get("t")
            sound = isinstance(when, int | float) and 0 < when < 1 << 32
            ms = round((when + APPLE_EPOCH_S) * 1000) if sound and when is not None else None
            found.append((int(part), place, ms, typedstream.text(text)[0] if isinstance(text, bytes) else None))
    return found


def edits(messages: pa.Table) -> pa.Table:
    """One event per edit: when, and what the message said before."""
    changed = messages.filter(pc.is_valid(messages["message_summary_info"]))
    rows = []
    for message in changed.select(["rowid", "thread", "who", "message_summary_info"]).to_pylist():
        before: dict[int, str | None] = {}
        for part, version, ms, text in versions(message["message_summary_info"]):
            if version:
                locator = f"message {message['rowid']} part {part} edit {version}"
                rows.append((locator, message["thread"], ms, "edited", message["who"], None, before.get(part)))
            before[part] = text
    return happened(rows, phone_or_email)


def is_gone(messages: pa.Table) -> Column:
    """Messages taken back whole: marked so, or with every part retracted and nothing left to read."""
    marked = pc.greater(pc.coalesce(messages["date_retracted"], pa.scalar(0)), 0)
    silent = pc.if_else(pc.is_null(messages["body"]), messages["message_summary_info"], None)
    return pc.or_(marked, pc.coalesce(translated(silent, _retracted, pa.bool_()), pa.scalar(False)))


def _retracted(blob: bytes | None) -> bool:
    """Whether a summary lists every part it knows as retracted."""
    found = summary(blob)
    gone, parts = found.get("rp"), found.get("otr")
    return isinstance(gone, list) and bool(gone) and len(gone) >= (len(parts) if isinstance(parts, dict) else 1)


def taken_back(messages: pa.Table) -> pa.Table:
    """One event per retraction; the time is that of the last change, where the phone kept one."""
    gone, dates = is_gone(messages), [messages[name] for name in ("date_retracted", "date_edited")]
    changed = apple_dates(pc.coalesce(*(pc.if_else(pc.equal(date, 0), None, date) for date in dates)))
    found, rows = widened(messages, gone=gone, changed=changed), []
    for message in found.filter(pc.or_(gone, pc.is_valid(messages["message_summary_info"]))).to_pylist():
        parts = summary(message["message_summary_info"]).get("rp")
        if not message["gone"] and not (isinstance(parts, list) and parts):
            continue
        value = message["guid"] if message["gone"] else f"part of {message['guid']}"
        locator = f"message {message['rowid']} retracted"
        rows.append((locator, message["thread"], message["changed"], "message_deleted", message["who"], None, value))
    return happened(rows, phone_or_email)


def acts(database: Database, found: pa.Table) -> pa.Table:
    """Acts in groups; what is not known keeps its numbers."""
    handle = database.read("handle", text="id")
    other = lookup(found["other_handle"], handle["rowid"], handle["id"])
    item, action = found["item_type"], pc.coalesce(found["group_action_type"], pa.scalar(0))
    number = pc.add(pc.multiply(item, 1000), pc.if_else(pc.equal(item, _NAME), 0, action))
    kind = pc.coalesce(coded(number, {i * 1000 + a: name for (i, a), name in _ACTS.items()}), pa.scalar("other"))
    own = pc.and_(
        pc.equal(kind, "added"),
        pc.and_(pc.is_valid(found["handle_id"]), pc.equal(found["handle_id"], found["other_handle"])),
    )
    kind = pc.if_else(pc.coalesce(own, pa.scalar(False)), "number_changed", kind)
    target = pc.if_else(pc.equal(kind, "left"), found["who"], other)
    words = pc.binary_join_element_wise(
        "item_type", pc.cast(item, pa.string()), "action", pc.cast(action, pa.string()), found["group_title"], " ",
        null_handling="skip",
    )  # fmt: skip
    return table(
        "events", phone_or_email, locator=located("message", found["rowid"]), thread=found["thread"],
        at=instants(found["ms"]), at_utc=True, kind=kind, actor=found["who"], target=target,
        value=pc.if_else(pc.equal(kind, "subject_changed"), found["group_title"], words),
    )  # fmt: skip
