"""Attached files: their words, and those sent privately and later attached to an official item, known by their hash.

Cannot show: a file that was saved again, shrunk or printed on the way (its bytes differ), or what was said beside it.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

FURNITURE = 5  # conversations on either side: a file in more of them is a logo or a disclaimer, and shows nothing
SLACK = pd.Timedelta(minutes=2)  # as for words: agreed times are good to a minute or two


def carried(official: set[str], frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Captures by hash: kind attachment, tier exact, basis hash; without places in either text.

    What an official item held before the private message was sent is no capture of it.
    """
    files = frames["attachments"].loc[frames["attachments"]["bytes"] > 0, ["attachment_id", "message_id", "sha256"]]
    files = files.dropna(subset="sha256").sort_values("attachment_id").drop_duplicates(["message_id", "sha256"])
    files = files.merge(frames["messages"][["message_id", "thread_id", "sent_at"]], on="message_id")
    theirs = files["message_id"].isin(official)
    spread = files.assign(theirs=theirs).groupby(["theirs", "sha256"])["thread_id"].transform("nunique")
    files, theirs = files[spread <= FURNITURE], theirs[spread <= FURNITURE]
    rows = files[~theirs].merge(files[theirs], on="sha256", suffixes=("", "_official"))
    first = rows.groupby(["message_id", "sha256"])["sent_at_official"].transform("min")
    rows = rows[~(first < rows["sent_at"] - SLACK)]
    delay = (rows["sent_at_official"] - rows["sent_at"]).dt.total_seconds().clip(lower=0)
    none = pd.Series(pd.NA, rows.index, dtype="Int64")
    return pd.DataFrame({
        "message_id": rows["message_id"], "official_message_id": rows["message_id_official"], "kind": "attachment",
        "tier": "exact", "basis": "hash", "containment": 1.0, "similarity": 1.0, "delay_s": delay, "start": none,
        "end": none, "official_start": none, "official_end": none, "attachment_id": rows["attachment_id_official"],
    })  # fmt: skip


def texts(attachments: pd.DataFrame) -> pd.DataFrame:
    """Rows of `attachment_texts` from attachments that still carry `text` and `basis`; the other kinds have no row.

    A file without a row was not examined: a picture (unless the extra `ocr` found words in it), a PDF, an old binary
    format, or one that is not in the evidence.
    """
    rows = attachments.loc[attachments["text"].fillna("") != "", ["attachment_id", "text", "basis"]]
    return rows.astype("str").reset_index(drop=True)
