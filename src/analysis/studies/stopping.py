"""When a review may stop: rules with a guarantee, and rules of thumb beside them.

`found` is the review so far: for each message read, in order, whether it was relevant. The rule with a guarantee needs
a random sample coded before the review began; the others need nothing and promise nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.studies.intervals import SEED, clopper_pearson
from analysis.studies.recall import least

SLOPE, LEAST_READ = 6.0, 1000
"""Knee: the first part of the curve must rise this many times faster than the rest; with few relevant messages found,
steeper. Cormack and Grossman (2016) stop at 6; below `LEAST_READ` messages they never stop."""


def needed(n_relevant: int, recall: float = 0.8, confidence: float = 0.95) -> int | None:
    """How many of the relevant messages of a random sample the review must reach before it may stop.

    The smallest j with P(Bin(n, recall) >= j) <= 1 - confidence: as the place of the j-th of them in the order of
    review is an order statistic of all relevant ones, stopping there gives `recall` with this confidence. j is fixed
    before the review, so looking at every step costs nothing. None when the sample holds too few relevant messages for
    any j: draw more.

    References
    ----------
    Lewis, D. D., Yang, E., Frieder, O. (2021). Certifying one-phase technology-assisted reviews. CIKM '21 (the quantile
    binomial coefficient rule).
    """
    from scipy.stats import binom

    enough = [j for j in range(1, n_relevant + 1) if binom.sf(j - 1, n_relevant, recall) <= 1 - confidence]
    return enough[0] if enough else None


def quantile(sample_ranks: Sequence[int], recall: float = 0.8, confidence: float = 0.95) -> int | None:
    """After how many messages the review may stop, given where the sample's relevant messages stand in its order.

    Ranks count from 1. None: never before everything is read.
    """
    place = needed(len(sample_ranks), recall, confidence)
    return None if place is None else sorted(sample_ranks)[place - 1]


def knee(found: Sequence[bool], slope: float = SLOPE, least: int = LEAST_READ) -> int | None:
    """After how many messages the gain curve has bent, or None. A rule of thumb: it guarantees no recall.

    The knee is the point farthest above the straight line from the start to the place reached; slopes before and
    after it are compared, at steps a tenth apart.

    References
    ----------
    Cormack, G. V., Grossman, M. R. (2016). Engineering quality and reliability in technology-assisted review. SIGIR.
    """
    gains = np.cumsum(np.asarray(found, dtype=float))
    read = 50
    while read <= len(gains):
        now = gains[:read]
        bend = int(np.argmax(now - now[-1] * np.arange(1, read + 1) / read)) + 1
        after = (now[-1] - now[bend - 1] + 1) / max(read - bend, 1)
        wanted = max(slope, 156 - now[bend - 1])
        if read >= least and bend < read and (now[bend - 1] / bend) / after >= wanted:
            return read
        read = max(read + 1, round(read * 1.1))
    return None


def budget(found: Sequence[bool], total: int, share: float = 0.75) -> int | None:
    """After how many messages a stated share of all is read, or None. Guarantees no recall, only an end."""
    most = -(-total * share // 1)
    return int(most) if len(found) >= most else None


class Coverage(NamedTuple):
    """Shares of simulated reviews whose statement was true: the stopping rule's, the elusion bound's, and that of the
    bound on the recall of labels; `read`: the share of all messages read when the rule stopped."""  # noqa: D205, D209

    stopped: float
    bounded: float
    labelled: float
    read: float


def coverage(orders: Sequence[NDArray[np.bool_]], trials: int, n_sample: int, recall: float = 0.8,
             confidence: float = 0.95) -> Coverage:  # fmt: skip
    """How often stated bounds on recall hold, in simulated reviews of a collection whose answers are known.

    Each trial takes one of `orders` (relevance in order of reading) in turn and draws three samples of its own: one
    before the review, by which the quantile rule stops it; one of what is unread half way to the stop (elusion); and
    one by stratum, by which the recall of labels is bounded that call the messages read by then relevant.
    """
    held = np.zeros((trials, 4))
    for trial in range(trials):
        found, random = orders[trial % len(orders)], np.random.default_rng((SEED, trial))
        size, total = len(found), int(found.sum())
        drawn = np.sort(random.choice(size, min(n_sample, size // 2), replace=False))
        stop = quantile((drawn[found[drawn]] + 1).tolist(), recall, confidence) or size
        half = max(stop // 2, 1)
        reached, null = int(found[:half].sum()), found[half:]
        missed = null[random.choice(len(null), min(n_sample, len(null)), replace=False)]
        high = clopper_pearson(int(missed.sum()), len(missed), 2 * confidence - 1).high
        stated = reached / (reached + high * len(null)) if reached else 0.0
        labelled = _least(found, half, n_sample // 2, random, confidence)
        enough = found[:stop].sum() >= recall * total
        held[trial] = enough, reached >= stated * total, reached >= labelled * total, stop / size
    return Coverage(*held.mean(axis=0).tolist())


def _least(found: NDArray[np.bool_], half: int, n: int, random: np.random.Generator, confidence: float) -> float:
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
