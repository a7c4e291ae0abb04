"""Missed requests against what was planted: exactly those, on the sample and on matters of other seeds."""

from pathlib import Path

import pytest

from analysis import findings
from analysis.__main__ import main
from analysis.matter import Matter
from analysis.pipeline import open_matter
from planted import joined, truth
from support import ROOT

SAMPLE = ROOT / "data" / "sample"


def found_and_planted(matter: Matter) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Pairs of reference and message, as the findings name them and as planted."""
    both = joined(matter)
    ids = both.dropna(subset=["truth_id", "message_id"]).drop_duplicates("truth_id").set_index("truth_id")["message_id"]
    rows = truth(matter, "missed_requests")
    derived = {one.finding_id.removeprefix("F11."): one for one in findings.CATALOGUE["F11"](matter)}
    refs = matter.register("requests").ref
    assert all(ref in derived[ref].statement for ref in refs)
    found = {(ref, message) for ref in refs for message in derived[ref].evidence}
    return found, set(zip(rows.ref, rows.truth_id.map(ids), strict=True))


def test_exact_on_the_sample(tmp_path):
    found, planted = found_and_planted(open_matter(SAMPLE, out=tmp_path))
    assert planted and found == planted


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["2", "3", "5"])
def test_exact_on_other_seeds(tmp_path, seed):
    folder: Path = tmp_path / "matter"
    assert main(["sample", str(folder), "--messages", "2000", "--seed", seed]) == 0
    found, planted = found_and_planted(open_matter(folder, out=tmp_path / "out"))
    assert planted and found == planted
