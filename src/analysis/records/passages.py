"""How a text stands in an official item: forwarded, quoted, in a transcript or pasted, by the lines around it.

Cannot show: how it got there. Somebody may have typed it out, and a transcript may have been put into other words.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_TIME = r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.]\d{2})?(?:[\s\u202f]*(?P<half>[aApP])\.?[\s\u202f]?[mM]\.?)?"
_DATE = r"(?P<date>\d{1,4}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?\d{1,4})"
_LATE = rf"{_TIME}[,\s]+{_DATE}".replace("?P<", "?P<x")
_STAMP = rf"(?:{_DATE}[,\s]+(?:at\s)?{_TIME}|{_LATE}|{_TIME.replace('?P<', '?P<y')})"
_HEAD = re.compile(  # `[date, time] Name: `, `date, time - Name: `, `Name, [date time]` or `Name (time): ` on its line
    rf"[\s>*|\u200e\u200f]*(?:[\[(]?{_STAMP}[\])]?\s*[-\u2013\u2014:]?\s*[^:\n]{{1,60}}:[ \t]*\n?[^\w\n]*"
    rf"|[^:\n\[(]{{1,60}},?\s[\[(]{_STAMP.replace('?P<', '?P<z')}[\])]:?[ \t]*\n?[^\w\n]*)\Z"
)
_QUOTED = re.compile(r"[ \t]*[>|]")
CENTURY, CENTURY_ENDS = 2000, 100  # of years written with two digits
LOOK_BACK = 200  # characters before a text in which the head of its line must begin
FORWARD_LINES = 14  # lines between the opening of a forwarded mail and its first words


@dataclass(frozen=True)
class Passage:
    """What stands before a text: its kind, and what a transcript gives there.

    `minutes`: of the day (either half, if unsaid); `days`: as ordinals, one for each order in which they can be read.
    """

    kind: str
    minutes: tuple[int, ...] = ()
    days: tuple[int, ...] = ()


@cache
def _words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    told = tomllib.loads(Path(__file__).with_name("passages.toml").read_text(encoding="utf-8"))
    opening, field = ("|".join(map(re.escape, told[name])) for name in ("forwarded", "fields"))
    return re.compile(rf"(?:{opening})", re.I), re.compile(rf"[\s>*]*(?:{field})\s*:", re.I)


def passage(text: str, start: int, mail: bool) -> Passage:
    """How the text that begins at `start` stands in `text`; `mail`: what is looked for is itself a mail.

    A mail may stand anywhere below the opening of a forwarded message; another text only right below its header.
    """
    line = text.rfind("\n", 0, start) + 1
    if found := _HEAD.match(_above(text, line, start), 0):
        return Passage("transcript", _minutes(found), _days(found))
    if _forwarded(text[:line], mail):
        return Passage("forward")
    return Passage("quote" if _QUOTED.match(text, line) else "paste")


def _above(text: str, line: int, start: int) -> str:
    """The line up to the text, with the line above it when nothing but quoting stands before the text."""
    if text[line:start].strip(" \t>*|\u200e\u200f"):
        return text[max(line, start - LOOK_BACK) : start]
    before = text.rfind("\n", 0, max(line - 1, 0)) + 1
    return text[max(before, start - LOOK_BACK) : start]


def _minutes(found: re.Match[str]) -> tuple[int, ...]:
    for mark in ("", "x", "y", "z", "zx", "zy"):
        if found[f"{mark}hour"] is not None:
            hour, minute, half = int(found[f"{mark}hour"]), int(found[f"{mark}minute"]), found[f"{mark}half"]
            if half:
                return (hour % 12 * 60 + minute + (720 if half in "pP" else 0),)
            return (hour * 60 + minute,)
    return ()


def _days(found: re.Match[str]) -> tuple[int, ...]:
    """Every day that the date of a stamp can mean."""
    told = next((found[name] for name in ("date", "xdate", "zdate", "zxdate") if found[name]), "")
    parts = [int(part) for part in re.findall(r"\d+", told)]
    if not parts:
        return ()
    one, two, three = parts
    orders = ((one, two, three), (three, two, one), (three, one, two))
    days = [_ordinal(year + CENTURY * (year < CENTURY_ENDS), month, day) for year, month, day in orders]
    return tuple(sorted({day for day in days if day}))


def _ordinal(year: int, month: int, day: int) -> int:
    try:
        return date(year, month, day).toordinal()
    except ValueError:
        return 0


def _forwarded(before: str, mail: bool) -> bool:
    opening, field = _words()
    lines = before.rstrip().split("\n")[-FORWARD_LINES:]
    named = [bool(field.match(line)) for line in lines]
    if mail and opening.search(before):
        return True
    return bool(lines) and named[-1] and (sum(named) > 2 or any(opening.search(line) for line in lines))
