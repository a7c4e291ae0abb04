"""Canonical tables in, small frames out: every heavy join and group-by, one expression each, on either engine.

Each function takes a matter and keeps what lies in `matter.scope`: messages whose agreed time falls in the period and
whose channel is looked at (one without a readable time is outside every period). It gives a collected frame in a stated
order. No regular expressions, no time zones, no order-dependent aggregates: hours and days here are UTC, studies turn
them into local ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.errors import ParameterError
from analysis.relations.about import facts, marks, registers, sizes
from analysis.relations.held import (
    absence_counts,
    holder_hours,
    holdings,
    lacking,
    pair_copies,
    sole_edges,
    tombstones,
)
from analysis.relations.scoped import table
from analysis.relations.ties import dated_edges, edges, encounters, memberships_over, tie_messages
from analysis.relations.traffic import (
    account_activity,
    coverage,
    holder_totals,
    person_months,
    private_use,
    senders,
    suspects,
    thread_sizes,
    volumes,
)
from analysis.tables import TABLES

if TYPE_CHECKING:
    from analysis.matter import Matter

__all__ = [
    "absence_counts",
    "account_activity",
    "coverage",
    "dated_edges",
    "edges",
    "encounters",
    "facts",
    "holder_hours",
    "holder_totals",
    "holdings",
    "lacking",
    "listing",
    "marks",
    "memberships_over",
    "pair_copies",
    "person_months",
    "private_use",
    "registers",
    "senders",
    "sizes",
    "sole_edges",
    "suspects",
    "thread_sizes",
    "tie_messages",
    "tombstones",
    "volumes",
]
LISTED = ("sources", "rejects", "accounts", "identities", "people", "merges", "threads", "offsets", "events")
"""Tables small enough to be shown as they are; the others only leave the engine counted or filtered."""


def listing(matter: Matter, name: str) -> pd.DataFrame:
    """One of the `LISTED` tables as it is, in key order.

    Raises
    ------
    ParameterError
        The table may be too large to list.
    """
    if name not in LISTED:
        raise ParameterError(f"table {name} is not listed whole; tables that are: {', '.join(LISTED)}")
    return matter.engine.collect(table(matter, name), TABLES[name].key)
