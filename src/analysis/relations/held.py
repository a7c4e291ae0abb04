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

    `message_id`, `thread_id`, `channel`, `custodian_id`, `how`: `deleted` (a tombstone is left), `timer`, or
    `unexplained`.
    """
    states = scoped.states(matter)
    known = states.group_by("message_id").aggregate(n_holders=states.held.sum())
    rows = states.filter(states.held == 0).inner_join(known.filter(known.n_holders > 0), "message_id")
    how = (rows.deleted == 1).ifelse("deleted", (rows.timer == 1).ifelse("timer", "unexplained"))
    chosen = rows.select("message_id", "thread_id", "channel", "custodian_id", how=how)
    return matter.engine.collect(chosen, ["custodian_id", "thread_id", "message_id"])


def holdings(matter: Matter) -> pd.DataFrame:
    """A row is a thread as one custodian holds it, against what the others hold.

    `thread_id`, `channel`, `custodian_id`, `n_expected` (messages that another custodian holds and this one received),
    `n_held`, `n_deleted` (only a tombstone), `n_timer` (vanished by a timer), `n_unexplained`; lost = expected - held.
    """
    states = scoped.states(matter)
    held = states.group_by("message_id").aggregate(n_holders=states.held.sum())
    rows = states.inner_join(held, "message_id")
    rows = rows.filter(rows.n_holders - rows.held >= 1)
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


def daily_losses(matter: Matter) -> pd.DataFrame:
    """A row is a custodian and a day (UTC) on which messages were sent that another custodian holds.

    `custodian_id`, `day_at`, `n_expected` (received by this one, held by another); `n_deleted`, `n_unexplained`.
    """
    states = scoped.states(matter)
    held = states.group_by("message_id").aggregate(n_holders=states.held.sum())
    days = scoped.messages(matter).select("message_id", day_at=lambda t: t.sent_at.truncate("D"))
    rows = states.inner_join(held, "message_id").inner_join(days, "message_id")
    rows = rows.filter(rows.n_holders - rows.held >= 1)
    counted = rows.group_by("custodian_id", "day_at").aggregate(
        n_expected=rows.message_id.count(), n_deleted=rows.deleted.sum(), n_unexplained=rows.unexplained.sum()
    )
    return matter.engine.collect(counted, ["custodian_id", "day_at"])
