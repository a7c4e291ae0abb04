"""How many messages one custodian lacks that another still holds, and how many nobody holds any more."""

from __future__ import annotations

import warnings
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.studies.intervals import Interval, cluster_bootstrap

PAIRS = ((0, 1), (0, 2), (1, 2))  # of three lists
MOST_UNSEEN = 10.0  # times what was seen: a model that says more rests on next to no overlap
THREADS = ["thread_id", "lists", "seen", "unseen", "model"]


class Estimate(NamedTuple):
    """An estimated total with its standard error and interval."""

    total: float
    error: float
    low: float
    high: float
    level: float


def loss(holdings: pd.DataFrame, level: float = 0.95, resamples: int = 1000) -> pd.DataFrame:
    r"""A row is a custodian: how many are lacking of the messages that others hold and this custodian received.

    L_A = |B \ A| / |B|, B being what all other custodians hold; `lost` / `expected` = `share`, with `low` and `high`
    from drawing threads again, and the lost ones apart: `n_deleted` (tombstone), `n_timer`, `n_unexplained`.
    Cannot show messages that every custodian lost: the share is a lower bound where all used the same timer.
    """
    rows = []
    for custodian, group in holdings.groupby("custodian_id", sort=True):
        lost, expected = group.n_expected - group.n_held, group.n_expected
        ends = cluster_bootstrap(lost, expected, level, resamples)
        counts = group[["n_deleted", "n_timer", "n_unexplained"]].sum()
        share = lost.sum() / expected.sum()
        rows.append((custodian, expected.sum(), lost.sum(), share, ends.low, ends.high, len(group), *counts))
    columns = "custodian_id expected lost share low high threads n_deleted n_timer n_unexplained".split()
    kinds = {name: "float64" if name in ("share", "low", "high") else "int64" for name in columns[1:]}
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def overall(holdings: pd.DataFrame, level: float = 0.95, resamples: int = 1000) -> tuple[int, int, Interval]:
    """Lacking and expected (message, custodian) pairs, and the interval of their ratio by drawing threads."""
    threads = holdings.groupby("thread_id", sort=True)[["n_expected", "n_held"]].sum()
    lost, expected = threads.n_expected - threads.n_held, threads.n_expected
    return int(lost.sum()), int(expected.sum()), cluster_bootstrap(lost, expected, level, resamples)


def chapman(n_a: int, n_b: int, n_both: int, level: float = 0.95) -> Estimate:
    """Total from two lists that overlap: N = (n_a + 1)(n_b + 1) / (n_both + 1) - 1.

    var N = (n_a + 1)(n_b + 1)(n_a - m)(n_b - m) / ((m + 1)² (m + 2)); the interval is normal and never goes below what
    was seen. **A lower bound**: when both holders lose the same messages (one timer, one clear-out, one "delete for
    everyone") the lists depend on each other and the formula says too little.

    References
    ----------
    Chapman, D. G. (1951). Some properties of the hypergeometric distribution. Univ. Calif. Publ. Statist. 1, 131-160.
    Seber, G. A. F. (1970). The effects of trap response on tag recapture estimates. Biometrics 26, 13-22.
    """
    from scipy.special import ndtri

    both = n_both + 1
    total = (n_a + 1) * (n_b + 1) / both - 1
    error = ((n_a + 1) * (n_b + 1) * (n_a - n_both) * (n_b - n_both) / (both**2 * (n_both + 2))) ** 0.5
    seen, half = n_a + n_b - n_both, float(ndtri((1 + level) / 2)) * error
    return Estimate(total, error, max(seen, total - half), max(seen, total + half), level)


def pairs(copies: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    r"""A row is two custodians: `seen` messages in the threads they share, and the estimated `total` with interval.

    `lost_a` = |B \ A|, `lost_b` = |A \ B|; `unseen` = total - seen. Pairs without any message in common are left out:
    two lists that never overlap say nothing about a total.
    """
    sums = copies.groupby(["custodian_a", "custodian_b"])[["n_a", "n_b", "n_both"]].sum().reset_index()
    sums = sums[sums.n_both > 0].reset_index(drop=True)
    made = [chapman(a, b, m, level) for a, b, m in zip(sums.n_a, sums.n_b, sums.n_both, strict=True)]
    total = pd.DataFrame(made, columns=list(Estimate._fields))
    sums = sums.assign(lost_a=sums.n_b - sums.n_both, lost_b=sums.n_a - sums.n_both)
    sums = sums.assign(seen=sums.n_a + sums.lost_a).join(total[["total", "low", "high"]])
    return sums.assign(unseen=sums.total - sums.seen)


def loglinear(counts: ArrayLike) -> tuple[float, str] | None:
    """Messages on none of three lists, and the model that says so, from how many are on each set of them.

    `counts[k - 1]` is the number on exactly those lists whose bits k has. Poisson models of the seven counts, from
    lists that do not depend on each other to two pairs that do; that of least AIC counts. None where two lists have
    nothing in common, or no model says a finite number. Three lists that all depend on each other still say too little.

    References
    ----------
    Fienberg, S. E. (1972). The multiple recapture census for closed populations and incomplete 2^k contingency tables.
    Biometrika 59, 591-603.
    """
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    seen = np.asarray(counts, dtype=float)
    on = np.array([[k >> bit & 1 for bit in range(3)] for k in range(1, 8)])
    if any(seen[(on[:, one] & on[:, other]) == 1].sum() == 0 for one, other in PAIRS):
        return None
    if seen[:-1].sum() == 0:
        return 0.0, "all three hold all"
    found = []
    for size in range(3):
        for chosen in combinations(PAIRS, size):
            columns = [np.ones(7), *on.T, *(on[:, one] * on[:, other] for one, other in chosen)]
            with warnings.catch_warnings(action="ignore", category=PerfectSeparationWarning):  # a perfect fit is one
                fitted = GLM(seen, np.column_stack(columns), family=Poisson()).fit()
            name = " and ".join(f"lists {one + 1} and {other + 1} depend" for one, other in chosen) or "independent"
            found.append((round(float(fitted.aic), 6), size, round(float(np.exp(fitted.params[0])), 6), name))
    sound = [one for one in found if one[2] <= MOST_UNSEEN * seen.sum()]
    return min(sound)[2:] if sound else None


def by_thread(copies: pd.DataFrame, triples: pd.DataFrame) -> pd.DataFrame:
    """A row is a thread that at least two custodians hold: `lists`, `seen` on them, `unseen` estimated, `model`.

    Three lists by `loglinear` where all three custodians received what the two fullest did, else Chapman's total of the
    two.
    """
    best = _fullest(copies)
    table: dict[str, tuple[int, int, float, str]] = {}
    for thread, a, b, both in best[["thread_id", "n_a", "n_b", "n_both"]].to_numpy().tolist():
        table[thread] = 2, a + b - both, chapman(a, b, both).total - (a + b - both), "Chapman"
    for thread, *counts in triples.to_numpy().tolist():
        if sum(counts) >= table.get(thread, (0, 0))[1] and (made := loglinear(counts)):
            table[thread] = 3, sum(counts), *made
    frame = pd.DataFrame([(one, *facts) for one, facts in sorted(table.items())], columns=THREADS)
    return frame.astype({"lists": "int64", "seen": "int64", "unseen": "float64"})


def _fullest(copies: pd.DataFrame) -> pd.DataFrame:
    """The two custodians of each thread who together hold most, of those with a message in common."""
    rows = copies[copies.n_both > 0].assign(size=lambda t: t.n_a + t.n_b)
    order = ["thread_id", "size", "custodian_a", "custodian_b"]
    return rows.sort_values(order, ascending=[True, False, True, True]).drop_duplicates("thread_id")


def total(threads: pd.DataFrame, level: float = 0.95, resamples: int = 1000) -> tuple[float, Interval]:
    """Messages there were, in threads that at least two custodians hold (`by_thread`), and the interval of that number.

    Threads are drawn again with replacement; the interval never goes below what was seen. A lower bound for the reason
    `chapman` gives.
    """
    seen = float(threads.seen.sum())
    ends = cluster_bootstrap(threads.unseen, threads.seen, level, resamples)
    return seen + float(threads.unseen.sum()), Interval(seen * (1 + ends.low), seen * (1 + ends.high), level)
