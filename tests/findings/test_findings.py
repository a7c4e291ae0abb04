"""Findings of the tiny matter, counted on fingers; the ledger; exhibits."""

import dataclasses
import json

import pandas as pd
import pytest

from analysis import findings, relations
from analysis.errors import SchemaError
from analysis.findings import CATALOGUE, Finding, standards
from analysis.findings.standing import completed
from analysis.matter import Matter


@pytest.fixture(scope="module")
def found(handmade):
    return {finding.finding_id: finding for derive in CATALOGUE.values() for finding in derive(handmade)}


def numbers(finding):
    return finding.value, finding.n, finding.of, finding.low, finding.high, finding.outcome


def test_extent(found):
    assert numbers(found["F1"]) == (3, 3, 4, 3, 4, "partly")
    assert numbers(found["F1.accounts.whatsapp"]) == (3, 3, 3, 3, 3, "partly")
    assert numbers(found["F1.accounts.sms"])[-1] == "cannot_tell"
    assert numbers(found["F1.messages"]) == (24, 24, 26, 24, None, "cannot_tell")
    assert set(found["F1"].evidence) == {"A1", "A2", "A3"}


def test_completeness(found):
    assert numbers(found["F2.undeclared"]) == (1 / 3, 1, 3, 1 / 3, None, "partly")
    assert found["F2.undeclared"].evidence == ("A3",)
    assert numbers(found["F2.unused"])[1:3] == (1, 3)
    assert found["F2.unused"].outcome == "cannot_tell"
    assert numbers(found["F2.roster"])[:3] == (0.75, 3, 4)
    assert found["F2.days"].outcome == "cannot_tell"


def test_reconciliation(found, handmade):
    assert numbers(found["F8.loss"])[:3] == (5 / 38, 5, 38)
    assert found["F8.loss"].outcome == "partly"  # one thread gives no interval, so nothing firmer
    assert standards.loss(handmade, 0, 100, 0.0) == "met"
    assert standards.loss(handmade, 20, 100, 0.15) == "not_met"
    assert standards.loss(handmade, 20, 100, 0.05) == "partly"
    assert standards.loss(handmade, 2, 10, 0.15) == "cannot_tell"
    assert found["F8.loss"].evidence == ("m000", "m003", "m006", "m009", "m012")
    assert numbers(found["F8.unexplained"])[1:3] == (5, 38)
    assert (found["F8.total"].value, found["F8.total"].of) == (15, 15)


def test_marked_material(found):
    assert numbers(found["F5"]) == (2, 2, 24, 2, None, "partly")
    assert "1 distinct document with" in found["F5"].statement and set(found["F5"].evidence) == {"m000", "m015"}
    assert numbers(found["F5.level.official"])[-1] == "cannot_tell"
    assert numbers(found["F5.outside"])[1:3] == (1, 2) and found["F5.outside"].evidence == ("m015",)
    assert numbers(found["F5.form"])[1:3] == (1, 3)


def test_personal_data(found):
    assert numbers(found["F6"]) == (1, 1, 2, 1, None, "partly")
    assert numbers(found["F6.messages"])[1:3] == (2, 26)
    assert numbers(found["F6.health"])[1:3] == (1, 1) and "F6.dob" not in found
    assert numbers(found["F6.postcode"])[1:3] == (0, 1)
    assert numbers(found["F6.outside"])[1:3] == (1, 2)


def test_every_finding_is_qualified(found):
    for finding in found.values():
        assert finding.limits and finding.method and finding.provision and finding.question.endswith("?")
        assert finding.value is None or finding.of is not None
        text = " ".join([finding.statement, finding.limits, finding.title]).lower()
        assert not [word for word in ("illegal", "unlawful", "offence", "guilty") if word in text]


def test_without_registers_it_cannot_be_told(handmade, tmp_path):
    bare = dataclasses.replace(handmade, folder=tmp_path)
    told = {finding.finding_id: finding.outcome for key in ("F1", "F2") for finding in CATALOGUE[key](bare)}
    assert {told[name] for name in ("F1", "F2.undeclared", "F2.unused", "F2.days")} == {"cannot_tell"}


def test_no_evidence_at_all(tmp_path):
    (tmp_path / "empty").mkdir()
    empty = Matter.open(tmp_path / "empty", out=tmp_path / "out")
    for derive in CATALOGUE.values():
        for finding in derive(empty):
            assert finding.outcome == "cannot_tell", finding.finding_id
            assert not finding.evidence


def test_the_same_on_both_engines(handmade, found):
    pytest.importorskip("pysail", reason="the second engine is not installed: pip install 'offchannel[scale]'")
    other = dataclasses.replace(handmade, engine_name="sail")
    assert {finding.finding_id: finding for derive in CATALOGUE.values() for finding in derive(other)} == found


def test_recorded_and_read_back(handmade, tmp_path):
    matter = dataclasses.replace(handmade, out=tmp_path)
    matter.store.folder.mkdir(parents=True)
    finding = CATALOGUE["F2"](handmade)[0]
    shown = findings.record(matter, finding, notebook="02_people")._repr_html_()
    assert 'id="finding-F2.undeclared"' in shown
    assert 'href="30_findings.html#finding-F2.undeclared"' in shown
    assert 'href="exhibits/finding-f2-undeclared.html"' in shown
    [again] = findings.recorded(matter)
    [whole] = completed(matter, [finding])
    assert again == dataclasses.replace(whole, notebook="02_people", anchor="02_people.html#finding-F2.undeclared")
    assert findings.summary(matter).finding.tolist() == ["F2.undeclared"]
    assert "02_people.html#finding-F2.undeclared" in findings.gathered(matter)._repr_html_()
    assert matter.store.write("findings", [again.row()]) == 1


def test_a_finding_without_its_qualifications_is_refused(found):
    for change in ({"of": None}, {"limits": ""}, {"outcome": "illegal"}):
        with pytest.raises(SchemaError):
            dataclasses.replace(found["F1"], **change)


def test_number_states_denominator_and_interval():
    facts = dict.fromkeys(field.name for field in dataclasses.fields(Finding)) | {
        "finding_id": "F", "statement": "s", "method": "m", "limits": "l", "provision": "p", "outcome": "met", "evidence": (),
    }  # fmt: skip
    share = Finding(
        **(facts | {"value": 0.25, "unit": "share", "n": 1, "of": 4, "low": 0.1, "high": 0.5, "level": 0.95})
    )
    assert share.number() == "25.0% (1 of 4; 95% interval 10.0% to 50.0%)"
    assert (
        Finding(**(facts | {"value": 7, "unit": "messages", "n": 7, "of": 9, "low": 7})).number()
        == "7 messages (7 of 9; at least 7)"
    )
    assert (
        Finding(**(facts | {"value": 1, "unit": "share", "n": 4, "of": 4})).number() == "100.0% (4 of 4; no interval)"
    )


def test_exhibits_name_their_rows(handmade, tmp_path):
    matter = dataclasses.replace(handmade, out=tmp_path)
    rows = pd.DataFrame({"who": ["C 1", "C-1", "C 1"], "message_id": ["m1", "m2", "m1"]})
    links = findings.exhibits(matter, rows, "who", "message_id", {"C 1": "<b>"}, "note", "messages", "03_copies")
    assert len(set(links.values())) == 2
    page = json.loads((matter.work / "ledger" / "03_copies" / f"exhibit_{links['C 1'][9:-5]}.json").read_text())
    assert (page["ids"], page["title"], page["kind"], page["n"]) == (["m1"], "<b>", "messages", 1)
    many = findings.exhibit(matter, "All", "t", "n", "messages", [f"m{n}" for n in range(900)])
    assert many.href == "exhibits/all.html"
    assert "&lt;b&gt;" in findings.Link("x", "<b>").markup()
    with pytest.raises(SchemaError, match="no kind"):
        findings.exhibit(matter, "x", "t", "n", "people", [])


def test_footer_names_scope_engine_and_tables(handmade):
    shown = findings.footer(handmade)._repr_html_()
    assert "duckdb" in shown and handmade.store.hashes()["messages"] in shown and "Europe/London" in shown


def test_only_small_tables_are_listed(handmade):
    from analysis.errors import ParameterError

    with pytest.raises(ParameterError, match="not listed whole"):
        relations.listing(handmade, "messages")
