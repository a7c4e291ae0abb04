"""How many messages one custodian lacks that another still holds, and how many nobody holds any more."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from analysis.studies.intervals import SEED, Interval, cluster_bootstrap


class Estimate(NamedTuple):
    """An estimated total with its standard error and interval."""

    total: float
    error: float
    low: float
    high: float
    level: float


def loss(holdings: pd.DataFrame, level: float = 0.95, resamples: int = 1000, seed: int = SEED) -> pd.DataFrame:
    r"""A row is a custodian: how many are lacking of the messages that others hold and this custodian received.

    L_A = |B \ A| / |B|, B being what all other custodians hold; `lost` / `expected` = `share`, with `low` and `high`
    from drawing threads again, and the lost ones apart: `n_deleted` (tombstone), `n_timer`, `n_unexplained`.
    Cannot show messages that every custodian lost: the share is a lower bound where all used the same timer.
    """
    rows = []
    for custodian, group in holdings.groupby("custodian_id", sort=True):
        lost, expected = group.n_expected - group.n_held, group.n_expected
        ends = cluster_bootstrap(lost, expected, level, resamples, seed)
        rows.append(
            {
                "custodian_id": custodian,
                "expected": int(expected.sum()),
                "lost": int(lost.sum()),
                "share": lost.sum() / expected.sum(),
                "low": ends.low,
                "high": ends.high,
                "threads": len(group),
                "n_deleted": int(group.n_deleted.sum()),
                "n_timer": int(group.n_timer.sum()),
                "n_unexplained": int(group.n_unexplained.sum()),
            }
        )
    columns = [
        "custodian_id",
        "expected",
        "lost",
        "share",
        "low",
        "high",
        "threads",
        "n_deleted",
        "n_timer",
        "n_unexplained",
    ]
    kinds = {name: "float64" if name in ("share", "low", "high") else "int64" for name in columns[1:]}
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def overall(
    holdings: pd.DataFrame, level: float = 0.95, resamples: int = 1000, seed: int = SEED
) -> tuple[int, int, Interval]:
    """Lacking and expected (message, custodian) pairs, and the interval of their ratio by drawing threads."""
    threads = holdings.groupby("thread_id", sort=True)[["n_expected", "n_held"]].sum()
    lost = threads.n_expected - threads.n_held
    return (
        int(lost.sum()),
        int(threads.n_expected.sum()),
        cluster_bootstrap(lost, threads.n_expected, level, resamples, seed),
    )


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
    seen = sums.n_a + sums.n_b - sums.n_both
    frame = pd.DataFrame(made, columns=list(Estimate._fields))
    extra = {
        "lost_a": sums.n_b - sums.n_both,
        "lost_b": sums.n_a - sums.n_both,
        "seen": seen,
        "total": frame.total,
        "low": frame.low,
        "high": frame.high,
        "unseen": frame.total - seen,
    }
    return sums.assign(**extra)


def _fullest(copies: pd.DataFrame) -> pd.DataFrame:
    """The two custodians of each thread who together hold most, of those with a message in common."""
    rows = copies[copies.n_both > 0].assign(size=lambda t: t.n_a + t.n_b)
    order = ["thread_id", "size", "custodian_a", "custodian_b"]
    return rows.sort_values(order, ascending=[True, False, True, True]).drop_duplicates("thread_id")


def seen(copies: pd.DataFrame) -> int:
    """Messages that at least one of each thread's two fullest lists holds."""
    best = _fullest(copies)
    return int((best["size"] - best.n_both).sum())


def total(copies: pd.DataFrame, level: float = 0.95) -> Estimate:
    """Messages there were, in threads at least two custodians hold: Chapman's total of each thread's two fullest lists.

    Totals and variances add up over threads; the interval never goes below `seen`. A lower bound for the reason
    `chapman` gives.
    """
    from scipy.special import ndtri

    best = _fullest(copies)
    made = [chapman(a, b, m, level) for a, b, m in zip(best.n_a, best.n_b, best.n_both, strict=True)]
    sums, error = sum(one.total for one in made), sum(one.error**2 for one in made) ** 0.5
    least, half = float(seen(copies)), float(ndtri((1 + level) / 2)) * error
    return Estimate(sums, error, max(least, sums - half), max(least, sums + half), level)
