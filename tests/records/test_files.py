"""Files sent privately and attached officially."""

from datetime import UTC, datetime, timedelta

import pandas as pd

from analysis.records.files import FURNITURE, carried

START = datetime(2020, 3, 1, 9, 30, tzinfo=UTC)


def found(*files):
    """Captures by hash of (official, thread, minutes, hash, bytes)."""
    rows = [(f"{'o' if theirs else 'm'}{i}", thread, START + timedelta(minutes=at), digest, size, f"a{i}")
            for i, (theirs, thread, at, digest, size) in enumerate(files)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["message_id", "thread_id", "sent_at", "sha256", "bytes", "attachment_id"])
    official = set(frame.loc[frame.message_id.str.startswith("o"), "message_id"])
    return carried(
        official, {"messages": frame, "attachments": frame[["attachment_id", "message_id", "sha256", "bytes"]]}
    )


def test_the_same_bytes_later_are_a_capture():
    rows = found((False, "t", 0, "h", 9), (True, "u", 60, "h", 9), (True, "u", 60, "other", 9))
    row = rows.iloc[0]
    assert rows[["message_id", "official_message_id"]].to_numpy().tolist() == [["m0", "o1"]]
    assert (row.kind, row.tier, row.basis, row.delay_s, row.attachment_id) == (
        "attachment",
        "exact",
        "hash",
        3600,
        "a1",
    )


def test_what_was_official_first_is_empty_or_is_furniture_is_none():
    assert found((True, "u", 0, "h", 9), (False, "t", 30, "h", 9), (True, "v", 60, "h", 9)).empty
    assert found((False, "t", 0, "h", 0), (True, "u", 60, "h", 0)).empty
    logos = [(True, f"u{i}", 60, "h", 9) for i in range(FURNITURE + 1)]
    assert found((False, "t", 0, "h", 9), *logos).empty
