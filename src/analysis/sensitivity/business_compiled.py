"""The loop of `business_scorer`, compiled by numba (extra `fast`); it cannot be imported without it.

Everything is as in `business_tokens`, byte for byte. A text is read once, letter by letter; words of up to 16 bytes are
known again by those bytes, so that their features are hashed only when they are new.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from analysis.sensitivity.business_tokens import BITS, LONGEST, MIX, PAIRED, PART, PIECE, SPACE, WORD

U = np.uint64
_MIX, _PAIRED, _SHIFT, _BYTE = U(MIX), U(PAIRED), U(64 - BITS), U(8)
_WORD, _PART, _ALL = U(WORD[0]), U(PART[0]), U(0xFFFFFFFF)
MEMORY = 14
"""Bits of a place among the words remembered: half a megabyte of them, which stays in the processor's cache."""
HELD = 16
"""Bytes of a word that are remembered; longer ones are hashed each time."""


def _crc_table() -> np.ndarray:
    table = np.arange(256, dtype=np.uint64)
    for _ in range(8):
        table = np.where(table & U(1), (table >> U(1)) ^ U(0xEDB88320), table >> U(1))
    return table


CRC = _crc_table()


@njit(cache=True)
def _crc(state: Any, byte: Any) -> Any:
    return CRC[(state ^ U(byte)) & U(255)] ^ (state >> _BYTE)


@njit(cache=True)
def _place(number: Any) -> Any:
    return np.int64((number * _MIX) >> _SHIFT)


@njit(cache=True)
def _word(data: Any, start: int, stop: int, weights: Any, fold: Any, keys: Any, places: Any) -> Any:
    """Number of one word, sum and number of its features."""
    number = _crc(_ALL, _WORD)
    for at in range(start, stop):
        number = _crc(number, fold[data[at]])
    number ^= _ALL
    total, count = np.float64(weights[_place(number)]), 1
    if stop - start > PIECE:
        for first in range(start, stop - PIECE + 1):
            piece = _crc(_ALL, _PART)
            for at in range(first, first + PIECE):
                piece = _crc(piece, fold[data[at]])
            total += weights[_place(piece ^ _ALL)]
            count += 1
    slot = np.searchsorted(keys, number)
    if slot < len(keys) and keys[slot] == number:
        total += weights[places[slot]]
        count += 1
    return number, total, count


@njit(cache=True)
def _sign(data: Any, at: int, end: int) -> Any:
    """End of a sign of several bytes; 0 where half of one stands at the end of what counts."""
    most = 1 if data[at] == 0xC2 else 2 if data[at] < 0xF0 else 3
    stop = at + 1
    while stop < end and stop <= at + most and 0x80 <= data[stop] < 0xC0:
        stop += 1
    return 0 if data[at] == 0xC2 and stop == at + 1 else stop


@njit(cache=True)
def _text(data: Any, at: int, end: int, weights: Any, fold: Any, run: Any, listed: Any, kept: Any) -> Any:
    """Sum and number of the features of one text.

    `run` is the folded byte where it goes on with a run of letters, else 0. `kept` remembers words by their last 16
    bytes; of two that share a place the later one stays.
    """
    first, second, numbers, sums, counts = kept
    total, count, before, paired = 0.0, 0, U(0), False
    while at < end:
        start, low, high = at, U(0), U(0)
        letter = run[data[at]]
        if letter:
            while letter:
                high = (high << _BYTE) | (low >> U(56))
                low = (low << _BYTE) | U(letter)
                at += 1
                letter = run[data[at]] if at < end else np.uint8(0)
        elif fold[data[at]] == SPACE:
            at += 1
            continue
        else:
            at = _sign(data, at, end)
            if not at:
                at = start + 1
                continue
            for k in range(start, at):
                low = (low << _BYTE) | U(data[k])
        place = np.int64(((low ^ (high * _PAIRED)) * _MIX) >> U(64 - MEMORY))
        if at - start > HELD or first[place] != low or second[place] != high:
            first[place], second[place] = (low, high) if at - start <= HELD else (U(0), U(0))
            numbers[place], sums[place], counts[place] = _word(data, start, at, weights, fold, listed[0], listed[1])
        total += sums[place]
        count += counts[place]
        if paired:
            total += weights[_place(before * _PAIRED + numbers[place])]
            count += 1
        before, paired = numbers[place], True
    return total, count


@njit(cache=True)
def sums(data: Any, ends: Any, weights: Any, fold: Any, keys: Any, places: Any) -> Any:
    """The margin of each text: the sum of its weights over the root of its number of features."""
    found, size = np.zeros(ends.shape[0] - 1), 1 << MEMORY
    kept = np.zeros(size, U), np.zeros(size, U), np.zeros(size, U), np.zeros(size), np.zeros(size, np.int64)
    run = fold.copy()
    run[fold == SPACE] = 0
    run[0xC2], run[0xE0:] = 0, 0
    for row in range(found.shape[0]):
        end = min(ends[row + 1], ends[row] + LONGEST)
        total, count = _text(data, ends[row], end, weights, fold, run, (keys, places), kept)
        if count:
            found[row] = total / np.sqrt(count)
    return found
