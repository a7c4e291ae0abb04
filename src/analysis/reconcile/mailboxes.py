"""Mail that an exported mailbox should hold, by sender and recipients, and does not."""

from __future__ import annotations

import pandas as pd

from analysis.intake.result import Intake
from analysis.reconcile.absences import COLUMNS
from analysis.resolve import Resolution
from analysis.resolve.rows import each


def absences(
    messages: pd.DataFrame, copies: pd.DataFrame, recipients: pd.DataFrame, intake: Intake, resolution: Resolution
) -> pd.DataFrame:
    """Rows of `absences` for mail: one per message and mailbox, at the largest source of that mailbox.

    A mailbox is every source of one custodian and address. Mail outside the days its sources span is
    `outside_period`; the rest is unexplained. Drafts and messages without a time are left out.
    """
    boxes = _boxes(intake, resolution)
    mail = messages[(messages["channel"] == "email") & messages["sent_at"].notna()]
    drafts = copies.loc[copies["state"] == "draft", "message_id"]
    mail = mail[~mail["message_id"].isin(drafts)]
    if boxes.empty or mail.empty:
        return pd.DataFrame(columns=COLUMNS)
    taking = pd.concat([
        mail[["message_id", "sender_identity_id"]].rename(columns={"sender_identity_id": "identity_id"}),
        recipients.loc[recipients["message_id"].isin(mail["message_id"]), ["message_id", "identity_id"]],
    ]).dropna().drop_duplicates()  # fmt: skip
    box = boxes.drop_duplicates("identity_id")
    expected = taking.merge(box[["identity_id", "custodian_id", "main"]], on="identity_id")
    held = copies.merge(boxes[["source_id", "identity_id"]], on="source_id")
    have = pd.MultiIndex.from_frame(held[["message_id", "identity_id"]].drop_duplicates())
    lacking = expected[~pd.MultiIndex.from_frame(expected[["message_id", "identity_id"]]).isin(have)]
    spans = held.groupby("identity_id")["sent_at"].agg(["min", "max"])
    at = lacking["message_id"].map(mail.set_index("message_id")["sent_at"])
    span = spans.reindex(lacking["identity_id"]).set_axis(lacking.index)
    outside = ~((at >= span["min"]) & (at <= span["max"]))
    rows = lacking.rename(columns={"main": "source_id"}).assign(explained=outside)
    rows["kind"] = outside.map({True: "outside_period", False: "absent"})
    rows["evidence"] = outside.map({
        True: "outside the days that the exported mailbox spans", False: "nothing in the exported mailbox explains it",
    })  # fmt: skip
    return rows[COLUMNS].drop_duplicates(["message_id", "source_id"])


def _boxes(intake: Intake, resolution: Resolution) -> pd.DataFrame:
    """Mail sources with the identity of their mailbox and the largest source of it."""
    sources = intake.sources[(intake.sources["channel"] == "email") & intake.sources["custodian_id"].notna()]
    sources = sources[sources["status"].isin(["read", "partial"])].sort_values("source_id")
    owner = [resolution.owner("email", row.custodian_id, row.address)[0] for row in each(sources)]
    boxes = sources[["source_id", "custodian_id", "n_copies"]]
    boxes = boxes.assign(identity_id=pd.Series(owner, sources.index, dtype=object)).dropna(subset=["identity_id"])
    largest = boxes.sort_values(["n_copies", "source_id"], ascending=[False, True]).drop_duplicates("identity_id")
    return boxes.assign(main=boxes["identity_id"].map(largest.set_index("identity_id")["source_id"]))
