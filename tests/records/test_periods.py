"""Spans of days as people write them; each line can be read on a calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.records.periods import first_day, period

RECEIVED = date(2020, 11, 9)
CASES = [
    ("All that mentions X, from 2020-01-17 to 2020-06-15", "2020-01-17", "2020-06-15"),
    ("emails about X between March and June 2020", "2020-03-01", "2020-06-30"),
    ("emails about X between 1 March and 30 June 2020.", "2020-03-01", "2020-06-30"),
    ("messages since March 2020 about gowns", "2020-03-01", "2020-11-09"),
    ("anything after 3 May 2020 on X", "2020-05-04", "2020-11-09"),
    ("texts between 01/02/2020 and 30/04/2020 regarding X", "2020-02-01", "2020-04-30"),
    ("all emails from 17th January 2020 to date about X", "2020-01-17", "2020-11-09"),
    ("WhatsApp messages in the last six months about X", "2020-05-09", "2020-11-09"),
    ("emails during the first quarter of 2020 about X", "2020-01-01", "2020-03-31"),
    ("emails from January 17, 2020 to March 3, 2020", "2020-01-17", "2020-03-03"),
    ("emails prior to 1 June 2020 about X", None, "2020-05-31"),
    ("between November and February 2020 about X", "2019-11-01", "2020-02-29"),
    ("emails from May to July 2020 about Y", "2020-05-01", "2020-07-31"),
    ("in the week beginning 6 April 2020", "2020-04-06", "2020-04-12"),
    ("from 1 to 14 May 2020 about X", "2020-05-01", "2020-05-14"),
    ("up to and including 15 June 2020", None, "2020-06-15"),
    ("from 2 March 2020 to 4 January 2022", "2020-03-02", "2020-11-09"),  # what came later was not held
    ("messages about Dame May Smith", None, "2020-11-09"),
    ("all about the March contract", None, "2020-11-09"),
]


@pytest.mark.parametrize(("scope", "first", "last"), CASES)
def test_days_of_a_scope(scope, first, last):
    found = period(scope, RECEIVED)
    assert (found.first_on and str(found.first_on), str(found.last_on)) == (first, last)


def test_the_rest_keeps_the_subject():
    assert "mentions X" in period(CASES[0][0], RECEIVED).rest
    assert "2020" not in period(CASES[0][0], RECEIVED).rest


@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.dates(date(2000, 1, 1), date(2030, 12, 31)))
def test_any_two_days_come_back(one, two):
    first, last = sorted((one, two))
    for shape in ("%Y-%m-%d", "%d/%m/%Y", "%d %B %Y"):
        found = period(f"all emails from {first:{shape}} to {last:{shape}} about X", date(2031, 1, 1))
        assert (found.first_on, found.last_on) == (first, last)


@given(st.text())
def test_any_text_is_read_without_failing(text):
    assert period(text, RECEIVED).last_on <= RECEIVED


def test_first_day():
    assert first_day("2018-06-04 v1.2") == date(2018, 6, 4)
    assert first_day("in force from 4 June 2018") == date(2018, 6, 4)
    assert first_day("version of 20200921") == date(2020, 9, 21)
    assert first_day("March 2020") is None
