"""Sorting by time on disk: rows of many conversations become one file per mailbox or phone in bounded memory."""

from __future__ import annotations

import heapq
import marshal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RUN = 4000  # rows held in memory for one target before they are sorted and written


class Spill:
    """Rows per target, in sorted runs; the first item of a row is its key, the second breaks ties."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.rows: dict[str, list[tuple[Any, ...]]] = {}
        self.runs: dict[str, list[Path]] = {}
        self.counts: dict[str, int] = {}
        self.n_runs = 0

    def add(self, target: str, row: tuple[Any, ...]) -> None:
        """Keep a row of plain values for a target."""
        rows = self.rows.setdefault(target, [])
        rows.append(row)
        self.counts[target] = self.counts.get(target, 0) + 1
        if len(rows) >= RUN:
            self._write(target, rows)

    def sorted(self, target: str) -> Iterator[tuple[Any, ...]]:
        """All rows of a target in order."""
        rest = sorted(self.rows.pop(target, []))
        runs = [_read(path) for path in self.runs.pop(target, [])]
        yield from heapq.merge(*runs, iter(rest))

    def _write(self, target: str, rows: list[tuple[Any, ...]]) -> None:
        runs = self.runs.setdefault(target, [])
        self.n_runs += 1
        path = self.folder / str(self.n_runs)
        with path.open("wb") as stream:
            for row in sorted(rows):
                marshal.dump(row, stream)
        runs.append(path)
        rows.clear()


def _read(path: Path) -> Iterator[tuple[Any, ...]]:
    with path.open("rb") as stream:
        while True:
            try:
                yield marshal.load(stream)  # noqa: S302 - our own rows, written a moment ago
            except EOFError:
                break
    path.unlink()
