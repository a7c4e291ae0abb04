"""MIME structure of a mail: leaves with their bytes, in order, found by boundaries, within limits.

A *row* (`Part`) is one leaf: text, file, or a mail inside the mail (kept whole, never opened here). Signed wrappings
(S/MIME opaque signed-data) are opened, their signatures not checked; encrypted ones stay closed. Sources: RFC 2045,
RFC 2046, RFC 5652, RFC 8551, RFC 8621 4.1.4 (which leaves are body). Bytes outside the parts (preamble, epilogue) are
framing of the format. Cannot show: the structure its writer meant where boundaries are missing; that is noted.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.intake.mail_headers import Fields, parameters, split_header
from analysis.intake.mail_text import decode, unbase64

NESTING = 25  # multiparts inside multiparts; real mail stays below 10; deeper ones are kept as one undivided leaf
PARTS = 1_000  # leaves of one mail; what follows is kept as one undivided leaf
BOUNDARY = 1 << 16  # characters; RFC 2046 allows 70, some writers use thousands

AS_IT_STANDS = frozenset({"", "7bit", "8bit", "binary", "8-bit", "7-bit", "none", "8bits", "7bits"})
_UUENCODE = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})
WRAPPED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_ENCRYPTED = frozenset({"enveloped_data", "encrypted_data", "authenticated_enveloped_data"})
_OPEN = frozenset({"signed-data", "certs-only", "compressed-data"})
_SIGNED = bytes.fromhex("2a864886f70d010702")  # object identifier 1.2.840.113549.1.7.2
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
        if self.encoding in AS_IT_STANDS:
            return self.raw
        if self.encoding == "quoted-printable":
            return binascii.a2b_qp(self.raw)
        if self.encoding == "base64":
            decoded, flaw = unbase64(self.raw), "bad_base64"
        elif self.encoding in _UUENCODE:
            decoded, flaw = _uudecoded(self.raw), "bad_uuencode"
        else:
            decoded, flaw = None, "unknown_encoding"
        if decoded is None or (not decoded and self.raw.strip()):
            defects.append(flaw)
        return self.raw if decoded is None else decoded

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
    structure = _Structure(fields.defects)
    structure.add(fields, body)
    return structure.leaves


class _Structure:
    def __init__(self, defects: list[str]) -> None:
        self.defects, self.leaves, self.groups = defects, list[Part](), 0

    def add(
        self, fields: Fields, data: bytes, depth: int = 0, first: bool = True, parent: str = "", group: int = 0
    ) -> None:
        """One entity: a leaf, or what it is made of."""
        part, boundary = leaf(fields, data, parent)
        part.first, part.parent, part.group = first, parent, group
        pieces = list[bytes]()
        if part.mime.startswith("multipart/"):
            pieces = self.divided(part, boundary, depth)
        elif part.mime in WRAPPED:
            pieces = self.unwrapped(fields, part, depth)
        if not pieces:
            self.leaves.append(part)
            return
        kind, _, subtype = part.mime.partition("/")
        self.groups += subtype == "alternative"
        group = self.groups if subtype == "alternative" else group
        for index, piece in enumerate(pieces):
            inner, start = split_header(piece)
            self.defects += inner.defects
            below = (index == 0, subtype, group) if kind == "multipart" else (first, parent, group)
            self.add(inner, piece[start:], depth + 1, *below)

    def divided(self, part: Part, boundary: str, depth: int) -> list[bytes]:
        """Entities of a multipart; none when it is kept whole. One without boundaries is shown as the text it is."""
        if depth >= NESTING or len(self.leaves) >= PARTS:
            self.defects.append("nesting_too_deep" if depth >= NESTING else "too_many_parts")
            return []
        if "encrypted" in part.mime:
            self.defects.append("encrypted")
        pieces = _split(part.raw, boundary, self.defects)
        if not pieces:
            part.mime, part.encoding = "text/plain", "" if part.encoding == "base64" else part.encoding
        if len(pieces) > PARTS:
            self.defects.append("too_many_parts")
            pieces = [*pieces[: PARTS - 1], b"\n" + b"\n".join(pieces[PARTS - 1 :])]
        return pieces

    def unwrapped(self, fields: Fields, part: Part, depth: int) -> list[bytes]:
        """The entity inside an S/MIME wrapping that only signs; the wrapping stays a leaf of its own.

        What cannot be parsed is what the header says it is (RFC 8551 3.2.2), else encrypted unless it begins as signed.
        """
        from asn1crypto import cms

        try:
            outer = cms.ContentInfo.load(part.content([]))
            kind = str(outer["content_type"].native)
            signed = outer["content"]["encap_content_info"]["content"].native if kind == "signed_data" else None
        except (ValueError, TypeError, KeyError):
            said = parameters(fields.raw("content-type") or "")[1].get("smime-type", "").lower()
            said = said or ("signed-data" if _SIGNED in part.content([])[:64] else "")
            kind, signed = "" if said in _OPEN else "enveloped_data", None
        if kind in _ENCRYPTED:
            self.defects.append("encrypted")
            return []
        if not isinstance(signed, bytes) or depth >= NESTING:
            self.defects.append("smime_not_opened")
            return []
        self.defects.append("smime_signature_not_checked")
        self.leaves.append(part)
        return [signed]


def leaf(fields: Fields, data: bytes, parent: str) -> tuple[Part, str]:
    """Describe one entity, and its boundary; a type that cannot be read is text, a part of a digest is a mail."""
    values = fields.values
    mime, options = parameters(fields.raw("content-type") or "")
    if mime.count("/") != 1 or mime.startswith("/") or mime.endswith("/"):
        mime = "message/rfc822" if parent == "digest" and not mime else "text/plain"
    disposition, more = "", dict[str, str]()
    if "content-disposition" in values:
        disposition, more = parameters(fields.raw("content-disposition") or "")
    encoding = (fields.raw("content-transfer-encoding") or "").split("(")[0].strip(" \t;\"'").lower()
    name = more.get("filename") or options.get("name") or more.get("name") or None
    described = fields.text("content-description") if "content-description" in values else None
    part = Part(mime, options.get("charset"), name, disposition, encoding, data, subject=described)
    return part, options.get("boundary", "")


def _split(data: bytes, boundary: str, defects: list[str]) -> list[bytes]:
    """Pieces between the boundary lines; none when there is no boundary or no such line."""
    if not boundary or len(boundary) > BOUNDARY:
        defects.append("no_boundary")
        return []
    mark = b"--" + boundary.encode("utf-8", "replace")
    if mark not in data:
        mark = mark.rstrip()
    pieces: list[bytes] = []
    start: int | None = None
    for begin, after, last in _lines(data, mark):
        if start is not None:  # the line end before a boundary belongs to the boundary
            pieces.append(data[start:begin].removesuffix(b"\n").removesuffix(b"\r"))
        start = after
        if last:
            if data[after:].strip():
                defects.append("text_after_parts")
            return pieces
    if start is None:
        defects.append("boundary_not_found")
        return []
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


def _uudecoded(raw: bytes) -> bytes | None:
    """Content of the uuencoded lines; lines that claim more than they hold are cut to what they claim."""
    begin = _BEGIN.search(raw)
    out = bytearray()
    for line in raw[begin.end() if begin else 0 :].splitlines():
        if line.strip() in {b"end", b"`", b""}:
            continue
        try:
            out += binascii.a2b_uu(line[: -(-((line[0] - 32) & 63) * 4 // 3) + 1])
        except binascii.Error:
            return None
    return bytes(out)
