"""Texts as hashed features, the same in plain Python and in the compiled loop of `business_scorer`.

A token is a run of letters, a digit run (each digit becomes 0: amounts and numbers are alike whatever they say) or one
sign. Features of a text: its words, pairs of words, four-letter pieces of longer words, and the class of each word that
stands in `business_words.txt`. They count in one vector of `WIDTH`, by MurmurHash3 as scikit-learn's hashers use it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

WIDTH = 1 << 17
LONGEST = 2000
"""Bytes of a text that count: what a mail says itself stands at its top, quoted mail and disclaimers below."""
PIECE = 4
"""Letters in a piece of a word; words of up to this length are whole."""
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


def tokens(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Start, end (bytes) and folded form of each token."""
    for match in TOKEN.finditer(data.translate(FOLD)):
        yield match.start(), match.end(), match.group()


def features(text: str) -> list[bytes]:
    """The features of a text, as many times as they stand in it."""
    return [name for _, _, name in located(encoded(text))]


def located(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The features of a text with the bytes they come from."""
    before_at, before = 0, b""
    for start, end, word in tokens(data):
        yield start, end, b"w" + word
        if before:
            yield before_at, end, b"b" + before + b" " + word
        for at in range(len(word) - PIECE + 1 if len(word) > PIECE else 0):
            yield start + at, start + at + PIECE, b"c" + word[at : at + PIECE]
        if word in classes():
            yield start, end, b"l" + classes()[word]
        before_at, before = start, word
