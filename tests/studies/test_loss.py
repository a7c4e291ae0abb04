"""Loss against what others hold; Chapman's total."""

import math

import pandas as pd
import pytest

from analysis.studies import loss

HELD = pd.DataFrame(
    [("t1", "C1", 10, 8, 1, 0, 1), ("t2", "C1", 10, 10, 0, 0, 0), ("t1", "C2", 5, 5, 0, 0, 0)],
    columns=["thread_id", "custodian_id", "n_expected", "n_held", "n_deleted", "n_timer", "n_unexplained"],
)


def test_loss_by_custodian_and_overall():
    rows = loss.loss(HELD, resamples=200).set_index("custodian_id")
    assert rows.loc["C1", ["expected", "lost", "threads", "n_deleted", "n_unexplained"]].tolist() == [20, 2, 2, 1, 1]
    assert rows.loc["C1", "share"] == pytest.approx(0.1)
    assert rows.loc["C1", ["low", "high"]].tolist() == pytest.approx([0, 0.2])
    assert math.isnan(rows.loc["C2", "low"])  # a single thread
    assert loss.overall(HELD, resamples=200)[:2] == (2, 25)


def test_chapman_on_a_textbook_case():
    # Seber (1982) section 3.1: n1 = 200, n2 = 200, m = 40 -> N = 201 * 201 / 41 - 1
    estimate = loss.chapman(200, 200, 40)
    assert estimate.total == pytest.approx(201 * 201 / 41 - 1)
    assert estimate.error == pytest.approx((201 * 201 * 160 * 160 / (41**2 * 42)) ** 0.5)
    assert estimate.low < estimate.total < estimate.high


def test_identical_lists_estimate_nothing_unseen():
    assert loss.chapman(9, 9, 9)[:4] == (9, 0, 9, 9)


def test_total_takes_the_two_fullest_lists_of_each_thread():
    copies = pd.DataFrame(
        [("t1", "A", "B", 9, 9, 9), ("t1", "A", "C", 9, 2, 2), ("t2", "A", "B", 4, 4, 0), ("t3", "A", "B", 4, 3, 2)],
        columns=["thread_id", "custodian_a", "custodian_b", "n_a", "n_b", "n_both"],
    )
    none = pd.DataFrame(columns=["thread_id", *(f"n_{k}" for k in range(1, 8))])
    threads = loss.by_thread(copies, none)
    assert threads[["thread_id", "lists", "seen"]].to_numpy().tolist() == [["t1", 2, 9], ["t3", 2, 5]]
    estimate, ends = loss.total(threads, resamples=200)
    assert estimate == pytest.approx(9 + (5 * 4 / 3 - 1))
    assert 14 <= ends.low <= estimate <= ends.high
    pairs = loss.pairs(copies)
    assert pairs[["custodian_a", "custodian_b", "seen"]].to_numpy().tolist() == [
        ["A", "B", 17 + 16 - 11],
        ["A", "C", 9],
    ]
    assert pairs.lost_b.tolist() == [6, 7]


def test_three_lists_on_a_textbook_case():
    # Three lists that do not depend on each other: 1000 messages, each kept with probability 0.5, 0.6, 0.7.
    keep = (0.5, 0.6, 0.7)
    counts = [round(1000 * math.prod(p if k >> i & 1 else 1 - p for i, p in enumerate(keep))) for k in range(1, 8)]
    unseen, model = loss.loglinear(counts)
    assert (model, unseen) == ("independent", pytest.approx(60, abs=1))


def test_two_lists_that_lose_the_same_messages_are_told_by_the_third():
    # The first two share a clear-out of half of all 1000; the third keeps 0.8 of everything, whatever they lost.
    lists = {0b011: 450, 0b001: 25, 0b010: 25, 0b000: 500}
    counts = [round(lists[k & 3] * (0.8 if k & 4 else 0.2)) for k in range(1, 8)]
    unseen, model = loss.loglinear(counts)
    assert "lists 1 and 2 depend" in model
    assert unseen == pytest.approx(100, rel=0.05)  # two lists alone would say about 1
    assert loss.chapman(475, 475, 450).total - 500 < 2


def test_lists_without_overlap_say_nothing():
    assert loss.loglinear([5, 5, 0, 5, 0, 0, 0]) is None


def test_no_shared_thread():
    empty = pd.DataFrame(columns=["thread_id", "custodian_a", "custodian_b", "n_a", "n_b", "n_both"]).astype(
        {"n_a": "int64", "n_b": "int64", "n_both": "int64"}
    )
    assert loss.total(loss.by_thread(empty, pd.DataFrame(columns=["thread_id"])))[0] == 0
    assert len(loss.pairs(empty)) == 0
