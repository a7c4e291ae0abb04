"""A rhythm explains its own quiet hours; a planted gap it does not, and others' copies fill it."""

import numpy as np
import pandas as pd
import pytest

from analysis.studies import silences
from analysis.studies.clustering import crowding

GRID = pd.date_range("2020-01-06", "2021-03-31 23:00", freq="h", tz="UTC")


def account(seed, gap=None, lacked=0, name="C1", pace=0.06):
    dice = np.random.default_rng(seed)
    busy = (GRID.hour > 8) & (GRID.hour < 19) & (GRID.day_of_week < 5)
    mood = np.repeat(dice.gamma(4, 1 / 4, len(GRID) // 168 + 1), 168)[: len(GRID)]
    rows = pd.DataFrame({"hour_at": GRID, "n_held": dice.poisson(pace * (0.1 + busy) * mood), "n_lacked": 0})
    if gap:
        inside = (rows.hour_at > pd.Timestamp(gap[0], tz="UTC")) & (rows.hour_at < pd.Timestamp(gap[1], tz="UTC"))
        rows.loc[inside, "n_lacked"] = rows.n_held[inside].clip(upper=lacked)
        rows.loc[inside, "n_held"] = 0
    rows = rows[rows.n_held + rows.n_lacked > 0]
    return rows.assign(custodian_id=name, channel="whatsapp")


def test_a_planted_gap_is_found_and_corroborated():
    quiet = account(1, ("2020-07-01", "2020-08-20"), lacked=1)
    found = silences.silences(pd.concat([quiet, account(2, name="C2")]), "Europe/London", 400)
    first = found.iloc[0]
    assert first.custodian_id == "C1" and first.p < 0.02 and first.n_lacked > 5
    assert pd.Timestamp("2020-06-20", tz="UTC") < first.from_at < pd.Timestamp("2020-07-02", tz="UTC")
    assert first["days"] >= 49 and first.expected > 5
    assert (found[found.custodian_id == "C2"].q > 0.05).all()


def test_accounts_with_nothing_wrong_are_seldom_called():
    worst = [silences.silences(account(seed), "UTC", 200).p.min() for seed in range(20)]
    assert sum(p < 0.05 for p in worst) <= 4 and max(worst) > 0.4


def test_few_occasions_are_no_rhythm_and_give_the_same_again():
    assert silences.silences(account(3, pace=0.001), "UTC", 50).empty
    assert silences.tested(pd.concat([account(3, pace=0.001), account(4, name="C2")])) == (1, 2)
    assert silences.tested(account(3).head(0)) == (0, 0)
    rows = account(5)
    assert silences.silences(rows, "UTC", 50).equals(silences.silences(rows.iloc[::-1], "UTC", 50))


def test_messages_lacking_after_a_date_crowd_there():
    rows = account(6, ("2020-07-01", "2020-07-25"), lacked=1)
    marks = pd.DataFrame({"kind": ["notice", "role"], "at": [pd.Timestamp("2020-07-01", tz="UTC")] * 2,
                          "custodian_id": ["", "C9"], "note": ""})  # fmt: skip
    crowded = crowding(rows, marks).set_index("days")
    assert list(crowded.index) == ["after", "before"]  # nobody is C9
    assert crowded.loc["after", "ratio"] > 10 and crowded.loc["after", "p"] < 0.1
    assert crowded.loc["before", "n_after"] == 0
    assert crowded.loc["after", "q"] == pytest.approx(min(1, 2 * crowded.loc["after", "p"]))
