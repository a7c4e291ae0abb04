"""Which copies are one message, whose clock is wrong, who belonged to a conversation when, who lacks what.

Nothing is merged away: every copy stays a row of `copies`, every holder without one a row of `absences`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.intake.result import Intake
from analysis.matter import Matter
from analysis.reconcile import absences, exports, ledger, mailboxes, matching, members, recipients, tampering, threads
from analysis.reconcile import messages as tables
from analysis.reconcile.witness import witnesses as _witnesses
from analysis.resolve import Resolution
from analysis.resolve.labels import rejoined
from analysis.resolve.rows import each, mapping
from analysis.resolve.tenures import parted

__all__ = ["Reconciled", "messages", "witnesses"]


_ORDER = {
    "sources": "source_id", "events": "source_id locator event_id",
    "identities": "identity_id", "threads": "thread_id", "recipients": "copy_id role identity_id",
    "attachments": "copy_id attachment_id", "reactions": "reaction_id", "receipts": "receipt_id",
    "names": "source_id identity_id label locator",
}  # fmt: skip


@dataclass(frozen=True)
class Reconciled:
    """Canonical tables as frames, and `memberships` with them."""

    copies: pd.DataFrame
    messages: pd.DataFrame
    threads: pd.DataFrame
    recipients: pd.DataFrame
    memberships: pd.DataFrame
    absences: pd.DataFrame
    offsets: pd.DataFrame
    attachments: pd.DataFrame
    events: pd.DataFrame
    reactions: pd.DataFrame
    receipts: pd.DataFrame


def witnesses(intake: Intake, matter: Matter) -> pd.DataFrame:
    """Handles in two custodians' phones that sent the same messages (see `witness`)."""
    return _witnesses(_canonical(rejoined(intake, matter)))


def messages(intake: Intake, resolution: Resolution, matter: Matter) -> Reconciled:
    """Reconcile every copy of an intake.

    Parameters
    ----------
    intake
        What intake handed on.
    resolution
        Who is who (`resolve.people`).
    matter
        The matter.
    """
    intake = _with_owners(_canonical(rejoined(intake, matter)), resolution)
    copies, book = intake.copies, ledger.build(intake, resolution.person)
    matched = matching.match(book, copies, intake, resolution)
    copies = copies.assign(thread_id=matched.thread_id, suspect=tampering.altered(copies, book, matched.code))
    events = intake.events.assign(thread_id=intake.events["thread_id"].map(matched.merged))
    copies["suspect"] = tampering.strangers(copies, book, matched.code, events, resolution)
    copies["offset_s"] = np.where(book["channel"] == "email", np.nan, np.round(matched.offset, 3))
    table = tables.table(book, copies, matched.code, matched.offset, resolution)
    copies["message_id"] = table["message_id"].reindex(matched.code).to_numpy()
    parts = threads.parts_of(intake)
    at = (book["t"] - np.where(book["width"] > 1, book["width"], 0.0) - matched.offset).to_numpy()
    del book  # the largest thing here, and no longer needed
    clocks = matched.offsets.set_index("source_id")["offset_s"]
    event_at = members.agreed_events(intake.events, intake.copies, at, clocks)
    seen = recipients.taking_part(table, parts, matched.merged, resolution)
    seen = pd.concat([seen, members.listed(events, matched.threads)], ignore_index=True)
    belonging = members.memberships(matched.threads, events, event_at, seen, resolution)
    belonging = parted(resolution.tenures, belonging, recipients.last_used(seen, resolution))
    reached = recipients.table(intake, copies, table, belonging, matched.threads, resolution)
    held = exports.of_threads(_records(copies, at, events, event_at), belonging, intake, resolution, matter)
    timers = absences.timers(events, event_at, mapping(intake.sources, "source_id", "path"))
    lacking = absences.table(table, copies, held, belonging, timers)
    lacking = pd.concat([lacking, mailboxes.absences(table, copies, reached, intake, resolution)], ignore_index=True)
    custodian = intake.sources.set_index("source_id")["custodian_id"]
    copies["suspect"] = tampering.only_here(copies, table, lacking, resolution, custodian)
    table = table.join(absences.holders(table, copies, lacking, custodian), on="message_id")
    titles = threads.last_titles(parts, matched.merged, events, event_at, copies, resolution)
    message_of = copies.set_index("copy_id")["message_id"]
    return Reconciled(
        copies=copies.drop(columns=["from_owner"], errors="ignore"),
        messages=table.reset_index(drop=True),
        threads=tables.threads(matched.threads, table, copies, titles),
        recipients=reached, memberships=belonging, absences=lacking, offsets=matched.offsets,
        attachments=intake.attachments.assign(message_id=intake.attachments["copy_id"].map(message_of)),
        events=events,
        reactions=_beside(intake.reactions, message_of, resolution).drop(columns="from_owner"),
        receipts=_beside(intake.receipts, message_of, resolution),
    )  # fmt: skip


def _records(copies: pd.DataFrame, at: np.ndarray, events: pd.DataFrame, event_at: np.ndarray) -> pd.DataFrame:
    """thread_id, source_id and agreed time of everything that sources hold, lines of the app included."""
    both = pd.concat([rows[["thread_id", "source_id"]] for rows in (copies, events)], ignore_index=True)
    return both.assign(at=np.concatenate([at, event_at]).astype(float)).dropna()


def _beside(frame: pd.DataFrame, message_of: pd.Series, resolution: Resolution) -> pd.DataFrame:
    """Marks or receipts with the message they belong to and the person behind the handle."""
    return frame.assign(
        message_id=frame["copy_id"].map(message_of), person_id=frame["identity_id"].map(resolution.person)
    )


def _canonical(intake: Intake) -> Intake:
    """The same intake in an order that depends on the evidence alone."""
    frames = {
        name: getattr(intake, name).sort_values(columns.split(), kind="stable", ignore_index=True)
        for name, columns in _ORDER.items()
    }
    return replace(intake, copies=ledger.ordered(intake), **frames)


def _with_owners(intake: Intake, resolution: Resolution) -> Intake:
    """Copies that only say "sent by the owner" get the owner's handle."""
    parts = threads.parts_of(intake)
    owner = {
        str(row.thread_id): resolution.owner(str(row.channel), row.custodian_id, row.address)[0] for row in each(parts)
    }
    marks = intake.reactions
    mine = marks["identity_id"].isna() & marks["from_owner"].fillna(False).astype(bool)
    marks = marks.assign(identity_id=marks["identity_id"].where(~mine, marks["source_id"].map(owner)))
    copies, intake = intake.copies, replace(intake, reactions=marks)
    silent = copies["sender_identity_id"].isna() & copies["from_owner"].fillna(False).astype(bool)
    if not silent.any():
        return intake
    filled = copies["sender_identity_id"].where(~silent, copies["thread_id"].map(owner))
    return replace(intake, copies=copies.assign(sender_identity_id=filled))
