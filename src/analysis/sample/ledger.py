"""What was really said: the true messages of a conversation, one episode after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import exp
from random import Random
from statistics import NormalDist

import numpy as np

from analysis.sample import clock
from analysis.sample.cast import Account, Cast
from analysis.sample.draws import DRAWS
from analysis.sample.grammar import Facts, Speech, Story, grammar
from analysis.sample.threads import Thread

LONG = 36  # letters; shorter words may be repeated, as in life
SEEN_MOST = 100_000  # sentences remembered, so that memory stays bounded
EPISODE = 7  # messages of one conversation, about
DELETED_SHARE, DELETED_PERSONAL_SHARE, MEDIA_SHARE = 0.012, 0.25, 0.03
MEDIA = ("image", "image", "image", "document", "audio")
TRAPS = {1: "android", 3: "iphone", 4: "typed"}  # group of the plan -> a message that imitates the application
PAUSES = tuple(exp(1.1 * NormalDist().inv_cdf((n + 0.5) / 512)) for n in range(512))  # log-normal, median 1
SLIPS = (
    ("the ", "teh "), ("because", "becuase"), ("definitely", "definately"), ("tomorrow", "tommorow"), ("and ", "adn "),
    ("with ", "wiht "), ("meeting", "meetng"), ("committee", "comittee"), ("number", "nubmer"), ("please", "plase"),
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Message:
    """One true message; times in UTC milliseconds."""

    no: int
    at: int
    sender: Account
    text: str
    business: bool
    media: str = ""
    deleted_at: int = 0
    timer_s: int = 0
    trap: str = ""
    lost: bool = False  # no export shows its text


@dataclass(slots=True, eq=False)
class Episode:
    """One stretch of conversation, told around one set of facts."""

    messages: list[Message] = field(default_factory=list)
    personal: list[tuple[str, str]] = field(default_factory=list)
    marks: list[tuple[str, str]] = field(default_factory=list)
    business: bool = False


class Manner:
    """How one person types."""

    __slots__ = ("bare", "emoji", "lower", "slips")

    def __init__(self, seed: int, account: Account) -> None:
        draw = Random(f"manner {seed} {account.person.key}")
        self.lower = draw.random() < 0.3
        self.bare = draw.random() < 0.45
        self.emoji = draw.choice((0.0, 0.0, 0.04, 0.12))
        self.slips = draw.choice((0.0, 0.01, 0.02, 0.06))

    def of(self, text: str, facts: Facts) -> str:
        """The text as this person would type it."""
        random = facts.random
        if self.bare and text[-1:] == "." and random() < 0.7:
            text = text[:-1]
        if self.lower and text[1:2].islower() and random() < 0.7:
            text = text[:1].lower() + text[1:]
        if self.slips and random() < self.slips * 2:
            right, wrong = SLIPS[int(random() * len(SLIPS))]
            text = text.replace(right, wrong, 1)
        if random() < self.emoji:
            text += grammar().lists["emoji"].say(facts)
        return text


class Ledger:
    """Draws the true messages of conversations."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast = cast
        self.seed = seed
        self.manners: dict[str, Manner] = {}
        self.names = [person.given for person in cast.custodians()]
        self.journalists = [f"{p.given} {p.surname}" for key, p in cast.people.items() if key[0] == "J"]
        self.n_messages = 0
        self.seen: set[str] = set()

    def episodes(self, thread: Thread) -> Iterator[Episode]:
        """Exactly `thread.quota` messages, in order of time."""
        draw = Random(f"thread {self.seed} {thread.no}")
        stories = [story for story in grammar().chat if story.tags & thread.tags]
        rng = np.random.default_rng((self.seed, thread.no))
        due = max(1, thread.quota // EPISODE)
        beginnings = clock.starts(rng, due, thread.start + 300, thread.end - 2 * clock.DAY_S, thread.rhythm)
        left, last = thread.quota, 0
        for place in range(due):
            share = (
                left if place == due - 1 else min(left, max(1, round(left / (due - place) * draw.uniform(0.4, 1.6))))
            )
            if share:
                at = max(beginnings[place], last + draw.randint(40, 900))
                episode = self._episode(thread, draw, stories, at, share)
                if place == 0 and thread.opening:
                    self._open(episode.messages[0], thread)
                if thread.notice and at >= thread.notice[0]:
                    _, sender, text = thread.notice
                    first, thread.notice = episode.messages[0], None
                    first.sender, first.text, first.media, first.deleted_at = sender, text, "", 0
                    episode.personal.append(("phone", text[text.index("07") : text.index("07") + 12]))
                if place == due * 9 // 10 and thread.no in TRAPS:  # late: only phones of one date style are left
                    self._set_trap(episode.messages[0], TRAPS[thread.no])
                last = episode.messages[-1].at // 1000
                left -= share
                yield episode

    def _open(self, message: Message, thread: Thread) -> None:
        """The first words from a number that nobody declared."""
        newcomer = next(account for account in thread.active(message.at // 1000) if account.key[0] in "NM")
        message.sender, message.text, message.media, message.deleted_at = newcomer, thread.opening, "", 0

    def _set_trap(self, message: Message, trap: str) -> None:
        """Give a message words that look like the application's own."""
        who = self.cast.people["C04"].name
        day = clock.DMY[(message.at // 1000 - clock.FIRST) // clock.DAY_S - 5]
        pasted = f"{day}, 09:14 - {who}" if trap == "android" else f"[{day}, 09:14:07] {who}"
        message.trap, message.media = trap, ""
        message.deleted_at = 0
        message.text = (
            f"{who} left"
            if trap == "typed"
            else f"This is what I was sent:\n{pasted}: no need to trouble the portal with it"
        )

    def _facts(self, thread: Thread, draw: Random, at: int, speakers: list[Account]) -> Facts:
        facts = Facts(draw.random, DRAWS)
        facts["at"] = str(at)
        names = [speaker.person.given for speaker in speakers]
        facts["A"], facts["B"], facts["C"] = names[0], names[1 % len(names)], names[-1]
        while (who := self.names[int(draw.random() * len(self.names))]) in names:
            pass
        facts["who"] = who
        facts["journo"] = self.journalists[int(draw.random() * len(self.journalists))]
        if thread.firm:
            facts["firm"] = thread.firm
        return facts

    def _speakers(self, thread: Thread, draw: Random, at: int) -> list[Account]:
        everybody = thread.active(at)
        if len(everybody) == 2 and everybody[0].person.key[0] in "CF" and everybody[1].person.key[0] in "CF":
            return everybody if draw.random() < 0.5 else everybody[::-1]
        speakers = draw.sample(everybody, min(len(everybody), 4 + len(everybody) // 6))
        outside_last = thread.kind == "group"
        speakers.sort(key=lambda account: (account.person.key[0] in "SXJE") is outside_last)
        return speakers[:4]

    def _episode(self, thread: Thread, draw: Random, stories: list[Story], at: int, n_messages: int) -> Episode:
        episode = Episode()
        ms, pause = at * 1000 + draw.randint(0, 999), 3_000_000 if thread.channel == "linkedin" else 99_000
        while len(episode.messages) < n_messages:
            story = stories[int(draw.random() * len(stories))]
            speakers = self._speakers(thread, draw, ms // 1000)
            facts = self._facts(thread, draw, ms // 1000, speakers)
            episode.business |= story.business
            for who, text in self._told(story, facts, n_messages - len(episode.messages)):
                sender = speakers["ABC".index(who) % len(speakers)]
                episode.messages.append(self._message(thread, draw, ms, sender, text, story, facts))
                ms += int(pause * PAUSES[int(draw.random() * 512)] + draw.random() * 7500) + 1500
                if (hour := ms // 3_600_000 % 24) < 5:
                    ms += (5 - hour) * 3_600_000 + draw.randint(0, 5_400_000)
            episode.personal += facts.personal
            episode.marks += facts.marks
        return episode

    def _message(
        self, thread: Thread, draw: Random, ms: int, sender: Account, text: str, story: Story, facts: Facts
    ) -> Message:
        if sender not in (active := thread.active(ms // 1000)):
            sender = active[0]
        if not (facts.personal or facts.marks):
            manner = self.manners.get(sender.person.key)
            if manner is None:
                manner = self.manners[sender.person.key] = Manner(self.seed, sender)
            text = manner.of(text, facts)
        self.n_messages += 1
        message = Message(self.n_messages, ms, sender, text, story.business)
        if thread.channel == "whatsapp":
            chance = draw.random()
            if chance < (DELETED_PERSONAL_SHARE if facts.personal else DELETED_SHARE):
                message.deleted_at = ms + draw.randint(20_000, 3_000_000)
            elif chance > 1 - MEDIA_SHARE:
                message.media = MEDIA[int(draw.random() * len(MEDIA))]
                message.text = text if message.media == "image" and draw.random() < 0.6 else ""
            if thread.timers:
                message.timer_s = thread.timer(ms // 1000)
        return message

    def _told(self, story: Story, facts: Facts, most: int) -> Iterator[tuple[str, str]]:
        random, told = facts.random, 0
        for beat in story.beats:
            if beat.maybe and random() < 0.35:
                continue
            for _ in range(2 if beat.twice and random() < 0.5 else 1):
                if told == most:
                    return
                told += 1
                yield beat.who, self._new(beat.ways, facts, story.business)

    def _new(self, ways: Speech, facts: Facts, business: bool) -> str:
        """Words not used before, as far as memory goes; short ones may repeat, as in life."""
        text = ways.say(facts)
        if len(text) < LONG:
            return text
        for _ in range(2):
            if text not in self.seen:
                break
            text = ways.say(facts)
        if text in self.seen and len(text) >= LONG and not facts.marks:
            tail = grammar().lists["tail_business" if business else "tail_personal"].say(facts)
            text = f"{text}{'' if text[-1] in '.?!x' else '.'} {tail}"
        if len(self.seen) < SEEN_MOST:
            self.seen.add(text)
        return text
