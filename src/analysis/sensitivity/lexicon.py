"""Word lists as plain text: `[section]` headings, a phrase a line; the package's own, and those of a matter.

In a matter's `lexicons/` a file of the same name adds its phrases to the sections of ours; a section `[name!]`
replaces ours. A phrase is a regular expression of words without look-around; ` ... ` stands for up to four words
between its parts, a blank for any white space.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from analysis.errors import EvidenceError

HERE = Path(__file__).parent / "lexicons"
_BLANK = re.compile(r" (?![?*])")
_BETWEEN = r"(?:\s+[\w'’-]{1,20}){0,4}\s+"
NOTHING = r"[^\s\S]"
"""Matches nothing."""
Sections = dict[str, list[str]]


@lru_cache(maxsize=64)
def sections(name: str, folder: Path | None = None) -> Sections:
    """Sections of the word list `name`, in the order written."""
    made = _parsed(HERE / f"{name}.txt")
    own = folder / f"{name}.txt" if folder is not None else None
    if own is not None and own.is_file():
        for section, lines in _parsed(own).items():
            kept = [] if section.endswith("!") else made.get(section, [])
            made[section.removesuffix("!")] = [*kept, *lines]
    return made


def _parsed(path: Path) -> Sections:
    made: Sections = {}
    section = ""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise EvidenceError(f"word list {path.name} is not UTF-8: {error}; save it as UTF-8 text") from error
    for line in lines:
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
            made.setdefault(section, [])
        elif line and not line.startswith("#"):
            made.setdefault(section, []).append(line)
    return made


def words(text: str) -> list[str]:
    """The words of a text in small letters, three letters and more."""
    return re.findall(r"[^\W\d_]{3,}", text.lower())


def pattern(phrases: list[str], words: Sections | None = None) -> str:
    """Phrases as one expression that RE2 and Python both read: whole words only, in any case.

    `<name>` in a phrase stands for any phrase of the section `name` of `words`.
    """
    if not phrases:
        return NOTHING
    written = [_BLANK.sub(r"\\s+", phrase.replace(" ... ", "\x00")).replace("\x00", _BETWEEN) for phrase in phrases]
    for name, lines in (words or {}).items():
        written = [phrase.replace(f"<{name}>", f"(?:{'|'.join(lines)})") for phrase in written]
    return rf"\b(?:{'|'.join(written)})\b"


@lru_cache(maxsize=256)
def compiled(expression: str) -> re.Pattern[str]:
    """A lexicon's expression for Python; what is wrong with a phrase is said with the phrase.

    Raises
    ------
    EvidenceError
        A phrase is not a valid expression.
    """
    try:
        return re.compile(expression, re.IGNORECASE)
    except re.error as error:
        raise EvidenceError(
            f"a phrase of a word list is not valid: {error}; check the brackets in lexicons/"
        ) from error
