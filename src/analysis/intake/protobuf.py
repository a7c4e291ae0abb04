"""Fields of a Protocol Buffers message without its schema: numbers and values, as far as they can be read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

Value = int | bytes
_FIXED = {1: 8, 5: 4}
_MOST_FIELDS = 10_000  # no message of a chat database has as many: more is junk that happens to parse


def fields(data: bytes) -> list[tuple[int, Value]]:
    """Top-level (number, value) pairs in order; what follows the first unreadable byte is left out."""
    return list(islice(_walk(data), _MOST_FIELDS))


def _walk(data: bytes) -> Iterator[tuple[int, Value]]:
    place = 0
    while place < len(data):
        tag, place = _varint(data, place)
        number, wire = tag >> 3, tag & 7
        if number < 1:
            return
        if wire == 0:
            value, place = _varint(data, place)
            if place < 0:
                return
            yield number, value
        elif wire == 2 or wire in _FIXED:
            size, place = (_FIXED[wire], place) if wire in _FIXED else _varint(data, place)
            if place < 0 or place + size > len(data):
                return
            yield number, data[place : place + size]
            place += size
        else:
            return


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """A number and the place after it; place -1 when there is none."""
    number = 0
    for shift in range(0, 70, 7):
        if not 0 <= place < len(data):
            return 0, -1
        number |= (data[place] & 0x7F) << shift
        place += 1
        if not data[place - 1] & 0x80:
            return number, place
    return 0, -1


def messages(data: bytes, *path: int) -> list[bytes]:
    """Contents of all fields reached by a path of numbers, each level a message within the last."""
    found = [data]
    for number in path:
        found = [value for part in found for n, value in fields(part) if n == number and isinstance(value, bytes)]
    return found


def text(data: bytes, *path: int) -> str | None:
    """The first text at a path, if it is one."""
    for value in messages(data, *path):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return None
    return None


def number(data: bytes, *path: int) -> int | None:
    """The first number at a path, also when it is written as text."""
    for part in messages(data, *path[:-1]):
        for n, value in fields(part):
            if n == path[-1]:
                return value if isinstance(value, int) else int(value) if value.isdigit() and len(value) < 20 else None
    return None
