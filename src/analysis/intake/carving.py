"""Rows of message tables in the unused parts of a database: remnants, of low confidence, counted nowhere.

A row is told by its head: the length of the head, then one number a column for type and size, as the table declares
them; of a freed row the first four bytes are lost. What is found must have a time and words that can be read, and is
compared with the rows still held: equal ones are only older places of the same row, and are left out.
"""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from analysis.errors import FormatError
from analysis.intake import sqlite_file, typedstream
from analysis.intake.columnar import APPLE_EPOCH_S, LATEST_MS, NANOSECONDS_FROM, held, instants, table
from analysis.intake.records import Hints, Opened, Reading, Shape
from analysis.intake.sqlite_file import Database
from analysis.intake.sqlite_pages import Pages, Region

MOST = 20_000  # remnants kept of one database: more are a rebuilt file, not happenings to look at one by one
MOST_BYTES = 1 << 30  # unused bytes searched in one database: some minutes of work at worst
EARLIEST_MS = 946_684_800_000  # the year 2000: no phone of these apps is older
_WIDTHS = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)  # bytes of a number by its type; 8 and 9 are the numbers 0 and 1
_ODD = re.escape(bytes(range(1, 128, 2)))
_LONGEST_HEAD = 300
_KINDS = {  # what may stand in the head for a column, by its affinity; a null is added where it may be null
    "INTEGER": rb"[\x01-\x06\x08\x09]", "NUMERIC": rb"[\x01-\x09]", "REAL": rb"[\x01-\x09]",
    "TEXT": rb"(?:[" + re.escape(bytes(range(13, 128, 2))) + rb"]|[\x81-\xff][" + _ODD + rb"]|[\x81-\xff][\x80-\xff]["
    + _ODD + rb"])", "BLOB": rb"(?:[\x01-\x09\x0c-\x7f]|[\x81-\xff][\x80-\xff]?[\x00-\x7f])",
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A row as its bytes give it; `rowid` is null where its number is lost, `whole` false where its text is cut."""

    layout: Layout
    locator: str
    origin: str
    rowid: int | None
    at: int | None
    key: str
    text: str
    body: str
    whole: bool


class Layout:
    """How rows of one table look in a file: columns with their affinity, and the pattern of a row's head."""

    def __init__(self, database: Database, shape: Shape) -> None:
        columns = [] if database.keys(shape.table) else database.layout(shape.table)  # by a key: of another form
        self.shape, self.names = shape, [name.lower() for name, *_ in columns]
        wanted = {name: self._place(name) for name in (shape.text, shape.at, shape.key, shape.archive)}
        self.places = {name: place for name, place in wanted.items() if place is not None}
        self.needed = max(self.places.values(), default=-1) + 1
        own = [kind == "INTEGER" and number == 1 for _, kind, _, number in columns]
        self.own = own.index(True) if own.count(True) == 1 else -1  # the column that is the row's number: stored null
        kinds = [b"\\x00" if place == self.own else _kind(kind, needed)
                 for place, (_, kind, needed, _) in enumerate(columns)]  # fmt: skip
        self.whole = re.compile(b"(?=" + b"".join(kinds[: self.needed]) + b")", re.DOTALL)
        self.beheaded = re.compile(b"(?=" + b"".join(kinds[1 : self.needed]) + b")", re.DOTALL)

    def _place(self, name: str) -> int | None:
        return self.names.index(name.lower()) if name.lower() in self.names else None

    @property
    def usable(self) -> bool:
        """Whether the table has what makes a remnant: words and a time."""
        return self.shape.text in self.places and self.shape.at in self.places


def _kind(declared: str, needed: bool) -> bytes:
    """The pattern of a column's type, by SQLite's rules of affinity."""
    words = (("INT", "INTEGER"), ("CHAR", "TEXT"), ("CLOB", "TEXT"), ("TEXT", "TEXT"), ("BLOB", "BLOB"),
             ("REAL", "REAL"), ("FLOA", "REAL"), ("DOUB", "REAL"))  # fmt: skip
    affinity = next((name for word, name in words if word in declared), "NUMERIC" if declared else "BLOB")
    return _KINDS[affinity] if needed else b"(?:\\x00|" + _KINDS[affinity] + b")"


def after(read: Callable[[Opened, Hints], Reading], shapes: Sequence[Shape], opened: Opened, hints: Hints) -> Reading:
    """A reading with the remnants of its database beside it: nothing else in it changes."""
    reading = read(opened, hints)
    try:
        found, notes = remnants(opened.path, shapes)
        reading.remnants = pa.concat_tables([reading.remnants, found])
    except FormatError as error:
        notes = [f"unused parts were not searched: {error}"]
    reading.notes += notes
    return reading


def remnants(path: Path, shapes: Sequence[Shape]) -> tuple[pa.Table, list[str]]:
    """Rows of `remnants` of a database (a copy, with log and journal), and what is to be said of them."""
    with sqlite_file.opened(path) as database, path.open("rb") as file:
        layouts = [layout for shape in shapes if (layout := Layout(database, shape)).usable]
        pages, found = Pages(path, file), dict[tuple[Any, ...], Found]()
        n_bytes, notes = 0, list[str]()
        for region in pages.regions():
            n_bytes += len(region.data)
            for row in (row for layout in layouts for row in _rows(region, layout, pages)):
                found.setdefault((row.layout.shape.table, row.key or row.rowid, row.at, row.body), row)
            if n_bytes > MOST_BYTES or len(found) > 8 * MOST:
                notes.append("unused parts were not searched to their end: there is too much in them")
                break
        rows = [row for layout in layouts for row in _gone(database, layout, list(found.values()))]
    counts = Counter(row["origin"] for row in rows)
    said = ", ".join(f"{n} from {origin}" for origin, n in sorted(counts.items())) or "none found"
    notes.append(f"remnants of messages in unused parts: {said}; low confidence, counted nowhere")
    if len(rows) > MOST:
        notes.append(f"only {MOST} of {len(rows)} remnants are listed")
    columns = {name: pa.array([row[name] for row in rows[:MOST]]) for name in rows[0]} if rows else {}
    if rows:
        columns["at"] = instants(columns["at"])
    return table("remnants", **columns), notes


def _rows(region: Region, layout: Layout, pages: Pages) -> Iterator[Found]:
    """Rows of a layout in a region, none inside another."""
    data, end = region.data, 0
    if not data.strip(b"\0"):
        return
    starts = [(match.start(), 0) for match in layout.whole.finditer(data)]
    if layout.own == 0:
        starts += [(match.start(), 1) for match in layout.beheaded.finditer(data)]
    for start, skipped in sorted(starts):
        if start >= end and (row := _row(region, layout, pages, start, skipped)):
            found, end = row
            yield found


def _row(region: Region, layout: Layout, pages: Pages, start: int, skipped: int) -> tuple[Found, int] | None:
    """The row whose column types begin at `start` (the first `skipped` of them lost), and where it ends."""
    data = region.data
    head = None if skipped else _head(data, start, layout)
    types, body = head or _freed(data, start, layout, skipped)
    size = sum(map(_width, types))
    n_head = body - start + (1 if body - start < 127 else 2)
    whole = n_head + size
    if len(types) < layout.needed:
        return None
    local = pages.local(whole)
    stop = min(body + size, start - (n_head - (body - start)) + local)
    if stop > len(data):
        return None
    values = dict(zip(layout.places, _values(data, body, stop, types, list(layout.places.values())), strict=True))
    rowid = _number(data, start - (n_head - (body - start)), whole) if head else None
    found = _read(layout, values, pages.encoding, local == whole)
    place = f"{region.place}, offset {region.start + start}"
    return (replace(found, locator=place, origin=region.origin, rowid=rowid), stop) if found else None


def _head(data: bytes, start: int, layout: Layout) -> tuple[list[int], int] | None:
    """Types and end of a head whose length stands before it and agrees; a row may be older than the last columns."""
    for width in (1, 2):
        length, after_it = _varint(data, start - width) if start >= width else (0, 0)
        if after_it == start and 1 < length < _LONGEST_HEAD:
            types, end = _types(data, start, len(layout.names), length - width)
            if end == start + length - width and len(types) >= layout.needed:
                return types, end
    return None


def _freed(data: bytes, start: int, layout: Layout, skipped: int) -> tuple[list[int], int]:
    """Types and end of a head whose length is lost: of a freed block four bytes before, whose size fits the row.

    Fewer columns than the table has now are believed where the size fits to the byte.
    """
    size = int.from_bytes(data[start - 2 : start], "big") if 4 <= start <= len(data) else 0
    most = len(layout.names) - skipped
    types, end = _types(data, start, most, _LONGEST_HEAD)
    whole = end + sum(map(_width, types)) - start + 4
    if len(types) == most and whole <= size <= len(data) - start + 4:
        return [0] * skipped + types, end
    for n in range(len(types) - 1, layout.needed - skipped - 1, -1):
        types, end = _types(data, start, n, _LONGEST_HEAD)
        if end + sum(map(_width, types)) - start + 4 == size <= len(data) - start + 4:
            return [0] * skipped + types, end
    return [], start


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for n, byte in enumerate(data[place : place + 9]):
        if n == 8:
            return value << 8 | byte, place + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + n + 1
    return -1, place


def _types(data: bytes, place: int, most: int, length: int) -> tuple[list[int], int]:
    """At most so many types, over at most so many bytes, and where they end."""
    types, limit = list[int](), min(place + length, len(data))
    while len(types) < most and place < limit:
        kind, place_ = _varint(data, place)
        if kind < 0:
            break
        types, place = [*types, kind], place_
    return types, place


def _width(kind: int) -> int:
    return _WIDTHS[kind] if kind < len(_WIDTHS) else max(kind - 12, 0) // 2


def _number(data: bytes, head: int, length: int) -> int | None:
    """The row's number, where it and the length of the row stand before the head and the length agrees."""
    for n in range(1, 10):
        number, end = _varint(data, head - n) if head >= n else (0, -1)
        for m in range(1, 4):
            start = head - n - m
            if end == head and start >= 0 and _varint(data, start) == (length, head - n):
                return number if number < 1 << 63 else number - (1 << 64)
    return None


def _values(data: bytes, body: int, stop: int, types: Sequence[int], places: Sequence[int]) -> Iterator[Any]:
    """Values of some columns; of one that is cut, the bytes that are there."""
    for wanted in places:
        start, kind = body + sum(map(_width, types[:wanted])), types[wanted]
        held_bytes = data[start : min(start + _width(kind), stop)]
        if kind in (8, 9):
            yield kind - 8
        elif kind == 0 or (kind < 12 and len(held_bytes) < _width(kind)):
            yield None
        elif kind == 7:
            yield struct.unpack(">d", held_bytes)[0]
        else:
            yield int.from_bytes(held_bytes, "big", signed=True) if kind < 12 else held_bytes


def _read(layout: Layout, values: dict[str, Any], encoding: str, whole: bool) -> Found | None:
    """A row of sound time and words; anything else is chance."""
    shape, at = layout.shape, _ms(values[layout.shape.at], layout.shape.apple)
    text, key = (_words(values.get(name), encoding, whole) for name in (shape.text, shape.key))
    body = text or (typedstream.text(values.get(shape.archive))[0] if shape.archive else "") or ""
    if at is None or text is None or key is None or not body or (shape.key in layout.places and not key):
        return None
    return Found(layout, "", "", None, at, key, text, body, whole)


def _ms(value: Any, apple: bool) -> int | None:
    if not isinstance(value, int | float) or value != value:
        return None
    ms = (value / 1e6 if value > NANOSECONDS_FROM else value * 1000) + APPLE_EPOCH_S * 1000 if apple else value
    return round(ms) if EARLIEST_MS < ms < LATEST_MS else None


def _words(value: bytes | None, encoding: str, whole: bool) -> str | None:
    """Text that is text: empty for none, None for bytes that no app would have written as one."""
    try:
        text = (value or b"").decode(encoding)
    except UnicodeDecodeError as error:
        if whole or not value or error.end < len(value):
            return None
        text = value[: error.start].decode(encoding)
    return None if any(char < " " and char not in "\n\r\t" for char in text) else text


def _gone(database: Database, layout: Layout, found: Sequence[Found]) -> Iterator[dict[str, Any]]:
    """Rows that differ from all rows still held; with whether a row of their key (else: time) still is."""
    shape, mine = layout.shape, [row for row in found if row.layout is layout]
    keyed = shape.key in layout.places
    keys = [row.key if keyed else str(row.at) for row in mine]
    both = [f"{key}\t{row.text}" for key, row in zip(keys, mine, strict=True)]
    live_keys, live = set[str](), set[str]()
    for part in database.parts(shape.table, int="" if keyed else shape.at, text=f"{shape.text} {shape.key}"):
        key = part[shape.key] if keyed else pc.cast(part[shape.at], pa.string())
        text = pc.coalesce(part[shape.text], pa.scalar(""))
        row = pc.binary_join_element_wise(pc.coalesce(key, pa.scalar("")), text, "\t")
        live_keys.update(key.filter(held(key, pa.array(keys, pa.string()))).to_pylist())
        live.update(row.filter(held(row, pa.array(both, pa.string()))).to_pylist())
    for row, key, pair in zip(mine, keys, both, strict=True):
        if pair not in live and (row.whole or key not in live_keys):
            yield {
                "locator": row.locator, "origin": row.origin, "database_table": shape.table, "number": row.rowid,
                "native_id": row.key or None, "at": row.at, "body": row.body, "whole": row.whole,
                "still_held": key in live_keys,
            }  # fmt: skip
