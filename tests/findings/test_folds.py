"""Many findings recorded at once fold into lines; the anchors, the links and every word stay."""

import re
from dataclasses import replace

from analysis.findings.exhibits import Link
from analysis.findings.ledger import FULL, Block, Finding, Ledger
from analysis.report.answers import _CLAUSE
from analysis.report.sanitise import sanitise


def _finding(name: str) -> Finding:
    return Finding(
        name, f"Title of {name} & <co>", "How many?", "At least 3 of 2020-03-01 to 2020-04-01.", 0.5, "share", 3, 6, 0.2,
        0.8, 0.95, "Counted.", "partly", "s.1", (), "Few.",
    )  # fmt: skip


def _blocks(*names: str) -> tuple[Block, ...]:
    return tuple(Block(_finding(name)) for name in names)


def _shown(*names: str) -> str:
    return sanitise(Ledger(_blocks(*names))._repr_html_(), "here")


def _words(html: str) -> set[str]:
    return set(re.findall(r"\w+", re.sub(r"<[^>]+>", " ", html.replace("<wbr>", ""))))


def test_few_findings_stand_in_full() -> None:
    shown = _shown("F1", "F1.a", "F2")
    assert "<details" not in shown and shown.count('class="finding"') == FULL
    assert '<span class="short">2020-03-01</span>' in shown


def test_many_fold_under_their_question_and_lose_no_anchor_and_no_word() -> None:
    names = ["F1", "F1.a", "F1.b.c01", "F2.x"]
    shown = _shown(*names)
    assert re.findall(r'id="finding-([^"]+)"', shown) == names
    assert shown.count("<details>") == 4 and 'href="finding-F1.html#F1.b.c01"' in shown
    assert shown.count("<h3") == 2 and "F1 Extent of use" in shown
    line = re.search(r"<summary>.*?</summary>", shown)[0]
    assert "<b>50.0%</b>" in line and "3 of 6; 95% interval 20.0% to 80.0%" in line and "chip partly" in line
    assert "At least 3 of" in line
    assert not set().union(*(_words(block.markup()) for block in _blocks(*names))) - _words(shown)


def test_all_findings_are_a_line_each_with_their_three_ways() -> None:
    found = replace(_finding("F1.a"), notebook="10_volume", anchor="10_volume.html#finding-F1.a")
    shown = sanitise(
        Ledger((Block(found, Link("exhibits/finding-f1-a.html", "rows")),), brief=True)._repr_html_(), "here"
    )
    ways = re.findall(r'href="([^"]+)"', shown)
    assert ways == [
        "finding-F1.html",
        "finding-F1.html#F1.a",
        "10_volume.html#finding-F1.a",
        "exhibits/finding-f1-a.html",
    ]
    assert 'id="finding-F1.a"' in shown and "50.0%" in shown and "<details" not in shown


def test_the_texts_of_a_standard_are_told_apart() -> None:
    own, first = "All is declared (2.5% at most).", "Guidance, 2013 (A3), in force from 2013-06-01: No ban."
    unchecked = "Guidance, 2013 (A4), in force from 2013-06-01: Use. (Wording not checked at its source.)"
    policy = "Own policy: v1, in force from 2018-06-04."
    assert _CLAUSE.split(" ".join((own, first, unchecked, policy))) == [own, first, unchecked, policy]
