"""Levels, entries and their kinds counted on hand-written rows."""

import pandas as pd

from analysis.studies import custody, sensitivity

FACTS = {"thread_id": "t", "channel": "sms", "sent_at": pd.Timestamp("2020-05-01", tz="UTC"), "n_reached": 3, "n_outside": 0, "private": 1, "where": "body", "start": 0}  # fmt: skip
MARKS = pd.DataFrame([
    FACTS | {"label_id": "a", "message_id": "m1", "label": "SECRET", "document": "d", "faults": "", "anachronism": "", "quoted": False, "negated": False, "position": "subject", "slots": ""},
    FACTS | {"label_id": "b", "message_id": "m2", "label": "SECRET", "document": "d", "faults": "shorthand", "anachronism": "", "quoted": True, "negated": False, "position": "subject", "slots": "", "n_outside": 2},
    FACTS | {"label_id": "c", "message_id": "m3", "label": "OFFICIAL", "document": "e", "faults": "", "anachronism": "OFFICIAL: ...", "quoted": False, "negated": True, "position": "subject", "slots": "", "private": 0},
])  # fmt: skip
PIECES = pd.DataFrame([
    FACTS | {"label_id": f"p{row}", "message_id": message, "scheme": scheme, "label": label, "entry": entry, "rule": rule, "quoted": quoted, "value": value}
    for row, (message, scheme, label, entry, rule, quoted, value) in enumerate([
        ("m1", "personal", "name", "p0", "title", False, "Mrs Ann Example"),
        ("m1", "personal", "nino", "p0", "number", False, "QQ123456A"),
        ("m1", "special", "health", "p0", "said", False, "off sick"),
        ("m2", "personal", "name", "p3", "title", True, "Mrs Ann Example"),
        ("m3", "personal", "phone", "p4", "phone:correspondent", False, "07700 900123"),
        ("m4", "personal", "phone", "p5", "phone", False, "07700 900124"),
        ("m5", "personal", "phone", "p6", "phone", False, "07700900124"),
        ("m5", "contact", "email", "p7", "email", False, "a@dept.example"),
    ])
])  # fmt: skip


def test_levels() -> None:
    rows = sensitivity.levels(MARKS).set_index("level")
    assert rows.loc["SECRET"].to_dict() == {
        "documents": 1, "instances": 2, "quoted": 1, "messages": 2, "n_private": 2, "n_outside": 1, "malformed": 1,
        "anachronistic": 0,
    }  # fmt: skip
    assert rows.loc["OFFICIAL", ["n_private", "anachronistic"]].tolist() == [0, 1]
    assert sensitivity.handled(MARKS).label_id.tolist() == ["a", "b"]
    assert sensitivity.doubtful(MARKS).opens.tolist() == ["threads/t.html#l-b", "threads/t.html#l-c"]


def test_entries_leave_out_quotes_staff_and_own_numbers() -> None:
    rows = sensitivity.entries(PIECES).set_index("entry")
    assert rows.index.tolist() == ["p0", "p5", "p6"]
    assert rows.loc["p0", ["named", "identifier", "health", "phone"]].tolist() == [True, True, True, False]
    lines = sensitivity.lanarkshire(rows.reset_index()).set_index("item")
    assert lines.entries["entries that name a person"] == 1 and lines.entries["entries without a name"] == 2
    assert lines.entries["of those, with a statement about health"] == 1


def test_kinds_count_distinct_values() -> None:
    rows = sensitivity.kinds(PIECES).set_index(["scheme", "kind"])
    assert rows.loc[("personal", "phone"), ["pieces", "distinct", "correspondent"]].tolist() == [3, 2, 1]


def test_nothing_gives_empty_frames() -> None:
    none, pieces = MARKS.iloc[:0], PIECES.iloc[:0]
    assert sensitivity.levels(none).empty and sensitivity.doubtful(none).empty and sensitivity.channels(none).empty
    assert sensitivity.lanarkshire(sensitivity.entries(pieces)).entries.sum() == 0
    assert sensitivity.kinds(pieces).empty


def test_marked_messages_dwell_until_the_evidence_is_taken() -> None:
    day = pd.Timestamp("2020-05-01", tz="UTC")
    rows = [("m1", "present", "+44770", "sms"), ("m1", "present", "+44770", "sms"), ("m2", "deleted", "a@gmail.com", "email"),
            ("m3", "present", None, "sms")]  # fmt: skip
    held = pd.DataFrame(rows, columns=["message_id", "state", "address", "channel"])
    held = held.assign(custodian_id="C1", sent_at=day, last_at=day + pd.Timedelta(10, "D"))
    taken = pd.Series([day + pd.Timedelta(30, "D"), pd.NaT, pd.NaT, pd.NaT], dtype="datetime64[us, UTC]")
    made = sensitivity.dwell(held, taken).set_index("message_id")
    assert made.n_days.fillna(-1).to_dict() == {"m1": 30, "m2": -1, "m3": 10} and not made.present["m2"]
    table = sensitivity.dwelling(sensitivity.dwell(held, taken))
    assert table.n_present.tolist() == [2, 0] and table.longest_held[0] == 30
    assert "text messages" in table.provider[0] and "google" in table.provider[1].lower()


def test_the_day_of_taking_is_that_of_the_nearest_line_above() -> None:
    register = pd.DataFrame([{"path": "C1", "acquired_at": "2021-09-20"}, {"path": "C1/a.txt", "acquired_at": "2021-09-21T10:00:00Z"},
                             {"path": "C2", "acquired_at": "some day"}])  # fmt: skip
    found = custody.acquired(
        pd.DataFrame({"path": ["C1/a.txt", "C1/b.txt", "C2/x", "C3/y"], "custodian_id": "C1"}), register
    )
    assert found[0] == pd.Timestamp("2021-09-21 10:00", tz="UTC") and found[1] == pd.Timestamp("2021-09-20", tz="UTC")
    assert found[2:].isna().all()
    last = pd.Series([pd.Timestamp("2021-01-01 10:00:00.123456", tz="UTC")] * 4).astype("datetime64[us, UTC]")
    for rows in (register, register[:0]):  # what no line says a file's own last record does, to the microsecond
        ends = custody.acquired(
            pd.DataFrame({"path": ["C1/a.txt", "C1/b.txt", "C2/x", "C3/y"], "custodian_id": "C1"}), rows
        )
        assert ends.fillna(last).dtype == last.dtype
