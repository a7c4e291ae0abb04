"""Chain of custody: every file below the evidence folder, hashed before it is read, against what was declared."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from analysis.errors import EvidenceError
from analysis.intake import databases
from analysis.intake.declarations import Declared, Register
from analysis.intake.pieces import Piece, examine, shown
from analysis.intake.records import Reader
from analysis.intake.worker import BASE_S, PER_BYTE_S, Call, Workers
from analysis.matter import Matter
from analysis.progress import Progress

MISSING = "declared in sources.csv but not in the evidence folder"
UNOPENED = ("symbolic link", "special file", "folder")  # named in `sources`, never opened or followed
_SHA256 = re.compile(r"[0-9a-f]{64}")


def walk(matter: Matter) -> list[Piece]:
    """Everything below the evidence folder, in order; links and special files are named and never followed.

    Raises
    ------
    EvidenceError
        There is no such folder.
    """
    folder = matter.evidence
    if not folder.is_dir():
        raise EvidenceError(f"there is no folder {folder.name}/ in {folder.parent.name}; put the exports there")
    closed: list[OSError] = []
    for _ in os.walk(folder, onerror=closed.append):
        pass  # only to learn which folders cannot be opened: the files in them would be skipped without a word
    pieces = [_found(folder, path) for path in matter.evidence_files()]
    pieces += [_closed(folder, error) for error in closed]
    return sorted(pieces, key=lambda piece: piece.location)


def _found(folder: Path, path: Path) -> Piece:
    piece = Piece(shown(path.relative_to(folder).as_posix()), str(path))
    if path.is_symlink():
        piece.sha256, piece.detected = hashlib.sha256(os.fsencode(path.readlink())).hexdigest(), "symbolic link"
        return piece.refuse("unsupported", "a symbolic link; not followed")
    if not path.is_file():
        piece.detected = "special file"
        return piece.refuse("unsupported", "neither file nor folder; not opened")
    piece.n_bytes = path.stat().st_size
    return piece


def _closed(folder: Path, error: OSError) -> Piece:
    location = shown(Path(str(error.filename)).relative_to(folder).as_posix())
    return Piece(location, detected="folder").refuse("unreadable", f"the folder cannot be opened: {error.strerror}")


def examined(pieces: list[Piece], readers: Sequence[Reader], workers: Workers, progress: Progress) -> list[Piece]:
    """Hash and recognise every file, in workers; what cannot even be opened says so."""
    places = [place for place, piece in enumerate(pieces) if not piece.status]
    calls = [
        Call(examine, (piece.file, piece.location, readers), BASE_S + PER_BYTE_S * piece.n_bytes)
        for piece in (pieces[place] for place in places)
    ]
    for done, (call, outcome) in enumerate(workers.outcomes(calls)):
        piece = pieces[places[call]]
        if outcome.failure:
            piece.detected = "unknown"
            piece.refuse("unreadable", outcome.failure)
        else:
            pieces[places[call]] = outcome.result
        progress("hashing", done + 1, len(calls))
    return pieces


def without_duplicates(pieces: list[Piece], register: Register, readers: Mapping[str, Reader]) -> None:
    """Mark what was received twice: the first of each content is read, one that has a custodian before others.

    A mail that went to two people lies in both mailboxes, often with the same bytes: each declared custodian's is read.
    """

    def rank(piece: Piece) -> tuple[bool, int, str]:
        return not register.about(piece.location).custodian_id, piece.location.count("!"), piece.location

    first: dict[tuple[str, str], str] = {}
    for piece in sorted(pieces, key=rank):
        if piece.sha256 and piece.n_bytes and not piece.part_of:
            mail = piece.reader in readers and readers[piece.reader].channel == "email"
            content, holder = databases.content(piece), register.about(piece.location).custodian_id if mail else ""
            original = first.setdefault((content, holder), piece.location)
            first.setdefault((content, ""), piece.location)
            if original != piece.location:
                piece.refuse("duplicate", f"the same bytes as {original}; read there")


def missing(pieces: Sequence[Piece], register: Register) -> list[Piece]:
    """A row for each file or folder that `sources.csv` declares and that was not received."""
    return [
        Piece(path, sha256=row.sha256, detected="nothing received").refuse("unreadable", MISSING)
        for path, row in register.missing([piece.location for piece in pieces])
    ]


def compared(piece: Piece, declared: Declared) -> tuple[str, list[str]]:
    """Custody of a piece (match, mismatch, undeclared) and what is to be said about it."""
    if not declared.own_row:
        return "undeclared", []
    if not declared.sha256:
        return "undeclared", ["listed in sources.csv without a hash: the hash was taken here"]
    if not _SHA256.fullmatch(declared.sha256):
        return "undeclared", ["the hash in sources.csv is no SHA-256 and was not compared"]
    if declared.sha256 == piece.sha256:
        told = ["the hash in sources.csv was drafted here, from these bytes: nobody declares it"] * declared.drafted
        return "undeclared" if told else "match", told
    if declared.drafted:
        return "mismatch", ["CUSTODY: the bytes have changed since sources.csv was drafted from them (SHA-256 differs)"]
    text = "CUSTODY: the bytes are not those that sources.csv declares (SHA-256 differs); kept and read all the same"
    return "mismatch", [text]


def breaches(sources: pd.DataFrame) -> pd.DataFrame:
    """Sources whose custody is broken: other bytes than declared, or declared and not there. Empty: all is well."""
    broken: pd.DataFrame = sources[sources["custody"].isin(["mismatch", "missing"])]
    return broken


def received(matter: Matter, readers: Sequence[Reader], workers: Workers, progress: Progress) -> list[Piece]:
    """All files of a matter's evidence, hashed and recognised, in order of location."""
    bare = matter.evidence == matter.folder  # then results may lie beside the exports, and are not evidence
    if not bare and matter.out.resolve().is_relative_to(matter.evidence.resolve()):
        raise EvidenceError("the results folder lies inside the evidence folder; choose another --out")
    return examined(walk(matter), readers, workers, progress)
