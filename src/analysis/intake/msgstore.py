"""Reader of WhatsApp's Android database (msgstore.db), both generations of tables.

The native id of a copy is the key WhatsApp itself gives to a message: the same on every phone, so that copies in two
phones can be matched exactly. A message taken back or edited keeps the key of the message it was.
"""

from __future__ import annotations

from collections import Counter
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake import jids, kinds, msgstore_events, sqlite_file
from analysis.intake.aside import Aside
from analysis.intake.columnar import (
    Column,
    coded,
    held,
    instants,
    located,
    lookup,
    only,
    table,
    translated,
    without,
)
from analysis.intake.companions import Companions
from analysis.intake.msgstore_rows import LINES, Addresses, Clock, contents, lines, titles
from analysis.intake.records import Hints, Opened, Reader, Reading, Shape
from analysis.intake.sqlite_file import Database
from analysis.intake.whatsapp_codes import ANDROID_CALLS, ANDROID_KINDS, ANDROID_WAITING
from analysis.intake.whatsapp_files import attachments

OFTEN_FORWARDED = 5  # WhatsApp itself says "forwarded many times" from this score on
INDEXES = (("message_ftsv2_content", "message"), ("messages_fts_content", "messages"))
FORMS = (("message", "chat", "jid"), ("messages", "chat_list"), ("messages", "messages_quotes"))


def read(opened: Opened, hints: Hints) -> Reading:
    """Everything one msgstore.db holds."""
    with sqlite_file.opened(opened.path) as database:
        addresses = Addresses(database)
        owner, counts = _owner(database, addresses), Counter[str]()
        clock: Clock = {}
        copies, acts, files, book = _messages(database, addresses, counts, clock, Aside(opened.scratch))
        me = owner or hints.owner or None
        events = msgstore_events.events(
            database, addresses, acts.set_column(LINES.get_field_index("who"), "who", _who(acts, me)), book, me
        )
        holes, notes = _holes(database, clock)
        indexed = _indexed(database, hints.carve)
        reading = Reading(
            "whatsapp", copies=copies, events=events, attachments=files, names=_names(addresses, database), gaps=holes,
            threads=jids.thread_rows(titles(database, addresses), copies["thread"], events["thread"]),
            zone_basis="embedded", reactions=msgstore_events.reactions(database, addresses, book),
            receipts=msgstore_events.receipts(database, addresses, book),
            owner=owner, owner_kind="phone" if owner else None,
            owner_basis="the one number that joined where the database marks the owner's joining" if owner else None,
        )  # fmt: skip
        counts["texts of messages that are gone stand in the search index: kept apart, counted nowhere"] = len(indexed)
        reading.remnants = indexed if hints.carve else reading.remnants
        reading.notes = [*_notes(database, copies, addresses, counts), *notes]
        return database.settled(reading)


def _messages(
    database: Database, addresses: Addresses, counts: Counter[str], clock: Clock, copies: Aside
) -> tuple[pa.Table, pa.Table, pa.Table, pa.Table]:
    """Copies, the app's own lines, attachments, and the book of copies: number of the row, then columns of `copies`."""
    beside = Companions(database)
    copies.add(table("copies").append_column("line", pa.array([], pa.int64())))
    acts, files, n_copies = [LINES.empty_table()], [table("attachments")], 0
    for found in lines(database, addresses, beside, counts, clock):
        is_act = pc.or_(pc.is_valid(found["action"]), held(found["code"], pa.array(ANDROID_CALLS)))
        acts.append(found.filter(is_act))
        messages, media = only(found, pc.invert(is_act)), _media(beside)
        part = _copies(messages, _kinds(beside, messages, media), contents(beside, messages))
        copies.add(part.append_column("line", messages["line"]))
        carried = attachments(messages["line"], media)
        files.append(carried.set_column(0, "copy", pc.add(carried["copy"], n_copies)))
        n_copies += messages.num_rows
        _count(messages, part, counts)
    whole = copies.table()
    book = whole.select(["thread", "sender", "from_owner", "native_id", "line"])
    return whole.drop_columns("line"), pa.concat_tables(acts), pa.concat_tables(files), book


def _count(messages: pa.Table, copies: pa.Table, counts: Counter[str]) -> None:
    others = messages.filter(pc.equal(copies["kind"], "other"))["code"]
    for pair in pc.value_counts(others).to_pylist():
        counts[f"messages of unknown message_type {pair['values']}, kept as `other`"] += pair["counts"]
    often = pc.sum(pc.greater_equal(messages["score"], OFTEN_FORWARDED)).as_py() or 0
    counts[f"copies forwarded many times (score {OFTEN_FORWARDED} or more)"] += often


def _who(found: pa.Table, owner: str | None) -> Column:
    """Handle of whoever did each act, the owner's own included where it is known."""
    mine = pc.and_(found["from_me"], pc.is_null(found["action"]))  # the app's own lines are stored as from the owner
    return pc.if_else(mine, pa.scalar(owner, pa.string()), pc.coalesce(found["who"], found["sender"]))


def _media(beside: Companions) -> pa.Table:
    """Files and contact cards that messages carry: line (the message), name, mime, bytes, hash, card."""
    new = beside.read(
        "message_media", int="message_row_id file_length file_size", text="media_name file_path mime_type file_hash"
    )
    old = beside.read("messages", int="media_size status", text="media_name media_mime_type media_hash")
    old = old.filter(pc.or_(pc.is_valid(old["media_hash"]), pc.is_valid(old["media_mime_type"])))
    old = old.filter(pc.invert(held(old["rowid"], new["message_row_id"])))
    path = pc.replace_substring_regex(new["file_path"], r"^.*[/\\]", "")
    size = pc.coalesce(_positive(new["file_length"]), _positive(new["file_size"]))
    cards = beside.read("message_vcard", int="message_row_id", text="vcard")
    name = pc.coalesce(new["media_name"], path)
    parts = (
        (new["message_row_id"], name, new["mime_type"], size, new["file_hash"]),
        (old["rowid"], *(old[each] for each in ("media_name", "media_mime_type", "media_size", "media_hash"))),
    )
    files = [pa.table(list(part), ["line", "name", "mime", "bytes", "hash"]) for part in parts]
    cards = cards.select(["message_row_id", "vcard"]).rename_columns(["line", "card"])
    return pa.concat_tables([*files, cards], promote_options="default")


def _positive(column: Column) -> Column:
    return pc.if_else(pc.greater(column, 0), column, None)


def _kinds(beside: Companions, messages: pa.Table, media: pa.Table) -> Column:
    """Kind of each message: by its number where that is known, else by what it carries, else `other`."""
    line, nothing = messages["line"], pa.scalar(None, pa.string())
    carried = translated(lookup(line, media["line"], media["mime"]), kinds.carried)
    files = media.filter(pc.is_null(media["card"]))["line"]
    carried = pc.if_else(held(line, files), pc.coalesce(carried, pa.scalar("media")), nothing)
    found = pc.coalesce(
        pc.if_else(messages["deleted"], "deleted", nothing), pc.if_else(messages["view_once"], "view_once", nothing),
        coded(messages["code"], ANDROID_KINDS), carried,
    )  # fmt: skip
    for name, kind in (("message_poll", "poll"), ("message_location", "location"), ("message_vcard", "contact")):
        rows = beside.read(name, int="message_row_id")["message_row_id"]
        found = pc.coalesce(found, pc.if_else(held(line, rows), kind, nothing)) if len(rows) else found
    return pc.coalesce(found, pa.scalar("other"))


def _copies(messages: pa.Table, kind: Column, body: Column) -> pa.Table:
    gone = pc.equal(kind, "deleted")
    state = pc.if_else(gone, "deleted", pc.if_else(pc.equal(kind, "view_once"), "view_once", "present"))
    waiting = pc.equal(pc.coalesce(messages["code"], pa.scalar(-1)), ANDROID_WAITING)
    return table(
        "copies", locator=messages["locator"], thread=messages["thread"], sender=messages["who"],
        sender_kind=messages["who_kind"], from_owner=messages["from_me"], at=instants(messages["ms"]),
        at_utc=True, sent_text=pc.cast(messages["ms"], pa.string()), precision="ms", kind=kind,
        state=pc.if_else(waiting, "omitted", state), body=without(body, gone), native_id=messages["key"],
        reply_to=messages["reply_to"], forwarded=pc.is_valid(messages["score"]), edited=messages["edited"],
    )  # fmt: skip


def _names(addresses: Addresses, database: Database) -> pa.Table:
    """Numbers behind LIDs, and names the app keeps beside LIDs."""
    shown = database.read("lid_display_name", int="lid_row_id", text="display_name")
    shown = shown.filter(pc.is_valid(shown["display_name"]))
    return pa.concat_tables([
        table(
            "names", handle=pa.array([jids.handle(lid) for lid, _ in addresses.lids], pa.string()), kind="lid",
            label=pa.array([jids.handle(number) for _, number in addresses.lids], pa.string()),
            basis="number behind the LID (jid_map)", locator="jid_map",
        ),
        table("names", jids.handle_kind, handle=translated(addresses.of(shown["lid_row_id"]), jids.handle),
              label=shown["display_name"], basis="name shown for the LID", locator="lid_display_name"),
    ])  # fmt: skip


def _owner(database: Database, addresses: Addresses) -> str | None:
    """The phone's own number, where exactly one number joined a group in a row marked as the owner's own joining."""
    mine = database.read("message_system_group", int="message_row_id is_me_joined")
    mine = mine.filter(pc.equal(mine["is_me_joined"], 1))["message_row_id"]
    people = database.read("message_system_chat_participant", int="message_row_id user_jid_row_id")
    rows = people.filter(held(people["message_row_id"], mine))
    found = {jids.person(jid) for jid in addresses.of(rows["user_jid_row_id"]).to_pylist()} - {None}
    return found.pop() if len(found) == 1 else None


def _holes(database: Database, clock: Clock) -> tuple[pa.Table, list[str]]:
    parts, notes = [table("gaps")], []
    for name, numbers in sorted(clock.items()):
        holes, said = numbers.holes(database.highest_ever(name))
        parts.append(holes)
        notes += said
    return pa.concat_tables(parts), notes


def _notes(database: Database, copies: pa.Table, addresses: Addresses, counts: Counter[str]) -> list[str]:
    timed = database.count("message_ephemeral") if database.has("message_ephemeral") else 0
    said = {
        "LIDs were replaced by the number the database knows behind them": len(addresses.lids),
        "copies without a readable time": copies["at"].null_count,
        "messages carry a disappearing timer of their own": timed,
    }
    return [f"{n} {what}" for what, n in [*sorted(counts.items()), *said.items()] if n > 0]


def _indexed(database: Database, words: bool) -> pa.Table:
    """Rows of the search index whose message is gone, with their words if asked for: of low confidence."""
    found = [table("remnants")]
    for index, name in INDEXES:
        rows = database.read(name)["rowid"] if database.has(index) else ()
        for part in database.parts(index, text="c0content" if words else ""):
            gone = part.filter(pc.invert(held(part["rowid"], rows)))
            found.append(table(
                "remnants", locator=located(index, gone["rowid"]), origin="search index", whole=True,
                database_table=name, number=gone["rowid"], body=gone["c0content"] if words else None, still_held=False,
            ))  # fmt: skip
    return pa.concat_tables(found)


READER = Reader(
    name="msgstore",
    channel="whatsapp",
    recognises=partial(sqlite_file.shows, FORMS),
    recognises_file=partial(sqlite_file.holds, FORMS),
    read=read,
    formats="WhatsApp Android msgstore.db (SQLite), tables of before and after 2021, unencrypted",
    yields="messages, app lines as events, calls, rosters, reactions, receipts, media by name and hash, gaps in rows",
    cannot_know="the owner's number (seldom stored), texts edited or taken back, bytes of media (kept beside it)",
    carves=(Shape("message", "text_data", "timestamp", "key_id"), Shape("messages", "data", "timestamp", "key_id")),
    tested="wa-crypt-tools (a real store), chat-history-manager (2 app versions); made by hand",
)  # fmt: skip
