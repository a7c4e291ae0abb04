"""What stands beside a finding: texts in force, replies, advice that fits the outcome."""

import dataclasses
from datetime import date

import pytest

from analysis.errors import JudgementError
from analysis.findings import CATALOGUE, standards
from analysis.findings.questions import QUESTIONS
from analysis.findings.standing import completed, standing


@pytest.fixture(scope="module")
def found(handmade):
    return {finding.finding_id: finding for derive in CATALOGUE.values() for finding in derive(handmade)}


@pytest.fixture
def matter(handmade, tmp_path):
    return dataclasses.replace(handmade, folder=tmp_path, places={})


def one(matter, finding, **changes):
    return completed(matter, [dataclasses.replace(finding, **changes)])[0]


def test_every_question_has_its_whole_block(handmade, found):
    whole = {finding.finding_id: finding for finding in completed(handmade, list(found.values()))}
    for name, question in QUESTIONS.items():
        head = whole[question.head or name]
        assert head.base and head.standard and head.tested, head.finding_id
        for outcome in ("partly", "not_met", "cannot_tell"):
            bare = dataclasses.replace(found[head.finding_id], outcome=outcome, recommendation="")
            assert completed(handmade, [bare])[0].recommendation, (head.finding_id, outcome)
    assert all(finding.standard and finding.tested for finding in whole.values() if finding.finding_id != "F10.gap")


def test_no_advice_where_nothing_is_to_mend(handmade, found):
    assert one(handmade, found["F8.loss"], outcome="met", recommendation="").recommendation == ""
    assert one(handmade, found["F8.loss"], outcome="not_met", recommendation="own").recommendation == "own"


def test_a_part_inherits_what_it_does_not_say():
    assert standing("F8.loss.c01") == standing("F8")
    assert standing("F8.total")["mend"] == standing("F8")["mend"]
    assert standing("F8.total")["tested"] != standing("F8")["tested"]
    assert standing("F99.nothing") == {}


def test_standard_names_the_clauses_in_force_in_the_period(matter, found):
    early = dataclasses.replace(matter, first_on=date(2014, 1, 1), last_on=date(2014, 12, 31))
    late = dataclasses.replace(matter, first_on=date(2024, 1, 1), last_on=date(2024, 12, 31))
    then, now = (one(period, found["F3"]).standard for period in (early, late))
    assert "(A2), in force from 2013-06-01 to 2023-03-29" in then and "(B10)" not in then
    assert "(B10), in force from 2023-03-30" in now and "(A2)" not in now
    assert "(Wording not checked at its source.)" in one(early, found["F1"]).standard  # A4


def test_a_provision_of_the_united_kingdom_is_no_standard_elsewhere(matter, found):
    abroad = one(dataclasses.replace(matter, region="US"), found["F1"])
    assert abroad.provision == f"Of the United Kingdom, for comparison only: {found['F1'].provision}"
    assert one(matter, found["F1"]).provision == found["F1"].provision


def test_own_policy_stands_in_the_standard(matter, found):
    assert "No policy of the body itself was handed over." in one(matter, found["F10"]).standard
    (matter.folder / "policies").mkdir()
    (matter.folder / "policies" / "2019-02-03 v1.md").write_text("Use the official system.", encoding="utf-8")
    assert "Own policy: 2019-02-03 v1, in force from 2019-02-03." in one(matter, found["F10"]).standard


def test_replies_stand_with_their_finding(matter, found):
    place = matter.folder / "judgements"
    place.mkdir()
    (place / "replies.csv").write_text(
        'finding_id,who,at,reply\nF1,The department,2021-11-02,"We dispute it, <b>firmly</b>."\nF2,,,Noted.\n',
        encoding="utf-8",
    )
    assert one(matter, found["F1"]).reply == "The department, 2021-11-02: We dispute it, <b>firmly</b>."
    assert one(matter, found["F3"]).reply == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [("finding,reply\nF1,x\n", "lacks finding_id"), ("finding_id,who,at,reply\nF1,a,b,\n", "row 2")],
)
def test_a_reply_that_cannot_stand_is_refused(matter, found, text, said):
    (matter.folder / "judgements").mkdir()
    (matter.folder / "judgements" / "replies.csv").write_text(text, encoding="utf-8")
    with pytest.raises(JudgementError, match=said):
        one(matter, found["F1"])


def test_outcomes_that_take_the_whole_cannot_be_told_under_the_level_of_coverage(handmade, found):
    n, of = standards.exported(handmade)
    assert 0 < n <= of
    strict = dataclasses.replace(handmade, standards={"export_coverage_some": 1.01})
    told = {finding.finding_id: finding for derive in CATALOGUE.values() for finding in derive(strict)}
    for name in ("F1", "F4", "F7.tombstones", "F8.loss", "F13", "F14"):
        assert told[name].outcome == "cannot_tell" and told[name].value == found[name].value
        assert f"Private exports of {n} of {of} custodians are held" in told[name].limits
    for name in ("F1.labels", "F5", "F6", "F9", "F10", "F11"):
        assert told[name].outcome == found[name].outcome and told[name].limits == found[name].limits
    assert found["F8.loss"].outcome != "cannot_tell"


def test_clauses_that_cannot_be_read_are_said_and_stop_no_other_finding(matter, found):
    (matter.folder / "policies").mkdir()
    (matter.folder / "policies" / "clauses.yml").write_text("- {id: A2, text: [", encoding="utf-8")
    standard = one(matter, found["F3"]).standard
    assert "Clauses of the baseline cannot be read: clauses.yml" in standard and "(A2)" not in standard


def test_a_matter_without_any_clause_has_standards_all_the_same(matter, found):
    assert one(dataclasses.replace(matter, region="NZ"), found["F3"]).standard
