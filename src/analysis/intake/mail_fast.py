"""The common shapes of a mail's body, divided in a fraction of the time: the leaves of `mail_parts.parts`, or None.

Common: one part, or parts between well-formed boundaries whose headers hold no flaw. Whatever else there is (missing or
nested boundaries of one stem, digests, S/MIME, text after the last part) is left to the careful way, which alone names
flaws. Headers of parts repeat within a mailbox: what was read of one is remembered by its bytes. A test compares both
ways on every fixture and on mails made up by rule.
"""

from __future__ import annotations

import re
from functools import lru_cache

from analysis.intake.mail_headers import CACHED, HEADER_BYTES, Fields, split_header
from analysis.intake.mail_parts import NESTING, PARTS, WRAPPED, Part, leaf

REMEMBERED = 1 << 12  # headers of parts
STEM = 200  # characters of a boundary; RFC 2046 allows 70

_BLANK = re.compile(rb"\n\r?\n")
_CLOSED = re.compile(rb"--[ \t\r]*(?:\n\s*)?\Z")
_RARE = frozenset({"digest", "encrypted"})


def leaves(fields: Fields, body: bytes) -> list[Part] | None:
    """Leaves of a mail in the order in which they stand; None when its shape is not a common one."""
    part, boundary = leaf(fields, body, "")
    found = _Leaves()
    return found.leaves if found.add(part, boundary) else None


class _Leaves:
    def __init__(self) -> None:
        self.leaves, self.groups = list[Part](), 0

    def add(
        self, part: Part, boundary: str, first: bool = True, parent: str = "", group: int = 0, depth: int = 0
    ) -> bool:
        """One entity and what it is made of; whether all of it has a common shape."""
        part.first, part.parent, part.group = first, parent, group
        if not part.mime.startswith("multipart/"):
            self.leaves.append(part)
            return part.mime not in WRAPPED
        subtype = part.mime[10:]
        pieces = _pieces(part.raw, boundary) if subtype not in _RARE and depth < NESTING else []
        if not pieces or len(self.leaves) + len(pieces) >= PARTS:
            return False
        self.groups += subtype == "alternative"
        group = self.groups if subtype == "alternative" else group
        return all(
            (below := _entity(piece)) and self.add(*below, index == 0, subtype, group, depth + 1)
            for index, piece in enumerate(pieces)
        )


def _pieces(data: bytes, boundary: str) -> list[bytes]:
    """Entities between boundary lines of which each is nothing else, and the last closes; else none."""
    if not boundary or len(boundary) > STEM or boundary != boundary.strip():
        return []
    mark = b"\n--" + boundary.encode("utf-8", "replace")
    _, *pieces = (b"\n" + data if data.startswith(mark[1:]) else data).split(mark)
    if len(pieces) < 2 or not _CLOSED.match(pieces.pop()):
        return []
    found = [piece[1 if piece[:1] == b"\n" else 2 :].removesuffix(b"\r") for piece in pieces]
    return found if all(piece[:1] == b"\n" or piece[:2] == b"\r\n" for piece in pieces) else []


def _entity(piece: bytes) -> tuple[Part, str] | None:
    """One entity with its header read, and its boundary; None when the header holds a flaw, or is none."""
    blank = _BLANK.search(piece, 0, HEADER_BYTES)
    if not blank or piece[0] in b"\r\n":
        return None
    head = piece[: blank.start() + 1]
    if not (told := (_told if len(head) < 2 * CACHED else _told.__wrapped__)(head)):
        return None
    kind, boundary = told
    return Part(kind.mime, kind.charset, kind.name, kind.disposition, kind.encoding, piece[blank.end() :],
                subject=kind.subject), boundary  # fmt: skip


@lru_cache(maxsize=REMEMBERED)
def _told(head: bytes) -> tuple[Part, str] | None:
    fields, _ = split_header(head + b"\n")
    return None if fields.defects else leaf(fields, b"", "mixed")
