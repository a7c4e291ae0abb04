"""Conversations as planned: who is in them and when, whose phones hand them over, what they are about."""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from analysis.sample import clock
from analysis.sample.cast import SMS_EXPORTED, WHATSAPP_EXPORTED, Account, Cast
from analysis.sample.devices import DATABASES, Devices
from analysis.sample.grammar import TEXT, sections

OUTSIDE_TAGS = {"S": "vendor", "X": "vendor", "J": "hack", "E": "expert"}
NEWCOMERS = {"N01": "2020-12-01", "N08": "2021-02-10", "N25": "2020-06-15", "M04": "2020-06-15", "M18": "2020-09-01"}
OPENINGS = (
    "Hi, {} here, this is my new number. Please do not use the old one for this.",
    "{} here. New number, please save it",
    "This is {}, other phone. Use this one out of hours please",
)
NOTICES = (
    "For anything delicate use my other number, {}. Same person, fewer eyes",
    "My other phone is {} if this one does not answer",
    "Put this in under my name please: {}. It is my second phone",
)
EVER = clock.LAST + 4000 * clock.DAY_S
TIMER_S = 7 * clock.DAY_S  # the only setting there was at the time


@dataclass(slots=True, eq=False)
class Member:
    """One account's stay in a conversation, in epoch seconds."""

    account: Account
    since: int
    until: int


@dataclass(slots=True, eq=False)
class Change:
    """Something that happened to a conversation: its actor, its target, a value."""

    at: int
    kind: str
    actor: Account | None = None
    target: Account | None = None
    value: str = ""


@dataclass(slots=True, eq=False)
class Thread:
    """One conversation."""

    no: int
    channel: str
    kind: str
    members: list[Member]
    holders: list[str]
    tags: frozenset[str]
    weight: float
    start: int
    end: int = clock.LAST
    title: str = ""
    changes: list[Change] = field(default_factory=list)
    timers: list[tuple[int, int]] = field(default_factory=list)
    firm: str = ""
    quota: int = 0
    opening: str = ""
    notice: tuple[int, Account, str] | None = None
    _now: tuple[int, int, list[Account]] = field(default_factory=lambda: (0, 0, []))
    _reached: dict[str, str] = field(default_factory=dict)

    def active(self, at: int) -> list[Account]:
        """Accounts that are in the conversation at an instant; the list is shared, do not change it."""
        since, until, accounts = self._now
        if not since <= at < until:
            edges = sorted({0, EVER * 2, *(m.since for m in self.members), *(m.until for m in self.members)})
            place = bisect_right(edges, at)
            accounts = [member.account for member in self.members if member.since <= at < member.until]
            self._now = (edges[place - 1], edges[place], accounts)
            self._reached = {}
        return accounts

    def reached(self, at: int, sender: Account) -> str:
        """Truth rows of everybody else in the conversation, with a NUL where the message is named."""
        accounts = self.active(at)
        if sender.address not in self._reached:
            rows = [f"\0,{account.address},member\n" for account in accounts if account is not sender]
            self._reached[sender.address] = "".join(rows)
        return self._reached[sender.address]

    def timer(self, at: int) -> int:
        """Seconds after which a message sent now disappears; 0: never."""
        return TIMER_S if any(first <= at < last for first, last in self.timers) else 0

    @property
    def rhythm(self) -> str:
        """The rhythm its people write in."""
        return "social" if self.tags <= {"family", "social", "home"} else "work"


class Plan:
    """All conversations of a matter of a given size."""

    def __init__(self, cast: Cast, devices: Devices, seed: int, scale: float) -> None:
        self.cast, self.devices = cast, devices
        self.draw = Random(f"plan {seed}")
        self.facts = tomllib.loads((TEXT / "plan.toml").read_text(encoding="utf-8"))
        self.threads: list[Thread] = []
        for group in self.facts["group"]:
            self._group(group)
        self._extra_groups(scale)
        for channel in ("whatsapp", "sms", "linkedin"):
            for line in self.facts["pairs"][channel]:
                self._pair(channel, line)
        for line in self.facts["pairs"]["mms"]:
            self._pair("sms", line, "group")
        self._extra_pairs()
        for key, channel, holder in (("N01", "whatsapp", "C07"), ("M04", "sms", "C02")):
            self._notice(self.cast.account(channel, key), holder)
        for thread in self.threads:  # a database holds every conversation of its phone
            keys = {member.account.key for member in thread.members if thread.channel == "whatsapp"}
            thread.holders += [key for key in DATABASES if key in keys and key not in thread.holders]

    def share(self, channel: str, n_messages: int) -> Iterator[Thread]:
        """Threads of a channel with their share of messages, largest remainder first."""
        threads = [thread for thread in self.threads if thread.channel == channel]
        for thread in threads:
            thread.weight *= self.draw.uniform(0.7, 1.4)
        total = sum(thread.weight for thread in threads)
        exact = [n_messages * thread.weight / total for thread in threads]
        for thread, part in zip(threads, exact, strict=True):
            thread.quota = int(part)
        order = sorted(range(len(threads)), key=lambda n: (exact[n] - int(exact[n]), -n), reverse=True)
        for place in order[: n_messages - sum(thread.quota for thread in threads)]:
            threads[place].quota += 1
        yield from threads

    def _group(self, group: dict[str, Any]) -> None:
        start_on = group["start"]
        assert isinstance(start_on, date)
        start = clock.moment(start_on.isoformat()) - 3 * 3600
        founder = self.cast.account("whatsapp", str(group["founder"]))
        others = [self.cast.account("whatsapp", key) for key in str(group["members"]).split()]
        members = [Member(account, start, EVER) for account in (founder, *others)]
        title = str(group["title"])
        thread = Thread(
            len(self.threads), "whatsapp", "group", members, str(group["from"]).split(),
            frozenset(str(group["tags"]).split()), float(str(group["weight"])), start + 60,
            self._end(str(group["from"])), title,
        )  # fmt: skip
        thread.changes.append(Change(start, "created", founder, None, title))
        thread.changes += [Change(start + 2 * n + 2, "added", founder, other) for n, other in enumerate(others)]
        for line in sorted(str(change) for change in group.get("changes", [])):
            self._change(thread, line)
        self.threads.append(thread)

    def _change(self, thread: Thread, line: str) -> None:
        on, verb, rest = line.split(" ", 2)
        head, _, actor_key = f" {rest}".rpartition(" by ") if " by " in f" {rest}" else (rest, "", "")
        rest = head.strip()
        at = clock.moment(on) + self.draw.randint(-3, 7) * 3600 + self.draw.randint(0, 3599)
        actor = self.cast.account("whatsapp", actor_key) if actor_key else None
        if verb == "rename":
            thread.changes.append(Change(at, "subject_changed", actor, None, f"{thread.title}\n{rest}"))
            thread.title = rest
        elif verb in ("timer_on", "timer_off"):
            thread.changes.append(Change(at, verb, actor))
            if verb == "timer_on":
                thread.timers.append((at, EVER))
            else:
                thread.timers[-1] = (thread.timers[-1][0], at)
        else:
            self._move(thread, verb, at, actor, [self.cast.account("whatsapp", key) for key in rest.split()])

    def _move(self, thread: Thread, verb: str, at: int, actor: Account | None, who: list[Account]) -> None:
        if verb in ("add", "join"):
            thread.members.append(Member(who[0], at, EVER))
            kind = "added" if verb == "add" else "joined"
            thread.changes.append(Change(at, kind, actor or who[0], who[0]))
            return
        staying = next(m for m in reversed(thread.members) if m.account is who[0] and m.until == EVER)
        staying.until = at
        if verb == "number":
            thread.members.append(Member(who[1], at, EVER))
            thread.changes.append(Change(at, "number_changed", who[0], who[1]))
        else:
            thread.changes.append(Change(at, "left" if verb == "leave" else "removed", actor or who[0], who[0]))

    def _pair(self, channel: str, line: str, kind: str = "pair") -> None:
        who, holders, tags, weight = (part.strip() for part in line.split(":"))
        accounts = [self.cast.account(channel, key) for key in who.split()]
        start = clock.FIRST + self.draw.randint(5, 130) * clock.DAY_S
        outsider = next((account for account in accounts if account.person.key[0] in OUTSIDE_TAGS), None)
        if outsider and kind == "pair":
            first = OUTSIDE_TAGS[outsider.person.key[0]]
            tags = f"{first} {tags}" if first == "expert" else first
        newcomer = next((account for account in accounts if account.key in NEWCOMERS), None)
        if newcomer:
            start = clock.moment(NEWCOMERS[newcomer.key])
        members = [Member(account, start, EVER) for account in accounts]
        end = self._end(holders)
        if channel == "whatsapp" and "C08" in who.split():
            end = min(end, clock.moment(NEWCOMERS["N08"]) - clock.DAY_S)
        thread = Thread(
            len(self.threads),
            channel,
            kind,
            members,
            holders.split(),
            frozenset(tags.split()),
            float(weight),
            start,
            end,
        )
        if outsider and outsider.person.key[0] in "SX":
            thread.firm = outsider.person.organisation
        if newcomer:
            thread.opening = self.draw.choice(OPENINGS).format(newcomer.person.name)
        self.threads.append(thread)

    def _end(self, holders: str) -> int:
        """The instant after which no phone that holds the conversation could show a message."""
        phones = [self.devices.by_owner[key] for key in holders.split() if key in self.devices.by_owner]
        return min([clock.LAST, *(phone.exported_at - clock.DAY_S for phone in phones[:1] if len(phones) == 1)])

    def _notice(self, new: Account, holder: str) -> None:
        """The owner of an undeclared number gives it away from a known one."""
        known = self.cast.account("whatsapp", new.person.key)
        for thread in self.threads:
            keys = {member.account.key for member in thread.members}
            if thread.channel == "whatsapp" and keys == {known.key, holder}:
                text = self.draw.choice(NOTICES).format(f"0{new.address[3:7]} {new.address[7:]}")
                thread.notice = (clock.moment(NEWCOMERS[new.key]), known, text)

    def _extra_groups(self, scale: float) -> None:
        towns = sections("facts.txt")["town"]
        for number in range(min(400, int(scale * 0.6))):
            base = self.facts["group"][number % 8]
            keys = [key for key in base["from"].split() if key in WHATSAPP_EXPORTED]
            others = [key for key in base["members"].split() if key not in keys]
            title = (
                f"{self.draw.choice(towns)} {self.draw.choice(('cell', 'hub', 'ops', 'site', 'weekly'))} {number + 1}"
            )
            group = {**base, "title": title, "founder": keys[0], "from": " ".join(keys[:4]), "changes": []}
            self._group({**group, "members": " ".join((*keys[1:], *others))})

    def _extra_pairs(self) -> None:
        extras = [key for key in self.cast.people if key[0] == "X"]
        for number, key in enumerate(extras):
            channel = "sms" if number % 4 == 3 else "whatsapp"
            holder = (SMS_EXPORTED if channel == "sms" else WHATSAPP_EXPORTED)[number // 4 % 10]
            self._pair(channel, f"{holder} {key} : {holder} : supply : 4")


def extra_people(scale: float) -> int:
    """How many outside parties a larger matter has more."""
    return min(640, int(max(scale - 1, 0) * 5))
