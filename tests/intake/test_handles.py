"""Handles: one form each, and never more merged than the provider merges."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake import handles


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        ("phone", "07700 900123", ("phone", "+447700900123")),
        ("phone", "+44 7700 900123", ("phone", "+447700900123")),
        ("phone", "\u202a+44 7700\u00a0900123\u202c", ("phone", "+447700900123")),
        ("phone", "+44 (0)7700 900123", ("phone", "+447700900123")),
        ("phone", "447700900123", ("phone", "+447700900123")),
        ("phone", "00447700900123", ("phone", "+447700900123")),
        ("phone", "tel:+447700900123", ("phone", "+447700900123")),
        ("phone", "12011234567", ("phone", "+12011234567")),
        ("phone", "60123", ("shortcode", "60123")),
        ("phone", "DHSC", ("handle", "dhsc")),
        ("phone", "UK Gov", ("handle", "uk gov")),
        ("phone", "ann@example.org", ("email", "ann@example.org")),
        ("name", "+44 7700 900123", ("phone", "+447700900123")),
        ("name", "\u200eAnn  Lee\u200f", ("name", "ann lee")),
        ("name", "STRASSE", ("name", "strasse")),
        ("name", "Straße", ("name", "strasse")),
        ("email", "<Ann.Lee@Example.ORG>", ("email", "ann.lee@example.org")),
        ("email", "ann.lee+x@example.org", ("email", "ann.lee+x@example.org")),
        ("email", "A.nn.Lee+x@GoogleMail.com", ("email", "annlee@gmail.com")),
        ("profile", "http://uk.linkedin.com/in/Ann-Lee/?trk=1", ("profile", "https://www.linkedin.com/in/ann-lee")),
        ("profile", "www.linkedin.com/in/ann%2Dlee", ("profile", "https://www.linkedin.com/in/ann-lee")),
        ("profile", "[broken", ("profile", "[broken")),
    ],
)
def test_normal(kind, raw, expected):
    assert handles.normal(kind, raw, "GB") == expected


def test_region_decides_national_numbers():
    assert handles.phone("773-338-7786", "US") == "+17733387786"
    assert handles.phone("07700 900123", "GB") == "+447700900123"


def test_account_of_channel():
    assert handles.account("whatsapp", "447700900123@s.whatsapp.net", "GB") == ("phone", "+447700900123")
    assert handles.account("sms", "07700900123", "GB") == handles.account("sms", "+44 7700 900123", "GB")
    assert handles.account("email", "a.b@example.org", "GB") != handles.account("email", "ab@example.org", "GB")


def test_scope_only_for_phone_books():
    assert handles.scope("whatsapp", "name", "C01") == "C01"
    assert handles.scope("email", "name", "C01") is None
    assert handles.scope("whatsapp", "phone", "C01") is None


def test_labels_of():
    contacts = [
        ("Annie", "07700 900123"),
        ("Bob", "07700 900124"),
        ("Annie", "+447700900123"),
        ("A. Lee", "a@x.example"),
    ]
    assert handles.labels_of([("sms", "+447700900123"), ("email", "A@x.example")], contacts, "GB") == [
        "Annie",
        "A. Lee",
    ]


@settings(derandomize=True, max_examples=200)
@given(st.sampled_from(["phone", "email", "profile", "name", "handle"]), st.text(max_size=60))
def test_normal_is_stable(kind, raw):
    first = handles.normal(kind, raw, "GB")
    assert handles.normal(*first, "GB") == first
