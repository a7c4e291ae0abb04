"""Department policy against baseline clauses: the matrix of two coders, agreement, coverage, gap to practice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analysis.records.policy import STATES, Version, place
from analysis.resolve.rows import each
from analysis.studies.intervals import SEED, Interval
from analysis.studies.measures import MEASURES, Facts

LEVELS = {"capture": 0.8, "secret": 0.0, "timer": 0.05}
"""Measured practice that a clause, satisfied on paper, is held to; a matter may set `practice_<measure>`."""
MATRIX = "clause_id pack policy state basis coders quote place proposed why text verified measure in_force".split()


def matrix(
    rules: pd.DataFrame,
    proposals: pd.DataFrame,
    judged: pd.DataFrame,
    policies: Sequence[Version],
    first_on: date,
    last_on: date,
) -> pd.DataFrame:
    """A row is a clause and a policy version (columns `MATRIX`).

    `state` is what people agreed (`basis` agreed, or one coder), `disputed` when they differ, else what the rule
    proposes (`basis` rule). `in_force`: the clause's guidance was in force on some day of the policy within the period.
    """
    rows = proposals.rename(columns={"state": "proposed"}).merge(rules, "left", "clause_id")
    spans = {
        version.name: (max(version.from_on or first_on, first_on), min(version.to_on or last_on, last_on))
        for version in policies
    }
    held = [_overlap(row, spans[row.policy]) for row in each(rows)]
    rows["in_force"] = pd.Series(held, rows.index, dtype=bool)
    people = dict(list(judged.groupby(["clause_id", "policy"])))
    texts = {version.name: version.text for version in policies}
    told = [_told(people.get((row.clause_id, row.policy)), row, texts) for row in each(rows)]
    names = ["state", "basis", "coders", "quote", "place", "why"]
    return rows.drop(columns=["quote", "place", "why"]).assign(
        **{name: [one[place] for one in told] for place, name in enumerate(names)}
    )[MATRIX]


def _overlap(row: Any, span: tuple[date, date]) -> bool:
    """Whether a clause was in force on some day of a policy's span."""
    return span[0] <= span[1] and (row.from_on or date.min) <= span[1] and (row.to_on or date.max) >= span[0]


def _told(judged: pd.DataFrame | None, row: Any, texts: dict[str, str]) -> tuple[str, str, str, str, str, str]:
    if judged is None:
        return row.proposed, "rule", "", row.quote, row.place, row.why
    judged, states = judged.sort_values("coder"), judged.state.unique()
    both = len(states) > 1
    coders = ", ".join(f"{one.coder}: {one.state}" if both else one.coder for one in each(judged))
    quote = next((text for text in judged.quote if text), "")
    basis = "disputed" if both else "agreed" if len(judged) > 1 else "one coder"
    why = next((text for text in judged.why if text), "")
    return "disputed" if both else states[0], basis, coders, quote, place(texts[row.policy], quote), why


def kappa(one: Sequence[str], two: Sequence[str], level: float = 0.95, resamples: int = 1000) -> tuple[float, Interval]:
    """Cohen's kappa, (observed - chance) / (1 - chance), pairs drawn again for the interval; NaN of nothing.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educ. Psychol. Meas. 20, 37-46.
    """
    a, b = (np.array([STATES.index(state) for state in side]) for side in (one, two))
    if not len(a):
        return float("nan"), Interval(float("nan"), float("nan"), level)
    random = np.random.default_rng(SEED)
    drawn = random.integers(0, len(a), (resamples, len(a)))
    values = [_kappa(a[rows], b[rows]) for rows in drawn]
    low, high = np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2])
    return _kappa(a, b), Interval(float(low), float(high), level)


def _kappa(a: np.ndarray, b: np.ndarray) -> float:
    seen = float((a == b).mean())
    chance = float(sum((a == state).mean() * (b == state).mean() for state in range(len(STATES))))
    return (seen - chance) / (1 - chance) if chance < 1 else 1.0


def codings(judged: pd.DataFrame, proposals: pd.DataFrame) -> pd.DataFrame:
    """A row is a clause that two coders judged (the rule is one): `one`, `two`, `clause_id`, `policy`, both states."""
    rule = proposals.assign(coder="rule")[["clause_id", "policy", "coder", "state"]]
    rows = pd.concat([judged[["clause_id", "policy", "coder", "state"]], rule])
    rank = {coder: place for place, coder in enumerate([*sorted(set(judged.coder)), "rule"])}
    both = rows.merge(rows, on=["clause_id", "policy"], suffixes=("_one", "_two"))
    both = both.rename(columns={"coder_one": "one", "coder_two": "two"}).dropna()
    both = both[both.one.map(rank) < both.two.map(rank)]
    return both.sort_values(["one", "two", "clause_id", "policy"], ignore_index=True)


def agreement(judged: pd.DataFrame, proposals: pd.DataFrame, level: float, resamples: int) -> pd.DataFrame:
    """A row is a pair of coders (the rule is one): `one`, `two`, `n_both`, `agree`, `kappa`, `low`, `high`."""
    made = []
    for (one, two), both in codings(judged, proposals).groupby(["one", "two"], sort=False):
        value, ends = kappa(list(both.state_one), list(both.state_two), level, resamples)
        agree = int((both.state_one == both.state_two).sum())
        made.append((one, two, len(both), agree, value, ends.low, ends.high))
    return pd.DataFrame(made, columns=["one", "two", "n_both", "agree", "kappa", "low", "high"])


def square(rows: pd.DataFrame) -> pd.DataFrame:
    """Clauses down, policy versions across, the state in each cell."""
    wide = rows.pivot(index="clause_id", columns="policy", values="state")
    about = rows.drop_duplicates("clause_id")[["pack", "clause_id", "verified", "text"]]
    return about.merge(wide, on="clause_id")


def practice(rows: pd.DataFrame, facts: Facts, levels: dict[str, float]) -> pd.DataFrame:
    """A row is a case by which a satisfied clause is measured: `measure`, `id`, `counts` (as the measure wants)."""
    named = sorted(set(rows.measure[(rows.state == "satisfied") & rows.measure.isin(list(levels))]))
    parts = [MEASURES[name].made(facts, "", levels[name]).cases.assign(measure=name) for name in named]
    every = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["measure", "id", "counts"])
    return every[["measure", "id", "counts"]]


def gaps(rows: pd.DataFrame, facts: Facts, levels: dict[str, float]) -> pd.DataFrame:
    """A row is a clause that a policy satisfies on paper and practice can be measured for.

    `clause_id`, `policy`, `measure`, `n`, `of`, `share`, `level` (wanted), `gap` (practice is worse; absent: cannot
    tell), `why`.
    """
    made = []
    for row in each(rows[(rows.state == "satisfied") & rows.measure.isin(list(levels))]):
        measured = MEASURES[row.measure].made(facts, "", levels[row.measure])
        share = measured.n / measured.of if measured.of else None
        wanted, least = levels[row.measure], MEASURES[row.measure].least
        worse = None if share is None else share < wanted if least else share > wanted
        counts = measured.n, measured.of, share, wanted, worse, measured.why
        made.append((row.clause_id, row.policy, row.measure, *counts))
    return pd.DataFrame(made, columns=["clause_id", "policy", "measure", "n", "of", "share", "level", "gap", "why"])
