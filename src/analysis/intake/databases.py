"""Databases and the files beside them: paired by name, copied before anything opens them, known by their tables."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from analysis.errors import FormatError
from analysis.intake import detect, sqlite_file
from analysis.intake.pieces import Piece
from analysis.intake.records import Opened, Reader
from analysis.intake.worker import BASE_S, PER_BYTE_S, Call, Workers

COMPANIONS = {"-wal": "write-ahead log", "-journal": "rollback journal", "-shm": "index of a write-ahead log"}
COPIED = ("-wal", "-journal")  # the index is made anew from the log
SHOWN = 12  # table names told of a database that nobody reads
_NOTHING = hashlib.sha256(b"").hexdigest()


def paired(pieces: Sequence[Piece]) -> None:
    """Tell each database which hashed files lie beside it, and those which database they belong to."""
    databases = {piece.location: piece for piece in pieces if piece.beside is not None}
    for piece in pieces:
        for suffix in COMPANIONS:
            database = databases.get(piece.location.removesuffix(suffix))
            opened = piece.content_bytes or piece.detected == detect.EMPTY
            if database is None or database is piece or piece.beside is not None or not opened:
                continue
            piece.part_of, piece.reader = database.location, ""
            piece.detected = f"{COMPANIONS[suffix]} of an SQLite database"
            database.notes.append(f"received beside it: {COMPANIONS[suffix]}, {piece.n_bytes} bytes")
            if database.beside is not None and suffix in COPIED:
                database.beside[suffix] = (piece.file, piece.sha256)


def content(piece: Piece) -> str:
    """What two pieces must have alike to be duplicates: for a database its log and journal too."""
    beside = sorted((piece.beside or {}).items())
    return "".join([piece.sha256, *(suffix + sha256 for suffix, (_, sha256) in beside if sha256 != _NOTHING)])


def told(pieces: Sequence[Piece], readers: Sequence[Reader], workers: Workers, folder: Path) -> list[Piece]:
    """The pieces, every database that its first bytes did not explain recognised by its tables, in workers."""
    found = list(pieces)
    places = [place for place, piece in enumerate(found) if unexplained(piece)]
    calls = [
        Call(explained, (found[place], readers, str(folder)), BASE_S + PER_BYTE_S * found[place].n_bytes)
        for place in places
    ]
    for call, outcome in workers.outcomes(calls):
        place = places[call]
        found[place] = found[place].refuse("unreadable", outcome.failure) if outcome.failure else outcome.result
    return found


def unexplained(piece: Piece) -> bool:
    """Whether it is a database that no reader knew by its first bytes."""
    return piece.beside is not None and not piece.reader and piece.status == "unsupported"


def explained(piece: Piece, readers: Sequence[Reader], folder: str) -> Piece:
    """Find the reader of a database by its tables, on a copy."""
    try:
        with copied(piece.file, piece.beside or {}, folder) as path:
            for reader in readers:
                if reader.recognises_file and reader.recognises_file(path):
                    piece.reader, piece.detected, piece.status, piece.reason = reader.name, reader.form, "", ""
                    return piece
            with sqlite_file.opened(path) as database:
                tables = sorted(database.tables.values())
    except FormatError as error:
        return piece.refuse("unreadable", str(error))
    piece.detected = f"{detect.SQLITE}, {len(tables)} tables"
    piece.notes.append(f"tables: {', '.join(tables[:SHOWN])}" + ("..." if len(tables) > SHOWN else ""))
    return piece.refuse("unsupported", f"no reader for this type: {piece.detected}")


@contextmanager
def copied(file: str, beside: dict[str, tuple[str, str]], folder: str) -> Iterator[Path]:
    """A copy of a database with its log and journal; a journal is played back on the copy, as the phone would."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / "database"
        shutil.copyfile(file, path)
        for suffix, (companion, _) in sorted(beside.items()):
            shutil.copyfile(companion, path.with_name(path.name + suffix))
        if "-journal" in beside:
            with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:  # whoever reads will say it
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield path


@contextmanager
def apart(opened: Opened, folder: str) -> Iterator[Opened]:
    """What a reader may open: the evidence itself, or the copy of a database."""
    if opened.beside is None:
        yield opened
        return
    with copied(str(opened.path), dict(opened.beside), folder) as path:
        yield replace(opened, path=path, scratch=path.parent)


def settle(pieces: Iterable[Piece]) -> None:
    """Give companions the reader and the fate of their database."""
    listed = list(pieces)
    known = {piece.location: piece for piece in listed}
    for piece in listed:
        if database := known.get(piece.part_of):
            read = database.status in ("read", "partial")
            piece.reader, piece.reason = database.reader, "" if read else f"as the database itself: {database.reason}"
            piece.status = "read" if read else database.status
            piece.notes.append(f"belongs to {database.location}" + (" and was read with it" if read else ""))
