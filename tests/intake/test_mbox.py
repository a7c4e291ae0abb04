"""Mbox files: where a mail begins and ends, and that every byte has its place."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake import eml, mail_rows, mbox
from analysis.intake.records import Hints, Opened, Reading

FAST = settings(max_examples=100, derandomize=True, deadline=None)
LINE = b"From ann@b.example Mon Mar 16 09:17:00 2020\n"
HEAD = b"From: ann@b.example\nTo: bo@d.example\nDate: Mon, 16 Mar 2020 09:17:00 +0000\n"


def mail(number: int, body: bytes = b"words\n", more: bytes = b"") -> bytes:
    return HEAD + b"Message-ID: <%d@b.example>\n" % number + more + b"\n" + body


def taken(folder, data: bytes, hints: Hints = Hints()) -> Reading:  # noqa: B008
    path = folder / "some.mbox"
    path.write_bytes(data)
    reading = mbox.READER.read(Opened(path, "some.mbox"), hints)
    assert reading.bytes_copies + reading.bytes_events + reading.bytes_rejects + reading.bytes_framing == len(data)
    return reading


def column(reading: Reading, name: str, table: str = "copies") -> list:
    return getattr(reading, table)[name].to_pylist()


def test_two_mails_and_their_places(tmp_path):
    data = LINE + mail(1) + b"\n" + LINE + mail(2)
    reading = taken(tmp_path, data)
    first, second = (tuple(map(int, re.findall(r"\d+", place)[1:])) for place in column(reading, "locator"))
    assert data[slice(*first)] == mail(1)
    assert data[slice(*second)] == mail(2)
    assert reading.bytes_framing == 2 * len(LINE) + 1
    assert (column(reading, "kind"), column(reading, "at_utc")) == (["mail"] * 2, [True] * 2)
    assert reading.zone_basis == "embedded"
    assert column(reading, "handle", "recipients") == ["bo@d.example"] * 2


@pytest.mark.parametrize(
    "line",
    [
        b"From 1660000000000000000@xxx Mon Mar 16 09:17:00 +0000 2020\n",
        b"From - Fri Jun  9 23:17:56 2000\r\n",
        b"From MAILER-DAEMON Mon Apr 18 14:25:49 2022\n",
        b'From "ann lee"@b.example Mon Mar 16 09:17:00 2020\n',
        b"From ann@b.example Mon Mar 16 09:17:00 EST 2020\n",
        b"From ann@b.example Mon Mar 16 09:17 2020\n",
        b"From ann@b.example Mon Mar 16 09:17:00 2020 +0100\n",
    ],
)
def test_separators_of_all_writers(tmp_path, line):
    assert taken(tmp_path, line + mail(1) + b"\n" + line + mail(2)).copies.num_rows == 2


@pytest.mark.parametrize(
    "words",
    [
        b"\nFrom here on we walk\n",
        b"\nFrom 10:30 to 11:00 on 5 May 2020\nwe meet\n",
        b"text\nFrom ann@b.example Mon Mar 16 09:17:00 2020\nX: no blank line before\n",
        b"\nFrom ann@b.example Mon Mar 16 09:17:00 2020\nno header after it\n",
        b"\nFrom " + b"x" * 5000 + b" Mon Mar 16 09:17:00 2020\nX: y\n",
    ],
)
def test_words_are_no_separator(tmp_path, words):
    reading = taken(tmp_path, LINE + mail(1, words) + b"\n" + LINE + mail(2))
    assert column(reading, "body")[0] == words.decode()


def test_a_true_content_length_is_believed_and_a_false_one_is_not(tmp_path):
    body = b"words\n\n" + LINE + b"X: pasted\n\nmore >From words\n"
    for length, copies in ((len(body), 2), (len(body) - 3, 3), (10**9, 3)):
        data = LINE + mail(1, body, b"Content-Length: %d\n" % length) + b"\n" + LINE + mail(2)
        reading = taken(tmp_path, data)
        assert reading.copies.num_rows == copies
    data = LINE + mail(1, b">From a\n\nFrom b\n", b"Content-Length: 16\n")
    assert column(taken(tmp_path, data), "body") == [">From a\n\nFrom b\n"]


def test_text_before_the_first_mail_and_mails_without_header_are_rejects(tmp_path):
    reading = taken(tmp_path, b"stray\n\n" + LINE + mail(1) + b"\n" + LINE + b"\nno header\n")
    assert column(reading, "reason", "rejects") == ["text before the first separator", "no readable header"]
    assert (reading.copies.num_rows, reading.status, reading.bytes_rejects) == (1, "partial", 7 + 11)


def test_a_file_that_is_no_mbox_is_one_reject(tmp_path):
    reading = taken(tmp_path, b"just words\n")
    assert (reading.copies.num_rows, reading.bytes_rejects, reading.status) == (0, 11, "partial")
    assert taken(tmp_path, b"").status == "read"


def test_byte_order_mark_and_line_ends(tmp_path):
    data = b"\xef\xbb\xbf\n" + (LINE + mail(1) + b"\n" + LINE + mail(2)).replace(b"\n", b"\r\n")
    reading = taken(tmp_path, data)
    assert column(reading, "body") == ["words\n"] * 2


def test_threads_follow_references_through_the_file(tmp_path):
    data = b"\n".join([
        LINE + mail(3, more=b"References: <2@b.example>\nSubject: Re: plan\n"),
        LINE + mail(2, more=b"In-Reply-To: <1@b.example>\nSubject: Re: plan\n"),
        LINE + mail(1, more=b"Subject: plan\n"),
        LINE + mail(9, more=b"References: <8@b.example>\n"),
        LINE + mail(8, more=b"References: <9@b.example>\n"),
        LINE + HEAD + b"X-GM-THRID: 77\n\nno id\n",
        LINE + mail(5, more=b"X-GM-THRID: 77\n"),
    ])  # fmt: skip
    reading = taken(tmp_path, data)
    keys = column(reading, "thread")
    assert keys[:3] == ["<1@b.example>"] * 3
    assert keys[3] == keys[4] == "<8@b.example>"
    assert keys[5] == keys[6] == column(reading, "locator")[5]
    titles = dict(zip(column(reading, "thread", "threads"), column(reading, "title", "threads"), strict=True))
    assert titles["<1@b.example>"] == "plan"


def test_a_long_chain_of_answers_is_one_thread(tmp_path):
    chain = [LINE + mail(number, more=b"In-Reply-To: <%d@b.example>\n" % (number - 1)) for number in range(3000, 0, -1)]
    reading = taken(tmp_path, b"\n".join(chain))
    assert set(column(reading, "thread")) == {"<0@b.example>"}


def test_takeout_labels(tmp_path):
    labels = b"X-Gmail-Labels: =?UTF-8?Q?Gesendet,Wichtig?=\n"
    data = b"\n".join([LINE + mail(1, more=labels), LINE + mail(2, more=b"X-Gmail-Labels: Drafts,\"a,b\"\n"),
                       LINE + mail(3, more=b"X-Gmail-Labels: Inbox,Chat\n")])  # fmt: skip
    reading = taken(tmp_path, data)
    assert column(reading, "from_owner") == [True, None, None]
    assert column(reading, "state") == ["present", "draft", "present"]
    assert (reading.owner, reading.owner_basis) == ("ann@b.example", "author of 1 of 1 mails labelled as sent")
    assert any(note.startswith("labelled_chat: 1 (message 3") for note in reading.notes)


def test_the_owner_is_known_by_hint_or_delivery(tmp_path):
    data = LINE + mail(1, more=b"Delivered-To: bo@d.example\n")
    assert column(taken(tmp_path, data, Hints(owner="Ann@b.example")), "from_owner") == [True]
    reading = taken(tmp_path, data)
    assert (column(reading, "from_owner"), reading.owner) == ([None], "bo@d.example")


def test_names_once_per_pair_and_never_an_address(tmp_path):
    first = b"From: Ann Lee <ann@b.example>\nTo: boss@d.example <bo@d.example>\n\nx\n"
    reading = taken(tmp_path, LINE + first + b"\n" + LINE + first)
    assert [tuple(row.values())[:4] for row in reading.names.to_pylist()] == [
        ("ann@b.example", "email", "Ann Lee", "display_name")]  # fmt: skip
    assert any(note.startswith("name_is_address: 2") for note in reading.notes)


def test_flawed_mails_are_suspect(tmp_path):
    data = b"\n".join([LINE + mail(1, more=b"From: other@b.example\n"), LINE + b"From: a@b.example\n\nno date\n",
                       LINE + mail(3)])  # fmt: skip
    assert column(taken(tmp_path, data), "suspect") == ["several_from", "date_missing", None]


def test_memory_is_kept_in_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(mail_rows, "BATCH", 3)
    reading = taken(tmp_path, b"\n".join(LINE + mail(number) for number in range(10)))
    assert column(reading, "native_id") == [f"<{number}@b.example>" for number in range(10)]
    assert column(reading, "copy", "recipients") == list(range(10))


def test_a_mail_over_the_limit_is_cut_and_the_rest_rejected(tmp_path, monkeypatch):
    monkeypatch.setattr(mbox, "MAIL_BYTES", 200)
    reading = taken(tmp_path, LINE + mail(1, b"x" * 500 + b"\n") + b"\n" + LINE + mail(2))
    assert column(reading, "native_id") == ["<1@b.example>", "<2@b.example>"]
    assert column(reading, "reason", "rejects") == ["mail longer than the limit"]


def test_recognition_is_by_content():
    assert mbox.recognises(LINE + mail(1), "whatever.bin")
    assert not mbox.recognises(mail(1), "some.mbox")
    assert not mbox.recognises(b"From here on\nwords\n", "some.mbox")
    assert not eml.recognises(LINE + mail(1), "some.eml")
    assert mbox.recognises(b"note\n\n" + LINE + mail(1), "some.mbox")
    assert not mbox.recognises(b"note\n\n" + LINE + mail(1), "some.txt")


BODIES = st.lists(
    st.sampled_from(
        ["From ann@b.example Mon Mar 16 09:17:00 2020", ">From x", ">>From ", "From", "", "X: y", "é", "a"]
    ),
    max_size=8,
).map(lambda lines: "".join(f"{line}\n" for line in lines))


@FAST
@given(bodies=st.lists(BODIES, min_size=1, max_size=5), crlf=st.booleans())
def test_mboxrd_round_trip(tmp_path_factory, bodies, crlf):
    data = b""
    for number, body in enumerate(bodies):
        quoted = re.sub(rb"(?m)^(>*From )", rb">\1", mail(number, body.encode()))
        data += LINE + quoted.replace(b">From: ", b"From: ") + b"\n"
    reading = taken(tmp_path_factory.mktemp("rd"), data.replace(b"\n", b"\r\n") if crlf else data)
    assert column(reading, "body") == bodies
    assert column(reading, "native_id") == [f"<{number}@b.example>" for number in range(len(bodies))]


@FAST
@given(st.lists(st.sampled_from([
    LINE, b"\n", b"A: b\n", b"Content-Length: 3\n", b"\r\n", b"xx", b"From ", b"\xff\x00\n",
]), max_size=20))  # fmt: skip
def test_every_byte_has_its_place(tmp_path_factory, pieces):
    taken(tmp_path_factory.mktemp("any"), b"".join(pieces))


@FAST
@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_crash(tmp_path_factory, data):
    taken(tmp_path_factory.mktemp("any"), data)
    mbox.recognises(data, "x.mbox")
