"""A number that passes from one person to another: whose each message is."""

import pandas as pd

from analysis import reconcile, resolve
from analysis.resolve.evidence import person_of
from world import World, matter, number

ACCOUNTS = "custodian_id,channel,address,ownership,declared_on\n"
BOTH = f"{ACCOUNTS}C0,whatsapp,{number(0)},official,\nC1,whatsapp,{number(0)},official,\n"
DAYS = ("2020-02-03", "2020-05-04", "2020-09-07")


def solve(folder, days=("", "", "", ""), change=None, label="", **registers):
    """Somebody on C2's phone writes with the official phone on three days; one group."""
    world = World()
    source = world.source("c.txt", "C2", address=number(2), zone_basis="embedded")
    phone, own, third = (world.identity(number(one)) for one in (0, 2, 7))
    room = world.thread(source, "group", "Cell")
    shown = world.identity(label, scope="C2") if label else phone
    for day in DAYS:
        world.copy(room, shown, pd.Timestamp(f"{day} 09:00", tz="UTC"), f"this is what was said on the day {day}")
        world.copy(room, own, pd.Timestamp(f"{day} 09:05", tz="UTC"), f"and this is what was answered on {day}")
    if change:
        world.event(room, "number_changed", pd.Timestamp(change, tz="UTC"), phone, third)
    custodians = "custodian_id,name,role,organisation,from_on,to_on\n"
    custodians += (
        f"C0,Jane Okafor,,Dept,{days[0]},{days[1]}\nC1,Matthew Price,,Dept,{days[2]},{days[3]}\nC2,Ravi Menon,,,,\n"
    )
    given = matter(folder, **{"custodians": custodians, "accounts": BOTH, **registers})
    intake = world.intake()
    resolution = resolve.people(intake, given)
    result = reconcile.messages(intake, resolution, given)
    table = result.messages.sort_values("sent_at")
    answers = result.recipients.merge(table[["message_id", "sent_at"]], on="message_id").sort_values("sent_at")
    sent = table[table["sender_identity_id"] != own]["sender_person_id"]
    got = answers[answers["identity_id"] == phone]["person_id"]
    sent, got = ([one if isinstance(one, str) else None for one in people] for people in (sent, got))
    return resolution, sent, got, result


def test_an_official_phone_passes_to_the_successor(tmp_path):
    days = ("2020-01-01", "2020-03-31", "2020-04-20", "2020-12-31")
    _, sent, got, _ = solve(tmp_path, days)
    assert sent == got == [person_of("C0"), person_of("C1"), person_of("C1")]


def test_the_label_in_a_phone_book_does_not_outlive_the_holder(tmp_path):
    book = f"custodian_id,label,address\nC2,Jane Okafor,{number(0)}\n"
    days = ("2020-01-01", "2020-03-31", "2020-04-20", "2020-12-31")
    _, sent, _, _ = solve(tmp_path, days, label="Jane Okafor", contacts=book)
    assert sent == [person_of("C0"), person_of("C1"), person_of("C1")]


def test_a_phone_that_two_declare_at_one_time_is_nobodys(tmp_path):
    resolution, sent, got, _ = solve(tmp_path)
    assert sent == got == [None] * 3
    assert set(resolution.merges.loc[resolution.merges["rule"] == "declared_account", "verdict"]) == {"unsure"}


def test_a_line_about_a_change_of_number_parts_two_holders(tmp_path):
    accounts = f"{BOTH}C0,whatsapp,{number(7)},private,\n"
    _, sent, _, _ = solve(tmp_path, change="2020-03-01 12:00", accounts=accounts)
    assert sent == [person_of("C0"), person_of("C1"), person_of("C1")]


def test_a_number_left_behind_is_nobodys_known_handle(tmp_path):
    accounts = f"{ACCOUNTS}C0,whatsapp,{number(0)},private,\nC0,whatsapp,{number(7)},private,\n"
    _, sent, _, _ = solve(tmp_path, change="2020-05-02 12:00", accounts=accounts)
    assert sent == [person_of("C0"), person_of("C0"), None]


def test_a_reviewer_can_say_whose_it_is(tmp_path):
    resolution, *_ = solve(tmp_path)
    phone = resolution.identities.query("normal == @number(0)")["identity_id"].iloc[0]
    (tmp_path / "judgements").mkdir()
    (tmp_path / "judgements" / "merges.csv").write_text(
        f"identity_a,identity_b,verdict,by,at,why\n{phone},C1,confirmed,A Reviewer,2021-01-01T10:00Z,asset register\n"
    )
    _, sent, _, _ = solve(tmp_path)
    assert sent == [person_of("C1")] * 3
