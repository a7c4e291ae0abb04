"""The bars of people and reconciliation, on the committed matter and on others of other seeds and sizes."""

from pathlib import Path

import pytest
from scores import Scores, share

from analysis import sample
from planted import run_folder, shared_tables, truth
from support import ROOT

SAMPLE = ROOT / "data" / "sample"
SEEDS = {"committed": (0, 0), "seed 7": (7, 2000), "seed 21": (21, 3000), "seed 99": (99, 5000)}
MATTERS = [pytest.param(one, marks=[pytest.mark.slow] * (one in ("seed 21", "seed 99"))) for one in SEEDS]


@pytest.fixture(scope="module", params=MATTERS)
def scores(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scores:
    place, (seed, messages) = run_folder(tmp_path_factory), SEEDS[request.param]

    def folder() -> Path:
        if seed and not (place / request.param).exists():
            sample.write(place / request.param, messages=messages, seed=seed)
        return place / request.param if seed else SAMPLE

    return Scores(
        shared_tables(folder, place, f"{request.param.replace(' ', '-')}-tables" if seed else "sample-tables")
    )


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
