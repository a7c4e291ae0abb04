"""What a file is, by content."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake import detect


@pytest.mark.parametrize(("text", "form"), [
    ("<?xml version='1.0'?><!-- c --><a/>", "XML"), ("<?xml version='1.0'?>\n<!DOCTYPE a>", detect.XML_DOCTYPE),
    ("<?xml version='1.0'?><!DOCTYPE plist PUBLIC '-'>", "XML property list"), ("<!doctype HTML>", "HTML"),
    ("\ufeffBEGIN:VCARD\n", "vCard"), ("begin:vcalendar\n", "iCalendar"), ('{"a": 1}', "JSON"), ("[]", "JSON"),
    ("a,b\n1,2\n3,4\n", "CSV"), ("a\tb\n1\t2\n", "CSV"), ("just words\n", "text"),
    ("First Name,Last Name,Maiden Name,Address\nAnn,Lee,,\n", "LinkedIn Profile.csv"),
    ('"Email Address","Confirmed","Primary","Updated On"\n', "LinkedIn Email Addresses.csv"),
    ("Extension,Number,Type\n,1,Mobile\n", "LinkedIn PhoneNumbers.csv"),
    ("1203   \nReceived: from a\nSubject: b\n", "Apple Mail message (EMLX)"),
    ('{\n "name": "Ann",\n "type": "personal_chat",\n "messages": []}', "Telegram export"),
    ('[{"type": "message", "user": "U1", "ts": "1584004500.000100", "text": "hi"}]', "Slack export"),
])  # fmt: skip
def test_text_forms(text, form):
    assert detect.text_form(text.encode()) == form
    if form != "LinkedIn Profile.csv":
        assert detect.text_form(text.encode("utf-16")) == form


@pytest.mark.parametrize(("detected", "name", "form"), [
    (detect.UNKNOWN, "msgstore-2020-03-12.1.db.crypt14", "encrypted WhatsApp backup"),
    (detect.UNKNOWN, "signal-2020-03-12-09-15-00.backup", "encrypted Signal backup"),
    ("binary property list", "Manifest.plist", "manifest of an iTunes backup"),
    ("text", "notes.crypt14", "text"), (detect.UNKNOWN, "a.bin", detect.UNKNOWN),
])  # fmt: skip
def test_names_of_forms_that_show_nothing(detected, name, form):
    assert detect.named(detected, name) == form


def test_hostile_prologs_take_no_time():
    started = time.process_time()
    for piece in (b"<!---->", b"<?a?>", b"<!--", b"<!DOCTYPE [", b"a:b\n", b"\n ", b"[[[["):
        detect.text_form((piece * detect.HEAD)[: detect.HEAD])
    assert time.process_time() - started < 2


@settings(derandomize=True, max_examples=200)
@given(st.binary(min_size=1, max_size=100), st.text(max_size=10))
def test_everything_has_a_name(head, name):
    assert detect.signature(head, name) or detect.text_form(head)
