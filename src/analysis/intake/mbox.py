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
from itertools import zip_longest
from typing import NamedTuple

from analysis.intake.mail_bulk import Bulk, bulk_reader
from analysis.intake.mail_headers import header_end
from analysis.intake.mail_message import Mail, read_mail
from analysis.intake.mail_rows import Rows
from analysis.intake.records import Hints, Opened, Reader, Reading

LOOK_BYTES = 1 << 14  # looked through at first for the end of a mail
BATCH_BYTES = 1 << 19  # of mails read in one go: they fit the processor's cache
MAIL_BYTES = 1 << 28  # of one mail; what lies behind becomes a reject
RELEASE_BYTES = 1 << 26  # pages of the map are given back after this many bytes read

_LINE = (  # longer lines than a thousand bytes are text; after a separator comes a field, another separator, or nothing
    rb"From (?=[^\n]{0,1000}(?:\n|\Z))(?:\S+|\"[^\"\n]*\"\S*) [^\n]*\d{1,2}:\d{2}(?::\d{2})? [^\n]*\d{4}"
    rb"(?: [+-]\d{4})?[ \t]*\r?(?:\n|\Z)(?=[!-9;-~]+[ \t]*:|>?From |\r?\n|\Z)"
)
_SEPARATOR = re.compile(_LINE)
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
    quoted: bool  # somewhere in it stands `>From `


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
        return Span(start, start, start, False, False)
    quoted = False
    for at in _froms(data, start):
        before = data[max(at - 3, 0) : at]
        blank = 2 if before == b"\n\r\n" else 1 if before.endswith(b"\n\n") else 0
        if blank and at - blank >= max(start, 1) and _SEPARATOR.match(data, at):
            return Span(start, at - blank, at, False, quoted)
        quoted |= at > start and before.endswith(b">")
    tail = data[max(start, len(data) - 4) :]
    blank = 2 if tail.endswith(b"\n\r\n") else 1 if tail.endswith(b"\n\n") else 0
    return Span(start, len(data) - blank, len(data), False, quoted)


def _froms(data: bytes | mmap.mmap, start: int) -> Iterator[int]:
    """Places of `From ` from `start` on, looked for in ever larger pieces."""
    size = LOOK_BYTES
    while start < len(data):
        piece = data[start : start + size]
        at = piece.find(b"From ")
        while at >= 0:
            yield start + at
            at = piece.find(b"From ", at + 5)
        start, size = start + max(len(piece) - 4, 1), min(2 * size, RELEASE_BYTES)


def _counted(data: bytes | mmap.mmap, start: int, stop: int) -> Span | None:
    """A Content-Length is believed only if a separator, or the end of the file, stands where it points."""
    blank = header_end(data, start, stop)
    if not blank or b"ength:" not in data[start : blank[0]]:
        return None
    length = _LENGTH.search(data, start, blank[0])
    if not length or (end := blank[1] + int(length[1])) > len(data):
        return None
    after = _end(_NEWLINES, data, end)
    if after < len(data) and (data[end - 1 : after][-1:] != b"\n" or not _SEPARATOR.match(data, after)):
        return None
    return Span(start, end, after, True, data.find(b">From ", start, end) >= 0)


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
    framing, at = 0, first
    for number, (span, mail, unquoted) in enumerate(records(data, first), 1):
        framing += (span.start - at) + (span.after - span.end)
        locator, at = f"message {number} bytes {span.start}-{span.end}", span.after
        if unquoted:
            found.note("from_line_unquoted", locator)
        if mail is None:
            found.reject(locator, "no readable header", span.end - span.start)
            continue
        found.add(mail, locator)
        if (stop := span.start + MAIL_BYTES) < span.end:
            found.reject(f"bytes {stop}-{span.end}", "mail longer than the limit", span.end - stop)
    return framing


def records(data: mmap.mmap, first: int) -> Iterator[tuple[Span, Mail | None, bool]]:
    """Every mail: where it stands, its record (None: no readable header), and whether quoting was taken out of it."""
    bulk, at, released = bulk_reader(len(data)), first, first
    while at < len(data):
        batch, mails = _batch(bulk, data, at) if bulk else ([], [])
        for span, mail in zip_longest(batch or [next(spans(data, at))], mails):
            yield (span, mail, False) if mail else (span, *_careful(data, span))
            at = span.after
        if at - released > RELEASE_BYTES and hasattr(data, "madvise"):
            data.madvise(mmap.MADV_DONTNEED)
            released = at


def _batch(bulk: Bulk, data: mmap.mmap, at: int) -> tuple[list[Span], list[Mail | None]]:
    """Some mails from the separator at `at` on, and their records; None: to be read the careful way."""
    window = data[at : at + BATCH_BYTES]
    found, line, flags = list[Span](), _SEPARATOR.match(data, at), 0
    for place, flag in bulk.separators(window):
        after = _SEPARATOR.match(data, at + place)
        if place and line and after:
            if flags & 2:
                break
            blank = 2 if window[place - 2] == 13 else 1
            found.append(Span(line.end(), at + place - blank, at + place, False, bool(flags)))
            flags = 0
        line, flags = after or line, flags | flag
    if not found and (span := next(spans(data, at))).end - at <= RELEASE_BYTES:
        found, window = [span], data[at : span.end]
    starts = [span.start - at for span in found]
    return found, bulk.mails(window, starts, [(span.start if span.quoted else span.end) - at for span in found])


def _careful(data: mmap.mmap, span: Span) -> tuple[Mail | None, bool]:
    raw, count = data[span.start : min(span.end, span.start + MAIL_BYTES)], 0
    if span.quoted and not (span.counted and b"\nFrom " in raw):
        raw, count = _QUOTED.subn(rb"\1", raw)
    return read_mail(raw), count > 0


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
