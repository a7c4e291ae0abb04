"""Mail of third parties against their own truth: one stated expectation per file."""

import json
import re
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta

import pytest

from analysis.intake import eml, mbox
from analysis.intake.mail_headers import split_header
from analysis.intake.mail_message import read_mail
from analysis.intake.mail_parts import parts
from analysis.intake.records import Hints, Opened, Reading
from support import fixtures

# attachments of each mail, upstream's own count
STALWART = {
    "legacy": "1 0 0 0 0 0 2 0 3 0 0 0 0 0 0 4 2 2 2 2 0 3 0 3 2 4 2 0 2 0 3 2 2 0 0 4 0 1 0 4 0 1 1 0 3 1 0 1 3 0 "
    "2 4 0 0",
    "rfc": "4 3 1 2 2 0 0 5 1 1",
}
MIME4J = """2002_06_12_doublebound 3; ak-0696 2; attachment-filename-encoding-Latin1 2;
attachment-filename-encoding-UTF8 2; badbound 1; badfile 1; bluedot-postcard 3; bluedot-simple 1;
double-bound 10; double-semicolon 2; double-semicolon2 2; dup-names 5; empty-preamble 2; frag 2;
german-qp 1; german 1; hdr-fakeout 1; infinite 1; intl 1; jt-0498 2; lennie 3; mp-msg-rfc822 2;
multi-2evil 3; multi-2gifs-base64 1; multi-2gifs 3; multi-bad 1; multi-badnames 3; multi-clen 3;
multi-digest 2; multi-frag 6; multi-nested 6; multi-nested2 6; multi-nested3 6; multi-simple 2;
multi-weirdspace 3; not-mime 1; re-fwd 1; russian 1; sig-uu 1; simple 1; ticket-60931 2; twopart 2;
uu-junk-target 4; uu-junk 2; uu-zeegee 1; x-gzip64 1; bad-newlines-multiple-parts-base64 1;
bad-newlines-multiple-parts 1; base64-encoded-text 1; base64encoded-rfc822message-nested 1;
base64encoded-rfc822message 1; basic-plain-very-long-lines 1; basic-plain-with-bad-header-separator 1;
basic-plain 1; boundary-name-clash 3; ending-boundaries 1; example 4; intermediate-boundaries 2;
malformedHeader-nocrlfcrlf 1; malformedHeader-noheader 0; malformedHeaderStartsBody-nocrlfcrlf 1;
malformedHeaderStartsBody-noheader 0; misplaced-boundary 1; missing-boundary 1; missing-inner-boundary 2;
missing-inner-start-boundary 2; multipartdigestnestedemptyparts 1; multipartemptypart 1;
multipartnestedemptyparts 1; multipartnestedemptypartsnorfc822 1; multipartnopart 1; obsolete 1; qp-body
1; russian-headers 1; simple-attachment 2; very-long-boundary 1; very-very-long-boundary 1;
weird-boundary 1; mime4j-219-new-date-time-format 1"""
OTHER_READING = {  # what we keep where mime4j drops or divides otherwise
    "badbound": "no boundary line: the whole body is shown as text; mime4j has no part",
    "missing-boundary": "as above",
    "missing-inner-boundary": "the inner multipart without a boundary line is shown as text",
    "missing-inner-start-boundary": "as above",
    "multipartnopart": "as above",
    "ending-boundaries": "text after the boundary on its line: no boundary here, as in the standard library",
    "hdr-fakeout": "a line with one space ends the header; mime4j makes everything header",
    "basic-plain-with-bad-header-separator": "a line that is no field begins the body; mime4j skips it",
    "malformedHeader-nocrlfcrlf": "as above",
    "malformedHeaderStartsBody-nocrlfcrlf": "the rest is body; mime4j drops the field-like line in it",
    "malformedHeader-noheader": "no header: a reject",
    "malformedHeaderStartsBody-noheader": "no header: a reject",
    "multi-frag": "an unclosed last part keeps its line end (2 bytes)",
    "2002_06_12_doublebound": "the truth is not well-formed XML",
    "twopart": "the truth is not well-formed XML",
    "mime4j-219-new-date-time-format": "no tree given",
}
TIKA = """testEmailWithPNGAtt.eml mbox 1 1 1 0; testGroupWiseEml.eml eml 2 0 2 0; testMBOX_complex.mbox mbox 1 0 0 0;
testMBOX_lengthy_x-headers.mbox mbox 1 1 0 0; testRFC822 eml 1 1 0 0; testRFC822-ARC eml 1 2 0 0;
testRFC822-CC-BCC eml 1 24 0 0; testRFC822-big eml 1 104 0 0; testRFC822-limitedheaders eml 1 2 0 0;
testRFC822-mixed-simple eml 1 2 2 0; testRFC822-mixed-with-pdf-inline eml 1 1 1 0; testRFC822-multipart eml 1 1 1 0;
testRFC822-txt-body eml 1 2 1 0; testRFC822_base64 eml 1 1 0 0; testRFC822_date_utf8 eml 1 1 0 0;
testRFC822_dkim.eml eml 1 1 0 0; testRFC822_eml eml 1 1 0 0; testRFC822_encrypted_zip eml 1 1 1 0;
testRFC822_i18nheaders eml 1 1 0 0; testRFC822_multipart_attachments.eml eml 1 1 2 0; testRFC822_normal_zip eml 1 1 1 0;
testRFC822_oddfrom eml 1 0 6 0; testRFC822_quoted eml 1 1 0 0; testRFC822_simple_inline_body.txt eml 1 0 0 0;
testRFC822_x-.eml eml 1 1 0 0; complex.mbox mbox 3 3 0 0; headers.mbox mbox 1 0 0 0; multiline.mbox mbox 1 0 0 0;
multiline2.mbox mbox 1 0 0 0; quoted.mbox mbox 0 0 0 1; simple.mbox mbox 0 0 0 2; single_mail.mbox mbox 1 0 0 0"""
SPAMSCOPE = """mail_malformed_2 eml 1 1 2 0; mail_malformed_3 eml 1 1 0 0; mail_test_10 eml 1 0 4 0;
mail_test_12 eml 1 1 0 0; mail_test_13 eml 1 1 0 0; mail_test_14 eml 1 1 1 0; mail_test_16 eml 1 1 0 0;
mail_test_17 eml 1 1 0 0; mail_test_18 eml 1 3 0 0; mail_test_19 eml 1 3 0 0; mail_test_2 eml 1 2 3 0;
mail_test_3 eml 1 1 1 0; mail_test_5 eml 1 1 5 0; mail_test_6 eml 1 1 4 0; mail_test_8 eml 1 1 0 0;
mail_test_9 eml 1 21 0 0"""


def taken(path) -> Reading:
    """Read with whichever reader recognises the content; every byte must have its place."""
    head = path.read_bytes()[: 1 << 16]
    (reader,) = [one.READER for one in (mbox, eml) if one.recognises(head, path.name)]
    reading = reader.read(Opened(path, path.name), Hints())
    assert reading.bytes_copies + reading.bytes_rejects + reading.bytes_framing == path.stat().st_size
    return reading


def table(text: str) -> list[list[str]]:
    return [entry.split() for entry in text.split(";")]


def named(value: dict | str | None) -> list[tuple[str, str]]:
    """Addresses in upstream's JSON: (name or '', address or the name when there is none)."""
    kinds = value.get("Address", {}) if isinstance(value, dict) else {}
    people = kinds.get("List", []) + [one for group in kinds.get("Group", []) for one in group["addresses"]]
    pairs = [(one.get("name") or "", one.get("address") or "") for one in people]
    return [("", name) if not address else ("" if name == address else name, address) for name, address in pairs]


def same(truth: str, own: str) -> bool:
    """Equal, where the truth's replacement characters stand for letters it could not decode."""
    return bool(re.fullmatch(re.escape(truth).replace("\ufffd", "."), own, re.S))


@pytest.mark.parametrize("ends", ["lf", "crlf"])
@pytest.mark.parametrize(
    ("path", "files"),
    [(f"{part}/{n:03}", int(count)) for part, row in STALWART.items() for n, count in enumerate(row.split())],
)
def test_stalwart(path, files, ends):
    folder = fixtures("email/stalwart")
    raw = (folder / f"{path}.eml").read_bytes()
    if ends == "crlf":
        raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    truth = json.loads((folder / f"{path}{'.crlf' if ends == 'crlf' else ''}.json").read_text())
    header = {}
    for entry in truth["parts"][0]["headers"]:
        name = entry["name"] if isinstance(entry["name"], str) else entry["name"]["other"].lower()
        header.setdefault(name, entry["value"])
    mail = read_mail(raw)
    for name, people in (("from", mail.senders), ("to", mail.to), ("cc", mail.cc), ("bcc", mail.bcc)):
        own = [(one.name, one.handle) for one in people]
        assert len(own) == len(named(header.get(name)))
        assert all(same(a, c) and same(b, d) for (a, b), (c, d) in zip(named(header.get(name)), own, strict=True))
    assert same(header["subject"]["Text"] if "subject" in header else "", mail.subject or "")
    assert date(header.get("date")) == (mail.sent.instant.at if mail.sent.instant else None)
    assert len(truth["attachments"]) == len(mail.attachments) == files
    shown = [next(iter(truth["parts"][index]["body"].items())) for index in truth["text_body"]]
    text = "\n".join((words or "").replace("\r\n", "\n") for kind, words in shown if kind == "Text")
    if "Html" in dict(shown):
        assert (mail.body_from, bool(mail.body)) == ("html", True)
    else:
        assert same(text.strip(), mail.body.strip())


def date(value: dict | str | None) -> datetime | None:
    stated = value.get("DateTime") if isinstance(value, dict) else None
    if not stated:
        return None
    local = datetime(*(stated[key] for key in ("year", "month", "day", "hour", "minute", "second")))
    offset = timedelta(hours=stated["tz_hour"], minutes=stated["tz_minute"])
    return local + offset if stated["tz_before_gmt"] else local - offset


@pytest.mark.parametrize(("name", "leaves"), table(MIME4J))
def test_mime4j(name, leaves):
    (path,) = fixtures("email/mime4j").rglob(f"{name}.msg")
    raw = path.read_bytes()
    if mbox.recognises(raw, path.name):
        span = next(mbox.spans(raw, 0))
        raw = raw[span.start : span.end]
    fields, start = split_header(raw)
    found = parts(fields, raw[start:]) if fields.values else []
    assert len(found) == int(leaves)
    if name in OTHER_READING:
        return
    root = ET.fromstring(path.with_name(f"{name}_decoded.xml").read_bytes())
    truth = [one.get("name") for one in root.iter() if one.tag in {"text-body", "binary-body"} or one.tag == "message"]
    own = iter(found)
    for file in top_level(root):
        part = next(own)
        if file is None:
            assert part.mime.startswith("message/")
            continue
        expected, content = (path.parent / file).read_bytes(), part.content([])
        if file.endswith(".txt"):
            readings = [one.replace(b"\r\n", b"\n") for one in (content, part.text([]).encode())]
            assert expected.replace(b"\r\n", b"\n") in readings
        else:
            assert content == expected
    assert truth


def top_level(element: ET.Element) -> list[str | None]:
    """Files of the leaves in order; None for a mail inside the mail."""
    found: list[str | None] = []
    for child in element:
        if child.tag in {"text-body", "binary-body"}:
            found.append(child.get("name"))
        elif child.tag == "message":
            found.append(None)
        elif child.tag in {"multipart", "body-part"}:
            found += top_level(child)
    return found


@pytest.mark.parametrize("name", ["malformedHeader-noheader", "malformedHeaderStartsBody-noheader"])
def test_mime4j_without_header_is_a_reject(name):
    path = fixtures("email/mime4j/core/testmsgs") / f"{name}.msg"
    assert not eml.recognises(path.read_bytes(), path.name)
    reading = eml.READER.read(Opened(path, path.name), Hints())
    assert (reading.copies.num_rows, reading.status, reading.bytes_rejects) == (0, "partial", path.stat().st_size)
    assert reading.rejects["reason"].to_pylist() == ["no readable header"]


def test_mime4j_obsolete_header_is_read():
    mail = read_mail((fixtures("email/mime4j/core/testmsgs") / "obsolete.msg").read_bytes())
    assert mail.subject.split()[:3] == ["The", "obsolete", "syntax"]
    assert (mail.sent.text, mail.sent.flaw, mail.body) == ("Malformed Date.", "date_unreadable", "body\n")


def test_mime4j_mbox_splits_into_its_files():
    folder = fixtures("email/mime4j/mbox/test-1")
    raw = (folder / "mbox.rlug").read_bytes()
    spans = list(mbox.spans(raw, 0))
    assert len(spans) == 5
    for number, span in enumerate(spans):
        assert raw[span.start : span.end].split() == (folder / f"mbox.rlug-{number}").read_bytes().split()


@pytest.mark.parametrize(
    ("part", "name", "reader", "copies", "recipients", "files", "rejects"),
    [("tika", *row) for row in table(TIKA)] + [("spamscope", *row) for row in table(SPAMSCOPE)],
)
def test_tika_and_spamscope(part, name, reader, copies, recipients, files, rejects):
    path = fixtures(f"email/{part}") / name
    assert mbox.recognises(path.read_bytes()[: 1 << 16], name) is (reader == "mbox")
    reading = taken(path)
    tables = (reading.copies, reading.recipients, reading.attachments, reading.rejects)
    assert [one.num_rows for one in tables] == [int(count) for count in (copies, recipients, files, rejects)]


def test_tika_truth():
    folder = fixtures("email/tika")
    truth = json.loads((folder / "expected.json").read_text())
    for name, stated in truth["eml"].items():
        path = folder / name
        copy, files = taken(path).copies.to_pylist()[0], taken(path).attachments["name"].to_pylist()
        assert copy["sender"] in stated.get("from", copy["sender"])
        assert copy["subject"] == stated.get("subject", copy["subject"])
        assert set(stated.get("attachments", [])) <= set(files)
    copy = taken(folder / "headers.mbox").copies.to_pylist()[0]
    assert (copy["sender"], copy["subject"], f"{copy['at'].isoformat()}Z") == (
        truth["mbox"]["headers.mbox"]["from"], truth["mbox"]["headers.mbox"]["subject"],
        truth["mbox"]["headers.mbox"]["date_utc"])  # fmt: skip
    first = taken(folder / "complex.mbox").copies.to_pylist()[0]
    assert first["subject"] == truth["mbox"]["complex.mbox"]["first"]["subject"]
    assert not eml.recognises((folder / "testEMLX.emlx").read_bytes(), "testEMLX.emlx")


def test_spamscope_truth():
    """Upstream counts a delivery report of two parts as one attachment (mail_malformed_2); we count both files."""
    folder = fixtures("email/spamscope")
    for name, stated in json.loads((folder / "expected.json").read_text())["mails"].items():
        mail = read_mail((folder / name).read_bytes())
        for role, people in (("from", mail.senders), ("to", mail.to), ("cc", mail.cc), ("reply_to", mail.reply_to)):
            if role in stated:
                assert [[one.name, one.handle] for one in people] == stated[role]
        assert mail.message_id == stated.get("message_id", mail.message_id)
        assert mail.subject == stated.get("subject", mail.subject)
        assert len(mail.attachments) == (
            2 if name == "mail_malformed_2" else stated.get("attachments", len(mail.attachments))
        )
        if "date_utc" in stated:
            assert f"{mail.sent.instant.at.isoformat()}+00:00" == stated["date_utc"]


def test_a_whole_mailbox():
    """Twelve folders of one custodian: mails, distinct ids, distinct contents; bodies are compared, never shown."""
    folder = fixtures("email/enron-derrick-j")
    truth = json.loads((folder / "expected.json").read_text())
    ids, contents, count = set(), set(), 0
    for name, stated in truth["files"].items():
        reading = taken(folder / name)
        assert (name, reading.copies.num_rows, reading.rejects.num_rows) == (name, stated["messages"], 0)
        assert reading.zone_basis == "embedded"
        count += reading.copies.num_rows
        ids.update(reading.copies["native_id"].to_pylist())
        contents.update(
            zip(*(reading.copies[key].to_pylist() for key in ("at", "sender", "subject", "body")), strict=True)
        )
    assert (count, len(ids), len(contents)) == (1766, 1766, 1431)
