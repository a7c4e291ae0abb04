"""Find the headers of a chat: every line that starts like one, read in blocks of lines with numpy.

A file has few shapes of header. The first lines of each shape are read by the grammar; the others are compared with
it, eight bytes at a time.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analysis.intake.whatsapp_fast import arrays, words
from analysis.intake.whatsapp_lines import Bytes, Ints, Text, lines
from analysis.intake.whatsapp_shapes import BIDI, ERAS, Shape, loose_end, read

Words = npt.NDArray[np.uint64]
BLOCK = 1 << 13  # lines looked at in one go: their windows stay in the processor's cache
NEAR, WIDTHS = 40, (32, 96)  # bytes compared with known shapes; bytes read by the grammar, the second where needed
MOST_SHAPES = 48  # compared with; one export has at most some thirty (digits of day, month, hour; am and pm)
ODD = 64  # lines of unknown shape that end the first go of the compiled loop: they teach it most shapes
GUARD_LINES = 3  # headers that make a text with something before them a chat
PART = 10_000  # larger than any part of a date
_DASHES = (b" - ", " – ".encode())
_FIRST = np.zeros(256, bool)  # bytes a header can start with
_FIRST[[*range(48, 58), ord("["), ord(" ")]] = True
_FIRST[[char.encode()[0] for char in (*BIDI, *ERAS)]] = True
_FIRST[[0xD9, 0xDB, 0xE0, 0xE1, 0xEF]] = True  # digits of other scripts
_DIGITS = bytes.maketrans(b"123456789", b"000000000")


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


class _Pattern(NamedTuple):
    """A shape as words of eight bytes: the bytes, which bits must agree, and where digits stand (6, and 0xF0)."""

    code: int
    end: int
    gap: int
    words: list[tuple[np.uint64, np.uint64, np.uint64, np.uint64]]


class _Scan:
    """Shapes met so far, and the scripts whose digits are made alike."""

    def __init__(self, text: Text) -> None:
        self.data = text.data
        self.known: dict[bytes, int] = {}
        self.shapes: list[Shape] = []
        self.patterns: dict[bytes, _Pattern] = {}
        self.zeros = _zeros(text)

    def block(self, starts: Ints, stops: Ints) -> list[Ints]:
        """Headers among some lines, as the columns of `Heads`: by known shapes first, then by the grammar."""
        seen = windows(self.data, starts, NEAR)
        codes, ends = self._alike(seen)
        kept = np.flatnonzero(codes >= 0)
        found = []
        if len(kept):
            near = seen if len(kept) == len(seen) else seen[kept]
            found = [self._columns(near, starts[kept], stops[kept], ends[kept], codes[kept])]
        left = np.flatnonzero(codes < 0)
        for width in WIDTHS if len(left) else ():
            part, left = self._read(starts, stops, left, width, loose=False)
            found.append(part)
        if len(found) == 1:
            return found[0]
        columns = [np.concatenate(parts) for parts in zip(*found, strict=True)]
        order = np.argsort(columns[0], kind="stable")
        return [values[order] for values in columns]

    def loose(self, starts: Ints, stops: Ints) -> list[Ints]:
        """Headers that end in a colon or a blank alone."""
        return self._read(starts, stops, np.arange(len(starts)), WIDTHS[1], loose=True)[0]

    def _alike(self, seen: Bytes) -> tuple[Ints, Ints]:
        """Shape of each window that is of a known one (else -1), and where the rest of its line begins."""
        words, left = seen.view(np.uint64), np.arange(len(seen))
        codes, ends = np.full(len(seen), -1), np.zeros(len(seen), np.int64)
        for pattern in self.patterns.values():
            held = words if len(left) == len(words) else words[left]
            bad = np.zeros(len(held), np.uint64)
            for k, (fixed, same, six, high) in enumerate(pattern.words):
                word = held[:, k] ^ fixed
                bad |= word & same
                bad |= ((held[:, k] + six) ^ fixed) & high
            fits = bad == 0
            rows = left[fits]
            codes[rows] = pattern.code
            ends[rows] = pattern.end + pattern.gap
            if pattern.gap == 1:
                ends[rows] += seen[rows, pattern.end + 1] == 32
            left = left[~fits]
            if not len(left):
                break
        return codes, ends

    def _read(self, starts: Ints, stops: Ints, rows: Ints, width: int, loose: bool) -> tuple[list[Ints], Ints]:
        """Headers among some rows by the grammar, as columns; and those rows that may need a wider window."""
        seen = windows(self.data, starts[rows], width)
        ends, gaps = _loose_ends(seen) if loose else _ends(seen)
        more = rows[ends == 0]
        with_end = np.flatnonzero(ends)
        rows, seen, ends, gaps = rows[with_end], seen[with_end], ends[with_end], gaps[with_end]
        keys = self._keys(seen, ends)
        codes = self._codes(keys)
        good = np.flatnonzero(codes >= 0)
        for k in good[np.unique(codes[good] * 8 + gaps[good], return_index=True)[1]].tolist():
            if not loose:
                self._learn(keys[k, : ends[k]].tobytes(), seen[k, ends[k] : ends[k] + gaps[k]].tobytes(), int(codes[k]))
        rows, past = rows[good], ends[good].astype(np.int64) + gaps[good]
        return self._columns(seen[good], starts[rows], stops[rows], past, codes[good]), more

    def _learn(self, key: bytes, tail: bytes, code: int) -> None:
        """Keep a shape for comparison, if its digits are plain ones and it fits."""
        tail = tail[:1] if tail[:1] == b"]" else tail
        whole = key + tail
        if len(whole) >= NEAR or len(self.patterns) >= MOST_SHAPES or self.shapes[code].zero != ord("0"):
            return
        fixed = np.frombuffer(whole.ljust(-(-len(whole) // 8) * 8, b"\0"), np.uint8)
        digit = fixed == ord("0")
        inside = np.arange(len(fixed)) < len(whole)
        parts = (fixed, np.where(digit, 0xF0, 0xFF) * inside, np.where(digit, 6, 0), np.where(digit, 0xF0, 0))
        columns = [part.astype(np.uint8).view(np.uint64) for part in parts]
        self.patterns[whole] = _Pattern(code, len(key), len(tail), list(zip(*columns, strict=True)))

    def _keys(self, seen: Bytes, ends: Bytes) -> Bytes:
        """Windows cut at the header's end, digits made alike."""
        keys = np.frombuffer(bytearray(seen.tobytes().translate(_DIGITS)), np.uint8).reshape(seen.shape)
        for prefix, zero in self.zeros:
            n = len(prefix)
            at = (seen[:, n:] - zero) < 10
            for k, byte in enumerate(prefix):
                at &= seen[:, k : seen.shape[1] - n + k] == byte
            keys[:, n:][at] = zero
        keys &= _masks(seen.shape[1])[ends]
        return keys

    def _codes(self, keys: Bytes) -> Ints:
        """Shape of each key, -1 for what is no header."""
        n, width = keys.shape
        encoded = pa.Array.from_buffers(pa.binary(width), n, [None, pa.py_buffer(keys)]).dictionary_encode()
        numbers = np.array([self._number(key.rstrip(b"\0")) for key in encoded.dictionary.to_pylist()], np.int64)
        return numbers[encoded.indices.to_numpy()] if n else np.zeros(0, np.int64)

    def _number(self, key: bytes) -> int:
        if key not in self.known:
            shape = read(key)
            self.known[key] = len(self.shapes) if shape else -1
            self.shapes += [shape] if shape else []
        return self.known[key]

    def _columns(self, seen: Bytes, starts: Ints, stops: Ints, past: Ints, codes: Ints) -> list[Ints]:
        """The columns of `Heads` for windows of known shape; those with no time of day are left out."""
        date, clock = np.zeros(len(codes), np.int64), np.full(len(codes), -1)
        for code in np.flatnonzero(np.bincount(codes)).tolist():
            rows = np.flatnonzero(codes == code)
            date[rows], clock[rows] = _numbers(seen if len(rows) == len(seen) else seen[rows], self.shapes[code])
        columns = [starts, stops, starts + past, codes, date, clock]
        fine = clock >= 0
        return columns if fine.all() else [values[fine] for values in columns]


def _compiled(work: _Scan, text: Text) -> Iterator[list[Ints]]:
    """The same headers as `_Scan.block` finds, in the compiled loop; only lines of unknown shape come here."""
    seen, at, few, known = words(text.data), 0, ODD, (-1, -1)
    out = np.empty((6, BLOCK + 8), np.int64)  # rows a power of two apart would share places in the cache
    while at < text.size:
        odd = np.empty((2, few), np.int64)
        if known != (now := (len(work.patterns), len(work.shapes))):
            tables, known = arrays(work.patterns, work.shapes), now
        n, n_odd, at = text.fast.heads(text.data, seen, at, text.size, _FIRST, *tables, out, odd)
        columns = out[:, :n]
        if n_odd:
            columns = np.concatenate([columns, np.array(work.block(*odd[:, :n_odd]))], axis=1)
            columns = columns[:, np.argsort(columns[0], kind="stable")]
        yield [*columns]
        few = BLOCK


def scan(text: Text) -> Iterator[Heads]:
    """All headers of a file, some thousand at a time (used before the next), with the same list of shapes that grows.

    Where no line has a proper header (`]` or a dash), those that end in a colon or blank are taken.
    """
    work, some = _Scan(text), False
    for columns in _compiled(work, text) if text.fast else ():
        some = some or len(columns[0]) > 0
        yield Heads(work.shapes, *columns)
    for find in (work.block, work.loose):
        for starts, stops in () if some or (text.fast and find == work.block) else lines(text):
            likely = np.flatnonzero(_FIRST[text.data[starts]])
            for at in range(0, len(likely), BLOCK):
                part = likely[at : at + BLOCK]
                columns = find(starts[part], stops[part])
                some = some or len(columns[0]) > 0
                yield Heads(work.shapes, *columns)


def windows(data: Bytes, starts: Ints, width: int) -> Bytes:
    """The first bytes of every line, a row each."""
    rows = np.ndarray((len(data) - width + 1,), f"V{width}", data, strides=(1,))[starts]
    return rows.view(np.uint8).reshape(len(starts), width)


def _numbers(seen: Bytes, shape: Shape) -> tuple[Ints, Ints]:
    """Date and clock of windows of one shape; -1 where the clock shows no time of day."""
    parts = []
    for columns in shape.columns:
        value = np.zeros(len(seen), np.int32)
        for column in columns:
            value = value * 10 + (seen[:, column] - np.uint8(shape.zero))
        parts.append(value)
    hour, minute, second = _hours(parts[3], shape.half), parts[4], parts[5]
    fine = (hour < 24) & (minute < 60) & (second < 60)
    date = (parts[0] * np.int64(PART) + parts[1]) * PART + parts[2]
    return date, np.where(fine, hour * 3600 + minute * 60 + second, -1)


def _ends(seen: Bytes) -> tuple[Bytes, Bytes]:
    """Length of each header (0: none in sight) and of what stands between it and the rest."""
    opened = seen[:, 0] == ord("[")
    for column in (2, 3, 6):  # after U+061C, after one or two marks of three bytes
        opened |= (seen[:, column] == ord("[")) & (seen[:, 0] >= 0xC0)
    ends, gaps = np.zeros(len(seen), np.uint8), np.zeros(len(seen), np.uint8)
    if opened.any():
        close = (seen[:, :-1] == ord("]")).argmax(axis=1).astype(np.uint8)
        ends[opened] = close[opened]
        gaps[opened] = 1 + (seen[np.arange(len(seen)), close.astype(np.intp) + 1] == 32)[opened]
    for dash in _DASHES if not opened.all() else ():
        first = _first(seen, dash)
        better = (first > 0) & ~opened & ((ends == 0) | (first < ends))
        ends[better], gaps[better] = first[better], len(dash)
    feed = _first(seen, b"\n")
    ends[(feed < ends) & ((feed > 0) | (seen[:, 0] == 10))] = 0
    return ends, gaps


def _first(seen: Bytes, mark: bytes) -> Bytes:
    """Column at which each row first has some bytes; 0 for nowhere."""
    wide = seen.shape[1] - len(mark) + 1
    at = np.ones((len(seen), wide), bool)
    for k, byte in enumerate(mark):
        at &= seen[:, k : k + wide] == byte
    first: Bytes = at.argmax(axis=1).astype(np.uint8)
    return first


@cache
def _masks(width: int) -> Bytes:
    """Row n keeps the first n bytes of a window."""
    masks: Bytes = np.where(np.arange(width) < np.arange(width + 1)[:, None], 255, 0).astype(np.uint8)
    return masks


def _loose_ends(seen: Bytes) -> tuple[Bytes, Bytes]:
    ends = np.array([loose_end(row.tobytes().split(b"\n")[0]) for row in seen], np.uint8)
    after = np.take_along_axis(seen, ends[:, None].astype(np.int64), 1)[:, 0] if len(ends) else ends
    return ends, (1 + (after != 32)).astype(np.uint8)


def _hours(hours: npt.NDArray[np.int32], half: str) -> npt.NDArray[np.int32]:
    if half == "noon":  # Chinese: 11 and 12 as written, 1 is 13
        return np.where(hours < 11, hours + 12, hours)
    if half in ("am", "pm"):
        return np.where(hours <= 12, hours % 12 + (12 if half == "pm" else 0), hours)
    return hours


def _zeros(text: Text) -> list[tuple[bytes, int]]:
    """Scripts (bytes before the last, byte of zero) whose digits a sample of the file shows."""
    sample = text.data[: min(text.size, 1 << 16)].tobytes().decode("utf-8", "ignore")
    zeros = {chr(ord(c) - unicodedata.decimal(c)).encode() for c in set(sample) if c > "\x7f" and c.isdecimal()}
    return sorted((zero[:-1], zero[-1]) for zero in zeros if zero[-1] + 9 <= 0xBF)
