"""Who is in a chat: pair or group, its title, whose phone it was exported from, what kind of handle a label is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.intake.whatsapp_content import Event, is_you
from analysis.intake.whatsapp_locales import alike

_PHONE = re.compile(r"\+?[\d\s().\-\u2010-\u2015]{7,24}")
_GROUP = frozenset("created added joined left removed subject_changed admin_changed".split())
_PUSH = re.compile(r"~\s*")
FEW = 2  # copies of a third sender that a pair chat may seem to have


@dataclass(frozen=True)
class Cast:
    """A chat's people, as far as the file shows them."""

    kind: str
    title: str | None
    owner: str | None
    basis: str | None
    counterpart: str | None
    strangers: frozenset[str]  # senders a pair chat cannot have


def kind_of(label: str) -> str:
    """Phone for a number, name for all else."""
    return "phone" if _PHONE.fullmatch(label) and sum(char.isdigit() for char in label) >= 7 else "name"


def push_name(label: str) -> str | None:
    """The self-given name of somebody not in the phone book (`~ Name`); None for other labels."""
    match = _PUSH.match(label)
    return label[match.end() :].strip() or None if match else None


def cast(
    counts: Mapping[str, int],
    deleters: Sequence[str],
    events: Sequence[Event],
    title: str | None,
    owners: Sequence[str],
) -> Cast:
    """Infer the people of a chat.

    Parameters
    ----------
    counts
        Copies per sender label, without suspects.
    deleters
        Labels under which the file says "You deleted this message": the owner's.
    events
        All events, in file order.
    title
        From the file's name.
    owners
        Names declared for the owner.
    """
    same = _match(title, counts)
    grouped = any(found.kind in _GROUP for found in events)
    rare = [label for label, n in counts.items() if n <= FEW and label != same]
    pair = not grouped and (len(counts) <= 2 or (same is not None and len(counts) - len(rare) <= 2))
    subjects = [found.value for found in events if found.kind in ("created", "subject_changed") and found.value]
    owner, basis = _owner(counts, deleters, same if pair else None, owners)
    if not pair:
        return Cast("group", subjects[-1] if subjects else title, owner, basis, None, frozenset())
    ranked = sorted(counts, key=lambda label: (-counts[label], label))
    others = [label for label in ranked if label != owner]
    counterpart = same or (others[0] if owner and others else None) or title
    expected = {label for label in (owner, counterpart) if label}
    strangers = frozenset(label for label in counts if len(counts) > 2 and len(expected) == 2 and label not in expected)
    return Cast("pair", title or counterpart, owner, basis, counterpart, strangers)


def _match(title: str | None, labels: Mapping[str, int]) -> str | None:
    """The sender label that is the chat's title; numbers are compared by their digits."""
    if not title:
        return None
    wanted = alike(title).strip().casefold()
    digits = re.sub(r"\D", "", wanted) if kind_of(title) == "phone" else ""
    for label in labels:
        if alike(label).strip().casefold() == wanted or (digits and re.sub(r"\D", "", label) == digits):
            return label
    return None


def _owner(
    counts: Mapping[str, int], deleters: Sequence[str], other: str | None, owners: Sequence[str]
) -> tuple[str | None, str | None]:
    if len(set(deleters)) == 1:
        return deleters[0], "the app says You of this sender"
    for name in owners:
        match = _match(name, counts)
        if match:
            return match, "the declared name of the custodian sends here"
    rest = [label for label in counts if label != other]
    if other and rest:
        ranked = sorted(rest, key=lambda label: (-counts[label], label))
        if len(ranked) == 1 or counts[ranked[1]] <= FEW < counts[ranked[0]]:
            return ranked[0], "in a chat of two, the sender who is not the title"
    return None, None


def name_of(handle: str | None, owner: str | None) -> str | None:
    """A person named in an event; the app's You is the owner, when known."""
    return owner if is_you(handle) and owner else handle
