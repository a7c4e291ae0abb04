"""Labels with the message they stand on: how many, where, and whom the message reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.relations import scoped

if TYPE_CHECKING:
    from analysis.matter import Matter

FACTS = ("message_id", "thread_id", "channel", "sent_at")


def marks(matter: Matter) -> pd.DataFrame:
    """A row is a protective marking in the scope.

    Columns of `labels`; `thread_id`, `channel`, `sent_at` of its message; `n_reached`, `n_outside` (people other than
    the sender, and those of them known to be outside the organisation), `private` (1: from or to a private account).
    """
    rows = _reaching(matter, _labels(matter, "marking"))
    return matter.engine.collect(rows, ["label_id"])


def marked_holdings(matter: Matter) -> pd.DataFrame:
    """A row is a copy of a marked message in a source that was not exported from an official account.

    `message_id`, `copy_id`, `state`, `sent_at`, the source's `path`, `custodian_id`, `channel`, `address`, `last_at`
    (last record in it) and the `ownership` of its account (private or unknown).
    """
    marked = _labels(matter, "marking").select("message_id").distinct()
    sources = scoped.table(matter, "sources").select("source_id", "last_at")
    owned = scoped.table(matter, "accounts").select("channel", "address", "ownership")
    rows = scoped.held(matter).inner_join(marked, "message_id").inner_join(sources, "source_id")
    rows = rows.left_join(owned, ["channel", "address"])
    rows = rows.mutate(ownership=rows.ownership.coalesce("unknown")).filter(lambda t: t.ownership != "official")
    chosen = rows.select("message_id", "copy_id", "state", "sent_at", "path", "custodian_id", "channel", "address",
                         "last_at", "ownership")  # fmt: skip
    return matter.engine.collect(chosen, ["copy_id"])


def personal_data(matter: Matter) -> pd.DataFrame:
    """A row is a piece of personal or contact data or a statement of a special category, as in `marks`.

    `value` is what the span holds, for counting distinct values; it is never stored and never shown.
    """
    rows = _reaching(matter, _labels(matter, "personal", "contact", "special"))
    bodies = scoped.table(matter, "messages").select("message_id", "body")
    rows = rows.inner_join(bodies, "message_id")
    inside = (rows["where"] == "body") & rows.start.notnull()
    rows = rows.mutate(value=inside.ifelse(rows.body.substr(rows.start, rows["end"] - rows.start), None)).drop("body")
    return matter.engine.collect(rows, ["label_id"])


def themed(matter: Matter) -> pd.DataFrame:
    """A row is a message and its theme, found by words: `label_id`, `label`, `message_id`, `thread_id`, `score`..."""
    rows = _labels(matter, "theme").filter(lambda t: t.method == "model")
    return matter.engine.collect(rows.select("label_id", "label", *FACTS, "score"), ["label_id"])


def signals(matter: Matter) -> pd.DataFrame:
    """A row is a signal of a word list (privilege, exemption hint, move of channel) with its message and span."""
    rows = _labels(matter, "privilege", "exemption", "theme").filter(lambda t: t.method == "rule")
    chosen = rows.select("label_id", "scheme", "label", *FACTS, "start", "end", "rule", "score", "quoted", "where")
    return matter.engine.collect(chosen, ["label_id"])


def _labels(matter: Matter, *schemes: str) -> Any:
    """Labels on messages of the scope, of some schemes or of all."""
    rows = scoped.table(matter, "labels")
    rows = rows.filter(rows.scheme.isin(schemes)) if schemes else rows
    return rows.inner_join(scoped.messages(matter).select(*FACTS), "message_id")


def _reaching(matter: Matter, rows: Any) -> Any:
    """Rows with whom their message reached, and whether a private account of a custodian was at either end."""
    outside = scoped.table(matter, "people").filter(lambda t: ~t.inside.coalesce(True)).select(recipient="person_id")
    met = scoped.exposures(matter).select("message_id", "recipient")
    reached = met.group_by("message_id").aggregate(n_reached=met.recipient.count())
    strangers = met.inner_join(outside, "recipient")
    strangers = strangers.group_by("message_id").aggregate(n_outside=strangers.recipient.count())
    private = scoped.private(matter).mutate(private=1)
    rows = scoped.beside(scoped.beside(rows, reached, n_reached=0), strangers, n_outside=0)
    return scoped.beside(rows, private, private=0)
