"""Reader of Apple's message databases: iPhone sms.db and Mac chat.db (iMessage, SMS, RCS)."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake import imessage_changes, sqlite_file, typedstream
from analysis.intake.columnar import (
    Column,
    apple_dates,
    held,
    instants,
    located,
    lookup,
    some,
    table,
    translated,
    widened,
)
from analysis.intake.holes import gaps
from analysis.intake.kinds import carried, phone_or_email
from analysis.intake.records import Hints, Opened, Reader, Reading, Shape, rows
from analysis.intake.sqlite_file import Database

FORMS = (("message", "chat_message_join", "handle"), ("message", "chat", "handle"))
GROUP_STYLE = 43
_COLUMNS = {  # of `message`; the texts' archives apart
    "int": "handle_id date is_from_me item_type group_action_type other_handle associated_message_type date_edited "
    "date_retracted date_read date_delivered",
    "text": "guid text service account subject associated_message_guid thread_originator_guid group_title "
    "balloon_bundle_id destination_caller_id", "blob": "message_summary_info",
}  # fmt: skip
_LISTED = ("chat_message_join", "chat_recoverable_message_join")


def read(opened: Opened, hints: Hints) -> Reading:
    """Everything one sms.db or chat.db holds."""
    with sqlite_file.opened(opened.path) as database:
        found, notes = _rows(database)
        mark, act = imessage_changes.is_mark(found), pc.greater(pc.coalesce(found["item_type"], pa.scalar(0)), 0)
        messages = found.filter(pc.invert(pc.or_(mark, act)))
        files = _files(database)
        copies = _copies(messages, files)
        threads, kinds = _threads(database, found)
        events = pa.concat_tables([
            imessage_changes.acts(database, found.filter(act)), imessage_changes.edits(messages),
            imessage_changes.taken_back(messages), _binned(database, messages), _roster(database),
        ])  # fmt: skip
        holes, said = gaps("message", found["rowid"], instants(found["ms"]), database.highest_ever("message"))
        pair = translated(copies["thread"], lambda key: kinds.get(key), pa.string())
        owner, basis = _owner(found)
        reading = Reading(
            "sms", copies=copies, events=events, threads=threads, recipients=_recipients(copies, pair),
            attachments=_attachments(messages, files), receipts=_receipts(messages, pair), gaps=holes,
            reactions=imessage_changes.marks(found.filter(mark), messages), zone_basis="embedded", owner=owner,
            owner_kind=phone_or_email(owner), owner_basis=basis,
            notes=[*notes, *_notes(database, messages, copies), *said],
        )  # fmt: skip
        return database.settled(reading)


def _rows(database: Database) -> tuple[pa.Table, list[str]]:
    """All rows of `message` with text, conversation, sender and time."""
    parts, texts, broken = [database.read("nothing", **_COLUMNS)], [], 0
    for part in database.parts("message", **(_COLUMNS | {"blob": f"{_COLUMNS['blob']} attributedBody"})):
        text, n_broken = _texts(part)
        broken += n_broken
        texts.append(text)
        parts.append(part.drop_columns(["attributedBody"]))
    found = pa.concat_tables(parts)
    thread, notes = _conversations(database, found)
    handle = database.read("handle", text="id")
    mine = pc.equal(pc.coalesce(found["is_from_me"], pa.scalar(0)), 1)
    other = lookup(found["handle_id"], handle["rowid"], handle["id"])
    found = widened(
        found, body=pa.chunked_array(texts, pa.string()), mine=mine, other=other, ms=apple_dates(found["date"]),
        thread=pc.coalesce(thread, other, pa.scalar("no conversation")), who=pc.if_else(mine, None, other),
    )  # fmt: skip
    if broken:
        notes.append(f"{broken} texts were cut from damaged archives (attributedBody)")
    return found, notes


def _texts(part: pa.Table) -> tuple[pa.Array, int]:
    """Texts of some rows: as written, else from the archive of the attributed text."""
    plain = some(part["text"])
    wanted = pc.and_(pc.is_null(plain), pc.is_valid(part["attributedBody"]))
    rows = pc.indices_nonzero(wanted)
    found = [typedstream.text(blob) for blob in part["attributedBody"].take(rows).to_pylist()]
    texts = pa.array([text for text, _ in found], pa.string())
    both = pc.coalesce(plain, lookup(pa.array(range(part.num_rows), pa.uint64()), rows, texts), part["text"])
    broken = sum(text is not None and not whole for text, whole in found)
    return pa.concat_arrays(both.chunks) if isinstance(both, pa.ChunkedArray) else both, broken


def _conversations(database: Database, found: pa.Table) -> tuple[Column, list[str]]:
    """Conversation of each row: its first join; messages in none and in several are said."""
    joined = pa.concat_tables([database.read(name, int="chat_id message_id") for name in _LISTED])
    chat = database.read("chat", text="guid chat_identifier")
    key = pc.coalesce(some(chat["chat_identifier"]), chat["guid"])
    several = joined.group_by(["message_id"]).aggregate([("chat_id", "count_distinct")])
    n_several = pc.sum(pc.greater(several["chat_id_count_distinct"], 1)).as_py()
    n_orphans = pc.sum(pc.invert(held(found["rowid"], joined["message_id"]))).as_py()
    counts = {
        "messages are joined to more than one conversation: each is read once, in the first": n_several,
        "messages stand in no conversation (orphans): they are kept under their address": n_orphans,
    }
    return (
        lookup(lookup(found["rowid"], joined["message_id"], joined["chat_id"]), chat["rowid"], key),
        [f"{n} {what}" for what, n in counts.items() if n],
    )


def _files(database: Database) -> pa.Table:
    """Attachments beside their messages: line, name, mime, bytes."""
    joined = database.read("message_attachment_join", int="message_id attachment_id")
    found = database.read("attachment", int="total_bytes", text="filename transfer_name mime_type")
    name = pc.coalesce(found["transfer_name"], pc.replace_substring_regex(found["filename"], r"^.*/", ""))
    facts = (name, found["mime_type"], found["total_bytes"])
    beside = [lookup(joined["attachment_id"], found["rowid"], column) for column in facts]
    return pa.table([joined["message_id"], *beside], names=["line", "name", "mime", "bytes"])


def _attachments(messages: pa.Table, files: pa.Table) -> pa.Table:
    place = lookup(files["line"], messages["rowid"], pa.array(range(messages.num_rows), pa.int64()))
    files = files.append_column("copy", place).filter(pc.is_valid(place)).sort_by("copy")
    size = pc.if_else(pc.greater(files["bytes"], 0), files["bytes"], None)
    return table("attachments", copy=files["copy"], name=files["name"], mime=files["mime"], bytes=size,
                 present=False)  # fmt: skip


def _copies(messages: pa.Table, files: pa.Table) -> pa.Table:
    gone = imessage_changes.is_gone(messages)
    first = translated(lookup(messages["rowid"], files["line"], files["mime"]), carried)
    kind = pc.coalesce(first, pc.if_else(held(messages["rowid"], files["line"]), "media", None))
    empty = pc.and_(pc.is_null(messages["body"]), pc.is_valid(messages["balloon_bundle_id"]))
    kind = pc.coalesce(kind, pc.if_else(empty, "other", "text"))
    return table(
        "copies", phone_or_email, locator=located("message", messages["rowid"]), thread=messages["thread"],
        sender=messages["who"], from_owner=messages["mine"],
        at=instants(messages["ms"]), at_utc=True, sent_text=pc.cast(messages["date"], pa.string()), precision="ms",
        kind=pc.if_else(gone, "deleted", kind), state=pc.if_else(gone, "deleted", "present"),
        subject=some(messages["subject"]), body=pc.if_else(gone, None, messages["body"]), native_id=messages["guid"],
        reply_to=some(messages["thread_originator_guid"]), forwarded=False,
        edited=pc.coalesce(pc.and_(pc.greater(messages["date_edited"], 0), pc.invert(gone)), pa.scalar(False)),
    )  # fmt: skip


def _threads(database: Database, found: pa.Table) -> tuple[pa.Table, dict[str, str]]:
    """Conversations, and the other side of those between two (by key)."""
    chat = database.read("chat", int="style", text="guid chat_identifier display_name").to_pylist()
    styles = {row["chat_identifier"] or row["guid"]: row for row in chat}
    keys = sorted(key for key in {*styles, *found["thread"].unique().to_pylist()} if key)
    listed, pairs = [], {}
    for key in keys:
        row = styles.get(key, {})
        group = row.get("style") == GROUP_STYLE or (row.get("style") is None and key.startswith("chat"))
        other = None if group or key == "no conversation" else key
        pairs.update({key: other} if other else {})
        listed.append({
            "thread": key, "kind": "group" if group else "pair", "title": row.get("display_name") or None,
            "counterpart": other, "counterpart_kind": phone_or_email(other),
        })  # fmt: skip
    return rows("threads", listed), pairs


def _recipients(copies: pa.Table, pair: Column) -> pa.Table:
    """Between two: a received message reached the owner (no handle), a sent one the other side."""
    to, place = pc.if_else(copies["from_owner"], pair, None), pa.array(range(copies.num_rows), pa.int64())
    return table("recipients", phone_or_email, copy=place, handle=to, role="to").filter(pc.is_valid(pair))


def _receipts(messages: pa.Table, pair: Column) -> pa.Table:
    """When sent messages reached and were shown to the other side, and received ones were shown here (no handle)."""
    delivered, shown = (instants(apple_dates(messages[name])) for name in ("date_delivered", "date_read"))
    rows = table(
        "receipts", phone_or_email, locator=located("message", messages["rowid"]), delivered_at=delivered,
        read_at=shown, copy=pa.array(range(messages.num_rows), pa.int64()),
        handle=pc.if_else(messages["mine"], pair, None),
    )  # fmt: skip
    return rows.filter(pc.or_(pc.is_valid(delivered), pc.is_valid(shown)))


def _binned(database: Database, messages: pa.Table) -> pa.Table:
    """Messages the owner deleted and the phone still keeps for some weeks: held in full, with when that was."""
    found = database.read("chat_recoverable_message_join", int="message_id delete_date")
    thread = lookup(found["message_id"], messages["rowid"], messages["thread"])
    found, thread = found.filter(pc.is_valid(thread)), thread.filter(pc.is_valid(thread))
    guid = lookup(found["message_id"], messages["rowid"], messages["guid"])
    return table(
        "events", locator=located("chat_recoverable_message_join", found["rowid"]), thread=thread,
        at=instants(apple_dates(found["delete_date"])), at_utc=True, kind="message_deleted",
        value=pc.binary_join_element_wise("deleted by the owner, still kept", guid, ": ", null_handling="skip"),
    )  # fmt: skip


def _roster(database: Database) -> pa.Table:
    """Members of conversations as listed when the copy was made: no time."""
    joined = database.read("chat_handle_join", int="chat_id handle_id")
    chat = database.read("chat", int="style", text="guid chat_identifier")
    handle = database.read("handle", text="id")
    key = pc.coalesce(some(chat["chat_identifier"]), chat["guid"])
    who = lookup(joined["handle_id"], handle["rowid"], handle["id"])
    group = pc.equal(lookup(joined["chat_id"], chat["rowid"], chat["style"]), GROUP_STYLE)
    rows = table(
        "events", phone_or_email, locator=located("chat_handle_join", joined["rowid"]), at_utc=True, target=who,
        thread=lookup(joined["chat_id"], chat["rowid"], key), kind="member",
    )  # fmt: skip
    return rows.filter(pc.coalesce(pc.and_(group, pc.is_valid(who)), pa.scalar(False)))


def _owner(found: pa.Table) -> tuple[str | None, str | None]:
    """The address messages were directed to, else the account they were sent from, where there is only one."""
    received = found.filter(pc.invert(found["mine"]))
    for messages, name, basis in (
        (received, "destination_caller_id", "the one address received messages are directed to"),
        (found, "account", "the one account of the messages"),
    ):
        addresses = {(text or "").removeprefix("P:").removeprefix("E:").removeprefix("p:").removeprefix("e:")
                     for text in messages[name].unique().to_pylist()} - {""}  # fmt: skip
        if len(addresses) == 1:
            return addresses.pop(), basis
    return None, None


def _notes(database: Database, messages: pa.Table, copies: pa.Table) -> list[str]:
    counted = pc.value_counts(messages["service"]).to_pylist()
    services = {pair["values"] or "unknown": pair["counts"] for pair in counted}
    said = ", ".join(f"{name} {n}" for name, n in sorted(services.items()))
    listed = database.count("deleted_messages") if database.has("deleted_messages") else 0
    counts = {
        "copies without a readable time": copies["at"].null_count,
        "identifiers of messages the app lists as deleted": max(0, listed),
    }
    return [*[f"messages by service: {said}"] * bool(said), *(f"{n} {what}" for what, n in counts.items() if n)]


READER = Reader(
    name="imessage",
    channel="sms",
    recognises=partial(sqlite_file.shows, FORMS), recognises_file=partial(sqlite_file.holds, FORMS), read=read,
    formats="Apple sms.db (iOS) and chat.db (macOS) (SQLite): iMessage, SMS, RCS",
    yields="messages (also from attributedBody), tapbacks, edits with texts before, retractions, group acts, receipts",
    cannot_know="texts of retracted messages, bytes of attachments (kept beside it), names (address book apart)",
    carves=(Shape("message", "text", "date", "guid", "attributedBody", apple=True),),
    tested="imessage-exporter (7 message bodies, 23 edit records); stores made by hand",
)  # fmt: skip
