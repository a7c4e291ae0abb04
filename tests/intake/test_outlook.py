"""Outlook stores and saved items of third parties, against what others read in them; and the rules by hand."""

import hashlib
import json
import sys
from datetime import datetime

import pytest

from analysis.errors import FormatError
from analysis.intake import mapi, msg, pst
from analysis.intake.records import Hints, Opened, Reading
from support import fixtures

READERS = {".pst": pst, ".msg": msg}


def taken(path) -> Reading:
    module = READERS[path.suffix]
    pytest.importorskip("pypff" if module is pst else "oxmsg", reason="the extra is not installed")
    assert module.recognises(path.read_bytes()[: 1 << 16], path.name)
    return module.READER.read(Opened(path, path.name), Hints())


def columns(reading: Reading, *names: str) -> list[tuple]:
    return list(zip(*(reading.copies[name].to_pylist() for name in names), strict=True))


@pytest.mark.parametrize("name", ["testPST.pst", "testPST_variousBodyTypes.pst"])
def test_stores_hold_the_mails_others_found(name):
    folder = fixtures("email/tika")
    truth = json.loads((folder / "expected.json").read_text())["pst"][name]
    reading = taken(folder / name)
    assert sorted(reading.copies["subject"].to_pylist()) == sorted(truth["subjects"])
    assert (reading.copies.num_rows, reading.n_rows, reading.status) == (truth["items"], truth["items"], "read")
    assert reading.zone_basis == "embedded"


def test_a_store_with_forwards_in_three_bodies():
    reading = taken(fixtures("email/tika") / "testPST_variousBodyTypes.pst")
    first, *others = columns(reading, "locator", "sender", "at", "native_id", "reply_to", "forwarded")
    assert first[:3] == ("Top of Outlook data file/Inbox/tmp item 2097188", "tallison@mitre.org",
                         datetime(2017, 8, 30, 19, 26, 3))  # fmt: skip
    assert [other[4:] for other in others] == [(first[3], True)] * 3
    assert set(reading.copies["thread"].to_pylist()) == {first[3]}
    ends = [body.strip().splitlines()[-1] for body in reading.copies["body"].to_pylist()]
    assert ends == ["This is the original email (html)", "Forwarded (html)", "Forwarded RTF", "Forwarded plain text"]
    assert {(row["handle"], row["role"]) for row in reading.recipients.to_pylist()} == {("tallison@mitre.org", "to")}


def test_a_mail_without_internet_header_is_read_from_its_properties():
    reading = taken(fixtures("email/tika") / "testPST.pst")
    copy, *_ = (row for row in reading.copies.to_pylist() if row["subject"] == "FW: First email")
    assert (copy["native_id"], copy["reply_to"]) == (
        "<2915856a7d3449e68529f3e61b8d26bc@pf.gov.br>", "<3148510c2360443396a78d35e0888de9@pf.gov.br>")  # fmt: skip
    assert (copy["at"], copy["precision"], copy["sender_kind"]) == (
        datetime(2020, 11, 26, 22, 18, 29, 446000), "ms", "handle")  # fmt: skip
    assert copy["sender"].startswith("/o=PF/ou=Exchange Administrative Group")
    assert (reading.recipients.to_pylist()[-1]["handle"], copy["body"].strip()) == (
        "lfcnassif@gmail.com", "Forwarding mail…")  # fmt: skip
    file = reading.attachments.to_pylist()[0]
    assert (file["name"], file["mime"], file["present"]) == ("First email", "message/rfc822", False)
    assert any(note.startswith("embedded_item_not_read: 1") for note in reading.notes)


@pytest.mark.parametrize(("name", "password"), [("dist-list.pst", False), ("passworded.pst", True)])
def test_stores_without_mails_say_what_they_hold(name, password):
    folder = fixtures("email/java-libpst")
    truth = json.loads((folder / "expected.json").read_text())[name]
    reading = taken(folder / name)
    assert (reading.copies.num_rows, reading.status) == (0, "read")
    held = [note for note in reading.notes if note.startswith("no mails: ")]
    assert sum(int(note.split()[2]) for note in held) == truth["items"]
    assert any("password" in note for note in reading.notes) is truth["password_protected"] is password


def test_saved_items():
    folder = fixtures("email/msg-extractor")
    truth = {path.parent.name.split(" ", 1)[1]: path for path in folder.glob("expected-outputs/*/message.text")}
    for name, when, sender in (("unicode.msg", datetime(2013, 11, 18, 8, 26, 24), "brizhou@gmail.com"),
                               ("strangeDate.msg", datetime(2016, 2, 23, 14, 57, 50), None)):  # fmt: skip
        reading = taken(folder / name)
        copy = reading.copies.to_pylist()[0]
        assert (copy["at"], copy["sender"]) == (when, sender)
        path = truth[copy["subject"]]
        body = path.read_bytes().decode("utf-8", "replace").split("-----------------", 1)[1]
        assert copy["body"].split() == body.split()
        found = {file["name"]: (file["bytes"], file["sha256"]) for file in reading.attachments.to_pylist()}
        assert found == {file.name: (file.stat().st_size, hashlib.sha256(file.read_bytes()).hexdigest())
                         for file in path.parent.glob("*.tif")}  # fmt: skip
        assert reading.bytes_copies == (folder / name).stat().st_size
    assert copy["state"] == "draft"


@pytest.mark.parametrize(("module", "library", "extra"), [(pst, "pypff", "pst"), (msg, "oxmsg", "msg")])
def test_without_the_extra_the_reader_says_what_to_install(tmp_path, monkeypatch, module, library, extra):
    monkeypatch.setitem(sys.modules, library, None)
    path = tmp_path / "x"
    path.write_bytes(b"!BDN")
    reading = module.READER.read(Opened(path, "x"), Hints())
    assert (reading.status, f"pip install 'offchannel[{extra}]'" in reading.reason) == ("unsupported", True)


@pytest.mark.parametrize(("module", "head"), [(pst, b"!BDN"), (msg, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")])
def test_damaged_files_are_said_to_be_damaged(tmp_path, module, head):
    pytest.importorskip("pypff" if module is pst else "oxmsg", reason="the extra is not installed")
    path = tmp_path / "x"
    path.write_bytes(head + bytes(range(256)) * 40)
    with pytest.raises(FormatError, match="damaged"):
        module.READER.read(Opened(path, "x.msg"), Hints())


def test_recognition_is_by_content():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    assert msg.recognises(ole + "__substg1.0_0037001F".encode("utf-16-le"), "x.bin")
    assert msg.recognises(ole, "X.MSG")
    assert not msg.recognises(ole + "WordDocument".encode("utf-16-le"), "x.doc")
    assert not msg.recognises(b"From: a@b.example\n", "x.msg")
    assert not pst.recognises(b"From !BDN", "x.pst")


def test_organisation_addresses_are_resolved_and_roles_kept():
    name = "/O=ORG/OU=X/CN=RECIPIENTS/CN=BO"
    people = [{0x3001: "Bo Hay", 0x3003: name, 0x39FE: "bo@d.example", 0x0C15: 1},
              {0x3001: "Eve", 0x3003: "/o=org/cn=eve", 0x0C15: 3}]  # fmt: skip
    sender = {0x0037: "\x01\x05FW: plan", 0x0C1A: "Bo Hay", 0x0C1F: name.lower(), 0x1000: "words\r\n",
              0x0039: datetime(2020, 3, 16, 9, 17), 0x0071: b"\1" * 27}  # fmt: skip
    directory = mapi.addresses(sender, people)
    mail = mapi.mail_of(sender, people, [], directory)
    assert directory == {name.lower(): "bo@d.example"}
    bo = ("Bo Hay", "bo@d.example", "email")
    assert [*mail.senders, *mail.to, *mail.bcc] == [bo, bo, ("Eve", "/o=org/cn=eve", "handle")]
    assert (mail.subject, mail.body, mail.forwarded, mail.conversation) == ("FW: plan", "words\n", True, "01" * 22)
    assert (mail.sent.instant.at, mail.defects) == (datetime(2020, 3, 16, 9, 17), ["no_message_id"])


def test_the_internet_header_goes_first_and_hidden_recipients_are_added():
    header = "From: Ann <a@b.example>\r\nTo: c@d.example\r\n"
    header += "Date: Mon, 16 Mar 2020 09:17:00 +0000\r\nMessage-ID: <1@b>\r\n"
    people = [{0x3001: "c", 0x3003: "/o=org/cn=c", 0x0C15: 1}, {0x3001: "Eve", 0x39FE: "e@f.example", 0x0C15: 3}]
    mail = mapi.mail_of({0x007D: header, 0x0C1A: "Someone", 0x1013: b"<p>words</p>"}, people, [], {})
    assert [one.handle for one in (*mail.senders, *mail.to, *mail.bcc)] == ["a@b.example", "c@d.example", "e@f.example"]
    assert (mail.body, mail.message_id, mail.defects) == ("words", "<1@b>", [])
    assert not mapi.is_mail({0x001A: "IPM.Contact"})
    assert mapi.mail_of({0x1009: b"x"}, [], [], {}).defects[-1] == "text_only_as_rtf_not_read"
