"""What a file is, by its content; the name decides only between forms that look the same."""

from __future__ import annotations

import re

HEAD = 1 << 16  # bytes looked at
EMPTY, UNKNOWN = "empty", "unknown binary data"
SQLITE = "SQLite database"
CONTAINERS = ("zip", "tar", "gzip")
XML_DOCTYPE = "XML with a DOCTYPE"
READABLE = ("Outlook PST/OST", "OLE compound file (MSG, old Office)")  # forms with a signature that a reader may know
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"SQLite format 3\0", SQLITE), (0, b"!BDN", "Outlook PST/OST"),
    (0, b"\x37\x7f\x06\x82", "SQLite write-ahead log"), (0, b"\x37\x7f\x06\x83", "SQLite write-ahead log"),
    (0, b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", "SQLite rollback journal"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE compound file (MSG, old Office)"),
    (0, b"\x78\x9f\x3e\x22", "TNEF (winmail.dat)"), (0, b"PK\x03\x04", "zip"), (0, b"PK\x05\x06", "zip"),
    (0, b"PK\x07\x08", "zip"), (0, b"\x1f\x8b\x08", "gzip"), (257, b"ustar", "tar"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z archive"), (0, b"Rar!\x1a\x07", "RAR archive"), (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\0", "xz"), (0, b"\x28\xb5\x2f\xfd", "zstandard"), (0, b"bplist", "binary property list"),
    (0, b"ANDROID BACKUP\n", "Android backup (adb)"), (0, b"%PDF-", "PDF"), (0, b"\xff\xd8\xff", "JPEG image"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG image"), (0, b"GIF8", "GIF image"), (0, b"OggS", "Ogg audio"),
    (0, b"ID3", "MP3 audio"), (4, b"ftyp", "MP4 or HEIF media"), (0, b"\0\0\0\x01Bud1", "macOS folder file"),
    (0, b"\0\x05\x16\x07", "AppleDouble"), (0, b"streamtyped", "Apple typed stream"),
    (0, b"\x04\x0bstreamtyped", "Apple typed stream"), (0, b"PAR1", "Parquet"), (0, b"MZ", "Windows program"),
    (0, b"\x7fELF", "Linux program"), (0, b"L\0\0\0\x01\x14\x02\0", "Windows shortcut"),
    (0, b"{\\rtf", "RTF document"), (8, b"WEBP", "WebP image"), (8, b"WAVE", "WAV audio"),
    (0, b"AD4\x01", "forensic image"), (0, b"EVF\x09\x0d\x0a\xff\0", "EnCase forensic image"),
)  # fmt: skip
_NAMED = (  # what bytes alone do not say
    (re.compile(r"\.crypt\d{0,2}$", re.I), "encrypted WhatsApp backup"),
    (re.compile(r"^signal.*\.backup$", re.I), "encrypted Signal backup"),
    (re.compile(r"^manifest\.(?:plist|mbdb)$", re.I), "manifest of an iTunes backup"),
)
ADVICE = {  # what to hand over instead
    "encrypted WhatsApp backup": "hand over the decrypted msgstore.db, or a chat export",
    "mbox": "no separator in it has the form `From sender date`: export the mailbox again, or as single mails",
    "CSV": "if it is a table of messages, name a mapping for it in sources.csv",
    "Office or OpenDocument file": "if it is a table of messages, name a mapping for it in sources.csv",
    "manifest of an iTunes backup": "hand over the databases of the apps, extracted from the backup",
    "Android backup (adb)": "hand over the databases of the apps, extracted from the backup",
}
_TEXTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, flags), name)
    for pattern, flags, name in (
        (r"BEGIN:VCALENDAR", re.I, "iCalendar"),
        (r"BEGIN:VCARD", re.I, "vCard"),
        (r"<!DOCTYPE plist", 0, "XML property list"),
        (r"<!DOCTYPE html|<html", re.I, "HTML"),
        (r"<!DOCTYPE", 0, XML_DOCTYPE),
        (r"<[A-Za-z][\w:.-]*[\s>/]", 0, "XML"),
        (r"From \S", 0, "mbox"),
        (r"\d+[ \t]*\r?\n(?:[A-Za-z][A-Za-z0-9-]*:[ \t]|From )", 0, "Apple Mail message (EMLX)"),
        (r"\{(?=[^\0]{0,2000}\"type\": ?\"(?:personal_chat|private_\w+|public_\w+)\")", 0, "Telegram export"),
        (r"\[\s*\{(?=[^\0]{0,2000}\"ts\": ?\"\d+\.\d+\")", 0, "Slack export"),
        (r"[\[{]\s*[\[{\"\d\]}tfn-]", 0, "JSON"),
        (r"(?:[A-Za-z][A-Za-z0-9-]*:[ \t].*\r?\n(?:[ \t].*\r?\n)*){2}", 0, "mail or header block"),
    )
)
_LINKEDIN = {
    "firstname,lastname,maidenname": "LinkedIn Profile.csv",
    "emailaddress,confirmed,primary": "LinkedIn Email Addresses.csv",
    "extension,number,type": "LinkedIn PhoneNumbers.csv",
}
_OS_FILES = {".ds_store": "macOS folder file", "thumbs.db": "Windows thumbnails", "desktop.ini": "Windows folder file"}
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
