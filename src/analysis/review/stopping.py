"""When a review may stop: a rule with a guarantee, and rules of thumb beside it.

`found` is the review so far: for each message read, in order, whether it was relevant. The rule with a guarantee needs
a random sample coded before the review began and kept from its learner; the others need nothing and promise nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.review.draws import ACTIVE, reached
from analysis.review.population import SCHEME, population
from analysis.sensitivity import judgements
from analysis.sensitivity.judgements import CONTROL

if TYPE_CHECKING:
    from analysis.matter import Matter

GOAL = 0.8
"""Recall a review is to reach (standard `stop_recall`): the share below which reviews are commonly held incomplete."""
SHARE = 0.75
"""Share of all messages at which a budget ends (standard `stop_budget`)."""
SLOPE, LEAST_READ = 6.0, 1000
"""Knee: the first part of the curve must rise this many times faster than the rest; with few relevant messages found,
steeper. Cormack and Grossman (2016) stop at 6; below `LEAST_READ` messages they never stop (standards `stop_slope` and
`stop_least_read`)."""
STOP, ON, UNKNOWN = "stop", "go on", "cannot tell"


def needed(n_relevant: int, recall: float = GOAL, confidence: float = 0.95) -> int | None:
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
    from scipy.special import bdtrc

    enough = (j for j in range(1, n_relevant + 1) if bdtrc(j - 1, n_relevant, recall) <= 1 - confidence)
    return next(enough, None)


def quantile(sample_ranks: Sequence[int], recall: float = GOAL, confidence: float = 0.95) -> int | None:
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


def budget(n_read: int, total: int, share: float = SHARE) -> int | None:
    """After how many messages a stated share of all is read, or None. Guarantees no recall, only an end."""
    most = math.ceil(total * share)
    return most if n_read >= most else None


def advice(matter: Matter) -> pd.DataFrame:
    """A row is a rule and what it says now of the matter's review for business: `rule`, `says`, `why`, `promises`.

    `says` is stop, go on or cannot tell. Messages of the scope only; what was passed on to exact copies counts as read.
    """
    rows, judged = population(matter), judgements.read(matter)
    judged = judged[(judged["scheme"] == SCHEME) & judged["message_id"].isin(rows["message_id"])]
    goal, level = matter.standard("stop_recall", GOAL), matter.scope.level
    business = judged["message_id"].map(judgements.verdicts(judged, SCHEME)) == "business"
    share = matter.standard("stop_budget", SHARE)
    n = judged["message_id"].nunique()
    ended = STOP if budget(n, len(rows), share) else ON
    promise = f"recall of {goal:.0%} or more, with {level:.0%} confidence"
    said = [
        ("quantile", *_quantile(judged, business, goal, level), promise),
        ("knee", *_knee(matter, judged, business), "nothing"),
        ("budget", ended, f"{n:,} of {len(rows):,} messages are read; it ends at {share:.0%}", "nothing"),
    ]
    return pd.DataFrame(said, columns=["rule", "says", "why", "promises"])


def _quantile(judged: pd.DataFrame, business: pd.Series, goal: float, level: float) -> tuple[str, str]:
    control = judged["design"] == CONTROL
    n = judged[control & business]["message_id"].nunique()
    least = math.ceil(math.log(1 - level) / math.log(goal))
    if (wanted := needed(n, goal, level)) is None:
        return UNKNOWN, (
            f"the coded control sample holds {n} business messages and {least} are needed; before the review, draw "
            f"--batch 300 --design {CONTROL}, which is kept from the learner"
        )
    batches = judged[judged["design"] == ACTIVE]["stratum"].unique()
    counts = [at for at, of in map(reached, batches) if of == n]
    if len(counts) < len(batches):
        return UNKNOWN, "the control sample has changed since a batch of the review was drawn; go on with a fresh one"
    now = max(counts, default=0)
    why = f"the review has reached {now} of {n} business messages of the control sample; {wanted} are needed"
    return (STOP if now >= wanted else ON), why


def _knee(matter: Matter, judged: pd.DataFrame, business: pd.Series) -> tuple[str, str]:
    order = judged.assign(found=business)[judged["design"] == ACTIVE].sort_values(["batch", "at"], kind="stable")
    found = order.drop_duplicates("message_id")["found"].tolist()
    least = int(matter.standard("stop_least_read", LEAST_READ))
    if len(found) < least:
        return UNKNOWN, f"{len(found)} of {least} needed messages were read in order of relevance (--design {ACTIVE})"
    bent = knee(found, matter.standard("stop_slope", SLOPE), least)
    return (STOP, f"the gain fell off after {bent} messages") if bent else (ON, "new messages still bring as much")
