"""Who wrote to whom, and who belonged to what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.relations import scoped

if TYPE_CHECKING:
    from analysis.matter import Matter


def edges(matter: Matter) -> pd.DataFrame:
    """A row is one person writing to another on one channel in one mode of exposure.

    `sender`, `recipient` (person ids; an unresolved handle stands for itself), `channel`, `mode` (`direct`: a thread of
    two; `group`: member at the time; `mail_to`, `mail_cc`), `n_messages`, `weight` (each message shares 1 among its
    recipients, so that a post to 50 does not outweigh a letter to one), `first_at`, `last_at`.
    Cannot show that a recipient read anything.
    """
    rows = scoped.exposures(matter)
    counted = rows.group_by("sender", "recipient", "channel", "mode").aggregate(
        n_messages=rows.message_id.count(),
        weight=(1 / rows.n_recipients.cast("float64")).sum().round(9),
        first_at=rows.sent_at.min(),
        last_at=rows.sent_at.max(),
    )
    return matter.engine.collect(counted, ["sender", "recipient", "channel", "mode"])


def dated_edges(matter: Matter) -> pd.DataFrame:
    """A row is one person writing to another on one day (UTC).

    `sender`, `recipient`, `day_at`, `n_messages`, `weight` (as in `edges`).
    """
    rows = scoped.exposures(matter).mutate(day_at=lambda t: t.sent_at.truncate("D"))
    counted = rows.group_by("sender", "recipient", "day_at").aggregate(
        n_messages=rows.message_id.count(), weight=(1 / rows.n_recipients.cast("float64")).sum().round(9)
    )
    return matter.engine.collect(counted, ["sender", "recipient", "day_at"])


def encounters(matter: Matter) -> pd.DataFrame:
    """A row is two people in contact in one conversation in one week: what an explorable network is drawn from.

    `person` < `other`, `thread_id`, `channel`, `mode`, `week_at` (Monday, UTC), `n_messages`, `sent` (by `person`),
    `weight`, `first_id` (the first of these messages).
    """
    rows = scoped.exposures(matter).mutate(week_at=lambda t: t.sent_at.truncate("W"))
    one, other = scoped.ends(rows)
    rows = rows.mutate(
        person=one, other=other, mine=(rows.sender < rows.recipient).ifelse(1, 0),
        weight=1 / rows.n_recipients.cast("float64"),
    )  # fmt: skip
    by = ["person", "other", "thread_id", "channel", "mode", "week_at"]
    counted = rows.group_by(by).aggregate(
        n_messages=rows.message_id.count(),
        sent=rows.mine.sum(),
        weight=rows.weight.sum().round(9),
        at=rows.sent_at.min(),
    )
    first = rows.select(*by, "message_id", at="sent_at").inner_join(counted.select(*by, "at"), [*by, "at"])
    first = first.group_by(by).aggregate(first_id=first.message_id.min())
    rows = counted.drop("at").inner_join(first, by)
    return matter.engine.collect(rows, by)


def tie_messages(matter: Matter, ties: Sequence[str]) -> pd.DataFrame:
    """A row is a message between the two people of a tie, in either direction.

    `ties` and `tie`: the two person ids, smaller first, parted by `|` (`contacts.ties` makes them).
    `tie`, `message_id`, `sender`, `channel`, `mode`, `sent_at`.
    """
    rows = scoped.exposures(matter)
    one, other = scoped.ends(rows)
    rows = rows.mutate(tie=one + "|" + other).filter(lambda t: t.tie.isin(list(ties) or [""]))
    chosen = rows.select("tie", "message_id", "sender", "channel", "mode", "sent_at")
    return matter.engine.collect(chosen, ["tie", "sent_at", "message_id"])


def memberships_over(matter: Matter) -> pd.DataFrame:
    """A row is a stretch of membership that overlaps the period.

    `thread_id`, `channel`, `kind`, `title`, `person`, `custodian_id`, `inside`, `from_at`, `to_at`, `basis`.
    """
    facts = scoped.table(matter, "threads").select("thread_id", "channel", "kind", "title")
    rows = scoped.table(matter, "memberships").inner_join(facts, "thread_id")
    since, until = scoped.limits(matter)
    rows = scoped.of_channels(rows, matter)
    rows = rows.filter(
        rows.from_at.isnull() | (rows.from_at < until),
        rows.to_at.isnull() | (rows.to_at >= since),
    ).mutate(person=lambda t: t.person_id.coalesce(t.identity_id))
    known = scoped.table(matter, "people").select("custodian_id", "inside", person="person_id")
    rows = scoped.beside(rows, known, "person").drop("person_id")
    return matter.engine.collect(rows, ["thread_id", "identity_id", "from_at"])
