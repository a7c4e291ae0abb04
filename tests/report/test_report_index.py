"""Numbers as printed, and findings that are parts of others."""

import pytest

from analysis.findings.questions import natural
from analysis.report.answers import _parts, answers, place
from analysis.report.frame import table
from analysis.report.ledger import of_finding
from analysis.report.numbers import interval, line, number, value


def _finding(name: str, **facts: object) -> dict[str, object]:
    blank = dict.fromkeys(("value", "n", "of", "low", "high", "level"))
    return {"finding_id": name, "unit": "share", "evidence": ["m"], "anchor": f"10_x.html#{name}", **blank, **facts}


@pytest.mark.parametrize(
    ("amount", "unit", "said"),
    [
        (0.1091, "share", "10.9%"),
        (8006, "messages", "8,006"),
        (4010.6, "messages", "4,011"),
        (1.27, "days", "1.27"),
        (0, "x", "0"),
    ],
)
def test_numbers_read_as_people_write_them(amount: float, unit: str, said: str) -> None:
    assert number(amount, unit) == said


def test_an_interval_has_a_level_bounds_have_none_and_a_minimum_says_so() -> None:
    assert interval(_finding("F1", low=0.1, high=0.2, level=0.95)) == "95% interval 10.0% to 20.0%"
    assert interval(_finding("F1", low=55, high=56, unit="accounts")) == "bounds 55 to 56"
    assert interval(_finding("F1", low=6, unit="accounts")) == "at least 6"
    assert interval(_finding("F1")) == ""
    assert value(_finding("F1", value=55, unit="accounts")) == "55 accounts"


def test_a_share_without_interval_is_a_point_and_a_minimum_is_open_above() -> None:
    assert 'x1="60.0" x2="61.0"' in line(_finding("F1", value=0.5))
    assert 'x1="60.0" x2="120.0"' in line(_finding("F1", value=0.5, low=0.5))


def test_a_finding_of_one_person_is_a_part_of_that_of_all() -> None:
    every = [_finding(name) for name in ("F8.loss", "F8.loss.c01", "F8.total", "F8.sources.c01")]
    assert [[part["finding_id"] for part in _parts(row, every)] for row in every] == [
        ["F8.loss.c01", "F8.sources.c01"], [], [], [],
    ]  # fmt: skip


def test_every_question_has_an_answer_and_a_finding_of_none_its_own() -> None:
    rows = [_finding("F3.delay", outcome="met"), _finding("X1", title="New", question="What?", outcome="partly")]
    every = {answer.name: answer for answer in answers(rows)}
    assert list(every) == [*(f"F{n}" for n in range(1, 15)), "X1"]
    assert every["F3"].outcome == "met"
    assert every["F2"].outcome == "cannot_tell"
    assert every["X1"].question.asks == "What?"
    assert place(rows[0]) == "finding-F3.html#F3.delay"


def test_findings_count_and_those_without_rows_lead_to_where_they_were_recorded() -> None:
    assert sorted(["F10", "F2.b", "F2.a", "F1"], key=natural) == ["F1", "F2.a", "F2.b", "F10"]
    assert of_finding(_finding("F8.loss.C01")) == "exhibits/finding-f8-loss-c01.html"
    assert of_finding(_finding("F8.total", evidence=[])) == "10_x.html#F8.total"


def test_a_column_of_numbers_stands_to_the_right_and_cells_are_escaped() -> None:
    html = table("T", ("Name", "n"), [["<b>", "1,200"], ["x", 3]])
    assert '<th scope="col" class="number">n</th>' in html
    assert '<th scope="row" class="short">&lt;b&gt;</th><td class="number">1,200</td>' in html
