"""A piece of evidence: one file as received, or a member of a container, and what will become of it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.intake import detect
from analysis.intake.records import Reader
from analysis.store import BLOCK

NOT_TRUSTED = "it declares a DOCTYPE, which can expand without limit or fetch other files; it was not parsed"


@dataclass
class Piece:
    """One row of `sources` in the making. A `status` that is set is final: there is nothing to read.

    `file` is where the bytes are (in the evidence, or unpacked in the work folder); `inner` and `members` are set for
    a zip that is one source: the name of what is read, and name -> (bytes, SHA-256) of everything beside it.
    `beside` is set for a database: suffix -> (file, SHA-256) of its log and journal; `part_of` names the database
    that such a file belongs to.
    """

    location: str
    file: str = ""
    sha256: str = ""
    n_bytes: int = 0
    detected: str = ""
    reader: str = ""
    status: str = ""
    reason: str = ""
    inner: str = ""
    content_bytes: int = 0
    members: dict[str, tuple[int, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    beside: dict[str, tuple[str, str]] | None = None
    part_of: str = ""

    def refuse(self, status: str, reason: str) -> Piece:
        """Settle that it is not read, and why."""
        self.status, self.reason = status, reason
        return self


def recognise(piece: Piece, head: bytes, readers: Sequence[Reader]) -> Piece:
    """Name what the content is and who reads it; what nobody reads is `unsupported`, with its type."""
    name = piece.location.replace("!", "/").rsplit("/", 1)[-1]
    piece.detected = detect.signature(head, name)
    if piece.detected == detect.EMPTY:
        return piece.refuse("unreadable", "the file is empty (0 bytes)")
    if piece.detected in detect.CONTAINERS:
        piece.reader = piece.detected
        return piece
    if piece.detected == detect.SQLITE:
        piece.beside = {}
    if piece.detected in ("", detect.SQLITE) or piece.detected in detect.READABLE:
        for reader in readers:
            if reader.recognises(head, name):
                piece.reader, piece.detected = reader.name, reader.form
                return piece
        piece.detected = piece.detected or detect.text_form(head)
    piece.detected = detect.named(piece.detected, name)
    if piece.detected == detect.XML_DOCTYPE:
        return piece.refuse("unreadable", NOT_TRUSTED)
    advice = f"; {detect.ADVICE[piece.detected]}" if piece.detected in detect.ADVICE else ""
    return piece.refuse("unsupported", f"no reader for this type: {piece.detected}{advice}")


def examine(file: str, location: str, readers: Sequence[Reader]) -> Piece:
    """Hash a file of the evidence, then recognise it; opens it for reading only. Runs in a worker."""
    piece = Piece(location, file)
    digest, head = hashlib.sha256(), b""
    with Path(file).open("rb") as stream:
        while block := stream.read(BLOCK):
            head = head or block[: detect.HEAD]
            digest.update(block)
            piece.n_bytes += len(block)
    piece.sha256, piece.content_bytes = digest.hexdigest(), piece.n_bytes
    return recognise(piece, head, readers)


def containers(paths: Iterable[str]) -> dict[str, str]:
    """Members among some locations -> the file as received that holds them; a file's own name may hold `!` too."""
    known, found = set(paths), dict[str, str]()
    for path in sorted(known):
        outer = next((path[: mark.start()] for mark in re.finditer("!", path) if path[: mark.start()] in known), None)
        if outer is not None:
            found[path] = outer
    return found


def shown(name: str) -> str:
    """A file name as text that can be stored: bytes that are not UTF-8 are written as escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace") if not _storable(name) else name


def _storable(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
