"""LinkedIn exports of several ages, hand-made."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake.linkedin import READER
from analysis.intake.records import Hints, Opened

NEW = (
    "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER,"
    "ATTACHMENTS,IS MESSAGE DRAFT\r\n"
)
OLD = "Conversation Id,From,To,Date,Subject,Content,Folder\n"
A, B, C = ("https://www.linkedin.com/in/" + slug for slug in ("ann-lee", "bo-ray", "cy-fox"))


def read(tmp_path, text, name="messages.csv", **hints):
    content = text if isinstance(text, bytes) else text.encode()
    path = tmp_path / name
    path.write_bytes(content)
    assert READER.recognises(content[: 1 << 16], name)
    reading = READER.read(Opened(path, name), Hints(**hints))
    shares = (reading.bytes_copies, reading.bytes_events, reading.bytes_rejects, reading.bytes_framing)
    assert sum(shares) == len(content)
    return reading


def test_new_export(tmp_path):
    reading = read(tmp_path, "\ufeff" + NEW + (
        f'c1,,Ann Lee,{A},Bo Ray,{B},2024-01-15 14:30:00 UTC,Hi,"line 1\r\nline &amp; <b>2</b> ""q""",INBOX,,No\r\n'
        f'c1,,Bo Ray,{B},Ann Lee,{A},2024-01-15 14:31:05 UTC,,Ã© stays,SENT,https://x.example/a https://x.example/b,No\r\n'
        f'c2,Plan B,"Fox, Cy",{C},"Ann Lee,Bo Ray","{A},{B}",2024-01-16 09:00:00 UTC,,three,INBOX,,No\r\n'
        f'c2,Plan B,Bo Ray,{B},"Ann Lee,Fox, Cy","{A},{C}",2024-01-16 09:01:00 UTC,,later,SENT,,Yes\r\n'
    ))  # fmt: skip
    copies = reading.copies.to_pylist()
    assert [row["locator"] for row in copies] == ["row 2", "row 3", "row 4", "row 5"]
    assert copies[0]["body"] == 'line 1\r\nline &amp; <b>2</b> "q"'
    assert copies[1]["body"] == "Ã© stays"
    assert copies[0]["at"] == datetime(2024, 1, 15, 14, 30)
    assert reading.zone_basis == "embedded"
    assert (reading.owner, reading.owner_kind) == (B, "profile")
    assert [row["from_owner"] for row in copies] == [False, True, False, True]
    assert [row["state"] for row in copies] == ["present", "present", "present", "draft"]
    assert [(row["copy"], row["handle"]) for row in reading.recipients.to_pylist()] == [
        (0, B), (1, A), (2, A), (2, B), (3, A), (3, C)]  # fmt: skip
    assert {(row["handle"], row["label"]) for row in reading.names.to_pylist()} == {
        (A, "Ann Lee"), (B, "Bo Ray"), (C, "Fox, Cy")}  # fmt: skip
    assert [row["name"] for row in reading.attachments.to_pylist()] == ["https://x.example/a", "https://x.example/b"]
    threads = reading.threads.to_pylist()
    assert [(row["kind"], row["title"], row["counterpart"]) for row in threads] == [
        ("pair", None, A), ("group", "Plan B", None)]  # fmt: skip


def test_old_export_without_addresses(tmp_path):
    reading = read(tmp_path, OLD + (
        "c1,Ann Lee,Bo Ray,2018-03-01 10:00:00,,one,INBOX\n"
        'c2,Bo Ray,"Ann Lee, Cy Fox",2018-03-02 10:00:00,,two,SENT\n'
        'c2,Cy Fox,"Ray, Jo",2018-03-03 10:00:00,,three,INBOX\n'
    ))  # fmt: skip
    assert reading.copies["sender_kind"].to_pylist() == ["name"] * 3
    assert [(row["copy"], row["handle"]) for row in reading.recipients.to_pylist()] == [
        (0, "Bo Ray"), (1, "Ann Lee"), (1, "Cy Fox"), (2, "Ray, Jo")]  # fmt: skip
    assert reading.zone_basis == "assumed"
    assert reading.copies["at_utc"].to_pylist() == [False] * 3
    assert reading.owner == "bo ray"


def test_deleted_accounts_are_nobody(tmp_path):
    reading = read(tmp_path, NEW + f"c1,,LinkedIn Member,,Bo Ray,{B},2024-01-15 14:30:00 UTC,,gone,INBOX,,No\r\n")
    assert reading.copies["sender"].to_pylist() == [None]
    assert any("no longer exist" in note for note in reading.notes)
    assert reading.names.num_rows == 1


def test_owner_is_who_is_everywhere_or_nobody(tmp_path):
    row = "{c},,X,{f},Y,{t},2024-01-15 14:30:00 UTC,,hi,ARCHIVE,,No\r\n"
    both = NEW + row.format(c=1, f=A, t=B) + row.format(c=2, f=C, t=B)
    assert read(tmp_path, both).owner == B
    alone = read(tmp_path, NEW + row.format(c=1, f=A, t=B))
    assert alone.owner is None
    assert alone.copies["from_owner"].to_pylist() == [None]
    told = read(tmp_path, NEW + row.format(c=1, f=A, t=B), owner="linkedin.com/in/ann-lee/")
    assert told.copies["from_owner"].to_pylist() == [True]
    assert told.owner is None  # declared, not found


@pytest.mark.parametrize(("written", "at", "basis"), [
    ('"1/15/24, 2:30 PM"', datetime(2024, 1, 15, 14, 30), "proven"),
    ('"15/1/24, 12:30 AM"', datetime(2024, 1, 15, 0, 30), "proven"),
    ('"3/4/24, 2:30 PM"', datetime(2024, 3, 4, 14, 30), "assumed"),
    ("yesterday", None, None),
    ("2024-13-45 10:00:00 UTC", None, None),
])  # fmt: skip
def test_dates(tmp_path, written, at, basis):
    reading = read(tmp_path, OLD + f"c1,Ann Lee,Bo Ray,{written},,one,INBOX\n")
    assert reading.copies["at"].to_pylist() == [at]
    assert reading.date_order_basis == basis


def test_broken_rows_are_rejects(tmp_path):
    reading = read(tmp_path, OLD + "c1,Ann\n\nc1,Ann Lee,Bo Ray,2018-03-01 10:00:00,,one,INBOX\n")
    assert reading.copies.num_rows == 1
    assert reading.rejects.to_pylist() == [
        {"locator": "row 2", "reason": "2 fields where the header has 7", "n_bytes": 7}]  # fmt: skip


def test_huge_field_ends_the_reading(tmp_path):
    good = "c1,Ann Lee,Bo Ray,2018-03-01 10:00:00,,one,INBOX\n"
    reading = read(tmp_path, OLD + good + '"' + "x" * (17 << 20) + "\n" + good)
    assert reading.status == "partial"
    assert reading.copies.num_rows == 1
    assert reading.bytes_rejects == (17 << 20) + 2 + len(good)


def test_connections_give_names(tmp_path):
    text = (
        'Notes:\n"When exporting, some addresses are missing"\n\n'
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
        f"Ann,Lee,{A},ann@example.org,Co,Boss,01 Jan 2020\n"
    )
    reading = read(tmp_path, text, "Connections.csv")
    assert [(row["kind"], row["handle"], row["label"], row["locator"]) for row in reading.names.to_pylist()] == [
        ("profile", A, "Ann Lee", "row 5"), ("email", "ann@example.org", "Ann Lee", "row 5")]  # fmt: skip
    assert reading.copies.num_rows == 0


def test_invitations_are_messages_or_without_words_events(tmp_path):
    reading = read(
        tmp_path,
        "From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl\n"
        f'Ann Lee,Bo Ray,"1/15/24, 9:15 AM",Shall we talk here?,OUTGOING,{A},{B}\n'
        f'Cy Fox,Ann Lee,"1/16/24, 9:15 AM",,INCOMING,{C},{A}\n',
        "Invitations.csv",
    )
    assert (reading.owner, reading.date_order_basis) == (A, "proven")
    assert reading.copies.select(["sender", "from_owner", "body", "at"]).to_pylist() == [
        {"sender": A, "from_owner": True, "body": "Shall we talk here?", "at": datetime(2024, 1, 15, 9, 15)}
    ]
    assert reading.recipients["handle"].to_pylist() == [B]
    assert reading.events.select(["kind", "actor", "target", "value"]).to_pylist() == [
        {"kind": "other", "actor": C, "target": A, "value": "invitation to connect"}
    ]


def test_bytes_that_are_not_utf8_are_said(tmp_path):
    reading = read(tmp_path, OLD.encode() + b"c1,Ann Lee,Bo Ray,2018-03-01 10:00:00,,caf\xe9,INBOX\n")
    assert reading.copies["body"].to_pylist() == ["caf\ufffd"]
    assert any("not UTF-8" in note for note in reading.notes)


def test_other_tables_are_not_taken():
    assert not READER.recognises(b"a,b,c\n1,2,3\n", "messages.csv")
    assert not READER.recognises(b"From,To,Subject\n", "messages.csv")


@settings(derandomize=True, max_examples=100)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_accounted_for(tmp_path_factory, tail):
    read(tmp_path_factory.mktemp("li"), OLD.encode() + tail)
