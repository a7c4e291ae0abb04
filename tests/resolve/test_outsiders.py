"""People outside the register, namesakes, shared and role handles: what joins, what must not."""

import pytest

from analysis import resolve
from analysis.resolve.evidence import person_of
from world import START, World, matter, number

CUSTODIANS = "custodian_id,name,role,organisation\nC0,Jane Okafor,Minister,Dept\nC1,Jane Osei,Official,Dept\n"


def solve(world, folder, **registers):
    return resolve.people(world.intake(), matter(folder, **{"custodians": CUSTODIANS, **registers}))


def named(world, source, custodian, raw, label, channel="email", basis="display_name"):
    identity = world.identity(raw, channel)
    world.names.append({"source_id": source, "custodian_id": custodian, "identity_id": identity, "label": label,
                        "basis": basis, "locator": "message 1"})  # fmt: skip
    return identity


def tier(resolution, rule):
    rows = resolution.merges[resolution.merges["rule"] == rule]
    return rows["tier"].tolist(), rows["verdict"].tolist()


def test_one_full_name_in_a_phone_and_a_mailbox_of_one_custodian(tmp_path):
    world = World()
    world.source("c.txt", "C0")
    mail = named(world, world.source("m.mbox", "C0", channel="email"), "C0", "lf@firm.example", "Leonie Farrow")
    label = world.identity("Leonie Farrow mob", scope="C0")
    person = solve(world, tmp_path).person
    assert person[mail] == person[label]


def test_one_full_name_known_to_two_custodians_is_only_proposed(tmp_path):
    world = World()
    world.source("c.txt", "C0")
    mail = named(world, world.source("m.mbox", "C1", channel="email"), "C1", "lf@firm.example", "Leonie Farrow")
    label = world.identity("Leonie Farrow", scope="C0")
    resolution = solve(world, tmp_path)
    assert resolution.person[mail] != resolution.person[label]
    assert tier(resolution, "same_name") == (["possible"], ["unsure"])


def test_a_name_that_two_mailboxes_bear_joins_neither(tmp_path):
    world = World()
    world.source("c.txt", "C0")
    source = world.source("m.mbox", "C0", channel="email")
    one, other = (named(world, source, "C0", f"lf@{firm}.example", "Leonie Farrow") for firm in ("one", "two"))
    label = world.identity("Leonie Farrow", scope="C0")
    person = solve(world, tmp_path).person
    assert len({person[one], person[other], person[label]}) == 3


@pytest.mark.parametrize(
    ("label", "joins"),
    [("Jo Acme Trading", True), ("Jo (Acme Trading)", True), ("Jo at Acme Trading", True), ("Jo Acme", False),
     ("Jo", False), ("Sam Acme Trading", False), ("Jo press", False)],
)  # fmt: skip
def test_given_name_and_firm_of_an_address(tmp_path, label, joins):
    world = World()
    world.source("c.txt", "C1")
    source = world.source("m.mbox", "C0", channel="email")
    mail = named(world, source, "C0", "jo.bloggs@acmetrading.example", "J Bloggs")
    other = world.identity(label, scope="C1")
    person = solve(world, tmp_path).person
    assert (person[mail] == person[other]) == joins


def test_a_role_mailbox_joins_nobody(tmp_path):
    world = World()
    world.source("c.txt", "C0")
    source = world.source("m.mbox", "C0", channel="email")
    press = named(world, source, "C0", "press.desk@firm.example", "Leonie Farrow")
    label = world.identity("Leonie Farrow", scope="C0")
    person = solve(world, tmp_path).person
    assert person[press] != person[label]


def test_a_first_name_that_two_custodians_share_names_neither(tmp_path):
    world = World()
    world.source("c.txt", "C0")
    labels = [world.identity(raw, scope="C2") for raw in ("Jane", "Jane O", "Jane mob")]
    person = solve(world, tmp_path).person
    assert not {person[one] for one in labels} & {person_of("C0"), person_of("C1")}


def test_a_number_called_by_two_custodians_names_is_neither_unless_most_phones_agree(tmp_path):
    world = World()
    for phone in ("C2", "C3", "C4"):
        world.source(f"{phone}.txt", phone)
    shared = world.identity(number(5))
    world.thread(world.sources[0]["source_id"], "pair", None, shared)
    head = "custodian_id,label,address\n"
    rows = f"C2,Jane Okafor,{number(5)}\nC3,Jane Osei,{number(5)}\n"
    person = solve(world, tmp_path, contacts=head + rows).person
    assert person[shared] not in {person_of("C0"), person_of("C1")}
    resolution = solve(world, tmp_path, contacts=f"{head}{rows}C4,Jane Okafor mob,{number(5)}\n")
    assert resolution.person[shared] == person_of("C0")


def test_a_family_phone_is_not_merged_with_its_users(tmp_path):
    world = World()
    source = world.source("c.txt", "C0")
    shared = world.identity(number(6))
    room = world.thread(source, "pair", None, shared)
    world.copy(room, shared, START, "dinner?")
    for label in ("Tom Okafor", "Ada Okafor"):
        world.names.append({"source_id": source, "custodian_id": "C0", "identity_id": shared, "label": label,
                            "basis": "push_name", "locator": "bytes 0-9"})  # fmt: skip
    mails = [
        named(world, world.source(f"{one}.mbox", "C1", channel="email"), "C1", f"{one}@home.example", f"{one} Okafor")
        for one in ("Tom", "Ada")
    ]
    person = solve(world, tmp_path).person
    assert len({person[shared], *(person[one] for one in mails)}) == 3
