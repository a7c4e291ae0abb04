"""The loops over words of many texts, compiled by numba. Each does what its numpy twin does, number for number.

Cannot be imported without the extra `fast`.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from analysis.records.tokens import MIX, PRIME

__all__ = ["compared", "in_order", "mark", "met", "numbered", "set_bits"]
compiled = numba.njit(cache=True, nogil=True, boundscheck=False)
_PRIME, _HALF = np.uint64(PRIME), np.uint64(32)
_A, _B, _C = (np.uint64(value) for value in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
_SHIFT, _SIX, _LOW, _ONE = np.uint64(29), np.uint64(6), np.uint64(63), np.uint64(1)


@compiled
def numbered(raw: Any, letters: Any, words: Any, counts: Any) -> int:
    """Numbers of the words of a block into `words`, how many each line has into `counts`; returns how many in all."""
    n, line, before = 0, 0, 0
    power, number, inside = _ONE, np.uint64(0), False
    for at in range(len(raw)):
        code = letters[raw[at]]
        if code:
            number += np.uint64(code) * power
            power *= _PRIME
            inside = True
        else:
            if inside:
                words[n] = (number * MIX) >> _HALF
                n += 1
                power, number, inside = _ONE, np.uint64(0), False
            if raw[at] == 10:
                counts[line] = n - before
                line, before = line + 1, n
    return n


@compiled
def _run(words: Any, at: int) -> Any:
    mixed = np.uint64(words[at]) * _A
    mixed ^= np.uint64(words[at + 1]) * _B
    mixed += np.uint64(words[at + 2]) * _C
    mixed ^= mixed >> _SHIFT
    return mixed * _A


@compiled
def mark(words: Any, starts: Any, bitmap: Any, shift: Any) -> None:
    """Set the bit of every run of three words; none crosses from one text into the next."""
    for row in range(len(starts) - 1):
        for at in range(starts[row], starts[row + 1] - 2):
            slot = _run(words, at) >> shift
            bitmap[slot >> _SIX] |= _ONE << (slot & _LOW)


@compiled
def set_bits(numbers: Any, bitmap: Any, shift: Any) -> None:
    """Set the bits of runs known by their numbers."""
    for number in numbers:
        slot = number >> shift
        bitmap[slot >> _SIX] |= _ONE << (slot & _LOW)


@compiled
def met(words: Any, starts: Any, bitmap: Any, shift: Any, numbers: Any, places: Any) -> int:
    """Runs whose bit is set, and where they begin; returns how many."""
    n = 0
    for row in range(len(starts) - 1):
        for at in range(starts[row], starts[row + 1] - 2):
            number = _run(words, at)
            slot = number >> shift
            if (bitmap[slot >> _SIX] >> (slot & _LOW)) & _ONE:
                numbers[n], places[n] = number, at
                n += 1
    return n


@compiled
def compared(short: Any, begins: Any, sizes: Any, long: Any, low: Any, high: Any, line: Any, out: Any) -> None:
    """Every word of each text along its line: at, skipped, run, same, first and last+1 of the same words."""
    for row in range(len(line)):
        best = size = same = at = 0
        first, last = np.iinfo(np.int64).max, 0
        for k in range(sizes[row]):
            spot = line[row] + k
            if spot >= low[row] and spot < high[row] and short[begins[row] + k] == long[spot]:
                size, same, last = size + 1, same + 1, spot + 1
                first = min(first, spot)
                if size > best:
                    best, at = size, k - size + 1
            else:
                size = 0
        out[0, row], out[1, row], out[2, row] = line[row] + at, at, best
        out[3, row], out[4, row], out[5, row] = same, first, last


@compiled
def in_order(short: Any, own: Any, until: Any, long: Any, low: Any, high: Any, out: Any) -> None:
    """How many words each stretch of texts has in common with one of items, in order: the longest common subsequence.

    Bits of a word (texts of 64 words and more: left at -1) stand for places of the text (Hyyro 2004).
    """
    for row in range(len(own)):
        size = until[row] - own[row]
        if size > 63:
            out[row] = -1
            continue
        held = ~np.uint64(0)
        for spot in range(low[row], high[row]):
            same = np.uint64(0)
            for k in range(size):
                if short[own[row] + k] == long[spot]:
                    same |= _ONE << np.uint64(k)
            both = held & same
            held = (held + both) | (held - both)
        n = np.int64(0)
        for k in range(size):
            n += 1 - np.int64((held >> np.uint64(k)) & _ONE)
        out[row] = n
