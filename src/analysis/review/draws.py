"""Which messages people read next: at random, by stratum, where the model is unsure, or what it expects most of."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.errors import ParameterError
from analysis.review import active
from analysis.sensitivity.judgements import CONTROL

SEED = 20220711
ACTIVE = "active"
"""The design that a learner ranks."""
_REACHED = re.compile(r"control (\d+) of (\d+)")


def draw(rows: pd.DataFrame, n: int, design: str, turn: int) -> pd.DataFrame:
    """`n` of the messages nobody has judged (all, when there are fewer), with `design`, `stratum` and `chance`.

    Parameters
    ----------
    rows
        `population`; for the design `active` with `truth` (1, 0, NaN) and `control` (is of a control sample).
    design
        One of `DESIGNS`. Only `random`, `stratified` and `control` give a `chance`, and so a basis for estimates.
    turn
        Number of the batch: another batch, another draw.

    Raises
    ------
    ParameterError
        No such design, or nothing is left to draw.
    """
    if design not in DESIGNS:
        raise ParameterError(f"no design is called {design}; choose one of {', '.join(DESIGNS)}")
    left = rows[~rows["judged"]]
    if left.empty or n < 1:
        raise ParameterError("no message is left to judge in this scope, or none was asked for; widen the period")
    chosen = DESIGNS[design](rows, left, min(n, len(left)), np.random.default_rng((SEED, turn)))
    return chosen.assign(design=design)


def _random(rows: pd.DataFrame, left: pd.DataFrame, n: int, random: np.random.Generator) -> pd.DataFrame:
    places = random.choice(len(left), n, replace=False)
    return left.iloc[np.sort(places)].assign(stratum="all", chance=n / len(left))


def _stratified(rows: pd.DataFrame, left: pd.DataFrame, n: int, random: np.random.Generator) -> pd.DataFrame:
    """As many of each stratum, as far as they go; what one cannot give the others share."""
    sizes = left.groupby("stratum").size().sort_values(kind="stable")
    parts, missing = [], n
    for place, (name, size) in enumerate(sizes.items()):
        take = min(int(size), -(-missing // (len(sizes) - place)))
        missing -= take
        part = left[left["stratum"] == name]
        parts.append(part.iloc[np.sort(random.choice(len(part), take, replace=False))].assign(chance=take / len(part)))
    return pd.concat([part for part in parts if len(part)])


def _uncertainty(rows: pd.DataFrame, left: pd.DataFrame, n: int, random: np.random.Generator) -> pd.DataFrame:
    near = (left["score"] - 0.5).abs().sort_values(kind="stable").index[:n]
    return left.loc[np.sort(near)].assign(chance=np.nan)


def _active(rows: pd.DataFrame, left: pd.DataFrame, n: int, random: np.random.Generator) -> pd.DataFrame:
    """What a learner trained on all judgements so far ranks highest; without judgements of both kinds, the score.

    A control sample teaches nothing. `stratum` then says how far down its relevant messages the batch goes.
    """
    truth, ranks = rows["truth"], rows["score"]
    judged = np.flatnonzero(truth.notna() & ~rows["control"])
    relevant = (truth == 1).to_numpy()
    if 0 < relevant[judged].sum() < len(judged):
        made = active.scores(active.matrix(rows["text"].tolist()), judged, relevant[judged])
        ranks = pd.Series(made, rows.index)
    chosen = ranks[left.index].sort_values(ascending=False, kind="stable").index[:n]
    control = ranks[rows["control"] & relevant]
    part = left.loc[np.sort(chosen)].assign(chance=np.nan)
    above = (control >= ranks[chosen].min()).sum()
    return part.assign(stratum=f"control {above} of {len(control)}") if len(control) else part


def reached(stratum: str) -> tuple[int, int]:
    """How many relevant messages of the control sample rank with a batch or above it, and of how many."""
    said = _REACHED.fullmatch(str(stratum))
    return (int(said[1]), int(said[2])) if said else (0, 0)


Draw = Callable[[pd.DataFrame, pd.DataFrame, int, np.random.Generator], pd.DataFrame]
DESIGNS: dict[str, Draw] = {
    "stratified": _stratified, "random": _random, "uncertainty": _uncertainty, ACTIVE: _active,
    CONTROL: _random,
}  # fmt: skip
