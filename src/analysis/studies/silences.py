"""Stretches in which an account is quieter than its own rhythm explains: gaps, never by themselves deletions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.remembered import remembered
from analysis.studies.intervals import SEED, adjusted

FEWEST, SHORTEST_WEEKS = 25, 8
"""An account with fewer occasions, or over fewer weeks, has no rhythm to depart from: it is not tested."""
OCCASION_HOURS = 6
"""A message within so many hours of the last belongs to the same occasion: answers follow messages, and one talk is no
proof of many. Shorter would make quiet weeks look stranger than they are."""
SEASON_WEEKS = 27
"""Weeks (half a year, centred) over which the level is taken: a month of silence lowers it by a sixth, no more."""
RESAMPLES = 4000
"""Histories drawn at random for each account: with forty accounts the smallest q is then about 0.01."""
LONGEST = 3
"""Silences of one account that are looked at."""
MOST = 20_000
"""Messages of a simulated history at most; busier accounts are thinned, which makes the test less sharp, not wrong."""
CALM = 1e6
"""Clustering parameter of an account whose weeks vary no more than chance: as good as none."""


@remembered
def silences(hours: pd.DataFrame, zone: str, resamples: int = RESAMPLES) -> pd.DataFrame:
    """A row is one of the longest silences of an account (a custodian on a channel); least explained first.

    `custodian_id`, `channel`, `from_at`, `to_at` (hours of the messages before and after), `days`, `expected`
    (occasions of contact that the account's rhythm would bring in the stretch), `p`, `q`, `n_lacked` (messages of the
    stretch which the account should hold and only others do: what corroborates it), `n_occasions` and `weeks` of the
    account.
    `hours`: `relations.holder_hours`. Cannot show why: leave, illness, another channel and a lost phone look the same.

    Notes
    -----
    Hourly rate = level of the season x share of the weekday and local hour in the account's own messages. Weeks are
    busier and quieter than that by a gamma factor of mean 1 (so weekly counts are negative binomial), its variance from
    the account's weeks. A silence is scored by minus the logarithm of its chance under this model; p is the share of
    simulated histories whose worst silence scores as high, so it already allows for the number of silences of one
    account; q allows for the number of accounts.

    References
    ----------
    Davison, Hinkley (1997). Bootstrap Methods and their Application, section 4.2 (Monte Carlo tests).
    Malmgren et al. (2008). A Poissonian explanation for heavy tails in e-mail communication. PNAS 105, 18153-18158.
    """
    rows = [_of_account(part, zone, resamples) | {"custodian_id": who, "channel": channel}
            for (who, channel), part in hours.groupby(["custodian_id", "channel"], sort=True)]  # fmt: skip
    columns = "custodian_id channel from_at to_at days expected p n_lacked n_occasions weeks".split()
    parts = [pd.DataFrame(row)[columns] for row in rows if len(row["days"])]
    if not parts:
        return pd.DataFrame(columns=[*columns, "q"])
    frame = pd.concat(parts, ignore_index=True)
    frame["q"] = adjusted(frame.p)
    return frame.sort_values(["p", "days", "custodian_id"], ascending=[True, False, True], ignore_index=True)


def tested(hours: pd.DataFrame) -> tuple[int, int]:
    """How many accounts have a rhythm, of how many that hold anything."""
    held = hours[hours.n_held > 0].groupby(["custodian_id", "channel"])
    good = [_has_rhythm(part.hour_at.sort_values()) for _, part in held]
    return sum(good), len(good)


def _begins(at: pd.Series) -> np.ndarray:
    """Whether an occasion begins with each of these hours."""
    return np.asarray((at.diff() > pd.Timedelta(OCCASION_HOURS, "h")) | at.diff().isna())


def _has_rhythm(at: pd.Series) -> bool:
    return bool(_begins(at).sum() >= FEWEST and at.iloc[-1] - at.iloc[0] >= pd.Timedelta(7 * SHORTEST_WEEKS, "D"))


def _of_account(part: pd.DataFrame, zone: str, resamples: int) -> dict[str, Any]:
    held = part[part.n_held > 0].sort_values("hour_at")
    if held.empty or not _has_rhythm(held.hour_at):
        return {"days": []}
    grid = pd.date_range(held.hour_at.iloc[0], held.hour_at.iloc[-1], freq="h")
    place = ((held.hour_at - grid[0]) // pd.Timedelta(1, "h")).to_numpy()
    counts = np.bincount(place[_begins(held.hour_at)], minlength=len(grid)).astype(float)
    rate, week = _rate(counts, grid, zone)
    brought, calm = np.bincount(week, rate), _calm(np.bincount(week, counts), np.bincount(week, rate))
    unlikely = _score(rate, week, calm)
    gaps = unlikely[place[1:] - 1] - unlikely[place[:-1]]  # hours strictly between two messages
    worst = _simulated(rate, brought, calm, unlikely, resamples)
    top = np.argsort(-gaps, kind="stable")[:LONGEST]
    start, end = (pd.DatetimeIndex(times.iloc[top]) for times in (held.hour_at.iloc[:-1], held.hour_at.iloc[1:]))
    sums = rate.cumsum()
    inside = [part.hour_at.gt(a) & part.hour_at.lt(b) for a, b in zip(start, end, strict=True)]
    return {
        "from_at": start, "to_at": end,
        "days": (place[1:] - place[:-1])[top] / 24, "expected": (sums[place[1:] - 1] - sums[place[:-1]])[top],
        "p": [(1 + int((worst >= gap - 1e-9).sum())) / (1 + resamples) for gap in gaps[top]],
        "n_lacked": [int(part.n_lacked[hours].sum()) for hours in inside],
        "n_occasions": int(counts.sum()), "weeks": int(week.max()) + 1,
    }  # fmt: skip


def _rate(counts: np.ndarray, grid: pd.DatetimeIndex, zone: str) -> tuple[np.ndarray, np.ndarray]:
    """Messages expected in each hour, and the number of its week."""
    local = grid.tz_convert(zone)
    week = np.asarray((grid - grid[0]) // pd.Timedelta(7, "D"), dtype=int)
    slot = np.asarray(local.day_of_week * 24 + local.hour)
    seen, there = np.bincount(slot, counts, 168), np.maximum(np.bincount(slot, minlength=168), 1)
    shape = (seen + 0.5 * seen.sum() / 168) / there  # half an even week added: no hour is impossible
    sums, size = np.bincount(week, counts), np.bincount(week)
    reach = np.ones(SEASON_WEEKS)
    level = np.convolve(sums, reach, "same") / np.convolve(size, reach, "same")
    rate = shape[slot] * level[week]
    return rate * counts.sum() / rate.sum(), week


def _calm(counts: np.ndarray, rate: np.ndarray) -> float:
    """Inverse variance of the weekly factor, by moments; large: weeks vary no more than chance."""
    excess = ((counts - rate) ** 2 - rate).sum() / max((rate**2).sum(), 1e-9)
    return float(min(CALM, 1 / excess)) if excess > 1 / CALM else CALM


def _score(rate: np.ndarray, week: np.ndarray, calm: float) -> np.ndarray:
    """For each hour: minus the logarithm of the chance of silence from the beginning up to and with that hour."""
    sums = rate.cumsum()
    begins = np.searchsorted(week, np.arange(week.max() + 1))
    within = sums - np.concatenate([[0.0], sums])[begins][week]
    ended = calm * np.log1p(np.bincount(week, rate) / calm)
    return np.asarray(np.concatenate([[0.0], ended.cumsum()])[week] + calm * np.log1p(within / calm))


def _simulated(rate: np.ndarray, brought: np.ndarray, calm: float, unlikely: np.ndarray, resamples: int) -> np.ndarray:
    """The worst score of a silence between two messages, in each of so many histories of the model."""
    random, sums = np.random.default_rng(SEED), rate.cumsum()
    before = np.concatenate([[0.0], brought.cumsum()])
    brought = brought * min(1.0, MOST / brought.sum())
    scale = (before[1:] - before[:-1]) / np.maximum(brought, 1e-12)
    worst = np.zeros(resamples)
    for turn in range(resamples):
        sent = random.poisson(brought * random.gamma(calm, 1 / calm, len(brought)))
        weeks = np.repeat(np.arange(len(brought)), sent)
        if len(weeks) < 2:
            worst[turn] = unlikely[-1]
            continue
        moments = before[weeks] + random.random(len(weeks)) * brought[weeks] * scale[weeks]
        hour = np.minimum(np.searchsorted(sums, np.sort(moments)), len(sums) - 1)
        worst[turn] = (unlikely[np.maximum(hour[1:] - 1, 0)] - unlikely[hour[:-1]]).max()
    return worst
