"""Contacts by conversation and time, small enough for one page: what an explorable network is made of."""

from __future__ import annotations

import pandas as pd

MOST = 40_000
"""Rows one page carries, about two megabytes. Beyond, weeks are joined, then the weakest ties left out (and said)."""
STEPS = (1, 4, 13, 10_000)
"""Weeks joined into one: a week, four weeks, a quarter, everything."""


def packed(met: pd.DataFrame, most: int = MOST) -> tuple[pd.DataFrame, int]:
    """`relations.encounters` with weeks joined until they are at most `most` rows, and how many ties were left out.

    A row is two people in one conversation and stretch of time: `person`, `other`, `thread_id`, `channel`, `mode`,
    `from_at` (Monday on which the stretch begins), `n_messages`, `sent`, `weight`, `first_id`.
    """
    by = ["person", "other", "thread_id", "channel", "mode", "from_at"]
    rows = met.assign(from_at=met.week_at)
    for weeks in STEPS:
        if not met.empty:
            place = (met.week_at - met.week_at.min()) // pd.Timedelta(7 * weeks, "D")
            rows = met.assign(from_at=met.week_at.min() + place * pd.Timedelta(7 * weeks, "D"))
        rows = rows.sort_values([*by, "week_at"]).groupby(by, as_index=False).agg(
            n_messages=("n_messages", "sum"), sent=("sent", "sum"), weight=("weight", "sum"),
            first_id=("first_id", "first"),
        )  # fmt: skip
        if len(rows) <= most or met.empty:
            return rows, 0
    pairs = rows.groupby(["person", "other"], as_index=False).agg(weight=("weight", "sum"), size=("weight", "size"))
    pairs = pairs.sort_values(["weight", "person", "other"], ascending=[False, True, True])
    kept = pairs[pairs["size"].cumsum() <= most][["person", "other"]]
    return rows.merge(kept, on=["person", "other"]), len(pairs) - len(kept)
