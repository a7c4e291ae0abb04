"""Business or personal on planted matters the starting model was not trained on, in their own wording."""

import pandas as pd
import pytest

from analysis import Matter, relations, studies
from analysis.sample.judgements import known
from planted import another_seed, joined, run_folder, shared_tables, truth
from support import ROOT

SAMPLE = ROOT / "data" / "sample"


@pytest.fixture(scope="module")
def matter(tmp_path_factory: pytest.TempPathFactory) -> Matter:
    place = run_folder(tmp_path_factory)
    return shared_tables(lambda: another_seed(place), place, "seed-tables")


def test_labels_of_another_seed_are_as_planted(matter: Matter) -> None:
    planted = joined(matter).merge(truth(matter, "business"), on="truth_id").drop_duplicates("message_id")
    labels = matter.store.read("labels").query("scheme == 'business'").set_index("message_id")
    assert len(labels) == matter.store.count("messages") and labels.index.is_unique
    both = planted.join(labels, on="message_id", rsuffix="_given")
    personal, said = both["class"] == "personal", both["label_given"] == "personal"
    assert (said & personal).sum() / personal.sum() >= 0.97
    assert (said & personal).sum() / said.sum() >= 0.8
    assert pd.Series(both["score"]).between(0, 1).all()


def test_the_judgements_of_the_sample_are_of_its_messages_and_bound_the_truth(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    matter = shared_tables(lambda: SAMPLE, run_folder(tmp_path_factory), "sample-tables")
    judged, coded = relations.judgements(matter), relations.coded(matter)
    assert judged["thread_id"].notna().all(), "ids have changed: write data/sample/judgements again (sample --judged)"
    assert judged["coder"].nunique() == 2 and 0.6 < studies.coding.agreement(judged, resamples=50)["kappa"][0] < 0.95
    truth = known(matter)["class"] == "business"
    labels = matter.store.read("labels").query("scheme == 'business'").set_index("message_id")["label"] == "business"
    both = truth.to_frame("truth").join(labels)
    assert studies.recall.least(coded) <= (both["truth"] & both["label"]).sum() / both["truth"].sum()
