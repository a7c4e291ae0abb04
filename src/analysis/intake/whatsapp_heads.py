"""Find the headers of a chat: every line that starts like one is read by the grammar.

A file has few shapes of header: in a large file the compiled loop compares lines with those, eight bytes at a time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from analysis.intake.whatsapp_fast import Patterns, words
from analysis.intake.whatsapp_lines import Ints, Text
from analysis.intake.whatsapp_shapes import BIDI, ERAS, Shape, loose_end, read

Row = tuple[int, int, int, int, int, int]
BLOCK = 1 << 13  # lines looked at in one go: their columns stay in the processor's cache
SEEN = 96  # bytes within which a header must end
ODD = 64  # lines of unknown shape that end the first go of the compiled loop: they teach it most shapes
GUARD_LINES = 3  # headers that make a text with something before them a chat
PART = 10_000  # larger than any part of a date
_DASHES = (b" - ", " – ".encode())
_OPENED = re.compile(rb"\[|[\xc0-\xff](?:.|..|.{5})\[", re.DOTALL)  # also behind U+061C, or one or two longer marks
_STARTS = {char.encode()[0] for char in (*"0123456789[ ", *BIDI, *ERAS)}  # bytes a header can start with
_STARTS |= {0xD9, 0xDB, 0xE0, 0xE1, 0xEF}  # digits of other scripts
_FIRST = np.isin(np.arange(256), sorted(_STARTS))
_LINE = re.compile(b"^[%s].*\n?" % re.escape(bytes(sorted(_STARTS))), re.MULTILINE)
_DIGITS = bytes.maketrans(b"123456789", b"000000000")


class _Zeros(dict[int, int]):
    """Every digit to the zero of its script, every other character to itself."""

    def __missing__(self, code: int) -> int:
        self[code] = code - unicodedata.decimal(chr(code), 0)
        return self[code]


_ZEROS = _Zeros()


@dataclass(frozen=True)
class Heads:
    """Headers in file order: offset of the first byte, of the next line and of the rest of this one; shape, numbers.

    `date` holds the three parts of the date as written, the first times `PART` squared, the second times `PART`;
    `clock` is seconds since midnight.
    """

    shapes: list[Shape]
    start: Ints
    stop: Ints
    rest: Ints
    shape: Ints
    date: Ints
    clock: Ints


class _Grammar:
    """Shapes met so far; each different header (digits made alike) is read once."""

    def __init__(self, text: Text) -> None:
        self.data = text.data.data
        self.known: dict[bytes, int] = {}
        self.shapes: list[Shape] = []
        self.patterns = Patterns() if text.fast else None  # what the compiled loop is to know

    def header(self, start: int, loose: bool = False) -> tuple[int, int, int, int] | None:
        """Of the header a line starts with: where the rest of the line begins, shape, date, clock; None without one."""
        seen = self.data[start : start + SEEN].tobytes()
        end, gap = _loose_end(seen) if loose else _end(seen)
        key = _alike(seen[:end])
        code = self._number(key) if end else -1
        if code < 0:
            return None
        if self.patterns and not loose:
            self.patterns.learn(key, seen[end : end + gap], code, self.shapes[code])
        date, clock = _numbers(seen, self.shapes[code])
        return (start + end + gap, code, date, clock) if clock >= 0 else None

    def _number(self, key: bytes) -> int:
        if key not in self.known:
            shape = read(key)
            self.known[key] = len(self.shapes) if shape else -1
            self.shapes += [shape] if shape else []
        return self.known[key]


def _plain(work: _Grammar, text: Text, loose: bool = False) -> Iterator[Row]:
    """Headers by the grammar alone, a line at a time: first byte, next line, and what `_Grammar.header` says."""
    for line in _LINE.finditer(work.data, 0, text.size):
        if head := work.header(line.start(), loose):
            yield (*line.span(), *head)


def _compiled(work: _Grammar, text: Text, patterns: Patterns) -> Iterator[list[Ints]]:
    """The same headers in the compiled loop, as columns; only lines of unknown shape come to the grammar."""
    seen, at, few, known = words(text.data), 0, ODD, (-1, -1)
    out = np.empty((6, BLOCK + 8), np.int64)  # rows a power of two apart would share places in the cache
    while at < text.size:
        odd = np.empty((2, few), np.int64)
        if known != (now := (len(patterns.facts), len(work.shapes))):
            tables, known = patterns.arrays(work.shapes), now
        n, n_odd, at = text.fast.heads(text.data, seen, at, text.size, _FIRST, *tables, out, odd)
        columns = out[:, :n]
        found = [(*line, *head) for line in odd[:, :n_odd].T.tolist() if (head := work.header(line[0]))]
        if found:
            columns = np.concatenate([columns, np.array(found).T], axis=1)
            columns = columns[:, np.argsort(columns[0], kind="stable")]
        yield [*columns]
        few = BLOCK


def scan(text: Text) -> Iterator[Heads]:
    """All headers of a file, some thousand at a time (used before the next), with the same list of shapes that grows.

    Where no line has a proper header (`]` or a dash), those that end in a colon or blank are taken.
    """
    work, some = _Grammar(text), False
    for columns in _compiled(work, text, work.patterns) if work.patterns else _columns(_plain(work, text)):
        some = some or len(columns[0]) > 0
        yield Heads(work.shapes, *columns)
    for columns in () if some else _columns(_plain(work, text, loose=True)):
        yield Heads(work.shapes, *columns)


def _columns(rows: Iterator[Row]) -> Iterator[list[Ints]]:
    while part := list(islice(rows, BLOCK)):
        yield [*np.array(part, np.int64).T]


def _end(seen: bytes) -> tuple[int, int]:
    """Length of the header at the start of a line (0: none), and of what stands between it and the rest."""
    if _OPENED.match(seen):
        end = max(seen.find(b"]", 0, SEEN - 1), 0)
        gap = 2 if seen[end + 1 : end + 2] == b" " else 1
    else:
        end, gap = min(((at, len(dash)) for dash in _DASHES if (at := seen.find(dash)) > 0), default=(0, 0))
    return (0, 0) if b"\n" in seen[:end] else (end, gap)


def _loose_end(seen: bytes) -> tuple[int, int]:
    end = loose_end(seen.split(b"\n")[0])
    return end, 1 if seen[end : end + 1] == b" " else 2


def _alike(head: bytes) -> bytes:
    """A header with all its digits made zeros, each of its own script."""
    return head.translate(_DIGITS) if head.isascii() else head.decode("utf-8", "ignore").translate(_ZEROS).encode()


def _numbers(seen: bytes, shape: Shape) -> tuple[int, int]:
    """Date and clock of a header of known shape; -1 where the clock shows no time of day."""
    parts = []
    for columns in shape.columns:
        value = 0
        for column in columns:
            value = value * 10 + (seen[column] - shape.zero & 0xFF)
        parts.append(value)
    hour, minute, second = _hour(parts[3], shape.half), parts[4], parts[5]
    date = (parts[0] * PART + parts[1]) * PART + parts[2]
    return date, hour * 3600 + minute * 60 + second if hour < 24 and minute < 60 and second < 60 else -1


def _hour(hour: int, half: str) -> int:
    if half == "noon":  # Chinese: 11 and 12 as written, 1 is 13
        return hour + 12 if hour < 11 else hour
    if half and hour <= 12:
        return hour % 12 + (12 if half == "pm" else 0)
    return hour
