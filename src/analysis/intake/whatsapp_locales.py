"""What the app itself writes, in all languages held as data (`locales/*.toml`): phrases, event lines, chat titles."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "locales"
LRM = "\u200e"
_ALIKE = str.maketrans(dict.fromkeys("“”„«»″", '"') | dict.fromkeys("’‘", "'") | dict.fromkeys("\xa0\u202f\u2009", " "))
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PIECE = re.compile(r"\{(actor|targets|value|\*)\}")
_SILENT = re.compile(r"\{(?:you|me)\}")  # the owner acts, or is acted on, without being named
LONGEST = 2_000  # characters of a line that is still matched against templates: the app writes no longer ones


@dataclass(frozen=True)
class Template:
    """One app-written line: kind of event, the pattern, and its longest fixed part."""

    kind: str
    source: str
    fixed: str
    prefix: str  # fixed text it starts with
    weight: int  # characters of all its fixed parts: how hard it is to write this by chance
    you: bool  # the owner is the actor, unnamed ("Creaste el grupo")
    me: bool  # the owner is the target, unnamed ("Ana te añadió")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The line as a regular expression; most are never asked for."""
        return re.compile(self.source + r"\.?", re.DOTALL)


@dataclass(frozen=True)
class Locale:
    """One language: its templates, phrases (folded text -> kind of content) and words."""

    name: str
    you: tuple[str, ...]
    joiners: tuple[str, ...]
    events: tuple[Template, ...]
    calls: tuple[Template, ...]
    phrases: dict[str, str]
    prefixed: tuple[Template, ...]  # content phrases with a variable part
    written: tuple[str, ...]  # the same phrases, as the app writes them
    owner_deleted: frozenset[str]
    titles: tuple[re.Pattern[str], ...]
    words: dict[str, tuple[str, ...]]


def alike(text: str) -> str:
    """Text with marks of direction left out, and quotes, apostrophes and blanks made alike."""
    return _MARKS.sub("", text).translate(_ALIKE)


def folded(text: str) -> str:
    """The form in which phrases are compared."""
    return alike(text).strip().rstrip(".")


def _template(kind: str, text: str) -> Template:
    parts = _PIECE.split(_SILENT.sub("", text.translate(_ALIKE)))
    written = "".join(
        re.escape(part) if n % 2 == 0 else ".*" if part == "*" else f"(?P<{part}>.+{'?' if part == 'actor' else ''})"
        for n, part in enumerate(parts)
    )
    fixed = max(parts[::2], key=len)
    weight = sum(map(len, parts[::2]))
    return Template(kind, written, fixed, parts[0], weight, "{you}" in text, "{me}" in text)


def _locale(path: Path) -> Locale:
    facts: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    content = facts.get("content", {})
    owner = frozenset(folded(text) for text in content.pop("owner_deleted", ()))
    return Locale(
        path.stem,
        tuple(facts.get("you", ())),
        tuple(facts.get("and", ())),
        tuple(_template(kind, text) for kind, texts in facts.get("events", {}).items() for text in texts),
        tuple(_template("call", text) for text in facts.get("calls", ())),
        {folded(text): kind for kind, texts in content.items() for text in texts if "{" not in text},
        tuple(_template(kind, text) for kind, texts in content.items() for text in texts if "{" in text),
        tuple(text for texts in content.values() for text in texts if "{" not in text),
        owner,
        tuple(_template("", text.replace("{title}", "{value}")).pattern for text in facts["titles"]),
        {word: tuple(facts.get(word, ())) for word in ("attached", "tag", "edited", "location", "poll")},
    )  # fmt: skip


@cache
def locales() -> tuple[Locale, ...]:
    """Every language there is data for; English first, the others by code."""
    paths = sorted((p for p in FOLDER.glob("*.toml") if p.stem != "clock"), key=lambda p: (p.stem != "en", p.stem))
    return tuple(_locale(path) for path in paths)


@cache
def phrases() -> dict[str, str]:
    """Folded phrase of any language -> kind of content."""
    return {text: kind for locale in reversed(locales()) for text, kind in locale.phrases.items()}


@cache
def words(name: str) -> str:
    """A regular expression for the words of one sort in any language."""
    found = {alike(word) for locale in locales() for word in locale.words[name]}
    return "|".join(re.escape(word) for word in sorted(found, key=lambda word: (-len(word), word)))


@cache
def yous() -> frozenset[str]:
    """How the app names the owner of the phone, in any language."""
    return frozenset(word for locale in locales() for word in locale.you)


def title(name: str) -> str | None:
    """The chat's title in a file name as WhatsApp gives it, in any language; None for other names."""
    stem = re.sub(r"(\.(txt|zip))+$", "", alike(name.replace("\\", "/").rsplit("/", 1)[-1]), flags=re.IGNORECASE)
    stem = re.sub(r"( \(\d+\)|-\d+)$", "", stem)
    for locale in locales():
        for pattern in locale.titles:
            match = pattern.fullmatch(stem)
            if match:
                return match["value"].strip()
    return None
