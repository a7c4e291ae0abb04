"""Marking schemes as data: levels, slots, dates and rules, one file an era or country; a matter may add its own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from analysis.errors import EvidenceError

HERE = Path(__file__).parent / "schemes"
GAP = r"[ \t\u00a0_.:/|\u2010-\u2015\-]{0,3}"
"""What stands between the words of a level however it is typed: nothing, blanks, hyphens, dashes, underscores."""
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015-"


@dataclass(frozen=True)
class Scheme:
    """One marking scheme and the days it was in force (absent: open)."""

    name: str
    levels: dict[str, dict[str, Any]]
    slots: dict[str, list[str]]
    rules: list[dict[str, Any]]
    since: date | None = None
    until: date | None = None
    tag: str = ""

    def in_force(self, day: date | None) -> bool:
        """Whether it was in force on a day; unknown days pass."""
        if day is None:
            return True
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Schemes:
    """All schemes known to a matter, and the patterns made from them."""

    schemes: tuple[Scheme, ...]

    @cached_property
    def spelt(self) -> dict[str, str]:
        """Spelling, letters only and in capitals -> level."""
        return {letters(word): level for one in self.schemes if not one.tag for word, level in _spellings(one)}

    def _levels(self, flag: str) -> frozenset[str]:
        return frozenset(
            level for scheme in self.schemes for level, facts in scheme.levels.items() if facts.get(flag, False)
        )

    @cached_property
    def negative(self) -> frozenset[str]:
        """Levels that say there is nothing to protect."""
        return self._levels("negative")

    @cached_property
    def ordinary(self) -> frozenset[str]:
        """Levels that are also ordinary words, and count only where nothing else can be meant."""
        return self._levels("ordinary")

    @cached_property
    def everyday(self) -> frozenset[str]:
        """Levels that are also headings of everyday mail, and count only with a slot."""
        return self._levels("everyday")

    @cached_property
    def level(self) -> re.Pattern[str]:
        """A level as typed: capitals or Title Case, any gap between its words; longest first."""
        words = {word for one in self.schemes if not one.tag for word, _ in _spellings(one)}
        forms = sorted({form for word in words for form in (word, word.title())}, key=lambda form: (-len(form), form))
        typed = [GAP.join(re.escape(part) for part in re.split(r"[\s-]", form)) for form in forms]
        return re.compile(rf"(?<![A-Za-z0-9])(?:UK[ -])?({'|'.join(typed)})(?![A-Za-z0-9])")

    @cached_property
    def trigger(self) -> str:
        """The same for RE2, without looking around: whether a text can hold a mark at all."""
        words = sorted({re.split(r"[\s-]", word)[0] for one in self.schemes for word, _ in _spellings(one)})
        long = [word for word in words if len(word) > 1] + [word.title() for word in words if len(word) > 3]
        short = [rf"\b{re.escape(word)}\b" for one in self.schemes for word, _ in _spellings(one) if len(word) <= 4]
        return "|".join([*long, *short, *(rf"(?i:{one.tag}=)" for one in self.schemes if one.tag)])

    @cached_property
    def slot(self) -> re.Pattern[str]:
        """What may follow a level: separator, then a handling instruction, descriptor, caveat or codeword."""
        words = sorted({word for values in self.slots.values() for word in values}, key=lambda word: (-len(word), word))
        known = "|".join(re.escape(word).replace(r"\ ", r"[ \-\u2013]{1,3}") for word in words)
        free = r"[A-Z][A-Z&]{1,11}(?: [A-Z][A-Z&]{1,11}){0,2} USE ONLY|REL[ \-](?:TO )?[A-Z][A-Z/, ]{1,30}\b"
        gap = r"[ \t_]{0,3}(?:[\-\u2010-\u2015:/|,;][ \t]{0,2}){0,2}[\[({]?[ \t]{0,2}"
        return re.compile(rf"{gap}(?P<slot>{known}|{free})(?![A-Za-z0-9])(?:[^\n\w]?[^\n]{{0,40}}?[\])}}])?")

    @cached_property
    def slots(self) -> dict[str, tuple[str, ...]]:
        """Kind of slot -> its words in any scheme."""
        kinds: dict[str, dict[str, None]] = {}
        for scheme in self.schemes:
            for kind, words in scheme.slots.items():
                kinds.setdefault(kind, {}).update(dict.fromkeys(words))
        return {kind: tuple(words) for kind, words in kinds.items()}

    def tags(self, bracketed: bool = True) -> list[tuple[Scheme, re.Pattern[str]]]:
        """Schemes that write `[TAG=LEVEL, KEY=VALUE]` (in header fields without brackets), and its pattern."""
        first, last = (r"\[", r"\]") if bracketed else (r"(?<![A-Za-z])", "")
        said = r"([A-Za-z: \-]{1,40})((?:, ?[A-Z\-]{1,20}=[^\],\n]{1,60}){0,6})"
        return [(one, re.compile(f"{first}{one.tag}={said}{last}")) for one in self.schemes if one.tag]

    def knowing(self, level: str) -> list[Scheme]:
        """Schemes with this level, those that write tags aside."""
        return [scheme for scheme in self.schemes if not scheme.tag and level in scheme.levels]


def letters(word: str) -> str:
    """Letters only, in capitals."""
    return re.sub(r"[^A-Z]", "", word.upper())


def _spellings(scheme: Scheme) -> Iterable[tuple[str, str]]:
    """Each spelling of each level, and the level."""
    for level, facts in scheme.levels.items():
        yield from ((word, level) for word in (level, *facts.get("also", [])))


@lru_cache(maxsize=8)
def load(folder: Path | None = None) -> Schemes:
    """The package's schemes, and those a matter keeps in `lexicons/*.toml` (a file of the same name replaces).

    Raises
    ------
    EvidenceError
        A scheme of the matter is not valid.
    """
    own = folder.glob("*.toml") if folder is not None and folder.is_dir() else []
    files = {path.name: path for path in (*sorted(HERE.glob("*.toml")), *sorted(own))}
    return Schemes(tuple(_read(files[name]) for name in sorted(files)))


def _read(path: Path) -> Scheme:
    try:
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
        return Scheme(
            facts["name"], facts["levels"], facts.get("slots", {}), facts.get("rules", []), facts.get("from"),
            facts.get("to"), facts.get("tag", ""),
        )  # fmt: skip
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
        raise EvidenceError(
            f"marking scheme {path.name} cannot be read: {error}; it needs name and [levels]"
        ) from error
