"""Opening a matter: facts, registers, parameters, places."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analysis import intake
from analysis.errors import EvidenceError, ParameterError
from analysis.matter import Matter

TOML = """
[matter]
id = "m"
title = "A matter"
zone = "Europe/London"
period = { from = "2020-06-01", to = "2020-06-30" }
official_domains = ["Dept.Example"]
[notebooks]
top = "5"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "matter.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "evidence").mkdir()
    (tmp_path / "registers").mkdir()
    return tmp_path


def test_facts_are_read(folder: Path) -> None:
    matter = Matter.open(folder, out=folder / "out")
    assert (matter.id, matter.title, matter.official_domains) == ("m", "A matter", ("dept.example",))
    assert matter.out == folder / "out" / "m"
    assert matter.scope.since == datetime(2020, 5, 31, 23, tzinfo=UTC)
    assert matter.scope.until == datetime(2020, 6, 30, 23, tzinfo=UTC)
    assert [str(day) for day in matter.days] == ["2020-06-01", "2020-06-30"]
    assert str(Matter.open(folder, until="2020-06-10").days[1]) == "2020-06-10"


def test_a_bare_folder_is_a_matter_and_its_own_results_are_not_evidence(tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text("x", encoding="utf-8")
    (tmp_path / "registers").mkdir()
    (tmp_path / "registers" / "accounts.csv").write_text("custodian_id\n", encoding="utf-8")
    matter = Matter.open(tmp_path, out=tmp_path / "reports")
    assert matter.id == tmp_path.name and matter.evidence == tmp_path
    assert [path.name for path in matter.evidence_files()] == ["chat.txt"]


def test_registers_are_text_and_an_absent_one_is_empty(folder: Path) -> None:
    (folder / "registers" / "accounts.csv").write_text(
        "\ufeffCustodian_ID,channel,address\nC1,sms, 07700900123 \n", encoding="utf-8"
    )
    matter = Matter.open(folder)
    accounts = matter.register("accounts")
    assert accounts.loc[0, ["custodian_id", "address", "declared_on"]].tolist() == ["C1", "07700900123", ""]
    assert matter.has_register("accounts") and not matter.has_register("claims")
    assert matter.register("claims").empty and "said_on" in matter.register("claims").columns


def test_bad_registers_are_refused_with_the_cure(folder: Path) -> None:
    (folder / "registers" / "accounts.csv").write_bytes(b"custodian_id\n\xff\xfe\n")
    with pytest.raises(EvidenceError, match=r"accounts\.csv cannot be read.*UTF-8"):
        Matter.open(folder).register("accounts")
    (folder / "registers" / "contacts.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match="has no column custodian_id"):
        Matter.open(folder).register("contacts")


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"chanels": "sms"}, "did you mean channels"),
        ({"channels": "sms,fax"}, "'fax'; the channels are"),
        ({"since": "1/6/2020"}, "since is '1/6/2020'; write a day as"),
        ({"since": "2020-07-02", "until": "2020-07-01"}, "lies after until"),
        ({"top": "many"}, "top is 'many'; write a number"),
        ({"level": "95"}, "must lie between 0.5 and 0.999"),
    ],
)
def test_parameters_are_refused_with_the_cure(folder: Path, parameters: dict[str, str], says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        Matter.open(folder, **parameters)


def test_parameters_stay_text_until_here(folder: Path) -> None:
    scope = Matter.open(folder, person="+447700900123", top="7", channels="SMS, email", since="").scope
    assert scope.person == "+447700900123" and scope.top == 7 and scope.channels == ("sms", "email")


def test_missing_folder_and_broken_toml_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="no matter folder"):
        Matter.open(tmp_path / "nowhere")
    (tmp_path / "matter.toml").write_text("[matter", encoding="utf-8")
    with pytest.raises(EvidenceError, match="not valid TOML"):
        Matter.open(tmp_path)


@pytest.mark.parametrize(("line", "says"), [
    ('official_domain = ["dept.example"]', "did you mean official_domains"), ('titel = "x"', "did you mean title"),
    ('official_domains = ["https://dept.example/"]', "write a mail domain"), ("official_domains = [1]", "has 1"),
    ('period = { form = "2020-01-01" }', "period in matter.toml has form"), ("evidence = 3", "name of a folder"), ("zone = [5]", "zone"),
    ('period = { from = "2020-02-01", to = "2020-01-01" }', "2020-02-01 to 2020-01-01, which is before"),
    ('id = "a\\nb"', "it names a folder"), ('[standards]\ndrift_gap = "a"', "write a number"),
    ("[notebooks]\n[standard]\n", "did you mean standards"), ("[standards]\ndrift_gap = nan", "write a number"),
    ('official_domains = "dept.example"', 'write official_domains = ["dept.example"]'),
    ('period = "2020"', "write period = { from ="), ('region = "UK"', "such as GB"), ('id = "../elsewhere"', "slashes"),
])  # fmt: skip
def test_facts_of_another_shape_are_refused_with_the_cure(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "matter.toml").write_text(f"[matter]\n{line}\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match=re.escape(says)):
        Matter.open(tmp_path)


@pytest.mark.parametrize("name", ["standards", "notebooks", "matter", "intake"])
def test_a_table_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "matter.toml").write_text(f"{name} = 3\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match=rf"write \[{name}\]"):
        Matter.open(tmp_path)


def test_domains_are_read_as_people_write_them_and_days_within_calendars(tmp_path: Path) -> None:
    (tmp_path / "matter.toml").write_text('[matter]\nofficial_domains = ["@Dept.Example", "*.gov.example"]\n')
    assert Matter.open(tmp_path).official_domains == ("dept.example", "gov.example")
    with pytest.raises(ParameterError, match=r"until is 9999-12-31; write a day of the years"):
        Matter.open(tmp_path, until="9999-12-31")


def test_a_named_evidence_folder_that_is_not_there_is_not_taken_for_another(tmp_path: Path) -> None:
    (tmp_path / "matter.toml").write_text('[matter]\nevidence = "evidnce"\n', encoding="utf-8")
    (tmp_path / "evidence").mkdir()
    assert Matter.open(tmp_path).evidence == tmp_path / "evidnce"
    with pytest.raises(EvidenceError, match="there is no folder evidnce/"):
        intake.take(Matter.open(tmp_path, out=tmp_path / "out"))


def test_a_standard_that_does_not_exist_is_refused_with_the_nearest(tmp_path):
    (tmp_path / "matter.toml").write_text("[standards]\ndrift_gab = 0.1\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match="no standard drift_gab; did you mean drift_gap"):
        Matter.open(tmp_path)
    (tmp_path / "matter.toml").write_text("[standards]\ndrift_gap = 0.1\n", encoding="utf-8")
    assert Matter.open(tmp_path).standard("drift_gap", 0.05) == 0.1
