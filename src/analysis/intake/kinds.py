"""What a message is called by the file it carries, and a handle by its shape."""

from __future__ import annotations

MEDIA = ("image", "video", "audio")
CARDS = ("text/x-vcard", "text/vcard", "text/directory")


def carried(mime: str | None) -> str | None:
    """Kind of a message that carries a file of this type; none without a type."""
    kind = (mime or "").partition(";")[0].strip().lower()
    first = kind.partition("/")[0]
    return "contact" if kind in CARDS else first if first in MEDIA else "document" if kind else None


def phone_or_email(handle: str | None) -> str | None:
    """Kind of a handle of text messages."""
    return None if not handle else "email" if "@" in handle else "phone"
