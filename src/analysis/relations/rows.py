"""Rows before they are counted: each message, copy, delivery... that other relations add up, and what it counts by.

The report lists them behind its numbers, and counts them again. Ids and facts only, never a text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.relations import scoped
from analysis.relations.record import business, official_messages, sided

if TYPE_CHECKING:
    from analysis.matter import Matter


def message_rows(matter: Matter) -> pd.DataFrame:
    """A row is a message of the scope.

    `message_id`, `thread_id`, `channel`, `sent_at`, `sender`, `n_copies`, `official` (an official account has part in
    it), `business` (absent: not labelled).
    """
    rows = scoped.messages(matter).select("message_id", "thread_id", "channel", "sent_at", "sender", "n_copies")
    return matter.engine.collect(scoped.beside(sided(rows, matter), business(matter)), ["sent_at", "message_id"])


def copy_rows(matter: Matter) -> pd.DataFrame:
    """A row is a copy, whatever the scope.

    `copy_id`, `message_id`, `thread_id`, `source_id`, `custodian_id`, `address`, `channel` (of its thread),
    `account_channel` (of its file), `sent_at` (as its own file says), `state`, `suspect`, `inside` (in the scope),
    `alone` (no other copy of the message).
    """
    rows = scoped.table(matter, "copies")
    rows = rows.select("copy_id", "message_id", "thread_id", "source_id", "sent_at", "state", "suspect")
    held = scoped.held(matter).select("copy_id").mutate(inside=True)
    files = scoped.table(matter, "sources")
    files = files.select("source_id", "custodian_id", "address", account_channel="channel")
    agreed = scoped.table(matter, "messages").select("message_id", n="n_copies")
    threads = scoped.table(matter, "threads").select("thread_id", "channel")
    for part, key in ((files, "source_id"), (threads, "thread_id"), (agreed, "message_id"), (held, "copy_id")):
        rows = scoped.beside(rows, part, key)
    rows = rows.mutate(inside=rows.inside.coalesce(False), alone=rows.n == 1).drop("n")
    return matter.engine.collect(rows, ["sent_at", "copy_id"])


def absence_rows(matter: Matter) -> pd.DataFrame:
    """A row is a message of the scope that a source lacks: ids, `custodian_id`, `channel`, `kind`, `explained`."""
    rows = scoped.absences(matter)
    columns = ("message_id", "thread_id", "source_id", "custodian_id", "channel", "sent_at", "kind", "explained")
    return matter.engine.collect(rows.select(*columns), ["sent_at", "message_id", "source_id", "kind"])


def holder_rows(matter: Matter) -> pd.DataFrame:
    """A row is a message and a custodian who received it.

    `message_id`, `thread_id`, `channel`, `sent_at`, `custodian_id`, `state` (`held`, `deleted`, `timer`,
    `unexplained`), `n_others` (custodians beside this one who hold it).
    """
    rows = scoped.states(matter)
    lost = (rows.deleted == 1).ifelse("deleted", (rows.timer == 1).ifelse("timer", "unexplained"))
    rows = rows.mutate(state=(rows.held == 1).ifelse("held", lost))
    columns = ("message_id", "thread_id", "channel", "sent_at", "custodian_id", "state", "n_others")
    return matter.engine.collect(rows.select(*columns), ["sent_at", "message_id", "custodian_id"])


def delivery_rows(matter: Matter) -> pd.DataFrame:
    """A row is a message and one person it reached.

    `message_id`, `thread_id`, `channel`, `sent_at`, `sender`, `recipient`, `mode`, `n_recipients`, `official`,
    `only_custodian` (the one custodian whose sources hold it; absent: several do).
    """
    rows = scoped.exposures(matter)
    rows = scoped.beside(rows, scoped.sole(matter).rename(only_custodian="custodian_id"))
    return matter.engine.collect(sided(rows, matter), ["sent_at", "message_id", "recipient"])


def account_rows(matter: Matter) -> pd.DataFrame:
    """A row is an account's part in a message of the scope.

    `message_id`, `thread_id`, `channel`, `sent_at`, `account_id`, `role` (`sent`, `received`).
    """
    return matter.engine.collect(scoped.counted(matter), ["sent_at", "message_id", "account_id", "role"])


def capture_rows(matter: Matter) -> pd.DataFrame:
    """A row is a message of the scope in an official item: ids of both, `thread_id`, `channel`, `kind`, `tier`."""
    facts = scoped.messages(matter).select("message_id", "thread_id", "channel", "sent_at")
    rows = scoped.table(matter, "captures").select("message_id", "official_message_id", "kind", "tier")
    rows = rows.distinct().inner_join(facts, "message_id")
    return matter.engine.collect(rows, ["sent_at", "message_id", "official_message_id", "kind", "tier"])


def official_file_rows(matter: Matter) -> pd.DataFrame:
    """A row is a file attached to an official item: ids, `mime`, `file` (the same for the same bytes), `read`."""
    files = scoped.table(matter, "attachments").semi_join(official_messages(matter), "message_id")
    read = scoped.table(matter, "attachment_texts").select("attachment_id").mutate(read=True)
    threads = scoped.table(matter, "messages").select("message_id", "thread_id")
    files = scoped.beside(files, read, "attachment_id", mime="unknown", read=False).inner_join(threads, "message_id")
    file = files.sha256.coalesce(files.attachment_id)
    rows = files.select("attachment_id", "message_id", "thread_id", "name", "mime", file=file, read=files.read)
    return matter.engine.collect(rows, ["attachment_id"])
