"""Did it go on as before: weekly counts around a date, by interrupted time series with negative binomial errors.

log mean = level + trend + season + step at the date. The step's exponent is the rate after over the rate before,
trend and season allowed for; errors are robust to neighbouring weeks (Newey and West). Too few weeks on either side
and the answer is that it cannot be told. Cannot show cause: anything else that changed in those weeks looks the same,
and exports that end early look like a stop.

References
----------
Bernal, J. L., Cummins, S., Gasparrini, A. (2017). Interrupted time series regression. Int. J. Epidemiology 46, 348-355.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

LEAST_WEEKS = 8
"""Weeks on each side, at the least: with fewer, trend and step cannot be told apart."""
LEAST_MESSAGES = 30
"""Messages in the window, at the least."""
WINDOWS = (13, 26, 52, 0)
"""Weeks on each side that are looked at; 0: all there are. A step that depends on the window is no finding."""
SEASON_WEEKS = 78
"""Weeks from which a yearly wave is fitted: a year and a half, or it is taken for the trend."""
YEAR_WEEKS = 365.25 / 7
LAGS = 4


@dataclass(frozen=True)
class Step:
    """A rate after a date over the rate before; `why` says why it cannot be told, and then there is no ratio."""

    ratio: float
    low: float
    high: float
    before: int
    after: int
    n_messages: int
    why: str = ""


def weeks(days: pd.DataFrame, zone: str) -> pd.Series:
    """Messages a week (Monday, local), silent weeks included; `days` has `hour_at` and `n_messages`.

    The first and the last week are left out where they may be cut off.
    """
    if days.empty:
        return pd.Series(dtype="int64")
    week = days.hour_at.dt.tz_convert(zone).dt.tz_localize(None).dt.to_period("W-SUN").dt.start_time
    counted = days.groupby(week).n_messages.sum()
    every = pd.date_range(counted.index.min(), counted.index.max(), freq="7D")
    return counted.reindex(every, fill_value=0).iloc[1:-1].astype("int64")


def step(counts: pd.Series, on: date, window: int = 0, level: float = 0.95) -> Step:
    """The change at a date; the week that holds the date counts as after. `window`: weeks on each side, 0: all."""
    place = int(np.searchsorted(counts.index.to_numpy(), np.datetime64(pd.Timestamp(on)), "right")) - 1
    first, last = (max(0, place - window), place + window) if window else (0, len(counts))
    used, after = counts.iloc[first:last], np.arange(first, min(last, len(counts))) >= place
    sides = int((~after).sum()), int(after.sum())
    empty = Step(np.nan, np.nan, np.nan, *sides, int(used.sum()))
    why = ""
    if min(sides) < LEAST_WEEKS:
        why = f"fewer than {LEAST_WEEKS} weeks on one side"
    elif used.sum() < LEAST_MESSAGES or not used[~after].sum() or not used[after].sum():
        why = "too few messages"
    return Step(**{**vars(empty), "why": why}) if why else _fitted(used.to_numpy(), after, empty, level)


def _fitted(counts: np.ndarray, after: np.ndarray, facts: Step, level: float) -> Step:
    import warnings

    from statsmodels.genmod.families import NegativeBinomial, Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    at = np.arange(len(counts))
    columns = [np.ones(len(at)), (at - at.mean()) / len(at), after.astype(float)]
    if len(at) >= SEASON_WEEKS:
        columns += [np.sin(2 * np.pi * at / YEAR_WEEKS), np.cos(2 * np.pi * at / YEAR_WEEKS)]
    design = np.column_stack(columns)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            plain = GLM(counts, design, family=Poisson()).fit()
            spread = _dispersion(counts, plain.mu)
            family = NegativeBinomial(alpha=spread)
            fit = GLM(counts, design, family=family).fit(cov_type="HAC", cov_kwds={"maxlags": LAGS})
        except (ValueError, np.linalg.LinAlgError):
            return Step(**{**vars(facts), "why": "the model cannot be fitted to so few weeks"})
        low, high = np.exp(fit.conf_int(1 - level)[2])
    return Step(float(np.exp(fit.params[2])), float(low), float(high), facts.before, facts.after, facts.n_messages)


def _dispersion(counts: np.ndarray, mean: np.ndarray) -> float:
    """Cameron and Trivedi's moment estimate of the negative binomial's alpha; never below that of nearly Poisson."""
    excess = ((counts - mean) ** 2 - mean) / mean
    return float(max(np.sum(excess * mean) / np.sum(mean**2), 1e-6))


def steps(
    counts: pd.Series, dates: pd.DataFrame, windows: Iterable[int] = WINDOWS, level: float = 0.95
) -> pd.DataFrame:
    """A row is a date of the timeline and a window.

    `dates` has `on` and `what`. Gives `on`, `what`, `window` (weeks on each side, or `all`), `before`, `after` (weeks),
    `ratio`, `low`, `high`, `reading`: `fell`, `rose`, `no change shown`, or why it cannot be told.
    """
    rows = []
    for on, what in zip(dates["on"], dates["what"], strict=True):
        for window in windows:
            found = step(counts, on, window, level)
            rows.append((on, what, f"{window}" if window else "all", found.before, found.after, found.ratio, found.low,
                         found.high, reading(found)))  # fmt: skip
    return pd.DataFrame(rows, columns=["on", "what", "window", "before", "after", "ratio", "low", "high", "reading"])


def reading(found: Step) -> str:
    """What a step says in words."""
    if found.why:
        return f"cannot tell: {found.why}"
    return "fell" if found.high < 1 else "rose" if found.low > 1 else "no change shown"


def timeline(register: pd.DataFrame, kinds: Iterable[str] = ("policy", "phase", "notice", "hold")) -> pd.DataFrame:
    """Dates of the register `timeline` that concern everybody: `on`, `what` (kind and note), in order of time."""
    rows = register[register["kind"].isin(list(kinds)) & (register["custodian_id"] == "")]
    on = pd.to_datetime(rows["at"].str[:10], errors="coerce")
    told = pd.DataFrame({"on": on.dt.date, "what": rows["kind"] + ": " + rows["note"]})[on.notna()]
    return told.sort_values(["on", "what"], ignore_index=True)
