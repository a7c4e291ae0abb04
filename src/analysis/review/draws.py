"""Which messages people read next: at random, by stratum, where the model is unsure, or what it expects most of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.errors import ParameterError
from analysis.review import active

SEED = 20220711


def draw(rows: pd.DataFrame, n: int, design: str, turn: int) -> pd.DataFrame:
    """`n` of the messages nobody has judged (all, when there are fewer), with `design`, `stratum` and `chance`.

    Parameters
    ----------
    rows
        `population`, with `truth` (1, 0, NaN) for the design `active`.
    design
        One of `DESIGNS`. Only `random` and `stratified` give a `chance`, and so a basis for estimates.
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
    """What a learner trained on all judgements so far ranks highest; without judgements of both kinds, the score."""
    judged = np.flatnonzero(rows["truth"].isin([0.0, 1.0])) if "truth" in rows else np.array([], int)
    truth = rows["truth"].to_numpy()[judged] if len(judged) else np.array([])
    ranks = left["score"]
    if 0 < truth.sum() < len(truth):
        made = active.scores(active.matrix(rows["text"].tolist()), judged, truth == 1)
        ranks = pd.Series(made, rows.index)[left.index]
    return left.loc[np.sort(ranks.sort_values(ascending=False, kind="stable").index[:n])].assign(chance=np.nan)


Draw = Callable[[pd.DataFrame, pd.DataFrame, int, np.random.Generator], pd.DataFrame]
DESIGNS: dict[str, Draw] = {
    "stratified": _stratified, "random": _random, "uncertainty": _uncertainty, "active": _active,
}  # fmt: skip
