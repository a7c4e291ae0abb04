"""How much of a text stands in a stretch of a longer one, in its order, where words were changed, added or left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.records.joins import STRIDE, Found
from analysis.records.tokens import Places, Tokens, Words, loops

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
    fast, counts = loops(len(short.words) + len(long.words)), np.zeros(1 << SLOTS, np.int64)
    if fast:
        fast.counted(short.words, np.uint32(32 - SLOTS), counts)
    else:
        counts += np.bincount(short.words >> np.uint32(32 - SLOTS), minlength=1 << SLOTS)
    rarity = np.rint(FINE * np.log1p((len(short.starts) - 1) / np.maximum(counts, 1))).astype(np.int64)
    own, until = short.starts[rows.text], short.starts[rows.text + 1]
    low = np.maximum(rows.low - STRIDE, long.starts[rows.item])
    high = np.minimum(rows.high + until - own + STRIDE, long.starts[rows.item + 1])
    sides, out = (own, until, low, high), np.full((5, len(own)), -1, np.int64)
    if fast and len(own):
        fast.in_order(short.words, sides, long.words, rarity, np.uint32(32 - SLOTS), least, out)
    for row in np.flatnonzero(out[0] < 0).tolist():
        words, there = short.words[own[row] : until[row]], long.words[low[row] : high[row]]
        out[:, row] = _in_order(words, there, rarity, least)
        out[3:, row] += low[row]
    return Aligned(out[0], out[1] / np.maximum(out[2], 1), out[3], out[4])


def _in_order(words: Words, there: Words, rarity: Places, least: int) -> tuple[int, ...]:
    """Words in common in order, their weight, that of all words, and where they begin and end."""
    from rapidfuzz.distance import LCSseq

    sides = words.tolist(), there.tolist()
    if not LCSseq.similarity(*sides, score_cutoff=least):
        return 0, 0, 0, 0, 0
    kept = [one for one in LCSseq.opcodes(*sides) if one.tag == "equal"]
    mask = np.zeros(len(words), bool)
    for one in kept:
        mask[one.src_start : one.src_end] = True
    weight = rarity[words >> np.uint32(32 - SLOTS)]
    return int(mask.sum()), int(weight[mask].sum()), int(weight.sum()), kept[0].dest_start, kept[-1].dest_end
