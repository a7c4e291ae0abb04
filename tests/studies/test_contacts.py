"""The network on a handful of edges."""

import pandas as pd
import pytest

from analysis.studies import brokers, communities, contacts, layout, network

WHEN = pd.Timestamp("2020-03-01", tz="UTC")
LATER = pd.Timestamp("2020-04-01", tz="UTC")
EDGES = pd.DataFrame(
    [
        ("a", "b", "whatsapp", "direct", 4, 4.0, WHEN, LATER),
        ("b", "a", "email", "mail_to", 1, 0.5, LATER, LATER),
        ("b", "c", "whatsapp", "group", 3, 1.0, WHEN, WHEN),
        ("c", "d", "sms", "direct", 2, 2.0, WHEN, WHEN),
    ],
    columns=["sender", "recipient", "channel", "mode", "n_messages", "weight", "first_at", "last_at"],
)
PEOPLE = pd.DataFrame({
    "person_id": ["a", "b", "c", "d"], "label": ["Ann", "Bob", "Cy", "Di"], "custodian_id": ["C1", None, None, None],
    "inside": pd.Series([True, True, False, None], dtype="boolean"),
})  # fmt: skip
HANDLES = pd.DataFrame({"identity_id": ["h1"], "raw": ["+44 7700 900001"]})


def test_ties_join_directions_and_keep_modes_apart():
    tied = contacts.ties(EDGES)
    first = tied.iloc[0]
    assert (first.person, first.other, first.tie) == ("a", "b", "a|b")
    assert first[["n_messages", "sent", "got", "direct", "mail_to", "group", "whatsapp", "email"]].tolist() == [
        5,
        4,
        1,
        4,
        1,
        0,
        4,
        1,
    ]
    assert first.weight == pytest.approx(4.5)
    assert (first.first_at, first.last_at) == (WHEN, LATER)
    assert tied.weight.is_monotonic_decreasing


def test_groups_say_who_is_in_them_and_what_stays_within():
    rows = [
        (a, b, "sms", "direct", 9, 9.0, WHEN, WHEN) for group in ("abc", "xyz") for a in group for b in group if a < b
    ]
    tied = contacts.ties(pd.DataFrame([*rows, ("c", "x", "sms", "direct", 1, 0.1, WHEN, WHEN)], columns=EDGES.columns))
    community = pd.Series({"a": 1, "b": 1, "c": 1, "x": 2, "y": 2, "z": 2})
    side = pd.Series({"a": "inside", "x": "outside"})
    rows = contacts.groups(community, tied, side, {"a": "Ann"})
    assert rows[["community", "people", "inside", "outside"]].to_numpy().tolist() == [[1, 3, 1, 0], [2, 3, 0, 1]]
    assert rows.within.iloc[0] == pytest.approx(27 / 27.1)
    assert rows.members.iloc[0] == "Ann, b, c"


def test_bridges_count_outside_and_unknown_apart():
    tied = contacts.ties(pd.concat([EDGES, EDGES.tail(1).assign(sender="b")]))
    rows = contacts.bridges(tied, contacts.sides(PEOPLE)).set_index("person")
    assert list(rows.index) == ["b"]
    assert rows.loc["b", ["partners", "alone", "unknown", "n_messages"]].tolist() == [1, 1, 1, 3]
    assert rows.loc["b", "share"] == pytest.approx(1.0 / 7.5)


def test_matrix_is_ordered_by_community_then_strength():
    square = contacts.matrix(EDGES, pd.Series({"a": 2, "b": 1, "c": 1, "d": 2}), top=3)
    assert list(square.index) == ["b", "c", "a"]
    assert square.loc["a", "b"] == 4
    assert square.loc["b", "a"] == 1
    assert square.to_numpy().sum() == 4 + 1 + 3


def test_labels_name_people_custodians_and_bare_handles():
    names = contacts.labels(PEOPLE, HANDLES)
    assert (names["a"], names["C1"], names["h1"]) == ("Ann", "Ann", "+44 7700 900001")
    assert contacts.named(pd.DataFrame({"person": ["a", "zz"]}), names).person.tolist() == ["Ann", "zz"]
    assert contacts.sides(PEOPLE).to_dict() == {"a": "inside", "b": "inside", "c": "outside", "d": "unknown"}
    assert contacts.exposure(EDGES).n_messages.sum() == 10


def test_nobody_talked_to_anybody():
    none = EDGES.head(0)
    tied = contacts.ties(none)
    assert len(tied) == len(network.centrality(none)) == len(layout.positions(none)) == 0
    assert len(communities.communities(none)[0]) == len(brokers.beyond_chance(none)) == 0
    assert len(brokers.brokers(none, pd.Series(dtype="str"))) == 0
    assert contacts.matrix(none, pd.Series(dtype="int64")).empty
