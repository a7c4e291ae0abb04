"""Parameters of notebooks and commands, parsed from text in this one place."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from analysis.errors import ParameterError
from analysis.tables import CHANNELS


@dataclass(frozen=True)
class Scope:
    """What part of the matter a notebook looks at, and how: its parameters, parsed.

    `since` and `until` are UTC instants (`until` exclusive), made from local days in the matter's zone.
    """

    since: datetime
    until: datetime
    channels: tuple[str, ...] = ()  # empty: all
    person: str = ""
    top: int = 20
    level: float = 0.95
    resamples: int = 1000
    values: Mapping[str, str] = field(default_factory=dict)


YEARS = range(1800, 2201)  # no message was sent outside, and clocks and calendars hold


def parse_day(text: str, name: str) -> date:
    """Parse a day written as 2020-03-31; `name` is what the refusal calls it."""
    try:
        day = datetime.fromisoformat(text.strip()).date()
    except ValueError as error:
        raise ParameterError(f"{name} is {text!r}; write a day as 2020-03-31") from error
    if day.year not in YEARS:
        raise ParameterError(f"{name} is {text}; write a day of the years {YEARS[0]} to {YEARS[-1]}")
    return day


def parse_zone(name: str) -> ZoneInfo:
    """Parse the name of a time zone."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ParameterError(
            f"zone is {name!r}, which no time zone is called; write one such as Europe/London"
        ) from error


def _number(kind: type, low: float, high: float) -> Callable[[str, str], Any]:
    def parse(text: str, name: str) -> Any:
        try:
            value = kind(text)
        except ValueError as error:
            raise ParameterError(f"{name} is {text!r}; write a number") from error
        if not low <= value <= high:
            raise ParameterError(f"{name} is {text}; it must lie between {low:g} and {high:g}")
        return value

    return parse


def _channels(text: str, name: str) -> tuple[str, ...]:
    chosen = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    for channel in chosen:
        if channel not in CHANNELS:
            raise ParameterError(f"{name} names {channel!r}; the channels are {', '.join(CHANNELS)}")
    return chosen


def _text(text: str, name: str) -> str:
    return text.strip()


PARAMETERS: dict[str, tuple[Callable[[str, str], Any], str]] = {
    "since": (parse_day, "first day looked at; empty: the matter's first day"),
    "until": (parse_day, "last day looked at, included; empty: the matter's last day"),
    "channels": (_channels, "channels separated by commas; empty: all"),
    "person": (_text, "a person, custodian or handle to look at; empty: everybody"),
    "top": (_number(int, 1, 10_000), "how many rows a ranking shows"),
    "level": (_number(float, 0.5, 0.999), "confidence level of intervals"),
    "resamples": (_number(int, 10, 1_000_000), "bootstrap resamples"),
}


def parse_scope(parameters: Mapping[str, str], first_on: date, last_on: date, zone: ZoneInfo) -> Scope:
    """Parse notebook parameters; refuses an unknown name and a value that cannot be read."""
    parsed: dict[str, Any] = {}
    for name, text in parameters.items():
        if name not in PARAMETERS:
            raise ParameterError(unknown_parameter(name, PARAMETERS))
        if str(text).strip():
            parsed[name] = PARAMETERS[name][0](str(text), name)
    since = datetime.combine(parsed.pop("since", first_on), time(), zone)
    last = parsed.pop("until", last_on)
    until = datetime.combine(date.fromordinal(last.toordinal() + 1), time(), zone)
    if since >= until:
        raise ParameterError(f"since ({since.date()}) lies after until ({last}); swap them")
    return Scope(since.astimezone(UTC), until.astimezone(UTC), values=dict(parameters), **parsed)


def unknown_parameter(name: str, known: Mapping[str, object]) -> str:
    """The refusal of an unknown parameter, with the nearest name and the list."""
    near = difflib.get_close_matches(name, list(known), 1, 0.5)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"no parameter is called {name}{hint} Known: {', '.join(sorted(known))}"
