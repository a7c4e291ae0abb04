"""MIME structure of a mail: leaves with their bytes, in order, found by boundaries, within limits.

A *row* (`Part`) is one leaf: text, file, or a mail inside the mail (kept whole, never opened here). Sources: RFC 2045,
RFC 2046, RFC 8621 4.1.4 (which leaves are body, which are attachments). Bytes outside the parts (preamble, epilogue)
are framing of the format. Cannot show: the structure its writer meant where boundaries are missing; that is noted.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.intake.mail_charsets import decode, unbase64
from analysis.intake.mail_headers import Fields, parameters, split_header

NESTING = 25  # multiparts inside multiparts; real mail stays below 10; deeper ones are kept as one undivided leaf
PARTS = 1_000  # leaves of one mail; what follows is kept as one undivided leaf
BOUNDARY = 1 << 16  # characters; RFC 2046 allows 70, some writers use thousands

_IDENTITY = frozenset({"", "7bit", "8bit", "binary", "8-bit", "7-bit", "none", "8bits", "7bits"})
_UUENCODE = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})
_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]+)\r?\n", re.M)


@dataclass(slots=True)
class Part:
    """One leaf of the structure; `raw` are its bytes still in transfer encoding."""

    mime: str
    charset: str | None
    name: str | None
    disposition: str
    encoding: str
    raw: bytes
    first: bool = True  # the first child of its parent
    parent: str = ""  # subtype of the multipart it stands in
    group: int = 0  # the nearest multipart/alternative it stands in; 0: none
    subject: str | None = None  # `Content-Description`, a name of last resort

    @property
    def is_body(self) -> bool:
        """Whether a reader shows it as text of the mail (RFC 8621 4.1.4)."""
        if self.mime not in {"text/plain", "text/html"}:
            return self.mime.startswith("text/") and not self.parent and self.disposition != "attachment"
        return self.disposition != "attachment" and (self.first or (self.parent != "related" and not self.name))

    def content(self, defects: list[str]) -> bytes:
        """Bytes after the transfer encoding; what cannot be decoded is given as it stands, and noted."""
        if self.encoding in _IDENTITY:
            return self.raw
        if self.encoding == "base64":
            decoded = unbase64(self.raw)
            if decoded is None or (not decoded and self.raw.strip()):
                defects.append("bad_base64")
            return self.raw if decoded is None else decoded
        if self.encoding == "quoted-printable":
            return binascii.a2b_qp(self.raw)
        if self.encoding in _UUENCODE:
            return _uudecoded(self.raw, defects)
        defects.append("unknown_encoding")
        return self.raw

    def text(self, defects: list[str]) -> str:
        """Content as text with line feeds only."""
        content = self.content(defects)
        text, used = decode(content, self.charset)
        if self.charset and used == "latin-1":
            defects.append("charset_failed")
        if b"begin" in content and _BEGIN.search(content):
            defects.append("uuencode_in_text")
        return text.replace("\r\n", "\n")


def parts(fields: Fields, body: bytes) -> list[Part]:
    """Leaves of a mail in the order in which they stand; what is wrong goes to `fields.defects`."""
    leaves: list[Part] = []
    stack = [(fields, body, 0, True, "", 0)]
    groups = 0
    while stack:
        own, data, depth, first, parent, group = stack.pop()
        part, options = _leaf(own, data, parent)
        part.first, part.parent, part.group = first, parent, group
        own_defects = fields.defects
        if own is not fields:
            own_defects.extend(own.defects)
        if not part.mime.startswith("multipart/"):
            leaves.append(part)
            continue
        if depth >= NESTING or len(leaves) + len(stack) >= PARTS:
            own_defects.append("nesting_too_deep" if depth >= NESTING else "too_many_parts")
            leaves.append(part)
            continue
        pieces = _split(data, options.get("boundary", ""), own_defects)
        if not pieces:
            leaves.append(_undivided(part))
            continue
        subtype = part.mime[10:]
        if subtype == "alternative":
            groups += 1
            group = groups
        stack.extend(
            (*_opened(piece), depth + 1, index == 0, subtype, group) for index, piece in _reversed(pieces, own_defects)
        )
    return leaves


def _reversed(pieces: list[bytes], defects: list[str]) -> list[tuple[int, bytes]]:
    if len(pieces) > PARTS:
        defects.append("too_many_parts")
        pieces = [*pieces[: PARTS - 1], b"\n" + b"\n".join(pieces[PARTS - 1 :])]
    return list(enumerate(pieces))[::-1]


def _opened(piece: bytes) -> tuple[Fields, bytes]:
    fields, start = split_header(piece)
    return fields, piece[start:]


def _leaf(fields: Fields, data: bytes, parent: str) -> tuple[Part, dict[str, str]]:
    """Describe one entity; a type that cannot be read is text, a part of a digest is a mail."""
    values = fields.values
    mime, options = parameters(fields.raw("content-type") or "")
    if mime.count("/") != 1 or mime.startswith("/") or mime.endswith("/"):
        mime = "message/rfc822" if parent == "digest" and not mime else "text/plain"
    disposition, more = "", dict[str, str]()
    if "content-disposition" in values:
        disposition, more = parameters(fields.raw("content-disposition") or "")
    encoding = (fields.raw("content-transfer-encoding") or "").split("(")[0].strip(" \t;\"'").lower()
    name = more.get("filename") or options.get("name") or more.get("name")
    described = fields.text("content-description") if "content-description" in values else None
    return Part(mime, options.get("charset"), name or None, disposition, encoding, data, subject=described), options


def _undivided(part: Part) -> Part:
    """A multipart that cannot be divided is shown as the text it stands as."""
    part.mime, part.encoding = "text/plain", "" if part.encoding == "base64" else part.encoding
    return part


def _split(data: bytes, boundary: str, defects: list[str]) -> list[bytes] | None:
    """Pieces between the boundary lines; none when there is no boundary or no such line."""
    if not boundary or len(boundary) > BOUNDARY:
        defects.append("no_boundary")
        return None
    mark = b"--" + boundary.encode("utf-8", "replace")
    if mark not in data:
        mark = mark.rstrip()
    pieces: list[bytes] = []
    start: int | None = None
    for begin, after, last in _lines(data, mark):
        if start is not None:
            pieces.append(_trimmed(data[start:begin]))
        start = after
        if last:
            if data[after:].strip():
                defects.append("text_after_parts")
            return pieces
    if start is None:
        defects.append("boundary_not_found")
        return None
    defects.append("boundary_not_closed")
    return [*pieces, data[start:]]


def _lines(data: bytes, mark: bytes) -> Iterator[tuple[int, int, bool]]:
    """Boundary lines: where each begins, where the next line begins, and whether it closes the multipart."""
    at = data.find(mark)
    while at >= 0:
        end = data.find(b"\n", at + len(mark))
        end = len(data) if end < 0 else end
        tail = data[at + len(mark) : end].rstrip(b" \t\r")
        if (at == 0 or data[at - 1] == 10) and tail in {b"", b"--"}:
            yield at, min(end + 1, len(data)), tail == b"--"
        at = data.find(mark, end)


def _trimmed(piece: bytes) -> bytes:
    """The line end before a boundary belongs to the boundary."""
    return piece[:-2] if piece.endswith(b"\r\n") else piece[:-1] if piece.endswith(b"\n") else piece


def _uudecoded(raw: bytes, defects: list[str]) -> bytes:
    begin = _BEGIN.search(raw)
    out = bytearray()
    for line in raw[begin.end() if begin else 0 :].splitlines():
        if line.strip() in {b"end", b"`", b""}:
            continue
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            try:
                out += binascii.a2b_uu(line[: ((line[0] - 32) & 63) * 4 // 3 + 2])
            except binascii.Error:
                defects.append("bad_uuencode")
                return raw
    return bytes(out)
