"""Truth rows about messages: who, when, what kind, which spans, which request."""

from __future__ import annotations

import hashlib

from analysis.sample import clock
from analysis.sample.cast import Account, Cast
from analysis.sample.ledger import Episode
from analysis.sample.mail import Mail, stamp
from analysis.sample.registers import Request
from analysis.sample.truth import Truth


class Record:
    """Writes what is true of each message, however many copies of it there are."""

    def __init__(self, truth: Truth, requests: list[Request]) -> None:
        self.truth, self.requests = truth, requests

    def message(self, no: int, at: int, channel: str, thread: str, sender: Account, text: str, business: bool) -> None:
        """One message."""
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        self.truth.lines["messages"].append(
            f"t{no},{channel},{thread},{clock.iso(at)},{sender.address},{sender.person.key},{digest}\n"
        )
        self.truth.lines["business"].append(f"t{no},{'business' if business else 'personal'}\n")

    def episode(self, episode: Episode) -> None:
        """Spans of personal data and markings in the messages of an episode."""
        if not (episode.personal or episode.marks):
            return
        for message in episode.messages:
            self.spans(message.no, message.text, "body", episode.personal, episode.marks)

    def spans(
        self, no: int, text: str, where: str, personal: list[tuple[str, str]], marks: list[tuple[str, str]]
    ) -> None:
        """Where in a text the values stand; a mark counts only alone on a line or at the start of a subject."""
        for label, value in sorted(set(personal)):
            if (start := text.find(value)) >= 0:
                self.truth.add("personal", f"t{no}", where, label, value, start, start + len(value))
        for label, mark in sorted(set(marks)):
            if (start := _alone(text, mark)) >= 0:
                self.truth.add("markings", f"t{no}", where, label, start, start + len(mark))

    def stamp(self, mail: Mail) -> None:
        """The mark in a field of a mail's header, where it has one."""
        level, mark, field = stamp(mail)
        if level:
            name, _, value = field.partition(":")
            start = f"{name.lower()}:{value}".index(mark)
            self.truth.add("markings", f"t{mail.no}", "header", level, start, start + len(mark))

    def missed(self, no: int, at: int, text: str) -> None:
        """Requests that a message answers which is in no official item: words in any case, whole days in London."""
        day, small = clock.local(at // 1000) // clock.DAY_S, text.lower()
        for request in self.requests:
            if request.keyword.lower() in small and request.first // clock.DAY_S <= day <= request.last // clock.DAY_S:
                self.truth.lines["missed_requests"].append(f"{request.ref},t{no}\n")

    def people(self, cast: Cast) -> None:
        """Everybody, and the accounts of custodians."""
        for person in cast.people.values():
            custodian = person.key if person.key[0] == "C" else ""
            self.truth.add("people", person.key, person.name, custodian, person.role, person.organisation)
        for account in cast.accounts.values():
            if account.person.key[0] == "C":
                self.truth.add(
                    "accounts", account.channel, account.address, account.person.key, account.ownership,
                    int(account.declared), int(account.used), int(account.exported),
                )  # fmt: skip


def _alone(text: str, mark: str) -> int:
    """Where a mark stands alone on a line or opens a subject; -1: nowhere."""
    place = 0
    for line in text.split("\n"):
        if line == mark or line.removeprefix("RE: ").startswith(f"{mark}: "):
            return place + line.index(mark)
        place += len(line) + 1
    return -1
