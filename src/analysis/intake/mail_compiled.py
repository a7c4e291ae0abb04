"""The loops over bytes of a large mailbox, compiled by numba: where mails and fields stand, when mails were sent.

Each does what its careful twin does, or says that it cannot; a test compares them. Cannot be imported without the
extra `fast`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.intake.mail_compiled_content import is_utf8, same, texts, unbase64
from analysis.intake.mail_compiled_fields import fields, matrix, stands
from analysis.intake.mail_compiled_parts import DEPTH, FRAME, parts
from analysis.intake.mail_layout import BODY, DATE, FIELD, FIELDS, HEADER_BYTES, LEAVES, NAMES, TRACE
from analysis.intake.whatsapp_compiled_columns import compiled

__all__ = ["headers", "is_utf8", "same", "separators", "texts", "unbase64"]
YEARS = 1972, 2099  # of dates in any zone that the careful way believes
BLOCK = 64  # bytes looked at in one go
UNREAD = -1  # a date in another form than the usual one
_DATE, _RECEIVED = (2 * NAMES.index(name) for name in ("date", "received"))
_FROM = np.frombuffer(b"From ", np.uint8)
_MONTHS = matrix(("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"))
_SPACE = np.array([code in b" \n\r\t" for code in range(256)])
_DAYS = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365])


@compiled
def separators(data: Any, places: Any, flags: Any) -> int:
    """Places of `From ` after a blank line, and flags of the mail that begins there; how many.

    Flags: 1, `>From ` stands in it; 2, its end may be told otherwise (a length in the header, a separator at once).
    """
    found = 0
    for low in range(0, len(data) - 1, BLOCK):
        some, one, two = False, data[low : low + BLOCK], data[low + 1 : low + BLOCK + 1]
        for k in range(len(two)):  # no branches, slices that begin at 0: wide instructions
            some |= (one[k] == 70) & (two[k] == 114)
        for place in range(low, min(low + BLOCK, len(data) - 4) if some else low):
            if not (data[place] == 70 and stands(data, place, _FROM, 5)):
                continue
            before = data[place - 1] if place else 10
            if before == 62 and found:
                flags[found - 1] |= 1
            elif before == 10 and (place < 2 or _begins(data, place - 2)):
                if found == len(places):
                    return found
                places[found], flags[found] = place, _flag(data, place)
                found += 1
    return found


@compiled
def _begins(data: Any, at: int) -> bool:
    """Whether the line end behind `at` ends a blank line."""
    return data[at] == 10 or (data[at] == 13 and at > 0 and data[at - 1] == 10)


@compiled
def _flag(data: Any, at: int) -> int:
    """2 where the header of a mail names a length, is longer than the data, or is a separator."""
    while at < len(data) and data[at] != 10:
        at += 1
    if at + 1 < len(data) and data[at + 1] == 70:
        return 2
    while at + 2 < len(data):
        if data[at] == 10 and (data[at + 1] == 10 or (data[at + 1] == 13 and data[at + 2] == 10)):
            return 0
        if data[at] == 58 and data[at - 1] == 104 and data[at - 2] == 116 and data[at - 3] == 103:
            return 2
        at += 1
    return 2


@compiled
def headers(data: Any, starts: Any, ends: Any, facts: Any, values: Any, leaves: Any) -> int:
    """Fill a row of facts a mail, a row a field that says something, and a row a leaf (`mail_layout`); how many leaves.

    No field is given of a mail that is left to the careful way.
    """
    n, filled, stack = 0, 0, np.empty((DEPTH, FRAME), np.int64)
    mine, held = np.empty((2, 2 * len(NAMES)), np.int64)
    for row in range(len(starts)):
        fact, start = facts[row], starts[row]
        mine[:], fact[:] = 0, 0
        body = fields(data, start, min(ends[row], start + HEADER_BYTES), mine)
        if body and _trimmed(data, mine):
            at = mine[_RECEIVED + 1]
            while at > mine[_RECEIVED] and data[at - 1] != 59:
                at -= 1
            fact[TRACE], fact[BODY] = _instant(data, at, mine[_RECEIVED + 1]), body
            fact[DATE] = _instant(data, abs(mine[_DATE]), mine[_DATE + 1])
            fact[LEAVES] = parts(data, mine, body, ends[row], leaves[n:], stack, held)
            for kind in range(len(NAMES)):
                if mine[2 * kind]:
                    place, begin = filled + FIELD * fact[FIELDS], mine[2 * kind]
                    values[place], values[place + 1] = kind, begin - (start if begin > 0 else -start)
                    values[place + 2] = mine[2 * kind + 1] - start
                    fact[FIELDS] += 1
            n, filled = n + fact[LEAVES], filled + FIELD * fact[FIELDS]
    return n


@compiled
def _trimmed(data: Any, mine: Any) -> bool:
    """Cut white space around the values, negate where one begins that is folded or not ASCII; false for rare spaces."""
    for place in range(0, len(mine), 2):
        begin, end = mine[place], mine[place + 1]
        while begin < end and _SPACE[data[begin]]:
            begin += 1
        while begin < end and _SPACE[data[end - 1]]:
            end -= 1
        if begin < end and (11 <= data[begin] <= 12 or 11 <= data[end - 1] <= 12):
            return False
        at = end if place == _RECEIVED else begin  # seldom looked at
        while at < end and 31 < data[at] < 127:
            at += 1
        mine[place], mine[place + 1] = begin if at == end else -begin, end
    return True


@compiled
def _number(data: Any, at: int, size: int) -> Any:
    """Digits as a number; -10,000 and less where one is none."""
    number: Any = np.int64(0)
    for k in range(size):
        digit = np.int64(data[at + k]) - 48
        number = number * 10 + digit if 0 <= digit <= 9 else -1_000_000
    return number


@compiled
def _instant(data: Any, at: int, end: int) -> Any:
    """Seconds since 1970 of `Mon, 16 Mar 2020 09:17:00 +0000`, or `UNREAD`."""
    while at < end and _SPACE[data[at]]:
        at += 1
    if end - at > 5 and data[at + 3] == 44 and data[at + 4] == 32:
        if not (65 <= data[at] <= 90 and 97 <= data[at + 1] <= 122 and 97 <= data[at + 2] <= 122):
            return UNREAD
        at += 5
    if end - at < 25:
        return UNREAD
    size = 1 + (data[at + 1] != 32)
    day, at = _number(data, at, size), at + size
    if end - at < 24 or data[at] != 32 or data[at + 4] != 32 or data[at + 9] != 32 or data[at + 12] != 58:
        return UNREAD
    if data[at + 15] != 58 or data[at + 18] != 32 or (data[at + 19] != 43 and data[at + 19] != 45):
        return UNREAD
    if end - at > 24 and (48 <= data[at + 24] <= 58 or data[at + 24] >= 128):
        return UNREAD
    month = 0
    while month < 12 and not (data[at + 1] == _MONTHS[month, 0] and data[at + 2] == _MONTHS[month, 1]
                              and data[at + 3] == _MONTHS[month, 2]):  # fmt: skip
        month += 1
    year, hour, minute = _number(data, at + 5, 4), _number(data, at + 10, 2), _number(data, at + 13, 2)
    second, hours, minutes = _number(data, at + 16, 2), _number(data, at + 20, 2), _number(data, at + 22, 2)
    if month == 12 or not (YEARS[0] <= year <= YEARS[1] and 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return UNREAD
    leap = 1 if year % 4 == 0 else 0  # as within `YEARS`
    long = _DAYS[month + 1] - _DAYS[month] + (leap if month == 1 else 0)
    if not (1 <= day <= long and 0 <= hours <= 15 and 0 <= minutes < 60):
        return UNREAD
    days = (year - 1970) * 365 + (year - 1969) // 4 + _DAYS[month] + (leap if month > 1 else 0) + day - 1
    zone = (hours * 60 + minutes) * (60 if data[at + 19] == 43 else -60)
    return days * 86_400 + hour * 3_600 + minute * 60 + second - zone
