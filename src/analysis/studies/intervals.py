"""Intervals for shares: binomial for independent cases, bootstrap over clusters for messages of one conversation."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.remembered import remembered

SEED = 20220711
"""Every resampling starts here, so that a re-run gives the same interval."""
CELLS = 200_000
"""Draws held at once: what fits the processor's cache."""


class Interval(NamedTuple):
    """Two ends of an interval and its confidence level; NaN ends when there is nothing to estimate from."""

    low: float
    high: float
    level: float


def wilson(n: int, of: int, level: float = 0.95) -> Interval:
    """Score interval of a share n/of.

    (p + z²/2N ± z sqrt(p(1-p)/N + z²/4N²)) / (1 + z²/N) with p = n/N; good coverage even for few cases.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22, 209-212.
    Brown, Cai, DasGupta (2001). Interval estimation for a binomial proportion. Statistical Science 16, 101-133.
    """
    if of == 0:
        return Interval(float("nan"), float("nan"), level)
    from scipy.special import ndtri

    z, share = float(ndtri((1 + level) / 2)), n / of
    centre = share + z * z / (2 * of)
    half = z * (share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5
    scale = 1 + z * z / of
    return Interval(max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale), level)


def clopper_pearson(n: int, of: int, level: float = 0.95) -> Interval:
    """Exact interval of a share n/of: never covers less often than `level`, wider than Wilson's.

    Ends are the beta quantiles B(α/2; n, N-n+1) and B(1-α/2; n+1, N-n).

    References
    ----------
    Clopper, C. J., Pearson, E. S. (1934). The use of confidence or fiducial limits. Biometrika 26, 404-413.
    """
    if of == 0:
        return Interval(float("nan"), float("nan"), level)
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = float(betaincinv(n, of - n + 1, tail)) if n else 0.0
    high = float(betaincinv(n + 1, of - n, 1 - tail)) if n < of else 1.0
    return Interval(low, high, level)


@remembered
def cluster_bootstrap(
    n: ArrayLike, of: ArrayLike, level: float = 0.95, resamples: int = 1000, seed: int = SEED
) -> Interval:
    """Percentile interval of sum(n)/sum(of) when whole clusters (threads) are drawn again with replacement.

    Messages of one conversation stand or fall together, so the conversation is the unit that is resampled. With one
    cluster there is nothing to resample: the ends are NaN. With fewer than ten the interval is rough, and too narrow.

    References
    ----------
    Davison, A. C., Hinkley, D. V. (1997). Bootstrap Methods and their Application, section 3.8.
    """
    counts, sizes = np.asarray(n, dtype=float), np.asarray(of, dtype=float)
    if len(sizes) < 2 or sizes.sum() == 0:
        return Interval(float("nan"), float("nan"), level)
    random, shares, at_once = np.random.default_rng(seed), np.empty(resamples), max(1, CELLS // len(sizes))
    for done in range(0, resamples, at_once):
        drawn = random.integers(0, len(sizes), (min(at_once, resamples - done), len(sizes)))
        totals = sizes[drawn].sum(axis=1)
        with np.errstate(invalid="ignore"):
            shares[done : done + at_once] = np.where(totals, counts[drawn].sum(axis=1) / totals, np.nan)
    low, high = np.nanquantile(shares, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), level)


def resampled(
    sums: ArrayLike,
    statistic: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    level: float = 0.95,
    resamples: int = 1000,
) -> Interval:
    """Percentile interval of any statistic of sums over clusters, when whole clusters are drawn again.

    `sums` has a row a cluster (thread); `statistic` takes rows of totals and gives a number for each. What
    `cluster_bootstrap` says of few clusters holds here too.
    """
    table = np.asarray(sums, dtype=float)
    if len(table) < 2:
        return Interval(float("nan"), float("nan"), level)
    random = np.random.default_rng(SEED)
    drawn = random.multinomial(len(table), np.full(len(table), 1 / len(table)), resamples)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = statistic(drawn @ table)
    if not np.isfinite(values).any():
        return Interval(float("nan"), float("nan"), level)
    low, high = np.nanquantile(values[np.isfinite(values)], [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), level)


def adjusted(p: ArrayLike) -> np.ndarray:
    """P-values of several tests as q-values: reporting those under q keeps the expected share of false ones under q.

    Absent p-values (NaN) stay absent and do not count as tests.

    References
    ----------
    Benjamini, Hochberg (1995). Controlling the false discovery rate. J. R. Statist. Soc. B 57, 289-300.
    """
    values = np.asarray(p, dtype=float)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(-values[known], kind="stable")]  # largest first
    scaled = values[order] * len(order) / np.arange(len(order), 0, -1)
    q = np.full(len(values), np.nan)
    q[order] = np.minimum(1, np.minimum.accumulate(scaled))
    return q
