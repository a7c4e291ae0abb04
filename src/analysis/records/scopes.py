"""The scope of a request, read as a query: subjects, parties, channels, days, and what is left out.

Reading is by rule and shown beside the result; a person who reads the scope otherwise says so in the review.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from analysis.records.periods import Period, period

_CAPITAL = r"(?:[A-Z][\w'’.-]*|[A-Z]?\d[\w-]*[A-Z\d]\w*)"
NAME = re.compile(rf"\b{_CAPITAL}(?:\s+(?:(?:of|for|de|van|von|le|&)\s+(?:the\s+)?)?{_CAPITAL}|\s+\d+\b)*")
_QUOTED = re.compile(r"[\"“”‘]([^\"“”‘’]{2,80})[\"“”’]|(?<!\w)'([^']{2,80})'(?!\w)")
_SENTENCE = re.compile(r"(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bLtd)(?<!\bInc)[.;?!](?=\s+[A-Z(]|\s*$)|\n{2,}")
_WORD = re.compile(r"\w[\w'’.-]*\w|\w")
_PARTY = re.compile(
    r"\b(?P<how>between|exchanged with|to or from|from or to|to and from|sent by|written by|received by|sent to"
    r"|addressed to|with|from|to|(?<!held )by)\s+(?P<who>.+?)(?=\s+(?:sent by|sent to|with|to|by|from|exchanged"
    r"|between|held|in|on|via|using|over|about|including)\b|[,;(]|\s*$)"
)
_ROLE = re.compile(
    r"(?:the |any |all )?(ministers?|special advisers?|officials|private secretar(?:y|ies)"
    r"|permanent secretary|journalists?)",
    re.IGNORECASE,
)
SENDS, GETS = ("from", "sent by", "by", "written by"), ("to", "sent to", "received by", "addressed to")
HOW = {**dict.fromkeys(SENDS, "sender"), **dict.fromkeys(GETS, "recipient")}
LONG = 2
"""Plain words up to this many in a row are looked for side by side; more are weighed by how rare each is."""


@dataclass(frozen=True)
class Subject:
    """One thing asked about: all `phrases` are required word for word (after stemming).

    Of `words`, enough by weight; with a phrase (`air quality in Saltmouth`) any one of them.
    """

    phrases: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Party:
    """Somebody who takes part: `how` is sender, recipient or either."""

    name: str
    how: str = "either"


@dataclass(frozen=True)
class Query:
    """A scope as read: any of `subjects`, all of `parties`, one of `channels` (none: all), in `period`."""

    period: Period
    subjects: tuple[Subject, ...]
    parties: tuple[Party, ...]
    channels: tuple[str, ...]
    no_channels: tuple[str, ...]
    without: tuple[str, ...]


@cache
def words(name: str) -> Any:
    """A list of `scopes.toml`, or its table of channels."""
    return tomllib.loads(Path(__file__).with_name("scopes.toml").read_text(encoding="utf-8"))[name]


@cache
def _any_of(name: str) -> re.Pattern[str]:
    ordered = sorted(words(name), key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)", re.IGNORECASE)


def query(scope: str, received_on: date, known: Callable[[str], bool] = lambda name: False) -> Query:
    """Read a scope; `known` says whether a text is one name in the evidence (`Marks and Spencer`)."""
    span = period(scope, received_on)
    text = re.sub(r"\s+", " ", span.rest).strip()
    kept, without = _left_out(text)
    trigger = _any_of("triggers").search(kept)
    head, topic = (kept[: trigger.start()], kept[trigger.end() :]) if trigger else (kept, "")
    parties, head = _parties(head)
    if trigger:
        topic = _SENTENCE.split(topic.strip(), maxsplit=1)[0]
        if re.search(r"\b(?:between|sent|exchanged|written|received)\b", topic):
            late, topic = _parties(topic)
            parties += late
    elif not parties:
        topic = re.sub(r"^.*?\b(?:on|of|into)\b", "", _any_of("everything").sub("", head), count=1).strip()
        topic = topic[:1].lower() + topic[1:] if re.match(r"[A-Z][a-z]+ [a-z]", topic) else topic
    subjects = tuple(dict.fromkeys(one for part in _alternatives(topic, known) if (one := _subject(part))))
    lost = tuple(one for part in without for one in _named_channels(part))
    named = () if _any_of("everything").search(head) else _named_channels(head)
    return Query(span, subjects, parties, named, lost, tuple(part for part in without if not _named_channels(part)))


def environmental(*texts: str) -> bool:
    """Whether a request was handled under the Environmental Information Regulations, as its reference or scope says."""
    return any(_any_of("environmental").search(re.sub(r"[-_/]", " ", text)) for text in texts)


def plain(text: str) -> list[str]:
    """Words of a text that say something: no articles, prepositions or generic heads, lower case."""
    small = [word.lower().removesuffix("'s").removesuffix("’s") for word in _WORD.findall(text)]
    dull = {*words("stop"), *words("prepositions"), *words("generic")}
    return [word for word in small if word not in dull]


def _left_out(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without its exclusions, and what they name."""
    found: list[str] = []
    while match := _any_of("without").search(text):
        tail = text[match.end() :]
        end = re.search(r"[.;)]|$|,\s+(?=(?:that|which|about|regarding|concerning|relating)\b)", tail)
        stop = end.start() if end else len(tail)
        found += [part.strip(" ,") for part in re.split(r",|\bor\b|\band\b|\bany\b", tail[:stop]) if part.strip(" ,")]
        text = f"{text[: match.start()].rstrip(' ,(')} {tail[stop:].lstrip(')')}".strip()
    return text, tuple(found)


def _named_channels(text: str) -> tuple[str, ...]:
    small = text.lower()
    return tuple(
        channel
        for channel, names in words("channels").items()
        if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", small) for name in names)
    )


def _parties(text: str) -> tuple[tuple[Party, ...], str]:
    """Who takes part, as far as a text names somebody with a capital; and the text without them."""
    found: list[Party] = []
    rest = text
    for match in _PARTY.finditer(text):
        parts = re.split(r"\s+and\s+", match["who"]) if match["how"] == "between" else [match["who"]]
        names = [name for part in parts if (name := _named(part))]
        if len(names) == len(parts):
            found += [Party(name, HOW.get(match["how"], "either")) for name in names]
            rest = rest.replace(match.group(), " ")
    return tuple(found), rest


def _named(text: str) -> str:
    names = [found.group() for found in NAME.finditer(text)]
    role = _ROLE.fullmatch(text.strip())
    return max(names, key=len) if names else role[1] if role else ""


def _alternatives(topic: str, known: Callable[[str], bool]) -> Iterable[str]:
    """The things a topic names, of which each alone is enough."""
    topic = _any_of("fillers").sub(" ", topic).strip(" ,.;:")
    quoted = [next(filter(None, match.groups())) for match in _QUOTED.finditer(topic)]
    if quoted:
        yield from (f'"{text}"' for text in quoted)
        return
    if (both := re.match(r"both\s+(.+)", topic)) is None:
        for inner in re.findall(r"\(([^)]*)\)", topic):
            yield from (match.group() for match in NAME.finditer(inner))
        topic = re.sub(r"\([^)]*\)", " ", topic)
        listed = "," in topic
        for part in re.split(r",\s*(?:and/or|and|or)?\s+|\s+and/or\s+|\s+or\s+|\s*/\s*", topic):
            yield from _conjoined(part.strip(), listed, known)
    else:
        yield both[1]


def _conjoined(part: str, listed: bool, known: Callable[[str], bool]) -> Iterable[str]:
    """`A and B` is two things when both are names or stand in a list, one when the evidence knows it as a name."""
    sides = [side.strip() for side in re.split(r"\s+and\s+", part)]
    names = [NAME.search(side) for side in sides]
    if len(sides) > 1 and (all(names) or listed) and not known(part):
        before = sides[0][: names[0].start()] if names[0] else ""
        yield from (f"{before}{side}" if name and name.start() == 0 and side != sides[0] else side
                    for side, name in zip(sides, names, strict=True))  # fmt: skip
    elif part:
        yield part


def _subject(part: str) -> Subject | None:
    if part.startswith('"'):
        return Subject(phrases=(part.strip('"'),))
    part = re.split(r"\s+(?:which|who|that|whose|where|when)\s+", part)[0]
    names = [] if part.isupper() and len(part.split()) > 3 else list(NAME.finditer(part))
    chosen = tuple(dict.fromkeys(filter(None, (_phrase(match, part) for match in names))))
    if chosen:
        before = part[: names[0].start()]
        alone = len(names) == 1 and " " not in chosen[0]
        lies_in = alone and re.search(r"\b(?:in|near|around|across)\s+(?:the\s+)?$", before)
        return Subject(chosen, tuple(plain(before)) if lies_in else ())
    said = tuple(dict.fromkeys(plain(part)))
    if not said:
        return None
    together = len(said) <= LONG and " ".join(said) in part.lower()
    return Subject(phrases=(" ".join(said),)) if together else Subject(words=said)


def _phrase(match: re.Match[str], part: str) -> str:
    """A name; one of a single word takes the noun that follows it along: `the Kelderby lab`."""
    name = re.sub(r"(?:['’]s|\.)$", "", re.sub(r"^(?:The|A|An)\s+|^(?:The|A|An)$", "", match.group()))
    after = re.match(r"\s+([a-z][\w-]*)", part[match.end() :])
    follows = after[1] if after and plain(after[1]) and not match.group().endswith(("'s", "’s")) else ""
    return f"{name} {follows}" if name and follows and " " not in name and not name.isupper() else name
