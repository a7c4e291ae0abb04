"""A small generative grammar: stories and word lists in text files, facts that stay the same within an episode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Protocol

TEXT = Path(__file__).parent / "text"
FRESH = frozenset(("time", "small", "small2", "day", "pct2"))


class Facts(dict[str, str]):
    """What one episode is about: a fact is drawn when first spoken of and then stays.

    `personal` holds (label, value) of personal data drawn, `marks` protective markings drawn.
    """

    __slots__ = ("draws", "marks", "personal", "random")

    def __init__(self, random: Callable[[], float], draws: dict[str, Callable[[Facts], str]]) -> None:
        super().__init__()
        self.random = random
        self.draws = draws
        self.personal: list[tuple[str, str]] = []
        self.marks: list[tuple[str, str]] = []

    def __missing__(self, key: str) -> str:
        value = self[key] = self.draws[key](self)
        return value


class Speech(Protocol):
    """Anything that can be said, given the facts."""

    def say(self, facts: Facts) -> str:
        """Words."""
        ...


class Template:
    """Words with gaps."""

    __slots__ = ("gaps", "words")

    def __init__(self, words: str, gaps: tuple[Speech, ...]) -> None:
        self.words = words if gaps else words.replace("%%", "%")
        self.gaps = gaps

    def say(self, facts: Facts) -> str:
        """The words with every gap filled."""
        if not self.gaps:
            return self.words
        return self.words % tuple([gap.say(facts) for gap in self.gaps])


class Choice:
    """One of several."""

    __slots__ = ("options",)

    def __init__(self, options: list[Template]) -> None:
        self.options = options

    def say(self, facts: Facts) -> str:
        """One of the options, drawn afresh each time."""
        return self.options[int(facts.random() * len(self.options))].say(facts)


class Fact:
    """A fact of the episode."""

    __slots__ = ("key",)

    def __init__(self, key: str) -> None:
        self.key = key

    def say(self, facts: Facts) -> str:
        """The fact, the same throughout an episode."""
        return facts[self.key]


class Fresh:
    """Something drawn anew whenever it is spoken of: an hour, a small number."""

    __slots__ = ("key",)

    def __init__(self, key: str) -> None:
        self.key = key

    def say(self, facts: Facts) -> str:
        """A new draw."""
        return facts.draws[self.key](facts)


class Capital:
    """Something said with a capital letter."""

    __slots__ = ("inner",)

    def __init__(self, inner: Speech) -> None:
        self.inner = inner

    def say(self, facts: Facts) -> str:
        """The inner words, first letter raised."""
        words = self.inner.say(facts)
        return words[:1].upper() + words[1:]


@dataclass
class Beat:
    """One turn of a story: who speaks, whether it may be left out or repeated, and the ways to say it."""

    who: str
    maybe: bool
    twice: bool
    ways: Choice


@dataclass
class Story:
    """A named story, business or personal, with the tags that say which threads tell it."""

    name: str
    business: bool
    tags: frozenset[str]
    beats: list[Beat] = field(default_factory=list)


class Grammar:
    """Word lists and stories, parsed once."""

    def __init__(self) -> None:
        self.lists: dict[str, Choice] = {}
        for name, lines in sections("words.txt").items():
            self.lists.setdefault(name, Choice([])).options += [self.template(line) for line in lines]
        self.chat = self._stories("chat.txt")
        self.mail = self._stories("mail.txt")

    def template(self, line: str) -> Template:
        """Parse one line: `{key}` a fact or list, `{a|b}` a choice (may be nested), `{!key}` a fresh draw of a list."""
        words, gaps = _split(line)
        return Template(words, tuple(self._gap(gap) for gap in gaps))

    def _gap(self, text: str) -> Speech:
        options = _alternatives(text)
        if len(options) > 1:
            return Choice([self.template(option) for option in options])
        key = text.lstrip("!")
        if key.endswith("_cap"):
            return Capital(self._gap(key.removesuffix("_cap")))
        if key in _word_lists():
            return self.lists.setdefault(key, Choice([]))
        return Fresh(key) if key in FRESH else Fact(key)

    def _stories(self, name: str) -> list[Story]:
        stories: list[Story] = []
        for line in _lines(name):
            if line.startswith("== "):
                title, sort, tags = (part.strip() for part in line[3:].split("|"))
                stories.append(Story(title, sort == "business", frozenset(tags.split())))
            elif line.startswith("-- "):
                who, _, flag = line[3:].partition(" ")
                stories[-1].beats.append(Beat(who, flag == "?", flag == "+", Choice([])))
            else:
                stories[-1].beats[-1].ways.options.append(self.template(line))
        return stories


@cache
def sections(name: str) -> dict[str, list[str]]:
    """Lists of a text file: `[name]` opens one, each line (also an empty one) is an entry."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (TEXT / name).read_text(encoding="utf-8").split("\n")[:-1]:
        if line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            current = found.setdefault(line[1:-1], [])
        else:
            current.append(line)
    return found


@cache
def grammar() -> Grammar:
    """The grammar of the package, parsed once a process."""
    return Grammar()


@cache
def _word_lists() -> frozenset[str]:
    return frozenset(sections("words.txt"))


def _lines(name: str) -> Iterator[str]:
    for line in (TEXT / name).read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("#"):
            yield line.replace("\\n", "\n")


def _split(line: str) -> tuple[str, list[str]]:
    """Cut a line into %-format words and the text inside its outermost braces."""
    words, gaps, depth, start = "", [], 0, 0
    for place, letter in enumerate(line):
        if letter == "{":
            start = place + 1 if depth == 0 else start
            depth += 1
        elif letter == "}":
            depth -= 1
            if depth == 0:
                gaps.append(line[start:place])
                words += "%s"
        elif depth == 0:
            words += "%%" if letter == "%" else letter
    return words, gaps


def _alternatives(text: str) -> list[str]:
    """Split at the bars that stand outside inner braces."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "{") - (letter == "}")
        if letter == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
