"""Working days counted on a calendar."""

from datetime import date

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analysis.records import workdays
from analysis.studies import requests


def test_a_holiday_of_any_part_of_the_kingdom_does_not_count():
    # 30 November 2020 is a bank holiday in Scotland alone, 13 July 2020 in Northern Ireland alone
    assert workdays.due(date(2020, 11, 9), 20) == date(2020, 12, 8)
    assert workdays.due(date(2020, 6, 15), 20) == date(2020, 7, 14)
    assert workdays.due(date(2020, 11, 9), 20, "IE") == date(2020, 12, 7)


def test_day_one_is_the_next_working_day():
    assert workdays.taken(date(2020, 6, 15), date(2020, 6, 16)) == 1
    assert workdays.taken(date(2020, 6, 12), date(2020, 6, 15)) == 1  # Friday to Monday
    assert workdays.due(date(2020, 6, 13), 1) == date(2020, 6, 15)  # received on a Saturday


@given(st.dates(date(2015, 1, 1), date(2030, 1, 1)), st.integers(1, 60))
def test_what_falls_due_took_as_long_as_allowed(received, days):
    assert workdays.taken(received, workdays.due(received, days)) == days


def row(**values):
    names = ("ref", "received_on", "closed_on", "outcome", "scope_text", "searched", "reviewed_on")
    return dict.fromkeys(names, "") | {"ref": "R", "received_on": "2020-06-15"} | values


def timed(*rows):
    return requests.timing(pd.DataFrame(list(rows)).fillna(""), "GB", date(2021, 7, 31))


def test_in_time_late_open_and_unknown():
    told = timed(row(closed_on="2020-07-14"), row(closed_on="2020-07-15"), row(), row(received_on=""))
    assert told.in_time.tolist()[:3] == [True, False, False] and pd.isna(told.in_time[3])
    assert told.days.tolist()[:2] == [20, 21]


def test_extension_clarification_and_regime():
    told = timed(row(closed_on="2020-07-20", extended_to="2020-07-31"), row(closed_on="2020-07-20", clarified_on="2020-06-29"),
                 row(closed_on="2020-08-31", regime="EIR", extended_to="2020-12-31"))  # fmt: skip
    assert told.in_time.tolist() == [True, True, False]  # the environmental limit is 40 days whatever the register says
    assert told.regime.tolist() == ["FOI", "FOI", "EIR"]
    assert requests.regime(row(ref="EIR-7")) == "EIR"


def test_review():
    told = timed(row(review_asked_on="2020-07-01", reviewed_on="2020-07-20"), row(reviewed_on="2020-07-20"))
    assert "in time" in told.notes[0] and "not recorded" in told.notes[1]
