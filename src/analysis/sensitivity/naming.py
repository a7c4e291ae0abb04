"""Names of people, by what stands beside them: a title, a word that announces a person, a number of a person.

Cannot show names that nothing announces: counts of names are lower bounds. No list of given names is used.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from analysis.sensitivity.identifiers import Found
from analysis.sensitivity.lexicon import sections

_CAP = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪĮİĶĹĻŁŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŹŻŽ"
_WORD = rf"(?:[{_CAP}]['’])?[{_CAP}][^\W\d_]{{1,24}}(?:['’-][^\W\d_]{{1,24}}){{0,2}}"
_PARTICLE = r"(?:(?:van|von|de|der|den|da|di|del|la|le|al|el|bin|ibn|ap|dos) ){0,2}"
_FULL = rf"(?:(?:[{_CAP}]\.? ){{0,2}}{_PARTICLE}{_WORD}(?: (?:[{_CAP}]\.? )?{_PARTICLE}{_WORD}){{0,2}})"
_BESIDE = re.compile(
    rf"({_FULL})[\s,;:(–-]{{1,4}}(?i:(?:d\.?o\.?b\.?|date of birth|born(?: on)?|nhs|ni|nino|chi|passport|utr|"
    r"aged \d+,?|driving licence)?(?:\s(?:number|no\.?|ref))?[\s:.#]{0,3}(?:is )?)$"
)
_OWNED = 160
"""A number this close behind an announced name is that person's: no other name is looked for."""
STRONG = ("nhs_number", "chi_number", "nino", "dob", "passport", "driving_licence")
"""Kinds of number beside which a name stands for the person."""


@lru_cache(maxsize=8)
def trigger(folder: Path | None) -> str:
    """Whether a text can hold an announced name, for RE2."""
    words = sections("names", folder)
    return rf"\b(?:{'|'.join(words['title'])})\b|(?i:\b(?:{'|'.join(words['announces'])})\b)"


@lru_cache(maxsize=8)
def _patterns(folder: Path | None) -> tuple[re.Pattern[str], re.Pattern[str], frozenset[str]]:
    words = sections("names", folder)
    titled = re.compile(rf"\b(?:{'|'.join(words['title'])})\.?[ \u00a0]({_FULL})")
    announced = re.compile(rf"\b(?i:{'|'.join(words['announces'])})(?: is| was| called| named)?:?[ \u00a0]({_FULL})")
    return titled, announced, frozenset(words["never"])


def found(text: str, beside: Iterable[Found], folder: Path | None = None) -> Iterator[Found]:
    """Names in one text; `beside` are the numbers found in it."""
    titled, announced, never = _patterns(folder)
    made = []
    for one in titled.finditer(text):
        end = _end(text, one.start(1), one.end(1), never)
        if end and len(text[one.start(1) : end].strip(". ")) > 1:
            made.append(Found(one.start(), end, "name", "title", 0.95))
    for one in announced.finditer(text):
        end = _end(text, one.start(1), one.end(1), never)
        if end and " " in text[one.start(1) : end]:
            made.append(Found(one.start(1), end, "name", "announced", 0.85))
    yield from made
    ends = sorted(one.end for one in made)
    for number in beside:
        place = bisect_right(ends, number.start)
        if number.label in STRONG and not (place and number.start - ends[place - 1] < _OWNED):
            yield from _before(text, number, never)


def _before(text: str, number: Found, never: frozenset[str]) -> Iterator[Found]:
    """Two words with capitals directly before a number of a person; not after a word of place (`at The Oaks, born`)."""
    low = max(0, number.start - 80)
    one = _BESIDE.search(text[low : number.start])
    if one and " " in one[1] and not re.search(r"(?i)\b(?:at|in|from|of|near|to)\s$", text[low : low + one.start()]):
        words = one[1].split()
        while words and words[0] in never:
            words = words[1:]
        start = low + one.end(1) - len(" ".join(words))
        if len(words) > 1 and not never & set(words):
            yield Found(start, low + one.end(1), "name", "beside a number", 0.8)


def _end(text: str, start: int, end: int, never: frozenset[str]) -> int:
    """End of the name: before the first word that is none, without a possessive s; 0 when nothing is left."""
    at = start
    for word in text[start:end].split(" "):
        if re.split("['’]", word)[0] in never or re.fullmatch(r"[A-Z]{2,3}", word):
            break
        at += len(word) + 1
    kept = text[start : max(start, at - 1)]
    for possessive in ("'s", "’s"):
        kept = kept.removesuffix(possessive)
    return start + len(kept) if len(kept.replace(".", "").strip()) > 1 else 0
