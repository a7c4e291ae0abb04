"""Lines of WhatsApp's iPhone app and its lists of members, as events."""

from __future__ import annotations

import json
import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake import jids, protobuf
from analysis.intake.columnar import happened, located, lookup, table
from analysis.intake.sqlite_file import Database
from analysis.intake.whatsapp_codes import IOS_CALL, IOS_CHAT_EVENTS, IOS_GROUP_EVENTS, IOS_GROUP_LINE

TIMER = (36,)  # field of ZMETADATA that holds a disappearing timer in seconds
_JID = re.compile(r"\d+(?:-\d+)?@(?:s\.whatsapp\.net|lid)")


def acts_of(acts: pa.Table, media: pa.Table) -> pa.Table:
    """Lines of the app: one event per act and person it concerns."""
    meta = lookup(acts["rowid"], media["line"], media["meta"]).to_pylist()
    rows = []
    for act, blob in zip(acts.to_pylist(), meta, strict=True):
        kind, value = _meaning(act, blob)
        named = [jids.handle(jid) for jid in _JID.findall(act["ZTEXT"] or "")]
        member = jids.handle(act["member"])
        by, whom = _roles(kind, member, named, act["sender"])
        for place, target in enumerate(whom, 1):
            locator = f"ZWAMESSAGE {act['rowid']}" + (f" person {place}" if len(whom) > 1 else "")
            who = target if kind in ("left", "joined") else by
            rows.append((locator, act["thread"], act["ms"], kind, who, target, value))
    return happened(rows, jids.handle_kind)


def _roles(
    kind: str, member: str | None, named: list[str | None], sender: str | None
) -> tuple[str | None, list[str | None]]:
    """Who did it, to whom. The row points at the member concerned; its text names who acted, or several concerned."""
    if kind in ("added", "removed"):
        return (named[0] if named else None, [member]) if member else (None, named or [None])
    if kind in ("left", "joined"):
        return None, [member] if member or not named else named
    return member or sender, [None]


def _meaning(act: dict[str, Any], meta: bytes | None) -> tuple[str, str | None]:
    """Kind and value of one line of the app; what is not known keeps its numbers."""
    code, event, text = act["ZMESSAGETYPE"], act["ZGROUPEVENTTYPE"], act["ZTEXT"]
    if code == IOS_CALL:
        return "call", text or f"line of a call, type {code}"
    kind = (IOS_GROUP_EVENTS if code == IOS_GROUP_LINE else IOS_CHAT_EVENTS).get(event, "other")
    if kind in ("subject_changed", "created"):
        return kind, _subject(text)
    if kind == "timer_on":
        seconds = protobuf.number(meta or b"", *TIMER)
        return ("timer_off" if seconds == 0 else "timer_on"), None if seconds is None else str(seconds)
    words = f"type {code} event {event}"
    return kind, f"{words}: {text}" if text else words


def _subject(text: str | None) -> str | None:
    """A group's new name: the text, or what newer versions wrap in JSON."""
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return text
    return str(found["new_subject"]) if isinstance(found, dict) and "new_subject" in found else text


def roster(database: Database) -> pa.Table:
    """Members as listed when the copy was made: no time."""
    found = database.read("ZWAGROUPMEMBER", int="ZCHATSESSION ZISACTIVE", text="ZMEMBERJID")
    session = database.read("ZWACHATSESSION", text="ZCONTACTJID")
    who, kind = jids.handles(found["ZMEMBERJID"])
    gone = pc.equal(pc.coalesce(found["ZISACTIVE"], pa.scalar(1)), 0)
    return table(
        "events", locator=located("ZWAGROUPMEMBER", found["rowid"]), at_utc=True, target=who,
        thread=lookup(found["ZCHATSESSION"], session["rowid"], session["ZCONTACTJID"]), target_kind=kind,
        kind=pc.if_else(gone, "other", "member"), value=pc.if_else(gone, "member no longer active", None),
    )  # fmt: skip
