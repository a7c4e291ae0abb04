"""Missed requests against what was planted: exactly those, on the sample and on matters of other seeds."""

import pytest

from analysis import findings
from analysis.matter import Matter
from planted import SEEDS, joined, of_seed, truth


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


@pytest.mark.parametrize("name", SEEDS)
def test_exactly_the_planted_ones(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    found, planted = found_and_planted(of_seed(name, tmp_path_factory))
    assert planted and found == planted
