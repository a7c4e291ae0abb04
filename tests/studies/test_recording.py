"""Captured in time, conversations without footprint, moves, waits, and steps in weekly counts."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.studies import footprints, persistence, recording, switching

START = pd.Timestamp("2020-03-02 10:00", tz="UTC")


def cases(delays, business=True):
    rows = pd.DataFrame({"message_id": [f"m{i}" for i in range(len(delays))], "thread_id": [f"t{i % 3}" for i in range(len(delays))],
                         "channel": "sms", "sent_at": START, "letters": 40, "business": business, "exact_s": delays,
                         "likely_s": delays, "until_at": START + pd.Timedelta(days=100)})  # fmt: skip
    return recording.limits(recording.cases(rows), "Europe/London", "GB")


def test_shares_within_limits_and_working_days():
    found = cases([3600.0, 3 * 86400.0, 29 * 86400.0, 40 * 86400.0, np.nan, np.nan])
    shown = recording.shares(found, [], resamples=20).set_index("within")
    assert shown.n.tolist() == [1, 2, 3] and set(shown.of) == {6}  # 20 working days from 2 March end on 30 March


def test_curve_counts_the_censored_only_while_followed():
    found = cases([86400.0, np.nan, np.nan, np.nan])
    found.loc[1, "followed_s"] = 3600.0
    assert recording.curve(found).share.iloc[-1] == pytest.approx(1 / 3)


def test_unlabelled_all_stay_and_short_ones_go():
    rows = cases([1.0] * 5, business=None)
    assert len(rows) == 5 and recording.cases(rows.assign(letters=11)).empty


def test_footprints():
    threads = pd.DataFrame({"thread_id": list("abcd"), "n_labelled": 3, "n_business": [2, 2, 2, 1], "n_telling": [2, 2, 2, 0], "doubt": 0.1, "n_official": [0, 1, 0, 0],
                            "n_exact": [0, 0, 1, 0], "n_likely": [1, 0, 1, 0]})  # fmt: skip
    business = footprints.with_business(threads)
    assert (
        footprints.untouched(business).thread_id.tolist() == ["a"] and footprints.untouched(business, "n_likely").empty
    )
    assert footprints.with_business(threads.assign(doubt=[0.1, 0.1, 0.1, 0.2])).thread_id.tolist() == list("abcd")


def talk(rows):
    made = pd.DataFrame(rows, columns=["minute", "sender", "channel", "official"])
    return made.assign(tie="a|b", thread_id=made.channel, message_id=[f"m{i}" for i in range(len(made))],
                       sent_at=START + pd.to_timedelta(made.minute, unit="m"))  # fmt: skip


def test_moves_and_waits():
    rows = talk([(0, "a", "email", True), (30, "b", "sms", False), (40, "a", "sms", False), (3000, "b", "email", True)])
    assert switching.moves(rows)[["message_id", "kind"]].values.tolist() == [["m1", "to private"]]
    turns = switching.turns(rows, "Europe/London")
    assert turns[turns.channel == "sms"].waited_s.tolist() == [600.0, 2960 * 60]
    assert turns[turns.channel == "sms"].answered.tolist() == [True, False]
    assert switching.median(turns[turns.channel == "sms"]) == 10


def test_a_step_is_found_and_too_few_weeks_are_said():
    random = np.random.default_rng(1)
    index = pd.date_range("2020-01-06", periods=60, freq="7D")
    counts = pd.Series(random.poisson([40] * 30 + [20] * 30), index)
    found = persistence.step(counts, date(2020, 8, 3))
    assert found.low < 0.5 < found.high < 1 and persistence.reading(found) == "fell"
    assert persistence.reading(persistence.step(counts, date(2020, 1, 27))).startswith("cannot tell: fewer")
    assert "too few messages" in persistence.step(counts * 0, date(2020, 8, 3)).why


def test_no_step_is_seldom_taken_for_one():
    random, hits = np.random.default_rng(2), 0
    index = pd.date_range("2020-01-06", periods=80, freq="7D")
    for _ in range(40):
        counts = pd.Series(random.negative_binomial(5, 5 / (5 + 30), 80), index)
        hits += persistence.reading(persistence.step(counts, date(2020, 10, 5))) != "no change shown"
    assert hits <= 8
