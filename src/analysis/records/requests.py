"""What answers a request: its scope as a query over every message and official item, its expansion shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from analysis.records.scopes import NAME, Party, Query, Subject, query, words
from analysis.records.search import FIELDS, Index
from analysis.resolve.rows import each

CUT_OFF = 0.6
"""Of a topic without a name, words worth this share of its rarity must be in a message: fewer, and every message with a
common word of it would answer; all, and a message that says it otherwise would not."""
FOUND = ("message_id", "thread_id", "channel", "sent_at", "official", "captured_at", "score")
ROLES = re.compile(
    r"ministers?|special advisers?|officials|private secretar(?:y|ies)|permanent secretary", re.IGNORECASE
)
ENDING = 3
"""Letters at the end of a word in which its forms may differ."""
Takers = Callable[[Sequence[str]], pd.DataFrame]


@dataclass(frozen=True)
class Answer:
    """A request, its scope as read, the words searched for, and the messages (a row each, columns `FOUND`) it finds."""

    ref: str
    received_on: date | None
    query: Query | None
    terms: tuple[tuple[str, ...], ...] = ()
    unread: tuple[str, ...] = ()
    found: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(FOUND)))

    @property
    def missed(self) -> pd.DataFrame:
        """Private messages among them that no official account sent, received or holds a copy of."""
        return self.found[~self.found.official.astype(bool) & self.found.captured_at.isna()]


def day(text: str) -> date | None:
    """A day of a register, or nothing."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def answers(
    register: pd.DataFrame, corpus: pd.DataFrame, people: pd.DataFrame, handles: pd.DataFrame, takers: Takers,
    zone: str, cut_off: float = CUT_OFF,
) -> list[Answer]:  # fmt: skip
    """Each request answered from the evidence.

    Parameters
    ----------
    register
        `requests.csv`.
    corpus
        A row is a message: `message_id`, `thread_id`, `channel`, `sent_at`, `subject`, `body`, `attached`, `official`,
        `captured_at`.
    people, handles
        The tables `people` and `identities`: names and addresses that widen a query.
    takers
        Gives `message_id`, `person_id`, `role` (sender, recipient) for some persons.
    zone
        In which a day of the scope begins and ends.

    Cannot show what answers a request without naming its subject; exemptions and the cost limit are not decided here.
    """
    searcher = _Searcher(corpus, people, handles, takers, ZoneInfo(zone), cut_off)
    return [searcher.answer(row) for row in each(register)]


class _Searcher:
    def __init__(
        self, corpus: pd.DataFrame, people: pd.DataFrame, handles: pd.DataFrame, takers: Takers, zone: ZoneInfo,
        cut_off: float
    ) -> None:  # fmt: skip
        self.corpus, self.people, self.handles, self.takers = corpus.reset_index(drop=True), people, handles, takers
        self.zone, self.cut_off, self.index = zone, cut_off, Index(corpus)

    def answer(self, row: object) -> Answer:
        """What one row of the register asks for, and the messages that answer it; nothing without a day of receipt."""
        ref, received_on = str(getattr(row, "ref", "")), day(getattr(row, "received_on", ""))
        if received_on is None:
            return Answer(ref, None, None)
        asked = query(getattr(row, "scope_text", ""), received_on, lambda name: bool(self.index.places(name)))
        terms = tuple(self._terms(subject) for subject in asked.subjects)
        parties = [(party, self._persons(party.name)) for party in asked.parties if not self._is_us(party.name)]
        unread = tuple(party.name for party, persons in parties if not persons)
        alone = not asked.subjects and len(unread) == len(parties)
        chosen = set[int]().union(*map(self._subject, asked.subjects))
        if alone:  # nobody known by that name: whoever names them is what can be found
            terms = tuple(tuple(self._widened(name)) for name in unread)
            chosen = set[int]().union(*map(self._holding, terms))
        elif not asked.subjects and parties:
            chosen = set(range(len(self.corpus)))
        if not (asked.subjects or parties):
            return Answer(ref, received_on, asked)
        rows = self._kept(asked, chosen, [] if alone else parties)
        ranks = self.index.ranks([term for widened in terms for term in widened])
        rows = rows.assign(score=[ranks.get(place, 0.0) for place in rows.index])
        rows = rows.sort_values(["score", "sent_at", "message_id"], ascending=[False, True, True], kind="stable")
        return Answer(ref, received_on, asked, terms, unread, rows[list(FOUND)].reset_index(drop=True))

    def _kept(self, asked: Query, chosen: set[int], parties: list[tuple[Party, list[str]]]) -> pd.DataFrame:
        rows = self.corpus.loc[sorted(chosen)]
        first, last = asked.period.first_on, asked.period.last_on
        rows = rows[rows.sent_at < _midnight(last + timedelta(days=1), self.zone)]
        if first:
            rows = rows[rows.sent_at >= _midnight(first, self.zone)]
        if asked.channels:
            rows = rows[rows.channel.isin(asked.channels)]
        rows = rows[~rows.channel.isin(asked.no_channels)]
        for party, persons in parties:
            taking = self.takers(persons) if persons else None
            if taking is not None and party.how != "either":
                taking = taking[taking.role == party.how]
            if taking is not None:
                rows = rows[rows.message_id.isin(taking.message_id)]
            else:
                rows = rows[rows.index.isin(self._holding(self._widened(party.name)))]
        out = {place for phrase in asked.without for place in self.index.places(phrase)}
        return rows[~rows.index.isin(out)]

    def _subject(self, subject: Subject) -> set[int]:
        if not subject.phrases:
            return self.index.weighed(subject.words, self.cut_off)
        held = [self._holding(self._widened(phrase)) for phrase in subject.phrases]
        # without words of its own the rarest name decides: `a visit to Rowan Lodge in Saltmouth`
        found = set.intersection(*held) if subject.words else min(held, key=len)
        return found & set().union(*(self.index.places(word) for word in subject.words)) if subject.words else found

    def _holding(self, terms: Iterable[str]) -> set[int]:
        """Rows with any of these terms."""
        return set[int]().union(*map(self._places, terms))

    def _places(self, term: str) -> set[int]:
        """Rows with a term: its words in one clause; one that is also an everyday word (`WHO`, `IT`) in capitals."""
        places, parts = self.index.places(term), re.findall(r"\w+", term)
        everyday = term.isupper() and term.lower() in {*words("stop"), *words("prepositions"), "us", "as"}
        if not everyday and len(parts) < 2:
            return places
        stems = [re.escape(_plain(part)[: max(3, len(part) - ENDING)]) for part in parts]
        loose = r"\w*(?:['’]s)?[\s\-–/&@._]+".join(stems)
        pattern = re.compile(rf"\b{re.escape(term)}\b") if everyday else re.compile(loose, re.IGNORECASE)
        return {int(str(place)) for place, text in self._texts(places).items() if pattern.search(_plain(text))}

    def _terms(self, subject: Subject) -> tuple[str, ...]:
        widened = [term for phrase in subject.phrases for term in self._widened(phrase)]
        return tuple(dict.fromkeys([*widened, *subject.words]))

    def _widened(self, phrase: str) -> list[str]:
        """A name with what else it goes by: without `Ltd`, a firm's first word, a person's addresses and surname."""
        parts = [part for part in phrase.split() if part.lower() not in words("titles")] or phrase.split()
        while len(parts) > 1 and parts[-1].lower().strip(",.") in words("legal"):
            parts = parts[:-1]
        name = " ".join(parts).strip(",")
        found = [name]
        if len(parts) > 1 and all(part[:1].isupper() for part in parts):
            if len(parts) == 2 and parts[-1].lower() in words("firms") and self._only(parts[0], name):
                found.append(parts[0])
            found += self._of_person(parts)
        return list(dict.fromkeys(found))

    def _only(self, short: str, name: str) -> bool:
        """Whether the evidence knows nobody else by a firm's first word: what follows it is this name or no name."""
        rest = name[len(short) :].lower()
        texts = self._texts(self.index.places(short))
        pattern = re.compile(rf"\b{re.escape(short)}(?=(?:['’]s)?(.{{0,80}}))", re.IGNORECASE)
        after = [match[1] for text in texts for match in pattern.finditer(text)]
        tails = (tail for tail in after if not tail.lower().startswith(rest))
        others = [next(iter(re.findall(r"^ +([\w-]+)", tail)), "") for tail in tails]
        given = {label.lower().split()[0] for label in self.people.label.dropna() if label.strip()}
        return short.lower() not in given and not any(word[:1].isupper() or word in words("firms") for word in others)

    def _texts(self, places: set[int]) -> pd.Series:
        rows = self.corpus.loc[sorted(places), list(FIELDS)].fillna("")
        return pd.Series(["\n".join(row) for row in each(rows)], rows.index, dtype="str")

    def _of_person(self, parts: list[str]) -> Iterable[str]:
        persons = self.people[self.people.label.fillna("").str.lower() == " ".join(parts).lower()]
        if persons.empty:
            return []
        own = self.handles[self.handles.person_id.isin(persons.person_id)]
        surnames = self.people.label.fillna("").str.lower().str.split().str[-1]
        alone = set(self.people.label[surnames == parts[-1].lower()].str.lower()) == {" ".join(parts).lower()}
        addresses = sorted(own.normal[own.kind == "email"])
        return [f"{parts[-1]} {' '.join(parts[:-1])}", *addresses, *([parts[-1]] if alone else [])]

    def _is_us(self, name: str) -> bool:
        """Whether a party is the organisation asked, as `correspondence held by the Department` is everybody's."""
        own = set(self.people.organisation[self.people.inside.eq(True)].dropna().str.lower())
        small = name.lower()
        return small in own | {"department", "ministry", "authority", "council", "government"}

    def _persons(self, name: str) -> list[str]:
        """Persons of a name, an organisation or a role."""
        small = name.lower()
        if ROLES.fullmatch(name) or self.people.role.fillna("").str.lower().str.contains(small, regex=False).any():
            stem = re.sub(r"ies$", "y", small)
            stem = stem if stem.endswith("ss") else stem.rstrip("s")
            stems = [stem, "secretary of state"] if stem == "minister" else [stem]
            roles = self.people.role.fillna("").str.lower()
            if stem == "official":
                return sorted(self.people.person_id[self.people.inside.eq(True)])
            return sorted(self.people.person_id[roles.map(lambda role: any(part in role for part in stems))])
        parts = [part.lower() for part in name.split() if part.lower() not in words("titles")]
        labels = self.people.label.fillna("").str.lower().str.findall(r"[\w'’-]+")
        squashed = "".join(part for part in parts if part not in words("legal"))
        firm = self.people.organisation.fillna("").str.lower().str.replace(r"\.[a-z.]*$|[^a-z0-9]", "", regex=True)
        named = labels.map(lambda label: all(part in label for part in parts)) | (firm.eq(squashed) & (squashed != ""))
        return sorted(self.people.person_id[named]) if NAME.search(name) else []


def _plain(text: str) -> str:
    """A text without accents, as the index sees it."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _midnight(on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time(), zone)
