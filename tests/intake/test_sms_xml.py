"""SMS Backup & Restore XML: third-party files, hand-made cases, and arbitrary bytes."""

import json
from datetime import datetime
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import FormatError
from analysis.intake.records import Hints, Opened
from analysis.intake.references import References
from analysis.intake.sms_xml import READER
from support import fixtures

HEAD = b"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"


def read(tmp_path, content, **hints):
    path = tmp_path / "sms.xml"
    path.write_bytes(content)
    reading = READER.read(Opened(path, path.name), Hints(**hints))
    total = reading.bytes_copies + reading.bytes_events + reading.bytes_rejects + reading.bytes_framing
    assert total == len(content)
    assert reading.bytes_framing >= 0
    assert reading.n_rows == reading.copies.num_rows + reading.events.num_rows + reading.rejects.num_rows
    return reading


def sms(**attributes):
    attributes = {"address": "07700900123", "date": "1585000000000", "type": "1", "body": "hello"} | attributes
    return "<sms " + " ".join(f"{key}={quoteattr(value)}" for key, value in attributes.items()) + " />"


def backup(*records, count=None):
    count = len(records) if count is None else count
    return HEAD + f'<smses count="{count}">\n  '.encode() + "\n  ".join(records).encode() + b"\n</smses>"


FILES = [
    ("fkleon/emptySms.xml", 0, 0, 0, "read"),
    ("fkleon/invalidSms.xml", 1, 0, 1, "read"),
    ("fkleon/invalidSms2.xml", 1, 0, 0, "read"),
    ("fkleon/sms-and-mms.xml", 3, 0, 0, "read"),
    ("fkleon/sms-dupes.xml", 8, 0, 0, "read"),
    ("fkleon/sms-non-dupes.xml", 2, 0, 0, "read"),
    ("fkleon/sms-non-dupes-2.xml", 2, 0, 0, "read"),
    ("shruggie/edge_cases.xml", 4, 0, 0, "read"),
    ("shruggie/malformed.xml", 0, 0, 1, "unreadable"),
    ("shruggie/minimal_calls.xml", 0, 1, 0, "read"),
    ("shruggie/minimal_mms.xml", 1, 0, 0, "read"),
    ("shruggie/minimal_sms.xml", 1, 0, 0, "read"),
    ("shruggie/mixed.xml", 4, 0, 0, "read"),
]


@pytest.mark.parametrize(("name", "copies", "events", "rejects", "status"), FILES)
def test_third_party_counts(name, copies, events, rejects, status, tmp_path):
    path = fixtures("sms") / name
    assert READER.recognises(path.read_bytes()[: 1 << 16], path.name)
    reading = read(tmp_path, path.read_bytes())
    assert (reading.copies.num_rows, reading.events.num_rows, reading.rejects.num_rows) == (copies, events, rejects)
    assert reading.status == status
    expected = json.loads((path.parent / "expected.json").read_text())["files"][path.name]
    if expected["well_formed"]:
        records = expected["sms"] + expected["mms"] + expected["calls"]
        assert reading.n_rows == records
        told = any(f"declares {expected['count_attribute']} records and holds {records}" in n for n in reading.notes)
        assert told == (expected["count_attribute"] != records)
    for row in reading.copies.to_pylist() + reading.events.to_pylist():
        start, end = map(int, row["locator"].removeprefix("bytes ").split("-"))
        piece = path.read_bytes()[start:end]
        assert piece.startswith((b"<sms ", b"<mms ", b"<call "))
        assert piece.endswith((b"/>", b"</mms>"))


@pytest.mark.parametrize(("name", "duplicates", "contacts"), [
    ("sms-dupes.xml", 1, 4), ("sms-non-dupes.xml", 0, 1), ("sms-non-dupes-2.xml", 0, 2)])  # fmt: skip
def test_third_party_duplicates_stay_and_can_be_told(name, duplicates, contacts, tmp_path):
    reading = read(tmp_path, (fixtures("sms/fkleon") / name).read_bytes())
    copies = reading.copies.to_pylist()
    told = {(row["thread"], row["from_owner"], row["at"], row["body"]) for row in copies}
    assert len(copies) - len(told) == duplicates
    assert len(set(reading.names["label"].to_pylist())) == contacts
    assert len({row["thread"] for row in copies}) == contacts


def test_third_party_fields(tmp_path):
    folder = fixtures("sms/shruggie")
    minimal = read(tmp_path, (folder / "minimal_sms.xml").read_bytes()).copies.to_pylist()[0]
    assert minimal["sender"] == "+15551234567"
    assert minimal["at"] == datetime(2021, 1, 1)
    assert minimal["at_utc"] is True
    assert minimal["body"] == "Happy New Year! This is a test message."
    assert minimal["sent_text"] == "1609459200000; date_sent 1609459190000"
    picture = read(tmp_path, (folder / "minimal_mms.xml").read_bytes())
    assert picture.copies.to_pylist()[0] | {"body": "Hello from MMS!", "subject": "Test MMS Subject", "kind": "image",
                                            "sender": "+15559876543"} == picture.copies.to_pylist()[0]  # fmt: skip
    assert picture.attachments.drop_columns(["text", "basis"]).to_pylist() == [{
        "copy": 0, "name": "image.jpg", "mime": "image/jpeg", "bytes": 70, "present": True,
        "sha256": "6b7fa434f92a8b80aab02d9bf1a12e49ffcae424e4013a1c4f68b67e3d2bbcd0"}]  # fmt: skip
    edges = read(tmp_path, (folder / "edge_cases.xml").read_bytes()).copies["body"].to_pylist()
    assert edges[1] == "Hello \U0001f30d \u2014 this has \u00abspecial\u00bb chars & symbols < > \" '"
    assert edges[2:] == ["", None]
    call = read(tmp_path, (folder / "minimal_calls.xml").read_bytes()).events.to_pylist()[0]
    assert (call["kind"], call["actor"], call["value"]) == ("call", "+15551234567", "incoming, 125 s")
    mixed = read(tmp_path, (folder / "mixed.xml").read_bytes())
    assert mixed.copies["state"].to_pylist() == ["present", "present", "present", "draft"]
    assert mixed.copies["from_owner"].to_pylist() == [False, False, True, True]


def test_third_party_group(tmp_path):
    reading = read(tmp_path, (fixtures("sms/fkleon") / "sms-and-mms.xml").read_bytes())
    group = reading.threads.to_pylist()[2]
    assert group["kind"] == "group"
    assert group["thread"] == "+12121234567~+49215111111"
    assert [row["handle"] for row in reading.recipients.to_pylist() if row["copy"] == 2] == [
        "+12127654321",
        "+492151111111",
    ]
    assert reading.owner == "+12011234567"  # the only sender of what was sent
    assert reading.copies["body"].to_pylist()[2] == "Where is Santa Clause?"


def test_surrogates_in_any_chunks():
    raw = b"a&#55357;&#56396;b&#xD83D;&#xDC4C;c&#55357;d&#0;e&#x1F44C;&amp;&#10;&#1;&#55357;&#56396;"
    want = "a\U0001f44cb\U0001f44cc\ufffdd\ufffde\U0001f44c&\n\ufffd\U0001f44c"
    for size in (1, 2, 3, 7, 13, 64):
        stage = References()
        out = b"".join(stage.feed(raw[place : place + size]) for place in range(0, len(raw), size)) + stage.close()
        from lxml import etree

        assert etree.fromstring(b"<a>" + out + b"</a>").text == want
        assert (stage.joined, stage.replaced) == (3, 3)
        assert stage.offset(len(out)) == len(raw)


def test_surrogates_in_file_keep_offsets(tmp_path):
    content = (
        backup(*(sms(body=f"x{n}") for n in range(3))).replace(b"x0", b"&#55357;&#56396;&#1;").replace(b"x1", b"&#0;")
    )
    reading = read(tmp_path, content)
    assert reading.copies["body"].to_pylist() == ["\U0001f44c\ufffd", "\ufffd", "x2"]
    last = reading.copies["locator"].to_pylist()[2].removeprefix("bytes ").split("-")
    assert content[int(last[0]) : int(last[1])] == sms(body="x2").encode()
    assert any("2 references to no character" in note for note in reading.notes)


def test_null_states_and_owner_placeholder(tmp_path):
    reading = read(tmp_path, backup(
        sms(contact_name="null", subject="null"), sms(type="2"), sms(type="3", address="null"), sms(type="5"),
        sms(type="19"), sms(contact_name="(Unknown)"), sms(date="0"), sms(date="99999999999999999999"),
    ))  # fmt: skip
    copies = reading.copies.to_pylist()
    assert [row["state"] for row in copies] == ["present", "present", "draft", "failed", *["present"] * 4]
    assert [row["from_owner"] for row in copies] == [False, True, True, True, None, False, False, False]
    assert copies[0]["subject"] is None
    assert copies[2]["thread"] == "(no address)"
    assert [row["at"] for row in copies[6:]] == [None, None]
    assert reading.names.num_rows == 0
    assert [row["handle"] for row in reading.recipients.to_pylist()] == [
        None, "07700900123", "07700900123", None, None, None]  # fmt: skip
    assert {row["thread"] for row in copies} == {"+447700900123", "(no address)"}


def mms(box, address, addrs, date="1585000000000"):
    inside = "".join(f'<addr address="{who}" type="{role}"/>' for who, role in addrs)
    head = f'<mms date="{date}" msg_box="{box}" address="{address}"><parts><part ct="text/plain" text="t"/></parts>'
    return f"{head}<addrs>{inside}</addrs></mms>"


def test_owner_from_multimedia_messages(tmp_path):
    reading = read(tmp_path, backup(
        mms(1, "+447700900111~+447700900222", [("+447700900111", 137), ("+447700900999", 151), ("+447700900222", 130)]),
        mms(2, "+447700900111", [("insert-address-token", 137), ("+447700900111", 151)]),
    ))  # fmt: skip
    assert (reading.owner, reading.owner_kind) == ("+447700900999", "phone")
    assert reading.copies["sender"].to_pylist() == ["+447700900111", None]
    assert [row["role"] for row in reading.recipients.to_pylist()] == ["to", "cc", "to"]


def test_what_stands_before_a_fault_is_read(tmp_path):
    good = backup(sms(body="one"), sms(body="two"))
    content = good.replace(b"\n</smses>", b'\n  <sms body="cut\x00')
    reading = read(tmp_path, content)
    assert reading.status == "partial"
    assert reading.copies["body"].to_pylist() == ["one", "two"]
    reject = reading.rejects.to_pylist()[0]
    assert reject["n_bytes"] == reading.bytes_rejects
    assert reject["locator"].endswith(f"-{len(content)}")
    assert "not well-formed" in reading.reason


def test_unknown_records_are_rejects(tmp_path):
    reading = read(tmp_path, backup(sms(), "<note>hi</note>", "<sms/>"))
    assert [row["reason"] for row in reading.rejects.to_pylist()] == [
        "unknown record <note>",
        "no date, address or content",
    ]
    assert reading.copies.num_rows == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_doctype_is_refused(tmp_path, encoding):
    path = tmp_path / "bomb.xml"
    path.write_bytes('<!DOCTYPE smses [<!ENTITY a "b">]><smses count="1"><sms body="&a;"/></smses>'.encode(encoding))
    assert READER.recognises(path.read_bytes(), path.name)
    with pytest.raises(FormatError, match="DOCTYPE"):
        READER.read(Opened(path, path.name), Hints())


def test_doctype_after_a_megabyte_is_refused(tmp_path):
    path = tmp_path / "late.xml"
    path.write_bytes(b"<!--" + b"x" * (2 << 20) + b'--><!DOCTYPE smses [<!ENTITY a "b">]><smses count="0"></smses>')
    with pytest.raises(FormatError, match="DOCTYPE"):
        READER.read(Opened(path, path.name), Hints())


def test_talk_of_a_doctype_is_not_one(tmp_path):
    assert read(tmp_path, backup(sms(body="<!DOCTYPE html>"))).copies["body"].to_pylist() == ["<!DOCTYPE html>"]


def test_large_attachment_in_many_blocks(tmp_path):
    data = "QUJD" * (3 << 18)
    content = backup(f'<mms date="1" address="1"><parts><part ct="image/png" cl="a.png" data="{data}"/></parts></mms>')
    assert read(tmp_path, content).attachments.to_pylist()[0]["bytes"] == 3 * (3 << 18)


@settings(derandomize=True, max_examples=60)
@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40), max_size=8))
def test_bodies_round_trip(tmp_path_factory, bodies):
    reading = read(tmp_path_factory.mktemp("sms"), backup(*(sms(body=body) for body in bodies)))
    kept = [body for body in bodies if body != "null" and not set(body) & {"\ufffe", "\uffff"}]
    if len(kept) == len(bodies) and not any((ord(c) & 0xFFFF) >= 0xFFFE for body in bodies for c in body):
        assert reading.copies["body"].to_pylist() == bodies


@settings(derandomize=True, max_examples=150)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_accounted_for(tmp_path_factory, tail):
    content = backup(sms())[: -len("</smses>")] + tail
    try:
        reading = read(tmp_path_factory.mktemp("sms"), content)
    except FormatError:
        return
    assert reading.copies.num_rows >= 1
