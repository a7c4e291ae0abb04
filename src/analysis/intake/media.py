"""Files that a chat carries and that lie beside it, unpacked: offered to its reader, and settled when it has read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow.compute as pc

from analysis.intake.containers import CHAT_READER, IN_ZIP
from analysis.intake.pieces import Piece
from analysis.intake.stack import Source


def offer(pieces: Sequence[Piece]) -> None:
    """Tell every chat that is no zip which files nobody reads lie in its folder; what it does not name stays theirs."""
    beside: dict[str, dict[str, tuple[int, str]]] = {}
    for piece in pieces:
        if piece.status in ("unsupported", "duplicate") and piece.content_bytes and not piece.reader:
            folder, name = _place(piece)
            beside.setdefault(folder, {})[name] = piece.n_bytes, piece.sha256
    for piece in pieces:
        if _loose(piece) and not piece.status:
            piece.members = beside.get(_place(piece)[0], {})


def settle(sources: Iterable[Source]) -> None:
    """Give files that a message of a chat beside them carries the chat's reader."""
    listed = list(sources)
    carried: dict[tuple[str, str], str] = {}
    for source in listed:
        if source.reading and _loose(source.piece):
            held = source.reading.attachments.filter(pc.field("present"))["sha256"].to_pylist()
            carried |= {(_place(source.piece)[0], sha256): source.piece.location for sha256 in held}
    for piece in (source.piece for source in listed):
        chat = carried.get((_place(piece)[0], piece.sha256)) if piece.status == "unsupported" else None
        if chat:
            piece.status, piece.reader, piece.reason = "read", CHAT_READER, ""
            piece.notes.append(f"carried by a message of {chat}")


def _loose(piece: Piece) -> bool:
    return piece.reader == CHAT_READER and not piece.detected.endswith(IN_ZIP)


def _place(piece: Piece) -> tuple[str, str]:
    """Folder or container, and name in it."""
    cut = max(piece.location.rfind("/"), piece.location.rfind("!")) + 1
    return piece.location[:cut], piece.location[cut:]
