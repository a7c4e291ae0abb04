"""Android's store of SMS and MMS: directions, two clocks, group messages, parts, boxes, gaps."""

from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.intake import mmssms
from analysis.intake.records import Hints, Opened
from database_writers import MMSSMS, write

T0 = 1_600_000_000_000
PEOPLE = {
    "canonical_addresses": [{"_id": n, "address": f"+44770090000{n}"} for n in (1, 2)],
    "threads": [{"_id": 3, "recipient_ids": "1"}, {"_id": 4, "recipient_ids": "1 2"}],
}
QUIET = settings(
    max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read(path, **rows):
    write(path / "mmssms.db", MMSSMS, {**PEOPLE, **rows})
    return mmssms.READER.read(Opened(path / "mmssms.db", "mmssms.db"), Hints())


def sms(row, box=1, body="hello", **more):
    return {"_id": row, "thread_id": 3, "address": "+447700900001", "date": T0 + row, "type": box, "body": body, **more}


def test_received_sent_draft_and_a_box_nobody_knows(tmp_path):
    found = read(
        tmp_path,
        sms=[sms(1, date_sent=T0 - 5000), sms(2, box=2), sms(3, box=3), sms(5, box=19), sms(6, thread_id=None)],
    )
    copies = found.copies.to_pylist()
    assert [(row["sender"], row["from_owner"], row["state"]) for row in copies] == [
        ("+447700900001", False, "present"),
        (None, True, "present"),
        (None, True, "draft"),
        (None, None, "present"),
        ("+447700900001", False, "present"),
    ]
    assert copies[0]["sent_text"] == f"{T0 + 1}; date_sent {T0 - 5000}" and copies[1]["sent_text"] == str(T0 + 2)
    assert copies[0]["at"] == datetime(2020, 9, 13, 12, 26, 40, 1000) and copies[0]["precision"] == "ms"
    assert [(row["copy"], row["handle"]) for row in found.recipients.to_pylist()] == [
        (0, None),
        (1, "+447700900001"),
        (2, "+447700900001"),
        (4, None),
    ]
    assert found.notes[0].startswith("1 messages stand in boxes that are not known")
    assert [(row["locator"], row["n_missing"]) for row in found.gaps.to_pylist()] == [("sms 4-4", 1)]
    threads = {row["thread"]: row for row in found.threads.to_pylist()}
    assert threads["thread 3"]["counterpart"] == threads["thread unknown"]["counterpart"] == "+447700900001"


def test_multimedia_with_group_parts_and_owner(tmp_path):
    found = read(
        tmp_path,
        sms=[sms(1)],
        pdu=[
            {"_id": 7, "thread_id": 4, "date": T0 // 1000, "msg_box": 1, "m_id": "M7", "sub": "Subject", "m_type": 132},
            {"_id": 8, "thread_id": 4, "date": T0 // 1000 + 9, "msg_box": 2, "m_type": 128},
            {"_id": 9, "thread_id": 4, "date": T0 // 1000 + 10, "msg_box": 1, "m_type": 130},
        ],
        part=[
            {"mid": 7, "seq": -1, "ct": "application/smil", "text": "<smil/>"},
            {"mid": 7, "seq": 0, "ct": "text/plain", "text": "one"},
            {"mid": 7, "seq": 1, "ct": "image/jpeg", "_data": "/data/parts/PART_1.jpg"},
            {"mid": 7, "seq": 2, "ct": "text/plain", "text": "two"},
            {"mid": 99, "seq": 0, "ct": "text/plain", "text": "of nothing"},
        ],
        addr=[
            {"msg_id": 7, "address": "+447700900002", "type": 137},
            {"msg_id": 7, "address": "insert-address-token", "type": 151},
            {"msg_id": 7, "address": "+447700900001", "type": 151},
            {"msg_id": 8, "address": "insert-address-token", "type": 137},
            {"msg_id": 8, "address": "+447700900001", "type": 130},
        ],
    )
    picture, sent, announced = found.copies.to_pylist()[1:]
    assert (picture["sender"], picture["body"], picture["kind"], picture["subject"], picture["native_id"]) == (
        "+447700900002",
        "one\ntwo",
        "image",
        "Subject",
        "M7",
    )
    assert picture["at"] == datetime(2020, 9, 13, 12, 26, 40) and picture["precision"] == "second"
    assert (sent["sender"], sent["from_owner"], sent["kind"]) == (None, True, "text") and announced[
        "state"
    ] == "omitted"
    assert [(row["copy"], row["handle"], row["role"]) for row in found.recipients.to_pylist()] == [
        (0, None, "to"),
        (1, None, "to"),
        (1, "+447700900001", "to"),
        (2, "+447700900001", "cc"),
    ]
    assert [(row["copy"], row["name"], row["mime"], row["present"]) for row in found.attachments.to_pylist()] == [
        (1, "PART_1.jpg", "image/jpeg", False)
    ]
    assert {row["thread"]: (row["kind"], row["counterpart"]) for row in found.threads.to_pylist()} == {
        "thread 3": ("pair", "+447700900001"),
        "thread 4": ("group", None),
    }


@QUIET
@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
            st.sampled_from([1, 2]),
            st.integers(1, 4_000_000_000_000),
            st.text("+0123456789ABC", min_size=1, max_size=12),
        ),
        max_size=12,
    )
)
def test_what_is_written_is_read(tmp_path_factory, rows):
    lines = [sms(n, box, body, date=at, address=address) for n, (body, box, at, address) in enumerate(rows, 1)]
    found = read(tmp_path_factory.mktemp("any"), sms=lines).copies.to_pylist()
    assert [(row["body"], row["from_owner"], row["sent_text"], row["sender"]) for row in found] == [
        (body, box == 2, str(at), None if box == 2 else address) for body, box, at, address in rows
    ]


def test_recognised_by_its_tables(tmp_path):
    read(tmp_path)
    path = tmp_path / "mmssms.db"
    assert mmssms.READER.recognises(path.read_bytes()[: 1 << 16], "x") and mmssms.READER.recognises_file(path)
