"""Apple's message databases: archived texts, tapbacks apart, edits, retractions, acts, orphans, double joins."""

import json
import plistlib
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.intake import imessage, imessage_changes
from analysis.intake import typedstream as streams
from analysis.intake.records import Hints, Opened
from database_writers import IMESSAGE, typedstream, write
from support import fixtures

T0 = 600_000_000 * 10**9  # 2020-01-06 10:40 UTC, nanoseconds
ANN, SAM, GROUP = "+447700900001", "sam@example.org", "chat123"
BASE = {
    "handle": [{"ROWID": 1, "id": ANN, "service": "iMessage"}, {"ROWID": 2, "id": SAM, "service": "iMessage"}],
    "chat": [
        {"ROWID": 1, "guid": f"iMessage;-;{ANN}", "style": 45, "chat_identifier": ANN},
        {"ROWID": 2, "guid": "iMessage;+;chat123", "style": 43, "chat_identifier": GROUP, "display_name": "Cell"},
    ],
    "chat_handle_join": [
        {"chat_id": 1, "handle_id": 1},
        {"chat_id": 2, "handle_id": 1},
        {"chat_id": 2, "handle_id": 2},
    ],
}
QUIET = settings(
    max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def line(row, text=None, handle=1, mine=0, **more):
    return {
        "ROWID": row,
        "guid": f"GUID-{row}",
        "text": text,
        "handle_id": handle,
        "is_from_me": mine,
        "date": T0 + row * 10**9,
        "service": "iMessage",
        "account": "E:me@example.org",
        **more,
    }


def read(path, chat=1, joins=None, **rows):
    joined = (
        [{"chat_id": chat, "message_id": row["ROWID"]} for row in rows.get("message", [])] if joins is None else joins
    )
    write(path / "sms.db", IMESSAGE, {**BASE, "chat_message_join": joined, **rows})
    return imessage.READER.read(Opened(path / "sms.db", "sms.db"), Hints())


def test_texts_written_and_archived_senders_times_receipts(tmp_path):
    found = read(
        tmp_path,
        message=[
            line(1, "plain"),
            line(2, None, attributedBody=typedstream("archived 👍 " * 40)),
            line(3, "mine", mine=1, date_read=T0, date_delivered=T0),
            line(4, None, attributedBody=b"\x04\x0bstreamtyped junk"),
            line(5, "old clock", date=600_000_005),
            line(6, "none", date=0),
        ],
    )
    copies = found.copies.to_pylist()
    assert [row["body"] for row in copies] == ["plain", "archived 👍 " * 40, "mine", None, "old clock", "none"]
    assert copies[0]["at"] == datetime(2020, 1, 6, 10, 40, 1) and copies[4]["at"] == datetime(2020, 1, 6, 10, 40, 5)
    assert copies[5]["at"] is None and "1 copies without a readable time" in found.notes
    assert [(row["sender"], row["sender_kind"], row["from_owner"]) for row in copies[:3:2]] == [
        (ANN, "phone", False),
        (None, None, True),
    ]
    assert copies[0]["native_id"] == "GUID-1" and copies[0]["thread"] == ANN
    assert [(row["copy"], row["handle"]) for row in found.recipients.to_pylist()][:3] == [
        (0, None),
        (1, None),
        (2, ANN),
    ]
    assert [(row["copy"], row["handle"], row["read_at"]) for row in found.receipts.to_pylist()] == [
        (2, ANN, datetime(2020, 1, 6, 10, 40))
    ]
    assert (found.owner, found.owner_kind) == ("me@example.org", "email")
    threads = {row["thread"]: (row["kind"], row["title"], row["counterpart"]) for row in found.threads.to_pylist()}
    assert threads == {ANN: ("pair", None, ANN), GROUP: ("group", "Cell", None)}


def test_tapbacks_are_marks_not_messages(tmp_path):
    found = read(
        tmp_path,
        message=[
            line(1, "hello"),
            line(2, "Loved “hello”", mine=1, associated_message_type=2000, associated_message_guid="p:0/GUID-1"),
            line(3, "Removed", associated_message_type=3001, associated_message_guid="bp:GUID-1"),
            line(4, "🎉", associated_message_type=2006, associated_message_guid="p:2/GONE"),
            line(5, "reply", thread_originator_guid="GUID-1"),
        ],
    )
    assert [row["locator"] for row in found.copies.to_pylist()] == ["message 1", "message 5"]
    assert found.copies["reply_to"].to_pylist() == [None, "GUID-1"]
    assert [
        (row["copy"], row["parent"], row["handle"], row["from_owner"], row["value"])
        for row in found.reactions.to_pylist()
    ] == [
        (0, "GUID-1", None, True, "loved"),
        (0, "GUID-1", ANN, False, None),
        (None, "GONE", ANN, False, "🎉"),
    ]
    assert found.gaps.num_rows == 0  # the numbers of tapbacks are not missing


def test_edits_keep_what_was_said_before_and_retractions_are_tombstones(tmp_path):
    texts = ["first", "second", "third"]
    edit = plistlib.dumps(
        {
            "ec": {"0": [{"d": 600_000_100.5 + n, "t": typedstream(text)} for n, text in enumerate(texts)]},
            "otr": {"0": {}},
        },
        fmt=plistlib.FMT_BINARY,
    )
    gone = plistlib.dumps({"rp": [0], "otr": {"0": {"le": 3, "lo": 0}}}, fmt=plistlib.FMT_BINARY)
    part = plistlib.dumps({"rp": [0], "otr": {"0": {}, "1": {}}})
    found = read(
        tmp_path,
        message=[
            line(1, "third", date_edited=T0, message_summary_info=edit),
            line(2, None, mine=1, date_edited=T0, message_summary_info=gone),
            line(3, "left", message_summary_info=part),
            line(4, None, date_retracted=T0 + 5 * 10**9),
            line(5, "x", message_summary_info=b"bplist00junk"),
        ],
    )
    copies = found.copies.to_pylist()
    assert [(row["kind"], row["state"], row["edited"]) for row in copies] == [
        ("text", "present", True),
        ("deleted", "deleted", False),
        ("text", "present", False),
        ("deleted", "deleted", False),
        ("text", "present", False),
    ]
    events = [
        (row["locator"], row["kind"], row["value"], row["at"])
        for row in found.events.to_pylist()
        if row["kind"] != "member"
    ]
    assert events == [
        ("message 1 part 0 edit 1", "edited", "first", datetime(2020, 1, 6, 10, 41, 41, 500_000)),
        ("message 1 part 0 edit 2", "edited", "second", datetime(2020, 1, 6, 10, 41, 42, 500_000)),
        ("message 2 retracted", "message_deleted", "GUID-2", datetime(2020, 1, 6, 10, 40)),
        ("message 3 retracted", "message_deleted", "part of GUID-3", None),
        ("message 4 retracted", "message_deleted", "GUID-4", datetime(2020, 1, 6, 10, 40, 5)),
    ]


def test_acts_in_groups(tmp_path):
    acts = [(1, 0, 2), (1, 1, 2), (2, 0, 0), (3, 0, 0), (3, 1, 0), (1, 0, 1), (6, 0, 0)]
    rows = [
        line(n, item_type=item, group_action_type=action, other_handle=other, group_title="New" if item == 2 else None)
        for n, (item, action, other) in enumerate(acts, 1)
    ]
    found = read(tmp_path, chat=2, message=rows)
    assert found.copies.num_rows == 0
    events = [(row["kind"], row["actor"], row["target"], row["value"]) for row in found.events.to_pylist()]
    assert events == [
        ("added", ANN, SAM, "item_type 1 action 0"),
        ("removed", ANN, SAM, "item_type 1 action 1"),
        ("subject_changed", ANN, None, "New"),
        ("left", ANN, ANN, "item_type 3 action 0"),
        ("other", ANN, None, "item_type 3 action 1"),
        ("number_changed", ANN, ANN, "item_type 1 action 0"),
        ("other", ANN, None, "item_type 6 action 0"),
        ("member", None, ANN, None),
        ("member", None, SAM, None),
    ]


def test_orphans_double_joins_and_the_bin(tmp_path):
    joins = [{"chat_id": 1, "message_id": 1}, {"chat_id": 2, "message_id": 1}, {"chat_id": 404, "message_id": 4}]
    found = read(
        tmp_path,
        joins=joins,
        message=[line(1, "twice"), line(2, "orphan", handle=2), line(3, "in the bin"), line(4, "nowhere", 0)],
        chat_recoverable_message_join=[{"chat_id": 1, "message_id": 3, "delete_date": T0}],
    )
    assert [(row["body"], row["thread"]) for row in found.copies.to_pylist()] == [
        ("twice", ANN),
        ("orphan", SAM),
        ("in the bin", ANN),
        ("nowhere", "no conversation"),
    ]
    assert any(note.startswith("1 messages are joined to more than one") for note in found.notes)
    assert any(note.startswith("1 messages stand in no conversation") for note in found.notes)
    (event,) = [row for row in found.events.to_pylist() if row["kind"] == "message_deleted"]
    assert event["value"] == "deleted by the owner, still kept: GUID-3" and event["at"] == datetime(2020, 1, 6, 10, 40)


def test_attachments_by_name(tmp_path):
    found = read(
        tmp_path,
        message=[line(1, "\ufffc"), line(2, "no file")],
        message_attachment_join=[{"message_id": 1, "attachment_id": 1}],
        attachment=[
            {"ROWID": 1, "guid": "A", "filename": "~/Library/x/IMG.heic", "mime_type": "image/heic", "total_bytes": 9}
        ],
    )
    assert [(row["kind"], row["body"]) for row in found.copies.to_pylist()] == [
        ("image", "\ufffc"),
        ("text", "no file"),
    ]
    assert found.attachments.drop_columns(["text", "basis"]).to_pylist() == [
        {"copy": 0, "name": "IMG.heic", "mime": "image/heic", "bytes": 9, "sha256": None, "present": False}
    ]


def test_an_empty_database_and_recognition(tmp_path):
    found = read(tmp_path)
    path = tmp_path / "sms.db"
    assert found.copies.num_rows == 0 and found.status == "read"
    assert imessage.READER.recognises(path.read_bytes()[: 1 << 16], "") and imessage.READER.recognises_file(path)


TRUTH = "sms/imessage-exporter"


def test_third_party_archives():
    folder = fixtures(TRUTH)
    truth = json.loads((folder / "expected.json").read_text())["typedstream"]
    assert len(truth) == 7
    for name, expected in truth.items():
        text, whole = streams.text((folder / name).read_bytes())
        if isinstance(expected, str):
            assert (text, whole) == (expected, True), name
        elif "error" in expected:
            assert text is None and not whole, name
        else:
            assert text is not None and text.startswith(expected["starts_with"]) and not whole, name


def test_third_party_edits():
    folder = fixtures(TRUTH)
    truth = json.loads((folder / "expected.json").read_text())["edited"]
    for name, expected in truth.items():
        found = imessage_changes.versions((folder / name).read_bytes())
        assert [[ms // 1000 - 978_307_200, text] for _, _, ms, text in found] == expected, name


def test_third_party_retraction(tmp_path):
    blob = (fixtures(TRUTH) / "edited_message/Deleted.plist").read_bytes()
    found = read(tmp_path, message=[line(1, None, message_summary_info=blob)])
    assert found.copies["state"].to_pylist() == ["deleted"]


@QUIET
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400))
def test_an_archived_text_is_read_as_written(text):
    assert streams.text(typedstream(text)) == (text, True)


@QUIET
@given(blob=st.binary(max_size=200), start=st.booleans())
def test_any_bytes_are_a_text_or_nothing(blob, start):
    text, whole = streams.text((b"\x04\x0bstreamtyped" if start else b"") + blob)
    assert text is None or isinstance(text, str)
    assert not (whole and text is None)
    imessage_changes.versions(b"bplist00" + blob)
    imessage_changes.summary(blob)


@pytest.mark.parametrize("cut", [60, 75, 80])
def test_an_archive_cut_short_is_not_whole(cut):
    text, whole = streams.text(typedstream("a text of some length")[:cut])
    assert not whole and (text is None or "a text of some length".startswith(text))
