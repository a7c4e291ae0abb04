"""Joinings and leavings as several phones show them: one occasion, each phone with its own labels for the same people.

Two labels that stand at one occasion may be one person; `resolve` decides by elimination (see `hints.same_occasions`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.intake.result import Intake
from analysis.reconcile.ledger import seconds
from analysis.reconcile.members import WHO

TOGETHER_S = 90.0  # lines of one happening stand this close in corrected time, seconds or minutes
COLUMNS = ["occasion", "holder", "place", "identity_id", "evidence"]


def occasions(intake: Intake, thread_of_part: pd.Series, clocks: pd.Series) -> pd.DataFrame:
    """One row per label at an occasion that at least two custodians' phones show.

    Parameters
    ----------
    intake
        What intake handed on.
    thread_of_part
        Code of the merged conversation by the thread_id within a source.
    clocks
        Seconds by which each source is ahead.

    Returns
    -------
    DataFrame
        `occasion` (a code), `holder` (custodian or source), `place` (order in that phone), identity_id, evidence.
    """
    rows = intake.events[intake.events["kind"].isin([*WHO, "number_changed"])]
    side = rows["kind"].map(lambda kind: WHO.get(kind, ("actor", 0))[0])
    label = rows["actor_identity_id"].where(side == "actor", rows["target_identity_id"])
    sources = intake.sources.set_index("source_id")
    holder = sources["custodian_id"].where(sources["custodian_id"].notna(), sources.index.to_series())
    line = rows["locator"].astype("str").str.extract(r"(\d+)")[0].astype("float")
    found = pd.DataFrame({
        "thread": rows["thread_id"].map(thread_of_part), "kind": rows["kind"], "source": rows["source_id"],
        "holder": rows["source_id"].map(holder), "identity_id": label.fillna(rows["actor_identity_id"]),
        "t": seconds(rows["at"]) - rows["source_id"].map(clocks).fillna(0.0).to_numpy(float), "line": line,
        "evidence": rows["source_id"].map(sources["path"]).astype("str") + " " + rows["locator"].astype("str"),
    }).dropna(subset=["thread", "identity_id", "t"])  # fmt: skip
    found = found.sort_values(["thread", "kind", "t", "source", "line", "identity_id"], ignore_index=True)
    t = found["t"].to_numpy()
    new = np.ones(len(found), dtype=bool)
    new[1:] = (np.diff(t) > TOGETHER_S) | (found[["thread", "kind"]].ne(found[["thread", "kind"]].shift()).any(axis=1))[
        1:
    ]
    found["occasion"] = np.cumsum(new)
    several = found.groupby("occasion")["holder"].transform("nunique") > 1
    found = found[several].drop_duplicates(["occasion", "holder", "identity_id"])
    found = found.sort_values(["occasion", "holder", "line", "evidence"], ignore_index=True)
    found["place"] = found.groupby(["occasion", "holder"]).cumcount()
    return found[COLUMNS]
