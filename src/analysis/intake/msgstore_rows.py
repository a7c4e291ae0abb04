"""Rows of an Android WhatsApp database, both generations, in one shape (`LINES`): a message or a line of the app."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake import jids
from analysis.intake.columnar import Column, held, instants, located, lookup, only, replaced, some, translated
from analysis.intake.companions import KEY, Companions
from analysis.intake.holes import Numbers
from analysis.intake.sqlite_file import Database
from analysis.intake.whatsapp_codes import ANDROID_DELETED, ANDROID_SYSTEM

Clock = dict[str, Numbers]
_NUMBERS = "chat_row_id from_me sender_jid_row_id timestamp message_type origination_flags"
LEGACY_SYSTEM = 6  # status of a line of the app in the old table; its action stands in media_size
LEGACY_DELETED = 7  # edit_version of a message taken back in the old table

LINES = pa.schema([
    ("line", pa.int64()),  # number of the row, by which companion tables know it
    ("locator", pa.string()), ("thread", pa.string()), ("sender", pa.string()),  # handle the row itself names
    ("who", pa.string()), ("who_kind", pa.string()),  # handle of whoever wrote it, unless the owner did
    ("from_me", pa.bool_()),
    ("key", pa.string()), ("ms", pa.int64()), ("code", pa.int64()), ("action", pa.int64()), ("text", pa.string()),
    ("deleted", pa.bool_()), ("edited", pa.bool_()), ("view_once", pa.bool_()), ("reply_to", pa.string()),
    ("score", pa.int64()),  # how often forwarded, as far as WhatsApp counts; null: not forwarded
])  # fmt: skip


class Addresses:
    """The table of addresses, with LIDs replaced by the numbers the database itself knows behind them."""

    def __init__(self, database: Database) -> None:
        found = database.read("jid", text="raw_string user server")
        raw = pc.coalesce(found["raw_string"], pc.binary_join_element_wise(found["user"], found["server"], "@"))
        self.row = found["rowid"]
        mapped = database.read("jid_map", int="lid_row_id jid_row_id")
        number = lookup(self.row, mapped["lid_row_id"], lookup(mapped["jid_row_id"], self.row, raw))
        self.jid = pc.coalesce(number, raw)
        self.handle, self.kind = jids.handles(self.jid)
        self.lids = [pair for pair in zip(raw.to_pylist(), number.to_pylist(), strict=True) if None not in pair]
        self.number = dict(self.lids)

    def of(self, rows: Column) -> Column:
        """Addresses of row numbers; null for 0, -1 and rows that are gone."""
        return lookup(rows, self.row, self.jid)

    def known(self, column: Column) -> Column:
        """Written addresses, LIDs replaced likewise."""
        return translated(column, lambda jid: self.number.get(jid, jid) if jid else None)


def lines(
    database: Database, addresses: Addresses, beside: Companions, counts: Counter[str], clock: Clock
) -> Iterator[pa.Table]:
    """All lines, some thousand at a time, each message once; `beside` stands at the part that is given out.

    `clock` is told the number and time of every row met, by table.
    """
    chats = _chats(database, addresses)
    old = _legacy(database, addresses, clock)
    seen: list[tuple[Column, Column]] = []
    for part in database.parts("message", int=_NUMBERS, text="key_id text_data"):
        clock.setdefault("message", Numbers("message")).met(part["rowid"], instants(part["timestamp"]))
        found = _modern(part, chats, addresses)
        if old.num_rows:
            seen.append((found["line"], _identity(found)))
        beside.part(found["line"])
        yield _completed(beside, found)
    if old.num_rows:
        old = _left(old, seen, counts)
        beside.part(old["line"])
        yield _completed(beside, old)


def _chats(database: Database, addresses: Addresses) -> pa.Table:
    """Conversations: row, thread, and of those between two the other side with its kind."""
    chat = database.read("chat", int="jid_row_id")
    thread = pc.coalesce(addresses.of(chat["jid_row_id"]), located("chat", chat["rowid"]))
    pair = translated(thread, lambda key: jids.thread_kind(key) == "pair", pa.bool_())
    other = translated(thread, jids.person)
    return pa.table(
        [chat["rowid"], thread, pair, other, translated(other, jids.handle_kind)],
        ["row", "thread", "pair", "other", "kind"],
    )


def _modern(found: pa.Table, chats: pa.Table, addresses: Addresses) -> pa.Table:
    """Lines of the table used since 2021."""
    forwarded = pc.bit_wise_and(pc.coalesce(found["origination_flags"], pa.scalar(0)), 1)
    chat = chats.take(pc.index_in(found["chat_row_id"], value_set=chats["row"].combine_chunks()))
    named = pc.index_in(found["sender_jid_row_id"], value_set=addresses.row.combine_chunks())
    sender, kind = addresses.handle.take(named), addresses.kind.take(named)
    from_me, pair = pc.equal(found["from_me"], 1), pc.coalesce(chat["pair"], pa.scalar(False))
    thread = chat["thread"]
    real = pc.not_equal(pc.coalesce(found["chat_row_id"], pa.scalar(0)), -1)  # the app's own first row stands for none
    rows = _lines(
        line=found["rowid"], locator=located("message", found["rowid"]), key=found["key_id"], sender=sender,
        thread=pc.coalesce(thread, located("chat", found["chat_row_id"])) if thread.null_count else thread,
        who=pc.if_else(from_me, None, pc.if_else(pair, chat["other"], sender)),
        who_kind=pc.if_else(from_me, None, pc.if_else(pair, chat["kind"], kind)),
        from_me=from_me, ms=found["timestamp"], code=found["message_type"], text=found["text_data"],
        score=pc.if_else(pc.equal(forwarded, 1), 0, None),
    )  # fmt: skip
    return only(rows, real)


def _legacy(database: Database, addresses: Addresses, clock: Clock) -> pa.Table:
    """Lines of the table used until 2021, which later versions keep, empty or not."""
    found = database.read(
        "messages", int="key_from_me status timestamp media_wa_type media_size edit_version forwarded quoted_row_id",
        text="key_remote_jid key_id data media_caption remote_resource",
    )  # fmt: skip
    clock["messages"] = Numbers("messages")
    clock["messages"].met(found["rowid"], instants(found["timestamp"]))
    quotes = database.read("messages_quotes", text="key_id")
    thread, mine = addresses.known(found["key_remote_jid"]), pc.equal(found["key_from_me"], 1)
    sender = translated(addresses.known(found["remote_resource"]), jids.handle)
    pair = translated(thread, lambda key: jids.thread_kind(key) == "pair", pa.bool_())
    who = pc.if_else(mine, None, pc.if_else(pair, translated(thread, jids.person), sender))
    system = pc.equal(pc.coalesce(found["status"], pa.scalar(0)), LEGACY_SYSTEM)
    real = pc.and_(pc.is_valid(found["key_remote_jid"]), pc.not_equal(found["key_remote_jid"], "-1"))
    return _lines(
        line=found["rowid"], locator=located("messages", found["rowid"]), key=found["key_id"],
        thread=thread, sender=sender, who=who, who_kind=translated(who, jids.handle_kind),
        from_me=mine, ms=found["timestamp"],
        code=pc.coalesce(found["media_wa_type"], pa.scalar(0)),
        action=pc.if_else(system, pc.coalesce(found["media_size"], pa.scalar(0)), None),
        text=pc.coalesce(found["data"], found["media_caption"]),
        deleted=pc.equal(found["edit_version"], LEGACY_DELETED),
        reply_to=lookup(found["quoted_row_id"], quotes["rowid"], quotes["key_id"]),
        score=pc.if_else(pc.greater(found["forwarded"], 0), found["forwarded"], None),
    ).filter(pc.coalesce(real, pa.scalar(False)))  # fmt: skip


def _left(old: pa.Table, seen: list[tuple[Column, Column]], counts: Counter[str]) -> pa.Table:
    """Old rows whose message (conversation, side, key) no new row holds."""
    both, taken = (pa.repeat(pa.scalar(False), old.num_rows) for _ in range(2))
    identity = _identity(old)
    for line, new in seen:
        both, taken = pc.or_(both, held(identity, new)), pc.or_(taken, held(old["line"], line))
    counts["messages stand in both generations of tables and are counted once"] += pc.sum(both).as_py() or 0
    # where the number means another message now, its companions are not this one's
    old = old.set_column(0, "line", pc.if_else(taken, pc.negate(old["line"]), old["line"]))
    return old.filter(pc.invert(both))


def _identity(part: pa.Table) -> Column:
    side = pc.if_else(part["from_me"], "1", "0")
    return pc.binary_join_element_wise(
        part["thread"], side, part["key"], "\t", null_handling="replace", null_replacement=""
    )


def _completed(beside: Companions, found: pa.Table) -> pa.Table:
    """Lines with what their companion tables say: taken back, edited, quoting, forwarded, the app's own act."""
    side = partial(_side, beside, found["line"])
    revoked = side("message_revoked", text="revoked_key_id")
    edited = side("message_edit_info", text="original_key_id")
    act = pc.if_else(held(found["code"], pa.array(ANDROID_SYSTEM)), 0, None)
    gone = pc.or_(pc.is_valid(revoked), held(found["code"], pa.array(ANDROID_DELETED)))
    once = beside.read("message_view_once_media", int="message_row_id")["message_row_id"]
    score = pc.coalesce(side("message_forwarded", int="forward_score"), found["score"])
    return _lines(**{
        **{name: found[name] for name in found.column_names},
        "key": pc.coalesce(some(revoked), some(edited), found["key"]),
        "action": pc.coalesce(side("message_system", int="action_type"), found["action"], act),
        "deleted": pc.or_(gone, pc.coalesce(found["deleted"], pa.scalar(False))),
        "edited": pc.is_valid(edited),
        "reply_to": pc.coalesce(side("message_quoted", text="key_id"), found["reply_to"]),
        "score": score,
        "view_once": held(found["line"], once),
    })  # fmt: skip


def _side(beside: Companions, line: Column, table: str, **kinds: str) -> Column:
    """One column of a companion table beside the lines; a companion without the value still counts as one."""
    ((kind, name),) = kinds.items()
    found = beside.read(table, **({"int": f"{KEY} {name}"} if kind == "int" else {"int": KEY, "text": name}))
    values = found[name]
    if values.null_count:
        values = pc.coalesce(values, pa.scalar(0 if kind == "int" else "", values.type))
    return lookup(line, found[KEY], values)


def _lines(**columns: Column) -> pa.Table:
    n = len(columns["line"])
    arrays = []
    for field in LINES:
        value = columns.get(field.name)
        value = pa.nulls(n, field.type) if value is None else value
        arrays.append(value if value.type == field.type else value.cast(field.type))
    return pa.table(arrays, schema=LINES)


def contents(beside: Companions, found: pa.Table) -> Column:
    """Texts of messages that keep them elsewhere: captions, polls, places, lists of buttons."""
    texts: dict[int, list[str]] = {}
    for row, caption in _pairs(beside, "message_media", "media_caption"):
        texts.setdefault(row, []).append(caption)
    for row, option in _pairs(beside, "message_poll_option", "option_name"):
        texts.setdefault(row, []).append(f"OPTION: {option}")
    for row, element in _pairs(beside, "message_ui_elements", "element_content"):
        texts.setdefault(row, []).extend(_interface(element))
    places = beside.read(
        "message_location", int="message_row_id", real="latitude longitude", text="place_name place_address"
    )
    for place in places.to_pylist():
        words = [word for word in (place["place_name"], place["place_address"]) if word]
        where = f"{place['latitude']}, {place['longitude']}" if place["latitude"] is not None else ""
        texts.setdefault(place["message_row_id"], []).extend([*words, *([where] if where else [])])
    rows = pa.array(texts, pa.int64())
    more = lookup(found["line"], rows, pa.array(["\n".join(parts) for parts in texts.values()], pa.string()))
    poll = held(found["line"], beside.read("message_poll", int="message_row_id")["message_row_id"])
    rest = pc.and_(pc.is_null(more), pc.invert(poll))  # nearly all: as they are
    poll, own, more = (column.filter(pc.invert(rest)) for column in (poll, found["text"], more))
    joined = pc.binary_join_element_wise(own, more, "\n")
    filled = pc.if_else(poll, pc.coalesce(joined, own, more), pc.coalesce(some(own), more, own))
    return replaced(found["text"], pc.invert(rest), filled)


def _pairs(beside: Companions, table: str, column: str) -> list[tuple[int, str]]:
    if not beside.has(table, column):
        return []
    found = beside.read(table, int="message_row_id", text=column)
    found = found.filter(pc.and_(pc.is_valid(found[column]), pc.is_valid(found["message_row_id"])))
    return list(zip(found["message_row_id"].to_pylist(), found[column].to_pylist(), strict=True))


def _interface(element: str) -> list[str]:
    """Words shown by a message made of interface elements (buttons, lists)."""
    try:
        found = json.loads(element)
    except (ValueError, RecursionError):
        return []
    parts = (
        [found.get(name) for name in ("title", "sub_title", "description", "footer")] if isinstance(found, dict) else []
    )
    return [part for part in parts if isinstance(part, str) and part]


def titles(database: Database, addresses: Addresses) -> dict[str, str]:
    """Group subjects by conversation."""
    chat = database.read("chat", int="jid_row_id", text="subject")
    old = database.read("chat_list", text="key_remote_jid subject")
    pairs = [
        *zip(old["key_remote_jid"].to_pylist(), old["subject"].to_pylist(), strict=True),
        *zip(addresses.of(chat["jid_row_id"]).to_pylist(), chat["subject"].to_pylist(), strict=True),
    ]
    return {jid: subject for jid, subject in pairs if jid and subject}
