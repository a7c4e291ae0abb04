"""Protective markings: where a mark stands, what it says, and whether it is one at all.

Shape, then place: a level in capitals counts when it stands where marks stand (a line of its own, the head or tail of a
subject, brackets, a file name) or when a sentence says it of its own content. Sentences about marking do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from analysis import passages
from analysis.sensitivity import placing
from analysis.sensitivity.schemes import DASHES, Scheme, Schemes, letters

MOST_SLOTS = 6
_CODEWORD = re.compile(rf" ?[{DASHES}] ?(?P<slot>[A-Z]{{4,15}})(?=[ \t]*(?:$|\n|[{DASHES}]))")
_HYPHEN = re.compile(r"[A-Z]+-[A-Z]+")
_CLEARED = "FOR PUBLIC RELEASE"


@dataclass(frozen=True)
class Mark:
    """One protective marking in one text."""

    start: int
    end: int
    level: str
    slots: tuple[tuple[str, str], ...] = ()
    position: str = ""
    score: float = 1.0
    negated: bool = False
    quoted: bool = False
    faults: tuple[str, ...] = ()
    anachronism: str = ""
    rule: str = "mark"


def marks(text: str, where: str, schemes: Schemes, day: date | None = None) -> Iterator[Mark]:
    """Marks of one text, in order; `where` is body, subject, header, name or text, `day` the day it was sent."""
    taken = 0
    for mark in sorted((*_tags(text, where, schemes), *_written(text, where, schemes, day)), key=lambda one: one.start):
        if mark.start >= taken:
            taken = mark.end
            yield mark


def _tags(text: str, where: str, schemes: Schemes) -> Iterator[Mark]:
    for scheme, pattern in schemes.tags(bracketed=where != "header"):
        for found in pattern.finditer(text):
            spelt = {letters(level): level for level in scheme.levels}
            level = spelt.get(letters(found[1]))
            if level:
                slots = tuple(tuple(part.strip().split("=", 1)) for part in found[2].split(",") if "=" in part)
                yield Mark(
                    found.start(), found.end(), level, slots, "tag", negated=level in schemes.negative,
                    quoted=passages.quoted(text, found.start()), rule=f"tag:{scheme.name}",
                )  # fmt: skip


def _written(text: str, where: str, schemes: Schemes, day: date | None) -> Iterator[Mark]:
    shapes, slots = [], []
    for one in schemes.level.finditer(text):
        level = schemes.spelt[letters(one[1])]
        end, said = _slots(text, one.end(), schemes, "SECRET" in one[1])
        ordinary, everyday = level in schemes.ordinary and not said, level in schemes.everyday
        shapes.append(placing.Shape(one.start(), end, one[0], level, bool(said), ordinary, everyday))
        slots.append(said)
    for row, (shape, said) in enumerate(zip(shapes, slots, strict=True)):
        placed = placing.place(text, where, shape, shapes[max(0, row - 4) : row + 5])
        if placed:
            yield Mark(
                shape.start, shape.end, shape.level, said, placed[0], placed[1],
                shape.level in schemes.negative or any(word == _CLEARED for _, word in said),
                where in ("body", "text") and passages.quoted(text, shape.start),
                _faults(shape, said, schemes, day), _anachronism(shape.level, said, schemes, day),
            )  # fmt: skip


def _slots(text: str, end: int, schemes: Schemes, coded: bool) -> tuple[int, tuple[tuple[str, str], ...]]:
    """End of the mark and what its slots say, in order; a slot may fill the line below; codewords if `coded`."""
    said: list[tuple[str, str]] = []
    while len(said) < MOST_SLOTS:
        found = schemes.slot.match(text, end) or (coded and _CODEWORD.match(text, end)) or _below(text, end, schemes)
        if not found:
            break
        said.append((_kind(found["slot"], schemes), found["slot"]))
        opened = set("[({") & set(text[end : found.start("slot")])
        end = found.end() if opened else found.end("slot")
        if opened and found[0][-1] not in "])}":
            end = found.end("slot")
    return end, tuple(said)


def _below(text: str, end: int, schemes: Schemes) -> re.Match[str] | None:
    if not text.startswith("\n", end):
        return None
    found = schemes.slot.match(text, end + 1)
    return found if found and passages.line_at(text, found.start("slot"))[1] == found.end("slot") else None


def _kind(word: str, schemes: Schemes) -> str:
    for kind, words in schemes.slots.items():
        if letters(word) in map(letters, words):
            return kind
    if word.startswith("REL"):
        return "releasability"
    return "handling" if word.endswith("USE ONLY") else "codeword"


def _faults(
    shape: placing.Shape, said: tuple[tuple[str, str], ...], schemes: Schemes, day: date | None
) -> tuple[str, ...]:
    """What is wrong with the form, by the scheme in force on the day."""
    known = schemes.knowing(shape.level)
    scheme = next((one for one in reversed(known) if one.in_force(day)), known[-1])
    faults = [
        rule["fault"]
        for rule in scheme.rules
        for kind, word in said
        if rule.get("slot", kind) == kind and rule.get("value", word) == word and shape.level not in rule["only"]
    ]
    bare = shape.text.removeprefix("UK ")
    if letters(bare) != letters(shape.level):
        faults.append("shorthand")
    elif "-" in shape.level and not _HYPHEN.fullmatch(bare.upper()):
        faults.append("no plain hyphen in the level")
    if bare != bare.upper():
        faults.append("not in capitals")
    order = [list(_ORDER).index(kind) for kind, _ in said if kind in _ORDER]
    if order != sorted(order):
        faults.append("slots out of order")
    return tuple(dict.fromkeys(faults))


_ORDER = ("handling", "descriptor", "codeword", "caveat")


def _anachronism(level: str, said: tuple[tuple[str, str], ...], schemes: Schemes, day: date | None) -> str:
    """Words of the mark that no scheme in force on the day knows, with the days on which they were known."""
    if day is None:
        return ""
    wrong = [level] if not _timely(schemes.knowing(level), day) else []
    for kind, word in said:
        knowing = [one for one in schemes.schemes if letters(word) in map(letters, one.slots.get(kind, []))]
        if knowing and not _timely(knowing, day):
            wrong.append(word)
    return "; ".join(f"{word}: {_days(word, schemes)}" for word in wrong)


def _timely(knowing: list[Scheme], day: date) -> bool:
    return any(scheme.in_force(day) for scheme in knowing)


def _days(word: str, schemes: Schemes) -> str:
    spans = [
        f"{scheme.since or 'before'} to {scheme.until or 'now'}"
        for scheme in schemes.schemes
        if not scheme.tag and (word in scheme.levels or any(word in words for words in scheme.slots.values()))
    ]
    return ", ".join(spans)
