"""Conversations without official footprint are exactly those that were planted."""

import pytest

from analysis import relations, studies
from analysis.matter import Matter
from planted import another_seed, joined, run_folder, shared_tables, truth
from support import ROOT


@pytest.fixture(scope="module", params=["sample", "another seed"])
def matter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Matter:
    place = run_folder(tmp_path_factory)
    if request.param == "sample":
        return shared_tables(lambda: ROOT / "data" / "sample", place, "sample-tables")
    return shared_tables(lambda: another_seed(place), place, "seed-tables")


def test_threads_without_footprint(matter: Matter) -> None:
    messages, accounts, recipients = (truth(matter, name) for name in ("messages", "accounts", "recipients"))
    official = set(accounts.loc[accounts["ownership"] == "official", "address"])
    touched = set(messages.loc[messages["sender_address"].isin(official), "truth_id"])
    touched |= set(recipients.loc[recipients["address"].isin(official), "truth_id"])
    touched |= set(truth(matter, "captures")["truth_id"])
    business = truth(matter, "business").query("`class` == 'business'")["truth_id"]
    about = messages.assign(business=messages["truth_id"].isin(business), touched=messages["truth_id"].isin(touched))
    threads = about.groupby("thread")[["business", "touched"]].any().query("business and not touched")
    copies = joined(matter).query("_merge == 'both'").merge(messages[["truth_id", "thread"]], on="truth_id")
    planted = set(copies.loc[copies["thread"].isin(threads.index), "thread_id"])
    bare = studies.footprints.untouched(studies.footprints.with_business(relations.footprints(matter)))
    assert len(planted) > 50 and set(bare["thread_id"]) == planted
