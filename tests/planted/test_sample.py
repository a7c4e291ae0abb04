"""What was planted in the sample is what comes out: accounts, senders, pairs, recipients, clocks, absences."""

from pathlib import Path

import pandas as pd
import pytest

from analysis import sample
from analysis.matter import Matter
from planted import fingerprint, handles, joined, run_folder, shared_tables, truth
from support import ROOT

SAMPLE = ROOT / "data" / "sample"
SEED, MESSAGES = 12, 3000


@pytest.fixture(scope="module", params=["committed", "another seed"])
def matter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Matter:
    place = run_folder(tmp_path_factory)
    if request.param == "committed":
        return shared_tables(lambda: SAMPLE, place, "sample-tables")
    return shared_tables(lambda: written(place / "another-seed"), place, "seed-tables")


def written(folder: Path) -> Path:
    if not folder.exists():
        sample.write(folder, messages=MESSAGES, seed=SEED)
    return folder


@pytest.fixture(scope="module")
def copies(matter: Matter) -> pd.DataFrame:
    return joined(matter)


def test_every_copy_is_read_and_no_other(copies: pd.DataFrame) -> None:
    assert set(copies["_merge"]) == {"both"}


def test_texts_are_as_planted(matter: Matter, copies: pd.DataFrame) -> None:
    planted = truth(matter, "messages").set_index("truth_id")["body_sha256"]
    plain = copies[(copies["kind"] == "text") & (copies["true_state"] == "present")]
    pasted = set(truth(matter, "suspects")["path"])
    wrong = plain[plain["body"].map(fingerprint) != plain["truth_id"].map(planted)]
    assert set(wrong["path"]) <= pasted and len(wrong) <= len(pasted)


def test_accounts_in_use_are_those_planted(matter: Matter) -> None:
    planted = truth(matter, "accounts").query("ownership == 'private'")
    accounts = matter.store.read("accounts").query("ownership == 'private'")
    assert dict(accounts[accounts["observed"]].groupby("channel").size()) == {
        "whatsapp": 29, "sms": 17, "email": 8, "linkedin": 1,
    }  # fmt: skip
    keys = ["channel", "address", "custodian_id"]
    used = planted[planted["used"] == "1"]
    assert set(map(tuple, used[keys].values)) == set(map(tuple, accounts[accounts["observed"]][keys].values))
    hidden = accounts[accounts["observed"] & ~accounts["declared"]]
    assert dict(hidden.groupby("channel").size()) == {"whatsapp": 3, "sms": 2, "email": 1}
    assert hidden["why"].notna().all() and hidden["locator"].notna().all()
    unused = accounts[~accounts["observed"]]
    assert list(unused["declared"]) == [True]
    assert set(unused["address"]) == set(planted.query("used == '0'")["address"])


def test_no_sender_is_wrong(matter: Matter, copies: pd.DataFrame) -> None:
    """Label for label: the sender shown in the file; and never two people behind one truth."""
    identities = matter.store.read("identities").set_index("identity_id")
    read = copies[copies["channel"] == "whatsapp"].copy()
    shown = read["sender_identity_id"].map(identities["raw"])
    clean = shown.str.replace("\u200e|\u202a|\u202c|\u202f|\xa0|~", " ", regex=True).str.split().str.join(" ")
    wanted = read["label"].str.replace("\u202a|\u202c|\u202f|\xa0|~", " ", regex=True).str.split().str.join(" ")
    number = r"(?<=\d) (?=\d)"  # databases write numbers without the blanks
    clean, wanted = (texts.str.replace(number, "", regex=True) for texts in (clean, wanted))
    assert list(read[clean != wanted]["path"]) == []


def test_no_two_custodians_are_merged(matter: Matter) -> None:
    planted = truth(matter, "accounts")
    people = handles(matter)
    behind = planted.assign(person_id=planted["address"].map(people)).dropna(subset="person_id")
    assert (behind.groupby("person_id")["custodian_id"].nunique() == 1).all()


def test_copies_are_paired_as_planted(copies: pd.DataFrame) -> None:
    """Pairwise precision and recall over pairs of copies of one true message."""
    known = copies[copies["_merge"] == "both"]

    def pairs(*columns: str) -> int:
        sizes = known.groupby(list(columns)).size()
        return int((sizes * (sizes - 1) // 2).sum())

    same_both, same_truth, same_found = pairs("truth_id", "message_id"), pairs("truth_id"), pairs("message_id")
    assert same_both / same_found >= 0.99
    assert same_both / same_truth >= 0.99


def test_recipients_are_as_of_the_time(matter: Matter, copies: pd.DataFrame) -> None:
    planted, people = truth(matter, "recipients"), handles(matter)
    groups = copies[(copies["channel"] == "whatsapp")].merge(
        matter.store.read("threads", ["thread_id", "kind"]), on="thread_id", suffixes=("", "_thread")
    )
    groups = groups[groups["kind_thread"] == "group"].drop_duplicates("truth_id").set_index("truth_id")["message_id"]
    wanted = planted[planted["truth_id"].isin(groups.index)].assign(person=lambda rows: rows["address"].map(people))
    found = matter.store.read("recipients")
    reached = found[found["message_id"].isin(groups)].groupby("message_id")["person_id"].agg(frozenset)
    expected = wanted.groupby("truth_id")["person"].agg(frozenset)
    right = sum(reached.get(groups[truth_id]) == persons for truth_id, persons in expected.items())
    assert len(expected) > 300
    assert right / len(expected) >= 0.99


def test_clocks_are_found(matter: Matter) -> None:
    sources = matter.store.read("sources", ["source_id", "path"])
    found = matter.store.read("offsets").merge(sources, on="source_id").set_index("path")
    planted = truth(matter, "offsets").drop_duplicates("path").set_index("path")["offset_s"].astype(float)
    measured = found[found["basis"] != "none"]["offset_s"]
    wrong = (measured - planted.reindex(measured.index)).abs()
    assert len(measured) >= 40
    assert wrong.max() <= 30


def test_unexplained_absences_are_those_planted(matter: Matter, copies: pd.DataFrame) -> None:
    message = copies.drop_duplicates("truth_id").set_index("truth_id")["message_id"]
    sources = matter.store.read("sources", ["source_id", "path"])
    found = matter.store.read("absences").merge(sources, on="source_id").query("kind == 'absent'")
    planted = truth(matter, "absences").query("kind == 'absent'")
    planted = planted.assign(message_id=planted["truth_id"].map(message)).dropna(subset="message_id")
    said, true = (
        set(zip(found["message_id"], found["path"], strict=True)),
        set(zip(planted["message_id"], planted["path"], strict=True)),
    )
    assert len(true) > 5
    assert len(said & true) / len(said) >= 0.95
    assert len(said & true) / len(true) >= 0.9


def test_planted_forgeries_are_suspect(matter: Matter) -> None:
    sources = matter.store.read("sources", ["source_id", "path"])
    marked = matter.store.read("copies").dropna(subset="suspect").merge(sources, on="source_id")
    for row in truth(matter, "suspects").itertuples():
        here = marked[(marked["path"] == row.path) & (marked["suspect"] == row.why)]
        assert len(here) >= 1, (row.path, row.why)
    pasted = marked[marked["suspect"] == "pasted_header"]
    assert pasted["sender_identity_id"].isna().all()
    assert set(pasted["body"].str.contains("no need to trouble the portal|", regex=True)) == {True}


def test_changed_messages_are_those_planted(matter: Matter, copies: pd.DataFrame) -> None:
    planted = truth(matter, "edits").sort_values(["path", "truth_id"])
    assert {path.rpartition("/")[2] for path in planted["path"]} == {"msgstore.db", "sms.db"}
    edited = copies[copies["edited"].fillna(False).astype(bool)].sort_values(["path", "truth_id"])
    assert edited[["path", "truth_id"]].values.tolist() == planted[["path", "truth_id"]].values.tolist()
    events = matter.store.read("events").query("kind == 'edited'").merge(
        matter.store.read("sources", ["source_id", "path"]), on="source_id"
    )  # fmt: skip
    assert sorted(zip(events["path"], events["at"], strict=True)) == sorted(
        zip(planted["path"], pd.to_datetime(planted["edited_at"]), strict=True)
    )
    told = events[events["path"].str.endswith("sms.db")]["value"]
    assert sorted(told) == sorted(planted[planted["path"].str.endswith("sms.db")]["text_before"])


def test_marks_and_gaps_of_databases_are_those_planted(matter: Matter) -> None:
    sources = matter.store.read("sources", ["source_id", "path"]).set_index("source_id")["path"]
    gaps = matter.store.read("gaps", ["source_id", "n_missing"])
    found = gaps.groupby(gaps["source_id"].map(sources))["n_missing"].sum().to_dict()
    planted = truth(matter, "gaps").astype({"n_missing": int}).set_index("path")["n_missing"]
    planted.index = planted.index.str.removeprefix("evidence/")
    assert {path: n for path, n in found.items() if path in planted.index} == planted[planted > 0].to_dict()
    assert len(matter.store.read("reactions", ["reaction_id"])) == len(truth(matter, "reactions")) > 0
