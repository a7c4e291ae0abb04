"""The words inside an attached file, as far as they can be read without running, rendering or fetching anything.

Read are plain text, tables and markup, office documents (a zip of XML, from which only the text runs are taken: no
parser, so no entities and no external parts), a zipped chat export, and pictures where the extra `ocr` is installed.
Cannot show: PDF, old binary office formats, anything encrypted; words that a document hides or draws.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib

from analysis.intake import pictures
from analysis.intake.mail_text import decode, text_of

FILE_BYTES = 1 << 25  # larger files are not looked into: a year of a busy chat is a tenth of it
TEXT_BYTES = 1 << 24  # of text taken from one file; what follows is left
MEMBERS = 2_000  # members of a zip looked at: presentations have one per slide
RATIO = 200  # as for containers of evidence: text packs 5 to 40 times, a bomb a thousand times

_PLAIN = ("txt", "text", "log", "md", "csv", "tsv", "json", "xml", "ics", "vcf", "yml", "yaml")
_MARKUP = ("html", "htm", "xhtml")
_OFFICE = (  # ending, members that hold its words
    ("docx", re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")),
    ("pptx", re.compile(r"ppt/(?:slides|notesSlides)/[^/]+\.xml")),
    ("xlsx", re.compile(r"xl/sharedStrings\.xml|xl/worksheets/[^/]+\.xml")),
    ("odt", re.compile(r"content\.xml")),
)
_MIMES = {"application/json": "plain", "application/xml": "plain", "application/xhtml+xml": "html"}
_RUN = re.compile(r"<(?:[wa]:)?t(?: [^<>]*)?>([^<]*)</|</[wa]:p>|</(?:si|row)>|<(?:w:br|w:tab|a:br)[ /][^<>]*>")
_ODT_TAG = re.compile(r"<[^<>]*>")


def text_in(name: str | None, mime: str | None, content: bytes) -> tuple[str | None, str | None]:
    """Text and how it was read (`plain`, `html`, `docx`, `chat export`...), or nothing for other kinds of file.

    The type is taken from the name's ending, then from the declared type, then checked against the bytes: a file that
    says it is text and holds NUL bytes is not read.
    """
    if not content or len(content) > FILE_BYTES:
        return None, None
    ending = (name or "").rpartition(".")[2].lower()
    if content[:4] == b"PK\x03\x04":
        return _zipped(content)
    if pictures.is_picture(content):
        return pictures.words(content)
    kind = "html" if ending in _MARKUP else "plain" if ending in _PLAIN else _MIMES.get(mime or "")
    kind = kind or ("html" if mime == "text/html" else "plain" if (mime or "").startswith("text/") else None)
    if kind is None or (b"\0" in content[:4096] and content[:2] not in (b"\xff\xfe", b"\xfe\xff")):
        return None, None
    text = _plain(content)
    return (text_of(text), "html") if kind == "html" else (text, "plain")


def _plain(content: bytes) -> str:
    marked = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = decode(content[:TEXT_BYTES], marked)[0]
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _zipped(content: bytes) -> tuple[str | None, str | None]:
    """Words of an office document, or of the text files of a zip (a chat export)."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [one for one in archive.infolist()[:MEMBERS] if not one.flag_bits & 1]
            names = {one.filename for one in entries}
            if "[Content_Types].xml" in names or "content.xml" in names:
                for basis, pattern in _OFFICE:
                    if found := [one for one in entries if pattern.fullmatch(one.filename)]:
                        return "\n".join(_words(one) for one in _members(archive, found)), basis
                return None, None
            found = [one for one in entries if one.filename.lower().endswith(".txt")]
            return (
                ("\n".join(_plain(one) for one in _members(archive, found)), "chat export") if found else (None, None)
            )
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return None, None


def _members(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> list[bytes]:
    """Contents of the members, in order of name, cut at the allowance of one file; nothing that packs like a bomb."""
    left, contents = TEXT_BYTES, []
    for entry in sorted(entries, key=lambda one: one.filename):
        with archive.open(entry) as stream:
            content = stream.read(min(left, RATIO * max(entry.compress_size, 1)))
        left -= len(content)
        contents.append(content)
    return contents


def _words(member: bytes) -> str:
    """Text runs of one member; a paragraph, a row or a break ends a line."""
    markup = decode(member, "utf-8")[0]
    if "<office:document" in markup[:2000]:
        body = re.sub(r"</text:[ph]>|<text:line-break/>|</table:table-row>", "\n", markup)
        return html.unescape(_ODT_TAG.sub("", body)).strip()
    pieces = ["\n" if run[1] is None else html.unescape(run[1]) for run in _RUN.finditer(markup)]
    return re.sub(r"\n{3,}", "\n\n", "".join(pieces)).strip()
