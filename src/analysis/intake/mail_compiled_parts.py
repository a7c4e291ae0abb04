"""The loop over the structure of a mail, compiled by numba: the leaves that `mail_fast.leaves` finds, or none at all.

It divides what stands between well-formed boundaries; the headers of the leaves are read by `mail_fast`, which also
takes over where a type is written in an uncommon way.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.intake.mail_compiled_fields import fields, matrix, stands
from analysis.intake.mail_layout import HEADER_BYTES, NAMES, SUBTYPES
from analysis.intake.whatsapp_compiled_columns import compiled

DEPTH, SIZE, MOST, TYPE = 8, 200, 900, 800  # below limits of `mail_fast`: nesting, bytes of a boundary, leaves, type
FRAME = 7  # of a multipart that is open: span of its boundary, what is left of it, subtype, group, entities so far
BLOCK = 64  # bytes looked at in one go

_TYPE = 2 * NAMES.index("content-type")
_SUBTYPES, _WORDS = matrix(SUBTYPES), matrix(("multipart/", "boundary"))
_SUBTYPE_SIZES = np.array([len(word) for word in SUBTYPES])
_SPACE = np.array([code in b" \n\r\t" for code in range(256)])
_LETTER = np.array([chr(code).isalpha() and code < 128 for code in range(256)])
_PLAIN = np.array([code < 128 and (chr(code).isalnum() or code in b"_.:+/-") for code in range(256)])


@compiled
def parts(data: Any, mine: Any, begin: int, end: int, leaves: Any, stack: Any, held: Any) -> int:
    """Fill a row a leaf of the body at [begin, end), in the order in which they stand; how many, or 0."""
    n, depth, groups, head, head_end = 0, 0, 0, 0, 0
    at, stop, first, parent, group = abs(mine[_TYPE]), mine[_TYPE + 1], 1, 0, 0
    while True:
        subtype, mark, size = _divided(data, at, stop)
        if subtype < 0 or n == min(len(leaves), MOST) or depth == DEPTH:
            return 0
        if subtype:
            after = _opened(data, begin, end, mark, size)
            if after < begin:
                return 0
            groups += subtype == 1
            _put(stack[depth], mark, size, after, end, subtype, groups if subtype == 1 else group, 0)
            depth += 1
        else:
            _put(leaves[n], head, head_end, begin, end, first, parent, group)
            n += 1
        while depth:
            frame = stack[depth - 1]
            mark, size, after, end, parent, group, count = (
                frame[0], frame[1], frame[2], frame[3], frame[4], frame[5], frame[6])  # fmt: skip
            place = _marked(data, after, end, mark, size)
            if place >= 0:
                break
            if not count or not _closed(data, after, end):
                return 0
            depth -= 1
        if not depth:
            return n
        frame[2], frame[6], first = place + 3 + size, count + 1, 1 if count == 0 else 0
        begin, end = after + _line_end(data, after, place), place
        end -= begin < place and data[place - 1] == 13
        held[:] = 0
        head, begin = begin, fields(data, begin, min(end, begin + HEADER_BYTES), held) if begin > after else 0
        if not begin:
            return 0
        head_end = begin - (2 if data[begin - 2] == 13 else 1)
        at, stop = held[_TYPE], held[_TYPE + 1]


@compiled
def _opened(data: Any, begin: int, end: int, mark: int, size: int) -> int:
    """Where the first boundary line goes on behind the boundary; below `begin` if there is none."""
    after = begin + 2 + size
    if after <= end and data[begin] == 45 and data[begin + 1] == 45 and stands(data, begin + 2, data[mark:], size):
        return after
    return _marked(data, begin, end, mark, size) + 3 + size


@compiled
def _put(row: Any, one: int, two: int, three: int, four: int, five: int, six: int, seven: int) -> None:
    row[0], row[1], row[2], row[3], row[4], row[5], row[6] = one, two, three, four, five, six, seven


@compiled
def _line_end(data: Any, at: int, end: int) -> int:
    """Bytes of the line end that stands here."""
    if at < end and data[at] == 10:
        return 1
    return 2 if at + 1 < end and data[at] == 13 and data[at + 1] == 10 else 0


@compiled
def _marked(data: Any, begin: int, end: int, mark: int, size: int) -> int:
    """Where a line feed, two hyphens and the boundary at `mark` stand first; below 0 if nowhere."""
    word = data[mark:]
    for low in range(begin + 1, end - 1 - size, BLOCK):
        some, one, two = False, data[low : low + BLOCK], data[low + 1 : low + BLOCK + 1]
        for k in range(len(two)):  # no branches, slices that begin at 0: wide instructions
            some |= (one[k] == 45) & (two[k] == 45)
        for place in range(low, min(low + BLOCK, end - 1 - size) if some else low):
            dashes = data[place] == 45 and data[place + 1] == 45 and data[place - 1] == 10
            if dashes and stands(data, place + 2, word, size):
                return place - 1
    return -4 - size - begin


@compiled
def _closed(data: Any, at: int, end: int) -> bool:
    """Whether two hyphens and nothing else stand in what is left."""
    if end - at < 2 or data[at] != 45 or data[at + 1] != 45:
        return False
    at += 2
    while at < end and (data[at] == 32 or data[at] == 9 or data[at] == 13):
        at += 1
    if at < end and data[at] != 10:
        return False
    while at < end and (data[at] == 32 or 9 <= data[at] <= 13):
        at += 1
    return at == end


@compiled
def _spaces(data: Any, at: int, end: int) -> int:
    while at < end and _SPACE[data[at]]:
        at += 1
    return at


@compiled
def _divided(data: Any, at: int, end: int) -> Any:
    """Number of the subtype of a multipart, and its boundary; 0: it is none; -1: written in another than the usual way.

    Usual: parameters without comments, escapes, encoded words or pieces, each followed by a semicolon or the end.
    """
    at = _spaces(data, at, end)
    if end - at < 10 or not stands(data, at, _WORDS[0], 10, True):
        return 0, 0, 0
    if end - at > TYPE:
        return -1, 0, 0
    start, at = at + 10, at + 10
    while at < end and _LETTER[data[at]]:
        at += 1
    subtype, mark, size = -1, 0, 0
    for number in range(1, len(_SUBTYPE_SIZES)):
        if at - start == _SUBTYPE_SIZES[number] and stands(data, start, _SUBTYPES[number], at - start, True):
            subtype = number
    at = _spaces(data, at, end)
    while subtype > 0 and at < end:
        name = _spaces(data, at + 1, end)
        if data[at] == 59 and name == end and size:
            break
        separated, at = data[at] == 59, name
        while at < end and (_LETTER[data[at]] or data[at] == 45):
            at += 1
        known = at - name == 8 and stands(data, name, _WORDS[1], 8, True)
        value, after = _value(data, at, end)
        if not separated or value == 0:
            return -1, 0, 0
        if known and not size:
            mark, size = value, after - (data[after - 1] == 34) - value
        at = _spaces(data, after, end)
    return (subtype if 0 < size < SIZE and data[mark] != 32 and data[mark + size - 1] != 32 else -1), mark, size


@compiled
def _value(data: Any, at: int, end: int) -> Any:
    """Where the value of a parameter begins behind its equals sign, and where it ends with its quotes; 0: unusual."""
    if at + 1 >= end or data[at] != 61:
        return 0, 0
    begin = at = at + 1
    if data[at] == 34:
        begin = at = at + 1
        while at < end and 31 < data[at] < 127 and data[at] != 34 and data[at] != 92:
            if data[at] == 61 and data[at + 1] == 63:
                return 0, 0
            at += 1
        return (begin, at + 1) if begin < at < end and data[at] == 34 else (0, 0)
    while at < end and _PLAIN[data[at]]:
        at += 1
    return (begin, at) if at > begin else (0, 0)
