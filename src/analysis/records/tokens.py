"""Texts to words, words to numbers: the form in which a million messages can be compared with every official item.

A word is a run of letters and digits of any script, without case and accents; quoting signs, punctuation and wrapping
part words, soft hyphens and invisible characters vanish. Characters of scripts without spaces are words of their own.
Cannot show: what two texts differ in beyond their words.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.intake.whatsapp_fast import SWITCH

LARGE = 20_000_000  # characters or words: below, loading numba and its code (a CPU second) costs more than it saves
BLOCK_CHARACTERS = 1 << 17  # of text turned into numbers at a time: its sums stay in the processor's cache
PRIME = 0x100000001B3
MIX = np.uint64(0x9E3779B97F4A7C15)
_ALONE = ((0xE00, 0xEFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x2FDF), (0x3040, 0x30FF), (0x3400, 0x9FFF),
          (0xF900, 0xFAFF), (0x20000, 0x3FFFF))  # fmt: skip
Words = NDArray[np.uint32]
Places = NDArray[np.int64]


class _Folding(dict[int, str]):
    """What becomes of each character: its letters without case and accents, a space, or nothing."""

    def __missing__(self, code: int) -> str:
        kept = []
        for character in unicodedata.normalize("NFKD", chr(code)).casefold():
            kind = unicodedata.category(character)
            if kind[0] not in "LN":
                kept.append("" if kind in ("Mn", "Me", "Cf") else " ")
            else:
                kept.append(character)
        folded = "".join(kept)
        self[code] = f" {folded} " if any(low <= code <= high for low, high in _ALONE) else folded
        return self[code]


_FOLDING = _Folding()


@dataclass(frozen=True)
class Tokens:
    """Words of many texts, one after the other: those of text `i` are `words[starts[i] : starts[i + 1]]`."""

    words: Words
    starts: Places

    @property
    def sizes(self) -> Places:
        """How many words each text has."""
        return np.diff(self.starts)


def spans(text: str) -> list[tuple[int, int]]:
    """Where each word of a text begins and ends, in characters: as many as `tokens` finds, in the same order."""
    places, begin, end = list[tuple[int, int]](), -1, -1
    for place, character in enumerate(text):
        for letter in _FOLDING[ord(character)]:
            if letter != " ":
                begin, end = place if begin < 0 else begin, place + 1
            elif begin >= 0:
                places.append((begin, end))
                begin = -1
    return places if begin < 0 else [*places, (begin, end)]


def loops(size: int) -> Any:
    """The module of compiled loops for so much text; None without the extra `fast` or a place for its code."""
    wanted = os.environ.get(SWITCH) or ("numba" if size >= LARGE else "numpy")
    if wanted != "numba" or find_spec("numba") is None:
        return None
    try:
        return import_module("analysis.records.compiled")
    except RuntimeError:
        return None


def tokens(texts: Sequence[str]) -> Tokens:
    """The words of texts as 32-bit numbers; two words in four thousand million share one by chance."""
    words, sizes = [np.empty(0, np.uint32)], [np.zeros(1, np.int64)]
    fast = loops(sum(map(len, texts)))
    for block in _blocks(texts):
        raw = "\n".join(block).encode("utf-8", "replace") + b"\n"
        numbers, counts = _looped(raw, len(block), fast) if fast else _numbered(raw)
        words.append(numbers)
        sizes.append(counts)
    return Tokens(np.concatenate(words), np.cumsum(np.concatenate(sizes)))


def _blocks(texts: Sequence[str]) -> Iterator[list[str]]:
    block, length = list[str](), 0
    for text in texts:
        text = text.translate(_FOLDING) if not text.isascii() else text.replace("\n", " ") if "\n" in text else text
        block.append(text)
        length += len(text)
        if length >= BLOCK_CHARACTERS:
            yield block
            block, length = [], 0
    if block:
        yield block


def _looped(raw: bytes, n: int, fast: Any) -> tuple[Words, Places]:
    """As `_numbered`, compiled."""
    words, counts = np.empty(len(raw) // 2 + 1, np.uint32), np.empty(n, np.int64)
    found = fast.numbered(np.frombuffer(raw, np.uint8), np.frombuffer(_LETTERS, np.uint8), words, counts)
    return words[:found].copy(), counts


def _numbered(raw: bytes) -> tuple[Words, Places]:
    """Numbers of the words of a block of texts (a line each), and how many words each text has.

    A word's number is a polynomial in its bytes modulo 2^64, last byte first, found from running sums, then mixed and
    cut to 32 bits.
    """
    codes = np.frombuffer(raw.translate(_LETTERS), np.uint8)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], codes > 0, [False]])))
    begins, ends = edges[::2], edges[1::2]
    powers, inverse = _powers(len(codes))
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(codes * inverse[: len(codes)], out=sums[1:])
    numbers = (sums[ends] - sums[begins]) * powers[ends - 1] * MIX
    lines = np.flatnonzero(np.frombuffer(raw, np.uint8) == 10)
    counts = np.diff(np.searchsorted(begins, lines), prepend=0)
    return (numbers >> np.uint64(32)).astype(np.uint32), counts.astype(np.int64)


def _letter(code: int) -> int:
    letter = bytes([code]).lower()
    return letter[0] if letter.isalnum() or code >= 0x80 else 0


_LETTERS = bytes(_letter(code) for code in range(256))
_kept: list[Any] = [np.ones(1, np.uint64), np.ones(1, np.uint64)]


def _powers(size: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Powers of the prime and of its inverse modulo 2^64, kept between calls."""
    for place, base in enumerate((PRIME, pow(PRIME, -1, 1 << 64))):
        while len(_kept[place]) < size:
            known = _kept[place]
            _kept[place] = np.concatenate([known, known * np.uint64(pow(base, len(known), 1 << 64))])
    return _kept[0], _kept[1]
