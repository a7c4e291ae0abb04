"""Who stands between the organisation and the outside, more than chance would put there, and how firmly we know it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.studies.intervals import SEED, adjusted
from analysis.studies.network import Network, betweenness, network, strongest

REWIRED, WARM, APART = 200, 10, 2
"""Networks drawn at random; passes over all ties before the first and between two (a pass swaps up to half of them)."""
CHAINS = 500
"""From how many people at most chains are followed in each random network."""
FEW = 3
"""With fewer partners than this nobody is tested against chance: too little to go on."""


def brokers(edges: pd.DataFrame, side: pd.Series) -> pd.DataFrame:
    """A row is a person inside who stands between somebody inside and somebody outside; most chains first.

    `gatekeeper`: pairs in which somebody outside writes to the person and the person to somebody inside, while the two
    are not in contact themselves; `representative`: the same the other way, inside to outside; `bridging`: share of
    all pairs of one outside and one inside whose strongest chain runs through the person, `error` its standard error.
    Cannot show that anything was passed on.

    References
    ----------
    Gould, Fernandez (1989). Structures of mediation. Sociological Methodology 19, 89-126.
    """
    net = network(edges)
    kind = side.reindex(net.people).fillna("unknown").to_numpy()
    ours, theirs = kind == "inside", kind == "outside"
    into, out = _passed(net, theirs, ours), _passed(net, ours, theirs)
    share, error = betweenness(net, start=theirs, end=ours)
    rows = pd.DataFrame({
        "person": net.people.astype("str"), "gatekeeper": into, "representative": out,
        "bridging": share.round(9), "error": error.round(9),
    })  # fmt: skip
    kept: pd.DataFrame = rows[ours & (into + out > 0)]
    return kept.sort_values(["bridging", "person"], ascending=[False, True], ignore_index=True)


def weighed(between: pd.DataFrame, chance: pd.DataFrame) -> pd.DataFrame:
    """The brokers with their `partners`, `z` and `q` of `beyond_chance`."""
    known = chance.set_index("person")
    return between.assign(**{name: between.person.map(known[name].to_dict()) for name in ("partners", "z", "q")})


def _passed(net: Network, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """For each person: pairs of a start that writes to them and an end they write to, the two not in contact."""
    linked = (net.sent > 0).astype("int64")
    incoming, outgoing, known = linked[start], linked[:, end], (net.both > 0).astype("int64")[start][:, end]
    pairs = np.asarray(incoming.sum(axis=0)).ravel() * np.asarray(outgoing.sum(axis=1)).ravel()
    in_touch = incoming.multiply(known @ outgoing.T).sum(axis=0)
    return np.asarray(pairs - np.asarray(in_touch).ravel(), dtype="int64")


def beyond_chance(edges: pd.DataFrame) -> pd.DataFrame:
    """A row is a person: betweenness against networks in which everybody has as many partners, drawn at random.

    `partners`, `observed` (share of pairs, each tie a step, whatever its weight), `expected` (mean over the random
    networks), `z` ((observed - expected) / their standard deviation), `p` (one-sided), `q` (p over all people with at
    least `FEW` partners, Benjamini-Hochberg). High `z`: in between more than the number of partners explains.
    Cannot show a reason: a private office is put in between on purpose.

    References
    ----------
    Maslov, Sneppen (2002). Specificity and stability in topology of protein networks. Science 296, 910-913.
    """
    net = network(edges)
    size, random = len(net.people), np.random.default_rng(SEED)
    origins = np.sort(random.permutation(size)[:CHAINS])
    ties = _ties(net)
    observed = _between(ties, size, origins)
    total, squares, hits = np.zeros(size), np.zeros(size), np.zeros(size)
    for turn in range(REWIRED):
        for _ in range(APART if turn else WARM):
            ties = _swapped(ties, size, random)
        drawn = _between(ties, size, origins)
        total, squares, hits = total + drawn, squares + drawn**2, hits + (drawn >= observed - 1e-12)
    mean = total / REWIRED
    spread = np.sqrt(np.maximum(squares / REWIRED - mean**2, 0))
    partners = np.diff(net.both.indptr)
    p = np.where(partners >= FEW, (1 + hits) / (1 + REWIRED), np.nan)
    z = np.divide(observed - mean, spread, out=np.full(size, np.nan), where=(spread > 0) & (partners >= FEW))
    frame = pd.DataFrame({
        "person": net.people.astype("str"), "partners": partners.astype("int64"), "observed": observed,
        "expected": mean, "z": z, "p": p, "q": adjusted(p),
    }).round(9)  # fmt: skip
    return frame.sort_values(["z", "person"], ascending=[False, True], ignore_index=True)


def _ties(net: Network) -> np.ndarray:
    from scipy import sparse

    half = sparse.triu(net.both, 1).tocoo()
    return np.stack([half.row, half.col], axis=1).astype(np.int64)


def _swapped(ties: np.ndarray, size: int, random: np.random.Generator) -> np.ndarray:
    """Ties paired at random, each pair a-b and c-d made a-d and c-b; not where that gives a loop or a tie twice."""
    ties = ties[random.permutation(len(ties))]
    turned = random.random(len(ties)) < 0.5
    ties[turned] = ties[turned, ::-1]
    half = len(ties) // 2
    one, two = ties[:half], ties[half : 2 * half]
    made = np.stack([one[:, 0], two[:, 1], two[:, 0], one[:, 1]], axis=1).reshape(-1, 2, 2)
    keys = np.sort(made, axis=2) @ np.array([size, 1])
    _, place, often = np.unique(keys, return_inverse=True, return_counts=True)
    alone = (often[place.reshape(keys.shape)] == 1) & ~np.isin(keys, np.sort(ties, axis=1) @ np.array([size, 1]))
    good = np.flatnonzero(alone.all(axis=1) & (made[..., 0] != made[..., 1]).all(axis=1))
    ties[good], ties[half + good] = made[good, 0], made[good, 1]
    return ties


def _between(ties: np.ndarray, size: int, origins: np.ndarray) -> np.ndarray:
    """Share of pairs whose shortest chains run through each person, every tie one step; from all origins at once."""
    from scipy import sparse

    ones = np.ones(2 * len(ties))
    both_ways = np.concatenate([ties, ties[:, ::-1]]).T
    steps = sparse.csr_matrix((ones, tuple(both_ways)), shape=(size, size))
    level = np.zeros((size, len(origins)))
    level[origins, np.arange(len(origins))] = 1
    chains, levels = level.copy(), [level > 0]
    while True:
        level = (steps @ level) * (chains == 0)
        if not level.any():
            break
        chains += level
        levels.append(level > 0)
    through = np.zeros_like(chains)
    for near, far in zip(levels[-2::-1], levels[:0:-1], strict=True):
        per_chain = np.divide(1 + through, chains, out=np.zeros_like(chains), where=far)
        through += (steps @ per_chain) * chains * near
    through[origins, np.arange(len(origins))] = 0
    scale = size / max(1, len(origins)) / max(1, (size - 1) * (size - 2))
    return np.asarray(through.sum(axis=1) * scale)


def without(edges: pd.DataFrame, sole: pd.DataFrame) -> pd.DataFrame:
    """A row is a custodian: what would not have been seen without their phones and mailboxes; most lost first.

    `sole`: `relations.sole_edges`, deliveries that only this custodian holds. `n_messages` (deliveries lost), `of`,
    `ties` and `people` (not seen at all), `agreement` (Kendall's rank correlation of everybody's strength with and
    without: 1 = the same order), `first` (whether the strongest person stays the strongest).
    """
    whole, all_ties, rows = strongest(edges), _tied(edges), []
    by, counts = ["sender", "recipient"], ["n_messages", "weight"]
    for custodian, lost in sole.groupby("custodian_id", sort=True):
        left = edges.groupby(by)[counts].sum().sub(lost.groupby(by)[counts].sum(), fill_value=0)
        left = left[left.n_messages > 0].reset_index()
        strength = strongest(left)
        gone = len(all_ties) - len(_tied(left)), len(whole) - len(strength)
        same = _agreement(whole, strength), list(strength.index[:1]) == list(whole.index[:1])
        rows.append((custodian, int(lost.n_messages.sum()), int(edges.n_messages.sum()), *gone, *same))
    columns = ["custodian_id", "n_messages", "of", "ties", "people", "agreement", "first"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(["n_messages", "custodian_id"], ascending=[False, True], ignore_index=True)


def _tied(edges: pd.DataFrame) -> set[Any]:
    return {(min(a, b), max(a, b)) for a, b in zip(edges.sender, edges.recipient, strict=True)}


def _agreement(one: pd.Series, two: pd.Series) -> float:
    from scipy.stats import kendalltau

    return float(kendalltau(one, two.reindex(one.index).fillna(0.0)).statistic) if len(one) > 1 else float("nan")
