"""Reader of mbox files: many mails in one file, each after a line `From sender date`.

Recognises: a file that begins with such a line. Yields: copies of kind mail, recipients, attachments, names, threads.
Cannot know: whether `>From ` in a text was quoted by the writer of the mail or by the writer of the file (read as
quoted by the file, noted); whether a pasted separator with a header after it is a mail (mboxo); deleted mails.
Sources: RFC 4155, the variants mboxo, mboxrd, mboxcl, mboxcl2, and Google Takeout.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from typing import NamedTuple

from analysis.intake.mail_headers import HEADER_BYTES, header_end
from analysis.intake.mail_message import read_mail
from analysis.intake.mail_rows import Rows
from analysis.intake.records import Hints, Opened, Reader, Reading

MAIL_BYTES = 1 << 28  # of one mail; what lies behind becomes a reject
RELEASE_BYTES = 1 << 26  # pages of the map are given back after this many bytes read

_LINE = (  # longer lines than a thousand bytes are text; after a separator comes a field, another separator, or nothing
    rb"From (?=[^\n]{0,1000}(?:\n|\Z))(?:\S+|\"[^\"\n]*\"\S*) [^\n]*\d{1,2}:\d{2}(?::\d{2})? [^\n]*\d{4}"
    rb"(?: [+-]\d{4})?[ \t]*\r?(?:\n|\Z)(?=[!-9;-~]+[ \t]*:|>?From |\r?\n|\Z)"
)
_SEPARATOR, _NEXT = re.compile(_LINE), re.compile(rb"\n(\r?\n)(" + _LINE + rb")")
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,15})[ \t]*\r?$", re.M | re.I)
_QUOTED = re.compile(rb"^>(>*From )", re.M)
_LEAD = re.compile(rb"(?:\xef\xbb\xbf)?(?:\r?\n)*")
_NEWLINES = re.compile(rb"(?:\r?\n)*")


class Span(NamedTuple):
    """One mail in the file: its bytes are [start, end), the next separator begins at `after`."""

    start: int
    end: int
    after: int
    counted: bool  # its end was given by a true Content-Length


def spans(data: bytes | mmap.mmap, first: int) -> Iterator[Span]:
    """Mails of a file whose first separator stands at `first`."""
    at = first
    while at < len(data):
        line = _SEPARATOR.match(data, at)
        start = line.end() if line else at
        span = _searched(data, start)
        span = _counted(data, start, span.end) or span
        yield span
        at = span.after


def _searched(data: bytes | mmap.mmap, start: int) -> Span:
    """Up to the next separator after a blank line; that blank line is framing."""
    if _SEPARATOR.match(data, start):
        return Span(start, start, start, False)
    if found := _NEXT.search(data, max(start - 1, 0)):
        return Span(start, max(start, found.start(1)), found.start(2), False)
    tail = data[max(start, len(data) - 4) :]
    blank = 2 if tail.endswith(b"\n\r\n") else 1 if tail.endswith(b"\n\n") else 0
    return Span(start, len(data) - blank, len(data), False)


def _counted(data: bytes | mmap.mmap, start: int, stop: int) -> Span | None:
    """A Content-Length is believed only if a separator, or the end of the file, stands where it points."""
    if b"ength:" not in data[start : min(stop, start + HEADER_BYTES)]:
        return None
    blank = header_end(data, start, stop)
    length = blank and _LENGTH.search(data, start, blank[0])
    if not blank or not length or (end := blank[1] + int(length[1])) > len(data):
        return None
    after = _end(_NEWLINES, data, end)
    if after < len(data) and (data[end - 1 : after][-1:] != b"\n" or not _SEPARATOR.match(data, after)):
        return None
    return Span(start, end, after, True)


def _end(pattern: re.Pattern[bytes], data: bytes | mmap.mmap, at: int = 0) -> int:
    """End of a match of a pattern that matches everywhere."""
    return pattern.match(data, at).end()  # type: ignore[union-attr]


def first_separator(data: bytes | mmap.mmap) -> int | None:
    """Position of the first separator: at the beginning (mark and blank lines aside) or after a blank line."""
    lead = _end(_LEAD, data)
    found = _searched(data, lead).after
    return found if found < len(data) else None


def recognises(head: bytes, name: str) -> bool:
    """Whether the content begins as an mbox; text before the first mail is allowed only if the name says mbox."""
    first = first_separator(head)
    if first is None:
        return False
    return first == _end(_LEAD, head) or name.lower().endswith((".mbox", ".mbx"))


def read(opened: Opened, hints: Hints) -> Reading:
    """Read every mail; `locator` is `message N bytes A-B`, B exclusive, counted in the file."""
    found = Rows(hints)
    size = opened.path.stat().st_size
    if not size:
        return found.reading(0, 0)
    with opened.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        first = first_separator(data)
        if first is None:
            found.reject(f"bytes 0-{size}", "no line `From sender date` begins a mail", size)
            return found.reading(size, 0)
        lead = _end(_LEAD, data)
        if first > lead:
            found.reject(f"bytes {lead}-{first}", "text before the first separator", first - lead)
        framing = lead + _mails(data, first, found)
    return found.reading(size, framing)


def _mails(data: mmap.mmap, first: int, found: Rows) -> int:
    """Add every mail; gives the bytes that belong to the separators."""
    framing, at, released = 0, first, first
    for number, span in enumerate(spans(data, first), 1):
        locator = f"message {number} bytes {span.start}-{span.end}"
        framing += (span.start - at) + (span.after - span.end)
        at = span.after
        _mail(data, span, locator, found)
        if span.end - released > RELEASE_BYTES and hasattr(data, "madvise"):
            data.madvise(mmap.MADV_DONTNEED)
            released = span.end
    return framing


def _mail(data: mmap.mmap, span: Span, locator: str, found: Rows) -> None:
    stop = min(span.end, span.start + MAIL_BYTES)
    raw = data[span.start : stop]
    if b">From " in raw and not (span.counted and b"\nFrom " in raw):
        raw, count = _QUOTED.subn(rb"\1", raw)
        if count:
            found.note("from_line_unquoted", locator)
    mail = read_mail(raw)
    if mail is None:
        found.reject(locator, "no readable header", span.end - span.start)
        return
    found.add(mail, locator)
    if stop < span.end:
        found.reject(f"bytes {stop}-{span.end}", "mail longer than the limit", span.end - stop)


READER = Reader(
    name="mbox",
    channel="email",
    recognises=recognises,
    read=read,
    formats="mbox (o, rd, cl, cl2), Google Takeout mail",
    yields="mails, recipients, attachments with SHA-256, display names, threads by References",
    cannot_know="deleted mails; who quoted a `>From ` line; whether the header tells the truth",
    tested="Enron mailbox of one custodian (12 files, 1,766 mails), Apache Tika, mime4j; made up by rule: all variants",
)
