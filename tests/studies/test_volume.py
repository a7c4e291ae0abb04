"""Hourly counts into local months, weekdays and stretches."""

import pandas as pd
import pytest

from analysis.studies import volume


def hours(*rows):
    frame = pd.DataFrame(rows, columns=["channel", "hour_at", "n_messages", "n_copies"])
    return frame.assign(hour_at=pd.to_datetime(frame.hour_at, utc=True))


HOURS = hours(
    ("whatsapp", "2020-03-31 23:00", 2, 4),  # 1 April 00:00 in London
    ("whatsapp", "2020-06-01 09:00", 1, 1),
    ("sms", "2020-04-04 10:00", 5, 5),  # a Saturday
)


def test_months_are_local_and_without_holes():
    months = volume.monthly(HOURS, "Europe/London")
    rows = months[months.channel == "whatsapp"]
    assert [f"{month:%Y-%m}" for month in rows.month_on] == ["2020-04", "2020-05", "2020-06"]
    assert rows.n_messages.tolist() == [2, 0, 1]
    assert rows.n_copies.tolist() == [4, 0, 1]
    assert months.n_messages.sum() == HOURS.n_messages.sum()


def test_rhythm_by_local_weekday_and_hour():
    square = volume.rhythm(HOURS, "Europe/London")
    assert square.shape == (7, 24)
    assert square.loc["Wed", 0] == 2
    assert square.loc["Sat", 11] == 5
    assert square.loc["Mon", 10] == 1


def test_totals():
    totals = volume.totals(HOURS, "Europe/London").set_index("channel")
    assert totals.loc["whatsapp", "office_share"] == pytest.approx(1 / 3)
    assert totals.loc["sms", "office_share"] == 0
    assert totals.loc["whatsapp", ["n_messages", "n_copies", "active_days"]].tolist() == [3, 5, 2]
    assert set(totals.days) == {62}


def test_persistence():
    lasting = volume.persistence(volume.monthly(HOURS, "Europe/London")).set_index("channel")
    assert lasting.loc["whatsapp", ["months", "active_months", "first_half", "second_half"]].tolist() == [3, 2, 2, 1]
    assert lasting.loc["sms", "share"] == pytest.approx(1 / 3)


def test_nothing_at_all():
    empty = hours().astype({"channel": "str", "n_messages": "int64", "n_copies": "int64"})
    assert len(volume.monthly(empty, "Europe/London")) == 0
    assert volume.rhythm(empty, "Europe/London").to_numpy().sum() == 0
    assert len(volume.totals(empty, "Europe/London")) == 0
    assert len(volume.persistence(volume.monthly(empty, "Europe/London"))) == 0
