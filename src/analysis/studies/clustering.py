"""Whether happenings crowd after certain dates: gaps after requests, notices, new devices.

A screen, not a finding about anybody's mind: what follows a date need not follow from it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.remembered import remembered
from analysis.studies.intervals import SEED, adjusted

PERMUTATIONS = 10_000
"""Redrawn dates behind a p-value: its own error stays under 0.005 near p = 0.05."""
SEASON_WEEKS = 13
"""A date is redrawn by whole weeks, at most a quarter of a year: the same weekday, nearly the same season."""
FEWEST = 5
"""Under so many happenings, or with fewer days elsewhere than after the dates, nothing can be told."""
CELLS = 4_000_000
"""Permutations times days handled at once, for memory."""


class Clustering(NamedTuple):
    """Happenings per exposure in the days after the dates against those elsewhere; NaN where nothing can be told."""

    n_after: int
    exposure_after: float
    n_else: int
    exposure_else: float
    ratio: float
    low: float
    high: float
    level: float
    p: float


@remembered
def clustering(
    times: Any,
    marks: Any,
    days: int = 30,
    *,
    since: Any,
    until: Any,
    exposed: Any = None,
    level: float = 0.95,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> Clustering:
    """Rate ratio of happenings in the `days` from each date on (the day itself included) against all other days.

    Parameters
    ----------
    times, marks
        When it happened, and the dates; zoned times, compared by UTC day. Those outside the period are left out.
    since, until
        The period in which happenings would have been seen (`until` excluded).
    exposed
        When it could have happened (one time for each message that could be missing): rates are then per opportunity,
        which takes out busy and quiet seasons. Without it rates are per day.
    level, permutations, seed
        Of the interval (weeks drawn again with replacement, since happenings come in bursts) and of the test.

    Notes
    -----
    p is one-sided, (1 + redraws with a ratio at least as high) / (1 + redraws): each date moves by whole weeks, at most
    `SEASON_WEEKS` either way and within the period. With one date p cannot fall under about 0.04: that is all one date
    can say. Several p-values need `intervals.adjusted`.

    References
    ----------
    Good, P. (2005). Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd ed.
    Phipson, Smyth (2010). Permutation p-values should never be zero. Stat. Appl. Genet. Mol. Biol. 9, 39.
    """
    first, n_days = _day(since), max(1, _day(until - pd.Timedelta(1, "us")) - _day(since) + 1)
    happened = _daily(times, first, n_days)
    could = np.ones(n_days) if exposed is None else _daily(exposed, first, n_days)
    starts = np.unique([place for place in (_day(mark) - first for mark in marks) if 0 <= place < n_days])
    after = _covered(starts[None, :], days, n_days)[0]
    n, e = happened[after].sum(), could[after].sum()
    counts = int(n), float(e), int(happened.sum() - n), float(could.sum() - e)
    nothing = float("nan")
    if happened.sum() < FEWEST or not 0 < e < could.sum() or after.sum() > n_days / 2:
        return Clustering(*counts, nothing, nothing, nothing, level, nothing)
    random = np.random.default_rng(seed)
    ratio = float(_ratio(*counts))
    low, high = _interval(happened, could, after, level, random)
    hits = _as_high(ratio, starts, happened, could, days, permutations, random)
    return Clustering(*counts, ratio, low, high, level, (1 + hits) / (1 + permutations))


def crowding(hours: pd.DataFrame, marks: pd.DataFrame, days: int = 30, level: float = 0.95) -> pd.DataFrame:
    """A row is a kind of dated event, and the days after or before: whether messages of those days lack more often.

    `kind`, `custodian_id` (blank: everybody), `days` (`after` or `before`), `n_dates`, then as `Clustering`, and `q`.
    `hours`: `relations.holder_hours` (happenings: messages lacked; exposure: messages that should be held);
    `marks`: `relations.milestones`. Days are those on which messages were sent, not those on which they went.
    """
    made = []
    ordered: Any = hours.sort_values("hour_at")
    for (kind, who), dates in marks.groupby(["kind", "custodian_id"], sort=True):
        mine = ordered[ordered.custodian_id == who] if who else ordered
        if mine.empty:
            continue
        lacked, should = (mine.hour_at.repeat(n) for n in (mine.n_lacked, mine.n_held + mine.n_lacked))
        ends = {"since": mine.hour_at.iloc[0], "until": mine.hour_at.iloc[-1] + pd.Timedelta(1, "h")}
        for way, shift in (("after", 0), ("before", days)):
            shifted = dates["at"] - pd.Timedelta(shift, "D")
            found = clustering(lacked, shifted, days, exposed=should, level=level, **ends)
            made.append({"kind": kind, "custodian_id": who, "days": way, "n_dates": len(dates)} | found._asdict())
    frame = pd.DataFrame(made, columns=["kind", "custodian_id", "days", "n_dates", *Clustering._fields])
    return frame.assign(q=adjusted(frame.p))


def _day(moment: Any) -> int:
    return int(pd.Timestamp(moment).timestamp() // 86400)


def _daily(times: Any, first: int, n_days: int) -> np.ndarray:
    moments = pd.DatetimeIndex(pd.to_datetime(times, utc=True)).dropna()
    places = moments.as_unit("us").asi8 // 86_400_000_000 - first
    return np.bincount(places[(places >= 0) & (places < n_days)], minlength=n_days).astype(float)


def _covered(starts: np.ndarray, days: int, n_days: int) -> np.ndarray:
    """For each row of first days: which days lie in the `days` from one of them on."""
    steps = np.zeros((len(starts), n_days + days + 1), dtype=np.int16)
    rows = np.arange(len(starts))
    for column in starts.T:
        steps[rows, column] += 1
        steps[rows, column + days] -= 1
    return np.asarray(steps[:, :n_days].cumsum(axis=1) > 0)


def _ratio(n: Any, e: Any, n_else: Any, e_else: Any) -> Any:
    """Ratio of two rates; half a case is added to each count so that none is infinite."""
    return ((n + 0.5) / np.maximum(e, 1)) / ((n_else + 0.5) / np.maximum(e_else, 1))


def _interval(
    happened: np.ndarray, could: np.ndarray, after: np.ndarray, level: float, random: np.random.Generator
) -> tuple[float, float]:
    week = np.arange(len(after)) // 7
    sums = np.stack(
        [np.bincount(week, each) for each in (happened * after, could * after, happened * ~after, could * ~after)]
    )
    drawn = random.multinomial(len(sums[0]), np.full(sums.shape[1], 1 / sums.shape[1]), size=1000)
    low, high = np.quantile(_ratio(*(sums @ drawn.T)), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _as_high(
    ratio: float,
    starts: np.ndarray,
    happened: np.ndarray,
    could: np.ndarray,
    days: int,
    permutations: int,
    random: np.random.Generator,
) -> int:
    """In how many redraws of the dates the ratio is at least as high."""
    weeks = [np.arange(-SEASON_WEEKS, SEASON_WEEKS + 1) * 7 + start for start in starts]
    choices = [each[(each >= 0) & (each < len(happened))] for each in weeks]
    at_once, hits = max(1, CELLS // len(happened)), 0
    for done in range(0, permutations, at_once):
        size = min(at_once, permutations - done)
        moved = np.stack([random.choice(each, size) for each in choices], axis=1)
        after = _covered(moved, days, len(happened)).astype(float)
        n, e = after @ happened, after @ could
        hits += int((_ratio(n, e, happened.sum() - n, could.sum() - e) >= ratio - 1e-12).sum())
    return hits
