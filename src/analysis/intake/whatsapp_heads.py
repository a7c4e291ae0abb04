"""Find the headers of a chat: every line that starts like one, read in blocks of lines with numpy."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analysis.intake.whatsapp_lines import Bytes, Ints, Text
from analysis.intake.whatsapp_shapes import BIDI, ERAS, Shape, loose_end, read

BLOCK = 1 << 13  # lines looked at in one go: their seen stay in the processor's cache
WIDTHS = (32, 96)  # bytes that hold a header; most fit the first, those with many marks or long words the second
GUARD_LINES = 3  # headers that make a text with something before them a chat
_DASHES = (b" - ", " – ".encode())
_FIRST = np.zeros(256, bool)  # bytes a header can start with
_FIRST[[*range(48, 58), ord("["), ord(" ")]] = True
_FIRST[[char.encode()[0] for char in (*BIDI, *ERAS)]] = True
_FIRST[[0xD9, 0xDB, 0xE0, 0xE1, 0xEF]] = True  # digits of other scripts
_DIGITS = bytes.maketrans(b"123456789", b"000000000")


@dataclass(frozen=True)
class Heads:
    """Headers in file order: line number, offset of the first byte and of what follows the header, shape, numbers.

    `numbers` has a row per header: the three parts of the date as written, hour (0-23), minute, second.
    """

    line: Ints
    start: Ints
    rest: Ints
    shape: Ints
    numbers: npt.NDArray[np.int32]
    shapes: list[Shape]

    def take(self, rows: npt.NDArray[np.bool_]) -> Heads:
        """Only some of the headers."""
        return Heads(
            self.line[rows], self.start[rows], self.rest[rows], self.shape[rows], self.numbers[rows], self.shapes
        )


class _Scan:
    """Shapes met so far, and the scripts whose digits are made alike."""

    def __init__(self, text: Text) -> None:
        self.data = text.data
        self.size = text.size
        self.known: dict[bytes, int] = {}
        self.shapes: list[Shape] = []
        self.zeros = _zeros(text)

    def block(self, lines: Ints, starts: Ints, width: int, loose: bool) -> tuple[list[Ints], Ints]:
        """Headers among some lines, as columns; and those lines whose header may need a wider window."""
        seen = windows(self.data, starts, width)
        ends, gaps = _loose_ends(seen) if loose else _ends(seen)
        more = np.flatnonzero(ends == 0)
        rows = np.flatnonzero(ends)
        if len(rows) < len(ends):
            seen, ends, gaps = seen[rows], ends[rows], gaps[rows]
        codes = self._codes(self._keys(seen, ends))
        numbers = self._numbers(seen, codes)
        good = (codes >= 0) & (numbers[:, 3] < 24) & (numbers[:, 4] < 60) & (numbers[:, 5] < 60)
        kept = rows[good]
        rest = starts[kept] + ends[good] + gaps[good]
        return [lines[kept], starts[kept], rest, codes[good], numbers[good]], more

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

    def _numbers(self, seen: Bytes, codes: Ints) -> npt.NDArray[np.int32]:
        numbers = np.zeros((len(codes), 6), np.int32)
        for code in np.flatnonzero(np.bincount(codes + 1)[1:]).tolist():
            shape, rows = self.shapes[code], codes == code
            held = seen if rows.all() else seen[rows]
            values = np.zeros((len(held), 6), np.int32)
            for k, columns in enumerate(shape.columns):
                for column in columns:
                    values[:, k] = values[:, k] * 10 + (held[:, column] - np.uint8(shape.zero))
            values[:, 3] = _hours(values[:, 3], shape.half)
            numbers[rows] = values
        return numbers


def scan(text: Text, starts: Ints) -> Heads:
    """All headers of a file. Where no line has a proper one (`]` or a dash), those that end in a colon or blank."""
    likely = np.flatnonzero(_FIRST[text.data[starts]])
    heads = _scan(text, likely, starts[likely], loose=False)
    return heads if len(heads.line) else _scan(text, likely, starts[likely], loose=True)


def _scan(text: Text, lines: Ints, starts: Ints, loose: bool) -> Heads:
    work, found = _Scan(text), []
    for width in WIDTHS[1:] if loose else WIDTHS:
        left = []
        for at in range(0, len(lines), BLOCK):
            part, begin = lines[at : at + BLOCK], starts[at : at + BLOCK]
            columns, more = work.block(part, begin, width, loose)
            found.append(columns)
            left.append(more + at)
        again = np.concatenate(left) if left else np.zeros(0, np.int64)
        lines, starts = lines[again], starts[again]
    if not found:
        none = np.zeros(0, np.int64)
        return Heads(none, none, none, none, np.zeros((0, 6), np.int32), [])
    columns = [np.concatenate(parts) for parts in zip(*found, strict=True)]
    if not (columns[0][1:] > columns[0][:-1]).all():
        order = np.argsort(columns[0], kind="stable")
        columns = [values[order] for values in columns]
    return Heads(columns[0], columns[1], columns[2], columns[3], columns[4].astype(np.int32, copy=False), work.shapes)


def windows(data: Bytes, starts: Ints, width: int) -> Bytes:
    """The first bytes of every line, a row each."""
    rows = np.ndarray((len(data) - width + 1,), f"V{width}", data, strides=(1,))[starts]
    return rows.view(np.uint8).reshape(len(starts), width)


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
    n, width = seen.shape
    flat = seen.reshape(-1)
    rare = len(mark) // 2  # its middle byte
    found = np.zeros(n * width, bool)
    at = flat[rare : len(flat) - len(mark) + 1 + rare] == mark[rare]
    if not at.any():
        return np.zeros(n, np.uint8)
    for k in (*range(rare), *range(rare + 1, len(mark))):
        at &= flat[k : len(flat) - len(mark) + 1 + k] == mark[k]
    found[: len(at)] = at
    first: Bytes = found.reshape(n, width).argmax(axis=1).astype(np.uint8)
    first[first > width - len(mark)] = 0  # reaches into the next row
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
