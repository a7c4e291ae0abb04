"""What intake hands on: every file's content with ids, before anybody asked who is who or which copies are one."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from analysis.tables import TABLES


@dataclass(frozen=True)
class Intake:
    """Frames of one intake. Ids are final; `person_id`, `message_id` and the merged `thread_id` are not known yet.

    `sources`, `rejects`
        As in the canonical tables.
    `copies`, `events`
        As in the canonical tables, except: `thread_id` is the thread within its source (`threads.thread_id` below),
        and `copies` has neither `message_id` nor `offset_s`; it has `from_owner` (bool, null: the format is silent).
    `recipients`
        copy_id, identity_id, role: recipients the format itself names (mail, SMS); never group members.
    `attachments`
        As in the canonical table without `message_id`; with `text` and `basis`: the words of files that can be read.
    `identities`
        As in the canonical table without `person_id`.
    `names`
        source_id, custodian_id, identity_id, label, basis, locator: a handle seen beside a name (display name,
        phone-book label in an SMS backup, push name).
    `threads`
        thread_id, source_id, channel, kind, title, counterpart_identity_id: one conversation as one source holds it.
    `reactions`, `receipts`, `gaps`, `remnants`
        As in the canonical tables without `message_id` and `person_id`; `reactions` has `from_owner`.
    """

    sources: pd.DataFrame
    rejects: pd.DataFrame
    copies: pd.DataFrame
    events: pd.DataFrame
    recipients: pd.DataFrame
    attachments: pd.DataFrame
    identities: pd.DataFrame
    names: pd.DataFrame
    threads: pd.DataFrame
    reactions: pd.DataFrame = field(default_factory=lambda: _none("reactions", "from_owner"))
    receipts: pd.DataFrame = field(default_factory=lambda: _none("receipts"))
    gaps: pd.DataFrame = field(default_factory=lambda: _none("gaps"))
    remnants: pd.DataFrame = field(default_factory=lambda: _none("remnants"))


def _none(name: str, *more: str) -> pd.DataFrame:
    return pd.DataFrame(columns=[*TABLES[name].names, *more])
