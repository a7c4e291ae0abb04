"""Reviews of a labelled collection, replayed: what reading in order of relevance gains, and whether stated bounds hold.

`orders` are replays that began with other first documents: for each, in order of reading, whether a message was
relevant. Cannot show: how a review of messages nobody coded would go; a collection drawn by stratum is not the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.review import active, stopping
from analysis.studies.intervals import SEED, clopper_pearson
from analysis.studies.recall import LEAST, least

Order = NDArray[np.bool_]
REPLAYS, TRIALS = 20, 200
"""Replays with other first documents; samples drawn for the rules, ten to a replay."""
BAND = 0.9
"""Share of replays inside the band of a curve."""
MOST = 1500
"""Messages of a replay: likenesses of all pairs are kept, so of more coded messages a random part is taken."""
SAMPLED = 0.25
"""Share of the collection in the sample of the rule with a guarantee."""


def orders(worded: pd.DataFrame, replays: int = REPLAYS) -> list[Order]:
    """Replays over coded messages (`relations.worded`), business being what is sought; none where too little is coded.

    Messages their coders are split about count as personal.
    """
    relevant = (worded["truth"] > 0.5).to_numpy()
    chosen = np.random.default_rng(SEED).permutation(len(relevant))[:MOST]
    texts, relevant = worded["text"].iloc[chosen].tolist(), relevant[chosen]
    if len(texts) < LEAST or min(relevant.sum(), (~relevant).sum()) < 2:
        return []
    rows = active.matrix(texts)
    return [relevant[active.replay(rows, relevant, active.begin(relevant, seed))] for seed in range(replays)]


def curves(played: Sequence[Order], points: int = 100) -> pd.DataFrame:
    """A row is a share of messages read: `read`, and the recall there: `median`, `low` and `high` of the replays,
    `best` if every relevant message came first. At random it is `read` itself, on average."""  # noqa: D205, D209
    if not played:
        return pd.DataFrame(columns=["read", "median", "low", "high", "best"], dtype=float)
    size, total = len(played[0]), int(played[0].sum())
    places = np.unique(np.linspace(0, size, points + 1).round().astype(int))
    gains = np.array([np.concatenate([[0], np.cumsum(one)])[places] / total for one in played])
    low, middle, high = np.quantile(gains, [(1 - BAND) / 2, 0.5, (1 + BAND) / 2], axis=0)
    best = np.minimum(places / total, 1)
    return pd.DataFrame({"read": places / size, "median": middle, "low": low, "high": high, "best": best})


def stops(
    played: Sequence[Order], recall: float = stopping.GOAL, confidence: float = 0.95, share: float = stopping.SHARE
) -> pd.DataFrame:
    """A row is a rule: `rule`, `n_messages`, `stopped` (share of trials in which it ended before all was read), the
    median share `read` and `recall` there, `held` (share of trials that reached the recall sought), `promised`.

    The rule with a guarantee draws a random sample of its own in each of `TRIALS`; knee and budget follow from the
    order. The last row is no rule: half is read, a sample of the rest bounds the `recall`, and `held` says how often
    the bound was true.
    """  # noqa: D205
    columns = ["rule", "n_messages", "stopped", "read", "recall", "held", "promised"]
    if not played:
        return pd.DataFrame(columns=columns)
    size = len(played[0])
    rules: dict[str, Callable[[Order, int], int | None]] = {
        "quantile": lambda found, turn: _sampled(found, round(SAMPLED * size), turn, recall, confidence),
        "knee": lambda found, _: stopping.knee(found.tolist()),
        "budget": lambda _, __: stopping.budget(size, size, share),
    }
    rows: list[tuple[object, ...]] = []
    for name, rule in rules.items():
        trials = [(played[turn % len(played)], turn) for turn in range(TRIALS if name == "quantile" else len(played))]
        ends = [rule(*trial) for trial in trials]
        reached = [found[:end].sum() / found.sum() for (found, _), end in zip(trials, ends, strict=True)]
        read = [(size if end is None else end) / size for end in ends]
        facts = np.mean([one < 1 for one in read]), np.median(read), np.median(reached)
        held, promised = np.mean([one >= recall for one in reached]), confidence if name == "quantile" else np.nan
        rows.append((name, size, *facts, held, promised))
    rows.append(("elusion bound", size, np.nan, 0.5, *_bounded(played, round(SAMPLED * size), confidence), confidence))
    return pd.DataFrame(rows, columns=columns)


def _bounded(played: Sequence[Order], n: int, confidence: float) -> tuple[float, float]:
    """The median bound by elusion after half is read, and the share of `TRIALS` in which it was true."""
    bounds = []
    for turn in range(TRIALS):
        found, random = played[turn % len(played)], np.random.default_rng((SEED, turn, 1))
        bounds.append(_elusion(found, len(found) // 2, n, random, confidence))
    reached, stated = np.array(bounds).T
    return float(np.median(stated)), float((reached >= stated).mean())


def _sampled(found: Order, n: int, turn: int, recall: float, confidence: float) -> int | None:
    """Where the quantile rule stops by one random sample of the collection."""
    drawn = np.random.default_rng((SEED, turn)).choice(len(found), n, replace=False)
    return stopping.quantile((drawn[found[drawn]] + 1).tolist(), recall, confidence)


class Coverage(NamedTuple):
    """Shares of simulated reviews whose statement was true: the stopping rule's, the elusion bound's, and that of the
    bound on the recall of labels; `read`: the share of all messages read when the rule stopped."""  # noqa: D205, D209

    stopped: float
    bounded: float
    labelled: float
    read: float


def coverage(orders: Sequence[Order], trials: int, n_sample: int, recall: float = stopping.GOAL,
             confidence: float = 0.95) -> Coverage:  # fmt: skip
    """How often stated bounds on recall hold, in simulated reviews of a collection whose answers are known.

    Each trial takes one of `orders` (relevance in order of reading) in turn and draws three samples of its own: one
    before the review, by which the quantile rule stops it; one of what is unread half way to the stop (elusion); and
    one by stratum, by which the recall of labels is bounded that call the messages read by then relevant.
    """
    held = np.zeros((trials, 4))
    for trial in range(trials):
        found, random = orders[trial % len(orders)], np.random.default_rng((SEED, trial, 1))
        size, total = len(found), int(found.sum())
        stop = _sampled(found, min(n_sample, size // 2), trial, recall, confidence) or size
        half = max(stop // 2, 1)
        reached, stated = _elusion(found, half, n_sample, random, confidence)
        labelled = _least(found, half, n_sample // 2, random, confidence)
        enough = found[:stop].sum() >= recall * total
        held[trial] = enough, reached >= stated, reached >= labelled, stop / size
    return Coverage(*held.mean(axis=0).tolist())


def _elusion(found: Order, read: int, n: int, random: np.random.Generator, confidence: float) -> tuple[float, float]:
    """Recall after `read` messages, and the recall that a random sample of the unread says is reached at least."""
    reached, null = int(found[:read].sum()), found[read:]
    missed = null[random.choice(len(null), min(n, len(null)), replace=False)]
    high = clopper_pearson(int(missed.sum()), len(missed), 2 * confidence - 1).high
    return reached / int(found.sum()), reached / (reached + high * len(null)) if reached else 0.0


def _least(found: Order, half: int, n: int, random: np.random.Generator, confidence: float) -> float:
    """The bound of `recall.least` from a sample by stratum: `n` of the first `half`, which are called relevant, and `n`
    of the rest."""  # noqa: D205, D209
    parts = np.split(np.arange(len(found)), [half])
    drawn = [random.choice(part, min(n, len(part)), replace=False) for part in parts]
    rows = pd.DataFrame({"truth": found[np.concatenate(drawn)].astype(float), "batch": "B"})
    rows["said"] = np.repeat([True, False], [len(one) for one in drawn])
    rows["chance"] = np.repeat([len(one) / len(part) for one, part in zip(drawn, parts, strict=True)],
                               [len(one) for one in drawn])  # fmt: skip
    rows["stratum"] = rows["said"].astype(str)
    return least(rows, confidence)
