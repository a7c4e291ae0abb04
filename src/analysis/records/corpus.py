"""Both sides of the comparison: private messages and texts of official items, as frames and as words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.records.official import official_ids, official_texts, parties, private_texts
from analysis.records.passages import passage
from analysis.records.tokens import Tokens, spans, tokens

if TYPE_CHECKING:
    from analysis.matter import Matter

LETTERS = 12  # shorter messages ("Thanks, will do") stand in too many places to prove anything


@dataclass(frozen=True)
class Place:
    """A stretch of words of an official text: characters, how it stands there, and whether it fills its lines."""

    kind: str
    minutes: tuple[int, ...]
    days: tuple[int, ...]
    begin: int
    stop: int
    alone: bool


@dataclass(frozen=True)
class Corpus:
    """Row `i` of `private` is text `i` of `short`; row `j` of `official` is text `j` of `long`."""

    private: pd.DataFrame
    official: pd.DataFrame
    short: Tokens
    long: Tokens
    people: Mapping[str, frozenset[str]]
    zone: ZoneInfo
    _spans: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, matter: Matter, frames: Mapping[str, pd.DataFrame]) -> Corpus:
        """The two sides of a matter."""
        official = official_ids(matter, frames)
        private, items = private_texts(official, frames, LETTERS), official_texts(official, frames)
        people = parties(frames, set(items["message_id"]) | set(private["message_id"]))
        sides = tokens(private["body"].tolist()), tokens(items["text"].tolist())
        return cls(private, items, *sides, people, ZoneInfo(matter.zone))

    @cached_property
    def minutes(self) -> NDArray[Any]:
        """Local minute of the day at which each private message was sent; -1: unknown."""
        at = self.private["sent_at"].dt.tz_convert(self.zone)
        return np.asarray((at.dt.hour * 60 + at.dt.minute).fillna(-1), dtype=np.int64)

    @cached_property
    def days(self) -> NDArray[Any]:
        """Local day on which each private message was sent, as an ordinal; 0: unknown."""
        at = self.private["sent_at"].dt.tz_convert(self.zone).dt.tz_localize(None)
        return np.array([0 if pd.isna(one) else one.toordinal() for one in at], dtype=np.int64)

    def delays(self, text: Any, item: Any) -> NDArray[np.float64]:
        """Seconds from private messages to official items; NaN where a time is unknown."""
        after, before = self.official["sent_at"].to_numpy()[item], self.private["sent_at"].to_numpy()[text]
        return np.array((after - before) / np.timedelta64(1, "s"), dtype=np.float64)

    def acquainted(self, text: int, item: int) -> bool:
        """Whether somebody sent or received both."""
        nobody = frozenset[str]()
        of_item = self.people.get(str(self.official["message_id"].iat[item]), nobody)
        return bool(of_item & self.people.get(str(self.private["message_id"].iat[text]), nobody))

    def place(self, text: int, item: int, start: int, end: int) -> Place:
        """How words `start` to `end` (counted over all items) of an item stand there."""
        told, first = str(self.official["text"].iat[item]), int(self.long.starts[item])
        if item not in self._spans:
            self._spans.clear()  # items come in order: one is enough
            self._spans[item] = spans(told)
        places = self._spans[item]
        begin, stop = places[start - first][0], places[end - first - 1][1]
        seen = passage(told, begin, str(self.private["channel"].iat[text]) == "email")
        line, after = told.rfind("\n", 0, begin) + 1, told.find("\n", stop)
        headed = seen.kind == "transcript" or not _words(told[line:begin])
        alone = headed and not _words(told[stop : after if after >= 0 else len(told)])
        file = bool(self.official["attachment_id"].notna().iat[item])
        return Place("attachment" if file else seen.kind, seen.minutes, seen.days, begin, stop, alone)


def _words(text: str) -> bool:
    return any(letter.isalnum() for letter in text)
