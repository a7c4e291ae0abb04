"""Wall times to UTC: fold, gap, embedded."""

import pandas as pd
import pytest

from analysis.intake import times


def run(texts, embedded=False, line=None, settled=None, zone="Europe/London"):
    at = pd.Series(pd.to_datetime(texts)).astype("datetime64[us]")
    n = len(at)
    return times.to_utc(
        at,
        pd.Series([embedded] * n),
        zone,
        pd.Series(line or ["a"] * n),
        pd.Series(settled or [True] * n),
    )


def text(utc):
    return [None if pd.isna(value) else value.strftime("%m-%d %H:%M") for value in utc]


def test_summer_winter_absent():
    utc, fold, shifted = run(["2020-07-01 12:00", None, "2020-01-01 12:00"])
    assert text(utc) == ["07-01 11:00", None, "01-01 12:00"]
    assert str(utc.dtype) == "datetime64[us, UTC]"
    assert not fold.any()
    assert not shifted.any()


def test_doubled_hour_first_unless_order_proves_second():
    utc, fold, _ = run(["2020-10-25 01:10", "2020-10-25 01:50", "2020-10-25 01:05", "2020-10-25 01:40"])
    assert text(utc) == ["10-25 00:10", "10-25 00:50", "10-25 01:05", "10-25 01:40"]
    assert fold.all()


def test_doubled_hour_other_thread_and_suspect_line_prove_nothing():
    utc, _, _ = run(["2020-10-25 01:50", "2020-10-25 01:05"], line=["a", "b"])
    assert text(utc) == ["10-25 00:50", "10-25 00:05"]
    utc, _, _ = run(["2020-10-25 01:50", "2020-10-25 01:05"], settled=[True, False])
    assert text(utc) == ["10-25 00:50", "10-25 00:05"]


def test_skipped_hour_is_moved_and_said():
    utc, fold, shifted = run(["2020-03-29 01:30", "2020-03-29 02:30"])
    assert text(utc) == ["03-29 01:30", "03-29 01:30"]
    assert shifted.tolist() == [True, False]
    assert not fold.any()


def test_embedded_stays():
    utc, fold, _ = run(["2020-10-25 01:30"], embedded=True)
    assert text(utc) == ["10-25 01:30"]
    assert not fold.any()


@pytest.mark.parametrize(
    ("zone", "there"), [("Europe/London", True), ("Mars/Base", False), ("../etc/passwd", False), ("", False)]
)
def test_known(zone, there):
    assert times.known(zone) is there
