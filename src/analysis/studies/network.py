"""The network as arrays: strength, attention, parts, chains, core. Fast enough for 20,000 people, 400,000 ties."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from analysis.studies.intervals import SEED

SOURCES = 1000
"""From how many people at most chains are followed; in larger networks a seeded sample of so many, with its error."""
DAMPING, TOLERANCE, ROUNDS = 0.85, 1e-10, 200
"""PageRank's own damping; the change of all shares together at which it stops."""
TIE = 1e-12
"""Chains whose lengths differ by less (relatively) are equally short: rounding, not contact."""


@dataclass(frozen=True)
class Network:
    """`people` in order of their ids; `sent`: weight from row to column."""

    people: pd.Index
    sent: Any

    @cached_property
    def both(self) -> Any:
        """Weight between two people in either direction."""
        return (self.sent + self.sent.T).tocsr()

    @cached_property
    def distance(self) -> Any:
        """1 / weight on each tie: close contact is a short way."""
        made = self.both.copy()
        made.data = 1 / made.data
        return made


def network(edges: pd.DataFrame) -> Network:
    """The directed network of `relations.edges` (or any frame of `sender`, `recipient`, `weight`), modes added up."""
    from scipy import sparse

    codes, people = pd.factorize(pd.concat([edges.sender, edges.recipient], ignore_index=True), sort=True)
    half, size = len(edges), len(people)
    shape = (size, size)
    sent = sparse.csr_matrix((edges.weight.to_numpy(dtype=float), (codes[:half], codes[half:])), shape=shape)
    return Network(pd.Index(people), sent)


def strongest(edges: pd.DataFrame) -> pd.Series:
    """Weight sent and received by person, most first."""
    both = pd.concat([edges.set_index("sender").weight, edges.set_index("recipient").weight])
    sums = both.groupby(level=0).sum().rename_axis("person").reset_index()
    ranked: pd.Series = sums.sort_values(["weight", "person"], ascending=[False, True]).set_index("person").weight
    return ranked


def pageranks(net: Network) -> np.ndarray:
    """Share of attention if one followed messages from sender to recipient for ever; 1 in all."""
    size, out = len(net.people), np.asarray(net.sent.sum(axis=1)).ravel()
    if not size:
        return np.zeros(0)
    shares = net.sent.T.tocsr()
    scale, rank = np.divide(1, out, out=np.zeros(size), where=out > 0), np.full(size, 1 / size)
    for _ in range(ROUNDS):
        kept = DAMPING * (shares @ (rank * scale) + rank[out == 0].sum() / size) + (1 - DAMPING) / size
        if np.abs(kept - rank).sum() < TOLERANCE * size:
            return np.asarray(kept)
        rank = kept
    return rank


def components(net: Network) -> np.ndarray:
    """Number of the part of the network that holds each person, 1 the largest; between parts there is no chain."""
    from scipy.sparse import csgraph

    n_parts, part = csgraph.connected_components(net.sent, directed=True, connection="weak")
    order = np.argsort(-np.bincount(part, minlength=n_parts), kind="stable")
    return np.asarray(np.argsort(order, kind="stable")[part] + 1)


def betweenness(
    net: Network, sources: int = SOURCES, start: np.ndarray | None = None, end: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Share of pairs of other people whose strongest chains run through each person, and its standard error.

    Chains start at `start` and end at `end` (flags by person; absent: anybody). With more than `sources` people to
    start from, a seeded sample of them is taken: the error is that of a sample drawn without replacement; 0 else.

    Notes
    -----
    Lengths by Dijkstra; numbers of chains and dependencies are the solutions of two linear systems on the acyclic graph
    of shortest ways, which have finitely many terms: no loop over people in order of distance.

    References
    ----------
    Brandes, U. (2001). A faster algorithm for betweenness centrality. J. Math. Sociology 25, 163-177.
    Brandes, Pich (2007). Centrality estimation in large networks. Int. J. Bifurcation and Chaos 17, 2303-2318.
    """
    from scipy.sparse import csgraph

    size = len(net.people)
    begin = np.arange(size) if start is None else np.flatnonzero(start)
    targets = np.ones(size) if end is None else np.asarray(end, dtype=float)
    drawn = begin
    if len(begin) > sources:
        drawn = np.sort(np.random.default_rng(SEED).choice(begin, sources, replace=False))
    total, squares = np.zeros(size), np.zeros(size)
    ways = net.distance
    rows = np.repeat(np.arange(size), np.diff(ways.indptr))
    for origin in drawn:
        far = csgraph.dijkstra(ways, indices=origin)
        part = _dependencies(ways, rows, far, int(origin), targets)
        total, squares = total + part, squares + part * part
    pairs = max(1.0, (size - 1) * (size - 2) if start is None else len(begin) * targets.sum())
    if not len(drawn):
        return total, total
    mean, share = total / len(drawn), len(drawn) / len(begin)
    spread = np.sqrt(np.maximum(squares / len(drawn) - mean**2, 0) / max(1, len(drawn) - 1) * (1 - share))
    return mean * len(begin) / pairs, spread * len(begin) / pairs


def _dependencies(ways: Any, rows: np.ndarray, far: np.ndarray, origin: int, targets: np.ndarray) -> np.ndarray:
    """How many of the targets are reached from `origin` through each person (shares where ways are equally short)."""
    from scipy import sparse

    here, there = far[rows], far[ways.indices]
    short = (here < there) & (here + ways.data <= there * (1 + TIE))
    steps = sparse.csr_matrix((np.ones(short.sum()), (rows[short], ways.indices[short])), shape=ways.shape)
    first = np.zeros(len(far))
    first[origin] = 1
    chains = _summed(steps.T.tocsr(), first)
    reached = np.divide(targets, chains, out=np.zeros(len(far)), where=chains > 0)
    through = chains * (_summed(steps, reached) - reached)
    through[origin] = 0
    return np.asarray(through)


def _summed(step: Any, start: np.ndarray) -> np.ndarray:
    """Start, step start, step step start... added up until nothing is left."""
    total, term = start, step @ start
    while term.any():
        total = total + term
        term = step @ term
    return total


def centrality(edges: pd.DataFrame) -> pd.DataFrame:
    """A row is a person: how much, with how many, and how much in between; highest strength first.

    `partners` (people written to or by), `strength` (weight sent and received), `sent`, `received` (weight), `pagerank`
    (share of attention), `betweenness` (share of all pairs of other people whose strongest chain of contacts runs
    through this person), `error` (its standard error; 0: every chain was followed), `component`, `core`.
    Cannot show influence: a private secretary who forwards everything is central too.

    References
    ----------
    Barrat et al. (2004). The architecture of complex weighted networks. PNAS 101, 3747-3752 (strength).
    Page, Brin, Motwani, Winograd (1999). The PageRank citation ranking. Stanford InfoLab.
    """
    net = network(edges)
    between, error = betweenness(net)
    sent, received = (np.asarray(net.sent.sum(axis=axis)).ravel() for axis in (1, 0))
    frame = pd.DataFrame({
        "person": net.people.astype("str"), "partners": np.diff(net.both.indptr).astype("int64"),
        "strength": sent + received, "sent": sent, "received": received, "pagerank": pageranks(net),
        "betweenness": between, "error": error,
    }).round(9)  # fmt: skip
    frame = frame.assign(component=components(net).astype("int64"), core=core(net))
    return frame.sort_values(["strength", "person"], ascending=[False, True], ignore_index=True)


def core(net: Network) -> np.ndarray:
    """Whether each person belongs to the core: all in contact with all, while the others meet through them.

    Of all sets of the best-connected people, the one with the fewest misfits: pairs of the core without contact and
    pairs of others with contact (every set of that size is at least as bad).

    References
    ----------
    Borgatti, Everett (2000). Models of core/periphery structures. Social Networks 21, 375-395.
    Lip, S. Z. W. (2011). A fast algorithm for the discrete core/periphery bipartitioning problem. arXiv:1102.5511.
    """
    partners = np.diff(net.both.indptr)
    order = np.argsort(-partners, kind="stable")
    inside = np.arange(len(order) + 1)
    reached = np.concatenate([[0], partners[order].cumsum()])
    misfits = inside * (inside - 1) / 2 + (partners.sum() - 2 * reached) / 2
    chosen = np.zeros(len(order), dtype=bool)
    chosen[order[: int(np.argmin(misfits))]] = True
    return chosen


def densities(edges: pd.DataFrame) -> pd.DataFrame:
    """A row is a kind of pair (`core`, `core and others`, `others`): `pairs`, `ties` and the `share` in contact."""
    net = network(edges)
    inside = core(net)
    linked = (net.both != 0).astype("int64")
    ours, others = linked[inside], linked[~inside]
    ties = ours[:, inside].sum() // 2, ours[:, ~inside].sum(), others[:, ~inside].sum() // 2
    n, m = int(inside.sum()), int((~inside).sum())
    pairs = n * (n - 1) // 2, n * m, m * (m - 1) // 2
    rows = {"pair": ["core", "core and others", "others"], "people": [n, n + m, m], "ties": ties, "pairs": pairs}
    frame = pd.DataFrame(rows)
    return frame.assign(share=(frame.ties / frame.pairs.where(frame.pairs > 0)))
