"""The loop of `business_scorer`, compiled by numba (extra `fast`); it cannot be imported without it.

Everything is as in `business_tokens`, byte for byte; the hash is MurmurHash3 (x86, 32 bit, seed 0).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from analysis.sensitivity.business_tokens import LONGEST, PIECE, SPACE, WIDTH

U = np.uint32
FIRST, SECOND, FINAL, LAST, STEP = U(0xCC9E2D51), U(0x1B873593), U(0x85EBCA6B), U(0xC2B2AE35), U(0xE6546B64)
WORD, PAIR, PART = ord("w"), ord("b"), ord("c")


@njit(cache=True)
def _turned(value: Any, by: Any) -> Any:
    return U(U(value << U(by)) | U(value >> U(32 - by)))


@njit(cache=True)
def murmur(buffer: Any, start: int, size: int) -> Any:
    """The hash of some bytes of a buffer, as an unsigned number."""
    value, whole = U(0), start + (size & ~3)
    for at in range(start, whole, 4):
        k = U(buffer[at]) | U(U(buffer[at + 1]) << U(8)) | U(U(buffer[at + 2]) << U(16)) | U(U(buffer[at + 3]) << U(24))
        k = U(_turned(U(U(k) * FIRST), 15) * SECOND)
        value = U(U(_turned(U(value ^ k), 13) * U(5)) + STEP)
    if size & 3:
        k = U(0)
        for at in range(start + size - 1, whole - 1, -1):
            k = U(U(k << U(8)) | U(buffer[at]))
        value = U(value ^ U(_turned(U(k * FIRST), 15) * SECOND))
    value = U(value ^ U(size))
    value = U(U(value ^ U(value >> U(16))) * FINAL)
    value = U(U(value ^ U(value >> U(13))) * LAST)
    return U(value ^ U(value >> U(16)))


@njit(cache=True)
def _place(key: Any) -> Any:
    """The feature index scikit-learn gives a hash: its absolute value as a signed number, modulo the width."""
    signed = np.int64(key)
    return (signed if signed < 1 << 31 else (np.int64(1) << 32) - signed) % WIDTH


@njit(cache=True)
def _token(data: Any, at: int, end: int, fold: Any) -> Any:
    """Start and end of the next token; start is `end` when there is none."""
    while at < end and (fold[data[at]] == SPACE or (data[at] == 0xC2 and at + 1 == end)):
        at += 1
    if at == end:
        return end, end
    first, stop = data[at], at + 1
    if first == 0xC2 or first >= 0xE0:
        most = 1 if first == 0xC2 else 2 if first < 0xF0 else 3
        while stop < end and stop <= at + most and 0x80 <= data[stop] < 0xC0:
            stop += 1
        return at, stop
    while stop < end and fold[data[stop]] != SPACE and data[stop] != 0xC2 and data[stop] < 0xE0:
        stop += 1
    return at, stop


@njit(cache=True)
def _class_of(key: Any, keys: Any) -> Any:
    """The slot of a listed word, -1 for any other."""
    most = np.int64(keys.shape[0] - 1)
    slot = np.int64(key) & most
    while keys[slot]:
        if keys[slot] == key:
            return slot
        slot = (slot + 1) & most
    return np.int64(-1)


@njit(cache=True)
def _text(data: Any, at: int, end: int, weights: Any, fold: Any, keys: Any, places: Any, buffer: Any) -> Any:
    """Sum and number of the features of one text. `buffer` holds the pair `b`, word before, space, word."""
    total, count, held = 0.0, 0, 0
    while True:
        start, stop = _token(data, at, end, fold)
        if start == end:
            return total, count
        size, at = stop - start, stop
        room = held + 1 if held else 0  # the word goes behind its forerunner and a space
        buffer[room] = WORD
        for k in range(size):
            buffer[room + 1 + k] = fold[data[start + k]]
        key = murmur(buffer, room, size + 1)
        total += weights[_place(key)]
        count += 1
        if held:
            buffer[0], buffer[room] = PAIR, SPACE
            total += weights[_place(murmur(buffer, 0, room + 1 + size))]
            count += 1
        if size > PIECE:
            for k in range(size - PIECE + 1):
                buffer[room + k] = PART
                total += weights[_place(murmur(buffer, room + k, PIECE + 1))]
                count += 1
        slot = _class_of(key, keys)
        if slot >= 0:
            total += weights[places[slot]]
            count += 1
        for k in range(size):
            buffer[1 + k] = fold[data[start + k]]
        held = size


@njit(cache=True)
def sums(data: Any, ends: Any, weights: Any, fold: Any, keys: Any, places: Any) -> Any:
    """The margin of each text: the sum of its weights over the root of its number of features."""
    found, buffer = np.zeros(ends.shape[0] - 1), np.zeros(2 * LONGEST + 8, np.uint8)
    for row in range(found.shape[0]):
        end = min(ends[row + 1], ends[row] + LONGEST)
        total, count = _text(data, ends[row], end, weights, fold, keys, places, buffer)
        if count:
            found[row] = total / np.sqrt(count)
    return found
