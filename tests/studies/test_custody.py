"""The custody report: acquisitions, hashes of lists, days by account, assumptions."""

import hashlib
from datetime import date

import pandas as pd

from analysis.studies import completeness, custody

SOURCES = pd.DataFrame({
    "source_id": ["1", "2", "3", "4"], "path": ["a/one.txt", "a/x.zip!two.txt", "b/c/3.eml", "lost.txt"],
    "custodian_id": ["C1", "C1", None, "C2"], "channel": ["sms", "sms", "email", None], "bytes": [10, 5, 3, 0],
    "address": ["+1", "+1", "z@x", None], "sha256": ["aa", "bb", "cc", ""], "reader": ["t", "t", "eml", None],
    "detected": ["text", "text", "mail", "nothing received"], "status": ["read", "partial", "read", "unreadable"],
    "reason": [None, "2 pieces", None, "declared"], "custody": ["match", "undeclared", "mismatch", "missing"],
    "n_copies": [4, 6, 1, 0], "date_order": ["day_first", "day_first", None, None],
    "date_order_basis": ["proven", "assumed", None, None], "zone": ["Europe/London", "Europe/London", None, None],
    "zone_basis": ["declared", "assumed", "embedded", None],
    "address_basis": ["declared (sources.csv)", "the app says You of this sender", None, None],
})  # fmt: skip
REGISTER = pd.DataFrame({
    "path": ["a/one.txt", "evidence/a", "b\\c", "lost.txt"], "acquired_at": ["2021-01-01", "2021-02-02", "", ""],
    "acquired_by": ["", "Ann", "Bob", "Bob"], "method": "export", "device": "",
})  # fmt: skip


def test_acquisitions_take_a_files_own_row_then_those_above_it():
    found = custody.handed_over(SOURCES, REGISTER).set_index(["custodian_id", "acquired_at", "acquired_by"])
    assert found.loc[("C1", "2021-01-01", "Ann"), ["files", "bytes", "match"]].tolist() == [1, 10, 1]
    assert found.loc[("C1", "2021-02-02", "Ann"), ["files", "bytes", "undeclared"]].tolist() == [1, 5, 1]
    assert found.loc[("", "", "Bob"), ["files", "mismatch", "method"]].tolist() == [1, 1, "export"]
    assert found.loc[("C2", "", "Bob"), ["files", "missing"]].tolist() == [0, 1]
    assert len(custody.handed_over(SOURCES, REGISTER.head(0))) == 3


def test_a_bundle_has_the_hash_of_its_list():
    bundled = SOURCES.assign(bundle=["one", "many", "many", "lost"])
    found = custody.hashes(bundled).set_index("bundle")
    listed = hashlib.sha256(b"bb  a/x.zip!two.txt\ncc  b/c/3.eml\n").hexdigest()
    assert found["sha256"].to_dict() == {"one": "aa", "many": f"list: {listed}", "lost": ""}
    assert found.loc["many", "reader"] == "eml, t"


def test_days_of_an_account_by_what_covers_them():
    days = pd.DataFrame({
        "custodian_id": ["C1"] * 3 + [None], "channel": ["sms"] * 3 + ["email"], "address": ["+1"] * 3 + ["z@x"],
        "day_at": pd.to_datetime(["2020-03-03", "2020-03-03", "2020-03-06", "2020-03-01"], utc=True),
        "n_copies": [2, 3, 4, 1],
    })  # fmt: skip
    office = pd.DataFrame({"custodian_id": ["C1"], "from_on": ["2020-03-02"], "to_on": ["2020-03-09"]})
    found = custody.calendar(days, SOURCES, office, date(2020, 3, 1), date(2020, 3, 31)).set_index("channel")
    assert found.loc["sms", list(custody.DAYS)].tolist() == [1, 2, 2, 1, 3, 2]
    assert found.loc["email", list(custody.DAYS)].tolist() == [0, 1, 0, 0, 30, 0]
    whole = custody.calendar(days.head(0), SOURCES, office, date(2020, 3, 1), date(2020, 3, 31)).set_index("channel")
    assert whole.loc["sms", ["copies_outside", "days_with_data", "days_before"]].tolist() == [10, 0, 8]


def test_what_files_leave_open_is_counted_by_its_basis():
    found = custody.assumptions(SOURCES).set_index(["what", "basis"])
    assert found.loc[("order of dates", "assumed"), ["files", "n_copies", "certain"]].tolist() == [1, 6, False]
    assert found.loc[("zone of times", "embedded"), ["read_as", "certain"]].tolist() == ["as each time says", True]
    owner = found.loc["account it was exported from"]
    assert owner["files"].to_dict() == {"declared": 1, "inferred": 2}


def test_what_was_not_examined_is_listed():
    listed = custody.unexamined(completeness.bundles(SOURCES))
    assert listed[["bundle", "status"]].values.tolist() == [["a/x.zip!two.txt", "partial"], ["lost.txt", "unreadable"]]


def test_remnants_are_shown_by_file_and_time_and_a_cut_text_says_so():
    rows = pd.DataFrame({
        "source_id": ["2", "1", "1"], "locator": ["page 9, offset 1", "page 2, offset 5", "m 3"], "whole": [True, False, True],
        "origin": ["free page", "free space", "search index"], "still_held": [True, False, False],
        "at": pd.to_datetime(["2020-01-02", "2020-01-03", None], utc=True), "body": ["b", "cut", None],
    })  # fmt: skip
    found = custody.remnants(rows, SOURCES.assign(bundle=SOURCES.path))
    assert found["place"].tolist() == [
        "free space: page 2, offset 5", "search index: m 3", "free page: page 9, offset 1",
    ]  # fmt: skip
    assert found["earlier_state"].tolist() == [False, False, True] and found["body"].iloc[0] == "cut..."
    assert custody.remnants(rows.head(0), SOURCES.assign(bundle="b")).empty
