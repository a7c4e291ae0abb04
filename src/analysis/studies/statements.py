"""Statements against data: the claimed level, what was counted, an exact test, and the cases that do not fit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from analysis.studies import intervals
from analysis.studies.intervals import Interval
from analysis.studies.measures import MEASURES, Facts, Measured, nothing

ALPHA = 0.05
"""Probability under the claimed level below which the data speak against it."""
ALWAYS = 1.0
"""Level of a claim that names a limit and not a share (`within a week`): all of them."""
NEAR = 0.05
"""A share this close to what was claimed is near enough to be memory or a wrong label."""


@dataclass(frozen=True)
class Tested:
    """A claim beside its data. `against` are the ids that do not fit it; `p` is one-sided and exact."""

    measure: str
    level: float | None
    measured: Measured
    interval: Interval
    p: float = float("nan")
    against: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """Why it cannot be told; blank where it can."""
        return self.measured.why

    @property
    def share(self) -> float | None:
        """Share counted, if anything was."""
        return self.measured.n / self.measured.of if self.measured.of else None


def tested(row: dict[Any, Any], facts: Facts, level: float, resamples: int) -> Tested:
    """A row of `claims.csv` against the data; a claim that cannot be measured says why."""
    name, custodian = row["measure"].strip().lower(), row["custodian_id"]
    claimed, none = _number(row["level"]), Interval(float("nan"), float("nan"), level)
    if name not in MEASURES:
        known = ", ".join(MEASURES)
        return Tested(name, claimed, nothing(f"no measure is called {name or '(blank)'}; known are {known}"), none)
    if claimed is None:
        return Tested(name, None, nothing("the claim states no level"), none)
    if custodian and not facts.person(custodian):
        return Tested(name, claimed, nothing("no such custodian in the evidence"), none)
    measure = MEASURES[name]
    if measure.share and not 0 <= claimed <= 1:
        return Tested(name, None, nothing(f"the claim states {row['level']}, which is no share: 0.95 or 95%"), none)
    measured = measure.made(facts, custodian, claimed)
    if not measured.of:
        return Tested(name, claimed, nothing(measured.why or "nothing of the kind is in the evidence"), none)
    cases = measured.cases
    against = tuple(cases.id[~cases.counts] if measure.least else cases.id[cases.counts])
    if name == "accounts":
        fits = measured.n <= claimed
        return Tested(name, claimed, measured, none, 1.0 if fits else 0.0, () if fits else against)
    groups = cases.groupby("cluster").counts
    ends = intervals.cluster_bootstrap(groups.sum(), groups.size(), level, resamples)
    p = exact(measured.n, measured.of, claimed if measure.share else ALWAYS, measure.least)
    return Tested(name, claimed, measured, ends, p, against)


def exact(n: int, of: int, claimed: float, least: bool) -> float:
    """Probability of n of so many or worse if the claimed level were true: binomial, one-sided."""
    from scipy.special import bdtr, bdtrc

    if least:
        return float(bdtr(n, of, claimed)) if claimed < 1 else float(n == of)
    return float(bdtrc(n - 1, of, claimed)) if claimed > 0 and n > 0 else float(n == 0)


def verdict(test: Tested, fewest: int) -> str:
    """Outcome of a claim: `not_met` when the data speak against it, `partly` when near, `met` when they fit."""
    if test.why or test.share is None or test.level is None:
        return "cannot_tell"
    if test.measure == "accounts":
        return "met" if test.p == 1 else "not_met"
    if test.p >= ALPHA:
        return "met" if test.measured.of >= fewest else "cannot_tell"
    level = test.level if MEASURES[test.measure].share else ALWAYS
    return "partly" if abs(test.share - level) <= NEAR else "not_met"


def _number(text: str) -> float | None:
    """A level as written: 0.95, 95 %, 7."""
    try:
        level = float(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1)
    except ValueError:
        return None
    return level if math.isfinite(level) else None
