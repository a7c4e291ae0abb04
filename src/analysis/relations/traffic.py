"""How much, when, by whom, from which account and source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.relations import scoped

if TYPE_CHECKING:
    from analysis.matter import Matter


def volumes(matter: Matter) -> pd.DataFrame:
    """A row is a channel and an hour: messages sent in it, and the copies held of them.

    `channel`, `hour_at` (start, UTC), `n_messages`, `n_copies`.
    """
    rows = scoped.messages(matter).mutate(hour_at=lambda t: t.sent_at.truncate("h"))
    counted = rows.group_by("channel", "hour_at").aggregate(
        n_messages=rows.message_id.count(), n_copies=rows.n_copies.sum()
    )
    return matter.engine.collect(counted, ["channel", "hour_at"])


def senders(matter: Matter) -> pd.DataFrame:
    """A row is a person on a channel: messages sent, threads written in, first and last.

    `person` (an unresolved handle stands for itself; absent when no copy names the sender), `channel`, `n_messages`,
    `n_copies`, `n_threads`, `first_at`, `last_at`.
    """
    rows = scoped.messages(matter)
    counted = rows.group_by("sender", "channel").aggregate(
        n_messages=rows.message_id.count(),
        n_copies=rows.n_copies.sum(),
        n_threads=rows.thread_id.nunique(),
        first_at=rows.sent_at.min(),
        last_at=rows.sent_at.max(),
    )
    return matter.engine.collect(counted.rename(person="sender"), ["person", "channel"])


def account_activity(matter: Matter) -> pd.DataFrame:
    """A row is an account, with what its handles sent and received in the scope.

    Columns of `accounts` and `sent`, `received` (messages in the scope).
    """
    parts = scoped.counted(matter)
    parts = parts.group_by("account_id").aggregate(
        sent=scoped.count_if(parts.role == "sent"), received=scoped.count_if(parts.role == "received")
    )
    rows = scoped.of_channels(scoped.table(matter, "accounts"), matter)
    rows = scoped.beside(rows, parts, "account_id", sent=0, received=0)
    return matter.engine.collect(rows, ["channel", "address"])


def private_use(matter: Matter) -> pd.DataFrame:
    """A row is a channel: `n_messages`, and `n_private` of them sent from or to a private account of a custodian."""
    rows = scoped.messages(matter)
    touched = rows.select("message_id", "channel").inner_join(scoped.private(matter), "message_id")
    touched = touched.group_by("channel").aggregate(n_private=touched.message_id.count())
    counted = rows.group_by("channel").aggregate(n_messages=rows.message_id.count())
    return matter.engine.collect(scoped.beside(counted, touched, "channel", n_private=0), ["channel"])


def coverage(matter: Matter) -> pd.DataFrame:
    """A row is a source and a day (UTC) on which it holds something.

    `source_id`, `custodian_id`, `channel`, `address`, `day_at`, `n_copies`. A day without a row may be a quiet day.
    """
    rows = scoped.held(matter).mutate(day_at=lambda t: t.sent_at.truncate("D"))
    counted = rows.group_by("source_id", "custodian_id", "channel", "address", "day_at").aggregate(
        n_copies=rows.copy_id.count()
    )
    return matter.engine.collect(counted, ["source_id", "day_at"])


def holder_totals(matter: Matter) -> pd.DataFrame:
    """A row is a custodian and channel: what the exports hold in the scope.

    `n_files`, `n_copies`, `n_messages`, `n_alone` (messages only this one copy shows), `n_suspect` (copies not to be
    relied on), `n_deleted` (tombstones).
    """
    agreed = scoped.table(matter, "messages").select("message_id", agreed="n_copies")
    rows = scoped.held(matter).inner_join(agreed, "message_id")
    counted = rows.group_by("custodian_id", "channel").aggregate(
        n_files=rows.source_id.nunique(),
        n_copies=rows.copy_id.count(),
        n_messages=rows.message_id.nunique(),
        n_alone=scoped.count_if(rows.agreed == 1),
        n_suspect=scoped.count_if(rows.suspect.coalesce("") != ""),
        n_deleted=scoped.count_if(rows.state == "deleted"),
    )
    return matter.engine.collect(counted, ["custodian_id", "channel"])


def suspects(matter: Matter) -> pd.DataFrame:
    """A row is a copy not to be relied on: `copy_id`, `message_id`, `source_id`, `path`, `locator`, `suspect`."""
    rows = scoped.held(matter).filter(lambda t: t.suspect.coalesce("") != "")
    chosen = rows.select("copy_id", "message_id", "source_id", "path", "locator", "suspect", "sent_at")
    return matter.engine.collect(chosen, ["source_id", "locator", "copy_id"])


def thread_sizes(matter: Matter) -> pd.DataFrame:
    """A row is a thread: `channel`, `kind`, `title`, `n_messages`, `n_copies`, `n_senders`, `n_sources`, ends."""
    rows = scoped.messages(matter)
    counted = rows.group_by("thread_id").aggregate(
        n_messages=rows.message_id.count(),
        n_copies=rows.n_copies.sum(),
        n_senders=rows.sender.nunique(),
        first_at=rows.sent_at.min(),
        last_at=rows.sent_at.max(),
    )
    facts = scoped.table(matter, "threads").select("thread_id", "channel", "kind", "title", "n_sources")
    return matter.engine.collect(facts.inner_join(counted, "thread_id"), ["thread_id"])
