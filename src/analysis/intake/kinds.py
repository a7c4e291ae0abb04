"""What a message is called by the file it carries, a handle by its shape, and which ids say something elsewhere."""

from __future__ import annotations

MEDIA = ("image", "video", "audio")
NATIVE_CHARACTERS = 12  # shorter ids are row numbers of one phone or product, which say nothing about another's
CARDS = ("text/x-vcard", "text/vcard", "text/directory")


def carried(mime: str | None) -> str | None:
    """Kind of a message that carries a file of this type; none without a type."""
    kind = (mime or "").partition(";")[0].strip().lower()
    first = kind.partition("/")[0]
    return "contact" if kind in CARDS else first if first in MEDIA else "document" if kind else None


def phone_or_email(handle: str | None) -> str | None:
    """Kind of a handle of text messages."""
    return None if not handle else "email" if "@" in handle else "phone"


def native(found: str | None) -> str | None:
    """An id that the app itself gave a message; none for a number of a row."""
    return found if found and len(found.strip()) >= NATIVE_CHARACTERS else None
