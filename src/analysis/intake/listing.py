"""What containers hold, remembered between runs; their members are unpacked again only when one must be read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from analysis.intake import cache, detect
from analysis.intake.containers import unpack
from analysis.intake.pieces import Piece
from analysis.intake.records import Reader
from analysis.intake.worker import BASE_S, PER_BYTE_S, Call, Workers
from analysis.progress import Progress
from analysis.store import make_id, write_json

PACKED = 20  # unpacking and hashing may take as long as this many times the bytes received


class Listing:
    """The containers of one run: `rows` gives what is in them, `unpacked` puts members where readers find them."""

    def __init__(self, work: Path, readers: Sequence[Reader], workers: Workers, progress: Progress) -> None:
        self.lists = work / "lists"
        self.folder = work / "unpacked"
        self.readers = readers
        self.workers = workers
        self.progress = progress
        self.containers: dict[str, Piece] = {}

    def rows(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Every piece, each container followed by its members."""
        found: dict[str, list[Piece]] = {}
        for piece in pieces:
            if piece.reader in detect.CONTAINERS and not piece.status:
                self.containers[self._key(piece)] = piece
        for key in self.containers:
            if kept := _kept(self.lists / f"{key}.json"):
                found[key] = kept
        found |= self._opened([key for key in self.containers if key not in found])
        members = {rows[0].location: rows for rows in found.values()}
        return [row for piece in pieces for row in members.get(piece.location, [piece])]

    def unpacked(self, pieces: Sequence[Piece]) -> None:
        """Make sure that the bytes of these pieces are there to be read."""
        outer = {Path(piece.file).parent.name for piece in pieces if piece.file and not Path(piece.file).is_file()}
        self._opened(sorted(outer & set(self.containers)))

    def _key(self, piece: Piece) -> str:
        return make_id(piece.location, piece.sha256, cache.version(), [reader.name for reader in self.readers])

    def _opened(self, keys: Sequence[str]) -> dict[str, list[Piece]]:
        calls = [self._call(key) for key in keys]
        found = {}
        for done, (place, outcome) in enumerate(self.workers.outcomes(calls)):
            key = keys[place]
            if outcome.failure:
                found[key] = [self.containers[key].refuse("unreadable", outcome.failure)]
            else:
                found[key] = outcome.result
                write_json(self.lists / f"{key}.json", [asdict(piece) for piece in outcome.result])
            self.progress("unpacking", done + 1, len(calls))
        return found

    def _call(self, key: str) -> Call:
        piece = self.containers[key]
        seconds = BASE_S + PER_BYTE_S * PACKED * piece.n_bytes
        return Call(unpack, (piece, str(self.folder / key), self.readers), seconds)


def _kept(path: Path) -> list[Piece]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
        return [Piece(**row) for row in rows]
    except (OSError, ValueError, TypeError):
        return []
