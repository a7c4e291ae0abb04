"""The bars of people and reconciliation, on the committed matter and on others of other seeds and sizes."""

import pytest
from scores import Scores, share

from planted import SEEDS, of_seed, truth


@pytest.fixture(scope="module", params=SEEDS)
def scores(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scores:
    return Scores(of_seed(request.param, tmp_path_factory))


def test_copies_are_paired(scores: Scores) -> None:
    assert scores.unread.empty
    precision, recall = scores.pairing()
    assert precision >= 0.999
    assert recall >= 0.995


def test_clocks(scores: Scores) -> None:
    assert scores.clocks()[["path", "offset_s", "planted"]].values.tolist() == []


def test_unexplained_absences(scores: Scores) -> None:
    said, planted = scores.absent()
    assert len(planted) > 5
    assert share(len(said & planted), len(said)) >= 0.98
    assert share(len(said & planted), len(planted)) >= 0.95


def test_recipients_as_of_the_time(scores: Scores) -> None:
    right = scores.recipients()
    assert len(right) > 500
    assert right.mean() >= 0.995


def test_people(scores: Scores) -> None:
    assert scores.merged_custodians() == []
    assert scores.b_cubed()[2] >= 0.98


def test_undeclared_accounts_have_their_line(scores: Scores) -> None:
    table = scores.matter.store.read("accounts")
    planted = truth(scores.matter, "accounts").query("declared == '0'")
    assert set(table.loc[~table["declared"], "address"]) == set(planted["address"])
    assert table.loc[~table["declared"], "locator"].notna().all()
