"""Where to draw each person: near means much contact, the same at every run, for fifty or five thousand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.studies.communities import division
from analysis.studies.intervals import SEED
from analysis.studies.network import Network, network, strongest

ROOM = 0.085
"""Smallest distance between two nodes of a drawing two units wide: keeps circles and labels apart at about 60 nodes."""
ONE_SPRING = 400
"""Up to so many people one spring drawing is made; beyond, communities are laid out first, then their people."""
LOCAL = 250
"""People of one community drawn by springs; larger ones stand in a spiral, the strongest in its middle."""
GOLDEN = 2.399963229728653


def positions(edges: pd.DataFrame, top: int | None = None) -> pd.DataFrame:
    """A row is a person: `person`, `x`, `y` in -1 to 1; with `top`, of the people with most weight, among themselves.

    Fruchterman-Reingold from a seeded start with weights compressed (square root), then nodes closer than `ROOM` pushed
    apart. In large networks communities are placed so, and their people within each. Only nearness means something;
    axes and rotation do not. `edges`: `relations.edges`, or ties named `sender`, `recipient`, `weight`.

    References
    ----------
    Fruchterman, Reingold (1991). Graph drawing by force-directed placement. Software: Practice and Experience 21.
    """
    net = network(edges if top is None else _among(edges, top))
    spots = _small(net) if len(net.people) <= ONE_SPRING else _large(net)
    return pd.DataFrame({"person": net.people.astype("str"), "x": spots[:, 0].round(4), "y": spots[:, 1].round(4)})


def _among(edges: pd.DataFrame, top: int) -> pd.DataFrame:
    """The ties among the people with most weight."""
    chosen = strongest(edges).index[:top]
    return edges[edges["sender"].isin(chosen) & edges["recipient"].isin(chosen)]


def _small(net: Network) -> np.ndarray:
    spots = _spread(_springs(net.both))
    return _fitted(_parted(spots, np.full(len(spots), ROOM / 2)))


def _springs(both: object, rounds: int = 300) -> np.ndarray:
    import networkx as nx

    graph = nx.from_scipy_sparse_array(both)
    for _, _, facts in graph.edges(data=True):
        facts["weight"] = facts["weight"] ** 0.5
    size = max(1, len(graph))
    placed = nx.spring_layout(graph, k=2.2 / size**0.5, iterations=rounds, seed=SEED)
    return np.array([placed[place] for place in range(len(graph))]).reshape(-1, 2)


def _large(net: Network) -> np.ndarray:
    """Communities as circles of an area that fits their people, laid out by the contact between them."""
    from scipy import sparse

    number = division(net, SEED) - 1
    sizes = np.bincount(number)
    belongs = sparse.csr_matrix((np.ones(len(number)), (np.arange(len(number)), number)))
    between = (belongs.T @ net.both @ belongs).tolil()
    between.setdiag(0)
    radii = np.sqrt(sizes / sizes.sum())
    middles = _parted(_springs(between.tocsr()), radii * 1.15)
    strength = np.asarray(net.both.sum(axis=1)).ravel()
    spots = np.zeros((len(number), 2))
    for community, middle in enumerate(middles):
        members = np.flatnonzero(number == community)
        if len(members) <= LOCAL:
            inner = _fitted(_spread(_springs(net.both[members][:, members], 60)))
        else:
            inner = _spiral(strength[members])
        spots[members] = middle + inner * radii[community] * 0.8
    return _fitted(spots)


def _spiral(strength: np.ndarray) -> np.ndarray:
    rank = np.argsort(np.argsort(-strength, kind="stable"), kind="stable")
    far = np.sqrt((rank + 0.5) / len(rank))
    return np.stack([far * np.cos(rank * GOLDEN), far * np.sin(rank * GOLDEN)], axis=1)


def _spread(spots: np.ndarray) -> np.ndarray:
    """Half-way to even spacing of each axis: springs pile strong groups up in an unreadable middle."""
    if len(spots) < 3:
        return spots
    even = spots.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") / (len(spots) - 1) * 2 - 1
    near = np.clip(spots / np.clip(np.quantile(np.abs(spots), 0.95), 1e-9, None), -1.15, 1.15)
    return np.asarray((near + even) / 2)


def _fitted(spots: np.ndarray) -> np.ndarray:
    """Each axis from -1 to 1."""
    if not len(spots):
        return spots
    low, high = spots.min(axis=0), spots.max(axis=0)
    return np.asarray((spots - (low + high) / 2) / np.clip((high - low) / 2, 1e-9, None))


def _parted(spots: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Circles of these radii pushed until none covers another, or a hundred times."""
    room = radii[:, None] + radii[None]
    for _ in range(100):
        gap = spots[:, None] - spots[None]
        far = np.hypot(gap[..., 0], gap[..., 1]) + np.eye(len(spots))
        push = np.clip(room - far, 0, None) / far / 2
        np.fill_diagonal(push, 0)
        if not push.any():
            break
        spots = spots + (gap * push[..., None]).sum(axis=1)
    return spots
