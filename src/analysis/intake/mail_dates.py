"""When a mail was sent: its `Date`, or what its trace says when that is missing or cannot be true.

Sources: RFC 5322 3.3 and 4.3 (`-0000` is UTC with the local zone unknown; unknown zone names say nothing).
Cannot show: that the sender's clock was right.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.utils import parsedate_tz
from functools import lru_cache
from typing import NamedTuple

FIRST_YEAR = 1971  # earlier: an unset clock; mail is younger
LAST_YEAR = 2100  # later: an overflow
AHEAD = timedelta(days=2)  # a mail dated that much after a server received it was written by a wrong clock

_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_HOURS = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "met": 1, "mez": 1, "cest": 2,
    "mest": 2, "mesz": 2, "eet": 2, "eest": 3, "msk": 3, "jst": 9, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
    "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
_DATE = re.compile(
    r"\s*(?:[A-Za-z]{2,9}\.?,?\s*)?(\d{1,2})[ -]+([A-Za-z]{3})[a-z]{0,6}[ -]+(\d{2,4})(?:\s+at)?\s+"
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\s*(?:(?:GMT|UTC)?([+-]\d{1,2}(?::?\d{2})?)|([A-Za-z]{1,5})\b))?"
)
_USUAL = re.compile(  # what nearly every mail server writes
    r"\s*(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d{4})(?!\d|:)"
)
_MONTH = {name.title(): number for name, number in _MONTHS.items()}
_ZONE = re.compile(r":\d{2}(?:\s+\d{4})?\s*([+-]\d{2}:?\d{2}|[A-Za-z]{1,5})\b")


class Instant(NamedTuple):
    """A time: UTC if `utc`, else as the wall clock showed it; `precision` is second or minute."""

    at: datetime
    utc: bool
    precision: str


class Sent(NamedTuple):
    """When a mail was sent, the date as written, and why the written date was not believed (empty: it was)."""

    instant: Instant | None
    text: str | None
    flaw: str


def instant(text: str) -> Instant | None:
    """Read one date; None when it is none."""
    if (usual := _USUAL.match(text)) and (month := _MONTH.get(usual[2])):
        day, _, year, hour, minute, second, zone = usual.groups()
        offset = _offset(zone)
        try:
            at = datetime(int(year), month, int(day), int(hour), int(minute), int(second))
            return Instant(at - offset, True, "second") if offset is not None else Instant(at, False, "second")
        except (ValueError, OverflowError):
            pass
    match = _DATE.match(text)
    month = _MONTHS.get(match[2].lower()) if match else None
    try:
        if not match or not month:
            return _loose(text[:200])
        day, _, year, hour, minute, second, digits, zone = match.groups()
        century = 0 if len(year) == 4 else 1900 if int(year) >= 50 else 2000
        at = datetime(century + int(year), month, int(day), int(hour), int(minute), min(int(second or 0), 59))
        return _placed(at, digits or zone, "second" if second else "minute")
    except (ValueError, IndexError, OverflowError, TypeError):
        return None


def _loose(text: str) -> Instant | None:
    """Anything the standard library can make sense of (`Mon Jun  1 10:00:00 2009`)."""
    if not (parsed := parsedate_tz(text)):
        return None
    zone = _ZONE.search(text)
    return _placed(datetime(*parsed[:5], min(parsed[5], 59)), zone[1] if zone else None, "second")


def _placed(at: datetime, zone: str | None, precision: str) -> Instant:
    offset = _offset(zone) if zone else None
    return Instant(at if offset is None else at - offset, offset is not None, precision)


@lru_cache(maxsize=256)
def _offset(zone: str) -> timedelta | None:
    if zone[0] not in "+-":
        return timedelta(hours=_HOURS[zone.lower()]) if zone.lower() in _HOURS else None
    digits = zone[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    if hours > 15 or minutes > 59:
        return None
    return (1 if zone[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes)


def sent(date: str | None, received: str | None) -> Sent:
    """Decide the time of a mail from its `Date` and its topmost (latest) `Received` field.

    Flaws: `date_missing`, `date_unreadable`, `date_absurd` (before 1971 or after 2100), `date_after_receipt`.
    """
    written = instant(date) if date else None
    trace = instant(received.rpartition(";")[2]) if received else None
    if written is None:
        return Sent(trace, date, "date_unreadable" if date else "date_missing")
    if not FIRST_YEAR <= written.at.year <= LAST_YEAR:
        return Sent(trace or written, date, "date_absurd")
    if trace and trace.utc and written.at - trace.at > AHEAD and trace.at.year >= FIRST_YEAR:
        return Sent(trace, date, "date_after_receipt")
    return Sent(written, date, "")
