"""One folder of poison among good files: every file ends with a stated status, every good one is read completely."""

import base64
import gzip
import hashlib
import io
import os
import resource
import sqlite3
import tarfile
import time
import zipfile

import pytest

from analysis import intake
from received import check, matter, sms

GOOD_CHAT = "12/03/2020, 08:01 - Ann Lee: one\n13/03/2020, 09:00 - Bo Ray: two\n"
GOOD_MAIL = (
    "From: Ann <ann@example.org>\r\nTo: bo@example.org\r\nSubject: s\r\nDate: Mon, 23 Mar 2020 09:17:00 +0000\r\n"
)
GOOD_MAIL += "Message-ID: <1@example.org>\r\n\r\nbody\r\n"
GOOD_LINKEDIN = (
    "CONVERSATION ID,FROM,TO,DATE,SUBJECT,CONTENT,FOLDER\nc1,Ann Lee,Bo Ray,2020-03-01 10:00:00 UTC,,hi,SENT\n"
)
GOOD = {
    "good/sms.xml": (sms(), 1),
    "good/calls.xml": ('<calls count="1"><call number="1" date="1585000000000" type="1" duration="1"/></calls>', 0),
    "good/WhatsApp Chat with Bo.txt": (GOOD_CHAT, 2),
    "good/messages.csv": (GOOD_LINKEDIN, 1),
    "good/one.eml": (GOOD_MAIL, 1),
    "good/box.mbox": ("From ann@example.org Mon Mar 23 09:17:00 2020\n" + GOOD_MAIL.replace("<1@", "<2@"), 1),
}
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
EXTERNAL = (
    '<!DOCTYPE smses SYSTEM "http://127.0.0.1:9/x.dtd"><smses count="1"><sms address="1" date="1" body="b"/></smses>'
)


def zipped(*members, method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def nested(times):
    content = zipped(("x.xml", sms(body="deep")))
    for _ in range(times):
        content = zipped(("in.zip", content))
    return content


def linked():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("passwd")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    return stream.getvalue()


def encrypted():
    content = bytearray(zipped(("a.xml", sms())))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def database():
    connection = sqlite3.connect(":memory:")
    connection.execute("create table message (text)")
    return connection.serialize()


REPORT = '<project xmlns="http://pa.cellebrite.com/report/2.0"><decodedData><modelType type="SMS">{}</modelType></decodedData></project>'
TEXT = '<model type="SMS" id="s1" deleted_state="Intact"><field name="Body"><value>hi</value></field></model>'
EVENT = '{"version":"2.0.0","participants":[],"conversations":[],"events":[{"type":"message","body":"hi"}]}'
RSMF = "From: a@example.org\nX-RSMF-Version: 2.0.0\nContent-Type: application/zip; name=rsmf.zip\nContent-Transfer-Encoding: base64\n\n{}"


def forensic():
    """Poison in the formats of forensic tools: name -> content and the statuses that may be stated for it."""
    unread, part = {"unreadable"}, {"partial"}
    packed = base64.encodebytes(zipped(("rsmf_manifest.json", EVENT), ("bomb", b"0" * (64 << 20)))).decode()
    return {
        "ufed/laughs.xml": (f'<!DOCTYPE project [<!ENTITY l0 "ha">{LAUGHS}]>' + REPORT.format("&l9;"), unread),
        "ufed/deep.xml": (REPORT.format('<model type="SMS"><field name="x">' * 50_000), unread),
        "ufed/cut.xml": (REPORT.format(TEXT * 2)[:-60], part),
        "ufed/null.xml": (REPORT.format(TEXT.replace("hi", "h\0i")), unread),
        "ufed/none.ufdr": (zipped(("report.xml", "<project/>"), ("files/a", "x")), {"read"}),
        "ufed/up.ufdr": (zipped(("report.xml", REPORT.format(TEXT)), ("../../up.opus", "x")), {"read"}),
        "ufed/bomb.ufdr": (zipped(("report.xml", REPORT.format(TEXT)), ("files/bomb", b"0" * (64 << 20))), {"read"}),
        "rsmf/bomb.rsmf": (RSMF.format(packed), unread),
        "rsmf/cut.rsmf": (RSMF.format(packed[:200]), unread),
        "rsmf/deep.rsmf": (RSMF.format(base64.encodebytes(zipped(("rsmf_manifest.json", '{"a":' * 100_000))).decode()), unread),
        "rsmf/none.rsmf": (RSMF.format(""), unread),
        "rsmf/lone.rsmf": (zipped(("rsmf_manifest.json", EVENT.replace("hi", "\\ud800"))), {"read"}),
        "mapped/bomb.xlsx": (zipped(("xl/workbook.xml", b"0" * (80 << 20))), unread),
        "mapped/cut.xlsx": (zipped(("[Content_Types].xml", "<Types/>"))[:-30], unread),
        "mapped/none.csv": ("a,b\n1,2\n", unread),
        "mapped/wrong.csv": ("Time,Text\n01/05/2020 10:00:00,hi\nnever,x\n", {"read"}),
        "mapped/field.csv": ('Time,Text\n01/05/2020 10:00:00,hi\n"' + "x" * (17 << 20), part),
    }  # fmt: skip


MAPPED = "path,mapping\n" + "".join(
    f"mapped/{name},xry\n" for name in ("bomb.xlsx", "cut.xlsx", "none.csv", "wrong.csv", "field.csv")
)


def poison():
    """Name -> content and the statuses that may be stated for it."""
    unread, other, part = {"unreadable"}, {"unsupported"}, {"partial"}
    return {
        **forensic(),
        "empty.txt": ("", unread),
        "empty.zip": (b"PK\x05\x06" + bytes(18), {"read"}),
        "cut.zip": (zipped(("a.xml", sms()))[:-40], unread),
        "bomb.zip": (zipped(("bomb.txt", b"0" * (64 << 20))), unread),
        "bomb.gz": (gzip.compress(b"0" * (64 << 20)), unread),
        "cut.gz": (gzip.compress(os.urandom(4000))[:2000], unread),
        "deep.zip": (nested(8), {"read"}),
        "up.zip": (zipped(("../../up.xml", sms(body="up")), ("/abs.xml", sms(body="abs"))), unread),
        "link.tar": (linked(), {"read"}),
        "locked.zip": (encrypted(), other),
        "cut.tar": (linked()[:300], unread | other),
        "laughs.xml": (f'<?xml version="1.0"?><!DOCTYPE smses [<!ENTITY l0 "ha">{LAUGHS}]><smses count="1"><sms body="&l9;"/></smses>', unread),
        "external.xml": (EXTERNAL, unread),
        "entity.xml": ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', unread),
        "nested.xml": ('<smses count="1">' + "<sms>" * 100_000, unread),
        "cut.xml": (sms()[:-12], unread | part),
        "null.xml": (sms(body="x\0y"), unread),
        "null.txt": (GOOD_CHAT.replace("one", "o\0e") + "\0" * 100, {"read", "partial"} | other),
        "line.txt": ("12/03/2020, 08:01 - Ann Lee: " + "x" * (10 << 20), {"read", "partial"}),
        "line.csv": ("x" * (10 << 20), other),
        "line.eml": ("From: a@example.org\nTo: b@example.org\nSubject: " + "x" * (10 << 20) + "\n\nb", {"read", "partial"} | unread),
        "field.csv": (GOOD_LINKEDIN + '"' + "x" * (17 << 20), part),
        "quote.csv": (GOOD_LINKEDIN + 'c2,"never closed,Bo Ray,2020\n' * 50, {"read", "partial"}),
        "picture.txt": (b"\x89PNG\r\n\x1a\n" + bytes(64), other),
        "chat.jpg": (GOOD_CHAT + "14/03/2020, 09:00 - Bo Ray: wrong extension\n", {"read"}),
        "backup.pdf": (sms(body="wrong extension"), {"read"}),
        "msgstore.db": (database(), other),
        "cut.db": (database()[:50], unread),
        "mail.pst": (b"!BDN" + bytes(600), unread | other),
        "mail.msg": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), unread | other),
        "winmail.dat": (b"\x78\x9f\x3e\x22" + bytes(60), other),
        "backup.ab": (b"ANDROID BACKUP\n5\n1\nnone\n", other),
        "x.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(60), other),
        "report.pdf": (b"%PDF-1.7\n", other),
        "letter.docx": (zipped(("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w/>")), other),
        "random.bin": (bytes(range(256)) * 40, other),
        "card.vcf": ("BEGIN:VCARD\nFN:Ann\nEND:VCARD\n", other),
        "page.html": ("<!DOCTYPE html><script>alert(1)</script>", other),
        ".DS_Store": (b"\0\0\0\x01Bud1", other),
        "__MACOSX/._chat.txt": (b"\0\x05\x16\x07" + bytes(20), other),
        "surrogates.xml": (sms(body="BODY").replace("BODY", "&#55357;&#56396;&#55357;&#0;"), {"read"}),
        "headers.eml": ("To: " + "a@example.org, " * 20_000 + "\nFrom: b@example.org\nSubject: s\n\nx", {"read", "partial"} | unread),
        "parts.eml": (GOOD_MAIL.replace("\r\n\r\n", "\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n") + "--b\r\n" * 50_000,
                      {"read", "partial"} | unread),
        "dates.txt": ("99/99/9999, 99:99 - Ann Lee: no such day\n" * 20, {"read", "partial"} | unread | other),
        "backtrack.txt": ("1" * 100_000 + "/" * 100_000 + "\n" + "[" * 100_000, other),
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    held = poison()
    files = {name: content for name, (content, _) in held.items()} | {
        name: content for name, (content, _) in GOOD.items()
    }
    return matter(tmp_path_factory.mktemp("hostile"), files, sources=MAPPED)


def hashes(root):
    return {
        str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def shut(root, closed):
    for path in [root, *root.rglob("*")]:
        if path.is_dir():
            path.chmod(0o555 if closed else 0o755)
        else:
            path.chmod(0o444 if closed else 0o644)


@pytest.fixture(scope="module")
def found(folder):
    before = hashes(folder.evidence)
    shut(folder.evidence, True)
    started = time.monotonic()
    try:
        taken = intake.take(folder, jobs=2)
    finally:
        shut(folder.evidence, False)
    assert hashes(folder.evidence) == before
    assert time.monotonic() - started < 120
    return taken


def test_every_file_has_a_stated_status(found):
    check(found)
    states = found.sources.set_index("path")
    told = {name: states.loc[name, "status"] for name in poison()}
    wrong = {name: (told[name], allowed) for name, (_, allowed) in poison().items() if told[name] not in allowed}
    assert wrong == {}
    assert len(told) >= 40
    unread = states[states["status"].isin(["unreadable", "unsupported", "partial"])]
    assert unread["reason"].notna().all()
    assert (unread["reason"].str.len() > 10).all()


def test_good_files_are_read_completely(found):
    states = found.sources.set_index("path")
    for name, (content, n_copies) in GOOD.items():
        assert (states.loc[name, "status"], states.loc[name, "n_copies"]) == ("read", n_copies), name
        assert states.loc[name, "sha256"] == hashlib.sha256(content.encode()).hexdigest()
    counted = states[states["bytes_copies"].notna()]
    shares = counted[["bytes_copies", "bytes_events", "bytes_rejects", "bytes_framing"]].sum(axis=1)
    assert (shares == counted["bytes_content"]).all()


def test_members_are_named_and_nothing_escapes(found, folder):
    states = found.sources.set_index("path")["status"]
    assert states["bomb.zip!bomb.txt"] == "unreadable"
    assert states["up.zip!../../up.xml"] == states["up.zip!/abs.xml"] == "unreadable"
    assert states["link.tar!passwd"] == "unsupported"
    assert not set(found.copies["body"].dropna()) & {"up", "abs", "deep"}
    outside = [
        path for path in folder.folder.parent.rglob("*") if path.name in ("up.xml", "abs.xml", "passwd", "up.opus")
    ]
    assert outside == []


def test_types_are_named(found):
    detected = found.sources.set_index("path")["detected"]
    assert detected["msgstore.db"] == "SQLite database, 1 tables"
    assert detected["mail.pst"] == "Outlook PST/OST"
    assert detected["winmail.dat"].startswith("TNEF")
    assert detected["locked.zip"] == "encrypted zip"
    assert detected["letter.docx"].startswith("Office")
    assert detected["page.html"] == "HTML"


def test_memory_is_bounded(found):
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1_500_000  # kilobytes, the whole test run's process
