"""People and reconciliation against what was planted in the sample matter."""

from pathlib import Path

import pandas as pd
import pytest

from analysis import intake, reconcile, resolve
from analysis.intake import handles
from analysis.matter import Matter
from support import ROOT
from world import pair_scores

SAMPLE = ROOT / "data" / "sample"
pytestmark = pytest.mark.skipif(not (SAMPLE / "truth").is_dir(), reason="the sample matter has not been written")


def truth(name: str) -> pd.DataFrame:
    return pd.read_csv(SAMPLE / "truth" / f"{name}.csv", dtype="str", keep_default_na=False)


class Solved:
    """The sample's tables, with planted ids beside found ones."""

    def __init__(self, out: Path) -> None:
        self.matter = Matter.open(SAMPLE, out=out)
        taken = intake.take(self.matter)
        self.people = resolve.people(taken, self.matter, reconcile.witnesses(taken, self.matter))
        self.result = reconcile.messages(taken, self.people, self.matter)
        result = self.result
        self.accounts = resolve.accounts(
            self.matter, self.people, taken, result.messages, result.recipients, result.copies
        )
        self.path = "evidence/" + taken.sources.set_index("source_id")["path"].str.partition("!")[0]
        copies = result.copies[result.copies["suspect"] != "pasted_header"].sort_values(["source_id", "seq"])
        copies = copies.assign(path=copies["source_id"].map(self.path))
        copies["seq"] = copies.groupby("path").cumcount()
        planted = truth("copies").astype({"seq": int})
        both = planted.merge(copies, on=["path", "seq"])
        whole = both.groupby("path").size() == planted.groupby("path").size()
        self.share_of_files = whole.mean()
        self.both = both[both["path"].map(whole)]  # a file in which a record was misread cannot be counted along
        self.planted_of = self.both.drop_duplicates("message_id").set_index("message_id")["truth_id"]


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    return Solved(tmp_path_factory.mktemp("sample"))


def test_copies_are_paired(solved):
    assert solved.share_of_files >= 0.98
    found = solved.result.copies.set_index("copy_id")["message_id"]
    precision, recall = pair_scores(dict(zip(solved.both["copy_id"], solved.both["truth_id"], strict=True)), found)
    assert precision >= 0.999
    assert recall >= 0.995


def test_clocks(solved):
    planted = truth("offsets").set_index("path")["offset_s"].astype(float)
    error = solved.result.offsets["offset_s"] - solved.result.offsets["source_id"].map(solved.path).map(planted)
    assert error.notna().all()
    assert error.abs().max() <= 30


def test_senders_and_no_two_custodians_are_one(solved):
    person = solved.both["truth_id"].map(truth("messages").set_index("truth_id")["sender_person"])
    custodian = {one: key for key, one in solved.people.custodians.items()}
    found = solved.both["sender_identity_id"].map(solved.people.person).map(custodian)
    planted = person.where(person.str.fullmatch(r"C\d+"))
    assert (found.fillna("") == planted.fillna("")).mean() >= 0.999


def test_unexplained_absences(solved):
    rows = solved.result.absences[solved.result.absences["kind"] == "absent"]
    found = set(zip(rows["message_id"].map(solved.planted_of), rows["source_id"].map(solved.path), strict=True))
    planted = truth("absences")
    planted = planted[planted["kind"] == "absent"]
    wanted = set(zip(planted["truth_id"], planted["path"], strict=True))
    assert len(found & wanted) >= 0.98 * len(found)
    assert len(found & wanted) >= 0.95 * len(wanted)


def test_recipients_as_of_time(solved):
    labels = truth("labels")
    known = {(row.path.split("/")[1], handles.name(row.label)): row.address for row in labels.itertuples()}
    facts = solved.people.identities
    address = {
        row.identity_id: known.get((row.scope, row.normal), row.identity_id) if row.kind == "name" else row.normal
        for row in facts.itertuples()
    }
    rows = solved.result.recipients
    planted_of = rows["message_id"].map(solved.planted_of)
    found = rows["identity_id"].map(address).groupby(planted_of).agg(set)
    planted = truth("recipients")
    planted = planted[planted["role"] == "member"].groupby("truth_id")["address"].agg(set)
    planted = planted[planted.index.isin(solved.planted_of)]
    assert (found.reindex(planted.index) == planted).mean() >= 0.99


def test_accounts(solved):
    table, planted = solved.accounts, truth("accounts")
    private = planted[(planted["ownership"] == "private") & (planted["used"] == "1")]
    found = table[(table["ownership"] == "private") & table["observed"]]
    assert set(zip(found["channel"], found["address"], strict=True)) == set(
        zip(private["channel"], private["address"], strict=True)
    )
    undeclared = planted[planted["declared"] == "0"]
    assert set(table.loc[~table["declared"], "address"]) == set(undeclared["address"])
    assert table.loc[~table["declared"], "locator"].notna().all()
