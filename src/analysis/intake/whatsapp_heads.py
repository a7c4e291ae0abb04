"""Find the headers of a chat: every line that starts like one, read in blocks of lines with numpy."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analysis.intake.whatsapp_lines import Bytes, Ints, Text
from analysis.intake.whatsapp_shapes import BIDI, ERAS, Shape, loose_end, read

BLOCK = 1 << 15  # lines looked at in one go: their seen stay in the processor's cache
WIDTHS = (32, 96)  # bytes that hold a header; most fit the first, those with many marks or long words the second
GUARD_LINES = 3  # headers that make a text with something before them a chat
_DASHES = (b" - ", " – ".encode())
_FIRST = np.zeros(256, bool)  # bytes a header can start with
_FIRST[[*range(48, 58), ord("["), ord(" ")]] = True
_FIRST[[char.encode()[0] for char in (*BIDI, *ERAS)]] = True
_FIRST[[0xD9, 0xDB, 0xE0, 0xE1, 0xEF]] = True  # digits of other scripts
_COLUMNS = np.arange(max(WIDTHS), dtype=np.uint8)


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

    def block(self, lines: Ints, starts: Ints, width: int, loose: bool) -> tuple[list[npt.NDArray[np.int64]], Ints]:
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
        return [lines[kept], starts[kept], rest, codes[good], *numbers[good].T], more

    def _keys(self, seen: Bytes, ends: Bytes) -> Bytes:
        """Windows cut at the header's end, digits made alike."""
        keys = np.where((seen - 48) < 10, np.uint8(48), seen)
        for prefix, zero in self.zeros:
            n = len(prefix)
            at = (seen[:, n:] - zero) < 10
            for k, byte in enumerate(prefix):
                at &= seen[:, k : seen.shape[1] - n + k] == byte
            keys[:, n:][at] = zero
        keys *= _COLUMNS[: seen.shape[1]] < ends[:, None]
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
        for code in np.unique(codes[codes >= 0]).tolist():
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
    joined = [
        np.concatenate([np.asarray(columns[k], np.int64) for columns in found] or [np.zeros(0, np.int64)])
        for k in range(10)
    ]
    order = np.argsort(joined[0], kind="stable")
    columns = joined if np.all(order[1:] > order[:-1]) else [values[order] for values in joined]
    line, start, rest, shape = columns[:4]
    return Heads(line, start, rest, shape, np.stack(columns[4:], axis=1).astype(np.int32), work.shapes)


def windows(data: Bytes, starts: Ints, width: int) -> Bytes:
    """The first bytes of every line, a row each."""
    rows = np.ndarray((len(data) - width + 1,), f"V{width}", data, strides=(1,))[starts]
    return rows.view(np.uint8).reshape(len(starts), width)


def _ends(seen: Bytes) -> tuple[Bytes, Bytes]:
    """Length of each header (0: none in sight) and of what stands between it and the rest."""
    opened = np.zeros(len(seen), bool)
    for column in (0, 2, 3, 6):  # after no mark, U+061C, one or two marks of three bytes
        opened |= (seen[:, column] == ord("[")) & ((column == 0) | (seen[:, 0] >= 0xC0))
    feed = seen == 10
    alive = ~np.logical_or.accumulate(feed, axis=1) if feed[:, :-1].any() else ~feed
    close = (seen == ord("]")) & alive & opened[:, None]
    ends = close.argmax(axis=1).astype(np.uint8)
    blank = np.take_along_axis(seen, np.minimum(ends + 1, seen.shape[1] - 1)[:, None].astype(np.int64), 1)[:, 0]
    gaps = (1 + (blank == 32)).astype(np.uint8)
    for dash in _DASHES if not opened.all() else ():
        at = (seen[:, : 1 - len(dash)] == dash[0]) & alive[:, : 1 - len(dash)] & ~opened[:, None]
        for k in range(1, len(dash)):
            at &= seen[:, k : seen.shape[1] - len(dash) + 1 + k] == dash[k]
        first = at.argmax(axis=1).astype(np.uint8)
        better = (first > 0) & ((ends == 0) | (first < ends))
        ends[better], gaps[better] = first[better], len(dash)
    return ends, gaps


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
