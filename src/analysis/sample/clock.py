"""When invented people write: rhythms by wave, weekday and hour; local wall time without a library call a message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

DAY_S = 86_400
FIRST = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
N_DAYS = 578  # to 2021-07-31
LAST = FIRST + N_DAYS * DAY_S
SUMMER = tuple(
    (int(datetime(*a, 1, tzinfo=UTC).timestamp()), int(datetime(*b, 1, tzinfo=UTC).timestamp()))
    for a, b in (((2020, 3, 29), (2020, 10, 25)), ((2021, 3, 28), (2021, 10, 31)))
)
WAVES = (
    (95, 28, 1.0),
    (300, 30, 0.7),
    (375, 25, 0.8),
)  # day of the peak, width in days, height: two emergencies' worth
HOURS = {
    "work": (1, 1, 0, 0, 0, 2, 7, 14, 20, 22, 20, 18, 15, 16, 18, 19, 20, 20, 17, 14, 13, 12, 8, 4),
    "social": (1, 0, 0, 0, 0, 1, 6, 12, 9, 5, 4, 5, 9, 7, 5, 8, 9, 13, 18, 20, 19, 15, 9, 3),
    "mail": (0, 0, 0, 0, 0, 1, 5, 12, 24, 28, 26, 24, 16, 20, 24, 24, 22, 18, 10, 6, 6, 5, 4, 1),
}
WEEKDAYS = {
    "work": (10, 11, 11, 11, 10, 5, 6),
    "social": (6, 6, 6, 6, 8, 12, 12),
    "mail": (12, 12, 12, 12, 10, 1.5, 2),
}
_DAYS = [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(N_DAYS + 400)]
DMY = [f"{day:%d/%m/%Y}" for day in _DAYS]
MDY = [f"{day.month}/{day.day}/{day:%y}" for day in _DAYS]
RFC = [f"{day:%a, %d %b %Y}" for day in _DAYS]
ISO = [f"{day:%Y-%m-%d}" for day in _DAYS]
WRITTEN = [f"{day.day} {day:%B}" for day in _DAYS]
CLOCK24 = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440)]


def twelve(minute: int, morning: str, evening: str, gap: str) -> str:
    """A minute of the day on a twelve-hour clock."""
    hour = minute // 60
    return f"{hour % 12 or 12}:{minute % 60:02d}{gap}{evening if hour >= 12 else morning}"


def moment(text: str) -> int:
    """Midday of a day as epoch seconds."""
    return int(datetime.fromisoformat(text[:10]).replace(tzinfo=UTC).timestamp()) + DAY_S // 2


def local(at: int) -> int:
    """Epoch seconds moved to London wall time."""
    for first, last in SUMMER:
        if first <= at < last:
            return at + 3600
    return at


def iso(at_ms: int) -> str:
    """UTC with milliseconds."""
    second, ms = divmod(at_ms, 1000)
    day, second = divmod(second - FIRST, DAY_S)
    return f"{ISO[day]}T{CLOCK24[second // 60]}:{second % 60:02d}.{ms:03d}Z"


def stamp(at: int) -> str:
    """UTC as mail writes it: `Mon, 16 Mar 2020 09:17:00 +0000`."""
    day, second = divmod(at - FIRST, DAY_S)
    return f"{RFC[day]} {CLOCK24[second // 60]}:{second % 60:02d} +0000"


def starts(rng: np.random.Generator, count: int, first: int, last: int, rhythm: str) -> list[int]:
    """Epoch seconds at which `count` conversations begin, in order, drawn from the rhythm between two instants."""
    day0, day1 = (first - FIRST) // DAY_S, max((last - FIRST) // DAY_S, (first - FIRST) // DAY_S + 1)
    days = np.arange(day0, day1)
    weight = np.full(len(days), 0.45)
    if rhythm != "social":
        for peak, width, height in WAVES:
            weight += height * np.exp(-(((days - peak) / width) ** 2))
    weight *= np.asarray(WEEKDAYS[rhythm])[(days + 2) % 7]  # 1 January 2020 was a Wednesday
    hours = np.asarray(HOURS[rhythm], float)
    day = days[np.searchsorted(np.cumsum(weight) / weight.sum(), rng.random(count))]
    hour = np.searchsorted(np.cumsum(hours) / hours.sum(), rng.random(count))
    at = FIRST + day * DAY_S + hour * 3600 + rng.integers(0, 3600, count)
    return sorted(int(value) for value in np.clip(at, first, last))
