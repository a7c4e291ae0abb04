"""What WhatsApp messages carry: files by name, size and hash (never in the database), contact cards (always)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake.columnar import Column, places, table, translated

CARD_SEPARATOR = "_$!<VCard-Separator>!$_"  # between the cards of one iPhone message
_CARD_NAME = re.compile(r"^FN[^:\r\n]*:(.*?)\r?$", re.M)


def attachments(rows: Column, media: pa.Table) -> pa.Table:
    """Rows of `attachments` in order of their message.

    Parameters
    ----------
    rows
        Number of each message, in the order of `copies`.
    media
        line (number of the message), name, mime, bytes, hash (base 64), card.
    """
    place = places(media["line"], rows)
    media = media.append_column("copy", place).filter(pc.is_valid(place)).sort_by("copy")
    files = media.filter(pc.and_(pc.is_null(media["card"]), _any(media, "name", "mime", "bytes", "hash")))
    held = table(
        "attachments", copy=files["copy"], name=files["name"], mime=files["mime"], bytes=files["bytes"],
        sha256=translated(files["hash"], hexadecimal), present=False,
    )  # fmt: skip
    return pa.concat_tables([held, _cards(media.filter(pc.is_valid(media["card"])))])


def _any(media: pa.Table, *names: str) -> Column:
    found = pc.is_valid(media[names[0]])
    for name in names[1:]:
        found = pc.or_(found, pc.is_valid(media[name]))
    return found


def _cards(media: pa.Table) -> pa.Table:
    pairs = [
        (place, card)
        for place, text in zip(media["copy"].to_pylist(), media["card"].to_pylist(), strict=True)
        for card in text.split(CARD_SEPARATOR)
    ]
    data = [card.encode() for _, card in pairs]
    return table(
        "attachments", copy=pa.array([place for place, _ in pairs], pa.int64()), mime="text/vcard",
        name=pa.array([card_name(card) for _, card in pairs], pa.string()), present=True,
        bytes=pa.array([len(each) for each in data], pa.int64()),
        sha256=pa.array([hashlib.sha256(each).hexdigest() for each in data], pa.string()),
    )  # fmt: skip


def card_name(card: str) -> str:
    """File name for a contact card: the name on it."""
    found = _CARD_NAME.search(card)
    return f"{found[1].strip() if found else 'contact'}.vcf"


def hexadecimal(hash64: str | None) -> str | None:
    """A SHA-256 written in base 64, as WhatsApp keeps it, in hexadecimal; null when it is not one."""
    try:
        digest = base64.b64decode(hash64 or "", validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest.hex() if len(digest) == hashlib.sha256().digest_size else None
