"""Spans of days as requests write them: `from 2020-01-17 to 2020-06-15`, `between March and June 2020`.

Days are read day first, as in the United Kingdom and Ireland. A date without a year takes that of the other
end, else the latest that is not after the request.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
FIRST_MONTHS = {"first": 1, "1st": 1, "second": 4, "2nd": 4, "third": 7, "3rd": 7, "fourth": 10, "4th": 10, "last": 10}
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
DAYS_OF = {"day": 1, "week": 7}
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DATE = (
    r"(?:\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}"
    rf"|(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?(?:\s+(?:of\s+)?{_MONTH}(?:,?\s+\d{{4}})?)"
    rf"|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?:,?\s+\d{{4}})?"
    rf"|(?:(?:early|mid|late|the\s+(?:start|beginning|end)\s+of)[\s-]+)?{_MONTH}(?:,?\s+\d{{4}})?"
    r"|(?:the\s+)?(?:first|second|third|fourth|last|1st|2nd|3rd|4th)\s+quarter\s+(?:of\s+)?\d{4}|q[1-4]\s+\d{4}"
    r"|(?:the\s+)?financial\s+year\s+\d{4}\s*[-/–]\s*\d{2,4}|(?:19|20)\d\d(?![\d-]))"
)
_NOW = (
    r"(?:the\s+)?(?:present(?:\s+day|\s+date)?|date(?:\s+of\s+(?:this|the|receipt\s+of\s+(?:this|the))\s+request)?"
    r"|now|today|day\s+of\s+(?:this|the)\s+request)"
)
_TO = (
    r"\s*(?:\bto\b|\band\b|\buntil\b|\btill\b|\bup\s+to\b|\bthrough\b|[-–—])\s*"
    r"(?:the\s+end\s+of\s+|and\s+including\s+)?"
)
_LEAD = (
    r"(?:\b(?:dated|sent|received|created|made|exchanged|covering|for|in|during|over|within)\b\s+)*"
    r"(?:the\s+)?(?:\b(?:time\s+)?period\b\s+)?(?:(?:of|covering)\s+)?"
)
_RANGE = re.compile(rf"{_LEAD}(?:\b(?:from|between)\b\s+)?(?P<one>\d{{1,2}}|{_DATE}){_TO}(?P<two>{_DATE}|{_NOW})", re.I)
_SINCE = re.compile(rf"{_LEAD}\b(?P<word>since|after|from|on\s+or\s+after)\s+(?P<one>{_DATE})(?:\s+onwards?\b)?", re.I)
_UNTIL = re.compile(
    rf"{_LEAD}\b(?P<word>before|until|till|up\s+to(?:\s+and\s+including)?|prior\s+to|by)\s+(?P<one>{_DATE})", re.I
)
_LAST = re.compile(
    r"(?:\b(?:in|over|during|within|from|for)\s+)?\bthe\s+(?:last|past|previous|preceding)\s+"
    r"(?P<n>\w+)?\s*(?P<unit>day|week|month|year)s?",
    re.I,
)
_WEEK = re.compile(
    rf"(?:\b(?:in|during|for)\s+)?\bthe\s+week\s+(?:beginning|commencing|of|starting)\s+(?P<one>{_DATE})", re.I
)
_DURING = re.compile(
    rf"{_LEAD}(?:\b(?:on|in|during|of|throughout|for|dated)\s+)(?P<one>{_DATE})"
    rf"|(?:,\s*|^|\b(?:correspondence|emails|messages)\s+)(?P<bare>{_DATE})"
    r"(?=\s*[.,;)]*\s*$|\s+\w*\s*(?:e-?mails|correspondence|messages|communications)|\s+spending)",
    re.I,
)


@dataclass(frozen=True)
class Period:
    """Days of a request, both included; `text` is what was read as days, `rest` the scope without it."""

    first_on: date | None
    last_on: date
    text: str
    rest: str


def period(scope: str, received_on: date) -> Period:
    """The days a request asks about; never beyond the day it was received, for what came later was not held then."""
    for pattern, days in _READINGS:
        for match in pattern.finditer(scope):
            try:
                first, last = days(match, received_on)
            except ValueError:
                continue
            rest = f"{scope[: match.start()]} {scope[match.end() :]}"
            return Period(first, min(last or received_on, received_on), match.group().strip(" ,.;"), rest)
    return Period(None, received_on, "", scope)


def _range(match: re.Match[str], received_on: date) -> tuple[date | None, date | None]:
    one, two = match["one"].lower(), match["two"].lower()
    if re.fullmatch(_NOW, two, re.I):
        return _days(one, received_on)[0], received_on
    last = _days(two, received_on)
    if one.isdigit() and len(one) <= 2:
        return last[1].replace(day=int(one)), last[1]
    first = _days(one, received_on, last[1].year)
    if first[0] > last[1]:
        first = _days(one, received_on, last[1].year - 1)
    if first[0] > last[1]:
        raise ValueError("the first day lies after the last")
    return first[0], last[1]


def _since(match: re.Match[str], received_on: date) -> tuple[date | None, date | None]:
    first, last = _days(match["one"].lower(), received_on)
    return (last + timedelta(days=1) if match["word"].lower() == "after" else first), None


def _until(match: re.Match[str], received_on: date) -> tuple[date | None, date | None]:
    first, last = _days(match["one"].lower(), received_on)
    return None, first - timedelta(days=1) if match["word"].lower() in ("before", "prior to") else last


def _last(match: re.Match[str], received_on: date) -> tuple[date | None, date | None]:
    n = NUMBERS.index(match["n"].lower()) + 1 if (match["n"] or "").lower() in NUMBERS else int(match["n"] or 1)
    unit = match["unit"].lower()
    if unit in DAYS_OF:
        return received_on - timedelta(days=n * DAYS_OF[unit]), received_on
    months = received_on.year * 12 + received_on.month - 1 - n * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(received_on.day, monthrange(year, month + 1)[1])), received_on


def _week(match: re.Match[str], received_on: date) -> tuple[date | None, date | None]:
    first = _days(match["one"].lower(), received_on)[0]
    return first, first + timedelta(days=6)


def _during(match: re.Match[str], received_on: date) -> tuple[date | None, date | None]:
    return _days((match["one"] or match["bare"]).lower(), received_on)


_READINGS = ((_RANGE, _range), (_WEEK, _week), (_LAST, _last), (_SINCE, _since), (_UNTIL, _until), (_DURING, _during))


def _days(text: str, received_on: date, year: int = 0) -> tuple[date, date]:
    """First and last day that one written date names."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text), date.fromisoformat(text)
    if re.fullmatch(r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4}", text):
        day, month, number = (int(part) for part in re.split(r"[/.]", text))
        one = date(number + 2000 if number < 100 else number, month, day)
        return one, one
    years = re.findall(r"\d{4}", text)
    if "financial" in text:
        return date(int(years[0]), 4, 1), date(int(years[0]) + 1, 3, 31)
    if match := re.search(r"(\w+)\s+quarter|q([1-4])", text):
        month = FIRST_MONTHS[match[1]] if match[1] else 3 * int(match[2]) - 2
        return date(int(years[0]), month, 1), _end(int(years[0]), month + 2)
    name = re.search(rf"\b{_MONTH}", text)
    if name is None:
        return date(int(years[0]), 1, 1), date(int(years[0]), 12, 31)
    month = [one[:3] for one in MONTHS].index(name.group()[:3]) + 1
    written = re.search(r"\b\d{1,2}(?!\d)", text)
    day = int(written.group()) if written else 0
    chosen = int(years[0]) if years else year
    chosen = chosen or received_on.year - (date(received_on.year, month, day or 1) > received_on)
    return (date(chosen, month, day),) * 2 if day else (date(chosen, month, 1), _end(chosen, month))


def _end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def first_day(text: str) -> date | None:
    """The first whole date (day, month and year) that a text names."""
    for match in re.finditer(rf"\d{{8}}|{_DATE}", text, re.IGNORECASE):
        found = match.group().lower()
        try:
            if re.fullmatch(r"\d{8}", found):
                return date.fromisoformat(found)
            first, last = _days(found, date.max)
        except ValueError:
            continue
        if first == last and re.search(r"\d{4}|[/.]\d\d$", found):
            return first
    return None
