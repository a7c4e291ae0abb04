"""Working days for answering requests: which days count, when an answer falls due, how many days it took.

Day 1 is the first working day after the day of receipt. In the United Kingdom a bank holiday of any part of
it does not count, as section 10(6) of the Freedom of Information Act is commonly read (not checked at its source here).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

PARTS = {"GB": ("ENG", "WLS", "SCT", "NIR")}
"""Regions whose parts have bank holidays of their own; a holiday of any part counts. Other regions have one list."""
MARGIN = 1
"""Years beyond the days asked about for which holidays are listed: a limit of 40 days may end in the next."""


@dataclass(frozen=True)
class Duty:
    """How many working days an answer and an internal review may take, and where that is written."""

    answer: int
    answer_most: int
    review: int
    review_most: int
    provision: str
    verified: bool


@cache
def duties() -> dict[str, Duty]:
    """Regime (`FOI`, `EIR`) -> its limits, from `duties.toml`."""
    text = Path(__file__).with_name("duties.toml").read_text(encoding="utf-8")
    return {name: Duty(**facts) for name, facts in tomllib.loads(text).items()}


@cache
def bank_holidays(region: str, first: int, last: int) -> tuple[date, ...]:
    """Bank holidays of a region, years included; none for a region that has no list (then weekends alone are off)."""
    from holidays import country_holidays

    years: Any = range(first, last + 1)
    try:
        listed = [country_holidays(region, subdiv=part, years=years) for part in PARTS.get(region, (None,))]
    except NotImplementedError:
        return ()
    return tuple(sorted({day for part in listed for day in part}))


def due(received_on: date, days: int, region: str = "GB") -> date:
    """The last day of a limit of so many working days after receipt."""
    off = _off(region, received_on, received_on + timedelta(days=2 * days))
    end: date = np.busday_offset(np.datetime64(received_on), days, roll="backward", holidays=off).astype(object)
    return end


def taken(received_on: date, done_on: date, region: str = "GB") -> int:
    """Working days from the day after receipt to the day it was done, that day included."""
    first, last = (np.datetime64(one + timedelta(days=1)) for one in (received_on, done_on))
    return int(np.busday_count(first, last, holidays=_off(region, received_on, done_on)))


def _off(region: str, first: date, last: date) -> Any:
    return _listed(region, first.year - MARGIN, max(first, last).year + MARGIN)


@cache
def _listed(region: str, first: int, last: int) -> Any:
    return np.array(bank_holidays(region, first, last), dtype="datetime64[D]")
