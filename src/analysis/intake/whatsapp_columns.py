"""Text columns made from offsets and codes: what a column keeps is written once, in memory paged in at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analysis.intake.whatsapp_lines import Bytes, Ints, room

Offsets = npt.NDArray[np.int32]
PIECE = 1 << 13  # texts copied in one go: small pieces reuse memory, one large one has to be paged in
DIGITS = 10  # of the largest offset an Arrow text column can address
_FOUR = np.frombuffer(b"".join(b"%04d" % number for number in range(10_000)), np.uint32)


def strings(data: Bytes, begin: Ints, end: Ints) -> pa.Array:
    """Text column of the spans from `begin` to `end`, which must not overlap and must ascend."""
    n, size = len(begin), int((end - begin).sum())
    if n <= PIECE:
        return _piece(data, begin, end)
    return packed(n, size, lambda p: _piece(data, begin[p], end[p]))


def packed(n: int, bound: int, piece: Callable[[slice], pa.Array]) -> pa.Array:
    """Text column of `n` rows and at most `bound` bytes, made piece by piece: small pieces reuse their memory."""
    offsets, held = room(n + 1, np.int32), room(bound + 1)
    offsets[0] = at = 0
    for row in range(0, n, PIECE):
        part = slice(row, min(row + PIECE, n))
        _, places, values = piece(part).buffers()
        ends = np.frombuffer(places, np.int32)[1 : part.stop - row + 1]
        size = int(ends[-1])
        if size:
            held[at : at + size] = np.frombuffer(values, np.uint8)[:size]
        np.add(ends, at, out=offsets[row + 1 : part.stop + 1])
        at += size
    return _text(n, offsets, held)


def _text(n: int, offsets: Offsets, held: Bytes | bytes) -> pa.Array:
    return pa.Array.from_buffers(pa.string(), n, [None, pa.py_buffer(offsets), pa.py_buffer(held)])


def _piece(data: Bytes, begin: Ints, end: Ints) -> pa.Array:
    """Every second span of a column that lies over the buffer itself: Arrow copies text faster than numpy."""
    n = len(begin)
    if not n:
        return pa.array([], pa.string())
    offsets = np.empty(2 * n + 1, np.int32)
    offsets[0:-1:2], offsets[1::2], offsets[-1] = begin, end, end[-1]
    return _text(2 * n, offsets, data).take(pa.array(np.arange(0, 2 * n, 2, dtype=np.int32)))


def even(data: Bytes, begin: Ints, size: int) -> pa.Array:
    """Text column of spans that are all of one size."""
    held = room(len(begin) * size).view(f"V{size}")
    spans = np.ndarray((len(data) - size + 1,), f"V{size}", data, strides=(1,))
    for row in range(0, len(begin), PIECE):
        held[row : row + PIECE] = spans[begin[row : row + PIECE]]
    return _text(len(begin), _steps(len(begin), size), held)


def _steps(n: int, size: int) -> Offsets:
    """Offsets of `n` texts of one size."""
    return np.arange(0, (n + 1) * size, size, dtype=np.int32) if size else np.zeros(n + 1, np.int32)


def coded(values: Sequence[str | None], code: Ints | Offsets) -> pa.Array:
    """Text column of the value each row's code stands for; null for a null value and for a code below 0."""
    n, raw = len(code), [(value or "").encode() for value in values] + [b""]
    low, high = (int(code.min()), int(code.max())) if n else (-1, -1)
    if low == high:
        column = _text(n, _steps(n, len(raw[low])), raw[low] * n)
    else:
        known, sizes = pa.array([value.decode() for value in raw], pa.string()), np.array([len(value) for value in raw])
        column = packed(n, int(sizes[code].sum()), lambda p: known.take(pa.array(code[p] % len(raw))))
    real = np.array([value is not None for value in values] + [False])
    if real[np.unique(code) if low < 0 else slice(low, high + 1)].all():
        return column
    bits = pa.py_buffer(np.packbits(real[code], bitorder="little"))
    return pa.Array.from_buffers(pa.string(), n, [bits, *column.buffers()[1:]])


def spans(prefix: str, begin: Ints, end: Ints) -> pa.Array:
    """Text column of `prefix`, `begin`, a dash, `end`; both must ascend: rows of one width then stand together."""
    edges = [np.searchsorted(at, [10**k for k in range(1, DIGITS)]).tolist() for at in (begin, end)]
    cuts = sorted({0, len(begin), *edges[0], *edges[1]})
    lead, n = np.frombuffer(prefix.encode(), np.uint8), len(begin)
    widths = [(len(str(begin[cut])), len(str(end[cut]))) for cut in cuts[:-1]]
    sizes = np.repeat([len(lead) + a + b + 1 for a, b in widths], np.diff(cuts)).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    held = room(int(offsets[-1]))
    for (low, high), (a, b) in zip(pairwise(cuts), widths, strict=True):
        rows = held[offsets[low] : offsets[high]].reshape(high - low, -1)
        for at in range(low, high, PIECE):
            part = slice(at, min(at + PIECE, high))
            block = rows[at - low : part.stop - low]
            block[:, : len(lead)], block[:, len(lead) + a] = lead, ord("-")
            block[:, len(lead) : len(lead) + a] = _digits(begin[part])[:, -a:]
            block[:, len(lead) + a + 1 :] = _digits(end[part])[:, -b:]
    return _text(n, offsets.astype(np.int32), held)


def _digits(numbers: Ints) -> Bytes:
    """Numbers of up to twelve digits as twelve characters a row, zeros in front."""
    out = np.empty((len(numbers), 3), np.uint32)
    thousands = numbers // 10_000
    out[:, 2] = _FOUR[numbers - thousands * 10_000]
    out[:, 0] = thousands // 10_000
    out[:, 1] = _FOUR[thousands - out[:, 0].astype(np.int64) * 10_000]
    out[:, 0] = _FOUR[out[:, 0]]
    return out.view(np.uint8)
