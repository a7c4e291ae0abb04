"""How much of a text stands in a stretch of a longer one, in its order, where words were changed, added or left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.records.joins import STRIDE, Found
from analysis.records.tokens import Places, Tokens

SLOTS = 20  # bits of a word's number by which it is counted: a rare word may share a slot with another, and weigh less
FINE = 1024  # parts of a unit of rarity: whole numbers add up the same in any order


@dataclass(frozen=True)
class Aligned:
    """The most words of a text that stand in a stretch of an item in order, a row a pair.

    `same`: how many. `share`: of the text's words, where a rare one counts for more (the logarithm of how rare it is
    among the short texts). `start`, `end`: where in the items they begin and end.
    """

    same: Places
    share: NDArray[np.float64]
    start: Places
    end: Places


def aligned(short: Tokens, long: Tokens, rows: Found, least: int) -> Aligned:
    """Texts against the stretches of items around lines `low` to `high`; zeros where fewer than `least` words agree."""
    from rapidfuzz.distance import LCSseq

    slots = short.words >> np.uint32(32 - SLOTS)
    counts = np.bincount(slots, minlength=1 << SLOTS)
    rarity = np.rint(FINE * np.log1p((len(short.starts) - 1) / np.maximum(counts, 1))).astype(np.int64)
    own, until = short.starts[rows.text], short.starts[rows.text + 1]
    low = np.maximum(rows.low - STRIDE, long.starts[rows.item])
    high = np.minimum(rows.high + until - own + STRIDE, long.starts[rows.item + 1])
    out = np.zeros((5, len(own)), np.int64)
    for row, (a, b, c, d) in enumerate(zip(own.tolist(), until.tolist(), low.tolist(), high.tolist(), strict=True)):
        sides = short.words[a:b].tolist(), long.words[c:d].tolist()
        if LCSseq.similarity(*sides, score_cutoff=least):
            kept = [one for one in LCSseq.opcodes(*sides) if one.tag == "equal"]
            weight, mask = rarity[slots[a:b]], np.zeros(b - a, bool)
            for one in kept:
                mask[one.src_start : one.src_end] = True
            ends = c + kept[0].dest_start, c + kept[-1].dest_end
            out[:, row] = mask.sum(), weight[mask].sum(), weight.sum(), *ends
    return Aligned(out[0], out[1] / np.maximum(out[2], 1), out[3], out[4])
