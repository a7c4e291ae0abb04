"""The loops over bytes of a large chat, compiled by numba. Each does what its plain twin does, byte for byte.

Cannot be imported without the extra `fast`. `words` is always a text seen as eight bytes from every offset on
(`whatsapp_fast.words`), so that a word is one load.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite.ir import Constant, IntType
from numba.extending import intrinsic

from analysis.intake.whatsapp_compiled_columns import compiled, copied, spans
from analysis.intake.whatsapp_lines import Bytes, Ints

__all__ = ["copied", "heads", "is_utf8", "marks", "maybe", "people", "spans"]
FEEDS, COLONS, ONES, HIGHS = (np.uint64(int(byte * 8, 16)) for byte in ("0a", "3a", "01", "80"))
ONE, PRIME = np.uint64(1), np.uint64(0x9E3779B97F4A7C15)
WIDE = 128  # bytes looked at in one go
INSIDE = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)  # masks of the first bytes of a word


def _counted(context: Any, value: Any) -> Any:
    """How many bits stand below the lowest set one."""
    return value(value), lambda _, builder, __, arguments: builder.cttz(arguments[0], Constant(IntType(1), 1))


_low_zeros: Any = intrinsic(_counted)


@compiled
def continues(data: Bytes, size: int) -> bool:
    """Whether the bytes from the fourth on continue the UTF-8 before them, for `size` bytes.

    No branches, and slices that never go back: only so does the compiler make wide instructions of it.
    """
    fourth, third, second, first = data[3 : size + 3], data[2 : size + 2], data[1 : size + 1], data[0:size]
    bad = False
    for k in range(fourth.shape[0]):
        now, one, two, three = fourth[k], third[k], second[k], first[k]
        wrong = ((now & 0xC0) == 0x80) ^ ((one >= 0xC0) | (two >= 0xE0) | (three >= 0xF0))
        wrong |= (one == 0xC0) | (one == 0xC1) | (one >= 0xF5)
        wrong |= (one == 0xE0) & (now < 0xA0)
        wrong |= (one == 0xED) & (now >= 0xA0)
        wrong |= (one == 0xF0) & (now < 0x90)
        wrong |= (one == 0xF4) & (now >= 0x90)
        bad |= wrong
    return not bad


def is_utf8(data: Bytes, size: int) -> bool:
    """Whether the first `size` bytes are valid UTF-8; line feeds stand behind them."""
    opens = np.concatenate([np.zeros(3, np.uint8), data[:3]])
    return bool(continues(opens, 3)) and bool(continues(data, size))


@compiled
def _long(data: Bytes, at: int, columns: Ints, code: int, part: int) -> int:
    """A number of up to four digits: `columns` holds where they stand and what they count, 0 for those missing."""
    value = 0
    for k in range(4):
        value += (np.int64(data[at + columns[code, part, 0, k]]) - 48) * columns[code, part, 1, k]
    return value


@compiled
def _short(data: Bytes, at: int, columns: Ints, code: int, part: int) -> Any:
    """A number of up to two digits."""
    value = (np.int64(data[at + columns[code, part, 0, 0]]) - 48) * columns[code, part, 1, 0]
    return value + (np.int64(data[at + columns[code, part, 0, 1]]) - 48) * columns[code, part, 1, 1]


@compiled
def _hour(hour: int, half: int) -> int:
    if half == 3:
        return hour + 12 if hour < 11 else hour
    if half and hour <= 12:
        return hour % 12 + (12 if half == 2 else 0)
    return hour


@compiled
def _alike(words: Any, at: int, parts: Any, which: int) -> Any:
    bad = np.uint64(0)
    for k in range(5):
        word, fixed = words[at + 8 * k], parts[which, k, 0]
        bad |= (word ^ fixed) & parts[which, k, 1]
        bad |= ((word + parts[which, k, 2]) ^ fixed) & parts[which, k, 3]
    return bad == 0


@compiled
def _zeros(word: Any) -> Any:
    """The lowest bit set stands in the first byte that is zero; none: there is no such byte."""
    return (word - ONES) & ~word & HIGHS


@compiled
def _feed(words: Any, at: int) -> Any:
    """Offset of the first line feed, eight bytes at a time."""
    while True:
        held = _zeros(words[at] ^ FEEDS)
        if held:
            return at + np.int64(_low_zeros(held) >> np.uint64(3))
        at += 8


@compiled
def _known(words: Any, at: int, parts: Any, n: int, last: int) -> Any:
    """Which known shape a line has, the last one found tried first; -1 for none."""
    if n and _alike(words, at, parts, last):
        return last
    for k in range(n):
        if _alike(words, at, parts, k):
            return k
    return -1


@compiled
def heads(
    data: Bytes,
    words: Any,
    at: int,
    size: int,
    likely: Any,
    parts: Any,
    facts: Ints,
    columns: Ints,
    out: Ints,
    odd: Ints,
) -> Any:
    """Headers of known shapes from a line's start on, into `out`, and lines the grammar must read, into `odd`.

    Returns how many of each, and where the next line begins.
    """
    n = n_odd = last = 0
    while at < size and n < out.shape[1] and n_odd < odd.shape[1]:
        stop = min(_feed(words, at) + 1, size)
        if likely[data[at]]:
            found = _known(words, at, parts, len(facts), last)
            if found < 0:
                odd[0, n_odd], odd[1, n_odd] = at, stop
                n_odd += 1
            else:
                last, code, end, gap = found, facts[found, 0], facts[found, 1], facts[found, 2]
                hour, minute = (
                    _hour(_short(data, at, columns, code, 3), facts[found, 3]),
                    _short(data, at, columns, code, 4),
                )
                second = _short(data, at, columns, code, 5)
                if hour < 24 and minute < 60 and second < 60:
                    day = _long(data, at, columns, code, 0) * 10_000 + _long(data, at, columns, code, 1)
                    out[0, n], out[1, n] = at, stop
                    out[2, n] = at + end + gap + (1 if gap == 1 and data[at + end + 1] == 32 else 0)
                    out[3, n], out[4, n] = code, day * 10_000 + _long(data, at, columns, code, 2)
                    out[5, n] = hour * 3600 + minute * 60 + second
                    n += 1
        at = stop
    return n, n_odd, at


@compiled
def marks(data: Bytes, words: Any, at: int, size: int, mark: Any, out: Ints) -> int:
    """Offsets at which the three bytes of `mark` stand, into `out`, and how many; looks past the end."""
    n, lead, three = 0, np.uint8(mark & np.uint64(0xFF)), np.uint64(0xFFFFFF)
    for low in range(at, size, WIDE):
        piece, some = data[low : low + WIDE], False
        for k in range(WIDE):  # no branches, so that the compiler makes wide instructions of it
            some |= piece[k] == lead
        for place in range(low, min(low + WIDE, size) if some else low):
            if data[place] == lead and words[place] & three == mark:
                out[n] = place
                n += 1
    return n


@compiled
def _name(data: Bytes, words: Any, rest: int, limit: int) -> Any:
    """Where a name ends (-1: there is none), and where the body begins."""
    at: Any = rest
    while at < rest + limit:
        hit = _zeros(words[at] ^ FEEDS) | _zeros(words[at] ^ COLONS)
        if not hit:
            at += 8
            continue
        at += np.int64(_low_zeros(hit) >> np.uint64(3))
        if at >= rest + limit or data[at] == 10:
            break
        after = data[at + 1]
        if after == 32 or after == 10 or after == 13:
            return (at, at + (2 if after == 32 else 1)) if at > rest else (-1, rest)
        at += 1
    return -1, rest


@compiled
def _number(words: Any, low: int, end: int, slots: Any, spans: Ints, n: int) -> Any:
    """Number of a name, `n` for a new one: `slots` is a hash table of numbers + 1, `spans` where names first stand.

    Most names are two words at most: those are looked at without a loop, whose end the processor could not guess.
    """
    size, mask, half = end - low, len(slots) - 1, np.uint64(32)
    one, two = INSIDE[min(size, 8)], INSIDE[max(min(size - 8, 8), 0)]
    key = ((words[low] & one) ^ np.uint64(size)) * PRIME
    key = (key ^ (key >> half) ^ (words[low + 8] & two)) * PRIME
    for k in range(16, size, 8):
        key = (key ^ (key >> half) ^ (words[low + k] & INSIDE[min(size - k, 8)])) * PRIME
    slot = np.int64(key >> half) & mask
    while slots[slot]:
        code = slots[slot] - 1
        at = spans[0, code]
        if spans[1, code] - at == size:
            differ = ((words[at] ^ words[low]) & one) | ((words[at + 8] ^ words[low + 8]) & two)
            for k in range(16, size, 8):
                differ |= (words[at + k] ^ words[low + k]) & INSIDE[min(size - k, 8)]
            if not differ:
                return code
        slot = (slot + 1) & mask
    slots[slot], spans[0, n], spans[1, n] = n + 1, low, end
    return n


@compiled
def people(data: Bytes, words: Any, rest: Ints, stop: Ints, limit: int, slots: Any, spans: Ints, n: int) -> Any:
    """First lines cut: rest, end without the line's, body, number of the name, opening; and how many names."""
    out = np.empty((5, len(rest)), np.int32)
    for row in range(len(rest)):
        end = stop[row]
        if data[end - 1] == 10:
            end -= 2 if data[end - 2] == 13 else 1
        low = min(rest[row], end)
        colon, body = _name(data, words, low, limit)
        code = _number(words, low, colon, slots, spans, n) if colon >= 0 else -1
        n, body = max(n, code + 1), min(body, end)
        out[0, row], out[1, row], out[2, row], out[3, row] = low, end, body, code
        out[4, row] = np.int32(words[body] & np.uint64(0xFFFFFFFF))
    return out, n


@compiled
def maybe(
    data: Bytes,
    rest: Ints,
    body: Ints,
    first: Ints,
    end: Ints,
    blank: Any,
    starts: Any,
    ends: Any,
    opens: Any,
    short: int,
) -> Any:
    """Records whose body may be the app's own words (1); may hold a link (2); may by their first bytes (4)."""
    out = np.zeros(len(rest), np.uint8)
    for row in range(len(rest)):
        at, size = body[row], min(first[row] - body[row], 255)
        head, last = data[at], data[max(first[row] - 1, 0)]
        if size <= 0 or blank[head] or last == 41:  # noqa: SIM114
            out[row] = 1
        elif data[max(end[row] - 1, 0)] == 62:  # noqa: SIM114  (one long condition would say less)
            out[row] = 1
        elif end[row] - at >= short and data[end[row] - 25] == 47 and data[end[row] - 26] == 118:
            out[row] = 1
        else:
            other = rest[row]
            same = head == data[other] and data[at + 1] == data[other + 1]
            if same and data[at + 2] == data[other + 2] and data[at + 3] == data[other + 3]:
                out[row] = 1
            else:
                out[row] = (2 if 48 <= last <= 57 else 0) + (
                    4 if opens[head] or (starts[head, size] and ends[last, size]) else 0
                )
    return out
