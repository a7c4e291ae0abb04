"""Which phone still holds a message, and why another does not."""

from __future__ import annotations

from random import Random

from analysis.sample import clock
from analysis.sample.devices import CLEARED, Device
from analysis.sample.ledger import Message
from analysis.sample.threads import Thread

PRESENT, DELETED = "present", "deleted"
EXPLAINED = {"outside_period": 1, "timer": 1, "deleted": 1, "absent": 0, "cleared": 0}


class Holding:
    """One phone's hold on one conversation."""

    __slots__ = ("cleared_at", "device", "exported_at", "first", "last", "spans")

    def __init__(self, thread: Thread, device: Device) -> None:
        self.device = device
        self.exported_at = device.exported_at * 1000
        self.spans = [
            (member.since * 1000, member.until * 1000)
            for member in thread.members
            if member.account.key == device.owner
        ]
        self.cleared_at = _cleared(thread, device) * 1000
        plain = len(self.spans) == 1
        self.first = max(self.spans[0][0], self.cleared_at) if plain else 0  # from here to `last` nothing is special
        self.last = min(self.spans[0][1], self.exported_at) if plain else 0

    def member(self, at: int) -> bool:
        """Whether the phone's owner was in the conversation."""
        if len(self.spans) == 1:
            return self.spans[0][0] <= at < self.spans[0][1]
        return any(since <= at < until for since, until in self.spans)

    def state(self, message: Message, draw: Random, alone: bool) -> str:
        """`present`, `deleted` (a tombstone), empty when not a member, or the kind of absence."""
        at, device = message.at, self.device
        if not self.member(at):
            return ""
        if at >= self.exported_at:
            return "outside_period"
        if at < self.cleared_at:
            return "cleared"
        if message.timer_s and not device.keeper and self.exported_at >= at + message.timer_s * 1000:
            return "timer"
        if message.deleted_at and self.exported_at >= message.deleted_at and not device.keeper:
            return DELETED
        if not alone and message.business and draw.random() < device.loss:
            return "absent"
        return PRESENT


def states(holdings: list[Holding], message: Message, draw: Random) -> list[str]:
    """The state on every phone; somebody always still holds something, else nobody could know of the message."""
    alone = len(holdings) == 1
    at, random = message.at, draw.random
    if message.timer_s or message.deleted_at:
        found = [holding.state(message, draw, alone) for holding in holdings]
    else:
        losing = message.business and not alone
        found = [
            ("absent" if losing and random() < holding.device.loss else PRESENT)
            if holding.first <= at < holding.last
            else holding.state(message, draw, alone)
            for holding in holdings
        ]
    if PRESENT not in found and DELETED not in found:
        for kind in ("absent", "timer", "cleared"):
            if kind in found:
                found[found.index(kind)] = PRESENT
                break
    return found


def _cleared(thread: Thread, device: Device) -> int:
    other = next((m.account.key for m in thread.members if m.account.key != device.owner), "")
    keys: list[tuple[str, int | str]] = [
        (device.owner, thread.no),
        (device.owner, other if thread.kind == "pair" else ""),
    ]
    for key in keys:
        if key in CLEARED and thread.channel == "whatsapp":
            return clock.moment(CLEARED[key])
    return 0
