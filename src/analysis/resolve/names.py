"""Names in phone books and display names against the names of people in scope: how well a label names somebody."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis.intake import handles

_HOME = Path(__file__).parent
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*|\d+")
FULL, QUALIFIED, NICKNAME, EXTENDED = 0.92, 0.88, 0.86, 0.60  # whole name; plus "mob"; everyday form; plus other words
INITIAL_SURNAME, GIVEN_INITIAL, SURNAME, GIVEN, INITIALS = 0.60, 0.50, 0.35, 0.30, 0.25  # parts of a name


@dataclass(frozen=True)
class Match:
    """A label read as somebody's name: whose, how surely (0 to 1), and why in words."""

    custodian_id: str
    score: float
    why: str


@cache
def _words() -> dict[str, frozenset[str]]:
    lists = tomllib.loads((_HOME / "words.toml").read_text(encoding="utf-8"))
    return {name: frozenset(text.split()) for name, text in lists.items()}


@cache
def _nicknames() -> dict[str, frozenset[str]]:
    forms: dict[str, set[str]] = {}
    for line in (_HOME / "nicknames.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            given, *others = line.split()
            forms.setdefault(given, set()).update(others)
    return {given: frozenset(others) for given, others in forms.items()}


def tokens(label: str) -> tuple[str, ...]:
    """Words of a label without titles, folded; `Okafor, Dr Jane` gives jane, okafor."""
    family, comma, given = label.partition(",")
    label = f"{given} {family}" if comma and given.strip() else label
    words = [word.replace("’", "'").removesuffix("'s") for word in _WORD.findall(handles.name(label))]
    return tuple(word for word in words if word not in _words()["titles"]) or tuple(words)


def forms(given: str) -> frozenset[str]:
    """A given name and its everyday forms, either way round."""
    longer = {name for name, others in _nicknames().items() if given in others}
    return frozenset({given, *longer, *_nicknames().get(given, ())})


def plain_name(label: str) -> tuple[str, ...]:
    """Given name and surname of a label, folded; empty where it holds less, or words that name no person."""
    words = tuple(word for word in tokens(label) if word not in _words()["qualifiers"])
    whole = len(words) > 1 and all(len(word) > 1 and not word.isdigit() for word in words)
    return words if whole and not _words()["relations"] & set(words) else ()


def is_role_mailbox(address: str) -> bool:
    """Whether an address names a function, not a person: such mailboxes never join people."""
    local = address.partition("@")[0]
    parts = [part for part in re.split(r"[._\-+]+", local) if part]
    return local in _words()["role_mailboxes"] or any(part in _words()["role_mailboxes"] for part in parts)


def shared_name(one: str, other: str) -> bool:
    """Whether two labels have a given name (in any form) or a surname in common."""
    left, right = ({word for word in tokens(label) if len(word) > 1} - _words()["qualifiers"] for label in (one, other))
    here, there = (side.union(*(_nicknames().get(word, ()) for word in side)) for side in (left, right))
    return bool(here & right or left & there)


class Roll:
    """The people in scope by name; a label matches only if it names one of them and no other as well."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = {one: tokens(name) for one, name in sorted(names.items()) if tokens(name)}

    def match(self, label: str) -> list[Match]:
        """Everybody the label may name at the best score found; more than one means that it cannot be told."""
        words = tokens(label)
        if not words or _words()["relations"] & set(words):
            return []
        found = [
            Match(one, *judged)
            for one, name in self._names.items()
            if (judged := _judge(words, name, label)) is not None
        ]
        return _best(found)

    def address(self, address: str) -> list[Match]:
        """Everybody whose name an e-mail address spells (`jane.okafor7@...`, `jokafor@...`)."""
        if is_role_mailbox(address):
            return []
        local = re.sub(r"\d+", "", address.partition("@")[0])
        spelled = tuple(part for part in re.split(r"[._\-+]+", local) if part)
        found = []
        for one, name in self._names.items():
            if len(name) < 2:
                continue
            first, last = name[0], name[-1]
            if spelled in {(first, last), (last, first)} or local == first + last:
                found.append(Match(one, EXTENDED, "the address spells the full name"))
            elif spelled in {(first[0], last), (last, first[0])} or local in {first[0] + last, last + first[0]}:
                found.append(Match(one, SURNAME, "the address spells initial and surname"))
        return _best(found)


def _best(found: list[Match]) -> list[Match]:
    best = max((match.score for match in found), default=0.0)
    return [match for match in found if match.score == best]


def _judge(words: tuple[str, ...], name: tuple[str, ...], label: str) -> tuple[float, str] | None:
    first, last = name[0], name[-1]
    if len(name) >= 2 and (words == name or (len(words) == len(name) and set(words) == set(name))):
        return FULL, "the label is the full name"
    extra = _rest(words, name)
    if extra is None and len(name) > 2:
        extra = _rest(words, (first, last))
    if extra is not None and len(name) >= 2:
        return _with_extra(extra, "the full name")
    if len(name) >= 2 and (extra := _nickname(words, first, last)) is not None:
        score, why = _with_extra(extra, "the name in an everyday form")
        return min(score, NICKNAME), why
    plain = [word for word in words if word not in _words()["qualifiers"]]
    return _part(plain, name, label)


def _rest(words: Iterable[str], name: tuple[str, ...]) -> list[str] | None:
    """Words left over when the name is taken out; None when it is not wholly there."""
    left = list(words)
    for part in name:
        if part not in left:
            return None
        left.remove(part)
    return left


def _nickname(words: tuple[str, ...], first: str, last: str) -> list[str] | None:
    for form in sorted(forms(first) - {first}):
        if (extra := _rest(words, (form, last))) is not None:
            return extra
    return None


def _with_extra(extra: list[str], what: str) -> tuple[float, str]:
    if not extra:
        return QUALIFIED, f"the label holds {what}"
    if all(word in _words()["qualifiers"] for word in extra):
        return QUALIFIED, f"the label is {what} and words that only say which number"
    return EXTENDED, f"the label holds {what} among other words"


def _part(plain: list[str], name: tuple[str, ...], label: str) -> tuple[float, str] | None:
    first, last = name[0], name[-1]
    given = {first} | _nicknames().get(first, frozenset())
    if len(plain) == 2 and len(name) >= 2:
        if plain[0] in given and plain[1] == last[0]:
            return GIVEN_INITIAL, "the label is given name and initial"
        if plain[1] == last and plain[0] == first[0]:
            return INITIAL_SURNAME, "the label is initial and surname"
    if len(plain) == 1:
        if plain[0] == last and len(name) >= 2:
            return SURNAME, "the label is the surname alone"
        if plain[0] in given:
            return GIVEN, "the label is the given name alone"
        if len(plain[0]) >= 2 and plain[0] == "".join(part[0] for part in name) and plain[0].upper() in label:
            return INITIALS, "the label is the initials"
    return None
