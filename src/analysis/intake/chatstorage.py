"""Reader of WhatsApp's iPhone database (ChatStorage.sqlite).

The sender of a group message is the member the row points at, never the conversation. The native id is the stanza id:
the key the same message has on an Android phone.
"""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake import jids, kinds, protobuf, sqlite_file
from analysis.intake.chatstorage_events import acts_of, roster
from analysis.intake.columnar import (
    Column,
    apple_ms,
    coded,
    held,
    instants,
    located,
    lookup,
    table,
    translated,
    widened,
)
from analysis.intake.holes import gaps
from analysis.intake.records import Hints, Opened, Reader, Reading, Shape
from analysis.intake.sqlite_file import Database
from analysis.intake.whatsapp_codes import (
    IOS_CALL,
    IOS_CHAT_LINE,
    IOS_DELETED,
    IOS_GROUP_LINE,
    IOS_KINDS,
    IOS_WAITING,
)
from analysis.intake.whatsapp_files import attachments

FORMS = (("zwamessage", "zwachatsession"), ("ZWAMESSAGE", "ZWACHATSESSION"))
FORWARDED = 1 << 7  # bit of ZFLAGS
QUOTED, POLL = (5,), (8,)  # fields of ZMETADATA and of ZRECEIPTINFO


def read(opened: Opened, hints: Hints) -> Reading:
    """Everything one ChatStorage.sqlite holds."""
    with sqlite_file.opened(opened.path) as database:
        found = _rows(database)
        act = held(found["ZMESSAGETYPE"], pa.array([IOS_GROUP_LINE, IOS_CHAT_LINE, IOS_CALL]))
        messages = found.filter(pc.invert(act))
        media = _media(database)
        info = database.read("ZWAMESSAGEINFO", int="ZMESSAGE", blob="ZRECEIPTINFO")
        copies = _copies(messages, media, info)
        events = pa.concat_tables([acts_of(found.filter(act), media), roster(database)])
        holes, notes = gaps("ZWAMESSAGE", found["rowid"], instants(found["ms"]), _highest(database))
        owner = _owner(messages)
        reading = Reading(
            "whatsapp", copies=copies, events=events, attachments=attachments(messages["rowid"], media), gaps=holes,
            threads=jids.thread_rows(_titles(database), copies["thread"], events["thread"]), names=_names(database),
            reactions=_reactions(info, messages), zone_basis="embedded",
            owner=owner, owner_kind="phone" if owner else None,
            owner_basis="the one address received messages are directed to" if owner else None,
            notes=[*_notes(messages, copies), *notes],
        )  # fmt: skip
        return database.settled(reading)


def _rows(database: Database) -> pa.Table:
    """All rows of ZWAMESSAGE with conversation, sender's address and time in milliseconds."""
    found = database.read(
        "ZWAMESSAGE", int="ZISFROMME ZMESSAGETYPE ZGROUPEVENTTYPE ZCHATSESSION ZGROUPMEMBER ZFLAGS",
        real="ZMESSAGEDATE", text="ZTEXT ZFROMJID ZTOJID ZSTANZAID",
    )  # fmt: skip
    session = database.read("ZWACHATSESSION", text="ZCONTACTJID")
    member = database.read("ZWAGROUPMEMBER", text="ZMEMBERJID")
    thread = lookup(found["ZCHATSESSION"], session["rowid"], session["ZCONTACTJID"])
    mine = pc.equal(pc.coalesce(found["ZISFROMME"], pa.scalar(0)), 1)
    thread = pc.coalesce(
        thread, pc.if_else(mine, found["ZTOJID"], found["ZFROMJID"]), located("session", found["ZCHATSESSION"])
    )
    in_group = lookup(found["ZGROUPMEMBER"], member["rowid"], member["ZMEMBERJID"])
    pair = translated(thread, lambda key: jids.thread_kind(key) == "pair", pa.bool_())
    from_jid = translated(found["ZFROMJID"], lambda jid: jid if jids.person(jid) else None)
    sender = pc.if_else(pair, pc.coalesce(from_jid, translated(thread, jids.person)), pc.coalesce(in_group, from_jid))
    return widened(
        found, thread=thread, mine=mine, member=in_group, ms=apple_ms(found["ZMESSAGEDATE"]),
        sender=translated(pc.if_else(mine, None, sender), jids.handle),
    )  # fmt: skip


def _media(database: Database) -> pa.Table:
    """Media rows: line (the message), name, mime, bytes, hash, card, caption, place, meta."""
    found = database.read(
        "ZWAMEDIAITEM", int="ZMESSAGE ZFILESIZE", real="ZLATITUDE ZLONGITUDE",
        text="ZMEDIALOCALPATH ZTITLE ZVCARDSTRING ZVCARDNAME", blob="ZMETADATA",
    )  # fmt: skip
    card = pc.starts_with(found["ZVCARDSTRING"], "BEGIN:VCARD")
    placed = pc.and_(
        pc.is_valid(found["ZLATITUDE"]),
        pc.or_(pc.not_equal(found["ZLATITUDE"], 0.0), pc.not_equal(found["ZLONGITUDE"], 0.0)),
    )
    place = pc.binary_join_element_wise(
        *(pc.cast(found[name], pa.string()) for name in ("ZLATITUDE", "ZLONGITUDE")), ", "
    )
    mime = pc.if_else(
        pc.or_(card, pc.invert(pc.match_substring(found["ZVCARDSTRING"], "/"))), None, found["ZVCARDSTRING"]
    )
    return pa.table({
        "line": found["ZMESSAGE"], "name": pc.replace_substring_regex(found["ZMEDIALOCALPATH"], r"^.*/", ""),
        "mime": mime, "bytes": pc.if_else(pc.greater(found["ZFILESIZE"], 0), found["ZFILESIZE"], None),
        "hash": found["ZVCARDNAME"], "card": pc.if_else(card, found["ZVCARDSTRING"], None), "caption": found["ZTITLE"],
        "place": pc.if_else(placed, place, None), "meta": found["ZMETADATA"],
    })  # fmt: skip


def _copies(messages: pa.Table, media: pa.Table, info: pa.Table) -> pa.Table:
    code = pc.coalesce(messages["ZMESSAGETYPE"], pa.scalar(-1))
    beside = {
        name: lookup(messages["rowid"], media["line"], media[name]) for name in ("mime", "caption", "place", "meta")
    }
    gone = pc.equal(code, IOS_DELETED)
    kind = pc.coalesce(coded(code, IOS_KINDS), translated(beside["mime"], kinds.carried), pa.scalar("other"))
    kind = pc.if_else(gone, "deleted", kind)
    polls = _polls(info, messages.filter(pc.equal(kind, "poll"))["rowid"])
    text = pc.coalesce(messages["ZTEXT"], lookup(messages["rowid"], *polls), beside["caption"])
    body = pc.if_else(pc.equal(kind, "location"), _with(text, beside["place"]), text)
    once = pc.equal(kind, "view_once")
    state = pc.if_else(
        gone, "deleted", pc.if_else(once, "view_once", pc.if_else(pc.equal(code, IOS_WAITING), "omitted", "present"))
    )
    flags = pc.coalesce(messages["ZFLAGS"], pa.scalar(0))
    return table(
        "copies", jids.handle_kind, locator=located("ZWAMESSAGE", messages["rowid"]), thread=messages["thread"],
        sender=messages["sender"], from_owner=messages["mine"], at=instants(messages["ms"]), at_utc=True, kind=kind,
        state=state, precision="ms",
        sent_text=pc.cast(messages["ZMESSAGEDATE"], pa.string()), body=pc.if_else(gone, None, body),
        native_id=messages["ZSTANZAID"], forwarded=pc.not_equal(pc.bit_wise_and(flags, FORWARDED), 0), edited=False,
        reply_to=translated(beside["meta"], lambda meta: protobuf.text(meta, *QUOTED) if meta else None),
    )  # fmt: skip


def _with(text: Column, more: Column) -> Column:
    return pc.coalesce(pc.binary_join_element_wise(text, more, "\n"), more, text)


def _polls(info: pa.Table, rows: Column) -> tuple[pa.Array, pa.Array]:
    """Question and options of polls, as lines of text."""
    chosen = info.filter(pc.and_(held(info["ZMESSAGE"], rows), pc.is_valid(info["ZRECEIPTINFO"])))
    texts = []
    for blob in chosen["ZRECEIPTINFO"].to_pylist():
        options = [protobuf.text(option, 1) for option in protobuf.messages(blob, *POLL, 3)]
        lines = [protobuf.text(blob, *POLL, 2) or "", *(f"OPTION: {option}" for option in options if option)]
        texts.append("\n".join(lines))
    return chosen["ZMESSAGE"], pa.array(texts, pa.string())


def _reactions(info: pa.Table, messages: pa.Table) -> pa.Table:
    """Marks on messages: others' with their address, the owner's own without."""
    rows = []
    for line, blob in zip(info["ZMESSAGE"].to_pylist(), info["ZRECEIPTINFO"].to_pylist(), strict=True):
        for path, who, mark, moment in (((7, 1), 2, 3, 4), ((7, 2), 0, 2, 3)):
            for part in protobuf.messages(blob or b"", *path):
                jid, ms = protobuf.text(part, who) if who else None, protobuf.number(part, moment)
                sound = ms if ms is not None and ms < 1 << 62 else None
                rows.append((line, jids.handle(jid), not who, protobuf.text(part, mark) or None, sound))
    columns = zip(*rows, strict=True) if rows else [()] * 5
    kinds = (pa.int64(), pa.string(), pa.bool_(), pa.string(), pa.int64())
    line, handle, mine, value, ms = (pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True))
    order = pa.array(range(messages.num_rows), pa.int64())
    return table(
        "reactions", jids.handle_kind, locator=located("ZWAMESSAGEINFO of ZWAMESSAGE", line), handle=handle,
        copy=lookup(line, messages["rowid"], order), parent=lookup(line, messages["rowid"], messages["ZSTANZAID"]),
        from_owner=mine, at=instants(ms), value=value,
    )  # fmt: skip


def _titles(database: Database) -> dict[str, str]:
    found = database.read("ZWACHATSESSION", text="ZCONTACTJID ZPARTNERNAME")
    pairs = zip(found["ZCONTACTJID"].to_pylist(), found["ZPARTNERNAME"].to_pylist(), strict=True)
    return {jid: name for jid, name in pairs if jid and name and jids.thread_kind(jid) != "pair"}


def _names(database: Database) -> pa.Table:
    """Names beside addresses: of conversations and members from the phone book, and those people chose themselves."""
    return pa.concat_tables([
        jids.labels(database, *told, whose=jids.person) for told in (
            ("ZWACHATSESSION", "ZCONTACTJID", "ZPARTNERNAME", "name of the conversation on this phone"),
            ("ZWAGROUPMEMBER", "ZMEMBERJID", "ZCONTACTNAME", "phone book of this phone"),
            ("ZWAPROFILEPUSHNAME", "ZJID", "ZPUSHNAME", "name the contact chose (push name)"),
        )
    ])  # fmt: skip


def _highest(database: Database) -> int | None:
    """The highest number given out, as Core Data keeps it."""
    found = database.read("Z_PRIMARYKEY", int="Z_MAX", text="Z_NAME").to_pylist()
    return next((row["Z_MAX"] for row in found if row["Z_NAME"] == "WAMessage"), None)


def _owner(messages: pa.Table) -> str | None:
    """The phone's own number, where all received messages that name an addressee name one and the same person."""
    received = messages.filter(pc.invert(messages["mine"]))
    found = {jids.person(jid) for jid in received["ZTOJID"].unique().to_pylist()} - {None}
    one = found.pop() if len(found) == 1 else None
    return one if one and one.startswith("+") else None


def _notes(messages: pa.Table, copies: pa.Table) -> list[str]:
    unknown = messages.filter(pc.equal(copies["kind"], "other"))["ZMESSAGETYPE"]
    codes = {pair["values"]: pair["counts"] for pair in pc.value_counts(unknown).to_pylist()}
    group = translated(copies["thread"], lambda key: jids.thread_kind(key) == "group", pa.bool_())
    lost = pc.and_(group, pc.and_(pc.invert(copies["from_owner"]), pc.is_null(copies["sender"])))
    lids = pc.equal(copies["sender_kind"], "lid")
    counts = {
        "copies without a readable time": copies["at"].null_count,
        "group messages point at no member: their sender is not known": pc.sum(lost).as_py(),
        "copies have a LID for a sender, whose number this database does not hold": pc.sum(lids).as_py(),
    }
    for code, n in sorted(codes.items(), key=str):
        counts[f"messages of unknown ZMESSAGETYPE {code}, kept as `other`"] = n
    return [f"{n} {what}" for what, n in counts.items() if n]


READER = Reader(
    name="chatstorage", channel="whatsapp", recognises=partial(sqlite_file.shows, FORMS),
    recognises_file=partial(sqlite_file.holds, FORMS), read=read, formats="WhatsApp iOS ChatStorage.sqlite (Core Data)",
    yields="messages with their true sender, app lines as events, rosters, reactions, media by name, gaps in rows",
    cannot_know="edits, texts of messages taken back, calls (another database), numbers behind LIDs",
    carves=(Shape("ZWAMESSAGE", "ZTEXT", "ZMESSAGEDATE", "ZSTANZAID", apple=True),),
    tested="made by hand after public schemas: no third-party store is public",
)  # fmt: skip
