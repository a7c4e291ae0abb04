"""Personal data: numbers, addresses and names; whose contact data they are; which person each stands with.

Staff contact data (official addresses, signatures, headers, salutations, names of colleagues) has the scheme `contact`;
everything else is `personal`. A private number or address of a correspondent says so in its rule.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from analysis import passages
from analysis.sensitivity import addresses, identifiers, naming, numbers
from analysis.sensitivity.identifiers import Found

REACHABLE = ("phone", "email", "address", "postcode", "name")
"""Kinds that are contact data when they stand in a signature."""
_GREETING = re.compile(r"(?:^|\n)[> \t]{0,6}(?:Dear|Hi|Hello|Hey|Good (?:morning|afternoon|evening)),? $")
_HEADER = re.compile(r"[ \t>*]{0,8}(?:From|To|Cc|Bcc|Sent by|On behalf of)\s?:", re.IGNORECASE)
_LISTED = re.compile(r"<$|mailto:$", re.IGNORECASE)
"""How an address stands in a list of recipients, beside its name."""
_FOLD = re.compile(r"[^\w ]")
CORRESPONDENT = ":correspondent"
NEAR = 240
"""Characters over which a number belongs to the name before it; further apart nothing says whose it is."""


@dataclass(frozen=True)
class Known:
    """Handles of correspondents and names of staff: what is contact data and not the data of a third person."""

    phones: frozenset[str]
    emails: frozenset[str]
    names: frozenset[str]
    surnames: frozenset[str]
    domains: tuple[str, ...]
    region: str
    folder: Path | None = None


def known(frames: Mapping[str, pd.DataFrame], domains: tuple[str, ...], region: str, folder: Path | None) -> Known:
    """What is known of correspondents and staff from the canonical tables."""
    identities, people = frames["identities"], frames["people"]
    handles = identities[identities["person_id"].notna()]
    staff = people[people["custodian_id"].notna() | people["inside"].eq(True)]
    names = frozenset(folded(name) for name in staff["label"])
    phones, emails = (frozenset(handles.loc[handles["kind"] == kind, "normal"]) for kind in ("phone", "email"))
    surnames = frozenset(name.split()[-1] for name in names if name)
    return Known(phones, emails, names, surnames, domains, region, folder)


def folded(name: str) -> str:
    """A name without signs and case; `Surname, Given` turned round."""
    if name.count(",") == 1:
        surname, given = name.split(",")
        name = f"{given} {surname}"
    return " ".join(_FOLD.sub(" ", name).casefold().split())


@dataclass(frozen=True)
class Piece:
    """One piece of personal data: its span, its scheme, and the span of the name it stands with."""

    found: Found
    scheme: str
    entry: int


def pieces(text: str, letter: bool, who: Known, on: date | None) -> list[Piece]:
    """Personal data of one text in order; `letter` says whether it has salutations and signatures (mail, files)."""
    plain = _apart([*identifiers.found(text, who.region, on), *addresses.found(text, who.folder)])
    every = _apart([*plain, *naming.found(text, plain, who.folder)])
    told = [
        (one, "contact") if _contact(text, one, letter, who) else (_owned(text, one, who), "personal") for one in every
    ]
    return [Piece(one, scheme, entry) for (one, scheme), entry in zip(told, _entries(told), strict=True)]


def _apart(found: list[Found]) -> list[Found]:
    """In order of place; where spans overlap the surer one stays, then the longer, then the first."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda each: each.start):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
        elif (one.score, one.end - one.start) > (kept[-1].score, kept[-1].end - kept[-1].start):
            kept[-1] = one
    return kept


def _owned(text: str, one: Found, who: Known) -> Found:
    """A private handle of a correspondent says so in its rule: it is not the data of a third person."""
    value = text[one.start : one.end]
    own = (one.label == "phone" and numbers.phone(value, who.region) in who.phones) or (
        one.label == "email" and value.lower() in who.emails
    )
    return one._replace(rule=f"{one.rule}{CORRESPONDENT}") if own else one


def _contact(text: str, one: Found, letter: bool, who: Known) -> bool:
    value = text[one.start : one.end]
    if one.label not in REACHABLE:
        return False
    if one.label == "email":
        ends = tuple(edge + domain for domain in who.domains for edge in "@.")
        if value.lower().endswith(ends) or _LISTED.search(text, max(0, one.start - 9), one.start):
            return True
    if one.label == "name" and _colleague(value, who):
        return True
    start, end = passages.line_at(text, one.start)
    if _HEADER.match(text, start, end):
        return True
    if one.label == "name" and letter and _GREETING.search(text, max(0, one.start - 24), one.start):
        return True
    return letter and passages.signature(text, one.start)


def _colleague(value: str, who: Known) -> bool:
    words = folded(value).split()[1:] if "." in value[:5] or " " in value else [folded(value)]
    return " ".join(words) in who.names or folded(value) in who.names or (len(words) == 1 and words[0] in who.surnames)


def _entries(told: list[tuple[Found, str]]) -> Iterator[int]:
    """For each piece the name it stands with: the one before it, else one after it, else the first piece nearby."""
    names = [row for row, (one, scheme) in enumerate(told) if one.label == "name" and scheme == "personal"]
    orphan = -1
    for row, (one, _) in enumerate(told):
        place = bisect_right(names, row)
        if place and one.start - told[names[place - 1]][0].end <= NEAR:
            yield names[place - 1]
        elif place < len(names) and told[names[place]][0].start - one.end <= NEAR:
            yield names[place]
        else:
            orphan = orphan if orphan >= 0 and one.start - told[orphan][0].end <= NEAR else row
            yield orphan
