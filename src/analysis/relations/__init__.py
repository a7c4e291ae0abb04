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
from analysis.relations.labelled import label_counts, marked_holdings, marks, personal_data, signals, themed
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
    "absence_rows",
    "account_activity",
    "account_messages",
    "account_rows",
    "attached",
    "business",
    "capture_counts",
    "capture_rows",
    "coded",
    "coded_matches",
    "contradicted",
    "copy_rows",
    "corpus",
    "coverage",
    "daily_losses",
    "dated_edges",
    "delivery_rows",
    "edges",
    "encounters",
    "facts",
    "footprints",
    "holder_hours",
    "holder_rows",
    "holder_totals",
    "holdings",
    "judgements",
    "label_counts",
    "lacking",
    "listing",
    "mail_received",
    "marked_holdings",
    "marks",
    "memberships_over",
    "message_rows",
    "milestones",
    "official_file_rows",
    "outside_messages",
    "pair_copies",
    "pair_messages",
    "person_months",
    "personal_data",
    "private_messages",
    "private_use",
    "proposals",
    "readers",
    "recording",
    "registers",
    "senders",
    "sent_to",
    "sides",
    "signals",
    "sizes",
    "sole_edges",
    "sole_holders",
    "suspects",
    "takers",
    "themed",
    "thread_sizes",
    "tie_messages",
    "tie_sides",
    "tombstones",
    "triple_copies",
    "unexamined",
    "volumes",
    "worded",
]
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
    return matter.engine.collect(table(matter, name), TABLES[name].key)
