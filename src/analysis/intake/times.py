"""Local wall times -> UTC, with the hour that happens twice and the hour that does not happen said aloud."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

FOLD_DROP = np.timedelta64(15, "m")  # inside the doubled hour, a step back this large shows that the clocks went back
GAP = pd.Timedelta(hours=1)  # a wall time that the clocks jumped over is read with the clock not yet put forward
UTC_DTYPE: Final = "datetime64[us, UTC]"


def known(zone: str) -> bool:
    """Whether the time zone data base has this name."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return False
    return True


def instant(text: str | None) -> tuple[datetime | None, bool, str]:
    """An ISO 8601 time without its zone, whether it is UTC, and its precision; no time when it cannot be read."""
    try:
        at = datetime.fromisoformat((text or "").strip())
        utc = at.tzinfo is not None
        at = at.astimezone(UTC).replace(tzinfo=None) if utc else at
    except (ValueError, OverflowError):
        return None, True, "second"
    return at, utc, "ms" if at.microsecond else "second"


def to_utc(
    at: pd.Series[Any], embedded: pd.Series[Any], zone: str, line: pd.Series[Any], settled: pd.Series[Any]
) -> tuple[pd.Series[Any], pd.Series[Any], pd.Series[Any]]:
    """UTC instants of times that are UTC already (`embedded`) or wall times of `zone`.

    Parameters
    ----------
    at
        Times without zone; may be absent.
    embedded
        The time is UTC.
    zone
        Zone of the others.
    line
        Conversation and source of each row; rows stand in the order of the file.
    settled
        Rows whose place in the file may be trusted (not suspect): only they may prove the second of two hours.

    Returns
    -------
    utc, fold, shifted
        The instant; whether the wall time happened twice (the first is taken unless the order of the file proves
        the second); whether it never happened and was moved on by an hour.
    """
    none = pd.Series(False, at.index)
    utc = at.dt.tz_localize("UTC").astype(UTC_DTYPE)
    wall = at[~embedded & at.notna()]
    if wall.empty:
        return utc, none, none.copy()
    once = wall.dt.tz_localize(zone, ambiguous="NaT", nonexistent=GAP)
    fold = none.copy()
    fold[wall.index[once.isna()]] = True
    first = np.ones(len(wall), dtype=bool)
    first[_second(wall, line[wall.index], fold[wall.index] & settled[wall.index], fold[wall.index])] = False
    local = wall.dt.tz_localize(zone, ambiguous=first, nonexistent=GAP)
    utc[wall.index] = local.dt.tz_convert("UTC").astype(UTC_DTYPE)
    shifted = none.copy()
    shifted[wall.index] = local.dt.tz_localize(None) != wall
    return utc, fold, shifted


def _second(wall: pd.Series[Any], line: pd.Series[Any], proving: pd.Series[Any], fold: pd.Series[Any]) -> Any:
    """Positions of wall times that the order of their file puts into the second of two equal hours."""
    chosen = np.zeros(len(wall), dtype=bool)
    positions = pd.Series(np.arange(len(wall)), wall.index)
    for _, rows in positions[fold].groupby([line[fold], wall[fold].dt.date], sort=False):
        times, trusted = wall.loc[rows.index].to_numpy(), proving[rows.index].to_numpy()
        high = np.maximum.accumulate(np.where(trusted, times, times.min()))
        drops = np.flatnonzero(trusted & (high - times >= FOLD_DROP))
        if drops.size:
            chosen[rows.iloc[drops[0] :]] = True
    return chosen
