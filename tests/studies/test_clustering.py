"""Happenings planted after dates are seen to crowd there; happenings at random are not."""

import numpy as np
import pandas as pd
import pytest

from analysis.studies.clustering import clustering
from analysis.studies.intervals import adjusted

SINCE, UNTIL = pd.Timestamp("2020-01-01", tz="UTC"), pd.Timestamp("2021-07-01", tz="UTC")
MARKS = [pd.Timestamp(day, tz="UTC") for day in ("2020-04-07", "2020-08-18", "2020-12-02", "2021-03-11")]


def spread(n, seed):
    days = np.random.default_rng(seed).integers(0, (UNTIL - SINCE).days, n)
    return [SINCE + pd.Timedelta(int(day), "D") for day in days]


def test_happenings_after_dates_crowd():
    planted = [mark + pd.Timedelta(day, "D") for mark in MARKS for day in range(0, 20, 2)]
    found = clustering([*planted, *spread(40, 1)], MARKS, since=SINCE, until=UNTIL)
    assert found.p < 0.01
    assert found.ratio > 2 and 1 < found.low < found.ratio < found.high
    assert found.n_after + found.n_else == 80 and found.exposure_after == 120


def test_random_happenings_do_not():
    low = [clustering(spread(60, seed), MARKS, since=SINCE, until=UNTIL, permutations=400).p for seed in range(40)]
    assert sum(p <= 0.05 for p in low) <= 5
    assert max(low) > 0.5


def test_busy_times_are_not_crowds_when_exposure_is_known():
    busy = [mark + pd.Timedelta(hour, "h") for mark in MARKS for hour in range(0, 24 * 25, 4)]
    exposed = [*busy, *spread(150, 2)]
    per_day = clustering(exposed[::5], MARKS, since=SINCE, until=UNTIL, permutations=500)
    per_chance = clustering(exposed[::5], MARKS, since=SINCE, until=UNTIL, exposed=exposed, permutations=500)
    assert per_day.p < 0.01 < 0.05 < per_chance.p
    assert per_chance.ratio == pytest.approx(1, abs=0.2)


def test_the_same_seed_gives_the_same_numbers_and_too_little_gives_none():
    few = clustering(spread(3, 1), MARKS, since=SINCE, until=UNTIL)
    assert np.isnan(few.p) and np.isnan(few.ratio) and few.n_after + few.n_else == 3
    assert np.isnan(clustering(spread(50, 1), [], since=SINCE, until=UNTIL).p)
    assert np.isnan(clustering(spread(50, 1), spread(200, 3), since=SINCE, until=UNTIL).p)
    once, again = (clustering(spread(50, 1), MARKS, since=SINCE, until=UNTIL, permutations=100) for _ in range(2))
    assert once == again


def test_q_values_by_hand():
    assert adjusted([0.01, 0.04, 0.03, np.nan, 0.5]) == pytest.approx(
        [0.04, 0.16 / 3, 0.16 / 3, np.nan, 0.5], nan_ok=True
    )
    assert adjusted([]).tolist() == []
