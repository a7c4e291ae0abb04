"""Network metrics beside networkx, on one graph of 20,000 people and 400,000 ties, in one run: CPU seconds and quality.

Each side is given the same edges as arrays and builds its own network. Imports are done before the clock starts.
"""

import time
from collections.abc import Callable

import networkit  # noqa: F401
import networkx as nx
import numpy as np
import pandas as pd
import scipy.sparse.csgraph  # noqa: F401
from scipy import stats

from analysis.studies import communities, network

PEOPLE, TIES, BLOCKS, SEED = 20_000, 400_000, 60, 20200312
SOURCES, BAR = 200, 20


def generate() -> pd.DataFrame:
    """Hubs by a power law, sixty groups that keep two fifths of their ties; weights log-normal, one direction each."""
    dice = np.random.default_rng(SEED)
    pull = dice.zipf(2.2, PEOPLE) ** 0.5
    block = np.sort(dice.integers(0, BLOCKS, PEOPLE))
    first, size = np.searchsorted(block, np.arange(BLOCKS)), np.bincount(block)
    sender = dice.choice(PEOPLE, 2 * TIES, p=pull / pull.sum())
    near = first[block[sender]] + (dice.random(2 * TIES) * size[block[sender]]).astype(int)
    far = dice.choice(PEOPLE, 2 * TIES, p=pull / pull.sum())
    recipient = np.where(dice.random(2 * TIES) < 0.4, near, far)
    rows = pd.DataFrame({"sender": np.minimum(sender, recipient), "recipient": np.maximum(sender, recipient)})
    rows = rows[rows.sender != rows.recipient].drop_duplicates().sample(TIES, random_state=SEED)
    return rows.assign(weight=dice.lognormal(0, 1, TIES) + 0.05)


def timed(name: str, work: Callable[[], object], spent: dict[str, float]) -> object:
    """What the work gives; its CPU seconds go to `spent`."""
    start = time.process_time()
    made = work()
    spent[name] = time.process_time() - start
    return made


def ours(edges: pd.DataFrame) -> tuple[dict[str, float], dict[str, object]]:
    """This package's way: seconds and results."""
    spent: dict[str, float] = {}
    net = timed("build", lambda: network.network(edges), spent)
    made = {"strength": timed("strength", lambda: np.asarray(net.both.sum(axis=1)).ravel(), spent)}
    made["pagerank"] = timed("pagerank", lambda: network.pageranks(net), spent)
    made["components"] = timed("components", lambda: network.components(net).max(), spent)
    made["communities"] = timed("communities", lambda: communities.division(net, SEED), spent)
    made["betweenness"] = timed("betweenness", lambda: network.betweenness(net, SOURCES), spent)
    return spent, made | {"network": net}


def theirs(edges: pd.DataFrame) -> tuple[dict[str, float], dict[str, object]]:
    """The way of networkx: seconds and results."""

    def build() -> tuple[nx.Graph, nx.DiGraph]:
        one, two = nx.Graph(), nx.DiGraph()
        rows = list(zip(edges.sender.tolist(), edges.recipient.tolist(), edges.weight.tolist(), strict=True))
        one.add_edges_from((a, b, {"weight": w, "distance": 1 / w}) for a, b, w in rows)
        two.add_weighted_edges_from(rows)
        return one, two

    spent: dict[str, float] = {}
    graph, directed = timed("build", build, spent)
    made = {"strength": timed("strength", lambda: dict(graph.degree(weight="weight")), spent)}
    made["pagerank"] = timed("pagerank", lambda: nx.pagerank(directed, weight="weight", tol=1e-10, max_iter=200), spent)
    made["components"] = timed("components", lambda: nx.number_weakly_connected_components(directed), spent)
    made["communities"] = timed("communities", lambda: nx.community.louvain_communities(graph, seed=1), spent)
    work = lambda: nx.betweenness_centrality(graph, k=SOURCES, weight="distance", seed=1)  # noqa: E731
    made["betweenness"] = timed("betweenness", work, spent)
    return spent, made


def main(arguments: list[str]) -> None:
    """Generate, measure, print."""
    edges = generate()
    print(f"{PEOPLE:,} people, {len(edges):,} ties, betweenness from {SOURCES} sources", flush=True)
    mine, got = ours(edges)
    other, peer = theirs(edges)
    print(f"{'CPU s':14}{'offchannel':>12}{'networkx':>12}{'times':>8}")
    for name in [*mine, "all"]:
        one, two = (sum(side.values()) if name == "all" else side[name] for side in (mine, other))
        print(f"{name:14}{one:12.3f}{two:12.3f}{two / max(one, 1e-9):8.1f}")
    people = got["network"].people
    number = np.empty(PEOPLE, dtype=int)
    for place, members in enumerate(peer["communities"]):
        number[list(members)] = place
    quality = [communities.modularity(got["network"], each) for each in (got["communities"], number[people])]
    between, error = got["betweenness"]
    top, known = np.argsort(-between)[:20], [peer["betweenness"][person] for person in people]
    print(f"betweenness: standard error of the first twenty {np.median(error[top] / between[top]):.1%} of the value")
    print(f"betweenness: rank correlation with networkx {stats.spearmanr(between, known)[0]:.2f}")
    apart = max(np.abs(got["pagerank"] - [peer["pagerank"][p] for p in people]).max() * PEOPLE,
                np.abs(got["strength"] / [peer["strength"][p] for p in people] - 1).max())  # fmt: skip
    bars = {
        f"{BAR}x networkx per CPU second: {sum(other.values()) / sum(mine.values()):.1f}x":
            sum(other.values()) >= BAR * sum(mine.values()),
        f"modularity no worse: {quality[0]:.4f} against {quality[1]:.4f}": quality[0] >= quality[1],
        f"the same strength, PageRank, components (largest difference {apart:.1e})":
            apart < 1e-4 and got["components"] == peer["components"],
    }  # fmt: skip
    for what, good in bars.items():
        print(f"bar: {what}: {'met' if good else 'MISSED'}")
