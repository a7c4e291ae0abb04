"""From texts to rows of `labels`: markings, personal data, and what the word lists give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from analysis import passages
from analysis.sensitivity import addresses, identifiers, markings, naming, personal, signals
from analysis.sensitivity.personal import Known, Piece
from analysis.sensitivity.rows import label_id, row
from analysis.sensitivity.schemes import Schemes
from analysis.sensitivity.texts import Texts
from analysis.store import make_id

Row = dict[str, Any]
AROUND = 120
"""Characters after a mark that tell one document from another."""
TELLING = 24
"""Letters and digits beside a mark below which two alike marks are not taken for one document."""
_PLAIN = re.compile(r"[\W_]+")
_REPLIES = re.compile(r"(?i)^(?:(?:re|fw|fwd|aw|wg)\s*(?:\[\d+\])?:\s*)+")


def marking_rows(texts: Texts, known: Schemes) -> Iterator[Row]:
    """Protective markings, oldest message first; a mark whose words stood in an earlier message is a repeat of it."""
    rows = texts.holding(known.trigger, headers=True)
    seen: dict[str, str] = {}
    same, own = dict[str, str](), dict[tuple[str, ...], str]()  # marks of a text, its header, its subject: one document
    for at in sorted(rows, key=lambda at: (str(texts.value("sent_at", at) or "9"), at)):
        text, where, message = texts.text[at], texts.value("where", at), texts.value("message_id", at)
        for mark in markings.marks(text, where, known, texts.day(at)):
            document, telling = _document(text, where, mark)
            document = document if telling else make_id(message, document)
            if not mark.quoted:
                whose = message, str(texts.value("attachment_id", at)), mark.level
                document = same.setdefault(document, own.get(whose, document))
                own.setdefault(whose, document)
            first = seen.setdefault(same.get(document, document), message)
            yield row(
                texts, at, "marking", mark.level, mark.start, mark.end, rule=mark.rule, score=mark.score,
                quoted=mark.quoted or first != message, negated=mark.negated, position=mark.position,
                slots="; ".join(f"{kind}={word}" for kind, word in mark.slots), faults="; ".join(mark.faults),
                anachronism=mark.anachronism, document=same.get(document, document),
            )  # fmt: skip


def _document(text: str, where: str, mark: markings.Mark) -> tuple[str, bool]:
    """What tells one marked document from another: the mark and the words after it (before it, where none follow)."""
    if where in ("subject", "name"):
        words = _PLAIN.sub(" ", _REPLIES.sub("", text)).strip().lower()
        return make_id(where, words), len(words) - (mark.end - mark.start) >= TELLING
    after = "\n".join(line.lstrip("> \t|") for line in text[mark.end : mark.end + AROUND].splitlines())
    words = _PLAIN.sub(" ", after).strip().lower()[:60]
    if len(words) < TELLING:
        words = _PLAIN.sub(" ", text[max(0, mark.start - AROUND) : mark.start]).strip().lower()[-60:]
    return make_id(mark.level, words), len(words) >= TELLING


def personal_rows(texts: Texts, who: Known) -> Iterator[Row]:
    """Personal data and contact data, with the name each piece stands with."""
    triggers = (identifiers.TRIGGER, addresses.TRIGGER, naming.trigger(who.folder))
    for at in texts.holding("|".join(f"(?:{one})" for one in triggers)):
        text, where = texts.text[at], texts.value("where", at)
        letter = where != "subject" and (where == "text" or texts.value("channel", at) == "email")
        made = personal.pieces(text, letter, who, texts.day(at))
        for piece in made:
            yield row(
                texts, at, piece.scheme, piece.found.label, piece.found.start, piece.found.end,
                rule=piece.found.rule, score=piece.found.score, quoted=passages.quoted(text, piece.found.start),
                entry=_entry(texts, at, made[piece.entry]),
            )  # fmt: skip


def _entry(texts: Texts, at: int, first: Piece) -> str:
    return label_id(texts.facts(at), first.scheme, first.found.label, first.found.start, first.found.end, "rule")


def signal_rows(texts: Texts, about: Iterable[Row], folder: Path | None) -> Iterator[Row]:
    """Special categories, privilege, moves to another channel, exemption hints; `about`: the rows of personal data."""
    persons = [one for one in about if one["scheme"] == "personal" and one["label"] in _PERSONS]
    people: dict[int, list[tuple[int, str]]] = {}
    for one in persons:
        people.setdefault(texts.place(one), []).append((one["start"], one["entry"]))
    near = {at: [start for start, _ in starts] for at, starts in people.items()}
    special = list(signals.special(texts, near, folder))
    lawyers = list(signals.privilege(texts, folder))
    for said in special:
        yield _signal(texts, said, "special") | {"entry": _nearest(people.get(said.at, []), said.start or 0)}
    for scheme, found in (
        ("privilege", lawyers),
        ("theme", signals.switches(texts, folder)),
        ("exemption", signals.hints(texts, folder)),
        ("exemption", (one._replace(label="s42", rule="privilege") for one in lawyers)),
        ("exemption", _first_persons(texts, persons)),
    ):
        yield from (_signal(texts, each, scheme) for each in found)


_PERSONS = ("name", "nhs_number", "chi_number", "nino", "dob", "passport")


def _nearest(starts: list[tuple[int, str]], at: int) -> str | None:
    near = [(abs(start - at), entry) for start, entry in starts if abs(start - at) < signals.NEAR]
    return min(near)[1] if near else None


def _first_persons(texts: Texts, persons: list[Row]) -> Iterator[signals.Signal]:
    """The first piece of personal data of a third person in each text: a hint at s.40."""
    seen: set[int] = set()
    for one in persons:
        at = texts.place(one)
        if at not in seen:
            seen.add(at)
            yield signals.Signal(at, one["start"], one["end"], "s40", "personal data", one["score"])


def _signal(texts: Texts, one: signals.Signal, scheme: str) -> Row:
    quoted = one.start is not None and passages.quoted(texts.text[one.at], one.start)
    return row(texts, one.at, scheme, one.label, one.start, one.end, rule=one.rule, score=one.score, quoted=quoted)
