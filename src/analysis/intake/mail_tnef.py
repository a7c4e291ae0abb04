"""Outlook's own wrapping of a mail's rich text and files (TNEF, `winmail.dat`), opened when `tnefparse` is installed.

Source: MS-OXTNEF. Cannot show: text held only as compressed RTF; that is noted, and the wrapping is hashed.
"""

from __future__ import annotations

import struct

from analysis.intake.mail_text import text_of

TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})


def opened(content: bytes, defects: list[str]) -> tuple[str, list[tuple[str | None, bytes]]]:
    """Text (may be empty) and files of the wrapping: name and content. What was not possible goes to `defects`."""
    try:
        from tnefparse import TNEF
    except ImportError:
        defects.append("tnef_not_opened_without_offchannel[msg]")
        return "", []
    try:
        found = TNEF(content, do_checksum=False)
        body, markup = (_text(found, name) for name in ("body", "htmlbody"))
        files = [(file.long_filename() or None, bytes(file.data)) for file in found.attachments]
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, NameError, struct.error, OverflowError):
        defects.append("tnef_damaged")
        return "", []
    if not (body or markup) and getattr(found, "_rtfbody", None):
        defects.append("tnef_rtf_not_read")
    return body or text_of(markup), files


def _text(found: object, name: str) -> str:
    value = getattr(found, name, None) or ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
