"""The short ways through a mail give the record of the careful ones: mails of third parties and made-up ones."""

import re
from base64 import encodebytes
from contextlib import contextmanager
from dataclasses import fields, replace
from importlib import import_module
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake import mail_addresses, mail_dates, mail_fast, mail_headers, mail_text, mbox
from analysis.intake.mail_bulk import Bulk
from analysis.intake.mail_headers import Fields
from analysis.intake.mail_message import Mail, read_mail
from analysis.intake.mail_text import same_words, unbase64
from analysis.intake.records import FIELDS, Hints, Opened, Reading
from analysis.intake.whatsapp_fast import SWITCH
from support import fixtures

FOLDERS = ("stalwart", "mime4j", "spamscope", "tika", "enron-derrick-j")
LINE = b"From ann@b.example Mon Mar 16 09:17:00 2020\n"
LOOPS = pytest.importorskip("numba") and import_module("analysis.intake.mail_compiled")
NEVER = re.compile(r"(?!)")
MANY = settings(max_examples=400, derandomize=True, deadline=None)
HEAD = "From: Ann <a@b.example>\nTo: c@d.example\nDate: Mon, 16 Mar 2020 09:17:00 +0000\nMessage-ID: <1@b.example>\n"


@contextmanager
def careful_only():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mail_fast, "leaves", lambda *_: None)
        patch.setattr(mail_headers, "whole", lambda fields, head: False)
        patch.setattr(mail_addresses, "_ENTRIES", type(mail_addresses._ENTRIES)())
        for module, name in ((mail_dates, "_USUAL"), (mail_headers, "_ONE"), (mail_addresses, "_PLAIN"),
                             (mail_text, "_ALONE")):  # fmt: skip
            patch.setattr(module, name, NEVER)
        patch.setattr(mail_text, "_SOUND_Q", re.compile(NEVER.pattern.encode()))
        mail_text._word.cache_clear()
        mail_headers._parameters.cache_clear()
        mail_addresses.named.cache_clear()
        yield


def alike(*raws: bytes) -> list[Mail | None]:
    """The records of mails, after all ways agreed on them; the compiled one may leave a mail to the careful one."""
    ends = list(accumulate(map(len, raws)))
    mails = [read_mail(raw) for raw in raws]
    bulk = Bulk(LOOPS).mails(b"".join(raws), [0, *ends[:-1]], ends)
    with careful_only():
        careful = [read_mail(raw) for raw in raws]
    for short, long, quick in zip(mails, careful, bulk, strict=True):
        assert short == long if short is None or long is None else plain(short) == plain(long)
        assert quick is None or told(quick) == told(long)
    return bulk


def told(mail: Mail) -> tuple:
    """Everything that rows are made of."""
    body = mail.body.decode() if isinstance(mail.body, bytes) else mail.body
    left = [mail.fields.all(name) for name in ("x-gmail-labels", "delivered-to")]
    nested = [(number, told(inner)) for number, inner in mail.nested]
    return body, left, mail.fields.marking(), nested, replace(mail, body="", fields=Fields(), nested=[])


def plain(mail: Mail) -> Mail:
    """A record whose fields are unfolded, as everything reads them."""
    assert mail.fields.repeats == any(len(values) > 1 for values in mail.fields.values.values())
    mail.fields.values = {name: mail.fields.all(name) for name in mail.fields.values}
    for _, inner in mail.nested:
        plain(inner)
    return mail


@pytest.mark.parametrize("folder", FOLDERS)
def test_both_ways_read_every_mail_of_third_parties_alike(folder):
    short, compiled, count = 0, 0, 0
    for path in sorted(path for path in fixtures(f"email/{folder}").rglob("*") if path.is_file()):
        data = path.read_bytes()
        first = mbox.first_separator(data)
        mails = [data] if first is None else [data[span.start : span.end] for span in mbox.spans(data, first)]
        for raw in mails:
            for written in (raw, raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")):
                compiled += alike(written) != [None]
                header, start = mail_headers.split_header(written)
                short += mail_fast.leaves(*mail_fast.described(header), written, start, len(written)) is not None
                count += 1
    assert count > 10
    assert short > count / 3  # the short way is gone
    assert compiled > 20  # most of the others have no Message-ID, no date that can be read, or several authors


def words(alphabet: str, size: int = 40) -> st.SearchStrategy[str]:
    return st.text(alphabet, max_size=size)


FIELD = st.one_of(
    st.sampled_from(["X: y", "Subject: =?utf-8?Q?a=C3=9F?= b", "To: d@e.example,\n \"f, g\" <h@i.example>",
                     "no field", "Cc: <a@b>, c d", "Received: by x; Mon, 16 Mar 2020 09:16:59 +0000", "Subject:",
                     " folded",
                     "A : b",
                     "Date: Tue, 17 Mar 2020 09:17:00 -0700", "Date: 1 Jan 70 00:00", "From: =?x?", "X: \xe9"]),
    words("aB:-= \t\r\n<>@\"?", 30),
)  # fmt: skip
TYPE = st.sampled_from([
    "Content-Type: text/plain; charset=utf-8", "Content-Type: text/html", "Content-Type: image/png; name=\"a b.png\"",
    "Content-Type: multipart/mixed; boundary=B", "Content-Type: multipart/alternative; boundary=\"B-1\"",
    "Content-Type: multipart/digest; boundary=B", "Content-Type: message/rfc822", "Content-Disposition: attachment",
    "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: quoted-printable", "X: y", "", "broken",
    "Content-Type: multipart/related; boundary=\"\"", "Content-Type: multipart/encrypted; boundary=B",
])  # fmt: skip
TEXT = st.sampled_from([
    "words\n", "", "\n", "--B\n", "--B--\n", "--B-1\n", "--B-1--\n", "--B \n", "--B--", "--B--x\n", "YWJj\n",
    "=C3=A9 =\n",
    "<p>words</p>\n", "begin 644 a\n#86)C\n`\nend\n", "Subject: inner\n\nwords\n", "--C\n", "preamble", "\xe9\n",
])  # fmt: skip


@MANY
@given(
    st.lists(FIELD, max_size=3), st.lists(TYPE, max_size=3),
    st.lists(st.tuples(TEXT, st.lists(TYPE, max_size=2), TEXT), max_size=6), TEXT,
    st.sampled_from(["\n", "\r\n", "\r"]),
)  # fmt: skip
def test_both_ways_read_made_up_mails_alike(fields, types, pieces, last, line_end):
    body = "".join(f"{before}{chr(10).join(head)}\n\n{text}" for before, head, text in pieces) + last
    head = HEAD + "".join(f"{line}\n" for line in (*fields, *types) if line)
    alike((head + "\n" + body).replace("\n", line_end).encode("latin-1"))


@MANY
@given(st.recursive(TEXT, lambda inner: st.lists(st.tuples(TYPE, inner), min_size=1, max_size=3), max_leaves=6),
       st.booleans())  # fmt: skip
def test_both_ways_read_well_formed_structures_alike(tree, closed):
    numbers = iter(range(99))

    def written(tree) -> str:
        if isinstance(tree, str):
            return f"\n{tree}"
        mark = f"b{next(numbers)}"
        parts = "".join(f"\n--{mark}\n{kind}{chr(10) if kind else ''}{written(part)}" for kind, part in tree)
        return f"Content-Type: multipart/mixed; boundary={mark}\n{parts}\n--{mark}--{chr(10) * closed}"

    alike((HEAD + written(tree)).encode("latin-1"))


@pytest.mark.parametrize("kind", ["mixed; boundary=B", 'Mixed;\r\n\tboundary="B"', 'related; type="text/html"; boundary=B;',
                                  "signed ; charset=utf-8; Boundary=B", "mixed; boundary = B", "mixed; boundary*0=B", "mixed; x boundary=B"])  # fmt: skip
def test_usual_structures_are_divided_by_the_loops(kind, monkeypatch):
    part = 'Content-Type: text/plain; name="a.txt"\nContent-Transfer-Encoding: base64\n\nd29yZHM=\n'
    raw = f"{HEAD}Content-Type: multipart/{kind}\n\n--B\nX: y\n\nwords\n--B\n{part}--B--\n".encode()
    alike(raw)
    monkeypatch.setattr(mail_fast, "leaves", lambda *_: None)
    (mail,) = Bulk(LOOPS).mails(raw, [0], [len(raw)])
    assert (mail is not None) == ("*" not in kind and "x " not in kind and " = " not in kind)
    assert mail is None or (mail.body, len(mail.attachments)) == (b"words", 1)


@MANY
@given(
    st.lists(
        st.sampled_from(
            ["=", "=C3=A9", "=e9", "=\n", "=\r\n", "\r", "\r\n", "\n", "a", "beg", "in", "=0D=0A", "_", " "]
        )
    )
)
def test_quoted_printable_is_decoded_as_it_should_or_left(pieces):
    kind = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    alike((HEAD + kind + "".join(pieces)).encode())


@MANY
@given(st.binary(max_size=200))
def test_any_bytes(data):
    alike(data)


def either_way(path) -> tuple[Reading, Reading]:
    found = []
    for loops in ("numba", "numpy"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(SWITCH, loops)
            found.append(mbox.READER.read(Opened(path, path.name), Hints()))
    return tuple(found)


def mailbox(folders) -> bytes:
    """Every mail of third parties in one mbox, some quoted, some of a stated length."""
    out = []
    for number, path in enumerate(sorted(path for name in folders for path in fixtures(f"email/{name}").rglob("*"))):
        if path.is_file() and mbox.first_separator(data := path.read_bytes()) is None:
            head, blank, body = data.partition(b"\n\n")
            if number % 5 == 0 and blank:
                data = head + b"\nContent-Length: %d\n\n" % len(body) + body
            out += [LINE, data.replace(b"\nFrom ", b"\n>From "), b"\n" * (2 + number % 2)]
    return b"".join(out)


@pytest.mark.parametrize("size", [700, 20_000, mbox.BATCH_BYTES])
def test_tables_are_the_same_with_and_without_compiled_loops(tmp_path, monkeypatch, size):
    monkeypatch.setattr(mbox, "BATCH_BYTES", size)
    path = tmp_path / "all.mbox"
    path.write_bytes(mailbox(("stalwart", "spamscope", "tika")))
    quick, plain = either_way(path)
    for field in fields(Reading):
        one, other = getattr(quick, field.name), getattr(plain, field.name)
        assert one.to_pylist() == other.to_pylist() if field.name in FIELDS else one == other, field.name
    assert plain.copies.num_rows > 100


def test_a_mail_too_large_for_a_batch_is_read_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(mbox, "BATCH_BYTES", 500)
    monkeypatch.setattr(mbox, "RELEASE_BYTES", 1_000)
    mails = [f"{HEAD}\n{'words ' * count}\n\n".encode() for count in (300, 2, 100, 3)]
    path = tmp_path / "large.mbox"
    path.write_bytes(LINE + LINE.join(mails))
    quick, plain = either_way(path)
    assert quick.copies.equals(plain.copies)
    assert quick.copies.num_rows == 4


BIT = st.sampled_from([
    LINE, b"\n", b"\r\n", HEAD.encode(), b"words\n", b">From x\n", b"From here on\n", b"Content-Length: 6\n",
    b"Content-Length: 900\n", b"From ann@b.example Mon Mar 16 09:17:00 2020\r\n", b"a" * 70, b"X: \xe9\n", b"\n\n" + LINE + HEAD.encode(),
])  # fmt: skip


@MANY
@given(st.lists(BIT, max_size=30), st.sampled_from([60, 200, 1_000]))
def test_mails_begin_and_end_at_the_same_places(tmp_path_factory, bits, size):
    path = tmp_path_factory.mktemp("mbox") / "any.mbox"
    path.write_bytes(LINE + b"".join(bits))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mbox, "BATCH_BYTES", size)
        quick, plain = either_way(path)
    assert quick.copies.equals(plain.copies)
    assert (quick.notes, quick.bytes_framing, quick.rejects) == (plain.notes, plain.bytes_framing, plain.rejects)


@MANY
@given(st.lists(st.tuples(words("From: <>@b,\"\r\n =?", 12), st.sampled_from([HEAD, "Subject: =?utf-8?q?a=5f?=\n", "\n", "é"])),
                min_size=1, max_size=5))  # fmt: skip
def test_mails_beside_each_other_are_read_alone(pieces):
    alike(*(f"{HEAD}{more}\n{text}".encode("latin-1") for text, more in pieces))


@MANY
@given(st.binary(max_size=90), st.sampled_from([b"=", b"==", b"", b"\n"]))
def test_base64_is_decoded_as_it_should_or_left(data, end):
    written = encodebytes(data) + end
    size = LOOPS.unbase64(np.frombuffer(written or b"\n", np.uint8), room := np.empty(200, np.uint8))
    assert size == -1 or bytes(room[:size]) == unbase64(written)
    assert size >= 0 or end.startswith(b"=")


@MANY
@given(st.binary(max_size=12), words("aé\u20ac\U0001f600", 12))
def test_utf_8_is_judged_as_python_does(data, text):
    for content in (data, text.encode(), text.encode() + data, text.encode()[:-1]):
        if len(content) > 2:
            try:
                content.decode()
                sound = True
            except UnicodeError:
                sound = False
            assert LOOPS.is_utf8(np.frombuffer(content, np.uint8)) is sound


@MANY
@given(st.lists(st.sampled_from(["a", "b", " ", "\xa0", "\n", "<p>", "</p>", "<", ">", "&amp;", "é", "£", "<b"]), max_size=12),
       st.lists(st.sampled_from(["a", "b", " ", "\xa0", "é", "£"]), max_size=8))  # fmt: skip
def test_sameness_is_never_claimed_in_vain(markup, text):
    rich, visible = "".join(markup), re.sub("<[^<>]*>", "", "".join(markup))
    for plain in ("".join(text), visible):
        same = LOOPS.same(*(np.frombuffer(one.encode() or b" ", np.uint8) for one in (plain, rich)))
        assert not same or same_words(plain, rich)
    assert same or "&" in rich
