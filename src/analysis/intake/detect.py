"""What a file is, by its content (`forms.toml`); the name decides only between forms that look the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

HEAD = 1 << 16  # bytes looked at
EMPTY, UNKNOWN = "empty", "unknown binary data"
SQLITE = "SQLite database"
CONTAINERS = ("zip", "tar", "gzip")
XML_DOCTYPE = "XML with a DOCTYPE"
READABLE = ("Outlook PST/OST", "OLE compound file (MSG, old Office)")  # forms with a signature that a reader may know
_FORMS = tomllib.loads(Path(__file__).with_name("forms.toml").read_text(encoding="utf-8"))
_SIGNATURES = [
    (int(offset), bytes.fromhex(magic), name)
    for offset, magic, name in (line.split(" ", 2) for line in _FORMS["signatures"].strip().splitlines())
]
_TEXTS, _NAMED = ([(re.compile(pattern), str(name)) for pattern, name in _FORMS[part]] for part in ("texts", "named"))
ADVICE: dict[str, str] = _FORMS["advice"]  # what to hand over instead
_OS_FILES: dict[str, str] = _FORMS["os_files"]
_LINKEDIN: dict[str, str] = _FORMS["linkedin"]
_OFFICE = re.compile(rb"\[Content_Types\]\.xml|_rels/|docProps/|mimetypeapplication/")  # first member of the zip
_SPACE = re.compile("[\ufeff \t\r\n]*")
_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]")


def signature(head: bytes, name: str = "") -> str:
    """Name of a binary form, or '' when the content is text (or nothing known)."""
    if not head:
        return EMPTY
    if found := _OS_FILES.get(name.rsplit("/", 1)[-1].lower()):
        return found
    for offset, magic, detected in _SIGNATURES:
        if head.startswith(magic, offset):
            return "Office or OpenDocument file" if detected == "zip" and _OFFICE.match(head[30:64]) else detected
    return ""


def named(detected: str, name: str) -> str:
    """The same, made more exact by the name where the bytes alone do not say."""
    vague = detected in (UNKNOWN, "binary property list")
    return next((form for pattern, form in _NAMED if vague and pattern.search(name)), detected)


def text_form(head: bytes) -> str:
    """Name of what the content looks like when no reader recognises it and it has no signature."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    elif _CONTROL.search(head):
        return UNKNOWN
    else:
        text = head.decode("utf-8", "replace")
    text = after_prolog(text)
    for pattern, detected in _TEXTS:
        if pattern.match(text):
            return detected
    return _table(text) or "text"


def after_prolog(text: str) -> str:
    """The text from its first mark-up that is no declaration, processing instruction or comment."""
    place = 0
    while True:
        place = _SPACE.match(text, place).end()  # type: ignore[union-attr]  # matches everywhere
        close = next((end for start, end in (("<?", "?>"), ("<!--", "-->")) if text.startswith(start, place)), "")
        end = text.find(close, place) if close else -1
        if end < 0:
            return text[place:]
        place = end + len(close)


def _table(text: str) -> str:
    lines = text.splitlines()[:20]
    header = re.sub(r'[\s"_]', "", lines[0]).lower() if lines else ""
    for start, detected in _LINKEDIN.items():
        if header.startswith(start):
            return detected
    for mark in (",", "\t", ";", "|"):
        counts = [line.count(mark) for line in lines[:-1] or lines]
        if counts and min(counts) >= 1 and max(counts) == min(counts):
            return "CSV"
    return ""
