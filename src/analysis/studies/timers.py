"""Disappearing messages: when a timer was on, who set it, and what was sent and lost while it was."""

from __future__ import annotations

from typing import Any

import pandas as pd


def timers(happened: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """A row is a stretch of a conversation with the timer on, as far as events record it.

    `thread_id`, `from_at`, `to_at` (`until` where nothing records its end), `ended` (whether an event does), `value`
    (the timer), `by` (who turned it on), `n_sources` that record the beginning. `happened`: `groups.recorded`.
    Cannot show timers set before an export begins, or as an account's default.
    """
    rows = happened[happened.kind.isin(["timer_on", "timer_off"])].sort_values(["thread_id", "at", "kind"])
    made = []
    for thread, part in rows.groupby("thread_id", sort=True):
        on: dict[str, Any] | None = None
        event: Any
        for event in part.itertuples():
            if event.kind == "timer_on" and on is None:
                on = {"thread_id": thread, "from_at": event.at, "value": event.value, "by": event.by, "sources": set()}
            if event.kind == "timer_on" and on is not None:
                on["sources"].add(event.source_id)
            elif event.kind == "timer_off" and on is not None:
                made.append(_stretch(on, event.at, True))
                on = None
        if on is not None:
            made.append(_stretch(on, until, False))
    columns = ["thread_id", "from_at", "to_at", "ended", "value", "by", "n_sources"]
    return pd.DataFrame(made, columns=columns).sort_values(["from_at", "thread_id"], ignore_index=True)


def _stretch(on: dict[str, Any], to_at: Any, ended: bool) -> dict[str, Any]:
    sources = on.pop("sources")
    return on | {"to_at": to_at, "ended": ended, "n_sources": len(sources)}


def during(stretches: pd.DataFrame, lacking: pd.DataFrame) -> pd.DataFrame:
    """The stretches with `days` and `n_lacked`: messages sent meanwhile that some holder lacks and another holds.

    `lacking`: `relations.lacking`.
    """
    lost = lacking.drop_duplicates("message_id")
    counts = [
        int(((lost.thread_id == row.thread_id) & (lost.sent_at >= row.from_at) & (lost.sent_at < row.to_at)).sum())
        for row in stretches.itertuples()
    ]
    days = (pd.to_datetime(stretches.to_at) - pd.to_datetime(stretches.from_at)) / pd.Timedelta(1, "D")
    return stretches.assign(days=days, n_lacked=pd.Series(counts, dtype="int64"))


def marked_by_channel(marked: pd.DataFrame, hrefs: dict[str, str]) -> pd.DataFrame:
    """A row is a channel: `n_marked` messages with a tombstone, `n_still_held` by somebody in full, `href` of them.

    `marked`: `relations.tombstones`.
    """
    rows = marked.assign(held=marked.n_holders > 0).groupby("channel", as_index=False)
    counts = rows.agg(n_marked=("message_id", "size"), n_still_held=("held", "sum"))
    return counts.assign(href=counts.channel.map(hrefs))
