"""Which part of a written date is day, month and year: decided per file from evidence, never per line.

Evidence, strongest first: a year written first; dates that would have no month; dates in names of attached media; the
order of the lines (read wrongly, time runs backwards). Marks between the numbers are a hint only. What then stays open
is `ambiguous`: read by the region's habit, and said to be so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.intake.whatsapp_heads import PART, Heads
from analysis.intake.whatsapp_lines import Ints
from analysis.intake.whatsapp_records import Flags
from analysis.intake.whatsapp_shapes import Shape

UNREADABLE = np.iinfo(np.int64).min  # a date that does not exist in the order decided on
MONTH_FIRST_REGIONS = ("US", "PH", "PR", "GU")  # where people write the month first
FIRST_YEAR, LAST_YEAR = 2009, 2049  # WhatsApp began in 2009; two-digit years are read within this span
OUTWEIGHS = 10  # times as much evidence against one order as against the other counts as proof: pasted lines lie
_ROLES = {"day_first": (2, 1, 0), "month_first": (2, 0, 1), "year_first": (0, 1, 2)}  # where year, month, day stand


@dataclass(frozen=True)
class Order:
    """The order decided on for lines written alike, its basis (proven, declared, assumed, ambiguous) and the why."""

    order: str
    basis: str
    why: str


@dataclass(frozen=True)
class _Reading:
    """One order tried on a family's dates: what speaks against it, and for it."""

    order: str
    impossible: int
    backwards: int
    media: int


def times(heads: Heads, media: tuple[Ints, Ints], region: str, declared: str) -> tuple[Ints, Order, list[str]]:
    """Local wall time of every header in seconds since 1970 (or `UNREADABLE`), the file's order, and notes.

    `media` is header rows and the day (since 1970) in the name of the file attached there.
    """
    numbers = _families(heads.shapes)
    changes = heads.date[1:] != heads.date[:-1]
    if numbers.any():
        changes |= np.diff(numbers[heads.shape]) != 0
    runs = _runs(changes)
    lengths, shapes = np.diff(runs, append=len(heads.start)), heads.shape[runs]
    family, of_media = numbers[shapes], numbers[heads.shape[media[0]]]
    counts = np.bincount(family, lengths)
    days = np.full(len(runs), UNREADABLE)
    main = Order("day_first", "ambiguous", "no dates")
    notes: list[str] = []
    for rank, number in enumerate(sorted(set(family.tolist()), key=lambda number: (-counts[number], number))):
        mine = np.flatnonzero(family == number)
        named = (media[0][of_media == number], media[1][of_media == number])
        order = _decide(heads, runs[mine], named, region, declared, main if rank else None)
        main, notes = (main, notes) if rank else (order, notes)
        if rank and order.order != main.order:
            notes.append(f"{int(counts[number])} lines are written otherwise than the rest: {order.order}, {order.why}")
        days[mine] = _days(heads, runs[mine], order.order)
    whole = np.repeat(np.where(days == UNREADABLE, UNREADABLE, days * 86400), lengths)
    if (days == UNREADABLE).any():
        return np.where(whole == UNREADABLE, UNREADABLE, whole + heads.clock), main, notes
    return whole + heads.clock, main, notes


def _families(shapes: list[Shape]) -> Ints:
    """The family of each shape, as the number of the first shape of that family."""
    first: dict[tuple[object, ...], int] = {}
    return np.array([first.setdefault(shape.family, number) for number, shape in enumerate(shapes)], np.int64)


def _decide(heads: Heads, at: Ints, media: tuple[Ints, Ints], region: str, declared: str, main: Order | None) -> Order:
    shape = heads.shapes[int(heads.shape[at[0]])]
    if shape.widths[0] >= 3 or shape.era:
        return Order("year_first", "proven", "the year is written first")
    names = ["day_first", "month_first"] + (["year_first"] if max(shape.widths) == 2 else [])
    readings = {name: _try(heads, at, name, media) for name in names}
    wanted = _declared(declared) or (main.order if main else "")
    if wanted in readings:
        return _prefer(wanted, readings, main)
    marks = str(shape.family[1])
    year_first = readings.get("year_first")
    if marks == ". " and shape.family[2] == "." and shape.half and year_first and not year_first.impossible:
        return Order("year_first", "assumed", "dots, blanks and a twelve-hour clock, as Korean writes: year first")
    order = _proof(readings)
    if order.basis == "proven":
        return order
    if order.basis == "ambiguous" and marks.strip() == "." and order.order != "year_first":
        return Order("day_first", "assumed", "both orders are possible; dots between the numbers suggest day first")
    if order.basis == "ambiguous":
        habit = "month_first" if region.upper() in MONTH_FIRST_REGIONS else "day_first"
        return Order(habit, "ambiguous", f"{order.why}; read by the habit of region {region}")
    return order


def _declared(text: str) -> str:
    """An order as declared, in words (`day_first`) or letters (`dd/mm/yyyy`)."""
    first = text.strip().lower()[:1]
    return {"d": "day_first", "m": "month_first", "y": "year_first", "i": "year_first"}.get(first, "")


def _prefer(wanted: str, readings: dict[str, _Reading], main: Order | None) -> Order:
    """The declared order (or, for lines written otherwise than the rest, the file's), unless the dates refute it."""
    best = _proof(readings)
    if readings[wanted].impossible and best.basis == "proven":
        return Order(best.order, "proven", f"{best.why}; {'the rest of the file' if main else 'declared'}: {wanted}")
    return Order(wanted, main.basis, main.why) if main else Order(wanted, "declared", "declared for this source")


def _proof(readings: dict[str, _Reading]) -> Order:
    """Compare day first with month first; year first only when it explains what neither of them does."""
    ranked = sorted(readings.values(), key=lambda r: (r.impossible, -r.media, r.backwards))
    best = ranked[0]
    if best.order == "year_first" and all(
        other.impossible == best.impossible and other.backwards < best.backwards + 2 for other in ranked[1:]
    ):
        ranked = ranked[1:]
    elif best.order != "year_first":
        ranked = [reading for reading in ranked if reading.order != "year_first"]
    best, other = ranked[0], ranked[1]
    if other.impossible and other.impossible >= OUTWEIGHS * best.impossible and other.impossible > best.impossible:
        return Order(best.order, "proven", f"read as {other.order}, {other.impossible} dates would not exist")
    if best.media and not other.media:
        return Order(best.order, "proven", f"{best.media} names of attached media carry the same day")
    gain = other.backwards - best.backwards
    if gain >= 2 and other.backwards >= OUTWEIGHS * best.backwards:
        return Order(best.order, "proven", f"read as {other.order}, time would run backwards {other.backwards} times")
    if other.impossible > best.impossible or gain > 0:
        return Order(best.order, "assumed", f"fewer contradictions than {other.order}, but not free of them")
    return Order(best.order, "ambiguous", "every date exists in both orders and neither makes time run backwards less")


def _try(heads: Heads, at: Ints, order: str, media: tuple[Ints, Ints]) -> _Reading:
    """Count what contradicts and what supports an order, over runs of lines of the same day."""
    days = _days(heads, at[_runs(np.diff(heads.date[at]) != 0)], order, strict=True)
    real = days[days != UNREADABLE]
    matching = np.abs(_days(heads, media[0], order) - media[1]) <= 1
    return _Reading(order, int((days == UNREADABLE).sum()), int((np.diff(real) < -1).sum()), int(matching.sum()))


def _runs(changes: Flags) -> Ints:
    """Where a run of headers of the same date and family begins; `changes` says so of each but the first."""
    return np.flatnonzero(np.concatenate([[True], changes]))


def _days(heads: Heads, at: Ints, order: str, strict: bool = False) -> Ints:
    """Days since 1970 of headers in one order; `UNREADABLE` where there is no such day (strict: or no such year)."""
    out = np.full(len(at), UNREADABLE)
    for code in np.unique(heads.shape[at]).tolist():
        shape, mine = heads.shapes[code], np.flatnonzero(heads.shape[at] == code)
        y, m, d = _roles(shape.widths, order, bool(shape.era))
        date = heads.date[at[mine]]
        written = (date // PART**2, date // PART % PART, date % PART)
        year = written[y] + shape.era
        if shape.widths[y] <= 2 and not shape.era:
            year = np.where(year >= 50, year + 1957, year + 2000)  # 50 and more: Buddhist era, 2563 written 63
        out[mine] = _calendar(year, written[m], written[d])
        if strict and shape.widths[y] <= 2:
            out[mine[(year < FIRST_YEAR) | (year > LAST_YEAR)]] = UNREADABLE
    return out


def _roles(widths: tuple[int, int, int], order: str, era: bool) -> tuple[int, int, int]:
    if widths[0] >= 3 or era:
        return 0, 1, 2
    if widths[1] >= 3:
        return (1, 2, 0) if order == "day_first" else (1, 0, 2)
    return _ROLES[order if order in _ROLES else "day_first"]


def _calendar(year: Ints, month: Ints, day: Ints) -> Ints:
    """Days since 1970, from Gregorian, Buddhist (2563), Republic of China (109) or Iranian (1399) years."""
    year = np.where((year >= 2400) & (year < 2800), year - 543, year)
    year = np.where((year >= 90) & (year < 200), year + 1911, year)
    iranian = (year >= 1380) & (year < 1426)
    fine = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1900) & (year < 2400)
    months = (np.where(fine, year, 1970) - 1970) * 12 + np.where(fine, month, 1) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    after = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    out: Ints = np.where(fine & (first + day <= after), first + day - 1, UNREADABLE)
    return np.where(iranian, _iranian(year, month, day), out) if iranian.any() else out


def _iranian(year: Ints, month: Ints, day: Ints) -> Ints:
    """Solar Hijri dates by the 33-year rule, which holds for 1343 to 1472."""
    new_year = 365 * (year - 1399) + (8 * year + 21) // 33 - (8 * 1399 + 21) // 33 + 18341  # 2020-03-20
    begin = np.where(month <= 6, 31 * (month - 1), 186 + 30 * (month - 7))
    leap = (8 * (year + 1) + 21) // 33 - (8 * year + 21) // 33
    length = np.where(month <= 6, 31, np.where(month <= 11, 30, 29 + leap))
    fine = (month >= 1) & (month <= 12) & (day >= 1) & (day <= length)
    return np.where(fine, new_year + begin + day - 1, UNREADABLE)


def local(seconds: Ints) -> npt.NDArray[np.datetime64]:
    """Seconds since 1970 as numpy times, not-a-time where unreadable."""
    made = seconds * 1_000_000
    made[seconds == UNREADABLE] = np.iinfo(np.int64).min
    return made.view("datetime64[us]")
