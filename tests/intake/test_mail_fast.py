"""The short ways through a mail give the record of the careful ones: mails of third parties and made-up ones."""

import re
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake import mail_dates, mail_fast, mail_headers, mbox
from analysis.intake.mail_message import Mail, read_mail
from support import fixtures

FOLDERS = ("stalwart", "mime4j", "spamscope", "tika", "enron-derrick-j")
NEVER = re.compile(r"(?!)")
MANY = settings(max_examples=400, derandomize=True, deadline=None)
HEAD = "From: Ann <a@b.example>\nTo: c@d.example\nDate: Mon, 16 Mar 2020 09:17:00 +0000\nMessage-ID: <1@b.example>\n"


@contextmanager
def careful_only():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mail_fast, "leaves", lambda *_: None)
        patch.setattr(mail_headers, "_whole", lambda fields, head: False)
        patch.setattr(mail_dates, "_USUAL", NEVER)
        yield


def alike(raw: bytes) -> Mail | None:
    """The record of a mail, after both ways agreed on it."""
    mail = read_mail(raw)
    with careful_only():
        careful = read_mail(raw)
    assert mail == careful if mail is None or careful is None else plain(mail) == plain(careful)
    return mail


def plain(mail: Mail) -> Mail:
    """A record whose fields are unfolded, as everything reads them."""
    assert mail.fields.repeats == any(len(values) > 1 for values in mail.fields.values.values())
    mail.fields.values = {name: mail.fields.all(name) for name in mail.fields.values}
    for _, inner in mail.nested:
        plain(inner)
    return mail


@pytest.mark.parametrize("folder", FOLDERS)
def test_both_ways_read_every_mail_of_third_parties_alike(folder):
    short, count = 0, 0
    for path in sorted(path for path in fixtures(f"email/{folder}").rglob("*") if path.is_file()):
        data = path.read_bytes()
        first = mbox.first_separator(data)
        mails = [data] if first is None else [data[span.start : span.end] for span in mbox.spans(data, first)]
        for raw in mails:
            for written in (raw, raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")):
                alike(written)
                fields, start = mail_headers.split_header(written)
                short += mail_fast.leaves(*mail_fast.described(fields), written, start, len(written)) is not None
                count += 1
    assert count > 10
    assert short > count / 3  # the short way is gone


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


@MANY
@given(st.binary(max_size=200))
def test_any_bytes(data):
    alike(data)
