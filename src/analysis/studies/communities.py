"""Groups of people with more contact among themselves than chance would give, and how stable the division is."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from analysis.studies.intervals import SEED
from analysis.studies.network import Network, network

SEEDS, SEEDS_LARGE, LARGE = 20, 5, 20_000
"""Runs compared: enough to see an unstable division; fewer where a network has more than `LARGE` ties."""
ROUNDS = 10
"""Leiden rounds: more gain under one in a hundred of modularity at 400,000 ties."""


def communities(edges: pd.DataFrame, seeds: int = 0) -> tuple[pd.Series, float]:
    """Community numbers by person (1 = largest), and the stability of the division.

    Leiden's method (Louvain's without networkit, which the extra `fast` brings) is run from several seeds; the division
    with the highest modularity is kept. Stability is the mean adjusted Rand index of the other runs against it: 1 =
    every run agrees, 0 = no better than chance; under 0.7 read the groups as a suggestion only.
    `edges`: `relations.edges`, or ties named `sender`, `recipient`, `weight`.

    References
    ----------
    Traag, Waltman, van Eck (2019). From Louvain to Leiden. Scientific Reports 9, 5233.
    Blondel et al. (2008). Fast unfolding of communities in large networks. J. Stat. Mech. P10008.
    Hubert, Arabie (1985). Comparing partitions. Journal of Classification 2, 193-218.
    """
    from sklearn.metrics import adjusted_rand_score

    net = network(edges)
    if not net.both.nnz:
        return pd.Series(1, index=net.people, dtype="int64"), float("nan")
    seeds = seeds or starts(net)
    runs = [division(net, SEED + turn) for turn in range(seeds)]
    best = int(np.argmax([round(modularity(net, run), 9) for run in runs]))
    rand = [adjusted_rand_score(runs[best], run) for place, run in enumerate(runs) if place != best]
    return pd.Series(runs[best], index=net.people), float(np.mean(rand)) if rand else float("nan")


def starts(net: Network) -> int:
    """From how many starts a network is divided."""
    return SEEDS if net.both.nnz <= 2 * LARGE else SEEDS_LARGE


def steadiness(edges: pd.DataFrame, community: pd.Series, stability: float) -> pd.DataFrame:
    """One row: `people`, `communities`, `starts` from which they were divided, and the `stability` of the division."""
    facts = {"people": len(community), "communities": community.nunique(), "starts": starts(network(edges))}
    return pd.DataFrame([{**facts, "stability": stability}])


def division(net: Network, seed: int) -> np.ndarray:
    """One division of the network: a number for each person, 1 the largest community."""
    made = _leiden(net, seed) if find_spec("networkit") else _louvain(net, seed)
    _, first, number, sizes = np.unique(made, return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    return np.asarray(np.argsort(order)[number] + 1)


def _upper(net: Network) -> tuple[Any, Any, Any]:
    from scipy import sparse

    half = sparse.triu(net.both, 1).tocoo()
    return half.data, half.row, half.col


def _networkit() -> Any:
    """Networkit without its part that writes a script into every notebook that imports it."""
    silent = ModuleType("networkit.profiling")
    silent.profiling = None  # type: ignore[attr-defined]
    sys.modules.setdefault(silent.__name__, silent)
    return import_module("networkit")


def _leiden(net: Network, seed: int) -> np.ndarray:
    nk = _networkit()
    weight, row, column = _upper(net)
    threads = nk.getMaxNumberOfThreads()
    nk.setNumberOfThreads(1)  # with several, the same seed does not give the same division
    nk.setSeed(seed, False)
    ends = row.astype(np.uint64), column.astype(np.uint64)
    graph = nk.GraphFromCoo((weight, ends), n=len(net.people), weighted=True, directed=False)
    run = nk.community.ParallelLeiden(graph, iterations=ROUNDS, randomize=True)
    run.run()
    nk.setNumberOfThreads(threads)
    return np.array(run.getPartition().getVector())


def _louvain(net: Network, seed: int) -> np.ndarray:
    import networkx as nx

    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(net.people)))
    graph.add_weighted_edges_from((int(a), int(b), float(w)) for w, a, b in zip(*_upper(net), strict=True))
    number = np.empty(len(net.people), dtype=np.int64)
    for place, members in enumerate(nx.community.louvain_communities(graph, weight="weight", seed=seed)):
        number[list(members)] = place
    return number


def modularity(net: Network, number: np.ndarray) -> float:
    """Share of the weight kept within communities, less what chance would keep there.

    References
    ----------
    Newman, M. E. J. (2004). Analysis of weighted networks. Physical Review E 70, 056131.
    """
    strength = np.asarray(net.both.sum(axis=1)).ravel()
    total = strength.sum()
    pairs = net.both.tocoo()
    within = pairs.data[number[pairs.row] == number[pairs.col]].sum()
    return float(within / total - (np.bincount(number, strength) ** 2).sum() / total**2)
