"""Text columns made from offsets and codes of some thousand records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analysis.intake.whatsapp_fast import SLACK, words
from analysis.intake.whatsapp_lines import Bytes, Ints, room

Offsets = npt.NDArray[np.int32]


def strings(data: Bytes, begin: Ints, end: Ints, fast: Any = None) -> pa.Array:
    """Text column of the spans from `begin` to `end`, which must not overlap and must ascend."""
    n = len(begin)
    if not n:
        return pa.array([], pa.string())
    if fast:
        offsets, held = np.empty(n + 1, np.int32), room(int((end - begin).sum()) + SLACK)
        fast.copied(words(data), begin.astype(np.int64), end.astype(np.int64), offsets, words(held))
        return _text(n, offsets, held)
    offsets = np.empty(2 * n + 1, np.int32)  # of a column over the buffer itself: Arrow copies text faster than numpy
    offsets[0:-1:2], offsets[1::2], offsets[-1] = begin, end, end[-1]
    return _text(2 * n, offsets, data).take(pa.array(np.arange(0, 2 * n, 2, dtype=np.int32)))


def _text(n: int, offsets: Offsets, held: Bytes) -> pa.Array:
    return pa.Array.from_buffers(pa.string(), n, [None, pa.py_buffer(offsets), pa.py_buffer(held)])


def coder(values: Sequence[str | None], kind: Any = np.int32) -> Callable[[npt.NDArray[Any]], pa.Array]:
    """What makes codes a column of the values they stand for; null for a null value and for a code of -1.

    `kind` is that of the column's indices: `records.CODED` has 32 bits, `records.WORD` eight.
    """
    distinct = list(dict.fromkeys(value for value in values if value is not None))
    place = {value: number for number, value in enumerate(distinct)}
    numbers = np.array([-1 if value is None else place[value] for value in values] + [-1], kind)
    known = pa.array(distinct, pa.string())

    def column(code: npt.NDArray[Any]) -> pa.Array:
        number = numbers[code]
        absent = number < 0
        return pa.DictionaryArray.from_arrays(pa.array(number, mask=absent if absent.any() else None), known)

    return column


def spans(prefix: str, begin: Ints, end: Ints, fast: Any = None) -> pa.Array:
    """Text column of `prefix`, `begin`, a dash, `end`; both must ascend."""
    lead, n = np.frombuffer(prefix.encode(), np.uint8), len(begin)
    if fast:
        room_for = n * (len(lead) + 1 + len(f"{begin[-1]}{end[-1]}")) if n else 0
        offsets, held = np.empty(n + 1, np.int32), room(room_for + SLACK)
        fast.spans(lead, begin.astype(np.int64), end.astype(np.int64), offsets, held)
        return _text(n, offsets, held)
    ends = zip(begin.tolist(), end.tolist(), strict=True)
    return pa.array([f"{prefix}{low}-{high}" for low, high in ends], pa.string())
