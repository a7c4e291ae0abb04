"""Conversations without official footprint are exactly those that were planted."""

import pytest

from analysis import relations, studies
from analysis.matter import Matter
from planted import SEEDS, joined, of_seed, truth


@pytest.fixture(scope="module", params=SEEDS)
def matter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Matter:
    return of_seed(request.param, tmp_path_factory)


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
    assert len(planted) > 10 and set(bare["thread_id"]) == planted
