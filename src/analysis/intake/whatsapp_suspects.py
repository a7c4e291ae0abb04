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
LATE = (
    600  # as much do clocks and late deliveries disorder genuine lines; more is too much for a sender seen nowhere else
)
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
    off, has_before = _deviation(seconds, real)
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


def _deviation(seconds: Ints, real: Flags) -> tuple[Ints, Flags]:
    """How far each record lies outside the window of the chain around it; and whether the chain has begun before it."""
    rows = np.flatnonzero(real)
    times = seconds[rows]
    chain = _chain(times.tolist())
    place = np.cumsum(chain)
    links = times[chain]
    low = np.where(place > 0, links[np.maximum(place - 1, 0)], UNREADABLE)
    after = place - chain + chain  # number of chain records up to here: the next one stands at that place
    high = np.where(after < len(links), links[np.minimum(after, len(links) - 1)], np.iinfo(np.int64).max)
    off = np.zeros(len(seconds), np.int64)
    below = np.where(place > 0, low - times, 0)
    off[rows] = np.where(chain, 0, np.maximum(0, np.maximum(below, times - high)))
    first = rows[np.flatnonzero(chain)[0]] if chain.any() else len(seconds)
    return off, np.arange(len(seconds)) > first


def _chain(times: list[int]) -> Flags:
    """Longest run of records, not necessarily adjacent, in which time never goes back (patience sorting)."""
    tails: list[int] = []
    at: list[int] = []
    before = np.full(len(times), -1)
    for row, time in enumerate(times):
        place = bisect_right(tails, time)
        if place == len(tails):
            tails.append(time)
            at.append(row)
        else:
            tails[place], at[place] = time, row
        before[row] = at[place - 1] if place else -1
    chain = np.zeros(len(times), bool)
    row = at[-1] if at else -1
    while row >= 0:
        chain[row] = True
        row = int(before[row])
    return chain


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
