"""WhatsApp on Android: both generations, LIDs, tombstones, edits, marks, receipts, acts, files; contact names."""

import base64
import hashlib
import json
import sqlite3
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.errors import FormatError
from analysis.intake import msgstore, sqlite_file, wa_contacts, whatsapp_files
from analysis.intake.records import FIELDS, Hints, Opened
from database_writers import MSGSTORE, write
from support import fixtures

JIDS = [
    {"_id": 1, "user": "447700900001", "server": "s.whatsapp.net", "raw_string": "447700900001@s.whatsapp.net"},
    {"_id": 2, "user": "447700900002", "server": "s.whatsapp.net", "raw_string": "447700900002@s.whatsapp.net"},
    {"_id": 3, "user": "120363000000000001", "server": "g.us", "raw_string": "120363000000000001@g.us"},
    {"_id": 4, "user": "99887766", "server": "lid", "raw_string": "99887766@lid"},
    {"_id": 5, "user": "55443322", "server": "lid", "raw_string": "55443322@lid"},
]
CHATS = [
    {"_id": 10, "jid_row_id": 2, "subject": None},
    {"_id": 11, "jid_row_id": 3, "subject": "Testing cell"},
    {"_id": 12, "jid_row_id": 4, "subject": None},
]
T0 = 1_600_000_000_000
PAIR, GROUP = "447700900002@s.whatsapp.net", "120363000000000001@g.us"
QUIET = settings(
    max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def line(row, chat=10, mine=0, kind=0, text=None, sender=0, key=None, at=None):
    return {
        "_id": row,
        "chat_row_id": chat,
        "from_me": mine,
        "key_id": key or f"KEY{row}",
        "sender_jid_row_id": sender,
        "timestamp": T0 + row * 1000 if at is None else at,
        "message_type": kind,
        "text_data": text,
    }


def read(path, **rows):
    write(path / "msgstore.db", MSGSTORE, {"jid": JIDS, "chat": CHATS, **rows})
    return msgstore.READER.read(Opened(path / "msgstore.db", "msgstore.db"), Hints())


def by(table, name="locator"):
    return {row[name]: row for row in table.to_pylist()}


def test_sender_is_the_other_side_in_a_pair_the_member_in_a_group_nobody_for_the_owner(tmp_path):
    found = read(
        tmp_path,
        message=[
            line(1, text="hello"),
            line(2, mine=1, text="hi"),
            line(3, chat=11, text="all", sender=1),
            line(4, chat=11, text="?"),
        ],
    )
    copies = by(found.copies)
    assert [(row["sender"], row["sender_kind"], row["from_owner"]) for row in copies.values()] == [
        ("+447700900002", "phone", False),
        (None, None, True),
        ("+447700900001", "phone", False),
        (None, None, False),
    ]
    first = copies["message 1"]
    assert first["thread"] == PAIR and first["native_id"] == "KEY1" and first["body"] == "hello"
    assert first["at"] == datetime(2020, 9, 13, 12, 26, 41) and first["precision"] == "ms" and first["at_utc"]
    threads = by(found.threads, "thread")
    assert threads[GROUP]["kind"] == "group" and threads[GROUP]["title"] == "Testing cell"
    assert threads[PAIR]["counterpart"] == "+447700900002" and threads[PAIR]["kind"] == "pair"


def test_a_lid_chat_and_a_phone_chat_of_one_person_are_one_conversation(tmp_path):
    found = read(
        tmp_path,
        jid_map=[{"lid_row_id": 4, "jid_row_id": 2}],
        message=[
            line(1, chat=12, text="under lid"),
            line(2, chat=10, mine=1, text="under phone"),
            line(3, chat=11, text="lid member", sender=4),
            line(4, chat=11, text="unknown lid", sender=5),
        ],
    )
    copies = by(found.copies)
    assert copies["message 1"]["thread"] == copies["message 2"]["thread"] == PAIR
    assert copies["message 1"]["sender"] == copies["message 3"]["sender"] == "+447700900002"
    assert (copies["message 4"]["sender"], copies["message 4"]["sender_kind"]) == ("55443322@lid", "lid")
    assert (
        found.names.to_pylist()[0]["handle"] == "99887766@lid"
        and found.names.to_pylist()[0]["label"] == "+447700900002"
    )
    assert any(note.startswith("1 LIDs were replaced") for note in found.notes)


def test_taken_back_edited_quoted_forwarded_and_seen_once(tmp_path):
    found = read(
        tmp_path,
        message=[
            line(1, kind=15, key="REVOKE"),
            line(2, text="after", key="EDIT"),
            line(3, text="answer"),
            line(4, kind=42),
            line(5, chat=11, kind=64, sender=1),
            line(6, kind=1),
        ],
        message_revoked=[
            {"message_row_id": 1, "revoked_key_id": "GONE", "admin_jid_row_id": None, "revoke_timestamp": T0 + 9000},
            {"message_row_id": 5, "revoked_key_id": "GONE5", "admin_jid_row_id": 2, "revoke_timestamp": None},
        ],
        message_edit_info=[
            {"message_row_id": 2, "original_key_id": "FIRST", "edited_timestamp": T0 + 5000, "sender_timestamp": 1}
        ],
        message_quoted=[{"message_row_id": 3, "key_id": "FIRST", "text_data": "before"}],
        message_forwarded=[{"message_row_id": 3, "forward_score": 5}, {"message_row_id": 4, "forward_score": None}],
        message_view_once_media=[{"message_row_id": 6, "state": 1}],
    )
    copies = by(found.copies)
    gone = copies["message 1"]
    assert (gone["kind"], gone["state"], gone["body"], gone["native_id"]) == ("deleted", "deleted", None, "GONE")
    assert (copies["message 2"]["native_id"], copies["message 2"]["edited"]) == ("FIRST", True)
    assert (copies["message 3"]["reply_to"], copies["message 3"]["forwarded"]) == ("FIRST", True)
    assert copies["message 4"]["forwarded"] and not copies["message 2"]["forwarded"]
    assert [copies[f"message {n}"]["kind"] for n in (4, 5, 6)] == ["view_once", "deleted", "view_once"]
    assert copies["message 6"]["state"] == "view_once"
    events = by(found.events)
    assert events["message_revoked 1"]["at"] == datetime(2020, 9, 13, 12, 26, 49)
    assert (
        events["message_revoked 1"]["actor"] == "+447700900002"
        and events["message_revoked 5"]["actor"] == "+447700900002"
    )
    assert events["message_edit_info 2"]["kind"] == "edited" and events["message_edit_info 2"]["value"] == "FIRST"
    assert "1 copies forwarded many times (score 5 or more)" in found.notes


def test_marks_and_receipts_never_multiply_copies(tmp_path):
    found = read(
        tmp_path,
        message=[line(1, chat=11, mine=1, text="vote"), line(2, chat=11, text="ok", sender=1)],
        message_add_on=[
            {
                "_id": 7,
                "chat_row_id": 11,
                "from_me": 0,
                "key_id": "A",
                "sender_jid_row_id": 1,
                "parent_message_row_id": 1,
                "timestamp": T0,
                "message_add_on_type": 56,
            },
            {
                "_id": 8,
                "chat_row_id": 11,
                "from_me": 1,
                "key_id": "B",
                "sender_jid_row_id": None,
                "parent_message_row_id": 2,
                "timestamp": T0,
                "message_add_on_type": 56,
            },
        ],
        message_add_on_reaction=[
            {"message_add_on_row_id": 7, "reaction": "👍", "sender_timestamp": T0 + 1},
            {"message_add_on_row_id": 8, "reaction": "", "sender_timestamp": T0 + 2},
        ],
        receipt_user=[
            {
                "message_row_id": 1,
                "receipt_user_jid_row_id": who,
                "receipt_timestamp": T0 + 1,
                "read_timestamp": 0,
                "played_timestamp": -1,
            }
            for who in (1, 2)
        ],
    )
    assert found.copies.num_rows == 2
    assert [
        (row["copy"], row["handle"], row["from_owner"], row["value"], row["parent"])
        for row in found.reactions.to_pylist()
    ] == [
        (0, "+447700900001", False, "👍", "KEY1"),
        (1, None, True, None, "KEY2"),
    ]
    assert [(row["copy"], row["handle"], row["read_at"]) for row in found.receipts.to_pylist()] == [
        (0, "+447700900001", None),
        (0, "+447700900002", None),
    ]
    assert found.receipts["delivered_at"].null_count == 0 and found.receipts["played_at"].null_count == 2


def test_acts_of_the_app_become_events_and_unknown_numbers_stay_numbers(tmp_path):
    acts = {1: 11, 2: 12, 3: 5, 4: 1, 5: 10, 6: 56, 7: 56, 8: 999, 9: 20}
    found = read(
        tmp_path,
        message=[line(row, chat=11, mine=1, kind=7, sender=1, text="New name" if row == 4 else None) for row in acts],
        message_system=[{"message_row_id": row, "action_type": action} for row, action in acts.items()],
        message_system_chat_participant=[{"message_row_id": 2, "user_jid_row_id": who} for who in (2, 4)],
        message_system_number_change=[{"message_row_id": 5, "old_jid_row_id": 1, "new_jid_row_id": 2}],
        message_ephemeral_setting=[
            {"message_row_id": 6, "setting_duration": 604800},
            {"message_row_id": 7, "setting_duration": 0},
        ],
        message_system_group=[{"message_row_id": 2, "is_me_joined": 0}],
    )
    assert found.copies.num_rows == 0
    events = [
        (row["locator"], row["kind"], row["actor"], row["target"], row["value"]) for row in found.events.to_pylist()
    ]
    one, two = "+447700900001", "+447700900002"
    assert events == [
        ("message 1", "created", one, None, None),
        ("message 2 person 1", "added", one, two, "action 12"),
        ("message 2 person 2", "added", one, "99887766@lid", "action 12"),
        ("message 3", "left", one, one, "action 5"),
        ("message 4", "subject_changed", one, None, "New name"),
        ("message 5", "number_changed", one, two, None),
        ("message 6", "timer_on", one, None, "604800"),
        ("message 7", "timer_off", one, None, "0"),
        ("message 8", "other", one, None, "action 999"),
        ("message 9", "joined", one, one, "action 20"),
    ]


def test_owner_is_the_number_that_joined_where_the_owner_joined(tmp_path):
    found = read(
        tmp_path,
        message=[line(1, chat=11, mine=1, kind=7, sender=2)],
        message_system=[{"message_row_id": 1, "action_type": 12}],
        message_system_chat_participant=[{"message_row_id": 1, "user_jid_row_id": 1}],
        message_system_group=[{"message_row_id": 1, "is_me_joined": 1}],
    )
    assert (found.owner, found.owner_kind) == ("+447700900001", "phone")


def test_calls_rosters_timers(tmp_path):
    found = read(
        tmp_path,
        chat=[{"_id": 10, "jid_row_id": 2, "ephemeral_expiration": 86400, "ephemeral_setting_timestamp": T0}],
        call_log=[
            {"jid_row_id": 2, "from_me": 1, "timestamp": T0, "video_call": 0, "duration": 61, "call_result": 5},
            {
                "jid_row_id": 2,
                "from_me": 0,
                "timestamp": T0,
                "video_call": 1,
                "duration": 0,
                "call_result": 77,
                "group_jid_row_id": 3,
            },
        ],
        group_participant_user=[
            {"group_jid_row_id": 3, "user_jid_row_id": 1},
            {"group_jid_row_id": 3, "user_jid_row_id": 404},
        ],
        group_participants=[{"gjid": GROUP, "jid": PAIR}, {"gjid": GROUP, "jid": ""}],
    )
    events = [
        (row["locator"], row["kind"], row["thread"], row["actor"], row["target"], row["value"])
        for row in found.events.to_pylist()
    ]
    two = "+447700900002"
    assert events == [
        ("call_log 1", "call", PAIR, None, two, "voice, outgoing, connected, 61 s"),
        ("call_log 2", "call", GROUP, two, None, "video, incoming, result 77, 0 s"),
        ("chat 10", "timer_on", PAIR, None, None, "86400"),
        ("group_participant_user 1", "member", GROUP, None, "+447700900001", None),
        ("group_participants 1", "member", GROUP, None, two, None),
    ]


def test_files_cards_polls_and_kinds(tmp_path):
    digest = hashlib.sha256(b"picture").digest()
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jo Bloggs\r\nEND:VCARD"
    found = read(
        tmp_path,
        message=[
            line(1, kind=1),
            line(2, kind=4),
            line(3, kind=66, text="Where?"),
            line(4, kind=777),
            line(5, kind=778),
            line(6, kind=11),
        ],
        message_media=[
            {
                "message_row_id": 1,
                "file_path": "Media/WhatsApp Images/IMG-1.jpg",
                "file_length": 7,
                "mime_type": "image/jpeg",
                "file_hash": base64.b64encode(digest).decode(),
                "media_caption": "look",
            },
            {"message_row_id": 5, "media_name": "plan.pdf", "mime_type": "application/pdf", "file_hash": "no hash"},
        ],
        message_vcard=[{"message_row_id": 2, "vcard": card}],
        message_poll=[{"message_row_id": 3, "selectable_options_count": 1}],
        message_poll_option=[{"message_row_id": 3, "option_name": name, "vote_total": 0} for name in ("Here", "There")],
    )
    copies = by(found.copies)
    assert [copies[f"message {n}"]["kind"] for n in range(1, 7)] == [
        "image",
        "contact",
        "poll",
        "other",
        "document",
        "other",
    ]
    assert (
        copies["message 1"]["body"] == "look" and copies["message 3"]["body"] == "Where?\nOPTION: Here\nOPTION: There"
    )
    assert copies["message 6"]["state"] == "omitted"
    assert "1 messages of unknown message_type 777, kept as `other`" in found.notes
    assert found.attachments.drop_columns(["text", "basis"]).to_pylist() == [
        {"copy": 0, "name": "IMG-1.jpg", "mime": "image/jpeg", "bytes": 7, "sha256": digest.hex(), "present": False},
        {"copy": 4, "name": "plan.pdf", "mime": "application/pdf", "bytes": None, "sha256": None, "present": False},
        {
            "copy": 1,
            "name": "Jo Bloggs.vcf",
            "mime": "text/vcard",
            "bytes": len(card),
            "present": True,
            "sha256": hashlib.sha256(card.encode()).hexdigest(),
        },
    ]


def old(row, key=None, **more):
    return {
        "_id": row,
        "key_remote_jid": PAIR,
        "key_from_me": 0,
        "key_id": key or f"KEY{row}",
        "status": 0,
        "data": f"old {row}",
        "timestamp": T0 + row,
        "media_wa_type": "0",
        **more,
    }


def test_both_generations_each_message_once_the_new_row_stands(tmp_path):
    found = read(
        tmp_path,
        message=[line(1, text="new"), line(7, text="other under the same number", key="X")],
        messages=[
            old(1),
            old(2, quoted_row_id=4),
            old(3, edit_version=7, data=None),
            old(7),
            {"_id": 9, "key_remote_jid": "-1", "key_from_me": 0, "key_id": "-1"},
            old(
                10,
                key_remote_jid=GROUP,
                remote_resource="447700900001@s.whatsapp.net",
                media_wa_type="1",
                forwarded=1,
                media_mime_type="image/jpeg",
                media_size=12,
                media_caption="see",
                data=None,
            ),
            old(
                11,
                status=6,
                media_size=12,
                key_remote_jid=GROUP,
                remote_resource="447700900001@s.whatsapp.net",
                data=None,
            ),
        ],
        messages_quotes=[{"_id": 4, "key_remote_jid": PAIR, "key_id": "KEY1"}],
        message_quoted=[{"message_row_id": 7, "key_id": "KEY1"}],
        receipts=[{"key_remote_jid": PAIR, "key_id": "KEY2", "remote_resource": "", "read_device_timestamp": T0}],
    )
    copies = by(found.copies)
    assert list(copies) == ["message 1", "message 7", "messages 2", "messages 3", "messages 7", "messages 10"]
    assert copies["message 1"]["body"] == "new" and copies["messages 2"]["reply_to"] == "KEY1"
    assert copies["messages 3"]["state"] == "deleted" and copies["messages 7"]["reply_to"] is None
    assert (copies["messages 10"]["sender"], copies["messages 10"]["kind"], copies["messages 10"]["body"]) == (
        "+447700900001",
        "image",
        "see",
    )
    assert copies["messages 10"]["forwarded"] and found.attachments["copy"].to_pylist() == [5]
    assert "1 messages stand in both generations of tables and are counted once" in found.notes
    assert by(found.events)["messages 11"]["kind"] == "added"


def test_tables_without_rowids_are_read_whole(tmp_path):
    script = "".join(f"{each.replace(' AUTOINCREMENT', '')[:-1]}) WITHOUT ROWID;" if "PRIMARY KEY" in each else f"{each};"
                     for each in map(str.strip, MSGSTORE.split(";")) if each)  # fmt: skip
    rows = {"jid": JIDS, "chat": CHATS, "message": [line(n, text=f"text {n}") for n in (2, 5, 9)]}
    found = [msgstore.READER.read(Opened(write(tmp_path / f"{n}.db", each, rows), "m.db"), Hints())
             for n, each in enumerate((MSGSTORE, script))]  # fmt: skip
    assert found[1].copies.equals(found[0].copies) and found[1].status == "read"
    assert found[0].gaps.num_rows and not found[1].gaps.num_rows


def test_a_table_set_aside_is_the_same_and_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_file, "ROWS_AT_ONCE", 7)
    edits = [{"message_row_id": 9, "original_key_id": "FIRST", "edited_timestamp": T0, "sender_timestamp": T0}]
    messages = [line(n, text=f"text {n}") for n in range(1, 60)]
    rows = {"jid": JIDS, "chat": CHATS, "message": messages, "message_edit_info": edits}
    path, folder = write(tmp_path / "m.db", MSGSTORE, rows), tmp_path / "scratch"
    folder.mkdir()
    kept, aside = (msgstore.READER.read(Opened(path, "m.db", scratch=place), Hints()) for place in (None, folder))
    assert list(folder.iterdir()) == [] and aside.copies.num_rows == 59
    for name in FIELDS:
        assert getattr(aside, name).equals(getattr(kept, name)), name
    assert aside.events["locator"].to_pylist() == ["message_edit_info 9"]


def test_rows_gone_are_gaps_and_not_copies(tmp_path):
    write(
        tmp_path / "m.db", MSGSTORE, {"jid": JIDS, "chat": CHATS, "message": [line(n, text="x") for n in range(1, 9)]}
    )
    connection = sqlite3.connect(tmp_path / "m.db")
    connection.execute("DELETE FROM message WHERE _id IN (3, 4, 8)")
    connection.commit()
    connection.close()
    found = msgstore.READER.read(Opened(tmp_path / "m.db", "m.db"), Hints())
    assert found.copies.num_rows == 5
    assert [(row["locator"], row["n_missing"], row["basis"]) for row in found.gaps.to_pylist()] == [
        ("message 3-4", 2, "between rows"),
        ("message 8-8", 1, "given out since the last row"),
    ]
    assert found.gaps["before_at"].to_pylist()[0] == datetime(2020, 9, 13, 12, 26, 42)


def test_third_party_dump_of_2023(tmp_path):
    folder = fixtures("whatsapp-db/chat-history-manager")
    truth = json.loads((folder / "expected.json").read_text())["2023-10"]
    found, names = dump(folder / "2023-10", tmp_path)
    group, pair = truth["chats"]
    service, text = group["messages"]
    place, gone = pair["messages"]
    copies, events = found.copies.to_pylist(), by(found.events)
    assert [seconds(row["at"]) for row in copies] == [text["time_s"], place["time_s"], gone["time_s"]]
    assert (
        copies[0]["body"] == text["text"] and copies[0]["forwarded"] and copies[0]["edited"] and copies[0]["from_owner"]
    )
    assert (
        copies[1]["kind"] == "location"
        and place["place"] in copies[1]["body"]
        and place["address"] in copies[1]["body"]
    )
    assert copies[1]["sender"] == "+" + place["from"] and copies[2]["state"] == "deleted"
    assert (
        seconds(events["message 169"]["at"]) == service["time_s"]
        and events["message 169"]["actor"] == "+" + service["from"]
    )
    assert seconds(events["message_edit_info 750"]["at"]) == text["edit_time_s"]
    assert seconds(events["message_revoked 7454"]["at"]) == gone["revoked_s"]
    assert found.owner == truth["owner"]["phone"]
    assert {(row["thread"], row["title"]) for row in found.threads.to_pylist()} == {
        (group["jid"], group["name"]),
        (pair["jid"], None),
    }
    assert names.names.num_rows == 1 and names.copies.num_rows == 0


def test_third_party_dump_of_2026(tmp_path):
    folder = fixtures("whatsapp-db/chat-history-manager")
    truth = json.loads((folder / "expected.json").read_text())["2026-01"]
    found, names = dump(folder / "2026-01", tmp_path)
    (copy,) = found.copies.to_pylist()
    (message,) = truth["chats"][0]["messages"]
    assert (
        seconds(copy["at"]) == message["time_s"] and copy["sender"] == "+" + message["from"] and copy["kind"] == "text"
    )
    assert copy["body"].startswith(message["text"]) and message["place"] in copy["body"]
    labels = {row["handle"]: (row["label"], row["basis"]) for row in names.names.to_pylist()}
    assert labels["+11111"] == (truth["other"]["name"], "business name verified by WhatsApp")


def test_third_party_database_of_an_empty_account_from_a_copy(tmp_path):
    path = fixtures("whatsapp-db/wa-crypt-tools/msgstore.db")
    rows = json.loads((path.parent / "expected.json").read_text())["rows_by_table"]
    copy = tmp_path / "copy"
    before = path.read_bytes()
    copy.write_bytes(path.read_bytes())
    assert not msgstore.READER.recognises(copy.read_bytes()[: 1 << 16], "msgstore.db")  # the schema stands further in
    assert msgstore.READER.recognises_file(copy)
    found = msgstore.READER.read(Opened(copy, "msgstore.db"), Hints())
    assert found.copies.num_rows == rows["messages"] - 1  # one row stands for none
    assert set(found.copies["thread"].to_pylist()) == {"status@broadcast"} and found.threads["kind"].to_pylist() == [
        "broadcast"
    ]
    assert found.attachments.num_rows == 9 and found.attachments["sha256"].null_count == 0
    assert path.read_bytes() == copy.read_bytes() == before
    assert (
        f"messages {rows['messages']}, " in found.notes[-3] and f"user_device {rows['user_device']}" in found.notes[-2]
    )


def dump(folder, tmp_path):
    for name in ("msgstore", "wa"):
        connection = sqlite3.connect(tmp_path / f"{name}.db")
        connection.executescript((folder / f"{name}.sql").read_text())
        connection.close()
    readers = {"msgstore": msgstore.READER, "wa": wa_contacts.READER}
    for name, reader in readers.items():
        assert [other for other, each in readers.items() if each.recognises_file(tmp_path / f"{name}.db")] == [name], (
            reader.name
        )
    return [reader.read(Opened(tmp_path / f"{name}.db", f"{name}.db"), Hints()) for name, reader in readers.items()]


def seconds(at):
    return int((at - datetime(1970, 1, 1)).total_seconds())


@QUIET
@given(
    texts=st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
            st.booleans(),
            st.integers(1, 4_000_000_000_000),
            st.sampled_from([10, 11, 12]),
        ),
        max_size=15,
    )
)
def test_what_is_written_is_read(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("any")
    rows = [
        line(n, chat=chat, mine=int(mine), text=text, sender=1, at=at)
        for n, (text, mine, at, chat) in enumerate(texts, 1)
    ]
    found = read(folder, message=rows).copies.to_pylist()
    assert [(row["body"], row["from_owner"], row["sent_text"]) for row in found] == [
        (text, mine, str(at)) for text, mine, at, _ in texts
    ]
    assert [row["native_id"] for row in found] == [f"KEY{n}" for n in range(1, len(texts) + 1)]


@QUIET
@given(place=st.integers(0, 1 << 17), junk=st.binary(min_size=1, max_size=600))
def test_damaged_bytes_end_in_a_reading_or_a_refusal(tmp_path_factory, place, junk):
    folder = tmp_path_factory.mktemp("junk")
    path = write(
        folder / "m.db",
        MSGSTORE,
        {"jid": JIDS, "chat": CHATS, "message": [line(n, text="x" * 300) for n in range(1, 60)]},
    )
    data = bytearray(path.read_bytes())
    place %= len(data)
    data[place : place + len(junk)] = junk
    path.write_bytes(data)
    for reader in (msgstore.READER, wa_contacts.READER):
        reader.recognises(bytes(data), "m.db")
        reader.recognises_file(path)
        try:
            assert reader.read(Opened(path, "m.db"), Hints()).status in ("read", "partial")
        except FormatError:  # said, not crashed
            assert path.exists()


@pytest.mark.parametrize("hash64", ["", "zz", "AAAA", None])
def test_what_is_no_hash_gives_none(hash64):
    assert whatsapp_files.hexadecimal(hash64) is None


def test_texts_left_in_the_search_index_are_counted_and_not_read(tmp_path):
    index = "CREATE TABLE message_ftsv2_content (docid INTEGER PRIMARY KEY, c0content TEXT);"
    rows = {"jid": JIDS, "chat": CHATS, "message": [line(1, text="here")]}
    left = [{"docid": 1, "c0content": "here"}, {"docid": 2, "c0content": "gone"}]
    path = write(tmp_path / "m.db", MSGSTORE + index, {**rows, "message_ftsv2_content": left})
    found = msgstore.READER.read(Opened(path, "m.db"), Hints())
    assert found.copies["body"].to_pylist() == ["here"]
    assert "1 texts of messages that are gone stand in the search index: kept apart, counted nowhere" in found.notes
