"""WhatsApp on an iPhone: true senders in groups, Apple's clock, quotes, marks, acts of the app, files."""

import base64
import hashlib
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.errors import FormatError
from analysis.intake import chatstorage, msgstore
from analysis.intake import protobuf as proto
from analysis.intake.records import Hints, Opened
from database_writers import CHATSTORAGE, MSGSTORE, protobuf, write

ONE, TWO, GROUP = "447700900001@s.whatsapp.net", "447700900002@s.whatsapp.net", "120363000000000001@g.us"
SESSIONS = [
    {"Z_PK": 1, "ZSESSIONTYPE": 0, "ZCONTACTJID": TWO, "ZPARTNERNAME": "Sam"},
    {"Z_PK": 2, "ZSESSIONTYPE": 1, "ZCONTACTJID": GROUP, "ZPARTNERNAME": "Testing cell"},
]
MEMBERS = [
    {"Z_PK": 5, "ZCHATSESSION": 2, "ZISACTIVE": 1, "ZMEMBERJID": ONE, "ZCONTACTNAME": "Ann"},
    {"Z_PK": 6, "ZCHATSESSION": 2, "ZISACTIVE": 0, "ZMEMBERJID": "77@lid", "ZCONTACTNAME": None},
]
T0 = 600_000_000.25  # 2020-01-06 10:40:00.250 UTC
QUIET = settings(
    max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def line(row, session=1, mine=0, kind=0, text=None, member=None, **more):
    return {
        "Z_PK": row,
        "ZCHATSESSION": session,
        "ZISFROMME": mine,
        "ZMESSAGETYPE": kind,
        "ZTEXT": text,
        "ZGROUPMEMBER": member,
        "ZFROMJID": None if mine else (GROUP if session == 2 else TWO),
        "ZSTANZAID": f"STANZA{row}",
        "ZMESSAGEDATE": T0 + row,
        **more,
    }


def read(path, **rows):
    write(path / "ChatStorage.sqlite", CHATSTORAGE, {"ZWACHATSESSION": SESSIONS, "ZWAGROUPMEMBER": MEMBERS, **rows})
    return chatstorage.READER.read(Opened(path / "ChatStorage.sqlite", "ChatStorage.sqlite"), Hints())


def by(table, name="locator"):
    return {row[name]: row for row in table.to_pylist()}


def test_the_sender_in_a_group_is_the_member_never_the_group(tmp_path):
    found = read(
        tmp_path,
        ZWAMESSAGE=[
            line(1, text="hi"),
            line(2, mine=1, text="yes", ZTOJID=TWO),
            line(3, session=2, text="all", member=5),
            line(4, session=2, text="lid", member=6),
            line(5, session=2, text="nobody"),
            line(6, session=2, text="jid", ZFROMJID=ONE),
        ],
    )
    assert [(row["sender"], row["sender_kind"], row["from_owner"]) for row in found.copies.to_pylist()] == [
        ("+447700900002", "phone", False),
        (None, None, True),
        ("+447700900001", "phone", False),
        ("77@lid", "lid", False),
        (None, None, False),
        ("+447700900001", "phone", False),
    ]
    first = found.copies.to_pylist()[0]
    assert (
        first["at"] == datetime(2020, 1, 6, 10, 40, 1, 250_000) and first["at_utc"] and first["native_id"] == "STANZA1"
    )
    assert "1 group messages point at no member: their sender is not known" in found.notes
    threads = by(found.threads, "thread")
    assert (threads[GROUP]["kind"], threads[GROUP]["title"], threads[TWO]["title"]) == ("group", "Testing cell", None)
    assert [(row["handle"], row["label"]) for row in found.names.to_pylist()] == [
        ("+447700900002", "Sam"),
        ("+447700900001", "Ann"),
    ]
    assert [(row["kind"], row["target"]) for row in found.events.to_pylist()] == [
        ("member", "+447700900001"),
        ("other", "77@lid"),
    ]


def test_quotes_marks_polls_forwards_tombstones(tmp_path):
    mark = protobuf(
        (
            7,
            protobuf(
                (1, protobuf((1, "K"), (2, ONE), (3, "❤️"), (4, 1578307300000))),
                (2, protobuf((2, "👍"), (3, "1578307400000"))),
            ),
        )
    )
    poll = protobuf((8, protobuf((2, "Where?"), (3, protobuf((1, "Here"))), (3, protobuf((1, "There"))))))
    found = read(
        tmp_path,
        ZWAMESSAGE=[
            line(1, text="hi"),
            line(2, text="re", ZFLAGS=1 << 7),
            line(3, kind=14),
            line(4, kind=46),
            line(5, kind=38),
            line(6, kind=990),
        ],
        ZWAMEDIAITEM=[{"ZMESSAGE": 2, "ZMETADATA": protobuf((5, "STANZA1"), (9, 4))}],
        ZWAMESSAGEINFO=[
            {"ZMESSAGE": 1, "ZRECEIPTINFO": mark},
            {"ZMESSAGE": 4, "ZRECEIPTINFO": poll},
            {"ZMESSAGE": 5, "ZRECEIPTINFO": b"\xff"},
        ],
    )
    copies = found.copies.to_pylist()
    assert copies[1]["reply_to"] == "STANZA1" and copies[1]["forwarded"] and not copies[0]["forwarded"]
    assert [row["kind"] for row in copies] == ["text", "text", "deleted", "poll", "view_once", "other"]
    assert [row["state"] for row in copies] == ["present", "present", "deleted", "present", "view_once", "present"]
    assert copies[3]["body"] == "Where?\nOPTION: Here\nOPTION: There"
    assert [
        (row["copy"], row["parent"], row["handle"], row["from_owner"], row["value"])
        for row in found.reactions.to_pylist()
    ] == [
        (0, "STANZA1", "+447700900001", False, "❤️"),
        (0, "STANZA1", None, True, "👍"),
    ]
    assert found.reactions["at"].to_pylist() == [datetime(2020, 1, 6, 10, 41, 40), datetime(2020, 1, 6, 10, 43, 20)]
    assert "1 messages of unknown ZMESSAGETYPE 990, kept as `other`" in found.notes


def test_acts_of_the_app(tmp_path):
    acts = [
        (1, 12, None, 5),
        (2, 2, TWO, 5),
        (3, 50, f'["{ONE}","{TWO}"]', None),
        (4, 3, None, 5),
        (5, 7, TWO, 5),
        (6, 1, "New", 5),
        (7, 56, '{"previous_subject":"Old","new_subject":"Newer"}', 5),
        (8, 26, None, 5),
        (9, 999, "x", None),
        (10, 15, None, 5),
    ]
    rows = [
        line(row, session=2, kind=6, text=text, member=member, ZGROUPEVENTTYPE=event)
        for row, event, text, member in acts
    ]
    found = read(
        tmp_path,
        ZWAMESSAGE=[*rows, line(11, kind=10, ZGROUPEVENTTYPE=1), line(12, kind=59)],
        ZWAMEDIAITEM=[{"ZMESSAGE": 8, "ZMETADATA": protobuf((36, 604800))}],
    )
    one, two = "+447700900001", "+447700900002"
    events = [
        (row["locator"].removeprefix("ZWAMESSAGE "), row["kind"], row["actor"], row["target"], row["value"])
        for row in found.events.to_pylist()
        if row["kind"] != "member"
    ][:-1]
    assert found.copies.num_rows == 0
    assert events == [
        ("1", "created", one, None, None),
        ("2", "added", two, one, f"type 6 event 2: {TWO}"),
        ("3 person 1", "added", None, one, f'type 6 event 50: ["{ONE}","{TWO}"]'),
        ("3 person 2", "added", None, two, f'type 6 event 50: ["{ONE}","{TWO}"]'),
        ("4", "left", one, one, "type 6 event 3"),
        ("5", "removed", two, one, f"type 6 event 7: {TWO}"),
        ("6", "subject_changed", one, None, "New"),
        ("7", "subject_changed", one, None, "Newer"),
        ("8", "timer_on", one, None, "604800"),
        ("9", "other", None, None, "type 6 event 999: x"),
        ("10", "joined", one, one, "type 6 event 15"),
        ("11", "call", two, None, "type 10 event 1"),
        ("12", "call", two, None, "line of a call, type 59"),
    ]


def test_files_places_cards_and_gaps(tmp_path):
    digest = hashlib.sha256(b"picture").digest()
    cards = "BEGIN:VCARD\nFN:Jo\nEND:VCARD_$!<VCard-Separator>!$_BEGIN:VCARD\nFN:Al\nEND:VCARD"
    found = read(
        tmp_path,
        ZWAMESSAGE=[line(2, kind=1), line(3, kind=4), line(5, kind=5, text="Office")],
        ZWAMEDIAITEM=[
            {
                "ZMESSAGE": 2,
                "ZMEDIALOCALPATH": "Media/x/a.jpg",
                "ZTITLE": "look",
                "ZVCARDSTRING": "image/jpeg",
                "ZFILESIZE": 7,
                "ZVCARDNAME": base64.b64encode(digest).decode(),
            },
            {"ZMESSAGE": 3, "ZVCARDSTRING": cards},
            {"ZMESSAGE": 5, "ZLATITUDE": 51.5, "ZLONGITUDE": -0.25},
        ],
        Z_PRIMARYKEY=[{"Z_ENT": 9, "Z_NAME": "WAMessage", "Z_MAX": 8}],
    )
    assert [row["body"] for row in found.copies.to_pylist()] == ["look", None, "Office\n51.5, -0.25"]
    assert [
        (row["copy"], row["name"], row["sha256"] == digest.hex(), row["present"])
        for row in found.attachments.to_pylist()
    ] == [
        (0, "a.jpg", True, False),
        (1, "Jo.vcf", False, True),
        (1, "Al.vcf", False, True),
    ]
    assert [(row["locator"], row["n_missing"]) for row in found.gaps.to_pylist()] == [
        ("ZWAMESSAGE 1-1", 1),
        ("ZWAMESSAGE 4-4", 1),
        ("ZWAMESSAGE 6-8", 3),
    ]


def test_one_message_on_two_phones_has_one_native_id_and_one_time(tmp_path):
    ios = read(tmp_path, ZWAMESSAGE=[line(1, text="same", ZSTANZAID="3EB0AA", ZMESSAGEDATE=621_692_800.5)])
    write(
        tmp_path / "msgstore.db",
        MSGSTORE,
        {
            "jid": [{"_id": 1, "user": "447700900001", "server": "s.whatsapp.net", "raw_string": ONE}],
            "chat": [{"_id": 1, "jid_row_id": 1}],
            "message": [
                {
                    "chat_row_id": 1,
                    "from_me": 1,
                    "key_id": "3EB0AA",
                    "timestamp": 1_600_000_000_500,
                    "message_type": 0,
                    "text_data": "same",
                }
            ],
        },
    )
    android = msgstore.READER.read(Opened(tmp_path / "msgstore.db", "m"), Hints())
    pair = [table.copies.select(["native_id", "at", "body"]).to_pylist() for table in (ios, android)]
    assert pair[0] == pair[1]


def test_each_reader_knows_its_own(tmp_path):
    read(tmp_path)
    path = tmp_path / "ChatStorage.sqlite"
    assert chatstorage.READER.recognises(path.read_bytes()[: 1 << 16], "") and chatstorage.READER.recognises_file(path)
    assert not msgstore.READER.recognises_file(path)


@QUIET
@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
            st.booleans(),
            st.integers(0, 2_000_000_000_000),
            st.sampled_from([1, 2]),
        ),
        max_size=12,
    )
)
def test_what_is_written_is_read(tmp_path_factory, rows):
    lines = [
        line(n, session, int(mine), 0, text, 5, ZMESSAGEDATE=ms / 1000)
        for n, (text, mine, ms, session) in enumerate(rows, 1)
    ]
    found = read(tmp_path_factory.mktemp("any"), ZWAMESSAGE=lines).copies.to_pylist()
    assert [(row["body"], row["from_owner"]) for row in found] == [(text, mine) for text, mine, _, _ in rows]
    for row, (_, _, ms, _) in zip(found, rows, strict=True):
        if ms:
            assert round((row["at"] - datetime(2001, 1, 1)).total_seconds() * 1000) == ms


@QUIET
@given(blob=st.binary(max_size=80))
def test_any_bytes_are_fields_or_nothing(blob):
    for number, value in proto.fields(blob):
        assert number >= 1 and isinstance(value, int | bytes)
    proto.text(blob, 1, 2)
    proto.number(blob, 3, 4)


@QUIET
@given(place=st.integers(0, 1 << 17), junk=st.binary(min_size=1, max_size=600))
def test_damaged_bytes_end_in_a_reading_or_a_refusal(tmp_path_factory, place, junk):
    folder = tmp_path_factory.mktemp("junk")
    read(folder, ZWAMESSAGE=[line(n, text="x" * 300) for n in range(1, 60)])
    path = folder / "ChatStorage.sqlite"
    data = bytearray(path.read_bytes())
    data[place % len(data) : place % len(data) + len(junk)] = junk
    path.write_bytes(data)
    try:
        assert chatstorage.READER.read(Opened(path, path.name), Hints()).status in ("read", "partial")
    except FormatError:  # said, not crashed
        assert path.exists()
