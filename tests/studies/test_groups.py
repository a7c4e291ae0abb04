"""Groups, timers and phases on a handful of events."""

import pandas as pd

from analysis.studies import encounters, groups, phases, timers


def at(day, minute=0):
    return pd.Timestamp("2020-03-01", tz="UTC") + pd.Timedelta(day, "D") + pd.Timedelta(minute, "min")


HANDLES = pd.DataFrame({"identity_id": ["h1", "h2", "h2b", "h3"], "person_id": ["ann", "bob", "bob", None]})
OFFSETS = pd.DataFrame({"source_id": ["S2"], "offset_s": [3600.0]})
EVENTS = pd.DataFrame(
    [
        ("S1", at(1), "added", "h1", "h2", None),
        ("S2", at(1, 61), "added", "h1", "h2b", None),  # the same, by a clock an hour fast
        ("S1", at(9), "left", "h2", None, None),
        ("S1", at(20), "added", "h1", "h3", None),
        ("S1", at(5), "subject_changed", "h1", None, "New"),
        ("S2", at(5, 62), "subject_changed", "h1", None, "New"),
        ("S1", at(6), "timer_on", "h2", None, "7 days"),
        ("S2", at(6, 60), "timer_on", "h2b", None, "7 days"),
        ("S1", at(8), "timer_off", "h1", None, None),
        ("S1", at(30), "timer_on", "h1", None, "1 day"),
        ("S1", pd.NaT, "left", "h1", None, None),
    ],
    columns=["source_id", "at", "kind", "actor_identity_id", "target_identity_id", "value"],
).assign(thread_id="t")
EVENTS["at"] = pd.to_datetime(EVENTS["at"], utc=True)
THREADS = pd.DataFrame({"thread_id": ["t"], "kind": ["group"]})
SIDE = pd.Series({"ann": "inside", "bob": "outside"})


def happened():
    return groups.recorded(EVENTS, OFFSETS, HANDLES)


def test_one_event_in_two_exports_with_two_clocks_is_one_move():
    moves = groups.moves(happened(), THREADS, SIDE)
    assert moves[["kind", "person", "side", "by", "n_sources"]].to_numpy().tolist() == [
        ["added", "bob", "outside", "ann", 2],
        ["left", "bob", "outside", "bob", 1],
        ["added", "h3", "unknown", "ann", 1],
    ]  # fmt: skip
    assert moves["at"].tolist() == [at(1), at(9), at(20)]
    renamed = groups.renames(happened(), THREADS)
    assert renamed[["title", "by", "n_sources"]].to_numpy().tolist() == [["New", "ann", 2]]


def test_timers_have_a_beginning_and_an_end_or_none():
    stretches = timers.timers(happened(), at(40))
    assert stretches[["from_at", "to_at", "ended", "by", "n_sources"]].to_numpy().tolist() == [
        [at(6), at(8), True, "bob", 2], [at(30), at(40), False, "ann", 1],
    ]  # fmt: skip
    lacking = pd.DataFrame({"message_id": ["m1", "m1", "m2"], "thread_id": "t", "sent_at": [at(7), at(7), at(20)]})
    during = timers.during(stretches, lacking)
    assert during.n_lacked.tolist() == [1, 0] and during["days"].tolist() == [2, 10]


def test_stays_say_which_ends_are_on_record():
    members = pd.DataFrame({
        "thread_id": "t", "kind": "group", "person": ["bob", "ann"], "inside": pd.array([False, True], dtype="boolean"),
        "from_at": [at(1), pd.NaT], "to_at": [at(9), pd.NaT], "basis": ["added, left", "sent"],
    })  # fmt: skip
    rows = groups.stays(members, at(0), at(50), "t").set_index("person")
    assert rows.loc["ann", ["from_at", "to_at", "sure_from", "sure_to"]].tolist() == [at(0), at(50), False, False]
    assert rows.loc["bob", ["sure_from", "sure_to", "side"]].tolist() == [True, True, "outside"]


def test_rosters_count_sides_and_the_widest_has_others_in_it():
    members = pd.DataFrame({
        "thread_id": ["t", "t", "u"], "kind": "group", "channel": "sms", "title": ["T", "T", None],
        "person": ["ann", "bob", "ann"], "inside": pd.array([True, None, True], dtype="boolean"),
    })  # fmt: skip
    sizes = pd.DataFrame({"thread_id": ["t", "u"], "n_messages": [3, 9], "first_at": at(0), "last_at": at(1)})
    rows = groups.rosters(members, sizes)
    assert rows[["thread_id", "members", "inside", "unknown"]].to_numpy().tolist() == [["u", 1, 1, 0], ["t", 2, 1, 1]]
    assert groups.widest(rows) == "t"


MET = pd.DataFrame(
    [("ann", "bob", "t", "group", at(1), 3, 2, "m1"), ("ann", "bob", "t", "group", at(8), 1, 0, "m4"),
     ("ann", "cy", "u", "direct", at(1), 5, 5, "m9")],
    columns=["person", "other", "thread_id", "mode", "week_at", "n_messages", "sent", "first_id"],
).assign(channel="sms", weight=lambda t: t.n_messages * 1.0)  # fmt: skip


def test_outsiders_are_reached_by_what_insiders_send():
    rows = groups.exposure(MET, pd.Series({"ann": "inside", "bob": "outside", "cy": "outside"}))
    assert rows[["person", "n_messages"]].to_numpy().tolist() == [["bob", 2]]


def test_a_page_too_large_joins_weeks_then_leaves_out_the_weakest():
    assert encounters.packed(MET)[1] == 0 and len(encounters.packed(MET)[0]) == 3
    joined, left_out = encounters.packed(MET, most=2)
    assert left_out == 0 and joined.n_messages.tolist() == [4, 5] and joined.first_id.tolist() == ["m1", "m9"]
    kept, left_out = encounters.packed(MET, most=1)
    assert left_out == 1 and kept.other.tolist() == ["cy"]
    assert encounters.packed(MET.head(0))[0].empty


def test_phases_cut_at_common_events():
    daily = pd.DataFrame({"sender": ["ann", "bob", "ann"], "recipient": ["bob", "ann", "cy"],
                          "day_at": [at(0), at(14), at(20)], "n_messages": [4, 2, 2],
                          "weight": [4.0, 1.0, 3.0]})  # fmt: skip
    marks = pd.DataFrame(
        {"kind": ["policy", "request"], "at": [at(14), at(15)], "custodian_id": "", "note": ["New", ""]}
    )
    rows = phases.phases(daily, marks, SIDE, at(-100), at(100))
    assert rows.begins_with.tolist() == ["the beginning", "New"]
    assert rows[["weeks", "people", "ties", "weekly", "outside"]].to_numpy().tolist() == [
        [2, 2, 1, 2, 1],
        [1, 3, 2, 4, 0.25],
    ]
    assert rows.kept.iloc[1] == 1
