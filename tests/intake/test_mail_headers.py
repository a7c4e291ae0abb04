"""Header fields, encoded words, parameters, addresses and dates of mails."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake import mail_addresses
from analysis.intake.mail_addresses import Mailbox, mailboxes
from analysis.intake.mail_dates import instant, sent
from analysis.intake.mail_headers import HEADER_FIELDS, VALUE_BYTES, parameters, split_header
from analysis.intake.mail_text import codec, decode, decode_words

FAST = settings(max_examples=150, derandomize=True, deadline=None)


def email(name: str, handle: str) -> Mailbox:
    return Mailbox(name, handle, "email")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@b.example", [email("", "a@b.example")]),
        ("Ann Lee <a@b.example>", [email("Ann Lee", "a@b.example")]),
        ('"Lee, Ann" <a@b.example>, c@d.example', [email("Lee, Ann", "a@b.example"), email("", "c@d.example")]),
        ("=?utf-8?Q?Lee=2C_Ann?= <a@b.example>", [email("Lee, Ann", "a@b.example")]),
        ("=?utf-8?Q?Lee,_Ann?= <a@b.example>", [email("Lee, Ann", "a@b.example")]),
        ("a@b.example (Ann (the) Lee)", [email("Ann (the) Lee", "a@b.example")]),
        ("undisclosed-recipients:;", []),
        ("Team: a@b.example, Bo <c@d.example>;", [email("", "a@b.example"), email("Bo", "c@d.example")]),
        ("a@b.example; c@d.example", [email("", "a@b.example"), email("", "c@d.example")]),
        ("<@relay.example:a@b.example>", [email("", "a@b.example")]),
        ('"a@b.example" <a@b.example>', [email("", "a@b.example")]),
        ("boss@b.example <a@b.example>", [email("boss@b.example", "a@b.example")]),
        ('"quoted local"@b.example', [email("", '"quoted local"@b.example')]),
        ("Ann Lee", [Mailbox("", "Ann Lee", "name")]),
        ("Ann <local>", [Mailbox("Ann", "local", "handle")]),
        ('"Bo \\"B\\" Hay" <c@d.example>', [email('Bo "B" Hay', "c@d.example")]),
        ("'Bo' <c@d.example>,", [email("Bo", "c@d.example")]),
        ("bounce+a=b.example@d.example", [email("", "bounce+a=b.example@d.example")]),
        (", , a@b.example ,", [email("", "a@b.example")]),
        ("Bo c@d.example", [email("Bo", "c@d.example")]),
        ("", []),
    ],
)
def test_mailboxes_are_split_before_they_are_decoded(value, expected):
    assert mailboxes(value) == (expected, [])


@pytest.mark.parametrize(
    ("value", "found", "defect"),
    [
        ("alice@good.example)bob@evil.example", 1, "address_mismatch"),
        ("<alice@good.example><bob@evil.example>", 1, "address_mismatch"),
        ("alice@good.example bob@evil.example", 1, "address_mismatch"),
        ("Lee, Ann <a@b.example>", 1, "comma_in_name"),
    ],
)
def test_a_list_that_reads_in_two_ways_is_flagged(value, found, defect):
    people, defects = mailboxes(value)
    assert (len(people), defects) == (found, [defect])
    assert (people[0].kind == "email") is (defect == "comma_in_name")


def test_a_comma_trap_keeps_the_whole_name():
    assert mailboxes("Lee, Ann <a@b.example>, Bo <c@d.example>")[0] == [
        email("Lee, Ann", "a@b.example"), email("Bo", "c@d.example")]  # fmt: skip


def test_endless_lists_are_cut_and_noted(monkeypatch):
    monkeypatch.setattr(mail_addresses, "ADDRESSES", 3)
    for entry in ("a@b.example,", '"a" (x) <a@b.example>,'):
        people, defects = mailboxes(entry * 5)
        assert (len(people), defects) == (3, ["too_many_addresses"])


@pytest.mark.parametrize("piece", ["[", "(", "<", '"', "\\", "=?a?q?", "@", "<@", "a ", "(\\", '"a', ":", ";"])
def test_adversarial_lists_take_linear_time(piece):
    mailboxes(piece * 30_000)


@FAST
@given(st.text(alphabet='ab@ ,;:<>()"\\=?_\n[]é', max_size=60))
def test_no_list_crashes_the_splitter(value):
    people, _ = mailboxes(value)
    assert all(person.handle for person in people)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=?iso-8859-1?Q?J=FCrgen?=", "Jürgen"),
        ("=?utf-8?B?SsO8cg==?= =?utf-8?Q?gen?=", "Jürgen"),
        ("=?utf-8?B?Ssy?= x", "=?utf-8?B?Ssy?= x".replace("=?utf-8?B?Ssy?=", "JÌ")),
        ("=?utf-8?Q?a=C3?= =?utf-8?Q?=BC?=", "aü"),
        ("a =?utf-8?Q?b?= c", "a b c"),
        ("=?utf-8?Q?a?= =?iso-8859-1?Q?b?=", "ab"),
        ("=?nonsense?Q?=E2=82=AC?=", "€"),
        ("=?utf-8*en?Q?language?=", "language"),
        ("=?utf-8?X?a?=", "=?utf-8?X?a?="),
        ("=?gb2312?B?1cXPyMn6?=", "张先生"),
        ("=?iso-8859-1?Q?J\xfcrgen?=", "Jürgen"),
    ],
)
def test_encoded_words(value, expected):
    assert decode_words(value) == expected


@pytest.mark.parametrize(
    ("data", "label", "expected"),
    [
        ("£100 “quoted”".encode("cp1252"), None, ("£100 “quoted”", "cp1252")),
        ("£100 “quoted”".encode("cp1252"), "iso-8859-1", ("£100 “quoted”", "cp1252")),
        ("naïve".encode(), "us-ascii", ("naïve", "utf-8")),
        ("привет".encode("koi8-r"), "KOI8-R", ("привет", "koi8-r")),
        ("€".encode(), "cp-850-bogus", ("€", "utf-8")),
        (b"\x81\x8d", None, ("\x81\x8d", "latin-1")),
        (b"plain", "idna", ("plain", "utf-8")),
        (b"+2AA-", "utf-7", ("\ufffd", "utf-7")),
    ],
)
def test_bytes_become_text_with_the_first_charset_that_fits(data, label, expected):
    assert decode(data, label) == expected


@pytest.mark.parametrize("label", ["rot13", "zip", "base64", "punycode", "unicode_escape", "\0", "../x", "é" * 99, ""])
def test_no_label_names_anything_but_a_text_charset(label):
    assert codec(label) is None


@pytest.mark.parametrize(
    ("value", "main", "expected"),
    [
        ('text/plain; charset="utf-8"', "text/plain", {"charset": "utf-8"}),
        ("Text/HTML;charset=us-ascii (comment)", "text/html", {"charset": "us-ascii (comment)"}),
        ("a/b; name*=utf-8''na%C3%AFve.pdf", "a/b", {"name": "naïve.pdf"}),
        ("a/b; name*0*=iso-8859-1''a%FC; name*1=b.txt", "a/b", {"name": "aüb.txt"}),
        ("a/b; name*1=b.txt; name*0=a", "a/b", {"name": "ab.txt"}),
        ("a/b; name==?utf-8?Q?=C3=BC.txt?=", "a/b", {"name": "ü.txt"}),
        ('a/b; name="semi;colon.txt"; x=1', "a/b", {"name": "semi;colon.txt", "x": "1"}),
        ("a/b;; ;name=x", "a/b", {"name": "x"}),
        ('a/b; name="open', "a/b", {"name": "open"}),
        ("", "", {}),
    ],
)
def test_parameters(value, main, expected):
    assert parameters(value) == (main, expected)


@pytest.mark.parametrize(
    ("raw", "names", "body", "defects"),
    [
        (b"A: 1\nB: 2\n\nbody", ["a", "b"], b"body", []),
        (b"A: 1\r\nB: 2\r\n\r\nbody", ["a", "b"], b"body", []),
        (b"A: 1\nb\nB: 2\n\n", ["a"], b"b\nB: 2\n\n", ["no_header_separator"]),
        (b">From x\nA: 1\n\nbody", ["a"], b"body", ["envelope_in_header"]),
        (b"A : 1\n\t2\n\nbody", ["a"], b"body", []),
        (b"A: 1", ["a"], b"", []),
        (b"A: 1\n", ["a"], b"", []),
        (b"\nA: 1\n", [], b"A: 1\n", []),
        (b"no header\n", [], b"no header\n", ["no_header_separator"]),
        (b"\xdcber: 1\n\nbody", ["über"], b"body", []),
        (b"", [], b"", []),
    ],
)
def test_the_header_ends_where_it_ends(raw, names, body, defects):
    fields, start = split_header(raw)
    assert (list(fields.values), raw[start:], fields.defects) == (names, body, defects)


def test_endless_headers_are_cut_and_noted():
    many = b"".join(b"X: %d\n" % number for number in range(HEADER_FIELDS + 5)) + b"\nbody"
    fields, start = split_header(many)
    assert (len(fields.values["x"]), fields.defects, many[start:]) == (HEADER_FIELDS, ["too_many_fields"], b"body")
    fields, _ = split_header(b"Subject: " + b"a" * (VALUE_BYTES + 9) + b"\n\n")
    assert (len(fields.text("subject")), fields.defects) == (VALUE_BYTES - 1, ["field_cut"])


@pytest.mark.parametrize(
    ("text", "at", "utc", "precision"),
    [
        ("Mon, 16 Mar 2020 09:17:00 +0100", "2020-03-16 08:17:00", True, "second"),
        ("16 Mar 20 09:17 GMT", "2020-03-16 09:17:00", True, "minute"),
        ("Mon, 16 Mar 2020 09:17:00 -0000", "2020-03-16 09:17:00", True, "second"),
        ("Mon, 16 Mar 2020 09:17:00", "2020-03-16 09:17:00", False, "second"),
        ("Mon, 16 Mar 2020 09:17:00 XYZ", "2020-03-16 09:17:00", False, "second"),
        ("Thu, 16 Jul 2020 09:17:00 BST", "2020-07-16 08:17:00", True, "second"),
        ("16 May 2016 at 09:30:32  GMT+1", "2016-05-16 08:30:32", True, "second"),
        ("Mon Mar 16 09:17:00 2020", "2020-03-16 09:17:00", False, "second"),
        ("Mon, 16 Mar 2020 23:59:60 +0000", "2020-03-16 23:59:59", True, "second"),
        ("Mon, 16 Mar 2020 09:17:00 +9900", "2020-03-16 09:17:00", False, "second"),
    ],
)
def test_dates(text, at, utc, precision):
    found = instant(text)
    assert (str(found.at), found.utc, found.precision) == (at, utc, precision)


@pytest.mark.parametrize("text", ["", "Whenever", "31 Feb 2020 10:00:00 +0000", "1 Foo 2020 10:00:00", "9" * 5000])
def test_what_is_no_date(text):
    assert instant(text) is None


@pytest.mark.parametrize(
    ("date", "at", "flaw"),
    [
        ("Mon, 16 Mar 2020 09:17:00 +0000", datetime(2020, 3, 16, 9, 17), ""),
        (None, datetime(2020, 3, 16, 9, 20), "date_missing"),
        ("soon", datetime(2020, 3, 16, 9, 20), "date_unreadable"),
        ("Thu, 01 Jan 1970 00:00:00 +0000", datetime(2020, 3, 16, 9, 20), "date_absurd"),
        ("Fri, 16 Mar 2035 09:17:00 +0000", datetime(2020, 3, 16, 9, 20), "date_after_receipt"),
        ("Mon, 16 Mar 2015 09:17:00 +0000", datetime(2015, 3, 16, 9, 17), ""),
    ],
)
def test_an_untrue_date_gives_way_to_the_trace(date, at, flaw):
    found = sent(date, "from a by b; Mon, 16 Mar 2020 09:20:00 +0000 (GMT)")
    assert (found.instant.at, found.flaw, found.text) == (at, flaw, date)
