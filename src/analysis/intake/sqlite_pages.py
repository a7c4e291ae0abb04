"""What an SQLite file holds besides its rows: free pages, free space inside pages, older pages in logs and journals.

Source: the file format of SQLite (sqlite.org/fileformat2.html), sections 1.5, 1.6, 3 and 4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

# what it is; bytes before the first page, before each page, and around each page
LOGS = {"-wal": ("write-ahead log", 32, 24, 24), "-journal": ("rollback journal", 512, 4, 8)}
_TREES = {2: 12, 5: 12, 10: 8, 13: 8}  # kind of page of a tree -> bytes of its head
_SMALLEST_BLOCK = 4


@dataclass(frozen=True)
class Region:
    """A stretch of bytes that no row of the database needs."""

    origin: str
    place: str  # which page
    start: int  # offset in that page
    data: bytes


class Pages:
    """The pages of a database file, of the log and of the journal beside it, read one at a time."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path, self.file = path, file
        head = file.read(100).ljust(100, b"\0")
        size = int.from_bytes(head[16:18], "big")
        self.size = 1 << 16 if size == 1 else size if 512 <= size <= 1 << 15 and size & (size - 1) == 0 else 4096
        self.usable = max(self.size - head[20], 480)
        self.encoding = {2: "utf-16-le", 3: "utf-16-be"}.get(head[59], "utf-8")
        self.count = path.stat().st_size // self.size

    def regions(self) -> Iterator[Region]:
        """Everything unused, in order: the database, then log and journal. Rows still held may stand in it too."""
        logged = {number: place for number, place, _, current in self._logged("-wal") if current}
        free = self._free(logged)
        for number in range(1, self.count + 1):
            page = self._page(number)
            if number in free or number in logged:
                origin = "free page" if number in free else "page replaced in the log"
                yield Region(origin, f"page {number}", 0, page)
            else:
                for start, end in self._gaps(page, 100 if number == 1 else 0):
                    yield Region("free space", f"page {number}", start, page[start:end])
        for suffix, (origin, *_) in LOGS.items():
            for number, place, page, _ in self._logged(suffix):
                yield Region(origin, f"{origin} at {place}, page {number}", 0, page[: self.usable])

    def local(self, length: int) -> int:
        """Bytes of a row of some length that stand in its own page; the rest would be on pages that follow."""
        most = self.usable - 35
        least = (self.usable - 12) * 32 // 255 - 23
        kept = least + (length - least) % (self.usable - 4)
        return length if length <= most else kept if kept <= most else least

    def _page(self, number: int) -> bytes:
        self.file.seek((number - 1) * self.size)
        return self.file.read(self.size)[: self.usable]

    def _logged(self, suffix: str) -> Iterator[tuple[int, int, bytes, bool]]:
        """Pages in a log or journal: number, offset in that file, bytes, and whether the log was begun with it.

        No checksum is asked for: what is found in pages is compared with the rows that SQLite gives.
        """
        _, first, head, more = LOGS[suffix]
        beside = self.path.with_name(self.path.name + suffix)
        if not beside.exists():
            return
        with beside.open("rb") as stream:
            salt = stream.read(first)[16:24]
            while len(frame := stream.read(self.size + more)) >= head + self.size:
                number, place = int.from_bytes(frame[:4], "big"), stream.tell() - len(frame)
                yield number, place, frame[head : head + self.size], frame[8:16] == salt

    def _free(self, logged: dict[int, int]) -> set[int]:
        """Numbers of pages on the list of free pages, as the log leaves it."""
        found: set[int] = set()
        trunk = int.from_bytes(self._latest(1, logged)[32:36], "big")
        while trunk and trunk not in found and trunk <= self.count:
            page = self._latest(trunk, logged)
            found.add(trunk)
            trunk, n = struct.unpack_from(">II", page) if len(page) >= 8 else (0, 0)
            listed = page[8 : 8 + 4 * min(n, self.size // 4)]
            found.update(number for (number,) in struct.iter_unpack(">I", listed[: len(listed) // 4 * 4]))
        return found

    def _latest(self, number: int, logged: dict[int, int]) -> bytes:
        if number not in logged:
            return self._page(number)
        with self.path.with_name(self.path.name + "-wal").open("rb") as stream:
            stream.seek(logged[number] + LOGS["-wal"][2])
            return stream.read(self.size)

    def _gaps(self, page: bytes, head: int) -> Iterator[tuple[int, int]]:
        """Free stretches of a page of a tree: between its list of cells and the cells, and freed blocks."""
        if len(page) < self.usable or page[head] not in _TREES:
            return
        block, n, content = struct.unpack_from(">HHH", page, head + 1)
        begin, end = head + _TREES[page[head]] + 2 * n, content or 1 << 16
        if begin < end <= self.usable:
            yield begin, end
        while begin < block <= self.usable - _SMALLEST_BLOCK:
            following, size = struct.unpack_from(">HH", page, block)
            yield block, min(block + size, self.usable)
            begin, block = block + max(size, _SMALLEST_BLOCK), following
