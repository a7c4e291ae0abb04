"""Reader of Android's own store of text and multimedia messages (mmssms.db).

Times: a received SMS has the time the phone got it (`at`) and, in `sent_text`, the time the network stamped. MMS times
are in whole seconds.
"""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake import sqlite_file
from analysis.intake.columnar import Column, coded, held, instants, located, table
from analysis.intake.holes import gaps
from analysis.intake.kinds import carried
from analysis.intake.records import Hints, Opened, Reader, Reading, Shape, rows
from analysis.intake.sqlite_file import Database

FORMS = (("sms", "threads", "canonical_addresses"), ("sms", "pdu", "addr"))
BOXES = {1: "received", 2: "sent", 3: "draft", 4: "queued", 5: "failed", 6: "queued"}
RECEIVED, NOTIFICATION = 1, 130  # 130: announced by the network, never fetched
OWNER = "insert-address-token"
FROM, ROLES = 137, {151: "to", 130: "cc", 129: "bcc"}
_LAYOUT = "application/smil"


def read(opened: Opened, hints: Hints) -> Reading:
    """Everything one mmssms.db holds."""
    with sqlite_file.opened(opened.path) as database:
        people = _people(database)
        sms, sms_boxes = _sms(database)
        mms, mms_boxes, recipients, attachments = _mms(database, sms.num_rows)
        to = _sms_recipients(sms, sms_boxes["address"])
        sms_gaps, notes = gaps("sms", sms_boxes["rowid"], sms["at"], database.highest_ever("sms"))
        mms_gaps, more = gaps("pdu", mms_boxes["rowid"], mms["at"], database.highest_ever("pdu"))
        copies = pa.concat_tables([sms, mms])
        unknown = pc.sum(pc.is_null(copies["from_owner"])).as_py()
        said = [f"{unknown} messages stand in boxes that are not known: direction left open"] if unknown else []
        reading = Reading(
            "sms", copies=copies, recipients=pa.concat_tables([to, recipients]), attachments=attachments,
            gaps=pa.concat_tables([sms_gaps, mms_gaps]), threads=_threads(copies, people, sms_boxes),
            zone_basis="embedded", notes=[*said, *notes, *more],
        )  # fmt: skip
        return database.settled(reading)


def _people(database: Database) -> dict[int, list[str]]:
    """Numbers of each conversation, from its list of canonical addresses."""
    listed = database.read("canonical_addresses", text="address")
    known = dict(zip(listed["rowid"].to_pylist(), listed["address"].to_pylist(), strict=True))
    found = database.read("threads", text="recipient_ids")
    people = {}
    for row, ids in zip(found["rowid"].to_pylist(), found["recipient_ids"].to_pylist(), strict=True):
        numbers = [known.get(int(part)) for part in (ids or "").split() if part.isdecimal()]
        people[row] = [number for number in numbers if number]
    return people


def _sms(database: Database) -> tuple[pa.Table, pa.Table]:
    found = database.read("sms", int="thread_id date date_sent type", text="address subject body")
    received = pc.equal(found["type"], RECEIVED)
    other = pc.and_(pc.greater(found["date_sent"], 0), pc.not_equal(found["date_sent"], found["date"]))
    stamped = pc.binary_join_element_wise(
        pc.cast(found["date"], pa.string()), pc.cast(pc.if_else(other, found["date_sent"], None), pa.string()),
        "; date_sent ", null_handling="skip",
    )  # fmt: skip
    copies = table(
        "copies", _phone, locator=located("sms", found["rowid"]), thread=_key(found["thread_id"]),
        sender=pc.if_else(received, found["address"], None), from_owner=_mine(found["type"]),
        at=instants(found["date"]), at_utc=True, sent_text=stamped, precision="ms", kind="text",
        state=_state(found["type"]), subject=found["subject"], body=found["body"], forwarded=False, edited=False,
    )  # fmt: skip
    return copies, found


def _phone(handle: str | None) -> str | None:
    return None if handle is None else "phone"


def _mine(box: Column) -> Column:
    return pc.if_else(held(box, pa.array(BOXES, pa.int64())), pc.not_equal(box, RECEIVED), None)


def _state(box: Column) -> Column:
    unsent = {number: name for number, name in BOXES.items() if name not in ("received", "sent")}
    return pc.coalesce(coded(box, unsent), pa.scalar("present"))


def _key(thread: Column) -> Column:
    return pc.coalesce(located("thread", thread), pa.scalar("thread unknown"))


def _sms_recipients(copies: pa.Table, address: Column) -> pa.Table:
    """A received message reached the owner (no handle), a sent one the address it stands under."""
    place = pa.array(range(copies.num_rows), pa.int64())
    to = pc.if_else(copies["from_owner"], address, None)
    found = table("recipients", _phone, copy=place, handle=to, role="to")
    return found.filter(pc.coalesce(pc.or_(pc.invert(copies["from_owner"]), pc.is_valid(to)), pa.scalar(False)))


def _mms(database: Database, first: int) -> tuple[pa.Table, pa.Table, pa.Table, pa.Table]:
    """Copies, raw rows, recipients and attachments of multimedia messages; copies count on from `first`."""
    found = database.read("pdu", int="thread_id date date_sent msg_box m_type", text="sub m_id")
    lines = found["rowid"].to_pylist()
    places = {line: first + place for place, line in enumerate(lines)}
    texts, kinds, files = _parts(database, places)
    senders, recipients = _addresses(database, places)
    ms = pc.multiply(found["date"], 1000)
    sender = pa.array([None if senders.get(row) == OWNER else senders.get(row) for row in lines], pa.string())
    fetched = pc.not_equal(pc.coalesce(found["m_type"], pa.scalar(0)), NOTIFICATION)
    copies = table(
        "copies", _phone, locator=located("pdu", found["rowid"]), thread=_key(found["thread_id"]), sender=sender,
        from_owner=_mine(found["msg_box"]), at=instants(ms),
        at_utc=True, sent_text=pc.cast(found["date"], pa.string()), precision="second", native_id=found["m_id"],
        kind=pa.array([kinds.get(row, "text") for row in lines], pa.string()), subject=found["sub"], forwarded=False,
        state=pc.if_else(fetched, _state(found["msg_box"]), "omitted"), edited=False,
        body=pa.array(["\n".join(texts[row]) if row in texts else None for row in lines], pa.string()),
    )  # fmt: skip
    return copies, found, recipients, files


def _parts(database: Database, places: dict[int, int]) -> tuple[dict[int, list[str]], dict[int, str], pa.Table]:
    """Texts, kinds and files of multimedia messages. The files lie beside the database, not in it."""
    texts: dict[int, list[str]] = {}
    kinds: dict[int, str] = {}
    files = []
    for part in database.read("part", int="mid seq", text="ct name cl fn text _data").to_pylist():
        row, mime = part["mid"], part["ct"] or ""
        if row not in places or mime == _LAYOUT:
            continue
        if mime.startswith("text/plain") and part["text"] is not None:
            texts.setdefault(row, []).append(part["text"])
            continue
        kinds.setdefault(row, carried(mime) or "document")
        path = (part["_data"] or "").rpartition("/")[2]
        name = part["cl"] or part["name"] or part["fn"] or path or None
        files.append({"copy": places[row], "name": name, "mime": mime or None, "present": False})
    return texts, kinds, rows("attachments", files)


def _addresses(database: Database, places: dict[int, int]) -> tuple[dict[int, str], pa.Table]:
    senders: dict[int, str] = {}
    found = []
    for line in database.read("addr", int="msg_id type", text="address").to_pylist():
        row, address = line["msg_id"], line["address"]
        if row not in places or not address:
            continue
        if line["type"] == FROM:
            senders.setdefault(row, address)
        elif line["type"] in ROLES:
            handle = None if address == OWNER else address
            role = ROLES[line["type"]]
            found.append({"copy": places[row], "handle": handle, "kind": _phone(handle), "role": role})
    return senders, rows("recipients", found)


def _threads(copies: pa.Table, people: dict[int, list[str]], sms: pa.Table) -> pa.Table:
    """Conversations met; where the list of numbers is gone, a conversation's only address speaks for it."""
    seen: dict[str, set[str]] = {}
    pairs = pa.table([_key(sms["thread_id"]), sms["address"]], ["thread", "address"])
    for pair in pairs.group_by(["thread", "address"]).aggregate([]).to_pylist():
        seen.setdefault(pair["thread"], set()).update({pair["address"]} - {None, ""})
    keys = sorted(set(copies["thread"].unique().to_pylist()))
    listed = []
    for key in keys:
        number = key.rpartition(" ")[2]
        others = people.get(int(number), []) if number.lstrip("-").isdecimal() else []
        others = others or (sorted(seen.get(key, ())) if len(seen.get(key, ())) == 1 else [])
        other = others[0] if len(others) == 1 else None
        listed.append({
            "thread": key, "kind": "pair" if len(others) <= 1 else "group", "counterpart": other,
            "counterpart_kind": _phone(other),
        })  # fmt: skip
    return rows("threads", listed)


READER = Reader(
    name="mmssms", channel="sms", recognises=partial(sqlite_file.shows, FORMS),
    recognises_file=partial(sqlite_file.holds, FORMS), read=read,
    formats="Android mmssms.db (SQLite): SMS and MMS of the telephony provider",
    yields="messages sent, received, drafted, failed; recipients; attachments by name; gaps in row numbers",
    cannot_know="the phone's own number, bytes of MMS files (kept beside it), RCS messages (another database)",
    carves=(Shape("sms", "body", "date"),),
    tested="made by hand after the schema of Android",
)  # fmt: skip
