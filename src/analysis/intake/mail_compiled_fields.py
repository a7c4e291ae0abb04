"""The loops over header blocks, compiled by numba: which fields a block holds, and where their values stand."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.intake.mail_layout import ANY, NAMES
from analysis.intake.whatsapp_compiled_columns import compiled

LINES = 1_000  # that begin a field: below the limit of the careful way
MARKS = ("marking", "classif", "msip_label", "security-label")  # names that hold one are left to the careful way
_SINGLE, _MARKED = len(ANY), len(NAMES)


def matrix(words: tuple[str, ...]) -> Any:
    """Words as rows of bytes."""
    return np.array([list(word.encode().ljust(32, b"\0")) for word in words], np.uint8)


_NAMES, _MARKS = matrix(NAMES), matrix(MARKS)
_SIZES, _MARK_SIZES = (np.array([len(word) for word in words]) for words in (NAMES, MARKS))
_IN_NAME = np.array([(33 <= code <= 126 and code != 58) or code >= 128 for code in range(256)])
_LOWER = np.array([code + 32 if 65 <= code <= 90 else code for code in range(256)], np.uint8)


@compiled
def fields(data: Any, at: int, end: int, mine: Any) -> int:
    """Spans of the values of a block in which every line belongs to a field; where the body begins, or 0."""
    place, lines = -1, 0
    while at < end:
        if data[at] == 10 or (data[at] == 13 and at + 1 < end and data[at + 1] == 10):
            return at + 1 + (data[at] == 13) if lines and lines < LINES else 0
        colon = at
        if data[at] != 32 and data[at] != 9:
            while colon < end and _IN_NAME[data[colon]]:
                colon += 1
            kind, place, lines = _kind(data, at, colon), -1, lines + 1
            while colon < end and colon > at and (data[colon] == 32 or data[colon] == 9):
                colon += 1
            if not at < colon < end or data[colon] != 58 or kind == _MARKED:
                return 0
            if kind >= 0 and not mine[2 * kind]:
                place = 2 * kind
                mine[place] = colon + 1
            elif kind >= _SINGLE:
                return 0
        elif not lines:
            return 0
        at = colon
        while at < end and data[at] != 10:
            at += 1
        if place >= 0:
            mine[place + 1] = at
        at += 1
    return 0


@compiled
def _kind(data: Any, at: int, end: int) -> int:
    """Number of a field by its name, -1 for one that says nothing here; or one for all that hold a mark."""
    for kind in range(len(_SIZES)):
        if _SIZES[kind] == end - at and stands(data, at, _NAMES[kind], _SIZES[kind], True):
            return kind
    for mark in range(len(_MARK_SIZES)):
        for place in range(at, end - _MARK_SIZES[mark] + 1):
            if stands(data, place, _MARKS[mark], _MARK_SIZES[mark], True):
                return _MARKED
    return -1


@compiled
def stands(data: Any, at: int, word: Any, size: int, lower: bool = False) -> bool:
    """Whether a word stands in the data, in lower case or as it is."""
    k = 0
    while k < size and (_LOWER[data[at + k]] if lower else data[at + k]) == word[k]:
        k += 1
    return k == size
