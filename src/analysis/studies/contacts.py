"""Who talked to whom: the network of people over all channels, its centre, its groups and its bridges.

Works on `relations.edges`. Direct, group and mail exposure are kept apart as columns; where one number is needed it is
`weight`: each message shares 1 among the people it reached. Nothing here shows that a message was read, or what was
said in meetings and calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.studies.intervals import SEED

if TYPE_CHECKING:
    import networkx as nx

MODES = ("direct", "group", "mail_to", "mail_cc")
SEEDS = 20
"""Community runs compared: enough to see an unstable division, under a second at a few hundred people."""
EXACT_NODES = 1000
"""Above this many people betweenness is estimated from this many seeded sources instead of all."""
SIDES = ("inside", "outside", "unknown")
ROOM = 0.085
"""Smallest distance between two nodes of a drawing two units wide: keeps circles and labels apart at about 60 nodes."""


def ties(edges: pd.DataFrame) -> pd.DataFrame:
    """A row is two people, in either direction; strongest first.

    `person` < `other` (`tie`: both), `n_messages`, `weight`, `sent` (by `person`), `got`, a column for each mode and
    each channel (messages), `first_at`, `last_at`.

    A message by mail to and cc, or in two threads, counts once in each mode it was exposed in.
    """
    swapped = edges.sender > edges.recipient
    rows = edges.assign(
        person=edges.sender.where(~swapped, edges.recipient),
        other=edges.recipient.where(~swapped, edges.sender),
        sent=edges.n_messages.where(~swapped, 0),
        got=edges.n_messages.where(swapped, 0),
    )
    by = ["person", "other"]
    sums = rows.groupby(by).agg(
        n_messages=("n_messages", "sum"),
        weight=("weight", "sum"),
        sent=("sent", "sum"),
        got=("got", "sum"),
        first_at=("first_at", "min"),
        last_at=("last_at", "max"),
    )
    for column, kinds in (("mode", MODES), ("channel", sorted(edges.channel.unique()))):
        mix = rows.pivot_table(index=by, columns=column, values="n_messages", aggfunc="sum", fill_value=0)
        sums = sums.join(mix.reindex(columns=list(kinds), fill_value=0).astype("int64"))
    sums = sums.reset_index().assign(tie=lambda t: t.person + "|" + t.other)
    return sums.sort_values(["weight", *by], ascending=[False, True, True], ignore_index=True)


def sides(people: pd.DataFrame) -> pd.Series:
    """`inside`, `outside` or `unknown`, by person id."""
    flags = people.set_index("person_id").inside
    named = ["unknown" if pd.isna(flag) else "inside" if flag else "outside" for flag in flags]
    return pd.Series(named, index=flags.index, dtype="str")


def exposure(edges: pd.DataFrame) -> pd.DataFrame:
    """A row is a channel and a mode: `n_messages` (a message to three people is three), `weight`, `pairs`."""
    rows = edges.groupby(["channel", "mode"]).agg(
        pairs=("sender", "size"), n_messages=("n_messages", "sum"), weight=("weight", "sum")
    )
    return rows.reset_index()


def named(frame: pd.DataFrame, names: dict[str, str], columns: Sequence[str] = ("person", "other")) -> pd.DataFrame:
    """The frame with labels in place of ids in these columns."""
    chosen = [column for column in columns if column in frame]
    return frame.assign(**{column: [names.get(person, person) for person in frame[column]] for column in chosen})


def titles(tied: pd.DataFrame, names: dict[str, str]) -> list[str]:
    """A heading for each tie: the two labels."""
    return [f"{names.get(a, a)} and {names.get(b, b)}" for a, b in zip(tied.person, tied.other, strict=True)]


def groups(community: pd.Series, tied: pd.DataFrame, side: pd.Series, names: dict[str, str]) -> pd.DataFrame:
    """A row is a community: `people`, `inside`, `outside`, `within` (share of their weight kept inside), `members`."""
    one, two = tied.person.map(community), tied.other.map(community)
    rows = []
    for number in sorted(community.unique()):
        persons = community.index[community == number]
        touched, kept = (
            tied.weight[(one == number) | (two == number)].sum(),
            tied.weight[(one == number) & (two == number)].sum(),
        )
        sides = [side.get(person, "unknown") for person in persons]
        rows.append(
            {
                "community": number,
                "people": len(persons),
                "inside": sides.count("inside"),
                "outside": sides.count("outside"),
                "within": kept / touched if touched else 0.0,
                "members": ", ".join(sorted(names.get(p, p) for p in persons)),
            }
        )
    return pd.DataFrame(rows)


def labels(people: pd.DataFrame, handles: pd.DataFrame) -> dict[str, str]:
    """What to print for each person id, custodian id and handle id: the label, or the handle as written."""
    named = dict(zip(handles.identity_id, handles.raw, strict=True))
    custodians = people.dropna(subset="custodian_id")
    named |= dict(zip(custodians.custodian_id, custodians.label, strict=True))
    return named | dict(zip(people.person_id, people.label, strict=True))


def graph(tied: pd.DataFrame) -> nx.Graph[str]:
    """The undirected network: `weight` (closeness of contact) and `distance` = 1 / weight on each edge."""
    import networkx as nx

    network: nx.Graph[str] = nx.Graph()
    network.add_nodes_from(sorted({*tied.person, *tied.other}))
    for person, other, weight in zip(tied.person, tied.other, tied.weight, strict=True):
        network.add_edge(person, other, weight=float(weight), distance=1 / float(weight))
    return network


def centrality(edges: pd.DataFrame) -> pd.DataFrame:
    """A row is a person: how much, with how many, and how much in between; highest strength first.

    `partners` (people written to or by), `strength` (weight sent and received), `sent`, `received` (weight), `pagerank`
    (share of attention if one followed messages from sender to recipient for ever, damping 0.85), `betweenness` (share
    of all pairs of other people whose strongest chain of contacts runs through this person).
    Cannot show influence: a private secretary who forwards everything is central too.

    References
    ----------
    Barrat et al. (2004). The architecture of complex weighted networks. PNAS 101, 3747-3752 (strength).
    Brandes, U. (2001). A faster algorithm for betweenness centrality. J. Math. Sociology 25, 163-177.
    Page, Brin, Motwani, Winograd (1999). The PageRank citation ranking. Stanford InfoLab.
    """
    import networkx as nx

    network = graph(ties(edges))
    sources = None if len(network) <= EXACT_NODES else EXACT_NODES
    between = nx.betweenness_centrality(network, k=sources, weight="distance", seed=SEED)
    sums = edges.groupby(["sender", "recipient"]).weight.sum().reset_index()
    directed: nx.DiGraph[str] = nx.DiGraph()
    directed.add_nodes_from(network)
    directed.add_weighted_edges_from(sums.itertuples(index=False, name=None))
    frame = pd.DataFrame({"person": pd.Series(list(network), dtype="str")})
    frame["partners"] = [network.degree(person) for person in network]
    frame["sent"] = frame.person.map(edges.groupby("sender").weight.sum()).fillna(0.0)
    frame["received"] = frame.person.map(edges.groupby("recipient").weight.sum()).fillna(0.0)
    frame["strength"] = frame.sent + frame.received
    frame["pagerank"] = frame.person.map(nx.pagerank(directed, weight="weight") if len(network) else {})
    frame["betweenness"] = frame.person.map(between)
    numbers = ["strength", "sent", "received", "pagerank", "betweenness"]
    frame[numbers] = frame[numbers].astype("float64").round(9)
    return frame.sort_values(["strength", "person"], ascending=[False, True], ignore_index=True)


def communities(tied: pd.DataFrame, seeds: int = SEEDS) -> tuple[pd.Series, float]:
    """Groups of people with more contact among themselves than chance would give, and how stable the division is.

    Louvain's method is run from several seeds; the division with the highest modularity is kept (community numbers by
    person, 1 = largest). Stability is the mean adjusted Rand index of the other runs against it: 1 = every run agrees,
    0 = no better than chance; under 0.7 read the groups as a suggestion only.

    References
    ----------
    Blondel et al. (2008). Fast unfolding of communities in large networks. J. Stat. Mech. P10008.
    Hubert, Arabie (1985). Comparing partitions. Journal of Classification 2, 193-218.
    """
    import networkx as nx
    from sklearn.metrics import adjusted_rand_score

    network = graph(tied)
    if not network.number_of_edges():
        return pd.Series(1, index=list(network), dtype="int64"), float("nan")
    runs = [
        _numbered(nx.community.louvain_communities(network, weight="weight", seed=SEED + turn)) for turn in range(seeds)
    ]
    quality = [nx.community.modularity(network, _groups(run), weight="weight") for run in runs]
    best = runs[int(np.argmax(np.round(quality, 9)))]
    people = list(network)
    rand = [adjusted_rand_score([best[p] for p in people], [run[p] for p in people]) for run in runs if run is not best]
    return pd.Series(best, dtype="int64").reindex(people), float(np.mean(rand)) if rand else float("nan")


def _numbered(groups: Sequence[set[str]]) -> dict[str, int]:
    ordered = sorted(groups, key=lambda group: (-len(group), min(group)))
    return {person: number for number, group in enumerate(ordered, 1) for person in sorted(group)}


def _groups(run: dict[str, int]) -> list[set[str]]:
    return [{person for person, number in run.items() if number == wanted} for wanted in sorted(set(run.values()))]


def bridges(tied: pd.DataFrame, side: pd.Series) -> pd.DataFrame:
    """A row is a person inside in contact with people who are not: how many and how much.

    `partners`, `n_messages`, `weight`: people outside and contact with them; `share` of the person's whole weight;
    `alone`: outside people whom nobody else inside is in contact with; `unknown`: people whose side is not known.
    """
    both = pd.concat([tied, tied.rename(columns={"person": "other", "other": "person"})])
    both = both.assign(a=both.person.map(side).fillna("unknown"), b=both.other.map(side).fillna("unknown"))
    ours = both[both.a == "inside"]
    out = ours.b == "outside"
    reached = ours[out].groupby("other").person.nunique()
    rows = (
        ours.assign(
            partners=out,
            unknown=ours.b == "unknown",
            alone=out & (ours.other.map(reached) == 1),
            n_messages=ours.n_messages.where(out, 0),
            all=ours.weight,
            weight=ours.weight.where(out, 0.0),
        )
        .groupby("person")[["partners", "alone", "unknown", "n_messages", "weight", "all"]]
        .sum()
    )
    rows["share"] = rows.weight / rows.pop("all")
    rows = rows[rows.partners + rows.unknown > 0].reset_index()
    return rows.sort_values(["weight", "unknown", "person"], ascending=[False, False, True], ignore_index=True)


def matrix(edges: pd.DataFrame, community: pd.Series, top: int = 40) -> pd.DataFrame:
    """Messages from row to column between the `top` people by strength, ordered by community, then strength."""
    strength = (edges.groupby("sender").weight.sum()).add(edges.groupby("recipient").weight.sum(), fill_value=0)
    ranked = (
        strength.rename_axis("person").reset_index(name="strength").assign(community=lambda t: t.person.map(community))
    )
    ranked = ranked.sort_values(["strength", "person"], ascending=[False, True]).head(top)
    order = ranked.sort_values(["community", "strength", "person"], ascending=[True, False, True]).person
    square = edges.pivot_table(index="sender", columns="recipient", values="n_messages", aggfunc="sum", fill_value=0)
    return square.reindex(index=order, columns=order, fill_value=0).astype("int64")


def positions(tied: pd.DataFrame) -> pd.DataFrame:
    """Where to draw each person, the same at every run: `person`, `x`, `y` in -1 to 1; near means much contact.

    Fruchterman-Reingold from a seeded start with weights compressed (square root), then nodes closer than `ROOM` pushed
    apart. Only nearness means something; axes and rotation do not.
    """
    import networkx as nx

    network = graph(tied)
    for _, _, facts in network.edges(data=True):
        facts["pull"] = facts["weight"] ** 0.5
    size = max(1, len(network))
    placed = nx.spring_layout(network, k=2.2 / size**0.5, iterations=300, weight="pull", seed=SEED)
    spots = _apart(_spread(np.array([placed[person] for person in network]).reshape(-1, 2)))
    spots = _fitted(spots)
    return pd.DataFrame(
        {"person": pd.Series(list(network), dtype="str"), "x": spots[:, 0].round(4), "y": spots[:, 1].round(4)}
    )


def _spread(spots: np.ndarray) -> np.ndarray:
    """Half-way to even spacing of each axis: springs pile strong groups up in an unreadable middle."""
    if len(spots) < 3:
        return spots
    even = spots.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") / (len(spots) - 1) * 2 - 1
    near = np.clip(spots / np.quantile(np.abs(spots), 0.95), -1.15, 1.15)
    return np.asarray((near + even) / 2)


def _fitted(spots: np.ndarray) -> np.ndarray:
    """Each axis from -1 to 1."""
    if not len(spots):
        return spots
    low, high = spots.min(axis=0), spots.max(axis=0)
    return np.asarray((spots - (low + high) / 2) / np.clip((high - low) / 2, 1e-9, None))


def _apart(spots: np.ndarray) -> np.ndarray:
    for _ in range(100):
        gap = spots[:, None] - spots[None]
        far = np.hypot(gap[..., 0], gap[..., 1]) + np.eye(len(spots))
        push = np.clip(ROOM - far, 0, None) / far / 2
        if not push.any():
            break
        spots = spots + (gap * push[..., None]).sum(axis=1)
    return spots
