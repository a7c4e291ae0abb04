"""The draft of a bare folder: who held what in other layouts than ours, with the reason, and never as a declaration."""

import csv

import pytest

from analysis.draft import draft
from analysis.errors import EvidenceError
from analysis.matter import Matter
from analysis.pipeline import make_tables

CHAT = "13/03/2020, 09:1{0} - {1}: words\n14/03/2020, 09:1{0} - {2}: more\n15/03/2020, 10:00 - {1}: again\n"
MAIL = (
    "From x@y Mon Mar 16 09:17:0{0} 2020\nFrom: {1}\nTo: {2}\nDate: Mon, 16 Mar 2020 09:17:0{0} +0000\n"
    "Message-ID: <{0}@x>\n\nwords\n\n"
)


def chat(owner: str, other: str, number: int = 0) -> str:
    return CHAT.format(number, owner, other)


def mailbox(owner: str, others: tuple[str, ...] = ("b@x.example", "c@x.example", "d@x.example", "e@x.example")) -> str:
    pairs = [(owner, other) if number % 2 else (other, owner) for number, other in enumerate(others)]
    return "".join(MAIL.format(number, *pair) for number, pair in enumerate(pairs))


def drafted(folder, files: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    draft(folder)
    registers = {}
    for name in ("custodians", "accounts", "sources"):
        with (folder / "registers" / f"{name}.csv").open() as stream:
            registers[name] = list(csv.DictReader(stream))
    return registers


def held(registers) -> dict[str, set[str]]:
    names = {row["custodian_id"]: row["name"] for row in registers["custodians"]}
    found: dict[str, set[str]] = {}
    for row in registers["sources"]:
        found.setdefault(names.get(row["custodian_id"], ""), set()).add(row["path"])
    return found


def test_one_phone_in_a_flat_folder(tmp_path):
    files = {f"WhatsApp Chat with {name}.txt": chat("Ann Lee", name) for name in ("Bob", "Cara")}
    found = drafted(tmp_path, {**files, "WhatsApp Chat with Team.txt": chat("Bob", "Cara") + chat("Dev", "Ann Lee")})
    assert held(found) == {"Ann Lee": {*files, "WhatsApp Chat with Team.txt"}}
    assert "2 chats show Ann Lee as their owner" in found["custodians"][0]["why"]


def test_two_phones_in_one_folder_are_told_apart_by_their_own_lines(tmp_path):
    first, second, group = (f"got/WhatsApp Chat with {name}.txt" for name in ("Bob", "Cara", "Team"))
    found = drafted(tmp_path, {first: chat("Ann", "Bob"), second: chat("Dev", "Cara"),
                               group: chat("Bob", "Eve") + chat("Dev", "Flo")})  # fmt: skip
    assert held(found) == {"Ann": {first}, "Dev": {second}, "": {group}}


@pytest.mark.parametrize(
    "layout", ["{person}/{channel}/{file}", "{channel}/{person}/{file}", "batch 2/{person}/{file}"]
)
def test_folders_named_for_people_however_they_are_nested(tmp_path, layout):
    people = {"lee": ("Ann Lee", "a@x.example"), "rao": ("Dev Rao", "z@x.example")}
    paths = {person: {channel: layout.format(person=person, channel=channel, file=name)
                      for channel, name in (("whatsapp", "WhatsApp Chat with Bob.txt"), ("mail", "all.mbox"))}
             for person in people}  # fmt: skip
    files = {}
    for person, (name, address) in people.items():
        files |= {paths[person]["whatsapp"]: chat(name, "Bob"), paths[person]["mail"]: mailbox(address)}
    found = drafted(tmp_path, files)
    assert held(found) == {name: set(paths[person].values()) for person, (name, _) in people.items()}
    assert {(row["address"], row["declared_on"]) for row in found["accounts"]} == {
        ("a@x.example", ""),
        ("z@x.example", ""),
    }
    assert all("stands in 4 of 4 mails" in row["why"] for row in found["accounts"])


def test_a_mailbox_of_two_correspondents_is_nobodys_unless_it_bears_a_name(tmp_path):
    two = mailbox("a@x.example", ("b@x.example",) * 4)
    assert drafted(tmp_path / "one", {"all.mbox": two})["accounts"] == []
    accounts = drafted(tmp_path / "other", {"b.mbox": two})["accounts"]
    assert [(row["address"], "bears its name (weak)" in row["why"]) for row in accounts] == [("b@x.example", True)]


def test_a_draft_is_no_declaration_until_its_why_is_cleared(tmp_path):
    found = drafted(
        tmp_path / "m", {"ann/all.mbox": mailbox("a@x.example"), "ann/WhatsApp Chat with Bob.txt": chat("Ann", "Bob")}
    )
    matter = Matter.open(tmp_path / "m", tmp_path / "out")
    make_tables(matter)
    accounts = matter.store.read("accounts", ["address", "declared", "observed", "ownership"])
    assert accounts.to_dict("records") == [
        {"address": "a@x.example", "declared": False, "observed": True, "ownership": "unknown"}
    ]
    custody = matter.store.read("sources", ["path", "custody", "address_basis", "date_order_basis"]).set_index("path")
    assert set(custody["custody"]) == {"undeclared"}, "a hash the program wrote proves nothing"
    assert custody.loc["ann/all.mbox", "address_basis"] == "drafted (sources.csv), declared by nobody"
    assert custody.loc["ann/WhatsApp Chat with Bob.txt", "date_order_basis"] == "proven"
    assert not matter.has_register("accounts") and not matter.has_register("custodians")
    path = tmp_path / "m/registers/accounts.csv"
    path.write_text(path.read_text().replace(found["accounts"][0]["why"], "").replace('""', ""))
    assert matter.has_register("accounts")


def test_mailboxes_in_a_folder_named_for_nobody_are_two_peoples(tmp_path):
    others = tuple(f"{name}@z.example" for name in "bcde")
    found = drafted(
        tmp_path, {"mail/one.mbox": mailbox("a@x.example"), "mail/two.mbox": mailbox("f@y.example", others)}
    )
    assert held(found) == {"a@x.example": {"mail/one.mbox"}, "f@y.example": {"mail/two.mbox"}}


def test_nothing_is_written_over(tmp_path):
    drafted(tmp_path, {"WhatsApp Chat with Bob.txt": chat("Ann", "Bob")})
    with pytest.raises(EvidenceError, match="there already"):
        draft(tmp_path)


def test_accounts_of_a_report_of_several_channels_are_exported(tmp_path):
    party = '<model type="Party" id="p{0}"><field name="Identifier"><value>{0}</value></field>{1}</model>'
    mine = '<field name="IsPhoneOwner"><value>True</value></field>'
    people = party.format("447700900999@s.whatsapp.net", mine), party.format("447700900123@s.whatsapp.net", "")
    folder = tmp_path / "m"
    (folder / "evidence").mkdir(parents=True)
    (folder / "registers").mkdir()
    (folder / "registers/custodians.csv").write_text("custodian_id,name\nC1,Ann\n")
    (folder / "registers/accounts.csv").write_text("custodian_id,channel,address\nC1,whatsapp,+447700900999\n")
    (folder / "registers/sources.csv").write_text("path,custodian_id\nreport.xml,C1\n")
    (folder / "evidence/report.xml").write_text(
        '<?xml version="1.0"?><project xmlns="http://pa.cellebrite.com/report/2.0"><decodedData><modelType type="Chat">'
        '<model type="Chat" id="c" decoding_confidence="High"><field name="Source"><value>WhatsApp</value></field>'
        f'<multiModelField name="Participants">{"".join(people)}</multiModelField><multiModelField name="Messages">'
        f'<model type="InstantMessage" id="m"><modelField name="From">{people[0]}</modelField><field name="Body">'
        '<value>words</value></field><field name="TimeStamp"><value>2020-05-01T10:00:00+01:00</value></field></model>'
        "</multiModelField></model></modelType></decodedData></project>"
    )
    matter = Matter.open(folder, tmp_path / "out")
    make_tables(matter)
    accounts = matter.store.read("accounts", ["address", "exported", "observed"])
    assert accounts.to_dict("records") == [{"address": "+447700900999", "exported": True, "observed": True}]


@pytest.mark.parametrize(("numbers", "region"), [
    (["+1 (212) 555-0101", "+1 617-555-0102", "+44 7700 900103"], "US"),
    (["+1 (212) 555-0101", "+353 86 555 0102"], "GB"), ([], "GB"),
])  # fmt: skip
def test_the_region_of_most_numbers_is_drafted(tmp_path, numbers, region):
    drafted(tmp_path, {f"{place}/WhatsApp Chat with {one}.txt": chat("Ann", one) for place, one in enumerate(numbers)}
            | {"WhatsApp Chat with Bob.txt": chat("Ann", "Bob")})  # fmt: skip
    assert Matter.open(tmp_path).region == region
