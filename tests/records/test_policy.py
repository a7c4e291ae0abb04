"""Policy versions, clause files of several shapes, the rule's coding, two coders."""

from datetime import date

import pandas as pd
import pytest

from analysis.errors import EvidenceError, JudgementError
from analysis.records import policy
from analysis.studies import policy as study
from support import ROOT

TIMELINE = pd.DataFrame(
    {"at": ["2019-05-01"], "kind": ["policy"], "note": ["Policy version 3.1 in force"], "custodian_id": [""]}
)
OLD = "# Phones\n\n1. Messages may be sent\n   from a private phone.\n2. There is no need to keep messages.\n"
NEW = "# Phones\n\nIn force from 4 June 2020\n\n1. Anything decided in a private chat is copied to the department's systems.\n2. Nothing marked SECRET is sent from a private phone.\n"
CLAUSES = """
- {id: X1, pack: own, verified: true, text: "Decisions are copied to official systems.", terms: [substance, copy, official]}
- {id: X2, verified: false, text: "Messages are kept as records.", terms: [message, keep]}
- {id: X3, text: "SECRET is never sent.", terms: [secret, send], prohibits: true, from: 2020-06-01}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "clauses.yml").write_text(CLAUSES)
    (tmp_path / "phones v3.1.md").write_text(OLD)
    (tmp_path / "phones new.md").write_text(NEW)
    return tmp_path


@pytest.fixture
def versions(folder):
    return policy.versions(folder, TIMELINE)


def test_versions_are_in_force_until_the_next(versions):
    assert [(one.name, one.from_on, one.to_on, one.basis) for one in versions] == [
        ("phones v3.1", date(2019, 5, 1), date(2020, 6, 3), "timeline"), ("phones new", date(2020, 6, 4), None, "text")]  # fmt: skip


def test_front_matter_and_file_name_come_first(tmp_path):
    (tmp_path / "a.md").write_text("---\nin_force: 2021-02-03\n---\n1. In force from 1 January 1999\n")
    (tmp_path / "2020-09-21 v2.md").write_text("1. Text\n")
    assert [one.from_on for one in policy.versions(tmp_path, TIMELINE.iloc[:0])] == [
        date(2020, 9, 21),
        date(2021, 2, 3),
    ]


def test_paragraphs_have_their_line():
    assert list(policy.paragraphs(OLD)) == [
        (3, "1. Messages may be sent from a private phone."),
        (5, "2. There is no need to keep messages."),
    ]


def test_the_rule_proposes_with_quote_and_place(folder, versions):
    coded = policy.proposals(policy.clauses(folder, "GB"), versions).set_index(["clause_id", "policy"])
    states = coded.state.unstack()
    assert states.loc["X1"].to_dict() == {"phones v3.1": "absent", "phones new": "satisfied"}
    assert states.loc["X2"].to_dict() == {"phones v3.1": "contradicts", "phones new": "absent"}
    assert states.loc["X3"].to_dict() == {"phones v3.1": "absent", "phones new": "satisfied"}
    assert coded.loc[("X2", "phones v3.1"), "place"] == "line 5"
    for (_, name), row in coded.iterrows():
        assert (
            not row.quote
            or policy.place(next(one.text for one in versions if one.name == name), row.quote) == row.place
        )


@pytest.mark.parametrize(
    "text",
    [
        "X1: {text: Decisions are copied}\n",
        "pack: own\nclauses:\n  - {id: X1, requirement: Decisions are copied}\n",
        "X1: Decisions are copied\n",
    ],
)
def test_shapes_of_a_clause_file(tmp_path, text):
    (tmp_path / "clauses.yml").write_text(text)
    assert policy.clauses(tmp_path, "GB")[["clause_id", "text"]].to_numpy().tolist() == [["X1", "Decisions are copied"]]


def test_a_broken_clause_file_is_refused(tmp_path):
    for text in ("- {id: X1}\n", "- [", "- !!python/object/apply:os.system ['true']\n"):
        (tmp_path / "clauses.yml").write_text(text)
        with pytest.raises(EvidenceError):
            policy.clauses(tmp_path, "GB")


def test_packs_by_region(tmp_path):
    assert {"A2", "B10", "C1"} <= set(policy.clauses(tmp_path, "GB").clause_id)
    assert policy.clauses(tmp_path, "IE").clause_id.tolist() == ["C3"]
    packs = policy.clauses(tmp_path, "GB").set_index("clause_id")
    assert packs.verified["A2"] and not packs.verified["B11"] and packs.from_on["B10"] == date(2023, 3, 30)


def judgements(path, *rows):
    path.write_text("clause_id,policy,coder,state,quote,why,at\n" + "".join(",".join(row) + ",,,\n" for row in rows))
    return policy.judged(path)


def test_people_outrank_the_rule(folder, versions, tmp_path):
    judged = judgements(tmp_path / "p.csv", ("X1", "phones new", "a", "partial"), ("X1", "phones new", "b", "partial"), ("X2", "phones new", "a", "partial"),
                        ("X2", "phones new", "b", "absent"), ("X3", "phones new", "a", "absent"), ("X3", "phones new", "a", "satisfied"))  # fmt: skip
    rules = policy.clauses(folder, "GB")
    rows = study.matrix(rules, policy.proposals(rules, versions), judged, versions, date(2019, 1, 1), date(2021, 1, 1))
    told = rows[rows.policy == "phones new"].set_index("clause_id")
    assert told.state.to_dict() == {"X1": "partial", "X2": "disputed", "X3": "satisfied"}
    assert told.basis.to_dict() == {"X1": "agreed", "X2": "disputed", "X3": "one coder"}
    assert rows[rows.policy == "phones v3.1"].set_index("clause_id").in_force.to_dict() == {
        "X1": True,
        "X2": True,
        "X3": True,
    }
    old = study.matrix(rules, policy.proposals(rules, versions), judged, versions, date(2019, 1, 1), date(2020, 5, 1))
    assert not old.set_index(["clause_id", "policy"]).in_force[("X3", "phones v3.1")]


def test_a_wrong_judgement_is_refused(tmp_path):
    with pytest.raises(JudgementError, match="state"):
        judgements(tmp_path / "p.csv", ("X1", "p", "a", "maybe"))


def test_kappa_by_hand():
    one = ["satisfied"] * 5 + ["absent"] * 5
    two = ["satisfied"] * 4 + ["absent"] * 6
    value, ends = study.kappa(one, two)  # 9 of 10 agree; chance 0.5 * 0.4 + 0.5 * 0.6 = 0.5
    assert value == pytest.approx(0.8) and ends.low <= 0.8 <= ends.high
    assert study.kappa(one, one)[0] == 1 and pd.isna(study.kappa([], [])[0])


def test_quotes_of_the_sample_stand_in_its_policies():
    places = ROOT / "data" / "sample"
    texts = {one.name: one.text for one in policy.versions(places / "policies", TIMELINE.iloc[:0])}
    for row in policy.judged(places / "judgements" / "policy.csv").itertuples():
        assert not row.quote or policy.place(texts[row.policy], row.quote), (row.clause_id, row.quote)


@pytest.mark.parametrize(("text", "says"), [
    ("just text", "something else than clauses"), ("- A1 keep records\n", "something else"), ("3", "something else"),
    ("- {id: A1, text: a}\n- {id: A1, text: b}\n", "two clauses have the id A1"),
    ("- {id: A1, text: a, from: soon}\n", "from of clause A1 is 'soon'"), ("- {id: A1, text: a, to: 2020-13-45}\n", "cannot be read"),
    ("- {id: A1, text: a, terms: copy}\n", "the terms of clause A1 are no list"),
])  # fmt: skip
def test_clauses_that_would_be_dropped_or_read_as_others_are_refused(tmp_path, text, says):
    (tmp_path / "clauses.yml").write_text(text)
    with pytest.raises(EvidenceError, match=rf"clauses\.yml.*{says}"):
        policy.clauses(tmp_path, "GB")
