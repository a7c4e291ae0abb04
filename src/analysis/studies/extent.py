"""How many accounts, declared and found; how unevenly use is spread."""

from __future__ import annotations

import numpy as np
import pandas as pd

COLUMNS = ("declared", "observed", "undeclared", "unused")


def private(accounts: pd.DataFrame) -> pd.DataFrame:
    """Accounts of custodians that are not known to be official ones."""
    return accounts[(accounts.ownership != "official") & accounts.custodian_id.notna()]


def census(accounts: pd.DataFrame) -> pd.DataFrame:
    """A row is a channel: how many of these accounts are `declared`, `observed` (in at least one message),
    `undeclared` (observed, not declared) and `unused` (declared, in no message of the evidence).

    Cannot show accounts that neither the register nor the evidence names: counts are "at least".
    """  # noqa: D205
    declared, observed = accounts.declared, accounts.observed
    flags = accounts.assign(undeclared=observed & ~declared, unused=declared & ~observed)
    return flags.groupby("channel")[list(COLUMNS)].sum().astype("int64").reset_index()


def top_share(counts: pd.Series, k: int) -> float:
    """Share of the total that the k largest hold; NaN of nothing."""
    total = counts.sum()
    return float(counts.sort_values(ascending=False).iloc[:k].sum() / total) if total else float("nan")


def gini(counts: pd.Series) -> float:
    """Gini coefficient, 0 (all alike) to 1 - 1/n (one has everything): 2 Σ i x_i / (n Σ x) - (n + 1) / n, x ascending.

    References
    ----------
    Gini, C. (1912). Variabilità e mutabilità. Bologna.
    """
    values = np.sort(counts.to_numpy(dtype=float))
    if not len(values) or not values.sum():
        return float("nan")
    n = len(values)
    return float(2 * (np.arange(1, n + 1) * values).sum() / (n * values.sum()) - (n + 1) / n)


def by_person(senders: pd.DataFrame) -> pd.Series:
    """Messages sent, over all channels, by person; senders nobody could name are left out."""
    sums = senders.dropna(subset="person").groupby("person").n_messages.sum()
    return sums.sort_values(ascending=False, kind="stable")


def spread(counts: pd.Series, k: int) -> pd.DataFrame:
    """One row: `people` who sent, `messages` they sent, `gini` over them, and the `share` of the `first` k."""
    facts = {"people": len(counts), "messages": int(counts.sum()), "gini": gini(counts), "first": k}
    return pd.DataFrame([{**facts, "share": top_share(counts, k)}])
