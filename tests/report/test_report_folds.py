"""Many findings of one output fold into lines; the anchors, the links and every word stay."""

import re

from analysis.findings.ledger import Block, Finding, Ledger
from analysis.report.answers import _CLAUSE
from analysis.report.folds import FULL, fold
from analysis.report.sanitise import sanitise


def _finding(name: str) -> Finding:
    return Finding(
        name, f"Title of {name} & <co>", "How many?", "At least 3 of 2020-03-01 to 2020-04-01.", 0.5, "share", 3, 6, 0.2,
        0.8, 0.95, "Counted.", "partly", "s.1", (), "Few.",
    )  # fmt: skip


def _shown(*names: str) -> tuple[str, str]:
    html = sanitise(Ledger(tuple(Block(_finding(name)) for name in names))._repr_html_(), "here")
    return html, fold(html)


def _words(html: str) -> list[str]:
    return sorted(re.findall(r"\w+", re.sub(r"<[^>]+>", " ", html.replace("<wbr>", ""))))


def test_few_findings_stand_in_full() -> None:
    html, shown = _shown("F1", "F1.a", "F2")
    assert "<details" not in shown and shown.count('class="finding"') == FULL
    assert re.sub(r'<span class="short">([\d-]+)</span>', r"\1", shown) == html


def test_many_fold_under_their_question_and_lose_no_anchor() -> None:
    names = ["F1", "F1.a", "F1.b.c01", "F2.x"]
    html, shown = _shown(*names)
    assert re.findall(r'id="finding-([^"]+)"', shown) == names
    assert shown.count("<details>") == 4 and 'href="finding-F1.html#F1.b.c01"' in shown
    assert shown.count("<h3") == 2 and "F1 Extent of use" in shown
    line = re.search(r"<summary>.*?</summary>", shown)[0]
    assert "<b>50.0%</b>" in line and "3 of 6; 95% interval 20.0% to 80.0%" in line and "chip partly" in line
    assert "At least 3 of" in line and shown.count('class="statement"') == 0
    assert not set(_words(html)) - set(_words(shown))


def test_of_many_questions_the_line_leaves_out_the_sentence() -> None:
    _, shown = _shown(*(f"F{n}" for n in range(1, FULL + 2)))
    assert "folds many" in shown and shown.count('class="statement"') == FULL + 1


def test_an_output_that_holds_something_else_stays_as_it_is() -> None:
    html = "<p>Before.</p>" + _shown("F1", "F1.a", "F1.b", "F1.c")[0]
    assert "<details" not in fold(html) and fold("<p>2020-03-01</p>") == "<p>2020-03-01</p>"


def test_the_texts_of_a_standard_are_told_apart() -> None:
    own, first = "All is declared (2.5% at most).", "Guidance, 2013 (A3), in force from 2013-06-01: No ban."
    unchecked = "Guidance, 2013 (A4), in force from 2013-06-01: Use. (Wording not checked at its source.)"
    policy = "Own policy: v1, in force from 2018-06-04."
    assert _CLAUSE.split(" ".join((own, first, unchecked, policy))) == [own, first, unchecked, policy]
