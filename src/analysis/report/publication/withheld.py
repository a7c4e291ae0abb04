"""Everything the publication edition withholds, in every form it may be written in, and where a text holds any of it.

A withheld text is looked for as its words, whatever the case, accents, punctuation or spacing between them; a name also
as surname alone, initial and surname, surname first, and run together; a number as its last nine digits, however they
are grouped. A word or phrase that this product's own text uses (May, Will) counts only within a longer one: otherwise a
report could not name a month. It cannot find a name that is misspelt, or a description that names nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\+?\d(?:[\s().\-/]{0,2}\d){6,}")
DIGITS = 9  # of a number, from its end: the same with and without country code or leading nought
SHORTEST = 3  # letters of a single word that is looked for alone


@dataclass(frozen=True)
class Match:
    """One place in a text that holds something withheld: its span, why it is withheld, and what stands for it."""

    start: int
    end: int
    rule: str
    instead: str


def folded(text: str) -> str:
    """A word as compared: without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """The words of a text as compared."""
    return [folded(word) for word in _WORD.findall(text)]


@cache
def own_text() -> str:
    """The words of this product's own texts and notebooks, in order: they say nothing about a matter."""
    root = Path(__file__).parents[2]
    places = [root, root.parents[1] / "notebooks", root / "notebooks"]
    kinds = {".py", ".toml", ".ipynb", ".css", ".js", ".j2", ".md", ".txt", ".yml"}
    found: list[str] = []
    for path in sorted(path for place in places if place.is_dir() for path in place.rglob("*")):
        inner = path.relative_to(root).parts if path.is_relative_to(root) else ()
        if path.suffix in kinds and not {"sample", "lexicons"} & set(inner):
            found += words(path.read_text(encoding="utf-8"))
    return f" {' '.join(found)} "


@cache
def own_words() -> frozenset[str]:
    """The words of `own_text`, each once."""
    return frozenset(own_text().split())


@dataclass
class Withheld:
    """What is withheld: word sequences by their first word, and numbers by their last digits."""

    sequences: dict[str, dict[tuple[str, ...], tuple[str, str]]] = field(default_factory=dict)
    numbers: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, text: object, rule: str, instead: str) -> None:
        """Withhold a text as it is written; a phrase of our own text could not be told apart from it, and is not."""
        if not isinstance(text, str):
            return
        digits = re.sub(r"\D", "", text)
        if len(digits) >= DIGITS and len(digits) >= len(re.sub(r"\W", "", text)) - 2:
            self.numbers.setdefault(digits[-DIGITS:], (rule, instead))
            return
        self._sequence(tuple(words(text)), rule, instead)

    def add_name(self, name: object, rule: str, instead: str) -> None:
        """Withhold a person's name in the ways it may be written."""
        if not isinstance(name, str):
            return
        parts = tuple(word for word in words(name) if word not in TITLES)
        self.add(name, rule, instead)
        if len(parts) < 2:
            return
        first, last = parts[0], parts[-1]
        for form in (parts, (first, last), (last, first), (first[0], last), (last, first[0]), (last,), (first,),
                     (first + last,), (last + first,), (first[0] + last,)):  # fmt: skip
            self._sequence(form, rule, instead)

    def _sequence(self, form: tuple[str, ...], rule: str, instead: str) -> None:
        if not form or (len(form) == 1 and len(form[0]) < SHORTEST) or f" {' '.join(form)} " in own_text():
            return
        self.sequences.setdefault(form[0], {}).setdefault(form, (rule, instead))

    def find(self, text: str) -> Iterator[Match]:
        """Every place in the text, left to right, the longest at each place first."""
        spans = [(match.start(), match.end()) for match in _WORD.finditer(text)]
        read = [folded(text[start:end]) for start, end in spans]
        numbers = list(self._numbers(text))
        place = 0
        while place < len(read):
            best = max((form for form in self.sequences.get(read[place], ()) if tuple(read[place : place + len(form)])
                        == form), key=len, default=None)  # fmt: skip
            if best is None:
                place += 1
                continue
            rule, instead = self.sequences[read[place]][best]
            yield Match(spans[place][0], spans[place + len(best) - 1][1], rule, instead)
            place += len(best)
        yield from numbers

    def _numbers(self, text: str) -> Iterator[Match]:
        for match in _NUMBER.finditer(text):
            digits = re.sub(r"\D", "", match[0])
            for start in range(len(digits) - DIGITS + 1):
                if found := self.numbers.get(digits[start : start + DIGITS]):
                    yield Match(match.start(), match.end(), *found)
                    break

    def replaced(self, text: str) -> tuple[str, list[Match]]:
        """The text with what stands for each withheld part, and what was replaced."""
        taken: list[Match] = []
        for match in sorted(self.find(text), key=lambda match: (match.start, -match.end)):
            if not taken or match.start >= taken[-1].end:
                taken.append(match)
        out, last = [], 0
        for match in taken:
            out += [text[last : match.start], match.instead]
            last = match.end
        return "".join([*out, text[last:]]), taken


TITLES = frozenset("mr mrs ms miss mx dr prof professor sir dame lord lady rt hon the".split())
