"""Who holds a message that others hold, and who lacks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.relations import scoped

if TYPE_CHECKING:
    from analysis.matter import Matter


def absence_counts(matter: Matter) -> pd.DataFrame:
    """A row is a custodian, a channel and a kind of absence: `explained`, `n_absences` (message and source pairs)."""
    rows = scoped.absences(matter)
    counted = rows.group_by("custodian_id", "channel", "kind", "explained").aggregate(
        n_absences=rows.message_id.count()
    )
    return matter.engine.collect(counted, ["custodian_id", "channel", "kind", "explained"])


def lacking(matter: Matter) -> pd.DataFrame:
    """A row is a message that a custodian received and lacks in every source, while another custodian holds it.

    `message_id`, `thread_id`, `channel`, `sent_at`, `custodian_id`, `how`: `deleted` (a tombstone is left), `timer`, or
    `unexplained`.
    """
    rows = scoped.states(matter).filter(lambda t: t.held == 0, lambda t: t.n_others > 0)
    how = (rows.deleted == 1).ifelse("deleted", (rows.timer == 1).ifelse("timer", "unexplained"))
    chosen = rows.select("message_id", "thread_id", "channel", "sent_at", "custodian_id", how=how)
    return matter.engine.collect(chosen, ["custodian_id", "thread_id", "message_id"])


def holdings(matter: Matter) -> pd.DataFrame:
    """A row is a thread as one custodian holds it, against what the others hold.

    `thread_id`, `channel`, `custodian_id`, `n_expected` (messages that another custodian holds and this one received),
    `n_held`, `n_deleted` (only a tombstone), `n_timer` (vanished by a timer), `n_unexplained`; lost = expected - held.
    """
    rows = scoped.states(matter).filter(lambda t: t.n_others > 0)
    counted = rows.group_by("thread_id", "channel", "custodian_id").aggregate(
        n_expected=rows.message_id.count(),
        n_held=rows.held.sum(),
        n_deleted=rows.deleted.sum(),
        n_timer=rows.timer.sum(),
        n_unexplained=rows.unexplained.sum(),
    )
    return matter.engine.collect(counted, ["thread_id", "custodian_id"])


def pair_copies(matter: Matter) -> pd.DataFrame:
    """A row is a thread and two custodians who both received messages in it.

    `thread_id`, `channel`, `custodian_a`, `custodian_b` (a < b), `n_a`, `n_b` (messages each holds, of those both
    received), `n_both`, `n_neither` (known from others only).
    """
    states = scoped.states(matter).select("message_id", "thread_id", "channel", "custodian_id", "held")
    one = states.rename(custodian_a="custodian_id", held_a="held")
    two = states.select("message_id", custodian_b="custodian_id", held_b="held")
    rows = one.inner_join(two, "message_id")
    rows = rows.filter(rows.custodian_a < rows.custodian_b)
    counted = rows.group_by("thread_id", "channel", "custodian_a", "custodian_b").aggregate(
        n_a=rows.held_a.sum(),
        n_b=rows.held_b.sum(),
        n_both=(rows.held_a * rows.held_b).sum(),
        n_neither=((1 - rows.held_a) * (1 - rows.held_b)).sum(),
    )
    return matter.engine.collect(counted, ["thread_id", "custodian_a", "custodian_b"])


def triple_copies(matter: Matter) -> pd.DataFrame:
    """A row is a thread and the three custodians who hold most of it, of the messages that all three received.

    `thread_id`, and how many messages each of the seven sets of holders has: `n_1` (the first alone), `n_2`, `n_3` (the
    first and second), `n_4`, `n_5`, `n_6`, `n_7` (all three): the number's bits are the holders.
    """
    import ibis

    states = scoped.states(matter).select("message_id", "thread_id", "custodian_id", "held")
    sums = states.group_by("thread_id", "custodian_id").aggregate(n=states.held.sum())
    order = ibis.window(group_by="thread_id", order_by=[ibis.desc("n"), "custodian_id"])
    fullest = sums.mutate(bit=ibis.row_number().over(order)).filter(lambda t: t.bit < 3).drop("n")
    rows = states.inner_join(fullest, ["thread_id", "custodian_id"])
    bit = (rows.bit == 0).ifelse(1, (rows.bit == 1).ifelse(2, 4))
    held = rows.mutate(part=rows.held * bit).group_by("thread_id", "message_id")
    sets = held.aggregate(holders=lambda t: t.part.sum(), n=lambda t: t.part.count()).filter(lambda t: t.n == 3)
    counts = {f"n_{k}": (sets.holders == k).cast("int64").sum() for k in range(1, 8)}
    return matter.engine.collect(sets.group_by("thread_id").aggregate(**counts), ["thread_id"])


def daily_losses(matter: Matter) -> pd.DataFrame:
    """A row is a custodian and a day (UTC) on which messages were sent that another custodian holds.

    `custodian_id`, `day_at`, `n_expected` (received by this one, held by another); `n_deleted`, `n_unexplained`.
    """
    rows = scoped.states(matter).filter(lambda t: t.n_others > 0).mutate(day_at=lambda t: t.sent_at.truncate("D"))
    counted = rows.group_by("custodian_id", "day_at").aggregate(
        n_expected=rows.message_id.count(), n_deleted=rows.deleted.sum(), n_unexplained=rows.unexplained.sum()
    )
    return matter.engine.collect(counted, ["custodian_id", "day_at"])


def holder_hours(matter: Matter) -> pd.DataFrame:
    """A row is a custodian, a channel and an hour (UTC) in which a message was sent or received.

    `custodian_id`, `channel`, `hour_at`, `n_held`, `n_lacked` (messages of that hour the custodian lacks and another
    custodian holds).
    """
    rows = scoped.states(matter).filter(lambda t: t.n_others + t.held > 0)
    rows = rows.mutate(hour_at=rows.sent_at.truncate("h"))
    counted = rows.group_by("custodian_id", "channel", "hour_at").aggregate(
        n_held=rows.held.sum(), n_lacked=(1 - rows.held).sum()
    )
    return matter.engine.collect(counted, ["custodian_id", "channel", "hour_at"])


def tombstones(matter: Matter) -> pd.DataFrame:
    """A row is a message that at least one copy says was deleted, with who else still holds its content.

    `message_id`, `thread_id`, `channel`, `sent_at`, `sender`, `sender_person_id`, `n_tombstones` (custodians),
    `n_holders`.
    """
    owners = scoped.table(matter, "sources").select("source_id", "custodian_id")
    copies = scoped.table(matter, "copies").filter(lambda t: t.state == "deleted").select("message_id", "source_id")
    marked = copies.inner_join(owners, "source_id")
    marked = marked.group_by("message_id").aggregate(n_tombstones=marked.custodian_id.nunique())
    rows = scoped.messages(matter)
    rows = rows.select("message_id", "thread_id", "channel", "sent_at", "sender", "sender_person_id")
    whole = scoped.table(matter, "copies").filter(lambda t: t.state != "deleted").select("message_id", "source_id")
    whole = whole.inner_join(owners, "source_id").group_by("message_id")
    whole = whole.aggregate(n_holders=lambda t: t.custodian_id.nunique())
    rows = scoped.beside(rows.inner_join(marked, "message_id"), whole, n_holders=0)
    return matter.engine.collect(rows, ["sent_at", "message_id"])


def sole_edges(matter: Matter) -> pd.DataFrame:
    """A row is one person writing to another in messages that a single custodian's sources hold.

    `sender`, `recipient`, `custodian_id`, `n_messages`, `weight` (as in `edges`).
    """
    rows = scoped.exposures(matter).inner_join(scoped.sole(matter), "message_id")
    counted = rows.group_by("sender", "recipient", "custodian_id").aggregate(
        n_messages=rows.message_id.count(), weight=(1 / rows.n_recipients.cast("float64")).sum().round(9)
    )
    return matter.engine.collect(counted, ["sender", "recipient", "custodian_id"])
