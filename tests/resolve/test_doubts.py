"""What is put to a reviewer, in which order, and how the answers come back."""

import pandas as pd
import pytest

from analysis import intake, reconcile, resolve
from analysis.errors import JudgementError
from analysis.matter import Matter
from analysis.resolve.doubts import apply, doubts
from analysis.resolve.evidence import person_of
from support import fixtures
from world import START, World, matter

CUSTODIANS = "custodian_id,name,role,organisation\nC0,Jane Okafor,Minister,Dept\nC1,Matthew Price,Official,Dept\n"


def solve(given):
    taken = intake.take(given)
    return resolve.people(taken, given, reconcile.witnesses(taken, given))


def half_known(folder, **more):
    world = World()
    room = world.thread(world.source("g.txt", "C1"), "group", "Cell")
    names = [world.identity(raw, scope="C1") for raw in ("Jane O", "Okafor", "Mum", "Matthew Price")]
    for place, one in enumerate(names):
        world.copy(room, one, START + pd.Timedelta(minutes=place), f"some text of message {place}")
    return resolve.people(world.intake(), matter(folder, custodians=CUSTODIANS, **more)), names


def test_the_least_certain_comes_first_and_nothing_settled_comes_at_all(tmp_path):
    resolution, names = half_known(tmp_path)
    table = doubts(resolution.identities, resolution.people, resolution.merges)
    assert table[["identity_a", "identity_b"]].values.tolist() == [
        [names[0], person_of("C0")],
        [names[1], person_of("C0")],
    ]
    assert table["gain"].is_monotonic_decreasing
    assert table["score"].between(0, 1).all()
    assert table["why"].str.len().gt(0).all()


def test_an_answer_is_kept_takes_effect_and_can_be_undone(tmp_path):
    resolution, names = half_known(tmp_path)
    table = doubts(resolution.identities, resolution.people, resolution.merges)
    register = tmp_path / "judgements" / "merges.csv"
    answer = table.head(1).assign(verdict="confirmed", by="A Reviewer", at="2021-01-01T10:00Z", why="asked her")
    assert apply(pd.concat([answer, table.tail(1)]), register) == 1
    after, _ = half_known(tmp_path)
    assert after.person[names[0]] == person_of("C0")
    assert list(doubts(after.identities, after.people, after.merges)["identity_a"]) == [names[1]]
    apply(answer.assign(verdict="rejected", at="2021-01-02T10:00Z", why="somebody else"), register)
    undone, _ = half_known(tmp_path)
    assert undone.person.to_dict() == resolution.person.to_dict()
    assert register.read_text().count("\n") == 3


def test_an_unsigned_answer_is_refused_whole(tmp_path):
    row = {"identity_a": "a", "identity_b": "b", "verdict": "confirmed", "by": "", "at": "2021-01-01", "why": ""}
    with pytest.raises(JudgementError, match="not signed"):
        apply(pd.DataFrame([row]), tmp_path / "merges.csv")
    assert not (tmp_path / "merges.csv").exists()


def test_a_renamed_sender_is_proposed_and_never_merged(tmp_path):
    folder = tmp_path / "m"
    (folder / "evidence").mkdir(parents=True)
    for part in (1, 2):
        text = fixtures(f"whatsapp-text/whatstk/lorem-merge-part{part}.txt").read_bytes()
        (folder / "evidence" / f"part{part}.txt").write_bytes(text)
    resolution = solve(Matter.open(folder, out=tmp_path / "out"))
    label = resolution.identities.set_index("identity_id")["raw"]
    table = doubts(resolution.identities, resolution.people, resolution.merges)
    asked = {frozenset((label[row.identity_a], label[row.identity_b])) for row in table.itertuples()}
    assert {frozenset(("Mary", "Maria")), frozenset(("Mary", "Maria2"))} <= asked
    assert not any(len(pair & {"John", "Giuseppe"}) and len(pair) == 2 for pair in asked)
    people = resolution.identities.set_index("raw")["person_id"]
    assert people[["Mary", "Maria", "Maria2"]].nunique() == 3


def test_names_and_addresses_of_a_mailbox(tmp_path):
    folder = tmp_path / "m"
    (folder / "evidence").mkdir(parents=True)
    for path in sorted(fixtures("email/enron-derrick-j").glob("*.mbox")):
        (folder / "evidence" / path.name).write_bytes(path.read_bytes())
    given = Matter.open(folder, out=tmp_path / "out")
    taken = intake.take(given)
    resolution = resolve.people(taken, given)
    result = reconcile.messages(taken, resolution, given)
    assert (len(result.copies), len(result.messages)) == (1766, 1431)
    person = resolution.identities.set_index("normal")["person_id"]
    label = resolution.people.set_index("person_id")["label"]
    for address, name in (("rbaird@velaw.com", "Baird, Bob"), ("dwinn@swlegal.org", "David Winn"),
                          ("jdilg@velaw.com", "Dilg, Joe"), ("w..bowlby@enron.com", "Bowlby, Samuel W.")):  # fmt: skip
        assert label[person[address]] == name
    asked = doubts(resolution.identities, resolution.people, resolution.merges)
    normal = resolution.identities.set_index("identity_id")["normal"]
    pairs = {frozenset((normal.get(row.identity_a), normal.get(row.identity_b))) for row in asked.itertuples()}
    assert frozenset(("james.derrick@enron.com", "jderric@enron.com")) in pairs
    assert person["james.derrick@enron.com"] != person["jderric@enron.com"]


def test_a_custodian_known_from_a_declared_account_alone_is_somebody(tmp_path):
    """The register of custodians may be absent, or short of one who declared an account and handed over nothing."""
    accounts = "custodian_id,channel,address\nC9,whatsapp,+447700900123\nC9,sms,+447700900123\n"
    found, _ = half_known(tmp_path, accounts=accounts)
    assert found.people.set_index("person_id").loc[person_of("C9"), ["custodian_id", "label"]].tolist() == ["C9", "C9"]
