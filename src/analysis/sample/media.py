"""Tiny real files for attachments: a PNG, a JPEG, a PDF and an Ogg page, made from nothing but arithmetic."""

from __future__ import annotations

import struct
import zlib
from base64 import b64decode

# The smallest baseline JPEG: one grey pixel.
_JPEG = b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////"
    "wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)
SUFFIX = {"image": "jpg", "document": "pdf", "audio": "opus"}


def jpeg(number: int) -> bytes:
    """A one-pixel JPEG with a comment that makes each one different."""
    note = f"invented {number}".encode()
    return _JPEG[:2] + b"\xff\xfe" + struct.pack(">H", len(note) + 2) + note + _JPEG[2:]


def png(number: int) -> bytes:
    """An 8 by 8 RGB picture of one colour."""
    pixel = bytes((number * 37 % 256, number * 91 % 256, number * 53 % 256))
    rows = b"".join(b"\0" + pixel * 8 for _ in range(8))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    )


def pdf(text: str) -> bytes:
    """A one-page PDF that says `text`."""
    shown = text.encode("latin-1", "replace").replace(b"\\", b"").replace(b"(", b"[").replace(b")", b"]")
    stream = b"BT /F1 12 Tf 60 760 Td (" + shown + b") Tj ET"
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 5\n0000000000 65535 f \n%strailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        len(out),
    )


def opus(number: int) -> bytes:
    """An Ogg page with an Opus head and no sound."""
    head = b"OpusHead\x01\x01" + struct.pack("<HIhB", 312, 16_000, 0, 0)
    return b"OggS\0\x02" + struct.pack("<qIII", 0, number, 0, 0) + bytes((1, len(head))) + head


def content(kind: str, number: int) -> bytes:
    """Bytes of an attachment of a kind."""
    if kind == "document":
        return pdf(f"Invented note {number}. Nothing in it is real.")
    return opus(number) if kind == "audio" else jpeg(number)
