"""Copies to messages on hand-made phones: every rule, every kind of absence, and what must hold for any evidence."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import reconcile, resolve
from analysis.store import conform
from world import NAMES, START, World, matter, number, pair_scores, planted

TEXT = "please send the annex before the call"


def minutes(count: float) -> pd.Timestamp:
    return START + pd.Timedelta(minutes=count)


def registers(people: int = 6) -> dict[str, str]:
    rows = "".join(f"C{one},{NAMES[one]},,\n" for one in range(people))
    accounts = "".join(f"C{one},whatsapp,{number(one)},private,\n" for one in range(people))
    return {
        "custodians": "custodian_id,name,role,organisation\n" + rows,
        "accounts": "custodian_id,channel,address,ownership,declared_on\n" + accounts,
    }


def run(world: World, folder, **facts):
    given_ = matter(folder, **(facts or registers()))
    intake = world.intake()
    resolution = resolve.people(intake, given_, reconcile.witnesses(intake, given_))
    return reconcile.messages(intake, resolution, given_), resolution


@pytest.fixture
def group():
    """A group of three on the phones of C0, C1, C2: `say(sender, text, minute, lacking=..., **facts)` on each."""
    world = World()
    threads, label = [], {}
    for phone in range(3):
        source = world.source(f"{phone}.txt", f"C{phone}", address=number(phone))
        threads.append(world.thread(source, "group", "Cell"))
        for person in range(3):
            label[phone, person] = world.identity(NAMES[person], scope=f"C{phone}")

    def say(sender, text, minute, lacking=(), **facts):
        return {
            phone: world.copy(threads[phone], label[phone, sender], minutes(minute), text, **facts)
            for phone in range(3)
            if phone not in lacking
        }

    world.say, world.rooms, world.label = say, threads, label
    for n in range(5):
        say(n % 3, f"{TEXT} number {n} of the morning", n)
    return world


def absent(result, kind):
    rows = result.absences[result.absences["kind"] == kind]
    return set(zip(rows["message_id"], rows["custodian_id"], strict=True))


def message_of(result, copy_id):
    return result.copies.set_index("copy_id").loc[copy_id, "message_id"]


def test_one_message_per_communication_and_all_copies_kept(group, tmp_path):
    result, _ = run(group, tmp_path)
    assert len(result.messages) == 5
    assert len(result.copies) == 15
    assert result.messages["n_holders"].tolist() == result.messages["n_expected"].tolist() == [3] * 5
    assert len(result.threads) == 1


def test_repeated_short_texts_are_told_apart_by_order(group, tmp_path):
    first = group.say(0, "ok", 10, precision="minute")
    second = group.say(0, "ok", 10.5, precision="minute")
    group.say(1, f"{TEXT} again after all that", 11)
    result, _ = run(group, tmp_path)
    assert len({message_of(result, one) for one in first.values()}) == 1
    assert message_of(result, first[0]) != message_of(result, second[0])
    assert message_of(result, second[0]) == message_of(result, second[2])


def test_a_missing_repeat_is_found_by_the_messages_around_it(group, tmp_path):
    group.say(0, "ok", 10, lacking=(1,), precision="minute")
    group.say(1, f"{TEXT} between the two", 10.3, precision="minute")
    second = group.say(0, "ok", 10.6, precision="minute")
    group.say(2, f"{TEXT} after the two", 11)
    result, _ = run(group, tmp_path)
    assert message_of(result, second[1]) == message_of(result, second[0])
    assert len(absent(result, "absent")) == 1


def test_tombstone_meets_the_text_that_is_alive_elsewhere(group, tmp_path):
    alive = group.say(0, f"{TEXT} do not keep this", 10, lacking=(1,))
    stone = group.copy(group.rooms[1], group.label[1, 0], minutes(10), "This message was deleted",
                       kind="deleted", state="deleted")  # fmt: skip
    group.say(1, f"{TEXT} the end of it", 12)
    result, _ = run(group, tmp_path)
    assert message_of(result, stone) == message_of(result, alive[0])
    row = result.messages.set_index("message_id").loc[message_of(result, stone)]
    assert (row["n_copies"], row["n_holders"], row["n_expected"]) == (3, 2, 3)
    assert "do not keep" in row["body"]
    assert absent(result, "deleted") == {(message_of(result, stone), "C1")}


def test_a_deleted_message_recovered_from_the_phone_is_deleted_there_and_its_text_is_kept(group, tmp_path):
    alive = group.say(0, f"{TEXT} do not keep this either", 10, lacking=(1, 2))
    recovered = group.copy(group.rooms[1], group.label[1, 0], minutes(10), f"{TEXT} do not keep this either",
                           state="deleted")  # fmt: skip
    group.say(1, f"{TEXT} the end of it", 12)
    result, _ = run(group, tmp_path)
    assert message_of(result, recovered) == message_of(result, alive[0])
    row = result.messages.set_index("message_id").loc[message_of(result, recovered)]
    assert (row["n_holders"], row["n_expected"]) == (1, 3)
    why = result.absences.set_index(["message_id", "custodian_id"]).loc[(row.name, "C1")]
    assert why["kind"] == "deleted"
    assert "recovered" in why["evidence"]


def test_edited_text_is_one_message(group, tmp_path):
    old = group.say(0, "the price is 4.2m I think", 10, lacking=(1, 2))
    new = group.say(0, "the price is 4.8m I think", 10, lacking=(0,), edited=True)
    group.say(1, f"{TEXT} the end of it", 12)
    result, _ = run(group, tmp_path)
    assert message_of(result, old[0]) == message_of(result, new[2])
    assert result.copies["suspect"].isna().all()


def test_altered_wording_is_marked_where_two_others_agree(group, tmp_path):
    odd = group.say(0, "the price was 9.2m when we asked", 10, lacking=(1, 2))
    same = group.say(0, "the price was 4.2m when we asked", 10, lacking=(0,))
    group.say(1, f"{TEXT} the end of it", 12)
    result, _ = run(group, tmp_path)
    assert message_of(result, odd[0]) == message_of(result, same[1])
    marks = result.copies.set_index("copy_id")["suspect"]
    assert marks[odd[0]] == "altered"
    assert marks.drop(odd[0]).isna().all()


def test_an_unexplained_absence_says_so(group, tmp_path):
    lost = group.say(0, f"{TEXT} about the contract", 10, lacking=(2,))
    group.say(1, f"{TEXT} the end of it", 12)
    result, _ = run(group, tmp_path)
    row = result.absences.iloc[0]
    assert (row["message_id"], row["custodian_id"], row["kind"]) == (message_of(result, lost[0]), "C2", "absent")
    assert not row["explained"]


def test_timer_truncation_end_and_membership_explain(group, tmp_path):
    late = group.rooms[0]
    group.event(late, "timer_on", minutes(20), value="24 hours")
    vanished = group.say(0, f"{TEXT} while it was on", 21, lacking=(2,))
    group.event(late, "timer_off", minutes(22))
    group.say(1, f"{TEXT} after the timer", 2 * 24 * 60)
    group.event(late, "left", minutes(3 * 24 * 60), actor=group.label[0, 1])
    out = group.say(2, f"{TEXT} when one had left", 3 * 24 * 60 + 5, lacking=(1,))
    group.event(late, "added", minutes(3 * 24 * 60 + 30), actor=group.label[0, 2], target=group.label[0, 1])
    group.say(2, f"{TEXT} when one was back", 3 * 24 * 60 + 60)
    after = group.say(0, f"{TEXT} after the other exports", 4 * 24 * 60, lacking=(1, 2))
    result, _ = run(group, tmp_path)
    assert absent(result, "timer") == {(message_of(result, vanished[0]), "C2")}
    assert absent(result, "not_member") == {(message_of(result, out[0]), "C1")}
    assert absent(result, "outside_period") == {(message_of(result, after[0]), one) for one in ("C1", "C2")}
    assert not absent(result, "absent")
    reached = result.recipients[result.recipients["message_id"] == message_of(result, out[0])]
    assert len(reached) == 1


def test_what_the_next_phone_of_the_same_custodian_holds_is_not_missing_from_the_last(tmp_path):
    """C0 changed phones after the fifth message; both were handed over later, and one lacks a message in its midst."""
    world, said = World(), []
    for path, custodian, first, last in [("old.txt", "C0", 0, 5), ("new.txt", "C0", 5, 12), ("1.txt", "C1", 0, 12)]:
        room = world.thread(world.source(path, custodian, address=number(int(custodian[1]))), "group", "Cell")
        for n in range(first, last):
            if (path, n) != ("new.txt", 8):
                sender = world.identity(NAMES[n % 2], scope=custodian)
                said.append(world.copy(room, sender, minutes(10 * n), f"{TEXT} line {n} here"))
    acquired = "".join(f"{path}.txt,{who},2020-04-01\n" for path, who in [("old", "C0"), ("new", "C0"), ("1", "C1")])
    result, _ = run(world, tmp_path, **registers(), sources="path,custodian_id,acquired_at\n" + acquired)
    lost = message_of(result, said[-4])
    assert result.absences.loc[result.absences["kind"] == "absent", "message_id"].tolist() == [lost]
    other = result.absences[result.absences["kind"] != "absent"]
    assert set(other["kind"]) == {"outside_period"}
    assert len(other) == 12
    assert other["evidence"].str.contains("of the same custodian").all()


def test_before_the_first_record_is_truncated(tmp_path):
    world = World()
    for phone in range(2):
        source = world.source(f"{phone}.txt", f"C{phone}", address=number(phone), truncated=bool(phone))
        room = world.thread(source, "group", "Cell")
        for n in range(0 if phone == 0 else 4, 9):
            world.copy(room, world.identity(NAMES[n % 2], scope=f"C{phone}"), minutes(10 * n), f"{TEXT} line {n} here")
    result, _ = run(world, tmp_path)
    assert result.absences["kind"].tolist() == ["truncated"] * 4
    assert result.absences["explained"].all()


def test_suspect_copies_stay_alone_and_reach_nobody(group, tmp_path):
    pasted = group.say(2, f"{TEXT} pasted by somebody", 10, lacking=(1, 2), suspect="pasted_header")
    real = group.say(2, f"{TEXT} pasted by somebody", 10, lacking=(0,))
    group.say(1, f"{TEXT} the end of it", 12)
    result, _ = run(group, tmp_path)
    assert message_of(result, pasted[0]) != message_of(result, real[1])
    row = result.messages.set_index("message_id").loc[message_of(result, pasted[0])]
    assert row["suspect"] == "pasted_header"
    assert row.name not in set(result.recipients["message_id"]) | set(result.absences["message_id"])


def test_two_groups_of_one_title_stay_two_and_a_renamed_group_is_one(tmp_path):
    world = World()
    for phone, (title, words) in enumerate([("Cell", "red"), ("Cell", "blue"), ("Old name", "red")]):
        room = world.thread(world.source(f"{phone}.txt", f"C{phone}", address=number(phone)), "group", title)
        for n in range(12):
            sender = world.identity(NAMES[n % 3], scope=f"C{phone}")
            world.copy(room, sender, minutes(n), f"a {words} message with its own number {n}")
    result, _ = run(world, tmp_path)
    by_title = result.copies.groupby("thread_id")["source_id"].nunique()
    assert sorted(by_title) == [1, 2]


def test_mail_is_one_by_id_or_by_content(tmp_path):
    world = World()
    sender, other = world.identity("a@x.example", "email"), world.identity("b@dept.example", "email")
    copies = []
    for n, native in enumerate(["<1@x>", "1@x", "<2@x>", None]):
        source = world.source(f"{n}.mbox", "C0", channel="email", address="b@dept.example")
        room = world.thread(source, "mail", "Offer")
        body = "A different one" if n == 2 else "The offer is attached."
        copies.append(world.copy(room, sender, START, body, kind="mail", native_id=native, subject="Offer"))
        world.recipients.append({"copy_id": copies[-1], "identity_id": other, "role": "to"})
    result, _ = run(world, tmp_path)
    assert len(result.messages) == 2
    assert message_of(result, copies[0]) == message_of(result, copies[1]) == message_of(result, copies[3])
    assert len(result.recipients) == 2


@pytest.mark.parametrize(
    ("bodies", "marked"),
    [
        (("The price is 4.2m.\nBest, Ann", "The price is 9.2m.\nBest, Ann"), True),
        (("The price is 4.2m.\nBest, Ann", "External mail.\n\nThe price is  4.2m.\n> Best, Ann\n--\nA list"), False),
        (("See the file.", "See the file."), False),
    ],
)
def test_two_texts_under_one_message_id_are_marked(bodies, marked, tmp_path):
    world, copies = World(), []
    sender = world.identity("a@x.example", "email")
    for n, body in enumerate(bodies):
        source = world.source(f"{n}.mbox", f"C{n}", channel="email", address=f"{n}@dept.example")
        room = world.thread(source, "mail", "Offer")
        copies.append(world.copy(room, sender, START, body, kind="mail", native_id="<1@x>", subject="Offer"))
    result, _ = run(world, tmp_path)
    assert result.messages["n_copies"].tolist() == [2] and result.messages["suspect"].isna().all()
    assert (result.copies["suspect"] == "altered").tolist() == [marked, marked]


def test_both_ends_of_a_text_message_are_one(tmp_path):
    world = World()
    ids = [world.identity(number(one), "sms") for one in range(2)]
    for phone in range(2):
        source = world.source(f"{phone}.xml", f"C{phone}", channel="sms", address=number(phone), zone_basis="embedded")
        room = world.thread(source, "pair", None, ids[1 - phone])
        world.copy(room, ids[0], START + pd.Timedelta(seconds=2 * phone), "ok", precision="ms")
    facts = registers(2)
    facts["accounts"] = facts["accounts"].replace("whatsapp", "sms")
    result, _ = run(world, tmp_path, **facts)
    assert result.messages["n_copies"].tolist() == [2]
    assert result.recipients["identity_id"].tolist() == [ids[1]]


@pytest.mark.parametrize("seed", range(3))
def test_planted_group(seed, tmp_path):
    plan = planted(seed, people=6, phones=5, n=400)
    result, _ = run(plan.world, tmp_path)
    found = result.copies.set_index("copy_id")["message_id"]
    precision, recall = pair_scores(plan.truth, found)
    assert precision >= 0.999
    assert recall >= 0.995
    message = {found[copy]: number_ for copy, number_ in plan.truth.items()}
    rows = result.absences[result.absences["kind"] == "absent"]
    assert {
        (message[one], source) for one, source in zip(rows["message_id"], rows["source_id"], strict=True)
    } == plan.deleted
    error = result.offsets["offset_s"] - result.offsets["source_id"].map(plan.clocks)
    assert error.abs().max() <= 5
    for name in ("copies", "messages", "threads", "recipients", "memberships", "absences", "offsets", "attachments"):
        conform(name, getattr(result, name))


def test_no_evidence_gives_empty_tables(tmp_path):
    result, resolution = run(World(), tmp_path)
    assert result.messages.empty
    assert len(resolution.people) == 6
    for name in ("copies", "messages", "threads", "recipients", "memberships", "absences", "offsets", "attachments"):
        conform(name, getattr(result, name))


SLOW = settings(derandomize=True, max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))


@SLOW
@given(st.integers(0, 50), st.randoms(use_true_random=False))
def test_order_of_sources_and_rows_changes_nothing(tmp_path_factory, seed, random):
    plan = planted(seed, people=4, phones=3, n=60)
    given_ = matter(tmp_path_factory.mktemp("m"), **registers())
    intake = plan.world.intake()
    mixed = {}
    for name in ("sources", "copies", "events", "identities", "threads"):
        frame = getattr(intake, name)
        order = list(range(len(frame)))
        random.shuffle(order)
        mixed[name] = frame.iloc[order].reset_index(drop=True)
    tables = []
    for one in (intake, replace(intake, **mixed)):
        resolution = resolve.people(one, given_, reconcile.witnesses(one, given_))
        result = reconcile.messages(one, resolution, given_)
        names = ("copies", "messages", "threads", "recipients", "memberships", "absences", "offsets")
        tables.append([conform(name, getattr(result, name)) for name in names] + [conform("merges", resolution.merges)])
    assert all(one.equals(other) for one, other in zip(*tables, strict=True))


def test_reconciling_again_changes_nothing(tmp_path):
    plan = planted(11, people=4, phones=3, n=60)
    first, resolution = run(plan.world, tmp_path)
    intake = plan.world.intake()
    again = reconcile.messages(intake, resolution, matter(tmp_path, **registers()))
    for name in ("copies", "messages", "threads", "recipients", "memberships", "absences", "offsets"):
        assert conform(name, getattr(first, name)).equals(conform(name, getattr(again, name))), name


@SLOW
@given(st.integers(0, 50))
def test_adding_a_source_never_removes_a_message(tmp_path_factory, seed):
    plan = planted(seed, people=4, phones=4, n=80)
    given_ = matter(tmp_path_factory.mktemp("m"), **registers())
    whole = plan.world.intake()
    seen: set[str] = set()
    for count in range(1, 5):
        kept = whole.sources["source_id"].iloc[:count]
        part = replace(
            whole, sources=whole.sources[:count], copies=whole.copies[whole.copies["source_id"].isin(kept)],
            threads=whole.threads[whole.threads["source_id"].isin(kept)],
        )  # fmt: skip
        resolution = resolve.people(part, given_, reconcile.witnesses(part, given_))
        ids = set(reconcile.messages(part, resolution, given_).messages["message_id"])
        assert seen <= ids
        seen = ids


def test_the_same_words_sent_to_several_people_leave_their_chats_apart(tmp_path):
    world = World()
    for one in range(4):
        other = (one + 1) % 4
        there = world.identity(NAMES[other], scope=f"C{one}")
        room = world.thread(world.source(f"{one}.txt", f"C{one}", address=number(one)), "pair", NAMES[other], there)
        names = world.identity(NAMES[one], scope=f"C{one}"), there
        for n in range(6):
            world.copy(room, names[n % 2], minutes(n), f"{TEXT} number {n} of the morning")
    result, _ = run(world, tmp_path)
    assert len(result.threads) == 4 and len(result.messages) == 24


LINE = "the minister agreed to all of it"


@pytest.mark.parametrize(
    ("sender", "text", "lacking", "mark"),
    [
        (0, LINE, (1, 2), "only_here"),  # in the sender's own export alone
        (1, LINE, (1, 2), "only_here"),  # said of somebody whose own export lacks it
        (0, LINE, (2,), None),  # one lacks it: more likely removed there
        (0, "yes agreed", (1, 2), None),  # may stand in the others at another time
    ],
)
def test_a_text_that_no_other_holder_has_is_marked(group, tmp_path, sender, text, lacking, mark):
    said = group.say(sender, text, 2.5, lacking=lacking)
    for minute in range(6, 12):
        group.say(minute % 3, f"{TEXT} number {minute} of the day", minute)
    result, _ = run(group, tmp_path)
    marks = result.copies.set_index("copy_id")["suspect"]
    assert len(said) == 3 - len(lacking)
    found = result.copies[result.copies["body"] == text]
    assert found["suspect"].where(found["suspect"].notna(), None).tolist() == [mark] * len(said)
    assert marks.notna().sum() == (mark is not None)
    assert result.messages["suspect"].isna().all()
