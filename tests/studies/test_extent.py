"""Accounts counted by channel; concentration."""

import math

import pandas as pd
import pytest

from analysis.studies import extent

ACCOUNTS = pd.DataFrame(
    [
        ("whatsapp", "private", "C1", True, True),
        ("whatsapp", "private", "C2", False, True),
        ("whatsapp", "unknown", "C3", True, False),
        ("email", "official", "C1", True, True),
        ("email", "private", None, False, True),
    ],
    columns=["channel", "ownership", "custodian_id", "declared", "observed"],
)


def test_census_counts_private_accounts_of_custodians_only():
    counts = extent.census(extent.private(ACCOUNTS))
    assert counts.to_dict("records") == [
        {"channel": "whatsapp", "declared": 2, "observed": 2, "undeclared": 1, "unused": 1}
    ]


def test_concentration():
    assert extent.gini(pd.Series([5, 5, 5, 5])) == pytest.approx(0)
    assert extent.gini(pd.Series([0, 0, 0, 8])) == pytest.approx(0.75)
    assert extent.gini(pd.Series([1, 3])) == pytest.approx(0.25)
    assert extent.top_share(pd.Series([1, 6, 3]), 2) == pytest.approx(0.9)
    assert math.isnan(extent.gini(pd.Series(dtype="int64")))
    assert math.isnan(extent.top_share(pd.Series(dtype="int64"), 3))


def test_senders_without_a_name_are_left_out():
    senders = pd.DataFrame({"person": ["a", "a", None], "n_messages": [2, 3, 9]})
    assert extent.by_person(senders).to_dict() == {"a": 5}
