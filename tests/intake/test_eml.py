"""Single mails: recognised by what they hold, read whole, every byte accounted for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake import eml
from analysis.intake.records import Hints, Opened, Reading
from analysis.matter import Matter
from received import check, take

FAST = settings(max_examples=100, derandomize=True, deadline=None)
MAIL = b"From: Ann <a@b.example>\nTo: c@d.example\nDate: Mon, 16 Mar 2020 09:17:00 +0000\nSubject: s\n\nwords\n"


def taken(folder, data: bytes, name: str = "one.eml") -> Reading:
    path = folder / "one"
    path.write_bytes(data)
    reading = eml.READER.read(Opened(path, name), Hints())
    assert reading.bytes_copies + reading.bytes_events + reading.bytes_rejects + reading.bytes_framing == len(data)
    return reading


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (MAIL, "no-name", True),
        (MAIL.replace(b"\n", b"\r\n"), "1600000000.M1P2.host:2,S", True),
        (b"\xef\xbb\xbf" + MAIL, "x.txt", True),
        (b"\n" + MAIL, "x.txt", True),
        (b"Subject: alone\n\nwords", "x.eml", True),
        (b"Subject: alone\n\nwords", "x.txt", False),
        (b"Note: a text\nDate: today\n\nwords", "x.txt", False),
        (b"From a@b.example Mon Mar 16 09:17:00 2020\n" + MAIL, "x.eml", False),
        (b"2520      \n" + MAIL, "x.emlx", False),
        (b"16/03/2020, 09:17 - Ann: From: you\n", "chat.txt", False),
        (b"BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEND:VCARD\n", "a.vcf", False),
        (b"<?xml version='1.0'?><smses count='1'>", "x.eml", False),
        (b"PK\x03\x04", "x.eml", False),
        (b"", "x.eml", False),
    ],
)
def test_recognition_is_by_content(head, name, expected):
    assert eml.recognises(head, name) is expected


def test_fields_that_say_how_a_mail_is_marked_are_kept(tmp_path):
    head = b"From: a@b.example\nX-Protective-Marking: OFFICIAL-SENSITIVE\nX-Mailer: SECRET\n"
    head += b"msip_labels: MSIP_Label_1_Enabled=true;\n MSIP_Label_1_Name==?utf-8?q?SECRET?=\n"
    kept = taken(tmp_path, head + b"\nbody\n").copies.to_pylist()[0]["header"]
    assert kept.splitlines() == [
        "x-protective-marking: OFFICIAL-SENSITIVE", "msip_labels: MSIP_Label_1_Enabled=true; MSIP_Label_1_Name=SECRET",
    ]  # fmt: skip
    assert taken(tmp_path, b"From: a@b.example\n\nbody\n", "two.eml").copies.to_pylist()[0]["header"] is None


def test_one_mail(tmp_path):
    reading = taken(tmp_path, b"\xef\xbb\xbf" + MAIL)
    copy = reading.copies.to_pylist()[0]
    assert (copy["locator"], copy["sender"], copy["body"], copy["state"]) == (
        f"message 1 bytes 3-{len(MAIL) + 3}", "a@b.example", "words\n", "present")  # fmt: skip
    assert (copy["precision"], str(copy["at"]), copy["at_utc"]) == ("second", "2020-03-16 09:17:00", True)
    assert reading.bytes_framing == 3
    assert reading.threads.to_pylist()[0]["title"] == "s"


@pytest.mark.parametrize("name", ["cur/1600000000.M1P2.host:2,DS", "cur/1600000000.M1P2.host;2,D", "x!2,FD"])
def test_a_draft_in_a_maildir(tmp_path, name):
    assert taken(tmp_path, MAIL, name).copies["state"].to_pylist() == ["draft"]


def test_no_header_no_mail(tmp_path):
    reading = taken(tmp_path, b"only words\n")
    assert (reading.copies.num_rows, reading.status) == (0, "partial")
    assert reading.rejects.to_pylist() == [{"locator": "bytes 0-11", "reason": "no readable header", "n_bytes": 11}]


def test_a_file_over_the_limit_is_cut_and_the_rest_rejected(tmp_path, monkeypatch):
    monkeypatch.setattr(eml, "MAIL_BYTES", 50)
    reading = taken(tmp_path, MAIL)
    assert (reading.copies.num_rows, reading.bytes_rejects) == (1, len(MAIL) - 50)


@FAST
@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_crash(tmp_path_factory, data):
    taken(tmp_path_factory.mktemp("any"), data)
    eml.recognises(data, "x.eml")


def test_a_mail_has_its_message_identification_hash(tmp_path):
    """Vector of Relativity's documentation of the EDRM MIH; an id without brackets, and none at all, have no hash."""
    ids = [b"<CALckR-a8UDkRjO4xJyjd_s0GPxQWw@mail.gmail.com>", b"no-brackets@b.example", b""]
    for number, name in enumerate(ids):
        (tmp_path / f"evidence/{number}.eml").parent.mkdir(exist_ok=True)
        (tmp_path / f"evidence/{number}.eml").write_bytes(b"Message-ID: " + name + b"\n" + MAIL)
    (tmp_path / "matter.toml").write_text('[matter]\nid = "m"\ntitle = "M"\n')
    found = take(Matter.open(tmp_path, tmp_path / "out"))
    check(found)
    assert found.copies.sort_values("source_id")["mih"].dropna().tolist() == ["1de319c276884bd0c9e2f1621ada26cc"]
