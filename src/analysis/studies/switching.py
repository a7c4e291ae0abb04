"""When talk moved between channels, and how fast each channel was answered: between two people, told apart by side.

A move is the next message between the same two people on another channel within some hours. A waiting time runs from
the first message of a turn to the other's next message in the same thread; a turn nobody answered within `LONGEST_S`,
or before the evidence ends, is censored. Cannot show why anybody moved, talk that moved to a channel nobody exported,
and calls.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.studies.intervals import SEED
from analysis.studies.volume import OFFICE_HOURS

HOURS = 24.0
"""Hours within which the next message on another channel counts as a move: a day, so that a night may lie between."""
LONGEST_S = 7 * 86_400.0
"""A reply after a week answers something else as often as not: the wait is taken as longer than that."""
RESAMPLES = 200
"""Draws of pairs of people behind an interval of a median."""
FEWEST = 20
"""Turns on each side of a comparison, at the least."""


def moves(rows: pd.DataFrame, hours: float = HOURS) -> pd.DataFrame:
    """A row is a move: `tie`, `message_id` (the first on the new channel), `sender`, `before`, `after`, `at`, `kind`.

    `kind`: `to private` when the earlier message was official and the new one is not, `to official` the other way, or
    `among private`. `rows` as of `relations.pair_messages`.
    """
    rows = rows.sort_values(["tie", "sent_at", "message_id"], ignore_index=True)
    earlier = rows.groupby("tie")[["channel", "official", "sent_at"]].shift()
    near = (rows.sent_at - earlier.sent_at).dt.total_seconds() <= hours * 3600
    moved = near & ((rows.channel != earlier.channel) | (rows.official != earlier.official.fillna(False).astype(bool)))
    made, was = rows[moved], earlier.official[moved].astype(bool)
    kind = np.where(was & ~made.official, "to private", np.where(~was & made.official, "to official", "among private"))
    kind = np.where(was & made.official, "among official", kind)
    before = earlier.channel[moved]
    ways = [f"{one}: {was_on} to {now_on}" for one, was_on, now_on in zip(kind, before, made.channel, strict=True)]
    return pd.DataFrame({
        "tie": made.tie, "message_id": made.message_id, "sender": made.sender, "before": before, "after": made.channel,
        "at": made.sent_at, "kind": kind, "way": ways,
    }).reset_index(drop=True)  # fmt: skip


def proposed(proposals: pd.DataFrame, rows: pd.DataFrame, hours: float = HOURS) -> pd.DataFrame:
    """All proposals, with `place` (side and channel) and `moved` (absent where more than two people are in it)."""
    told = followed(proposals, rows, hours)[["message_id", "moved"]]
    return proposals.merge(told, how="left", on="message_id").assign(place=proposals.side + " " + proposals.channel)


def counted(asked: pd.DataFrame) -> pd.DataFrame:
    """A row is a place of proposals: `n`, `n_between_two` people, `n_moved` of those followed by a move."""
    groups = asked.assign(hit=asked.moved.fillna(False).astype(bool)).groupby(["place", "side", "channel"])
    rows = groups.agg(n=("message_id", "count"), n_between_two=("moved", "count"), n_moved=("hit", "sum"))
    return rows.reset_index().sort_values(["n", "place"], ascending=[False, True], ignore_index=True)


def followed(proposals: pd.DataFrame, rows: pd.DataFrame, hours: float = HOURS) -> pd.DataFrame:
    """Proposals between two people, and whether the next message between them on another channel came within hours."""
    made = proposals.merge(rows[["message_id", "tie", "official"]], on="message_id")
    later = rows.sort_values("sent_at").rename(columns={"channel": "next_channel", "sent_at": "next_at"})
    kept = made[["message_id", "tie", "channel", "sent_at"]].merge(later[["tie", "next_channel", "next_at"]], on="tie")
    gap = (kept.next_at - kept.sent_at).dt.total_seconds()
    hit = kept[(gap > 0) & (gap <= hours * 3600) & (kept.next_channel != kept.channel)]
    return made.assign(moved=made.message_id.isin(hit.message_id))


def weekly(days: pd.DataFrame, custodians: set[str], zone: str) -> pd.DataFrame:
    """A row is a week (Monday, local) of custodians: `week_on`, `n_private`, `n_official` sent, `share` private."""
    rows = days[days.person.isin(custodians)]
    if rows.empty:
        return pd.DataFrame({"week_on": pd.to_datetime([]), "n_private": [], "n_official": [], "share": []})
    week = rows.hour_at.dt.tz_convert(zone).dt.tz_localize(None).dt.to_period("W-SUN").dt.start_time
    counted = _sides(rows.assign(week_on=week), "week_on")
    every = pd.date_range(counted.index.min(), counted.index.max(), freq="7D", name="week_on")
    counted = counted.reindex(every, fill_value=0)
    return counted.assign(share=counted.n_private / counted.sum(axis=1).where(lambda n: n > 0)).reset_index()


def by_person(days: pd.DataFrame, custodians: set[str]) -> pd.DataFrame:
    """A row is a custodian: `person`, `n_private`, `n_official` messages sent, `share` private; most private first."""
    counted = _sides(days[days.person.isin(custodians)], "person")
    counted = counted.assign(share=counted.n_private / counted.sum(axis=1)).reset_index()
    return counted.sort_values(["n_private", "person"], ascending=[False, True], ignore_index=True)


def _sides(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    counted = rows.groupby([by, "official"]).n_messages.sum().unstack(fill_value=0)
    return counted.reindex(columns=[False, True], fill_value=0).set_axis(["n_private", "n_official"], axis=1)


def turns(rows: pd.DataFrame, zone: str) -> pd.DataFrame:
    """A row is a turn between two people: `tie`, `message_id`, `channel`, `side`, `waited_s`, `answered`, `office`.

    Mail and chat are followed alike: within one thread. `office`: begun on a weekday in office hours.
    """
    rows = rows.sort_values(["tie", "thread_id", "sent_at", "message_id"], ignore_index=True)
    if rows.empty:
        return pd.DataFrame(
            {name: [] for name in ("tie", "message_id", "channel", "side", "waited_s", "answered", "office")}
        )
    talk = ["tie", "thread_id"]
    begins = rows.groupby(talk).sender.shift().ne(rows.sender)
    first = rows[begins].copy()
    answer = first.groupby(talk).sent_at.shift(-1)
    waited = (answer - first.sent_at).dt.total_seconds()
    ends = (rows.sent_at.max() - first.sent_at).dt.total_seconds().clip(upper=LONGEST_S)
    answered = waited.notna() & (waited <= LONGEST_S)
    local = first.sent_at.dt.tz_convert(zone)
    return pd.DataFrame({
        "tie": first.tie, "message_id": first.message_id, "channel": first.channel,
        "side": np.where(first.official, "official", "private"), "waited_s": waited.where(answered, ends).clip(lower=1),
        "answered": answered, "office": local.dt.hour.isin(OFFICE_HOURS) & (local.dt.dayofweek < 5),
    }).query("waited_s > 0").reset_index(drop=True)  # fmt: skip


def waits(found: pd.DataFrame, by: str, level: float = 0.95) -> pd.DataFrame:
    """A row is a value of `by`: turns, pairs, share answered within a week, and the median wait in minutes.

    The median is Kaplan-Meier's; `low` and `high` come from drawing pairs of people again; `cannot tell` (absent) where
    fewer than half were answered.
    """
    rows = []
    for value, group in found.groupby(by, sort=True):
        parts = [part for _, part in group.groupby("tie", sort=True)]
        ties = [(part.waited_s.to_numpy(), part.answered.to_numpy(dtype=bool)) for part in parts]
        random = np.random.default_rng(SEED)
        drawn = []
        for _ in range(RESAMPLES if len(group) >= FEWEST and len(ties) > 1 else 0):
            chosen = [ties[place] for place in random.integers(0, len(ties), len(ties))]
            drawn.append(_median(*map(np.concatenate, zip(*chosen, strict=True))))
        known = [one for one in drawn if one == one]
        low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2]) if known else (np.nan, np.nan)
        rows.append((value, len(group), len(ties), group.answered.mean(), median(group), low, high))
    return pd.DataFrame(rows, columns=[by, "n_turns", "n_pairs", "answered_share", "median_min", "low_min", "high_min"])


def median(found: pd.DataFrame) -> float:
    """Kaplan-Meier median wait in minutes; NaN when fewer than half were answered."""
    return _median(found.waited_s.to_numpy(), found.answered.to_numpy(dtype=bool))


def _median(waited: np.ndarray, answered: np.ndarray) -> float:
    times, every = np.sort(waited[answered]), np.sort(waited)
    values, deaths = np.unique(times, return_counts=True)
    at_risk = len(every) - np.searchsorted(every, values)
    left = np.cumprod(1 - deaths / at_risk)
    hit = np.flatnonzero(left <= 0.5)
    return float(values[hit[0]] / 60) if len(hit) else float("nan")


def comparable(found: pd.DataFrame) -> pd.DataFrame:
    """Turns in office hours between pairs who used both sides: the fair comparison of official and private."""
    both = found.groupby("tie").side.transform("nunique") == 2
    return found[both & found.office.astype(bool)]
