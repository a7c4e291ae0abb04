"""Undeclared accounts, coverage of rosters and days, files in bundles."""

from datetime import date

import pandas as pd
import pytest

from analysis.studies import completeness

REGISTER = pd.DataFrame({"custodian_id": ["C1", "C2"], "from_on": ["2020-03-02", ""], "to_on": ["", "2020-03-04"]})


def test_roster_counts_people_inside_with_their_export_of_that_channel():
    members = pd.DataFrame(
        [
            ("g", "whatsapp", "group", "ann", "C1", True),
            ("g", "whatsapp", "group", "ann", "C1", True),  # two stretches, one person
            ("g", "whatsapp", "group", "bob", "C2", None),
            ("g", "whatsapp", "group", "eve", None, True),
            ("g", "whatsapp", "group", "out", None, False),
            ("p", "whatsapp", "pair", "ann", "C1", True),
        ],
        columns=["thread_id", "channel", "kind", "person", "custodian_id", "inside"],
    )
    exports = pd.DataFrame({"custodian_id": ["C1", "C2"], "channel": ["whatsapp", "sms"]})
    assert completeness.roster_coverage(members, exports).to_dict("records") == [
        {"thread_id": "g", "channel": "whatsapp", "members": 3, "exported": 1}
    ]


def test_days_count_inside_office_only():
    days = pd.DataFrame({
        "custodian_id": ["C1", "C1", "C1", "C2"], "channel": "sms",
        "day_at": pd.to_datetime(["2020-03-01", "2020-03-02", "2020-03-05", "2020-03-09"], utc=True),
    })  # fmt: skip
    rows = completeness.date_coverage(days, REGISTER, date(2020, 3, 1), date(2020, 3, 10)).set_index("custodian_id")
    assert rows.loc["C1", ["days_with_data", "days_in_office", "longest_gap"]].tolist() == [2, 9, 5]
    assert rows.loc["C2", ["days_with_data", "days_in_office", "longest_gap"]].tolist() == [0, 4, 4]
    assert rows.loc["C1", "share"] == pytest.approx(2 / 9)


def test_undeclared_and_unused():
    accounts = pd.DataFrame({
        "channel": "sms", "address": ["3", "1", "2"], "declared": [False, True, True], "observed": [True, True, False],
    })  # fmt: skip
    assert completeness.undeclared(accounts).address.tolist() == ["3"]
    assert completeness.unused(accounts).address.tolist() == ["2"]


def test_small_files_of_a_folder_share_a_line():
    files = pd.DataFrame({
        "source_id": [f"s{n}" for n in range(7)], "path": [f"a/mail/{n}.eml" for n in range(5)] + ["a/chat.txt", "a/more.txt"],
        "reader": ["eml"] * 5 + ["whatsapp_text", None], "status": ["read"] * 6 + ["unsupported"], "reason": [None] * 6 + ["no reader"],
        "custodian_id": "C1", "channel": ["email"] * 5 + ["whatsapp", None], "custody": "match", "bytes": 10,
        "n_copies": [1] * 5 + [99, 0], "n_events": 0, "n_rejects": 0,
    })  # fmt: skip
    rows = completeness.by_bundle(completeness.bundles(files)).set_index("bundle")
    assert list(rows.index) == ["a/chat.txt", "a/mail/ (5 files, eml)", "a/more.txt"]
    assert rows.loc["a/mail/ (5 files, eml)", ["n_copies", "bytes"]].tolist() == [5, 50]
    assert rows.loc["a/more.txt", "reason"] == "no reader"
    assert completeness.by_status(files).set_index("status").files.to_dict() == {"read": 6, "unsupported": 1}


def test_merges_are_counted_by_what_came_of_them():
    merges = pd.DataFrame(
        {"rule": "r", "tier": ["possible", "certain", "certain"], "verdict": ["unsure", "auto", "auto"]}
    )
    assert completeness.merge_counts(merges).merges.tolist() == [2, 1]


def test_a_judgement_beside_what_the_rules_say() -> None:
    merges = pd.DataFrame(
        [("a", "b", "phone_book", "probable", "rejected"), ("a", "b", "judgement", "certain", "rejected"),
         ("c", "d", "same_messages", "possible", "unsure"), ("d", "c", "judgement", "certain", "confirmed"),
         ("e", "f", "judgement", "certain", "unsure")],
        columns=["identity_a", "identity_b", "rule", "tier", "verdict"],
    ).assign(by="J", at=pd.Timestamp("2021-01-01", tz="UTC"), why="")  # fmt: skip
    told = completeness.judged(merges)
    assert told.rules.tolist() == ["merge", "leave open", "nothing"]
    assert told.changed.tolist() == [True, True, False]
