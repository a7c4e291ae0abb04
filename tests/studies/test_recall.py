"""Estimates from a coded sample: on hand-counted rows, and held against the truth over many draws."""

import numpy as np
import pandas as pd
import pytest

from analysis.review import stopping
from analysis.studies import coding, prevalence, recall


def coded(n: int = 100) -> pd.DataFrame:
    """Two strata: 40 of 400 called personal, 60 of 600 called business; of these 4 and 54 are business."""
    place = np.arange(n)
    said = place >= 40
    truth = np.where(said, place < 94, place < 4).astype(float)
    return pd.DataFrame({"message_id": [f"m{k}" for k in place], "thread_id": [f"t{k % 20}" for k in place], "said": said,
                         "truth": truth, "chance": 0.1, "batch": "B1", "stratum": np.where(said, "high", "low"),
                         "score": np.where(said, 0.9, 0.2)})  # fmt: skip


def test_estimates_are_weighted_counts() -> None:
    table = recall.estimates(coded(), resamples=200).set_index("measure")
    assert table.value.round(4).to_dict() == {
        "precision": 0.9,
        "recall": round(54 / 58, 4),
        "elusion": 0.1,
        "prevalence": 0.58,
    }
    assert ((table.low <= table.value) & (table.value <= table.high)).all()
    low = coded().assign(chance=lambda rows: np.where(rows.said, 0.1, 0.01))  # each missed one stands for a hundred
    assert recall.estimates(low).set_index("measure").value["recall"] == pytest.approx(540 / (540 + 400))


def test_only_random_draws_count_and_too_few_say_nothing() -> None:
    few = coded().assign(chance=lambda rows: rows.chance.where(rows.index < 30))
    assert recall.estimates(few).value.isna().all() and "Cannot tell: 30" in recall.sentence(few)
    assert np.isnan(recall.least(few))


def test_the_bound_is_under_the_estimate_and_said_plainly() -> None:
    bound = recall.least(coded())
    assert 0.7 < bound < 54 / 58
    assert f"at least {bound:.0%}" in recall.sentence(coded())


def test_stated_bounds_cover_the_truth() -> None:
    random, held = np.random.default_rng(1), 0
    said, chance = random.random(5000) < 0.6, np.where(random.random(5000) < 2, 0.03, 0)
    truth = np.where(said, random.random(5000) < 0.9, random.random(5000) < 0.05)
    real = (truth & said).sum() / truth.sum()
    for _ in range(60):
        drawn = np.concatenate(
            [random.choice(np.flatnonzero(said == side), 75, replace=False) for side in (True, False)]
        )
        sizes = np.where(said[drawn], 75 / said.sum(), 75 / (~said).sum())
        rows = pd.DataFrame({"thread_id": [f"t{k}" for k in drawn], "said": said[drawn], "truth": truth[drawn].astype(float),
                             "chance": sizes, "batch": "B", "stratum": np.where(said[drawn], "a", "b")})  # fmt: skip
        held += recall.least(rows) <= real
    assert held >= 55 and chance.any()


def test_prevalence_is_freed_of_error() -> None:
    rows = recall.drawn(coded())
    assert prevalence.corrected(0.6, rows).value == pytest.approx(0.58)  # the sample's own share: nothing is lost
    powered = prevalence.prediction_powered(0.62, rows)
    assert (
        powered.value == pytest.approx(0.62 + 0.58 - rows.score.mean()) and powered.low < powered.value < powered.high
    )
    assert prevalence.prediction_powered(0.5, rows.iloc[:0]).n == 0


def test_the_captured_share_is_freed_of_the_errors_of_the_labels() -> None:
    rows = recall.drawn(coded().assign(held=lambda rows: (rows.index % 10 == 0).astype(float)))
    mean, both = rows.score.mean(), (rows.score * rows.held).mean()
    found = prevalence.part_powered(both, mean, rows, resamples=200)
    assert found.value == pytest.approx((rows.truth * rows.held).sum() / rows.truth.sum())  # the sample is everything
    assert found.low < found.value < found.high and found.n == 100
    assert prevalence.part_powered(both + 0.1, mean, rows).value == pytest.approx(found.value + 0.1 / 0.58)


def test_kappa_and_disagreements() -> None:
    one, other = ["business"] * 3 + ["personal"], ["business"] * 2 + ["personal"] * 2
    rows = [
        (f"m{k}", f"t{k}", coder, label)
        for coder, labels in (("A", one), ("B", other))
        for k, label in enumerate(labels)
    ]
    judged = pd.DataFrame(rows, columns=["message_id", "thread_id", "coder", "label"])
    table = coding.agreement(judged, resamples=50)
    assert table.kappa[0] == pytest.approx(0.5) and table.n_differ[0] == 1
    assert coding.disagreements(judged).message_id.tolist() == ["m2"]


def test_stopping_rules() -> None:
    assert stopping.needed(10, 0.8) is None  # ten cannot certify: 0.8 ** 10 is above one in twenty
    assert stopping.needed(14, 0.8) == 14 and stopping.needed(30, 0.8) == 28
    assert stopping.quantile(range(10, 150, 10), 0.8) == 140 and stopping.quantile([1, 2], 0.8) is None
    bent = [True] * 200 + [False] * 2000
    assert 1000 <= (stopping.knee(bent) or 0) < 1200 and stopping.knee([True, False] * 1500) is None
    assert stopping.budget(80, 100) == 75 and stopping.budget(70, 100) is None
