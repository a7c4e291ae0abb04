"""The common shapes of a mail's body, divided in a fraction of the time: the leaves of `mail_parts.parts`, or None.

Common: one part, or parts between well-formed boundaries whose headers hold no flaw. Whatever else there is (missing or
nested boundaries of one stem, digests, S/MIME, text after the last part) is left to the careful way, which alone names
flaws. Headers of parts repeat within a mailbox: what was read of one is remembered by its bytes. A test compares both
ways on every fixture and on mails made up by rule.
"""

from __future__ import annotations

import re
from functools import lru_cache

from analysis.intake.mail_headers import CACHED, VALUE_BYTES, Fields, parameters, whole
from analysis.intake.mail_parts import NESTING, PARTS, WRAPPED, Part, leaf

REMEMBERED = 1 << 12  # headers of parts
STEM = 200  # characters of a boundary; RFC 2046 allows 70

_BLANK = re.compile(rb"\n\r?\n")
_CLOSED = re.compile(rb"--[ \t\r]*(?:\n\s*)?\Z")
_RARE = frozenset({"digest", "encrypted"})


def leaves(kind: Part, boundary: str, data: bytes, start: int, end: int) -> list[Part] | None:
    """Leaves of a body in `data`, in the order in which they stand; None when its shape is not a common one."""
    if not kind.mime.startswith("multipart/"):
        return None if kind.mime in WRAPPED else [_part(kind, data[start:end])]
    found: list[Part] = []
    groups, todo = 0, [(kind, boundary, start, end, True, "", 0, 0)]
    while todo:
        kind, boundary, start, end, first, parent, group, depth = todo.pop()
        if not kind.mime.startswith("multipart/"):
            if kind.mime in WRAPPED:
                return None
            found.append(_part(kind, data[start:end], first, parent, group))
            continue
        subtype = kind.mime[10:]
        pieces = _pieces(data, start, end, boundary) if subtype not in _RARE and depth < NESTING else []
        if not pieces or len(found) + len(pieces) >= PARTS:
            return None
        if subtype == "alternative":
            group = groups = groups + 1
        for index, piece in enumerate(reversed(pieces), 1 - len(pieces)):
            if not (below := _entity(data, *piece)):
                return None
            todo.append((*below, not index, subtype, group, depth + 1))
    return found


def _part(kind: Part, raw: bytes, first: bool = True, parent: str = "", group: int = 0) -> Part:
    return Part(kind.mime, kind.charset, kind.name, kind.disposition, kind.encoding, raw, first, parent, group,
                kind.subject)  # fmt: skip


def _pieces(data: bytes, start: int, end: int, boundary: str) -> list[tuple[int, int]]:
    """Entities between boundary lines of which each is nothing else, and the last closes; else none."""
    if not boundary or len(boundary) > STEM or boundary != boundary.strip():
        return []
    mark = b"\n--" + boundary.encode("utf-8", "replace")
    after = start - 1 + len(mark)
    if not data.startswith(mark[1:], start, end):
        if (at := data.find(mark, start, end)) < 0:
            return []
        after = at + len(mark)
    found: list[tuple[int, int]] = []
    while (at := data.find(mark, after, end)) >= 0:
        begin = after + (1 if data.startswith(b"\n", after, at) else 2 if data.startswith(b"\r\n", after, at) else 0)
        if begin == after:
            return []
        found.append((begin, at - (begin < at and data[at - 1] == 13)))
        after = at + len(mark)
    return found if _CLOSED.match(data, after, end) else []


def _entity(data: bytes, start: int, end: int) -> tuple[Part, str, int, int] | None:
    """One entity with its header read: its kind, boundary, and span; None when the header holds a flaw, or is none."""
    blank = _BLANK.search(data, start, min(end, start + VALUE_BYTES))
    if not blank or data[start] in b"\r\n":
        return None
    head = data[start : blank.start() + 1]
    told = (_told if len(head) < 2 * CACHED else _told.__wrapped__)(head)
    return (*told, blank.end(), end) if told else None


@lru_cache(maxsize=REMEMBERED)
def _told(head: bytes) -> tuple[Part, str] | None:
    fields = Fields()
    return described(fields) if whole(fields, head[:-1].decode("latin-1")) else None


def described(fields: Fields) -> tuple[Part, str]:
    """An entity and its boundary; of one made of others only what divides it."""
    return group(fields.raw("content-type") or "") or leaf(fields, b"", "")


def group(value: str) -> tuple[Part, str] | None:
    """What divides an entity whose type says that it is made of others, and no more of it; None for a leaf."""
    if value.startswith("multipart/"):
        mime, options = parameters(value)
        if mime.count("/") == 1:
            return Part(mime, None, None, "", "", b""), options.get("boundary", "")
    return None
