"""One mail: its record, against hand-made cases, a slow reference, and mails written by the standard library."""

import email
import hashlib
from email.header import Header
from email.message import EmailMessage, Message
from email.mime.text import MIMEText
from email.utils import formataddr, formatdate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake import mail_parts
from analysis.intake.mail_message import read_mail
from analysis.intake.mail_text import text_of

FAST = settings(max_examples=80, derandomize=True, deadline=None)
HEAD = b"From: Ann <a@b.example>\nTo: c@d.example\nDate: Mon, 16 Mar 2020 09:17:00 +0000\nMessage-ID: <1@b.example>\n"
NAMES = st.text(alphabet="abcZ ,;\"\\()<>éß😀.中-'", min_size=1, max_size=30).map(str.strip).filter(bool)
TEXTS = st.text(alphabet="ab ,.\n=éß€😀中>From:-", max_size=200)


def test_the_record_of_a_plain_mail():
    mail = read_mail(
        HEAD + b"In-Reply-To: <0@b.example>\nReferences: <r@b.example>\n <0@b.example>\n"
        b"Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\nSender: Bo <bo@b.example>\n\nHello\r\nthere\n"
    )
    handles = [person.handle for person in (*mail.senders, mail.agent, *mail.to)]
    assert handles == ["a@b.example", "bo@b.example", "c@d.example"]
    assert (mail.subject, mail.body, mail.body_from) == ("Grüße", "Hello\nthere\n", "plain")
    assert (mail.message_id, mail.parent, mail.root) == ("<1@b.example>", "<0@b.example>", "<r@b.example>")
    assert (str(mail.sent.instant.at), mail.defects) == ("2020-03-16 09:17:00", [])


@pytest.mark.parametrize(
    ("written", "read"),
    [(b"<a b@c>", "<a b@c>"), (b"\n <a@b>", "<a@b>"), (b"<a@b> (added)", "<a@b>"), (b"no-brackets@b", "no-brackets@b")],
)
def test_message_ids_are_exact(written, read):
    assert read_mail(b"From: a@b.example\nMessage-ID: " + written + b"\n\n").message_id == read


def test_old_in_reply_to_prose():
    raw = b"From: a@b.example\nReferences: <1@x> <2@x>\nIn-Reply-To: Your message of <bo@x> <2@x>\n\n"
    assert read_mail(raw).parent == "<2@x>"


def test_doubled_fields_are_flagged_and_the_first_is_read():
    mail = read_mail(HEAD + b"From: evil@x.example\nMessage-ID: <2@x>\n\n")
    assert (mail.senders[0].handle, mail.message_id) == ("a@b.example", "<1@b.example>")
    assert mail.defects == ["several_from", "several_message_id"]


def test_a_mail_inside_a_mail_stays_apart():
    inner = b"From: x@y.example\nSubject: inner\n\ninner words\n"
    raw = (HEAD + b'Content-Type: multipart/mixed; boundary="B"\n\n--B\n\nouter words\n--B\n'
           b"Content-Type: message/rfc822\n\n" + inner + b"\n--B--\n")  # fmt: skip
    mail = read_mail(raw)
    assert (mail.body, mail.nested[0][1].body, mail.nested[0][1].senders[0].handle) == (
        "outer words", "inner words\n", "x@y.example")  # fmt: skip
    assert [(file.name, file.mime, file.size, file.sha256) for file in mail.attachments] == [
        ("inner", "message/rfc822", len(inner), hashlib.sha256(inner).hexdigest())]  # fmt: skip


def test_alternatives_give_one_body_and_differences_are_noted():
    words = " ".join(f"word{number}" for number in range(40))
    other = " ".join(f"else{number}" for number in range(40))
    message = EmailMessage()
    message["From"] = "a@b.example"
    message.set_content(words)
    message.add_alternative(f"<p>{words}</p>", subtype="html")
    same = read_mail(message.as_bytes())
    assert (same.body.split(), same.body_from, same.attachments) == (words.split(), "plain", [])
    assert "alternatives_differ" not in same.defects
    message = EmailMessage()
    message.set_content(words)
    message.add_alternative(f"<p>{other}</p>", subtype="html")
    assert "alternatives_differ" in read_mail(b"From: a@b.example\n" + message.as_bytes()).defects


def test_html_becomes_words_and_nothing_else():
    markup = ("<html><head><title>T</title><style>p{}</style></head><body onload=x()><p>One&nbsp;&amp;<b>two</b></p>"
              "<script>alert(1)</script><img src=http://x.example/y.png><table><tr><td>a<td>b</table>"
              "<!-- hidden --><div>last <br>line</div>")  # fmt: skip
    assert text_of(markup) == "One &two\n\na\tb\nlast\nline"


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "<",
        "<div>" * 30_000 + "deep",
        "a\0b",
        "<!--",
        "</div><svg></p>" * 30_000,
        "&#xD800;&#0;",
        "]]>",
        "<p" * 9999,
    ],
)
def test_no_html_crashes_or_stops_the_reading(markup):
    assert isinstance(text_of(markup), str)


def test_deep_and_long_html_is_not_lost():
    assert "deep" in text_of("<div>" * 30_000 + "deep")
    assert text_of("<p>" + "long " * 2_200_000 + "end").endswith("end")


@pytest.mark.parametrize(
    ("encoding", "payload", "expected", "defect"),
    [
        (b"base64", b"aGVsbG8", b"hello", None),
        (b"base64", b"aGV!sbG8=\n", b"hello", None),
        (b"quoted-printable", b"h=C3=A9=\nllo", "héllo".encode(), None),
        (b"x-uuencode", b"begin 644 a.txt\n%:&5L;&\\\n`\nend\n", b"hello", None),
        (b"martian", b"hello", b"hello", "unknown_encoding"),
    ],
)
def test_transfer_encodings(encoding, payload, expected, defect):
    raw = HEAD + b"Content-Type: application/x; name=a.bin\nContent-Transfer-Encoding: " + encoding + b"\n\n" + payload
    mail = read_mail(raw)
    assert mail.attachments[0].sha256 == hashlib.sha256(expected).hexdigest()
    assert (defect in mail.defects) if defect else mail.defects == []


def test_structures_are_bounded():
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(60)) + b"\nwords"
    mail = read_mail(HEAD + deep)
    assert "nesting_too_deep" in mail.defects
    wide = (
        HEAD + b'Content-Type: multipart/mixed; boundary="B"\n\n' + b"--B\n\nx\n" * (mail_parts.PARTS + 50) + b"--B--"
    )
    found = read_mail(wide)
    assert "too_many_parts" in found.defects
    assert found.body.count("x") == mail_parts.PARTS + 50


def reference(raw: bytes) -> list[tuple[str, str | None, bytes]]:
    """Leaves as the standard library's parser finds them: type, file name, decoded bytes."""
    leaves, stack = [], [email.message_from_bytes(raw)]
    while stack:
        part = stack.pop()
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            stack.extend(reversed(part.get_payload()))
        elif part.get_content_maintype() != "multipart":
            content = part.get_payload(0).as_bytes() if part.is_multipart() else part.get_payload(decode=True)
            leaves.append((part.get_content_type(), part.get_filename(), content))
    return leaves


def own(raw: bytes) -> list[tuple[str, str | None, bytes]]:
    fields, start = mail_parts.split_header(raw)
    return [(part.mime, part.name, part.content([])) for part in mail_parts.parts(fields, raw[start:])]


def written(subject: str, name: str, text: str, charset: str, files: list[tuple[str, bytes]]) -> Message:
    message = EmailMessage()
    message["From"] = formataddr((name, "a@b.example"), charset)
    message["To"] = "c@d.example"
    message["Subject"] = subject
    message["Date"] = formatdate(1584350220)
    message.set_content(text, charset=charset)
    message.add_alternative(f"<p>{len(text)}</p>", subtype="html")
    for title, content in files:
        message.add_attachment(content, maintype="application", subtype="x-thing", filename=title)
    return message


@FAST
@given(
    text=TEXTS,
    subject=st.text(alphabet="ab é中😀,:", max_size=80).map(str.strip),
    files=st.lists(st.tuples(st.text(alphabet="ab .é中;'", min_size=1, max_size=60).map(str.strip).filter(bool),
                             st.binary(max_size=200)), max_size=3),
)  # fmt: skip
def test_written_mails_read_back_as_the_reference_reads_them(text, subject, files):
    raw = written(subject, "Ann", text, "utf-8", files).as_bytes()
    mail = read_mail(raw)
    assert [(mime, content) for mime, _, content in own(raw)] == [
        (mime, content) for mime, _, content in reference(raw)
    ]
    assert mail.body.strip() == text.strip() or not text.strip()
    assert (mail.subject or "").split() == subject.split()
    assert [(file.name, file.sha256) for file in mail.attachments] == [
        (title, hashlib.sha256(content).hexdigest()) for title, content in files]  # fmt: skip


@FAST
@given(name=NAMES, others=st.lists(NAMES, max_size=4))
def test_names_round_trip_through_the_header(name, others):
    message = Message()
    message["From"] = formataddr((name, "a@b.example"))
    message["To"] = ", ".join(formataddr((other, f"o{n}@b.example")) for n, other in enumerate(others))
    mail = read_mail(message.as_bytes())
    assert [person.handle for person in mail.senders] == ["a@b.example"]
    assert [person.handle for person in mail.to] == [f"o{n}@b.example" for n in range(len(others))]
    shown = [person.name for person in mail.senders + mail.to]
    assert shown == [" ".join(one.split()).strip("'\"") for one in [name, *others]]


@FAST
@given(
    text=st.text(alphabet="abc ÄÖüñ£", max_size=120),
    charset=st.sampled_from(["utf-8", "iso-8859-1", "windows-1252", "utf-16", "iso-8859-15"]),
)
def test_charsets_round_trip(text, charset):
    if charset.startswith("iso-8859"):
        text = text.replace("£", "")
    raw = MIMEText(text, "plain", charset).as_bytes()
    subject = b"Subject: " + Header(text, charset).encode().encode() + b"\nFrom: a@b.example\n"
    mail = read_mail(subject + raw)
    assert mail.body == text
    assert (mail.subject or "").split() == text.split()


@FAST
@given(st.binary(max_size=400))
def test_arbitrary_bytes_never_crash(raw):
    read_mail(raw)
    read_mail(HEAD + b"Content-Type: multipart/mixed; boundary=a\n\n--a\n" + raw + b"\n--a--")
    read_mail(b"From: " + raw + b"\nContent-Type: text/html\n\n" + raw)


@FAST
@given(st.lists(st.sampled_from([
    b"--a\n", b"--a--\n", b"--b\n", b"--b--\n", b"\n", b"x\n", b"Content-Type: multipart/mixed; boundary=b\n",
    b"Content-Type: message/rfc822\n", b"Content-Transfer-Encoding: base64\n", b"From: x@y\n", b"--a", b"\r\n",
]), max_size=25))  # fmt: skip
def test_every_word_of_a_broken_structure_is_somewhere(lines):
    mail = read_mail(HEAD + b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\n" + b"".join(lines))
    assert mail.senders[0].handle == "a@b.example"


@pytest.mark.parametrize("words", ["é€中😀" * 12_000, "a" + "é€中😀" * 12_000])
def test_long_html_keeps_every_letter_whatever_it_says_of_its_charset(words):
    meta = "<html><head><meta http-equiv=Content-Type content='text/html; charset=iso-8859-1'></head><body>"
    assert text_of(f"{meta}<p>{words}</p>") == words
