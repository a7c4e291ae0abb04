"""Zip, tar and gzip, nested, opened within limits: nothing is written but numbered files in the work folder."""

from __future__ import annotations

import gzip
import hashlib
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from analysis.intake import databases, detect
from analysis.intake.pieces import Piece, recognise, shown
from analysis.intake.records import Reader
from analysis.store import BLOCK

MEMBERS = 100_000  # more files than a phone holds media of one chat; a directory bomb holds millions
RATIO = 200  # text packs 5 to 40 times; a bomb a thousand times
RATIO_FLOOR_BYTES = 16 << 20  # below this nothing is a bomb
TOTAL_BYTES = 256 << 30  # a whole phone
BOMBS = 10  # members refused for what they unpack to, after which the container itself is the attack
DEPTH = 4  # containers within containers
NAME_CHARACTERS = 1024
CHAT_READER = "whatsapp_text"
CHAT_IN_ZIP = "WhatsApp chat in a zip"
IN_ZIP = " in a zip"
_MEDIA_NAME = re.compile(r"\d{8}-[A-Z]+-|[A-Z]+-\d{8}-WA\d+")  # as the app names what was attached to a message
_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, OSError, ValueError, RuntimeError)


class _TooMuch(Exception):  # noqa: N818 - a signal between two functions of this module
    """A limit of the container was passed; the text says which."""


class _Refused(Exception):  # noqa: N818 - likewise
    """One member is not read; the text says why."""


@dataclass
class _Entry:
    """A member as its container announces it; `problem` (status, reason) says why it is not opened."""

    name: str
    packed: int
    size: int
    start: Callable[[], Any]
    problem: tuple[str, str] | None = None


def unpack(container: Piece, folder: str, readers: Sequence[Reader]) -> list[Piece]:
    """Open one container of the evidence: its own row, then a row for each member, nested ones included.

    Members that somebody reads are written to `folder` under numbers; the others are hashed as they stream by.
    A zip that is one WhatsApp chat with its media, or holds the member a reader declares, stays one row. Runs in a
    worker.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    return _Unpacker(Path(folder), readers, container.n_bytes).opened(container, 1)


class _Unpacker:
    def __init__(self, folder: Path, readers: Sequence[Reader], received: int) -> None:
        self.folder = folder
        self.readers = readers
        self.left = min(TOTAL_BYTES, max(RATIO * received, RATIO_FLOOR_BYTES))
        self.count = 0
        self.bombs = 0

    def opened(self, container: Piece, depth: int) -> list[Piece]:
        """Rows of a container, its own first."""
        if depth > DEPTH:
            return [container.refuse("unreadable", f"containers nest deeper than {DEPTH}; not opened")]
        members: list[list[Piece]] = []
        container.status, names = "read", set[str]()
        try:
            with Path(container.file).open("rb") as stream:
                for entry in _ENTRIES[container.reader](stream, container):
                    members.append(self._member(container, entry, names, depth))
        except _TooMuch as limit:
            container.refuse("partial", str(limit))
        except _DAMAGE as error:
            container.refuse("partial" if members else "unreadable", f"the {container.reader} is damaged: {error}")
        databases.paired([rows[0] for rows in members])
        for piece in (rows[0] for rows in members):
            if databases.unexplained(piece):
                databases.explained(piece, self.readers, str(self.folder))
        return _described(container, members, _declared(members, self.readers))

    def _member(self, container: Piece, entry: _Entry, names: set[str], depth: int) -> list[Piece]:
        self.count += 1
        if self.count > MEMBERS:
            raise _TooMuch(f"more than {MEMBERS} members; the rest was not opened")
        name = shown(entry.name)
        repeated = name in names
        names.add(name)
        piece = Piece(f"{container.location}!{name}" + (f"#{self.count}" if repeated else ""), inner=name)
        problem = entry.problem or _unsafe(entry.name)
        if repeated:
            problem = ("unreadable", "a second member of this name: programs differ in which of the two they show")
        if problem:
            piece.n_bytes, piece.detected = entry.size, "not opened"
            return [piece.refuse(*problem)]
        try:
            with entry.start() as stream:
                self._copy(stream, piece, entry.packed)
        except (_Refused, *_DAMAGE) as error:
            piece.detected, piece.reader = piece.detected or "unknown", ""
            text = str(error) if isinstance(error, _Refused) else f"the member is damaged: {error}"
            return [piece.refuse("unreadable", text)]
        return self.opened(piece, depth + 1) if piece.reader in detect.CONTAINERS and not piece.status else [piece]

    def _copy(self, stream: IO[bytes], piece: Piece, packed: int) -> None:
        """Hash a member as it streams by, and keep it in the work folder if somebody reads it."""
        block = stream.read(max(BLOCK, detect.HEAD))
        recognise(piece, block[: detect.HEAD], self.readers)
        target = self.folder / str(self.count)
        digest, most = hashlib.sha256(), max(RATIO * packed, RATIO_FLOOR_BYTES)
        kept = bool(piece.reader) or piece.beside is not None or piece.location.endswith(tuple(databases.COMPANIONS))
        with target.open("wb") if kept else nullcontext() as out:
            while block:
                digest.update(block)
                piece.n_bytes += len(block)
                self.left -= len(block)
                if piece.n_bytes > most or self.left < 0:
                    target.unlink(missing_ok=True)
                    self._bomb(piece)
                if out:
                    out.write(block)
                block = stream.read(BLOCK)
        piece.sha256, piece.content_bytes = digest.hexdigest(), piece.n_bytes
        piece.file = str(target) if kept else ""

    def _bomb(self, piece: Piece) -> None:
        """Refuse a member; what it took of the allowance is given back to the others, a few times."""
        self.left += piece.n_bytes
        self.bombs += 1
        if self.bombs > BOMBS:
            raise _TooMuch(
                f"more than {BOMBS} members unpack to more than {RATIO} times their size; the rest was not opened"
            )
        raise _Refused(f"it unpacks to more than {RATIO} times its size; not read")


def _unsafe(name: str) -> tuple[str, str] | None:
    parts = re.split(r"[/\\]", name)
    if name.startswith(("/", "\\")) or ".." in parts or re.match(r"[A-Za-z]:", name) or "\0" in name:
        return "unreadable", "its name leads out of the container; not opened"
    if not name or len(name) > NAME_CHARACTERS:
        return "unreadable", f"its name is empty or longer than {NAME_CHARACTERS} characters; not opened"
    return None


def _zip_entries(stream: IO[bytes], container: Piece) -> Iterator[_Entry]:
    with zipfile.ZipFile(stream) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            problem = None
            if info.flag_bits & 1:
                problem = ("unsupported", "encrypted zip member: needs a password")
            elif stat.S_ISLNK(info.external_attr >> 16):
                problem = ("unsupported", "a symbolic link; not followed")
            yield _Entry(info.filename, info.compress_size, info.file_size, partial(archive.open, info), problem)


def _tar_entries(stream: IO[bytes], container: Piece) -> Iterator[_Entry]:
    with tarfile.open(fileobj=stream, mode="r:") as archive:
        for info in archive:
            if info.isdir():
                continue
            problem = None if info.isfile() else ("unsupported", "a link or device; not followed")
            yield _Entry(info.name, info.size, info.size, partial(archive.extractfile, info), problem)


def _gzip_entries(stream: IO[bytes], container: Piece) -> Iterator[_Entry]:
    name = container.location.replace("!", "/").rsplit("/", 1)[-1]
    inner = re.sub(r"\.t?gz$", lambda found: ".tar" if found[0] == ".tgz" else "", name, flags=re.I) or "content"
    yield _Entry(inner, container.n_bytes, 0, lambda: gzip.GzipFile(fileobj=stream))


_ENTRIES: dict[str, Callable[[IO[bytes], Piece], Iterator[_Entry]]] = {
    "zip": _zip_entries, "tar": _tar_entries, "gzip": _gzip_entries,
}  # fmt: skip


def _described(container: Piece, members: list[list[Piece]], main: Piece | None) -> list[Piece]:
    """The rows of a container: one, if it is a chat with its media or has a `main` member; else all its members'."""
    own = [rows[0] for rows in members]
    if container.reader == "zip" and (main or container.status == "read") and (chat := main or _chat(own)):
        beside = [piece for piece in own if piece is not chat]
        name = _slashed if main else _base
        container.members = {name(piece.inner): (piece.n_bytes, piece.sha256) for piece in beside if piece.sha256}
        refused = sum(1 for piece in beside if not piece.sha256)
        container.notes += [f"{refused} members of the zip could not be opened"] if refused else []
        container.notes += [container.reason] if container.reason else []
        known = sum(1 for piece in beside if main and piece.reader)
        container.notes += [f"{known} members of formats read on their own were left as files of this one"] * bool(
            known
        )
        container.status, container.reader, container.reason = "", chat.reader, ""
        container.detected = chat.detected + IN_ZIP if main else CHAT_IN_ZIP
        container.file, container.inner, container.content_bytes = chat.file, chat.inner, chat.n_bytes
        return [container]
    lost = sum(1 for piece in own if piece.status == "unreadable" and not piece.sha256)
    if lost and container.status == "read":
        container.refuse("partial" if lost < len(own) else "unreadable", f"{lost} of {len(own)} members cannot be read")
    if own and all(piece.reason.startswith("encrypted") for piece in own):
        container.refuse("unsupported", f"encrypted zip: {len(own)} members need a password")
        container.detected = "encrypted zip"
    return [container, *(piece for rows in members for piece in rows)]


def _declared(members: list[list[Piece]], readers: Sequence[Reader]) -> Piece | None:
    """The member at the root of a zip that a reader declares to be the whole of it."""
    wanted = {(reader.name, reader.member) for reader in readers if reader.member}
    return next((rows[0] for rows in members if (rows[0].reader, rows[0].inner.lower()) in wanted), None)


def _chat(members: Sequence[Piece]) -> Piece | None:
    """The one chat of an exported zip; None when it holds two, or other evidence that is no attachment."""
    read = [piece for piece in members if piece.reader and not _MEDIA_NAME.match(_base(piece.inner))]
    chats = [piece for piece in read if piece.reader == CHAT_READER and piece.detected != CHAT_IN_ZIP]
    others = [piece for piece in read if piece not in chats and piece.reader not in detect.CONTAINERS]
    return chats[0] if len(chats) == 1 and not others else None


def _base(name: str) -> str:
    return re.split(r"[/\\]", name)[-1]


def _slashed(name: str) -> str:
    return name.replace("\\", "/")
