"""Lines that look like a header and are not one: text somebody pasted into a message.

An export lists messages in the order the phone holds them, so time almost never runs backwards. The longest chain of
records in time order is taken as genuine; what stands outside it is judged by how far it is out of the window its
neighbours leave, by its sender and by the way its date is written.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from analysis.intake.whatsapp_dates import UNREADABLE
from analysis.intake.whatsapp_lines import Ints
from analysis.intake.whatsapp_records import Flags, Records

DAY = 86_400  # further out of order than this, a line with a known sender is no late delivery any more
LATE = 600  # as much do clocks and late deliveries disorder genuine lines: too much for a sender seen nowhere else
ALIEN = 60  # as much for a line whose date is written otherwise than the rest
FOLD = 3_600  # a clock set back in autumn
MAIN_SHARE = 0.8  # share of headers written alike that makes the others foreign: an export is written in one go
LONGEST_MESSAGE = 65_536  # characters WhatsApp lets one message have: no paste is longer


def judge(held: Records, seconds: Ints, zone: str) -> tuple[Flags, Flags]:
    """Which records are pasted text, and which only stand out of order.

    Cannot show: a paste whose time fits between its neighbours and whose sender speaks elsewhere in the chat.
    """
    alien, foreign = _unlike(held)
    nothing = np.zeros(len(held), bool)
    real = seconds != UNREADABLE
    if real.all() and not foreign.any() and (len(seconds) < 2 or (np.diff(seconds) >= -ALIEN).all()):
        return nothing, nothing
    off, has_before = _deviation(seconds, real, real & ~foreign)
    known = np.zeros(len(held.labels) + 1, bool)
    known[held.sender[(off == 0) & real & ~foreign]] = True
    known[-1] = True  # lines without sender
    stranger = ~known[held.sender] & (off > LATE)
    for row in np.flatnonzero(stranger & (off <= FOLD + LATE)).tolist():
        stranger[row] = not _clock_changes(int(seconds[row]), zone)
    pasted = (off > DAY) | stranger | (alien & (off > ALIEN)) | foreign | (~real & has_before)
    pasted &= has_before
    pasted &= _short_enough(held, pasted)
    return pasted, (off > FOLD + LATE) & ~pasted & has_before


def _unlike(held: Records) -> tuple[Flags, Flags]:
    """Headers written otherwise than most of the file; and those with brackets among dashes or the reverse."""
    families = [shape.family for shape in held.heads.shapes]
    number = {family: k for k, family in enumerate(dict.fromkeys(families))}
    family = held.shaped([number[f] for f in families])
    counts = np.bincount(family, minlength=1)
    main = counts.argmax()
    bracket = held.shaped([shape.bracket for shape in held.heads.shapes]).astype(bool)
    share = max(bracket.mean(), 1 - bracket.mean()) if len(bracket) else 1
    foreign = (bracket != (bracket.mean() > 0.5)) & (share >= MAIN_SHARE)
    return (family != main) & (counts[main] >= MAIN_SHARE * len(family)), foreign


def _deviation(seconds: Ints, real: Flags, own: Flags) -> tuple[Ints, Flags]:
    """How far each record lies outside the window of the chain around it; and whether the chain has begun before it.

    Only records written in the file's own style (`own`) can belong to the chain.
    """
    rows = np.flatnonzero(real)
    times = seconds[rows]
    chain = np.zeros(len(rows), bool)
    chain[own[rows]] = _chain(times[own[rows]].tolist())
    place = np.cumsum(chain)
    links = times[chain]
    last = np.append(links, np.iinfo(np.int64).max)
    low = np.where(place > 0, last[np.maximum(place - 1, 0)], 0)
    high = last[place]  # `place` chain records stand up to here: the next one has that number
    off = np.zeros(len(seconds), np.int64)
    below = np.where(place > 0, low - times, 0)
    off[rows] = np.where(chain, 0, np.maximum(0, np.maximum(below, times - high)))
    first = rows[np.flatnonzero(chain)[0]] if chain.any() else len(seconds)
    return off, np.arange(len(seconds)) > first


def _chain(times: list[int]) -> Flags:
    """Longest run of records, not necessarily adjacent, in which time never goes back.

    Of several such runs the one that takes the earlier record each time: a paste stands behind the message it is in.
    """
    upto = _lengths(times)
    onward = _lengths([-time for time in reversed(times)])[::-1]
    total = max(upto, default=0)
    chain = np.zeros(len(times), bool)
    level, last = 1, 0
    for row, time in enumerate(times):
        if upto[row] == level and upto[row] + onward[row] - 1 == total and (level == 1 or time >= last):
            chain[row], last, level = True, time, level + 1
    return chain


def _lengths(times: list[int]) -> list[int]:
    """Length of the longest run in time order that ends at each record (patience sorting)."""
    tails: list[int] = []
    lengths = []
    for time in times:
        place = bisect_right(tails, time)
        tails[place : place + 1] = [time]
        lengths.append(place + 1)
    return lengths


def _short_enough(held: Records, pasted: Flags) -> Flags:
    """Runs of neighbouring suspects that fit into one message; longer ones are another export joined on."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], pasted, [False]]).astype(np.int8)))
    fits = np.zeros(len(pasted), bool)
    for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        fits[begin:end] = held.stop[end - 1] - held.heads.start[begin] <= LONGEST_MESSAGE
    return fits


def _clock_changes(second: int, zone: str) -> bool:
    """Whether the clock of the zone is changed within a day of a local time."""
    try:
        local = datetime.fromtimestamp(second, UTC).replace(tzinfo=ZoneInfo(zone))
        return (local - timedelta(days=1)).utcoffset() != (local + timedelta(days=1)).utcoffset()
    except (KeyError, ValueError, OverflowError):
        return False
