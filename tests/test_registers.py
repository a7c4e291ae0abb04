"""Registers: read as written, and refused where a row could not be believed."""

from pathlib import Path

import pytest

from analysis.errors import EvidenceError
from analysis.registers import read


def test_words_days_and_repeated_rows_are_read(tmp_path: Path) -> None:
    row = "C1,Ann,Minister,Dept,2020-03-01T00:00:00,\n"
    (tmp_path / "custodians.csv").write_text(f"custodian_id,name,role,organisation,from_on,to_on\n{row}{row},,,,,\n")
    assert read(tmp_path, "custodians")[["custodian_id", "from_on"]].to_numpy().tolist() == [["C1", "2020-03-01"]]
    (tmp_path / "accounts.csv").write_text("custodian_id,channel,address,ownership\nC1,WhatsApp,+44,Private\n")
    assert read(tmp_path, "accounts")[["channel", "ownership"]].to_numpy().tolist() == [["whatsapp", "private"]]
    (tmp_path / "timeline.csv").write_text("at,kind\n2020-06-20,Policy\n20200621T100000,hold\n")
    assert read(tmp_path, "timeline")["at"].tolist() == ["2020-06-20", "2020-06-21T10:00:00"]


def test_offices_held_in_turn_are_one_custodian(tmp_path: Path) -> None:
    rows = "C1,Ann,Minister,Dept,2020-03-01,2020-06-30\nC2,Bea,Adviser,Dept,,\nC1,Ann,Whip,Dept,2020-07-01,\n"
    (tmp_path / "custodians.csv").write_text(f"custodian_id,name,role,organisation,from_on,to_on\n{rows}")
    assert read(tmp_path, "custodians").to_numpy().tolist() == [
        ["C1", "Ann", "Minister; Whip", "Dept", "2020-03-01", ""], ["C2", "Bea", "Adviser", "Dept", "", ""]
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "says"), [
    ("custodians", "custodian_id,from_on\nC1,16/12/2019\n", "from_on is '16/12/2019'.*2020-03-31"),
    ("custodians", "custodian_id,name\nC1,Ann\nC1,Bea\n", "two different rows for custodian_id 'C1'"),
    ("custodians", "custodian_id,name\n,Ann\n", "row without custodian_id"),
    ("sources", "path,sha256\na.txt,1\na.txt,2\n", "two different rows for path"),
    ("requests", "ref,received_on\nF1,2020-02-30\n", "received_on"),
    ("timeline", "at,kind\nspring,policy\n", "at is 'spring'"),
])  # fmt: skip
def test_what_could_not_be_believed_is_refused(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / f"{name}.csv").write_text(text)
    with pytest.raises(EvidenceError, match=rf"register {name}\.csv.*{says}"):
        read(tmp_path, name)
