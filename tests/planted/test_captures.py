"""Planted captures are found, and nothing else is taken for one."""

import pandas as pd
import pytest

from analysis.matter import Matter
from planted import SEEDS, joined, of_seed, truth


@pytest.fixture(scope="module", params=SEEDS)
def matter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Matter:
    return of_seed(request.param, tmp_path_factory)


@pytest.fixture(scope="module")
def pairs(matter: Matter) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Planted captures with the ids of the tables, and the exact ones found."""
    copies = joined(matter).query("_merge == 'both'")
    message = copies.drop_duplicates("truth_id").set_index("truth_id")["message_id"]
    native = matter.store.read("copies", ["message_id", "native_id"]).dropna().drop_duplicates("native_id")
    planted = truth(matter, "captures")
    planted = planted.assign(
        message_id=planted["truth_id"].map(message),
        official_message_id=planted["official_message_id"].map(native.set_index("native_id")["message_id"]),
    )
    return planted, matter.store.read("captures").query("tier == 'exact'")


def test_precision_recall_kinds_and_delays(pairs: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    planted, found = pairs
    both = planted.merge(found, on=["message_id", "official_message_id", "kind"])
    assert len(planted) > 50
    assert len(both) >= 0.99 * len(found) and len(both) >= 0.97 * len(planted)
    assert (both["delay_s_x"].astype(float) - both["delay_s_y"]).abs().max() <= 60


def test_tiers_keep_to_their_line(matter: Matter) -> None:
    rows = matter.store.read("captures")
    exact = rows[rows["tier"] == "exact"]
    assert (exact["containment"] >= 0.8).all() and (rows["delay_s"].dropna() >= 0).all()
    assert (rows.loc[rows["tier"] == "probable", "similarity"] >= 0.6).all()
    bodies = matter.store.read("messages", ["message_id", "body"]).set_index("message_id")["body"]
    body = exact[exact["attachment_id"].isna()].head(200)
    for row in body.itertuples():
        one, other = bodies[row.message_id][row.start : row.end], bodies[row.official_message_id]
        assert one.split()[0].lower() == other[row.official_start : row.official_end].split()[0].lower()
