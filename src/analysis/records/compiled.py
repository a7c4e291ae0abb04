"""The loops over words of many texts, compiled by numba. Each does what its numpy twin does, number for number.

Cannot be imported without the extra `fast`.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from analysis.records.tokens import MIX, PRIME

__all__ = ["counted", "grouped", "in_order", "joined", "mark", "met", "narrowed", "numbered", "rares"]
compiled = numba.njit(cache=True, nogil=True, boundscheck=False)
_PRIME, _HALF = np.uint64(PRIME), np.uint64(32)
_A, _B, _C = (np.uint64(value) for value in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
_SHIFT, _SIX, _LOW, _ONE, _NONE = np.uint64(29), np.uint64(6), np.uint64(63), np.uint64(1), np.uint64(0)
_SECOND = np.uint64(31)  # where the number of a run keeps the six bits of its second mark
_FEW = 256  # marks of words by which windows without enough common words are told at once
_LINE, _ZERO = 36, 1 << 35  # bits of a line beside the number of its item, and where they count from: lines may be < 0


@compiled
def numbered(raw: Any, letters: Any, words: Any, counts: Any) -> int:
    """Numbers of the words of a block into `words`, how many each line has into `counts`; returns how many in all."""
    n, line, before, inside, number = 0, 0, 0, 0, _NONE
    for at in range(len(raw)):
        code = letters[raw[at]]
        letter = 1 if code else 0
        words[n] = (number * MIX) >> _HALF
        n += inside & (1 - letter)
        number = number * (_PRIME if code else _NONE) + np.uint64(code)
        inside = letter
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
    """Set two bits for every run of three words; none crosses from one text into the next."""
    for row in range(len(starts) - 1):
        for at in range(starts[row], starts[row + 1] - 2):
            _set(_run(words, at), bitmap, shift)


@compiled
def _set(number: Any, bitmap: Any, shift: Any) -> None:
    slot = number >> shift
    bitmap[slot >> _SIX] |= (_ONE << (slot & _LOW)) | (_ONE << ((number >> _SECOND) & _LOW))


@compiled
def met(words: Any, starts: Any, bitmap: Any, shift: Any, width: Any, keys: Any) -> int:
    """Runs whose bits are set, each with the place at which it begins in the low `width` bits; returns how many."""
    n = 0
    for row in range(len(starts) - 1):
        for at in range(starts[row], starts[row + 1] - 2):
            number = _run(words, at)
            slot = number >> shift
            word = bitmap[slot >> _SIX]
            keys[n] = (number >> width << width) | np.uint64(at)
            n += int((word >> (slot & _LOW)) & (word >> ((number >> _SECOND) & _LOW)) & _ONE)
    return n


@compiled
def grouped(
    keys: Any, width: Any, common: int, shift: Any, long: Any, heads: Any, firsts: Any, places: Any, slots: Any
) -> int:
    """Sorted keys to distinct runs (`heads`), each with its places and their items (from `firsts`); not common ones.

    `slots`: where the runs that share their upper bits begin. Returns how many runs.
    """
    starts, owners, step = long
    n, kept, at, low = 0, 0, 0, (_ONE << width) - _ONE
    while at < len(keys):
        begin, head = at, keys[at] >> width
        while at < len(keys) and keys[at] >> width == head:
            at += 1
        if at - begin > common:
            continue
        heads[n], firsts[n] = head << width, kept
        slots[(keys[begin] >> shift) + _ONE] += 1
        n += 1
        for one in range(begin, at):
            place = np.int64(keys[one] & low)
            item = owners[place // step]
            while starts[item + 1] <= place:
                item += 1
            places[kept] = (item << _LINE) + place + _ZERO
            kept += 1
    firsts[n] = kept
    for slot in range(1, len(slots)):
        slots[slot] += slots[slot - 1]
    return n


@compiled
def narrowed(heads: Any, bitmap: Any, shift: Any) -> None:
    """The bits of these runs alone."""
    bitmap[:] = 0
    for number in heads:
        _set(number, bitmap, shift)


@compiled
def rares(keys: Any, width: Any, shift: Any, heads: Any, slots: Any, n_short: Any) -> int:
    """Keys of the short texts that are among `heads`, as the number of the run and the place; counts each run."""
    n, low = 0, (_ONE << width) - _ONE
    for key in keys:
        slot = key >> shift
        for one in range(slots[slot], slots[slot + _ONE]):
            if heads[one] == key & ~low:
                keys[n] = (np.uint64(one) << np.uint64(_LINE)) | (key & low)
                n_short[one] += 1
                n += 1
    return n


@compiled
def _hits(own: Any, begin: int, rare: Any, pairs: int, hits: Any) -> tuple[Any, int]:
    """Items and lines on which a rare run of one text stands, a number for both, sorted; and how many."""
    firsts, places, n_short = rare
    n = 0
    for key in own:
        one, at = key >> np.uint64(_LINE), np.int64(key & np.uint64((1 << _LINE) - 1)) - begin
        first, last = firsts[one], firsts[one + _ONE]
        if n_short[one] * (last - first) > pairs:
            continue
        if n + last - first > len(hits):
            hits = np.concatenate((hits, np.empty(n + last - first, np.int64)))
        for other in range(first, last):
            hits[n] = places[other] - at
            n += 1
    hits[:n].sort()
    return hits, n


@compiled
def joined(keys: Any, short: Any, begins: Any, rare: Any, words: Any, starts: Any, pairs: int, share: float) -> Any:
    """Texts compared along every line on which enough of their runs are met: columns as of `joins.Found`."""
    out, hits, n, until = np.empty((8, 1 << 16), np.int64), np.empty(1 << 10, np.int64), 0, 0
    for row in range(len(begins) - 1):
        since = until
        while until < len(keys) and keys[until] & np.uint64((1 << _LINE) - 1) < begins[row + 1]:
            until += 1
        hits, met = _hits(keys[since:until], begins[row], rare, pairs, hits)
        at = 0
        while at < met:
            begin, item = at, hits[at] >> _LINE
            while at < met and hits[at] >> _LINE == item:
                at += 1
            if at - begin < share * max(begins[row + 1] - begins[row] - 2, 1):
                continue
            if n + at - begin > out.shape[1]:
                out = np.concatenate((out, np.empty((8, out.shape[1] + at - begin), np.int64)), axis=1)
            for one in range(begin, at):
                if one == begin or hits[one] != hits[one - 1]:
                    out[0, n], out[1, n] = row, item
                    line = (hits[one] & ((1 << _LINE) - 1)) - _ZERO
                    _along(short[begins[row] : begins[row + 1]], words, starts[item], starts[item + 1], line, out[:, n])
                    n += 1
    return out[:, :n]


@compiled
def _along(own: Any, words: Any, low: int, high: int, line: int, out: Any) -> None:
    """Every word of a text along a line: at, skipped, run, same, first and last+1 of the same words into `out[2:]`."""
    best = size = same = at = 0
    first, last = np.iinfo(np.int64).max, 0
    for k in range(len(own)):
        spot = line + k
        if spot >= low and spot < high and own[k] == words[spot]:
            size, same, last = size + 1, same + 1, spot + 1
            first = min(first, spot)
            if size > best:
                best, at = size, k - size + 1
        else:
            size = 0
    out[2], out[3], out[4], out[5], out[6], out[7] = line + at, at, best, same, first, last


@compiled
def counted(words: Any, shift: Any, counts: Any) -> None:
    """How often each slot of words is met."""
    for word in words:
        counts[word >> shift] += 1


@compiled
def in_order(short: Any, sides: Any, words: Any, rarity: Any, slots: Any, least: int, out: Any) -> None:
    """The longest common subsequence of each stretch of texts and one of items, as `alignment` says.

    Bits of a word stand for places of the text (Hyyro 2004; of several subsequences, rapidfuzz's). Left at -1: texts of
    64 words and more.
    """
    own, until, low, high = sides
    seen, rows = np.zeros(_FEW, np.bool_), np.empty(max(1, (high - low).max()), np.uint64)
    for row in range(len(own)):
        text, there = short[own[row] : until[row]], words[low[row] : high[row]]
        out[:, row] = 0
        out[0, row] = -1 if len(text) > 63 else 0
        if len(text) > 63 or not _enough(text, there, least, seen):
            continue
        before, size = 0, min(len(text), len(there))
        while before < size and text[before] == there[before]:
            before += 1
        after = 0
        while after < size - before and text[len(text) - 1 - after] == there[len(there) - 1 - after]:
            after += 1
        _lcs(text, there, before, after, rows)
        mask, first, last = _traced(len(text), len(there), before, after, rows)
        n = weight = every = 0
        for k in range(len(text)):
            every += rarity[text[k] >> slots]
            if (mask >> np.uint64(k)) & _ONE:
                n, weight = n + 1, weight + rarity[text[k] >> slots]
        if n >= least:
            out[0, row], out[1, row], out[2, row] = n, weight, every
            out[3, row], out[4, row] = low[row] + first, low[row] + last


@compiled
def _enough(text: Any, there: Any, least: int, seen: Any) -> bool:
    """Whether so many words of a text may stand in a stretch at all, in any order."""
    for word in there:
        seen[word % _FEW] = True
    n = 0
    for word in text:
        n += 1 if seen[word % _FEW] else 0
    for word in there:
        seen[word % _FEW] = False
    return n >= least


@compiled
def _lcs(text: Any, there: Any, before: int, after: int, rows: Any) -> None:
    """After each word of the stretch: a zero bit where the text's word ends a longer subsequence."""
    held = ~_NONE
    for spot in range(before, len(there) - after):
        same = _NONE
        for k in range(before, len(text) - after):
            if text[k] == there[spot]:
                same |= _ONE << np.uint64(k - before)
        both = held & same
        held = (held + both) | (held - both)
        rows[spot - before] = held


@compiled
def _traced(n: int, n_there: int, before: int, after: int, rows: Any) -> tuple[Any, int, int]:
    """Words of the text in the subsequence as bits, and first and last+1 of the words of the stretch in it."""
    mask, first, last = _NONE, n_there, 0
    for k in range(before):
        mask |= _ONE << np.uint64(k)
    for k in range(n - after, n):
        mask |= _ONE << np.uint64(k)
    column, spot = n - before - after, n_there - before - after
    while spot and column:
        if (rows[spot - 1] >> np.uint64(column - 1)) & _ONE:
            column -= 1
            continue
        spot -= 1
        if spot and not (rows[spot - 1] >> np.uint64(column - 1)) & _ONE:
            continue
        column -= 1
        mask |= _ONE << np.uint64(before + column)
        first, last = before + spot, max(last, before + spot + 1)
    return (
        mask,
        0 if before else min(first, n_there - after) if after else first,
        n_there if after else max(last, before),
    )
