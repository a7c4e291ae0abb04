"""The engine must not change a finding: every relation gives the same frame on DuckDB and on Spark Connect (Sail)."""

import dataclasses
import inspect

import pandas as pd
import pytest

from analysis import relations

TIES = ["alice|bob", "alice|dan"]
CALLS = {name: () for name, _ in inspect.getmembers(relations, inspect.isfunction)} | {
    "tie_messages": (TIES,),
    "listing": ("accounts",),
    "account_messages": (["A1", "A2", "A3"],),
    "takers": (["alice"],),
    "sent_to": (["ma2"],),
}


@pytest.fixture(scope="module")
def sail(handmade):
    pytest.importorskip("pysail", reason="the second engine is not installed: pip install 'offchannel[scale]'")
    pytest.importorskip("pyspark", reason="the second engine is not installed: pip install 'offchannel[scale]'")
    return dataclasses.replace(handmade, engine_name="sail")


@pytest.mark.parametrize("name", CALLS)
def test_same_frame_on_both_engines(handmade, sail, name):
    here, there = (getattr(relations, name)(matter, *CALLS[name]) for matter in (handmade, sail))
    pd.testing.assert_frame_equal(here, there)
    assert len(here)


@pytest.mark.parametrize("table", relations.LISTED)
def test_every_listing_on_both_engines(handmade, sail, table):
    pd.testing.assert_frame_equal(relations.listing(handmade, table), relations.listing(sail, table))
