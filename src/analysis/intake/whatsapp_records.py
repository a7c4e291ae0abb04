"""Cut a chat into records: where each one's header, sender and body stand in the buffer; and columns of such spans."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake.whatsapp_columns import strings
from analysis.intake.whatsapp_fast import words
from analysis.intake.whatsapp_heads import Heads, scan
from analysis.intake.whatsapp_lines import Bytes, Ints, Text
from analysis.intake.whatsapp_shapes import BIDI, Shape

Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]
Fours = npt.NDArray[np.uint32]
NAME_BYTES = 480  # a name has at most 120 characters of at most four bytes
_NAME = re.compile(rb"([^\n]{0,%d}?):(?: |(?=[\r\n]))" % (NAME_BYTES - 1))
_STRIP = str.maketrans("", "", BIDI)
SHORTEST = 8  # bytes no header is shorter than
COLON_NAME_LINES = 5  # lines that must all repeat `A: B: ` before `A: B` counts as one name


@dataclass(frozen=True)
class Records:
    """One row per header: offsets into the text, in file order.

    The record is `heads.start` to `stop`; without the line end that separates it, it ends at `end`. `rest` begins what
    follows the header, `first` ends its first line; `body` begins the body. `sender` is an index into `labels`
    (names as written, marks of direction removed), -1 for a line without sender; `opening` is its body's first four
    bytes. All are kept in 32 bits.
    """

    text: Text
    heads: Heads
    stop: Ints
    end: Ints
    first: Ints
    body: Ints
    sender: Ints
    opening: Fours
    labels: list[str]

    def __len__(self) -> int:
        return len(self.stop)

    def cut(self, begin: Ints, end: Ints) -> pa.Array:
        """Texts between offsets; rows must be in file order."""
        return strings(self.text.data, begin, end, self.text.fast)

    def shaped(self, what: list[int] | list[bool]) -> Ints:
        """A fact of each header's shape, per row."""
        values = np.array(what or [0], np.int64)
        if (values == values[0]).all():
            return np.broadcast_to(values[0], len(self))
        return values[self.heads.shape]


def records(text: Text) -> Records:
    """Cut a text into records; lines before the first header belong to none."""
    labels: dict[str, int] = {}
    cut, shapes = _cutter(text, labels), list[Shape]()
    parts: list[list[npt.NDArray[Any]]] = [[*np.empty((9, 0), np.int32), np.empty(0, np.int64)]]
    for heads in scan(text):
        shapes, places = heads.shapes, cut(heads.rest, heads.stop)
        columns = (heads.start, heads.stop, heads.shape, heads.clock, *places)
        parts.append([*(column.astype(np.int32) for column in columns), heads.date.copy()])
    start, next_line, shape, clock, rest, first, body, sender, opening, date = map(
        np.concatenate, zip(*parts, strict=True)
    )
    stop = np.append(start[1:], np.int32(text.size))[: len(start)]
    end = first.copy()
    longer = np.flatnonzero(next_line != stop)
    end[longer] = _without_feed(text.data, stop[longer])
    made = Heads(shapes, start, next_line, rest, shape, date, clock)
    return with_colons(Records(text, made, stop, end, first, body, sender, opening.view(np.uint32), [*labels]))


def _cutter(text: Text, labels: dict[str, int]) -> Callable[[Ints, Ints], tuple[Ints, ...]]:
    """What cuts first lines (their rest, the next line) into rest, end, body, the name's number, the body's opening."""
    data, fast = text.data, text.fast
    if not fast:
        return lambda rest, stop: _cut(data, rest, stop, labels)
    most = text.size // SHORTEST + 2
    slots, spans = np.zeros(1 << (2 * most).bit_length(), np.int32), np.empty((2, most), np.int64)
    codes: list[int] = []

    def cut(rest: Ints, stop: Ints) -> tuple[Ints, ...]:
        (rest, end, body, numbers, opening), n = fast.people(
            data, words(data), rest, stop, NAME_BYTES, slots, spans, len(codes)
        )
        for low, high in spans[:, len(codes) : n].T.tolist():
            codes.append(labels.setdefault(_named(data[low:high].tobytes().decode()), len(labels)))
        return rest, end, body, np.array([*codes, -1], np.int32)[numbers], opening

    return cut


def _cut(data: Bytes, rest: Ints, stop: Ints, labels: dict[str, int]) -> tuple[Ints, ...]:
    first = _without_feed(data, stop)
    rest = np.minimum(rest, first)
    view, codes = data.data, dict[bytes, int]()
    sender, body = [-1] * len(rest), rest.tolist()
    for row, at in enumerate(rest.tolist()):
        if (found := _NAME.match(view, at)) and (name := found[1]):
            if name not in codes:
                codes[name] = labels.setdefault(_named(name.decode()), len(labels))
            sender[row], body[row] = codes[name], found.end()
    places = np.minimum(body, first)
    return rest, first, places, np.array(sender), fours(data, places).view(np.int32)


def _named(raw: str) -> str:
    """A name without marks of direction."""
    return raw.translate(_STRIP).strip()


def with_colons(held: Records) -> Records:
    """Give names with a colon back their second half, where every line of the sender repeats it.

    The name of a chat may have one too; under it stand lines of the app alone, few of them, from the first on.
    """
    spoken = np.flatnonzero(held.sender >= 0)
    opening = np.zeros(len(held.labels), np.int64)
    opening[held.sender[spoken][::-1]] = spoken[::-1]
    often = np.bincount(held.sender[spoken], minlength=len(held.labels)) >= COLON_NAME_LINES
    chat = next((code for code in held.sender[:1].tolist() if code >= 0 and not often[code]), -1)
    often[[chat] if chat >= 0 else []] = True
    halves = {code: _half(held, int(opening[code])) for code in np.flatnonzero(often).tolist()}
    halves = {code: half for code, half in halves.items() if half}
    if not halves:
        return held
    order, body, labels = np.argsort(held.sender, kind="stable"), held.body.copy(), list(held.labels)
    begin = np.searchsorted(held.sender[order], np.arange(len(held.labels) + 1))
    for code, half in halves.items():
        rows, label = order[begin[code] : begin[code + 1]], _named(f"{labels[code]}: {half.decode()}")
        after = ": \u200e" if code == chat else ": "
        likely = label not in labels and all(_starts(held, rows[:COLON_NAME_LINES], half, after))
        if likely and all(_starts(held, rows, half, after)):
            labels[code], body[rows] = label, np.minimum(body[rows] + len(half) + 2, held.end[rows])
    return replace(held, body=body, opening=fours(held.text.data, body), labels=labels)


def _half(held: Records, row: int) -> bytes:
    """What stands before a second `: ` in the first line of a body; empty without."""
    line = held.text.data[held.body[row] : min(held.first[row], held.body[row] + NAME_BYTES)].tobytes()
    return line.partition(b": ")[0] if b": " in line else b""


def _starts(held: Records, rows: Ints, half: bytes, after: str) -> list[bool]:
    bodies = held.cut(held.body[rows], held.first[rows])
    return list(pc.starts_with(bodies, half.decode() + after).to_pylist())


def _without_feed(data: Bytes, stop: Ints) -> Ints:
    """Offsets before the line end: a line feed, and a carriage return before it."""
    last = np.ndarray((len(data) - 1,), "<u2", data, strides=(1,))[stop - 2]
    out: Ints = stop - (last >> 8 == 10)
    out[last == 0x0A0D] -= 1
    return out


def fours(data: Bytes, at: Ints) -> Fours:
    """Four bytes at each offset."""
    found: Fours = np.ndarray((len(data) - 3,), "<u4", data, strides=(1,))[at]
    return found
