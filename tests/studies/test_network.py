"""Metrics on networks small enough to count, and beside networkx on random ones; the null model; who saw what."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from analysis.studies import brokers, communities, layout, network


def edges(rows):
    return pd.DataFrame(rows, columns=["sender", "recipient", "weight"]).assign(n_messages=1)


LINE = edges([("a", "b", 4.0), ("b", "a", 0.5), ("b", "c", 1.0), ("c", "d", 2.0)])
KNOTS = edges([(a, b, 9.0) for knot in ("abc", "xyz") for a in knot for b in knot if a < b] + [("c", "x", 0.1)])


def random_edges(seed, whole):
    dice = np.random.default_rng(seed)
    weight = 2.0 ** dice.integers(-2, 3, 150) if whole else dice.random(150) + 0.01
    rows = pd.DataFrame({"sender": dice.integers(0, 40, 150), "recipient": dice.integers(0, 40, 150), "weight": weight})
    return rows[rows.sender != rows.recipient].astype({"sender": "str", "recipient": "str"})


def both(rows):
    graph = nx.Graph()
    for a, b, w in rows[["sender", "recipient", "weight"]].itertuples(index=False):
        graph.add_edge(a, b, weight=graph.get_edge_data(a, b, {"weight": 0})["weight"] + w)
    for *_, facts in graph.edges(data=True):
        facts["distance"] = 1 / facts["weight"]
    return graph


def test_a_line_has_its_betweenness_in_the_middle():
    central = network.centrality(LINE).set_index("person")
    assert central.loc["b", "betweenness"] == pytest.approx(2 / 3)
    assert central.loc["a", "betweenness"] == 0 and (central.error == 0).all()
    assert central.loc["b", ["sent", "received", "strength"]].tolist() == pytest.approx([1.5, 4.0, 5.5])
    assert central.pagerank.sum() == pytest.approx(1)
    assert central.component.tolist() == [1] * 4


@pytest.mark.parametrize("seed", range(4))
def test_the_same_as_networkx(seed):
    rows = random_edges(seed, whole=seed % 2 == 1)
    net, graph = network.network(rows), both(rows)
    between = nx.betweenness_centrality(graph, weight="distance")
    assert network.betweenness(net)[0] == pytest.approx([between[p] for p in net.people])
    directed = nx.DiGraph()
    directed.add_weighted_edges_from(
        rows.groupby(["sender", "recipient"]).weight.sum().reset_index().itertuples(index=False, name=None)
    )
    rank = nx.pagerank(directed, tol=1e-12, max_iter=500)
    assert network.pageranks(net) == pytest.approx([rank[p] for p in net.people], abs=1e-8)
    assert network.components(net).max() == nx.number_connected_components(graph)
    number = communities.division(net, 1)
    sets = [set(net.people[number == k]) for k in range(1, number.max() + 1)]
    assert communities.modularity(net, number) == pytest.approx(nx.community.modularity(graph, sets))


def test_a_sample_of_sources_is_near_and_says_how_near(monkeypatch):
    net = network.network(random_edges(7, whole=False))
    whole, _ = network.betweenness(net)
    top, apart = np.argsort(-whole)[:10], []
    for seed in range(30):
        monkeypatch.setattr(network, "SEED", seed)
        part, error = network.betweenness(net, sources=20)
        apart.append((part - whole)[top] / error[top])
    assert abs(np.mean(apart)) < 0.5 and 0.7 < np.std(apart) < 1.5


def test_two_knots_are_two_communities_with_and_without_networkit(monkeypatch):
    for found in (communities.find_spec, lambda name: None):
        monkeypatch.setattr(communities, "find_spec", found)
        community, stability = communities.communities(KNOTS)
        assert community.to_dict() == {"a": 1, "b": 1, "c": 1, "x": 2, "y": 2, "z": 2}
        assert stability == pytest.approx(1)


def test_a_star_with_a_knot_has_that_knot_as_its_core():
    rows = edges(
        [(a, b, 1.0) for a in "abc" for b in "abc" if a < b] + [(a, a + str(n), 1.0) for a in "abc" for n in range(4)]
    )
    central = network.centrality(rows)
    assert sorted(central.person[central.core]) == ["a", "b", "c"]
    assert network.densities(rows).set_index("pair").share.to_dict() == {
        "core": 1,
        "core and others": 12 / 36,
        "others": 0,
    }


def test_a_broker_stands_between_outside_and_inside():
    side = pd.Series({"m": "inside", "p": "inside", "s": "inside", "x": "outside", "y": "outside"})
    rows = edges([("x", "p", 1.0), ("y", "p", 1.0), ("p", "m", 1.0), ("m", "p", 1.0), ("p", "x", 1.0), ("m", "y", 1.0),
                  ("s", "m", 1.0)])  # fmt: skip
    found = brokers.brokers(rows, side).set_index("person")
    assert found.loc["p", ["gatekeeper", "representative"]].tolist() == [1, 1]  # y and m are in contact themselves
    assert found.bridging.to_dict() == pytest.approx({"m": 2 / 6, "p": 2 / 6})  # of x and y with m, p and s


def test_a_bridge_is_more_between_than_chance_and_a_random_network_has_none():
    dice = np.random.default_rng(3)
    knots = [(f"{k}{a}", f"{k}{b}", 1.0) for k in "ab" for a in range(12) for b in range(a) if dice.random() < 0.6]
    found = brokers.beyond_chance(
        edges([*knots, ("a0", "go", 1.0), ("a1", "go", 1.0), ("go", "b0", 1.0), ("go", "b1", 1.0)])
    )
    first = found.iloc[0]
    assert first.person == "go" and first.z > 3 and first.q < 0.1
    even = brokers.beyond_chance(random_edges(2, whole=True))
    assert (even.q.dropna() < 0.05).sum() == 0
    graph = both(random_edges(2, whole=True))
    plain = nx.betweenness_centrality(graph)
    assert even.observed.tolist() == pytest.approx([plain[p] for p in even.person], abs=1e-8)


def test_random_networks_keep_everybodys_number_of_partners():
    net = network.network(random_edges(5, whole=False))
    ties = brokers._ties(net)
    made = ties
    for turn in range(10):
        made = brokers._swapped(made, len(net.people), np.random.default_rng(turn))
    assert np.bincount(made.ravel()).tolist() == np.bincount(ties.ravel()).tolist()
    pairs = {tuple(sorted(pair)) for pair in made.tolist()}
    assert len(pairs) == len(ties) and all(a != b for a, b in pairs)
    assert pairs != {tuple(sorted(pair)) for pair in ties.tolist()}


def test_without_a_phone_its_own_ties_are_not_seen():
    rows = edges([("a", "b", 5.0), ("b", "c", 1.0), ("c", "d", 1.0)]).assign(n_messages=[10, 2, 2])
    sole = pd.DataFrame({"sender": ["a", "b"], "recipient": ["b", "c"], "custodian_id": ["C1", "C1"],
                         "n_messages": [10, 1], "weight": [5.0, 0.5]})  # fmt: skip
    lost = brokers.without(rows, sole).iloc[0]
    assert lost[["custodian_id", "n_messages", "of", "ties", "people", "first"]].tolist() == ["C1", 11, 14, 1, 1, False]


@pytest.mark.parametrize("size", [2, 40, 600])
def test_positions_fill_the_square_and_are_the_same_again(size):
    dice = np.random.default_rng(size)
    a, b = dice.integers(0, size, 4 * size), dice.integers(0, size, 4 * size)
    rows = pd.DataFrame({"sender": a, "recipient": b, "weight": 1.0})[a != b].astype(
        {"sender": "str", "recipient": "str"}
    )
    spots = layout.positions(rows)
    assert spots[["x", "y"]].abs().max().max() == pytest.approx(1, abs=1e-3)
    assert not spots.duplicated(["x", "y"]).any()
    assert spots.equals(layout.positions(rows.iloc[::-1]))
