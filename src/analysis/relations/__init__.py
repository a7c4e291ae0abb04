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
from analysis.relations import scoped
from analysis.relations.about import facts, milestones, readers, registers, sizes
from analysis.relations.coded import business, coded, judgements, worded
from analysis.relations.contradicted import contradicted
from analysis.relations.held import (
    absence_counts,
    daily_losses,
    holder_hours,
    holdings,
    lacking,
    pair_copies,
    sole_edges,
    tombstones,
    triple_copies,
)
from analysis.relations.labelled import marked_holdings, marks, personal_data, signals, themed
from analysis.relations.reach import (
    capture_counts,
    coded_matches,
    footprints,
    pair_messages,
    proposals,
    recording,
    sides,
    sole_holders,
    tie_sides,
    unexamined,
)
from analysis.relations.record import (
    account_messages,
    attached,
    corpus,
    mail_received,
    outside_messages,
    private_messages,
    sent_to,
    takers,
)
from analysis.relations.rows import (
    absence_rows,
    account_rows,
    capture_rows,
    copy_rows,
    delivery_rows,
    holder_rows,
    message_rows,
    official_file_rows,
)
from analysis.relations.ties import dated_edges, edges, encounters, memberships_over, tie_messages
from analysis.relations.traffic import (
    account_activity,
    coverage,
    holder_totals,
    private_use,
    senders,
    suspects,
    thread_sizes,
    volumes,
)
from analysis.tables import TABLES

if TYPE_CHECKING:
    from analysis.matter import Matter

LISTED = (
    "sources", "rejects", "accounts", "identities", "people", "merges", "threads", "offsets", "events", "remnants",
)  # fmt: skip
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
    return matter.engine.collect(scoped.table(matter, name), TABLES[name].key)
