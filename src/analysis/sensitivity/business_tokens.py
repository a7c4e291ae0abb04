"""Texts as hashed features, the same in plain Python and in the compiled loop of `business_scorer`.

A token is a run of letters, a digit run (each digit becomes 0: amounts and numbers are alike whatever they say) or one
sign. Features of a text: its words, pairs of words, four-letter pieces of longer words, and the class of each word that
stands in `business_words.txt`. Each has a number (CRC-32 of kind and bytes; of a pair, from those of its words), and
the number a place in one vector of `WIDTH`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

WIDTH = 1 << 17
BITS = WIDTH.bit_length() - 1
LONGEST = 2000
"""Bytes of a text that count: what a mail says itself stands at its top, quoted mail and disclaimers below."""
PIECE = 4
"""Letters in a piece of a word; words of up to this length are whole."""
WORD, PART, CLASS = b"w", b"c", b"l"
PAIRED, MIX = 0xC2B2AE3D27D4EB4F, 0x9E3779B97F4A7C15
"""Odd numbers that spread pairs and places evenly, modulo 2^64."""
WORDS = Path(__file__).with_name("business_words.txt")
SPACE = 32


def _folded() -> bytes:
    table = bytearray([SPACE]) * 256
    for byte in range(256):
        if chr(byte).isascii() and chr(byte).isalpha():
            table[byte] = ord(chr(byte).lower())
        elif chr(byte).isascii() and chr(byte).isdigit():
            table[byte] = ord("0")
        elif byte >= 0x80 or byte == ord("'"):
            table[byte] = byte
    return bytes(table)


FOLD = _folded()
"""Byte -> folded byte: lower case, digits as 0, other ASCII a space; bytes of other scripts as they are."""
TOKEN = re.compile(
    rb"\xc2[\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{0,2}|[\xf0-\xff][\x80-\xbf]{0,3}|['0a-z\x80-\xc1\xc3-\xdf]+"
)
"""A sign of the Latin-1 block, a letter or sign of three or four bytes, or a run of Latin letters and digits."""


@cache
def classes() -> dict[bytes, bytes]:
    """Word -> its class, both in bytes; of two classes the first counts."""
    found: dict[bytes, bytes] = {}
    name = b""
    for line in WORDS.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]").encode()
        elif not line.startswith("#"):
            for word in line.split():
                found.setdefault(word.encode().translate(FOLD), name)
    return found


def encoded(text: str) -> bytes:
    """The bytes of a text that count."""
    return text.encode("utf-8", "replace")[:LONGEST]


def tokens(data: bytes) -> list[bytes]:
    """The folded form of each token."""
    return TOKEN.findall(data.translate(FOLD))


def parts(word: bytes) -> list[int]:
    """The numbers of the features of one word: itself first, then its pieces, then its class."""
    pieces = range(len(word) - PIECE + 1 if len(word) > PIECE else 0)
    found = [crc32(WORD + word), *(crc32(PART + word[at : at + PIECE]) for at in pieces)]
    return [*found, crc32(CLASS + classes()[word])] if word in classes() else found


def pairs(before: Any, word: Any) -> Any:
    """The numbers of pairs of words, from those of the words (arrays of uint64)."""
    return before * np.uint64(PAIRED) + word


def places(numbers: Any) -> Any:
    """Where features of these numbers (uint64) stand in the vector."""
    return (numbers * np.uint64(MIX)) >> np.uint64(64 - BITS)


def located(data: bytes) -> Iterator[tuple[int, int, int]]:
    """The features of a text: first and last byte (not included) of what they come from, and place."""
    before, word = (0, 0), np.zeros(1, np.uint64)
    for found in TOKEN.finditer(data.translate(FOLD)):
        numbers, earlier = np.array(parts(found[0]), np.uint64), word
        word, pieces = numbers[:1], max(len(found[0]) - PIECE + 1, 0) if len(found[0]) > PIECE else 0
        spans = [found.span(), *((found.start() + at, found.start() + at + PIECE) for at in range(pieces))]
        for span, place in zip([*spans, found.span()], places(numbers), strict=False):
            yield *span, int(place)
        if before[1]:
            yield before[0], found.end(), int(places(pairs(earlier, word))[0])
        before = found.span()
