"""Who is who: one hand-made world per rule, and what must never merge."""

import pandas as pd
import pytest

from analysis import reconcile, resolve
from analysis.errors import JudgementError
from analysis.resolve.evidence import person_of
from analysis.resolve.names import Roll, is_role_mailbox
from world import START, World, matter, number

CUSTODIANS = "custodian_id,name,role,organisation\nC0,Jane Okafor,Minister,Dept\nC1,Matthew Price,Official,Dept\n"
ACCOUNTS = "custodian_id,channel,address,ownership,declared_on\n"


def solve(world: World, folder, witnesses=None, **registers):
    given = matter(folder, **{"custodians": CUSTODIANS, **registers})
    return resolve.people(world.intake(), given, witnesses)


def who(resolution, identity):
    return resolution.person[identity]


@pytest.mark.parametrize(
    ("label", "found", "sure"),
    [
        ("Jane Okafor", "C0", True), ("Dr Jane Okafor (private)", "C0", True), ("Okafor, Jane", "C0", True),
        ("Matt Price mob", "C1", True), ("JANE OKAFOR MP", "C0", True), ("Jane O", "C0", False), ("Jane", "C0", False),
        ("M Price", "C1", False), ("Jane Okafor Nightingale Ltd", "C0", False), ("Jane Okafor's mum", None, False),
        ("Mum", None, False), ("Price", "C1", False), ("", None, False), ("🦊", None, False),
    ],
)  # fmt: skip
def test_labels_that_name_somebody(label, found, sure):
    matches = Roll({"C0": "Jane Okafor", "C1": "Matthew Price"}).match(label)
    assert [one.custodian_id for one in matches] == ([found] if found else [])
    assert all((one.score >= 0.8) == sure for one in matches)


def test_a_label_that_fits_two_names_nobody_for_sure():
    assert len(Roll({"C0": "Jane Okafor", "C1": "Jane Osei"}).match("Jane O")) == 2


def test_role_mailboxes():
    assert is_role_mailbox("press.office@dept.example")
    assert not is_role_mailbox("jane.okafor@dept.example")


def test_phone_book_declared_account_and_scope_of_labels(tmp_path):
    world = World()
    for phone in ("C0", "C1"):
        world.source(f"{phone}.txt", phone)
    boss = [world.identity("Boss", scope=phone) for phone in ("C0", "C1")]
    jane = world.identity(number(0))
    accounts = f"{ACCOUNTS}C0,whatsapp,{number(0)},private,\n"
    resolution = solve(
        world, tmp_path, accounts=accounts, contacts=f"custodian_id,label,address\nC1,Boss,{number(0)}\n"
    )
    assert who(resolution, jane) == who(resolution, boss[1]) == person_of("C0")
    assert who(resolution, boss[0]) not in {person_of("C0"), person_of("C1")}
    row = resolution.merges.set_index("rule").loc["phone_book"]
    assert (row["tier"], row["verdict"], row["evidence"]) == ("certain", "auto", "registers/contacts.csv row 2")


def test_two_custodians_never_merge_by_rule(tmp_path):
    world = World()
    shared = world.identity(number(0))
    accounts = f"{ACCOUNTS}C0,whatsapp,{number(0)},private,\nC1,whatsapp,{number(0)},private,\n"
    resolution = solve(world, tmp_path, accounts=accounts)
    assert who(resolution, shared) not in {person_of("C0"), person_of("C1")}
    assert set(resolution.merges["verdict"]) == {"unsure"}
    assert resolution.people["custodian_id"].notna().sum() == 2


def chat(world: World, senders, label="Jane Okafor"):
    """A group on C1's phone in which two handles send side by side."""
    room = world.thread(world.source("g.txt", "C1"), "group", "Cell")
    for n in range(6):
        world.copy(room, senders[n % 2], START + pd.Timedelta(minutes=n), f"a message of some length {n}")
    return room


def test_two_senders_side_by_side_are_two_people_unless_two_phones_say_otherwise(tmp_path):
    world = World()
    world.source("x.txt", "C0")
    one, two = world.identity(number(5)), world.identity("Jane Okafor new", scope="C1")
    jane = world.identity("Jane Okafor", scope="C1")
    chat(world, (jane, two))
    resolution = solve(world, tmp_path)
    assert who(resolution, jane) == person_of("C0") or who(resolution, two) == person_of("C0")
    assert who(resolution, jane) != who(resolution, two)
    book = f"custodian_id,label,address\nC1,Jane Okafor new,{number(5)}\nC2,Jane Okafor mob,{number(5)}\n"
    resolution = solve(world, tmp_path, contacts=book)
    assert who(resolution, jane) == who(resolution, two) == who(resolution, one) == person_of("C0")


def test_display_name_and_address_of_a_private_mailbox(tmp_path):
    world = World()
    source = world.source("m.mbox", "C1", channel="email")
    private, press = (world.identity(one, "email") for one in ("jo77@mail.example", "press.office@dept.example"))
    for identity in (private, press):
        world.names.append({"source_id": source, "custodian_id": "C1", "identity_id": identity, "label": "Jane Okafor",
                            "basis": "display_name", "locator": "message 1"})  # fmt: skip
    resolution = solve(world, tmp_path)
    assert who(resolution, private) == person_of("C0")
    assert who(resolution, press) != person_of("C0")


def test_self_asserted_name_is_not_enough_but_two_signs_are(tmp_path):
    world = World()
    source = world.source("g.txt", "C1")
    new = world.identity(number(7))
    world.names.append({"source_id": source, "custodian_id": "C1", "identity_id": new, "label": "Jane Okafor",
                        "basis": "push_name", "locator": "bytes 0-9"})  # fmt: skip
    assert who(solve(world, tmp_path), new) != person_of("C0")
    room = world.thread(source, "pair", None, new)
    world.copy(room, new, START, "Hi, this is Jane Okafor, my new number")
    assert who(solve(world, tmp_path), new) == person_of("C0")


def test_number_change_and_new_number_text(tmp_path):
    world = World()
    room = world.thread(world.source("g.txt", "C1"), "group", "Cell")
    old, new, third = (world.identity(number(one)) for one in (0, 8, 9))
    world.copy(room, old, START, f"My new number is {number(9)} please use it")
    world.event(room, "number_changed", START, old, new)
    resolution = solve(world, tmp_path, accounts=f"{ACCOUNTS}C0,whatsapp,{number(0)},private,\n")
    assert who(resolution, old) == who(resolution, new) == who(resolution, third) == person_of("C0")


def test_judgements_outrank_and_the_last_row_wins(tmp_path):
    world = World()
    world.source("x.txt", "C1")
    jane, mum = world.identity("Jane Okafor", scope="C1"), world.identity("Mum", scope="C1")
    head = "identity_a,identity_b,verdict,by,at,why\n"
    rows = f"{jane},C0,rejected,A Reviewer,2021-01-01T10:00Z,a namesake\n"
    rows += f"{mum},C0,confirmed,A Reviewer,2021-01-01T11:00Z,told us\n"
    given = matter(tmp_path, judgements=head + rows, custodians=CUSTODIANS)
    resolution = resolve.people(world.intake(), given)
    assert who(resolution, jane) != person_of("C0")
    assert who(resolution, mum) == person_of("C0")
    undone = matter(tmp_path, judgements=head + rows + f"{jane},C0,confirmed,B Reviewer,2021-01-02T10:00Z,she is\n")
    assert who(resolve.people(world.intake(), undone), jane) == person_of("C0")
    with pytest.raises(JudgementError, match="nobody signed"):
        resolve.people(world.intake(), matter(tmp_path, judgements=f"{head}{jane},C0,confirmed,,2021-01-01,x\n"))
    with pytest.raises(JudgementError, match="two custodians"):
        resolve.people(world.intake(), matter(tmp_path, judgements=f"{head}C1,C0,confirmed,A,2021-01-01,x\n"))


def test_same_messages_join_a_label_and_a_number_and_contradictions_do_not(tmp_path):
    world = World()
    rooms = [world.thread(world.source(f"{one}.txt", f"C{one}"), "group", "Cell") for one in range(2)]
    left = [world.identity(raw, scope="C0") for raw in ("Boss", "Mary")]
    right = [world.identity(raw, scope="C1") for raw in (number(5), "Maria", "Maria2")]
    for n in range(24):
        at, text = START + pd.Timedelta(minutes=n), f"this is a distinctive message with number {n}"
        world.copy(rooms[0], left[n % 2], at, text)
        world.copy(rooms[1], right[0] if n % 2 == 0 else right[1 + n // 2 % 2], at, text)
    intake, given = world.intake(), matter(tmp_path, custodians=CUSTODIANS)
    resolution = resolve.people(intake, given, reconcile.witnesses(intake, given))
    assert who(resolution, left[0]) == who(resolution, right[0])
    assert len({who(resolution, one) for one in (left[1], right[1], right[2])}) == 3
    assert set(resolution.merges.loc[resolution.merges["score"] < 0.6, "verdict"]) == {"unsure"}


def test_an_undeclared_account_is_found_with_its_line(tmp_path):
    world = World()
    source = world.source("b.xml", "C1", channel="sms", address=number(1))
    other, own = world.identity(number(6), "sms"), world.identity(number(1), "sms")
    room = world.thread(source, "pair", None, other)
    world.copy(room, other, START, "call me")
    world.names.append({"source_id": source, "custodian_id": "C1", "identity_id": other, "label": "Jane Okafor mob",
                        "basis": "sms_backup", "locator": "sms 1"})  # fmt: skip
    accounts = f"{ACCOUNTS}C1,sms,{number(1)},private,\nC0,sms,{number(0)},private,\n"
    given = matter(tmp_path, custodians=CUSTODIANS, accounts=accounts)
    intake = world.intake()
    resolution = resolve.people(intake, given)
    result = reconcile.messages(intake, resolution, given)
    table, parts = resolve.accounts(given, resolution, intake, result.messages, result.recipients, result.copies)
    table = table.set_index("address")
    assert set(parts[["account_id", "role"]].itertuples(index=False)) == {
        (table.loc[number(6), "account_id"], "sent"),
        (table.loc[number(1), "account_id"], "received"),
    }
    assert table["observed"].to_dict() == {number(0): False, number(1): True, number(6): True}
    found = table.loc[number(6)]
    assert (found["declared"], found["custodian_id"], found["n_sent"], found["locator"]) == (
        False,
        "C0",
        1,
        "b.xml sms 1",
    )
    assert table.loc[number(1), "exported"]
    assert own in set(resolution.identities["identity_id"])


def test_a_label_cut_at_its_comma_is_put_together(tmp_path):
    world = World()
    room = world.thread(world.source("g.txt", "C1"), "group", "Cell")
    whole = world.identity("Okafor, Jane", scope="C1")
    cut = [world.identity(raw, scope="C1") for raw in ("Okafor", "Jane")]
    world.copy(room, whole, START, "hello")
    for one in cut:
        world.event(room, "added", START, target=one)
    world.events[1]["locator"] = world.events[0]["locator"] + " #2"
    resolution = solve(world, tmp_path)
    assert not set(cut) & set(resolution.identities["identity_id"])


def test_what_a_phone_sent_counts_for_its_number_though_a_contact_list_has_the_newer_one(tmp_path):
    world, said = World(), {"old": 9, "new": 6}
    theirs = world.thread(world.source("1.txt", "C1", address=number(1)), "group", "Cell")
    owner, label, n = world.identity("Jane Okafor", scope="C0"), world.identity("Jane", scope="C1"), 0
    for name, address in (("old", number(0)), ("new", number(6))):
        own = world.thread(world.source(f"{name}.txt", "C0", address=address), "group", "Cell")
        for _ in range(said[name]):
            at, text, n = START + pd.Timedelta(minutes=n), f"this is a distinctive message with number {n}", n + 1
            world.copy(own, owner, at, text)
            world.copy(theirs, label, at, text)
    contacts = f"custodian_id,label,address\nC1,Jane,{number(6)}\n,Jane Okafor,{number(6)}\n"
    accounts = f"{ACCOUNTS}C0,whatsapp,{number(0)},private,\nC0,whatsapp,{number(6)},private,\n"
    given = matter(tmp_path, custodians=CUSTODIANS, accounts=accounts, contacts=contacts)
    intake = world.intake()
    resolution = resolve.people(intake, given, reconcile.witnesses(intake, given))
    result = reconcile.messages(intake, resolution, given)
    table, _ = resolve.accounts(given, resolution, intake, result.messages, result.recipients, result.copies)
    assert table.set_index("address")["n_sent"].reindex([number(0), number(6)]).tolist() == [9, 6]
