"""Which conversations with official business never touched an official system, and whose departure would lose what."""

from __future__ import annotations

import pandas as pd

from analysis.studies.intervals import wilson

DOUBT = 0.2
"""Chance from which a conversation counts: to miss one is worse than to look at one too many."""


def with_business(threads: pd.DataFrame, line: float = DOUBT) -> pd.DataFrame:
    """Threads with official business; all threads where nothing is labelled.

    The own words of a message say so, or the chance that one of its two likeliest messages is business reaches the
    `line` (`doubt` of `relations.footprints`): two, because over many small chances a long private conversation would
    always pass.
    """
    labelled = bool(threads.n_labelled.sum())
    return threads[(threads.n_telling > 0) | (threads.doubt >= line) | (not labelled)]


def untouched(threads: pd.DataFrame, captures: str = "n_exact") -> pd.DataFrame:
    """Threads without official account and without capture (`n_exact`, or `n_likely` for nearly captured too)."""
    return threads[(threads.n_official == 0) & (threads[captures] == 0)]


def business_of(messages: pd.DataFrame, threads: pd.DataFrame) -> pd.DataFrame:
    """Messages of these threads labelled official business, in order of time; all of them where none is labelled."""
    quiet = messages.thread_id.isin(threads.thread_id[threads.n_business == 0])
    kept = messages.business.fillna(False).astype(bool) | quiet
    return messages[kept & messages.thread_id.isin(threads.thread_id)].sort_values(["sent_at", "message_id"])


def sensitivity(readings: dict[str, pd.DataFrame], level: float = 0.95, line: float = DOUBT) -> pd.DataFrame:
    """A row is a reading of which domains are official: threads without footprint.

    `domains`, `n`, `of`, `share`, `low`, `high` (Wilson: a thread is the unit), `likely` (those that nothing nearly
    captures either).
    """
    rows = []
    for name, threads in readings.items():
        business = with_business(threads, line)
        n, of = len(untouched(business)), len(business)
        ends = wilson(n, of, level)
        share = n / of if of else float("nan")
        rows.append((name, n, of, share, ends.low, ends.high, len(untouched(business, "n_likely"))))
    return pd.DataFrame(rows, columns=["domains", "n", "of", "share", "low", "high", "likely"])


def private_only(ties: pd.DataFrame) -> pd.DataFrame:
    """Ties on which nothing ever went through an official account: most messages first."""
    return ties[ties.n_official == 0].sort_values(
        ["n_private", "person_a", "person_b"], ascending=[False, True, True], ignore_index=True
    )


def departures(sole: pd.DataFrame) -> pd.DataFrame:
    """A row is a custodian: messages that only this custodian's exports hold and no official system does.

    `custodian_id`, `n_messages`, `n_business`, `n_threads`; most business first.
    """
    business = sole.business.fillna(False).astype(bool)
    counted = sole.assign(b=business).groupby("custodian_id").agg(
        n_messages=("message_id", "count"), n_business=("b", "sum"), n_threads=("thread_id", "nunique")
    )  # fmt: skip
    return counted.reset_index().sort_values(["n_business", "custodian_id"], ascending=[False, True], ignore_index=True)
