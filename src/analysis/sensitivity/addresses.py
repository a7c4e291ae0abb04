"""Where a person can be found: e-mail addresses, postcodes, streets."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from analysis.sensitivity.identifiers import Found
from analysis.sensitivity.lexicon import sections

TRIGGER = r"@|[0-9][A-Za-z]{2}\b|\b[0-9]{1,4}[A-Za-z]?,? [A-Z][a-z]"
_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}(?!\w)")
_POSTCODE = re.compile(
    r"(?<![\w-])([A-Za-z]{1,2})(\d[A-Za-z\d]?)([ \u00a0]{0,2})(\d[ABD-HJLNP-UW-Zabd-hjlnp-uw-z]{2})(?![\w-])"
)
_CODE_SAID = re.compile(r"(?i)post ?code\W{0,5}(?:is\W)?$")
_MONTH = r"Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun"


@lru_cache(maxsize=8)
def _street(folder: Path | None) -> re.Pattern[str]:
    ends = "|".join(sorted(sections("places", folder)["street"], key=lambda word: (-len(word), word)))
    word = r"[A-Z][a-z'’]{1,20}(?:-[A-Za-z][a-z]{1,20})?"
    town = rf"(?!{_MONTH})[A-Z][a-z'’-]{{1,20}}(?: (?:[A-Z][a-z'’-]{{1,20}}|on|upon|under|in|le|the|of|by)){{0,3}}"
    return re.compile(
        rf"(?<![\w£$€.,:/-])(?:(?:Flat|Apartment|Apt|Unit|House) \w{{1,4}},? )?\d{{1,4}}[A-Za-z]?,? (?!{_MONTH})"
        rf"(?:{word} ){{1,4}}?(?:{ends})\b\.?(?:, {town}\b){{0,2}}"
    )


@lru_cache(maxsize=8)
def _areas(folder: Path | None) -> frozenset[str]:
    return frozenset(area for line in sections("places", folder)["postcode"] for area in line.split())


def found(text: str, folder: Path | None = None) -> Iterator[Found]:
    """E-mail addresses, postcodes and street addresses of one text."""
    for one in _EMAIL.finditer(text):
        yield Found(one.start(), one.end(), "email", "email", 0.99)
    public = sections("places", folder)["public"]
    streets = [one for one in _street(folder).finditer(text) if not any(word in one[0] for word in public)]
    for one in streets:
        yield Found(one.start(), one.end(), "address", "street", 0.9)
    ends = [one.end() for one in streets]
    for one in _POSTCODE.finditer(text):
        if _real(text, one, ends, folder):
            yield Found(one.start(), one.end(), "postcode", "postcode", 0.95)


def _real(text: str, one: re.Match[str], ends: list[int], folder: Path | None) -> bool:
    """A known area; without its blank or its capitals only where an address or the word stands before it."""
    if one[1].upper() not in _areas(folder):
        return False
    said = bool(_CODE_SAID.search(text, max(0, one.start() - 20), one.start()))
    place = bisect_right(ends, one.start())
    follows = bool(place) and one.start() - ends[place - 1] <= 4
    return said or follows or (bool(one[3]) and one[0] == one[0].upper())
