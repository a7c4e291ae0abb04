"""Signals that a word list gives: privilege, special categories, exemption hints, moves to another channel.

A phrase counts in its sentence: talk of rules, of many, or a disclaimer around it takes it away.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from analysis import passages
from analysis.sensitivity import lexicon
from analysis.sensitivity.texts import Texts

SPECIAL_SCORE, SWITCH_SCORE, PRIVILEGE_SCORE, DOMAIN_SCORE = 0.8, 0.85, 0.85, 0.6
"""How sure a rule is, from reading what it finds in the invented matter and in public mail; not measured."""
HINT_FROM = 0.5
"""Weight of all phrases together, 1 - product of (1 - weight), from which an exemption is hinted at."""
AROUND = 200
"""Characters around a sentence in which a disclaimer shows itself."""
NEAR = 200
"""Characters between a number or name of a person and a statement about health that may belong together."""


class Signal(NamedTuple):
    """A phrase found in the text of row `at`."""

    at: int
    start: int | None
    end: int | None
    label: str
    rule: str
    score: float


def _phrases(texts: Texts, lines: list[str], words: lexicon.Sections) -> Iterator[tuple[int, re.Match[str], str]]:
    """Row, phrase and sentence of each hit that no phrase of [never] or [disclaimer] stands beside."""
    expression = lexicon.pattern(lines, words)
    search, never = lexicon.compiled(expression), lexicon.compiled(lexicon.pattern(words.get("never", [])))
    disclaimer = lexicon.compiled(lexicon.pattern(words.get("disclaimer", [])))
    for at in texts.holding(expression, ignore_case=True):
        text = texts.text[at]
        for hit in search.finditer(text):
            low, high = passages.sentence_at(text, hit.start(), hit.end(), wrapped=True)
            sentence = text[low:high]
            around = text[max(0, low - AROUND) : high + AROUND]
            if not never.search(sentence) and not disclaimer.search(around):
                yield at, hit, sentence


def privilege(texts: Texts, folder: Path | None) -> Iterator[Signal]:
    """Legal advice and litigation: phrases, and senders whose domain is a lawyer's."""
    words = lexicon.sections("privilege", folder)
    for label in ("legal_advice", "litigation"):
        for at, hit, _ in _phrases(texts, words.get(label, []), words):
            yield Signal(at, hit.start(), hit.end(), label, "phrase", PRIVILEGE_SCORE)
    domains = re.compile(rf"[^@]*@(?:[a-z0-9-]+\.)*?(?:{'|'.join(words.get('domain', [lexicon.NOTHING]))})")
    for at, sender in enumerate(texts.frame["sender"]):
        if isinstance(sender, str) and texts.value("where", at) == "body" and domains.fullmatch(sender):
            yield Signal(at, None, None, "legal_advice", "sender's domain", DOMAIN_SCORE)


def special(texts: Texts, people: dict[int, list[int]], folder: Path | None) -> Iterator[Signal]:
    """Special categories said of a person; `people` holds, by row, where names and numbers of persons begin.

    Cannot tell whether the statement is true, or whose condition it is when several people stand in the sentence.
    """
    words = dict(lexicon.sections("special", folder))
    person = lexicon.compiled(lexicon.pattern(words.pop("person", [])))
    never = lexicon.compiled(lexicon.pattern(words.pop("never", [])))
    for label, lines in words.items():
        for at, hit, sentence in _phrases(texts, lines, {}):
            near = any(-NEAR < start - hit.start() < NEAR for start in people.get(at, []))
            if near or (person.search(sentence) and not never.search(sentence)):
                yield Signal(at, hit.start(), hit.end(), label, "said of a person", SPECIAL_SCORE if near else 0.7)


def switches(texts: Texts, folder: Path | None) -> Iterator[Signal]:
    """Proposals and announcements to move to another channel."""
    words = lexicon.sections("channel_switch", folder)
    for at, hit, _ in _phrases(texts, words.get("propose", []), words):
        if texts.value("where", at) in ("body", "subject"):
            yield Signal(at, hit.start(), hit.end(), "channel_switch", "phrase", SWITCH_SCORE)


def hints(texts: Texts, folder: Path | None) -> Iterator[Signal]:
    """Exemptions under FOIA that a reviewer should think of: one hint a text and section, at its weightiest phrase."""
    for label, lines in lexicon.sections("exemption", folder).items():
        weights = [line.partition(" ")[::2] for line in lines]
        best: dict[int, list[tuple[float, int, int]]] = {}
        for weight in sorted({weight for weight, _ in weights}):
            chosen = [phrase for one, phrase in weights if one == weight]
            for at, hit, _ in _phrases(texts, chosen, {}):
                best.setdefault(at, []).append((float(weight), hit.start(), hit.end()))
        for at, found in best.items():
            doubt = math.prod(1 - weight for weight, _, _ in found[:20])
            if 1 - doubt >= HINT_FROM:
                _, start, end = max(found, key=lambda one: (one[0], -one[1]))
                yield Signal(at, start, end, label, "weighted phrases", round(1 - doubt, 3))
