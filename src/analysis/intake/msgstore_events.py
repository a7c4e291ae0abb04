"""What an Android WhatsApp database records beside messages: the app's own lines, calls, rosters, marks, receipts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake.columnar import (
    Column,
    coded,
    happened,
    instants,
    located,
    lookup,
    places,
    plain,
    some,
    table,
    translated,
)
from analysis.intake.jids import handle, handle_kind
from analysis.intake.msgstore_rows import Addresses
from analysis.intake.sqlite_file import Database
from analysis.intake.whatsapp_codes import ANDROID_ACTIONS, ANDROID_CALLS, CALL_RESULTS


def events(database: Database, addresses: Addresses, acts: pa.Table, book: pa.Table, owner: str | None) -> pa.Table:
    """Everything that happened and is not a message, in order of table and row.

    Parameters
    ----------
    acts
        The app's own lines, with `who`.
    book
        Of each copy: line (number of its row), thread, sender, from_owner, native_id.
    owner
        Handle of the phone's owner, if known.
    """
    parts = [
        _acts(database, addresses, acts), _call_lines(acts), _changed(database, addresses, book, owner),
        _calls(database, addresses), _timers(database, addresses), _roster(database, addresses),
        _old_roster(database, addresses),
    ]  # fmt: skip
    return pa.concat_tables(parts)


def _acts(database: Database, addresses: Addresses, found: pa.Table) -> pa.Table:
    """Lines of the app: one event per act and person it concerns."""
    acts = found.filter(pc.is_valid(found["action"]))
    people = database.read("message_system_chat_participant", int="message_row_id user_jid_row_id")
    changes = database.read("message_system_number_change", int="message_row_id old_jid_row_id new_jid_row_id")
    old = lookup(acts["line"], changes["message_row_id"], addresses.of(changes["old_jid_row_id"]))
    new = lookup(acts["line"], changes["message_row_id"], addresses.of(changes["new_jid_row_id"]))
    timers = database.read("message_ephemeral_setting", int="message_row_id setting_duration")
    seconds = lookup(acts["line"], timers["message_row_id"], timers["setting_duration"])
    targets: dict[int, list[str | None]] = {}
    named = addresses.of(people["user_jid_row_id"])
    for row, jid in zip(people["message_row_id"].to_pylist(), named.to_pylist(), strict=True):
        targets.setdefault(row, []).append(jid)
    rows = []
    beside = (column.to_pylist() for column in (old, new, seconds))
    for act, before, after, timer in zip(acts.to_pylist(), *beside, strict=True):
        kind, value = _meaning(act, timer)
        whom = targets.get(act["line"]) or [before if before else None]
        if kind in ("left", "joined") and whom == [None]:
            whom = [act["sender"]]
        for place, target in enumerate(whom, 1):
            by, value_ = (before, None) if after else (act["sender"], value)  # a number: from the old one to the new
            who = target if kind in ("left", "joined") else by
            locator = act["locator"] + (f" person {place}" if len(whom) > 1 else "")
            rows.append((locator, act["thread"], act["ms"], kind, handle(who), handle(after or target), value_))
    return happened(rows, handle_kind)


def _meaning(act: dict[str, Any], seconds: int | None) -> tuple[str, str | None]:
    """Kind and value of one line of the app; what is not known keeps its number."""
    kind = ANDROID_ACTIONS.get(act["action"], "other")
    if act["code"] in (36, 56) or kind == "timer_on" or (seconds is not None and kind == "other"):
        seconds = int(act["text"]) if seconds is None and (act["text"] or "").isdecimal() else seconds
        return ("timer_off" if seconds == 0 else "timer_on"), None if seconds is None else str(seconds)
    if kind in ("subject_changed", "created"):
        return kind, act["text"]
    words = f"action {act['action']}"
    return kind, f"{words}: {act['text']}" if act["text"] else words


def _call_lines(found: pa.Table) -> pa.Table:
    """Calls that stand in the conversation as a line. Newer databases list the call itself in call_log too."""
    calls = found.filter(pc.is_null(found["action"]))
    listed = pc.equal(calls["code"], ANDROID_CALLS[-1])
    number = pc.binary_join_element_wise("line of a call, message_type", pc.cast(calls["code"], pa.string()), " ")
    return _events(
        locator=calls["locator"], thread=calls["thread"], ms=calls["ms"], kind=pc.if_else(listed, "other", "call"),
        actor=calls["who"],
        value=pc.binary_join_element_wise(number, calls["text"], ": ", null_handling="skip"),
    )  # fmt: skip


def _changed(database: Database, addresses: Addresses, book: pa.Table, owner: str | None) -> pa.Table:
    """Messages taken back and edited, each under the key it had; a group's administrator may have taken one back."""
    parts = []
    for name, moment, key, kind in (
        ("message_revoked", "revoke_timestamp", "revoked_key_id", "message_deleted"),
        ("message_edit_info", "edited_timestamp", "original_key_id", "edited"),
    ):
        found = database.read(name, int=f"message_row_id admin_jid_row_id {moment}", text=key)
        thread, author = _author(found["message_row_id"], book, owner)
        parts.append(_events(
            locator=located(name, found["message_row_id"]), thread=thread, ms=found[moment], kind=kind,
            actor=pc.coalesce(addresses.of(found["admin_jid_row_id"]), author), value=found[key],
        ))  # fmt: skip
    return pa.concat_tables(parts)


def _author(rows: Column, book: pa.Table, owner: str | None) -> tuple[Column, Column]:
    """Conversation and author of the messages with these row numbers."""
    place = places(rows, book["line"])
    thread, sender, mine = (plain(book[name].take(place)) for name in ("thread", "sender", "from_owner"))
    return thread, pc.if_else(pc.coalesce(mine, pa.scalar(False)), pa.scalar(owner, pa.string()), sender)


def _calls(database: Database, addresses: Addresses) -> pa.Table:
    found = database.read(
        "call_log", int="jid_row_id from_me timestamp video_call duration call_result group_jid_row_id"
    )
    other, group = addresses.of(found["jid_row_id"]), addresses.of(found["group_jid_row_id"])
    mine = pc.equal(found["from_me"], 1)
    result = pc.coalesce(coded(found["call_result"], CALL_RESULTS), _numbered("result", found["call_result"]))
    value = pc.binary_join_element_wise(
        pc.if_else(pc.equal(found["video_call"], 1), "video", "voice"), pc.if_else(mine, "outgoing", "incoming"),
        result, pc.binary_join_element_wise(pc.cast(found["duration"], pa.string()), pa.scalar("s"), " "), ", ",
        null_handling="skip",
    )  # fmt: skip
    return _events(
        locator=located("call_log", found["rowid"]), thread=pc.coalesce(group, other), ms=found["timestamp"],
        kind="call", actor=pc.if_else(mine, None, other), target=pc.if_else(mine, other, None), value=value,
    )  # fmt: skip


def _timers(database: Database, addresses: Addresses) -> pa.Table:
    """Disappearing timers as the conversation holds them now, with when they were set."""
    found = database.read("chat", int="jid_row_id ephemeral_expiration ephemeral_setting_timestamp")
    found = found.filter(pc.greater(pc.coalesce(found["ephemeral_expiration"], pa.scalar(0)), 0))
    return _events(
        locator=located("chat", found["rowid"]), ms=found["ephemeral_setting_timestamp"], kind="timer_on",
        thread=pc.coalesce(addresses.of(found["jid_row_id"]), located("chat", found["rowid"])),
        value=pc.cast(found["ephemeral_expiration"], pa.string()),
    )  # fmt: skip


def _roster(database: Database, addresses: Addresses) -> pa.Table:
    """Members as listed when the copy was made, and those listed as past members: `member` has no time, `left` has."""
    parts = []
    for name, moment, kind in (
        ("group_participant_user", "", "member"), ("group_past_participant_user", "timestamp", "left"),
    ):  # fmt: skip
        found = database.read(name, int=f"group_jid_row_id user_jid_row_id {moment}")
        person = addresses.of(found["user_jid_row_id"])
        found, person = found.filter(pc.is_valid(person)), person.filter(pc.is_valid(person))
        parts.append(_events(
            locator=located(name, found["rowid"]), thread=addresses.of(found["group_jid_row_id"]), kind=kind,
            ms=found[moment] if moment else None, actor=person if moment else None, target=person,
        ))  # fmt: skip
    return pa.concat_tables(parts)


def _old_roster(database: Database, addresses: Addresses) -> pa.Table:
    """The same of the old tables; what an action of the history means is not documented: its number is kept."""
    listed = database.read("group_participants", text="gjid jid")
    listed = listed.filter(pc.not_equal(pc.coalesce(listed["jid"], pa.scalar("")), ""))
    past = database.read("group_participants_history", int="timestamp action", text="gjid jid")
    return pa.concat_tables([
        _events(
            locator=located("group_participants", listed["rowid"]), thread=addresses.known(listed["gjid"]),
            kind="member", target=addresses.known(listed["jid"]),
        ),
        _events(
            locator=located("group_participants_history", past["rowid"]), thread=addresses.known(past["gjid"]),
            ms=past["timestamp"], kind="other", target=addresses.known(past["jid"]),
            value=_numbered("membership action", past["action"]),
        ),
    ])  # fmt: skip


def _numbered(word: str, column: Column) -> Column:
    return pc.binary_join_element_wise(pa.scalar(word), pc.cast(column, pa.string()), " ")


def _events(ms: Column = None, **columns: Any) -> pa.Table:
    """Rows of `events` from addresses and milliseconds; a single value stands in every row."""
    for side in ("actor", "target"):
        if columns.get(side) is not None:
            columns[side] = translated(columns[side], handle)
    return table("events", handle_kind, at=None if ms is None else instants(ms), at_utc=True, **columns)


def reactions(database: Database, addresses: Addresses, book: pa.Table) -> pa.Table:
    """Marks put on messages; without a text the mark was taken back."""
    marks = database.read("message_add_on_reaction", int="message_add_on_row_id sender_timestamp", text="reaction")
    if not len(marks):
        return table("reactions")
    added = database.read("message_add_on", int="parent_message_row_id sender_jid_row_id from_me timestamp chat_row_id")
    chat = database.read("chat", int="jid_row_id")
    beside = {
        name: lookup(marks["message_add_on_row_id"], added["rowid"], added[name]) for name in added.column_names[1:]
    }
    mine = pc.equal(beside["from_me"], 1)
    sender = pc.coalesce(
        addresses.of(beside["sender_jid_row_id"]),
        addresses.of(lookup(beside["chat_row_id"], chat["rowid"], chat["jid_row_id"])),
    )
    place = places(beside["parent_message_row_id"], book["line"])
    return table(
        "reactions", handle_kind, locator=located("message_add_on", marks["message_add_on_row_id"]), copy=place,
        parent=book["native_id"].take(place), handle=translated(pc.if_else(mine, None, sender), handle),
        from_owner=mine, at=instants(pc.coalesce(marks["sender_timestamp"], beside["timestamp"])),
        value=some(marks["reaction"]),
    )  # fmt: skip


def receipts(database: Database, addresses: Addresses, book: pa.Table) -> pa.Table:
    """When each recipient's phone got, showed and played each message: a row per recipient, never joined to copies."""
    found = database.read(
        "receipt_user", int="message_row_id receipt_user_jid_row_id receipt_timestamp read_timestamp played_timestamp"
    )
    new = table(
        "receipts", handle_kind, locator=located("receipt_user", found["rowid"]),
        handle=translated(addresses.of(found["receipt_user_jid_row_id"]), handle),
        copy=places(found["message_row_id"], book["line"]), delivered_at=instants(found["receipt_timestamp"]),
        read_at=instants(found["read_timestamp"]), played_at=instants(found["played_timestamp"]),
    )  # fmt: skip
    past = database.read(
        "receipts", int="receipt_device_timestamp read_device_timestamp played_device_timestamp",
        text="key_remote_jid key_id remote_resource",
    )  # fmt: skip
    person = addresses.known(pc.coalesce(some(past["remote_resource"]), past["key_remote_jid"]))
    mine = book.select(["native_id"]).append_column("place", pa.array(np.arange(book.num_rows)))
    mine = mine.filter(book["from_owner"]) if past.num_rows else mine.slice(0, 0)
    old = table(
        "receipts", handle_kind, locator=located("receipts", past["rowid"]), handle=translated(person, handle),
        copy=lookup(past["key_id"], mine["native_id"], mine["place"]),
        delivered_at=instants(past["receipt_device_timestamp"]), read_at=instants(past["read_device_timestamp"]),
        played_at=instants(past["played_device_timestamp"]),
    )  # fmt: skip
    return pa.concat_tables([new, old])
