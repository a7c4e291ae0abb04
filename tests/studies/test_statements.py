"""Statements against small tables counted on fingers; outside organisations; controls."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from analysis.studies import controls, outsiders, statements
from analysis.studies.measures import MEASURES, Facts, timed

START = datetime(2020, 4, 1, 9, tzinfo=UTC)


def facts(**changes):
    rows = pd.DataFrame({
        "message_id": [f"m{n}" for n in range(10)], "thread_id": [f"t{n // 5}" for n in range(10)], "channel": "whatsapp",
        "sent_at": [START + timedelta(days=n) for n in range(10)], "sender_person_id": ["p1"] * 6 + ["p2"] * 4,
        "business": pd.array([True] * 8 + [False] * 2, dtype="object"), "delay_s": [3600.0] * 4 + [20 * 86400.0] * 2 + [None] * 4, "secret": [False] * 9 + [True], "letters": 40,
    })  # fmt: skip
    held = {
        "private_messages": rows, "takers": pd.DataFrame({"message_id": rows.message_id, "person_id": "p1", "role": "sender"}),
        "outside_messages": pd.DataFrame({"message_id": ["a", "b", "c"], "thread_id": "x", "custodian_id": "C1", "official": [True, False, False], "organisation": ["firm", "firm", None]}),
        "tombstones": pd.DataFrame({"message_id": ["m0", "m9"], "thread_id": "t0", "sender_person_id": ["p1", "p2"]}),
        "events": pd.DataFrame({"thread_id": ["t1", "t1"], "at": [START + timedelta(days=5), START + timedelta(days=8, hours=1)], "kind": ["timer_on", "timer_off"]}),
        "accounts": pd.DataFrame({"account_id": ["A", "B", "C", "D"], "channel": ["whatsapp", "sms", "whatsapp", "email"], "address": ["+1", "+1", "+2", "a@b"],
                                  "ownership": ["private"] * 3 + ["official"], "custodian_id": "C1", "observed": True, "declared": [True, True, False, True], "exported": True}),
        "people": pd.DataFrame({"person_id": ["p1", "p2"], "custodian_id": ["C1", "C2"]}),
    }  # fmt: skip
    return Facts(**(held | changes))


def outcome_of(measure, level, **changes):
    row = {"measure": measure, "level": level, "custodian_id": "C1"}
    return statements.tested(row, facts(**changes), 0.95, 100)


@pytest.mark.parametrize(("measure", "level", "n", "of", "against"), [
    ("capture", "0.95", 6, 8, ("m6", "m7")), ("capture", "95%", 6, 8, ("m6", "m7")), ("capture_days", "7", 4, 8, ("m4", "m5", "m6", "m7")),
    ("deletion", "0", 1, 6, ("m0",)), ("timer", "0", 3, 4, ("m5", "m6", "m7")), ("accounts", "1", 2, 2, ("A", "C")), ("accounts", "2", 2, 2, ()),
    ("declared", "1", 2, 3, ("C",)), ("outside", "1", 1, 2, ("b",)), ("secret", "0", 1, 10, ("m9",)),
])  # fmt: skip
def test_counts_and_cases_against(measure, level, n, of, against):
    test = outcome_of(measure, level)
    assert (test.measured.n, test.measured.of, test.against) == (n, of, against)


def test_exact_probabilities():
    assert statements.exact(6, 8, 0.95, True) == pytest.approx(
        sum([28 * 0.05**2 * 0.95**6, *[_pmf(k) for k in range(6)]])
    )
    assert statements.exact(8, 8, 1.0, True) == 1 and statements.exact(7, 8, 1.0, True) == 0
    assert statements.exact(0, 8, 0.0, False) == 1 and statements.exact(1, 8, 0.0, False) == 0


def _pmf(k):
    from math import comb

    return comb(8, k) * 0.95**k * 0.05 ** (8 - k)


def test_verdicts():
    assert statements.verdict(outcome_of("accounts", "1"), 5) == "not_met"
    assert statements.verdict(outcome_of("accounts", "2"), 5) == "met"
    assert statements.verdict(outcome_of("capture", "0.5"), 5) == "met"
    assert statements.verdict(outcome_of("capture", "0.5"), 30) == "cannot_tell"  # too few
    assert statements.verdict(outcome_of("capture_days", "7"), 5) == "not_met"


def test_what_cannot_be_told_says_why():
    assert "known are capture" in outcome_of("honesty", "1").why
    assert "no level" in outcome_of("capture", "").why
    unlabelled = facts().private_messages.assign(business=None)
    assert "not labelled" in outcome_of("capture", "0.9", private_messages=unlabelled).why
    assert statements.verdict(outcome_of("capture", "0.9", private_messages=unlabelled), 1) == "cannot_tell"
    unheld = facts().accounts.assign(exported=False)
    assert "handed over" in outcome_of("capture", "0.9", accounts=unheld, least_official=0.5).why
    assert outcome_of("capture", "0.9", least_official=1.0).why == ""
    assert set(MEASURES) >= {"capture", "deletion", "timer", "accounts", "outside", "capture_days"}


def test_a_message_too_short_to_be_found_is_in_neither_count():
    short = facts().private_messages.assign(letters=[40] * 7 + [3] * 3)
    assert outcome_of("capture", "0.9", private_messages=short).measured.of == 7


def test_timed_without_any_timer():
    assert timed(facts().private_messages, facts().events.iloc[:0]).empty


PEOPLE = pd.DataFrame({
    "person_id": ["o1", "o2", "o3", "o4", "o5", "in"], "label": ["Ann Lee", "Ann Halberd Medical", "Ann Lee", "Bo supplier", "Cy Doe", "Di Roe"],
    "organisation": ["halberdmedical.example", None, None, None, "gmail.com", "Department"], "custodian_id": [None] * 5 + ["C1"],
    "inside": [False, None, None, None, False, True],
})  # fmt: skip


def test_affiliations_by_tier():
    told = outsiders.affiliations(PEOPLE).set_index("person_id")
    assert told.tier.to_dict() == {"o1": "certain", "o2": "probable", "o3": "probable", "o4": "possible"}
    assert told.organisation["o2"] == told.organisation["o1"] == "halberdmedical"


def test_contacts_leave_one_out_and_awards():
    days = [date(2020, 3, day) for day in (1, 2, 3, 20)]
    rows = pd.DataFrame({
        "message_id": ["a", "b", "c", "d"], "thread_id": ["t1", "t1", "t2", "t3"], "channel": "sms", "custodian_id": "C1", "person_id": "o1", "wrote": [True, False, True, True],
        "official": [False, False, True, False], "organisation": ["firm", "firm", "firm", "other"], "tier": ["probable", "certain", "certain", "possible"],
        "sent_at": pd.to_datetime(pd.Series(days), utc=True),
    })  # fmt: skip
    first = outsiders.contacts(rows, 0.95, 50).iloc[0]
    assert (first.organisation, first.n_messages, first.n_private, first.tier) == ("firm", 3, 2, "certain")
    assert outsiders.leave_one_out(rows).set_index("organisation").share.to_dict() == {
        "firm": 1.0,
        "other": pytest.approx(2 / 3),
    }
    timeline = pd.DataFrame(
        {"at": ["2020-03-05"], "kind": ["award"], "note": ["Award to Firm Ltd"], "custodian_id": [""]}
    )
    [award] = outsiders.awards(rows, timeline, date(2020, 1, 1), date(2020, 12, 31)).to_dict("records")
    assert (award["n_before"], award["n_contacts"]) == (2, 2) and award["p"] < 0.2
    assert outsiders.awards(rows, timeline.iloc[:0], date(2020, 1, 1), date(2020, 12, 31)).empty


def test_unknown_is_never_a_pass():
    address = ["+12125550101", "+447700900102", "jane@dept.example"]
    accounts = pd.DataFrame({"account_id": ["A", "B", "C"], "address": address, "channel": ["sms", "sms", "email"],
                             "ownership": ["private", "private", "official"], "custodian_id": "C1"})  # fmt: skip
    said = pd.DataFrame(
        {
            "account": ["(212) 555-0101", "department", "Jane@dept.example"],
            "control": ["lock", "dpia", "lock"],
            "state": ["YES", "perhaps", "yes"],
            "evidence": ["x", "", ""],
        }
    )
    rows = controls.matrix(said, accounts, "US")
    assert rows.set_index(["account", "control"]).state.to_dict() == {
        ("department", "dpia"): "unknown",
        ("+12125550101", "lock"): "yes",
        ("+447700900102", "lock"): "unknown",
    }
    bounds = controls.bounds(rows).set_index("control")
    assert (bounds.low["lock"], bounds.high["lock"]) == (0.5, 1.0)
    assert (bounds.low["dpia"], bounds.high["dpia"]) == (0.0, 1.0)


def test_near_misses_and_providers():
    accounts = pd.DataFrame(
        {
            "account_id": ["A"],
            "address": ["jane.carter@dept.example"],
            "channel": ["email"],
            "sent": [1],
            "received": [1],
        }
    )
    seen = pd.DataFrame({"identity_id": ["i1", "i2", "i3", "i4"],
                         "normal": ["jane.carter@dept.example", "jane.cartr@dept.example", "amir.bell@dpet.example", "x@far.example"]})  # fmt: skip
    near = controls.near_misses(seen, accounts, ("dept.example",))
    assert near.identity_id.tolist() == ["i3", "i2"] and near.meant.tolist() == [
        "amir.bell@dept.example",
        "jane.carter@dept.example",
    ]
    assert controls.storage(accounts.assign(address="a@gmail.com")).provider.tolist() == ["Google"]


@pytest.mark.parametrize("level", ["95", "-0.1", "nan", "inf"])
def test_a_level_that_is_no_share_is_not_tested(level):
    told = outcome_of("capture", level)
    assert told.why and statements.verdict(told, 1) == "cannot_tell"
