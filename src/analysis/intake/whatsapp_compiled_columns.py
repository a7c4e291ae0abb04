"""The loops that put text columns together, compiled by numba; `words` as in `whatsapp_compiled`."""

from __future__ import annotations

from typing import Any

import numba

from analysis.intake.whatsapp_lines import Bytes, Ints

compiled = numba.njit(cache=True, nogil=True, boundscheck=False)


@compiled
def copied(words: Any, begin: Ints, end: Ints, offsets: Any, out: Any) -> None:
    """Spans one behind the other, and their offsets; eight bytes at a time, past the end into the next one's place."""
    at = 0
    offsets[0] = 0
    for row in range(len(begin)):
        low, size = begin[row], end[row] - begin[row]
        for k in range(0, size, 8):
            out[at + k] = words[low + k]
        at += size
        offsets[row + 1] = at


@compiled
def _digits(number: int, out: Bytes, at: int) -> int:
    """Write a number of at most twelve digits, and say where it ends."""
    size, top = 1, 10
    while number >= top:
        size, top = size + 1, top * 10
    for k in range(size - 1, -1, -1):
        whole = number // 10
        out[at + k] = 48 + number - 10 * whole
        number = whole
    return at + size


@compiled
def spans(lead: Bytes, begin: Ints, end: Ints, offsets: Any, out: Bytes) -> int:
    """`lead`, begin, a dash, end, one row behind the other."""
    at = last = 0
    offsets[0] = 0
    for row in range(len(begin)):
        for k in range(len(lead)):
            out[at + k] = lead[k]
        at += len(lead)
        if row and begin[row] == end[row - 1]:  # as nearly always: its digits have just been written
            for k in range(offsets[row] - last):
                out[at + k] = out[last + k]
            at += offsets[row] - last
        else:
            at = _digits(begin[row], out, at)
        out[at] = 45
        last = at + 1
        at = _digits(end[row], out, at + 1)
        offsets[row + 1] = at
    return at
