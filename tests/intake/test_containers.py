"""Containers: a chat with its media is one source, everything else is rows; limits hold; nothing leaves the folder."""

import gzip
import hashlib
import io
import stat
import tarfile
import zipfile

import pytest

from analysis.intake import containers
from analysis.intake.pieces import Piece
from plain_chat import CHAT
from received import ALL, check, matter, row, sms, take

CHAT_TEXT = "CHAT x\nAnn: hello\n"


def zipped(members, method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(members):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def opened(tmp_path, content, name="x.zip", kind="zip"):
    path = tmp_path / name
    path.write_bytes(content)
    piece = Piece(name, str(path), hashlib.sha256(content).hexdigest(), len(content), kind, kind)
    return containers.unpack(piece, str(tmp_path / "work"), list(ALL.values()))


def states(pieces):
    return {piece.location: (piece.status, piece.reader) for piece in pieces}


def test_chat_with_media_is_one_source(tmp_path):
    media = [
        ("00000002-PHOTO.jpg", b"\xff\xd8\xff1"),
        ("x/IMG-20200101-WA0001.jpg", b"\xff\xd8\xff2"),
        ("card.vcf", b"BEGIN:VCARD"),
    ]
    found = take(matter(tmp_path, {"WhatsApp Chat - Ann.zip": zipped([("_chat.txt", CHAT_TEXT), *media])}))
    check(found)
    source = row(found, "WhatsApp Chat - Ann.zip")
    assert (source["status"], source["reader"], source["n_copies"]) == ("read", "whatsapp_text", 1)
    assert len(found.sources) == 1
    assert source["bytes_content"] == len(CHAT_TEXT) == source["bytes_copies"] + source["bytes_framing"]
    assert source["notes"] == ["00000002-PHOTO.jpg 4", "IMG-20200101-WA0001.jpg 4", "card.vcf 11"]  # told by the reader


def test_a_shared_chat_in_the_media_does_not_make_two(tmp_path):
    pieces = opened(tmp_path, zipped([("_chat.txt", CHAT_TEXT), ("00000009-DOC-chat.txt", CHAT_TEXT)]))
    assert states(pieces) == {"x.zip": ("", "whatsapp_text")}


def test_other_zips_are_rows(tmp_path):
    inner = zipped([("deep/c.xml", sms(body="deep"))])
    files = {
        "all.zip": zipped(
            [("a.txt", CHAT_TEXT), ("b.xml", sms()), ("pic.png", b"\x89PNG\r\n\x1a\n"), ("in.zip", inner)]
        )
    }
    digest = hashlib.sha256(files["all.zip"]).hexdigest()
    found = take(matter(tmp_path, files, sources=f"path,custodian_id,sha256\nall.zip,C01,{digest}\n"))
    check(found)
    assert dict(zip(found.sources["path"], found.sources["status"], strict=True)) == {
        "all.zip": "read", "all.zip!a.txt": "read", "all.zip!b.xml": "read", "all.zip!in.zip": "read",
        "all.zip!in.zip!deep/c.xml": "read", "all.zip!pic.png": "unsupported"}  # fmt: skip
    assert len(found.copies) == 3
    assert set(found.sources["custodian_id"]) == {"C01"}
    assert set(found.sources["custody"]) == {"match"}  # a member has the custody of its container
    assert row(found, "all.zip")["n_copies"] == 0
    assert row(found, "all.zip!in.zip!deep/c.xml")["sha256"] == hashlib.sha256(sms(body="deep").encode()).hexdigest()


def test_tar_and_gzip(tmp_path):
    files = {"a.tar": tarred([("d/a.xml", sms().encode())]),
             "b.tar.gz": gzip.compress(tarred([("b.xml", sms(body="b").encode())])),
             "c.xml.gz": gzip.compress(sms(body="c").encode())}  # fmt: skip
    found = take(matter(tmp_path, files))
    check(found)
    assert sorted(found.sources.loc[found.sources["n_copies"] > 0, "path"]) == [
        "a.tar!d/a.xml", "b.tar.gz!b.tar!b.xml", "c.xml.gz!c.xml"]  # fmt: skip


def test_a_second_run_unpacks_only_what_must_be_read(tmp_path):
    files = {"a.zip": zipped([("a.xml", sms()), ("b.xml", sms(body="b"))])}
    first = take(matter(tmp_path, files))
    folder = matter(tmp_path, {})
    assert not (folder.work / "intake" / "unpacked").exists()
    kept = sorted((folder.work / "intake" / "readings").iterdir())
    kept[0].unlink()
    again = take(folder)
    assert again.copies.equals(first.copies)
    assert again.sources.drop(columns="notes").equals(first.sources.drop(columns="notes"))


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/evil.txt", "a/../../evil.txt", "C:\\evil.txt", "..\\evil.txt", "n" * 2000]
)
def test_unsafe_names_are_not_opened(tmp_path, name):
    pieces = opened(tmp_path, zipped([(name, CHAT_TEXT), ("good.xml", sms())]))
    assert [piece.status for piece in pieces] == ["partial", "unreadable", ""]
    assert pieces[1].sha256 == ""
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {"x.zip", "work/2"}


def test_links_devices_and_repeated_names(tmp_path):
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped([(link, "/etc/passwd"), ("a.xml", sms()), ("a.xml", sms(body="other"))])
    pieces = opened(tmp_path, content)
    assert [(piece.location, piece.status) for piece in pieces] == [
        ("x.zip", "partial"), ("x.zip!link.txt", "unsupported"), ("x.zip!a.xml", ""),
        ("x.zip!a.xml#3", "unreadable")]  # fmt: skip
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE):
            info = tarfile.TarInfo(f"l{kind.decode()}")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert [piece.status for piece in opened(tmp_path, stream.getvalue(), "x.tar", "tar")[1:]] == ["unsupported"] * 3


def test_bombs_stop_early(tmp_path, monkeypatch):
    monkeypatch.setattr(containers, "RATIO_FLOOR_BYTES", 1 << 20)
    pieces = opened(tmp_path, zipped([("bomb.txt", CHAT_TEXT + "0" * (8 << 20)), ("good.xml", sms())]))
    assert states(pieces)["x.zip!bomb.txt"] == ("unreadable", "")
    assert "200 times" in pieces[1].reason
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["2"]
    assert states(pieces)["x.zip!good.xml"] == ("", "sms_xml")
    pieces = opened(tmp_path, gzip.compress(b"0" * (8 << 20)), "b.gz", "gzip")
    assert pieces[1].status == "unreadable"


def test_too_many_members_and_too_deep(tmp_path, monkeypatch):
    monkeypatch.setattr(containers, "MEMBERS", 3)
    pieces = opened(tmp_path, zipped([(f"{n}.png", b"\x89PNG\r\n\x1a\n") for n in range(9)]))
    assert (pieces[0].status, len(pieces)) == ("partial", 4)
    assert "more than 3 members" in pieces[0].reason
    monkeypatch.undo()
    content = zipped([("good.xml", sms())])
    for _ in range(8):
        content = zipped([("in.zip", content)])
    pieces = opened(tmp_path, content)
    assert [piece.status for piece in pieces] == ["read"] * 4 + ["unreadable"]
    assert "deeper than 4" in pieces[-1].reason


def test_damage_loses_one_member(tmp_path):
    content = bytearray(zipped([("a.xml", sms()), ("b.xml", sms(body="b"))], zipfile.ZIP_STORED))
    content[content.index(b"hello")] = ord("j")
    pieces = opened(tmp_path, bytes(content))
    assert [piece.status for piece in pieces] == ["partial", "unreadable", ""]
    assert "CRC" in pieces[1].reason
    cut = tarred([("a.xml", sms().encode()), ("b.xml", b"x" * 4000)])[:2500]
    pieces = opened(tmp_path, cut, "x.tar", "tar")
    assert [piece.status for piece in pieces] == ["partial", "", "unreadable"]
    assert pieces[1].sha256 == hashlib.sha256(sms().encode()).hexdigest()
    assert opened(tmp_path, zipped([("a.xml", sms())])[:-30])[0].status == "unreadable"


def test_encrypted_zip_is_named(tmp_path):
    content = bytearray(zipped([("a.xml", sms()), ("b.xml", sms())]))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + place] |= 1
            start = content.find(mark, start + 4)
    pieces = opened(tmp_path, bytes(content))
    assert [(piece.status, piece.detected) for piece in pieces] == [
        ("unsupported", "encrypted zip"), ("unsupported", "not opened"), ("unsupported", "not opened")]  # fmt: skip
    assert "password" in pieces[0].reason


def test_the_stand_in_is_used():
    assert CHAT.name == containers.CHAT_READER


def test_a_chat_in_a_zip_in_a_zip_is_a_source_of_its_own(tmp_path):
    inner = zipped([("deep.zip", zipped([("_chat.txt", CHAT_TEXT)]))])
    found = take(matter(tmp_path, {"all.zip": zipped([("a/b.zip", inner), ("note.txt", "hello")])}))
    check(found)
    assert dict(zip(found.sources["path"], found.sources["status"], strict=True)) == {
        "all.zip": "read", "all.zip!a/b.zip": "read", "all.zip!a/b.zip!deep.zip": "read",
        "all.zip!note.txt": "unsupported"}  # fmt: skip
    assert row(found, "all.zip!a/b.zip!deep.zip")["bytes_content"] == len(CHAT_TEXT)
