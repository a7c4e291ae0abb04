"""Mails inside mails, signed and encrypted mails, winmail.dat, and Maildirs."""

import hashlib
import struct
import sys
from base64 import encodebytes

import pytest
from asn1crypto import cms

from analysis.intake import eml, take
from analysis.intake.mail_message import read_mail
from analysis.intake.records import Hints, Opened, Reading
from analysis.matter import Matter

HEAD = b"From: Ann <a@b.example>\nTo: c@d.example\nDate: Mon, 16 Mar 2020 09:17:00 +0000\nMessage-ID: <1@b.example>\n"
INNER = (b"From: Eve <e@f.example>\nDate: Sun, 15 Mar 2020 09:17:00 +0000\nTo: g@h.example\n"
         b"Message-ID: <0@f.example>\nSubject: inner\n\ninner words\n")  # fmt: skip


def taken(folder, data: bytes, name: str = "one.eml") -> Reading:
    path = folder / "one"
    path.write_bytes(data)
    return eml.READER.read(Opened(path, name), Hints())


def mixed(boundary: bytes, *entities: bytes) -> bytes:
    mark = b"\n--" + boundary
    return (b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\n\n' + mark[1:] + b"\n"
            + (mark + b"\n").join(entities) + mark + b"--\n")  # fmt: skip


def test_a_mail_inside_a_mail_is_a_copy_of_its_own(tmp_path):
    forward = HEAD.replace(b"<1@", b"<2@") + mixed(b"X", b"\nsee below\n", b"Content-Type: message/rfc822\n\n" + INNER)
    data = HEAD + mixed(b"Y", b"\nlook\n", b"Content-Type: message/rfc822\n\n" + forward)
    reading = taken(tmp_path, data)
    rows = reading.copies.to_pylist()
    assert [(row["locator"], row["native_id"], row["sender"], row["body"], row["forwarded"]) for row in rows] == [
        (f"message 1 bytes 0-{len(data)}", "<1@b.example>", "a@b.example", "look\n", False),
        ("message 1 part 2", "<2@b.example>", "a@b.example", "see below\n", True),
        ("message 1 part 2.2", "<0@f.example>", "e@f.example", "inner words\n", True),
    ]
    assert reading.recipients.to_pylist()[2] == {"copy": 2, "handle": "g@h.example", "kind": "email", "role": "to"}
    files = reading.attachments.to_pylist()
    assert [(file["copy"], file["sha256"]) for file in files] == [
        (0, hashlib.sha256(forward).hexdigest()),
        (1, hashlib.sha256(INNER).hexdigest()),
    ]
    assert (reading.bytes_copies, reading.bytes_framing) == (len(data), 0)
    assert reading.notes == ["nested_mail: 2 (message 1 part 2, message 1 part 2.2)"]


def wrapped(kind: str, content: dict) -> bytes:
    body = cms.ContentInfo({"content_type": kind, "content": content}).dump()
    return HEAD + (b'Content-Type: application/pkcs7-mime; name="smime.p7m"\nContent-Transfer-Encoding: base64\n\n'
                   + encodebytes(body))  # fmt: skip


def signed(entity: bytes) -> bytes:
    return wrapped("signed_data", {"version": "v1", "digest_algorithms": [], "signer_infos": [],
                   "encap_content_info": {"content_type": "data", "content": entity}})  # fmt: skip


def encrypted() -> bytes:
    return wrapped("enveloped_data", {"version": "v0", "recipient_infos": [], "encrypted_content_info": {
        "content_type": "data", "content_encryption_algorithm": {"algorithm": "2.16.840.1.101.3.4.1.42",
        "parameters": b"0" * 16}, "encrypted_content": b"secret"}})  # fmt: skip


def test_an_opaque_signature_is_opened(tmp_path):
    entity = mixed(b"B", b"Content-Type: text/plain\n\nsigned words\n",
                   b"Content-Type: application/x; name=f.bin\n\ncontent")  # fmt: skip
    mail = read_mail(signed(entity))
    assert (mail.body.strip(), mail.encrypted, mail.defects) == ("signed words", False, ["smime_signature_not_checked"])
    assert [(file.name, file.sha256[:8]) for file in mail.attachments][1] == (
        "f.bin", hashlib.sha256(b"content").hexdigest()[:8])  # fmt: skip
    assert mail.attachments[0].name == "smime.p7m"
    assert read_mail(signed(entity)[:-200]).body == ""


def test_an_encrypted_mail_is_held_and_not_examinable(tmp_path):
    reading = taken(tmp_path, encrypted())
    copy = reading.copies.to_pylist()[0]
    assert (copy["state"], copy["body"], copy["sender"]) == ("encrypted", None, "a@b.example")
    assert reading.notes[0].startswith("encrypted: not examinable: 1 (message 1")
    assert reading.attachments["name"].to_pylist() == ["smime.p7m"]
    pgp = mixed(b"B", b"Content-Type: application/pgp-encrypted\n\nVersion: 1\n",
                b"Content-Type: application/octet-stream\n\nxyz\n").replace(b"mixed", b"encrypted")  # fmt: skip
    assert taken(tmp_path, HEAD + pgp).copies["state"].to_pylist() == ["encrypted"]


@pytest.mark.parametrize(("said", "state"), [
    (b"smime-type=enveloped-data; ", "encrypted"), (b'smime-type="authEnveloped-data"; ', "encrypted"), (b"", "encrypted"),
    (b"smime-type=signed-data; ", "present"), (b"smime-type=compressed-data; ", "present"),
])  # fmt: skip
@pytest.mark.parametrize("content", [b"@@@@", b"AAAA", encodebytes(b"\x30\x84\xff"), b""])
def test_a_wrapping_that_cannot_be_parsed_is_what_it_is_said_to_be(tmp_path, said, state, content):
    data = (
        HEAD
        + b"Content-Type: application/pkcs7-mime; "
        + said
        + b"name=smime.p7m\nContent-Transfer-Encoding: base64\n\n"
    )
    assert taken(tmp_path, data + content).copies["state"].to_pylist() == [state]


def tnef(name: bytes, content: bytes, body: bytes) -> bytes:
    def attribute(level: int, tag: int, kind: int, data: bytes) -> bytes:
        return struct.pack("<BHHI", level, tag, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)

    return struct.pack("<IH", 0x223E9F78, 1) + b"".join([
        attribute(1, 0x9007, 6, struct.pack("<II", 1252, 0)), attribute(1, 0x800C, 2, body),
        attribute(2, 0x9002, 6, b"\1\0" + b"\0" * 12), attribute(2, 0x8010, 1, name + b"\0"),
        attribute(2, 0x800F, 6, content)])  # fmt: skip


def winmail(content: bytes) -> bytes:
    return HEAD + mixed(b"B", b'Content-Type: application/ms-tnef; name="winmail.dat"\n'
                        b"Content-Transfer-Encoding: base64\n\n" + encodebytes(content))  # fmt: skip


def test_winmail_is_opened():
    pytest.importorskip("tnefparse", reason="the extra `msg` is not installed")
    content = tnef(b"plan.txt", b"the plan", b"words in outlook\n")
    mail = read_mail(winmail(content))
    digests = [hashlib.sha256(data).hexdigest() for data in (content, b"the plan")]
    assert [(file.name, file.sha256) for file in mail.attachments] == [
        ("winmail.dat", digests[0]), ("plan.txt", digests[1])]  # fmt: skip
    assert (mail.body.strip(), mail.defects) == ("words in outlook", [])
    assert len(read_mail(winmail(content[:40])).attachments) == 1
    assert read_mail(winmail(b"no tnef")).defects == ["tnef_damaged"]


def test_winmail_without_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "tnefparse", None)
    mail = read_mail(winmail(b"any"))
    assert ([file.name for file in mail.attachments], mail.defects) == (
        ["winmail.dat"], ["tnef_not_opened_without_offchannel[msg]"])  # fmt: skip


@pytest.mark.parametrize("mark", [":", ";"])
def test_a_maildir_is_read_file_by_file(tmp_path, mark):
    box = tmp_path / "matter" / "evidence" / "Maildir"
    for place in (f"cur/1600000000.M1P2.host{mark}2,RS", f"cur/1600000001.M1P2.host{mark}2,DF",
                  "new/1600000002.M1P2.host", f"tmp/1600000003.M1P2.host{mark}2,"):  # fmt: skip
        file = box / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(HEAD.replace(b"<1@", f"<{file.name[9]}@".encode()) + b"\nwords\n")
    (tmp_path / "matter" / "matter.toml").write_text('[matter]\nid = "m"\ntitle = "t"\n')
    intake = take(Matter.open(tmp_path / "matter", out=tmp_path / "out"))
    assert list(intake.sources["reader"]) == ["eml"] * 4
    state = dict(zip(intake.copies["native_id"], intake.copies["state"], strict=True))
    assert state == {"<0@b.example>": "present", "<1@b.example>": "draft", "<2@b.example>": "present",
                     "<3@b.example>": "present"}  # fmt: skip
    assert set(intake.sources["status"]) == {"read"}


def test_flags_of_a_maildir_are_noted(tmp_path):
    notes = taken(tmp_path, HEAD + b"\nx\n", "cur/1.host:2,RST").notes
    assert [note.split(":")[0] for note in notes] == ["maildir_replied", "maildir_seen", "maildir_trashed"]
