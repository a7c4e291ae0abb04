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

SEPARATOR_BYTES = 1_000  # longer lines are text
MAIL_BYTES = 1 << 28  # of one mail; what lies behind becomes a reject
WINDOW = 1 << 14  # bytes searched at once: about one mail
RELEASE_BYTES = 1 << 26  # pages of the map are given back after this many bytes read

_SEPARATOR = re.compile(
    rb"From (?:\S+|\"[^\"\n]*\"\S*) [^\n]*\d{1,2}:\d{2}(?::\d{2})? [^\n]*\d{4}(?: [+-]\d{4})?[ \t]*\r?"
)
_FOLLOWS = re.compile(rb"(?:[!-9;-~]+[ \t]*:|>?From |\r?\n|$)")
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


def separator_end(data: bytes | mmap.mmap, at: int) -> int | None:
    """Where the line after a separator at `at` begins; None when there is no separator at `at`."""
    end = data.find(b"\n", at, at + SEPARATOR_BYTES)
    if end < 0:
        end = len(data) if len(data) - at < SEPARATOR_BYTES else -1
    if end < 0 or not _SEPARATOR.fullmatch(data[at:end]) or not _FOLLOWS.match(data, end + 1):
        return None
    return min(end + 1, len(data))


def spans(data: bytes | mmap.mmap, first: int) -> Iterator[Span]:
    """Mails of a file whose first separator stands at `first`."""
    at = first
    while at < len(data):
        start = separator_end(data, at) or at
        span = _searched(data, start)
        span = _counted(data, start, span.end) or span
        yield span
        at = span.after


def _searched(data: bytes | mmap.mmap, start: int) -> Span:
    """Up to the next separator after a blank line; that blank line is framing."""
    at = max(start - 1, 0)
    while (at := _next(data, at)) >= 0:
        before = data[max(at - 2, 0) : at]
        blank = 0 if at < start else 1 if before.endswith(b"\n") else 2 if before == b"\n\r" else -1
        if blank >= 0 and separator_end(data, at + 1) is not None:
            return Span(start, max(start, at + 1 - blank), at + 1, False)
        at += 1
    tail = data[max(start, len(data) - 4) :]
    blank = 2 if tail.endswith(b"\n\r\n") else 1 if tail.endswith(b"\n\n") else 0
    return Span(start, len(data) - blank, len(data), False)


def _next(data: bytes | mmap.mmap, at: int) -> int:
    """Like `data.find`, in windows: a map is searched far slower than the bytes copied from it."""
    while at < len(data):
        found = data[at : at + WINDOW].find(b"\nFrom ")
        if found >= 0:
            return at + found
        at += WINDOW - 5
    return -1


def _counted(data: bytes | mmap.mmap, start: int, stop: int) -> Span | None:
    """A Content-Length is believed only if a separator, or the end of the file, stands where it points."""
    if b"ength:" not in data[start : min(stop, start + HEADER_BYTES)]:
        return None
    blank = header_end(data, start, stop)
    length = blank and _LENGTH.search(data, start, blank[0])
    if not blank or not length:
        return None
    end = blank[1] + int(length[1])
    if end > len(data):
        return None
    after = _NEWLINES.match(data, end).end()  # type: ignore[union-attr]
    if after < len(data) and (data[end - 1 : after][-1:] != b"\n" or separator_end(data, after) is None):
        return None
    return Span(start, end, after, True)


def first_separator(data: bytes | mmap.mmap) -> int | None:
    """Position of the first separator: at the beginning (mark and blank lines aside) or after a blank line."""
    lead = _LEAD.match(data).end()  # type: ignore[union-attr]
    if data[lead : lead + 5] == b"From " and separator_end(data, lead) is not None:
        return lead
    found = _searched(data, lead).after
    return found if found < len(data) else None


def recognises(head: bytes, name: str) -> bool:
    """Whether the content begins as an mbox; text before the first mail is allowed only if the name says mbox."""
    first = first_separator(head)
    if first is None:
        return False
    return first == _LEAD.match(head).end() or name.lower().endswith((".mbox", ".mbx"))  # type: ignore[union-attr]


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
        lead = _LEAD.match(data).end()  # type: ignore[union-attr]
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
)
