"""Cut a chat into records: where each one's header, sender and body stand in the buffer; and columns of such spans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake.whatsapp_heads import BLOCK, Heads, scan, windows
from analysis.intake.whatsapp_lines import Bytes, Ints, Text, line_starts, room
from analysis.intake.whatsapp_shapes import BIDI

Flags = npt.NDArray[np.bool_]
NAME_BYTES = 480  # a name has at most 120 characters of at most four bytes
PIECE = 1 << 13  # texts copied in one go: small pieces reuse memory, one large one has to be paged in
_STEP = 24  # bytes of a name looked at in one go
_STRIP = str.maketrans("", "", BIDI)
COLON_NAME_LINES = 5  # lines that must all repeat `A: B: ` before `A: B` counts as one name
LRM_BYTES = (0xE2, 0x80, 0x8E)


@dataclass(frozen=True)
class Records:
    """One row per header: offsets into the text, in file order.

    The record is `heads.start` to `stop`; without the line end that separates it, it ends at `end`. `rest` begins what
    follows the header, `first` ends its first line; `body` begins the body. `sender` is an index into `labels`
    (names as written, marks of direction removed), -1 for a line without sender.
    """

    text: Text
    heads: Heads
    stop: Ints
    end: Ints
    first: Ints
    colon: Ints
    body: Ints
    sender: Ints
    labels: list[str]

    def __len__(self) -> int:
        return len(self.stop)

    def cut(self, begin: Ints, end: Ints) -> pa.Array:
        """Texts between offsets; rows must be in file order."""
        return strings(self.text.data, begin, end)

    def shaped(self, what: list[int] | list[bool]) -> Ints:
        """A fact of each header's shape, per row."""
        return np.array(what or [0], np.int64)[self.heads.shape]


def records(text: Text) -> Records:
    """Cut a text into records; lines before the first header belong to none."""
    starts = line_starts(text)
    heads = scan(text, starts)
    data = text.data
    stop = np.append(heads.start[1:], text.size)[: len(heads.start)]
    line_stop = np.append(starts[1:], text.size)[heads.line]
    first, end = _without_feed(data, line_stop), _without_feed(data, stop)
    rest = np.minimum(heads.rest, first)
    colon = _colons(data, rest)
    colon = np.where(colon > rest, colon, -1)
    body = np.where(colon < 0, rest, np.minimum(colon + 1 + (data[colon + 1] == 32), end))
    made = Records(text, replace(heads, rest=rest), stop, end, first, colon, body, colon, [])
    return with_colons(named(made))


def named(held: Records) -> Records:
    """Number the senders by their names."""
    rows = np.flatnonzero(held.colon >= 0)
    encoded = held.cut(held.heads.rest[rows], held.colon[rows]).dictionary_encode()
    labels: dict[str, int] = {}
    codes = [
        labels.setdefault(label.translate(_STRIP).strip(), len(labels)) for label in encoded.dictionary.to_pylist()
    ]
    sender = np.full(len(held), -1)
    sender[rows] = np.array(codes or [0], np.int64)[encoded.indices.to_numpy()]
    return replace(held, sender=sender, labels=list(labels))


def with_colons(held: Records) -> Records:
    """Give names with a colon back their second half, where every line of the sender repeats it."""
    spoken = np.flatnonzero(held.sender >= 0)
    opening = np.zeros(len(held.labels), np.int64)
    opening[held.sender[spoken][::-1]] = spoken[::-1]
    often = np.bincount(held.sender[spoken], minlength=len(held.labels)) >= COLON_NAME_LINES
    halves = {code: _half(held, int(opening[code])) for code in np.flatnonzero(often).tolist()}
    halves = {code: half for code, half in halves.items() if half}
    if not halves:
        return held
    colon, order = held.colon.copy(), np.argsort(held.sender, kind="stable")
    begin = np.searchsorted(held.sender[order], np.arange(len(held.labels) + 1))
    for code, half in halves.items():
        rows = order[begin[code] : begin[code + 1]]
        if all(_starts(held, rows[:COLON_NAME_LINES], half)) and all(_starts(held, rows, half)):
            colon[rows] = held.body[rows] + len(half)
    body = np.where(colon == held.colon, held.body, np.minimum(colon + 2, held.end))
    return named(replace(held, colon=colon, body=body))


def _half(held: Records, row: int) -> bytes:
    """What stands before a second `: ` in the first line of a body; empty without."""
    line = held.text.data[held.body[row] : min(held.first[row], held.body[row] + NAME_BYTES)].tobytes()
    return line.partition(b": ")[0] if b": " in line else b""


def _starts(held: Records, rows: Ints, half: bytes) -> list[bool]:
    bodies = held.cut(held.body[rows], held.first[rows])
    return list(pc.starts_with(bodies, half.decode() + ": ").to_pylist())


def strings(data: Bytes, begin: Ints, end: Ints) -> pa.Array:
    """Text column of the spans from `begin` to `end`, which must not overlap and must ascend."""
    return packed(len(begin), int((end - begin).sum()), lambda p: _piece(data, begin[p], end[p]))


def packed(n: int, bound: int, piece: Callable[[slice], pa.Array]) -> pa.Array:
    """Text column of `n` rows and at most `bound` bytes, made piece by piece: small pieces reuse their memory."""
    offsets, held = room(4 * (n + 1)).view(np.int32), room(bound + 1)
    offsets[0] = at = 0
    for row in range(0, n, PIECE):
        part = slice(row, min(row + PIECE, n))
        _, places, values = piece(part).buffers()
        ends = np.frombuffer(places, np.int32)[1 : part.stop - row + 1]
        size = int(ends[-1])
        if size:
            held[at : at + size] = np.frombuffer(values, np.uint8)[:size]
        offsets[row + 1 : part.stop + 1] = ends + at
        at += size
    return pa.Array.from_buffers(pa.string(), n, [None, pa.py_buffer(offsets), pa.py_buffer(held)])


def coded(values: Sequence[str | None], code: Ints) -> pa.Array:
    """Text column of the value each row's code stands for; null for a null value and for a code below 0."""
    n, raw = len(code), [(value or "").encode() for value in values] + [b""]
    low, high = (int(code.min()), int(code.max())) if n else (-1, -1)
    if low == high:
        column = _repeated(raw[low], n)
    else:
        known, sizes = pa.array([value.decode() for value in raw], pa.string()), np.array([len(value) for value in raw])
        column = packed(n, int(sizes[code].sum()), lambda p: known.take(pa.array(code[p] % len(raw))))
    real = np.array([value is not None for value in values] + [False])
    if real[np.unique(code) if low < 0 else slice(low, high + 1)].all():
        return column
    bits = pa.py_buffer(np.packbits(real[code], bitorder="little"))
    return pa.Array.from_buffers(pa.string(), n, [bits, *column.buffers()[1:]])


def _repeated(value: bytes, n: int) -> pa.Array:
    """Text column of one value throughout."""
    offsets = np.arange(0, (n + 1) * len(value) or 1, len(value) or 1, dtype=np.int32)
    offsets = offsets if value else np.zeros(n + 1, np.int32)
    return pa.Array.from_buffers(pa.string(), n, [None, pa.py_buffer(offsets), pa.py_buffer(value * n)])


def _piece(data: Bytes, begin: Ints, end: Ints) -> pa.Array:
    """Every second span of a column that lies over the buffer itself: Arrow copies text faster than numpy."""
    n = len(begin)
    offsets = np.empty(2 * n + 1, np.int32)
    offsets[0:-1:2], offsets[1::2], offsets[-1] = begin, end, end[-1]
    spans = pa.Array.from_buffers(pa.string(), 2 * n, [None, pa.py_buffer(offsets), pa.py_buffer(data)])
    return spans.take(pa.array(np.arange(0, 2 * n, 2, dtype=np.int32)))


def starts_with(data: Bytes, at: Ints, prefix: tuple[int, ...]) -> Flags:
    """Whether the text at each offset starts with these bytes."""
    same: Flags = data[at] == prefix[0]
    for k, byte in enumerate(prefix[1:], 1):
        same[same] = data[at[same] + k] == byte
    return same


def _without_feed(data: Bytes, stop: Ints) -> Ints:
    """Offsets before the line end: a line feed, and a carriage return before it."""
    end = stop - (data[stop - 1] == 10)
    out: Ints = end - ((end < stop) & (data[end - 1] == 13))
    return out


def _colons(data: Bytes, rest: Ints) -> Ints:
    """Offset of the first colon that a blank or the line's end follows, within the line; -1 without."""
    found = np.full(len(rest), -1)
    for at in range(0, len(rest), BLOCK):
        rows = np.arange(at, min(at + BLOCK, len(rest)))
        for step in range(0, NAME_BYTES, _STEP):
            held = windows(data, rest[rows] + step, _STEP + 1)
            here, after = held[:, :-1], held[:, 1:]
            hit = (here == ord(":")) & ((after == 32) | (after == 10) | (after == 13))
            either = hit | (here == 10)
            place = either.argmax(axis=1)
            each = np.arange(len(rows))
            good = hit[each, place]
            found[rows[good]] = rest[rows[good]] + step + place[good]
            rows = rows[~either[each, place]]
            if not len(rows):
                break
    return found
