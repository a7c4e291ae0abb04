"""What people say they did, as measures of the data: `capture`, `deletion`, `timer`, `accounts`, `outside`...

Each measure counts n among of, for one custodian or for all; a claim or a policy states a level for it. Numbers are
of the evidence handed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.records.corpus import LETTERS
from analysis.studies.extent import private

DAY_S = 86_400


@dataclass(frozen=True)
class Facts:
    """The frames measures are made from; named as the relations that give them."""

    private_messages: pd.DataFrame
    takers: pd.DataFrame
    outside_messages: pd.DataFrame
    tombstones: pd.DataFrame
    events: pd.DataFrame
    accounts: pd.DataFrame
    people: pd.DataFrame
    least_official: float = 0.0
    """Share of official accounts whose export it takes to say what the record lacks."""

    def person(self, custodian: str) -> str:
        """The person a custodian is; empty when the register and the tables do not meet."""
        own = self.people.person_id[self.people.custodian_id == custodian]
        return str(own.iloc[0]) if len(own) else ""

    def part(self, custodian: str) -> pd.DataFrame:
        """Private messages that a custodian (blank: anybody) sent or received."""
        if not custodian:
            return self.private_messages
        mine = self.takers.message_id[self.takers.person_id == self.person(custodian)]
        return self.private_messages[self.private_messages.message_id.isin(mine)]


@dataclass(frozen=True)
class Measured:
    """A row of `cases` is what was counted: `id`, `cluster` (what stands or falls together) and `counts` (bool).

    `why` says why it could not be measured; then there are no cases.
    """

    cases: pd.DataFrame
    why: str = ""

    @property
    def n(self) -> int:
        """How many count."""
        return int(self.cases.counts.sum())

    @property
    def of(self) -> int:
        """Of how many."""
        return len(self.cases)


@dataclass(frozen=True)
class Measure:
    """How a claim is measured: `least` (at least the level) or not (at most); `shows` what the ids name.

    `about` is what it is about in two or three words.
    """

    about: str
    title: str
    least: bool
    made: Callable[[Facts, str, float], Measured]
    shows: str = "messages"
    share: bool = True


def _cases(rows: pd.DataFrame, counts: pd.Series, ids: str = "message_id", cluster: str = "thread_id") -> Measured:
    return Measured(pd.DataFrame({"id": rows[ids], "cluster": rows[cluster], "counts": counts.astype(bool)}))


def nothing(why: str) -> Measured:
    """What could not be measured, and why."""
    return Measured(pd.DataFrame({"id": [], "cluster": [], "counts": pd.Series(dtype=bool)}), why)


UNLABELLED = "which messages are official business is not labelled"
UNSEEN = "too few of the official accounts that could hold the words were handed over"


def _business(rows: pd.DataFrame, facts: Facts, counts: Callable[[pd.DataFrame], pd.Series]) -> Measured:
    """Which of the rows count, where business is labelled at all."""
    return _cases(rows, counts(rows)) if facts.private_messages.business.notna().any() else nothing(UNLABELLED)


def _own(rows: pd.DataFrame, custodian: str) -> pd.DataFrame:
    return rows[rows.custodian_id == custodian] if custodian else rows


def _seen(facts: Facts, custodian: str) -> bool:
    """Whether an own official account of the custodian is held, or else enough of all."""
    official = facts.accounts[(facts.accounts.ownership == "official") & facts.accounts.custodian_id.notna()]
    own = bool(custodian) and bool(_own(official, custodian).exported.any())
    return own or (len(official) > 0 and float(official.exported.mean()) >= facts.least_official)


def _recorded(facts: Facts, custodian: str, counts: Callable[[pd.DataFrame], pd.Series]) -> Measured:
    """Official business long enough to be found, and which of it counts."""
    if not _seen(facts, custodian):
        return nothing(UNSEEN)
    rows = facts.part(custodian)
    return _business(rows[rows.business.eq(True) & (rows.letters >= LETTERS)], facts, counts)


def _capture(facts: Facts, custodian: str, level: float) -> Measured:
    return _recorded(facts, custodian, lambda t: t.delay_s.notna())


def _capture_days(facts: Facts, custodian: str, level: float) -> Measured:
    return _recorded(facts, custodian, lambda t: t.delay_s <= level * DAY_S)


def _deletion(facts: Facts, custodian: str, level: float) -> Measured:
    gone, sent = facts.tombstones, facts.private_messages
    if custodian:
        gone, sent = (rows[rows.sender_person_id == facts.person(custodian)] for rows in (gone, sent))
    return _cases(sent, sent.message_id.isin(gone.message_id))


def timed(messages: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """The messages sent while a timer was on in their thread."""
    turns = events[events.kind.isin(["timer_on", "timer_off"])].dropna(subset=["at"])
    turns = turns.drop_duplicates(["thread_id", "at", "kind"]).sort_values(["at", "thread_id", "kind"], kind="stable")
    rows = messages.sort_values(["sent_at", "message_id"], kind="stable")
    if turns.empty or rows.empty:
        return rows.iloc[:0]
    turns = turns[["at", "thread_id", "kind"]].rename(columns={"kind": "turn"})
    last = pd.merge_asof(rows, turns, left_on="sent_at", right_on="at", by="thread_id")
    return last[last.turn == "timer_on"]


def _timer(facts: Facts, custodian: str, level: float) -> Measured:
    rows = timed(facts.part(custodian), facts.events)
    if rows.empty:
        return nothing("no message of theirs was sent under a timer")
    return _business(rows, facts, lambda t: t.business.eq(True))


def _accounts(facts: Facts, custodian: str, level: float) -> Measured:
    rows = facts.accounts[facts.accounts.observed & facts.accounts.channel.isin(["whatsapp", "sms"])]
    rows = _own(rows, custodian).drop_duplicates("address")
    return _cases(rows, rows.observed, "account_id", "account_id")


def _declared(facts: Facts, custodian: str, level: float) -> Measured:
    rows = _own(private(facts.accounts[facts.accounts.observed]), custodian)
    return _cases(rows, rows.declared, "account_id", "account_id")


def _outside(facts: Facts, custodian: str, level: float) -> Measured:
    rows = _own(facts.outside_messages.dropna(subset="organisation"), custodian).drop_duplicates("message_id")
    return _cases(rows, rows.official)


def _secret(facts: Facts, custodian: str, level: float) -> Measured:
    rows = facts.part(custodian)
    return _cases(rows, rows.secret)


MEASURES: Mapping[str, Measure] = {
    "capture": Measure(
        "copies on the record",
        f"private messages on official business, of {LETTERS} letters and more, of which an official item holds the "
        "words",
        True,
        _capture,
    ),
    "capture_days": Measure(
        "copies on the record, and when",
        f"private messages on official business, of {LETTERS} letters and more, that stand in an official item within "
        "so many days",
        least=True,
        made=_capture_days,
        share=False,
    ),
    "deletion": Measure(
        "deletion", "private messages deleted by their sender, as a deletion mark shows", False, _deletion
    ),
    "timer": Measure(
        "disappearing messages",
        "messages under a disappearing timer that are official business (arrangements for it included)",
        False,
        _timer,
    ),
    "accounts": Measure("numbers in use", "numbers seen in use", False, _accounts, "accounts", share=False),
    "declared": Measure("accounts declared", "private accounts in use that were declared", True, _declared, "accounts"),
    "outside": Measure(
        "contact outside",
        "messages with known outside organisations that went through an official account",
        True,
        _outside,
    ),
    "secret": Measure("material marked SECRET", "private messages marked SECRET or above", False, _secret),
}
"""Measure of a claim -> how it is made. A claim with another measure cannot be told, and the finding lists these."""
