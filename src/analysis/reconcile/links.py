"""Which conversations, as different sources hold them, share content: by distinctive texts alone, sender-blind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.reconcile.ledger import DISTINCTIVE_CHARACTERS

MANY_PARTS = 60  # a text held by more conversations than this is a circular, and shows nothing
SAMPLED = 2000  # texts compared per pair of conversations: enough for shares to within two per cent
STEADY_S = 90.0  # pairs this close to their median difference agree on one clock offset
COMPARABLE = 6  # distinctive texts that both hold in the shared stretch of time, before "nothing shared" means anything
LEAST_SHARED = 3
LEAST_SHARE = 0.3


@dataclass(frozen=True)
class Link:
    """Two conversations compared: texts shared at one steady offset, and their share of the smaller side."""

    a: int
    b: int
    n: int
    share: float
    comparable: int

    @property
    def same(self) -> bool:
        """Enough is shared to call them one conversation."""
        return self.n >= LEAST_SHARED and self.share >= LEAST_SHARE

    @property
    def different(self) -> bool:
        """Both were active in the same stretch of time, and next to nothing is shared."""
        return self.comparable >= COMPARABLE and self.share < LEAST_SHARE / 3


class Contents:
    """Distinctive texts of each conversation with their times, ready to be compared pair by pair."""

    def __init__(self, ledger: pd.DataFrame) -> None:
        fit = (ledger["length"] >= DISTINCTIVE_CHARACTERS) & ledger["pairable"] & (ledger["part"] >= 0)
        rows = ledger.loc[fit, ["source", "part", "channel", "key", "t"]]
        rows = rows[~rows.duplicated(["part", "key"], keep=False)].sort_values(["part", "key"])
        self.rows = rows
        self._keys = {part: group.to_numpy() for part, group in rows.groupby("part")["key"]}
        self._times = {part: group.to_numpy() for part, group in rows.groupby("part")["t"]}

    def candidates(self) -> list[tuple[int, int]]:
        """Pairs of conversations of one channel and different sources that share at least one distinctive text."""
        from scipy.sparse import coo_matrix

        rows = self.rows.assign(many=self.rows.groupby("key")["part"].transform("size"))
        rows = rows[(rows["many"] > 1) & (rows["many"] <= MANY_PARTS)]
        if rows.empty:
            return []
        part, key = rows["part"].to_numpy(), pd.factorize(rows["key"])[0]
        held = coo_matrix((np.ones(len(rows), dtype=np.int32), (part, key))).tocsr()
        shared = (held @ held.T).tocoo()
        facts = rows.drop_duplicates("part").set_index("part")[["source", "channel"]]
        source, channel = facts["source"].to_dict(), facts["channel"].to_dict()
        return sorted(
            (int(a), int(b))
            for a, b in zip(shared.row, shared.col, strict=True)
            if a < b and source[a] != source[b] and channel[a] == channel[b]
        )

    def compare(self, a: int, b: int) -> Link:
        """Compare two conversations; symmetrical."""
        a, b = min(a, b), max(a, b)
        if a not in self._keys or b not in self._keys:
            return Link(a, b, 0, 0.0, 0)
        keys_a, keys_b = self._keys[a], self._keys[b]
        times_a, times_b = self._times[a], self._times[b]
        shared, at_a, at_b = np.intersect1d(keys_a, keys_b, assume_unique=True, return_indices=True)
        d = (times_b[at_b] - times_a[at_a])[:SAMPLED]
        middle = float(np.median(d)) if len(d) else 0.0
        steady = int((np.abs(d - middle) <= STEADY_S).sum())
        n = steady if len(shared) <= SAMPLED else round(steady * len(shared) / SAMPLED)
        low = max(times_a.min(), times_b.min() - middle) - STEADY_S
        high = min(times_a.max(), times_b.max() - middle) + STEADY_S
        inside_a = int(((times_a >= low) & (times_a <= high)).sum())
        inside_b = int(((times_b - middle >= low) & (times_b - middle <= high)).sum())
        comparable = min(inside_a, inside_b)
        return Link(a, b, n, n / comparable if comparable else 0.0, comparable)
