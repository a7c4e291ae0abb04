"""How much of something there is, when a model labels all of it with errors and people have coded a part.

`labelled` gives the model's word on everything, `coded` a random sample with the truth (columns as in `recall.drawn`).
Both corrections rest on the sample: without one, a model's share is not an estimate of anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.studies.intervals import Interval, resampled
from analysis.studies.recall import LEAST

Measure = Callable[[np.ndarray], np.ndarray]


class Prevalence(NamedTuple):
    """An estimated share with its interval, from `n` coded messages; NaN when it cannot be estimated."""

    value: float
    low: float
    high: float
    n: int


def corrected(share_said: float, rows: pd.DataFrame, level: float = 0.95, resamples: int = 1000) -> Prevalence:
    """A model's share freed of its error rates, (p + sp - 1) / (se + sp - 1), these from the sample (`recall.drawn`).

    Kept within 0 and 1; NaN where the model tells nothing apart. The interval draws the sample's threads again.

    References
    ----------
    Rogan, W. J., Gladen, B. (1978). Estimating prevalence from the results of a screening test. Am. J. Epidemiol. 107.
    """

    def shares(sums: np.ndarray) -> np.ndarray:
        hits, misses, false, right = sums.T
        gain = hits / (hits + misses) + right / (right + false) - 1
        freed: np.ndarray = np.clip((share_said + right / (right + false) - 1) / np.where(gain > 0, gain, np.nan), 0, 1)
        return freed

    truth, said, weight = (rows[name].to_numpy(float) for name in ("truth", "said", "weight"))
    parts = [truth * said, truth * (1 - said), (1 - truth) * said, (1 - truth) * (1 - said)]
    return _estimate(np.column_stack(parts) * weight[:, None], rows, shares, level, resamples)


def prediction_powered(mean_score: float, rows: pd.DataFrame, level: float = 0.95, resamples: int = 1000) -> Prevalence:
    """The mean score of everything plus what the sample says the scores get wrong on average, kept within 0 and 1.

    Right whatever the scores are worth; the better they are, the narrower the interval. Threads are drawn again.

    References
    ----------
    Angelopoulos, A. N. et al. (2023). Prediction-powered inference. Science 382, 669-674.
    """

    def shares(sums: np.ndarray) -> np.ndarray:
        return np.asarray(np.clip(mean_score + sums[:, 0] / sums[:, 1], 0, 1))

    weight = rows["weight"].to_numpy(float)
    wrong = (rows["truth"].to_numpy(float) - rows["score"].to_numpy(float)) * weight
    return _estimate(np.column_stack([wrong, weight]), rows, shares, level, resamples)


def part_powered(
    mean_both: float, mean_score: float, rows: pd.DataFrame, level: float = 0.95, resamples: int = 1000
) -> Prevalence:
    """The share of business that has a further trait, `held` (0, 1) of `rows`, known of every message without error.

    Both counts corrected as in `prediction_powered`; `mean_both` is the mean of score times trait over everything.
    """

    def shares(sums: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            found = (mean_both + sums[:, 0] / sums[:, 2]) / (mean_score + sums[:, 1] / sums[:, 2])
        return np.asarray(np.clip(found, 0, 1))

    weight = rows["weight"].to_numpy(float)
    wrong = (rows["truth"].to_numpy(float) - rows["score"].to_numpy(float)) * weight
    parts = np.column_stack([wrong * rows["held"].to_numpy(float), wrong, weight])
    return _estimate(parts, rows, shares, level, resamples)


def _estimate(parts: np.ndarray, rows: pd.DataFrame, measure: Measure, level: float, resamples: int) -> Prevalence:
    sums = pd.DataFrame(parts).groupby(rows["thread_id"].to_numpy()).sum().to_numpy()
    if not len(sums):
        return Prevalence(float("nan"), float("nan"), float("nan"), 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = float(measure(sums.sum(axis=0, keepdims=True))[0])
    ends: Interval = resampled(sums, measure, level, resamples)
    return Prevalence(value, ends.low, ends.high, len(rows))


def compared(
    labelled: pd.DataFrame, rows: pd.DataFrame, level: float = 0.95, resamples: int = 1000, fewest: float = LEAST
) -> pd.DataFrame:
    """A row is a way to count: `estimate`, `share`, `low`, `high`, `n_coded`.

    `labelled` has `said`, `n_messages` and `score_sum` (relation `business`), `rows` are those of `recall.drawn`. The
    model's own share has no interval: it is no estimate. With fewer than
    `fewest` coded messages it stands alone.
    """
    total = int(labelled["n_messages"].sum())
    nothing = float("nan")
    own = float(labelled.loc[labelled["said"].astype(bool), "n_messages"].sum()) / total if total else nothing
    found = [("the model's own share, errors and all", Prevalence(own, nothing, nothing, 0))]
    if len(rows) >= fewest and total:
        found.append(("corrected for its error rates (Rogan-Gladen)", corrected(own, rows, level, resamples)))
        mean = float(labelled["score_sum"].sum()) / total
        found.append(
            ("scores corrected by the sample (prediction-powered)", prediction_powered(mean, rows, level, resamples))
        )
    return pd.DataFrame([(name, *one) for name, one in found], columns=["estimate", "share", "low", "high", "n_coded"])
