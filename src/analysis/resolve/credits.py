"""Which account a message was sent from and which it reached: for a handle that is only a name, where it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.intake.result import Intake
from analysis.resolve.evidence import ACCOUNT_KINDS
from analysis.resolve.rows import each

if TYPE_CHECKING:
    from analysis.resolve import Resolution


def ends(messages: pd.DataFrame, recipients: pd.DataFrame) -> pd.DataFrame:
    """A row is a handle's part in a message: `message_id`, `channel`, `sent_at`, `identity_id`, `role`."""
    facts = messages[["message_id", "channel", "sent_at"]]
    sent = facts.assign(identity_id=messages["sender_identity_id"], role="sent")
    got = recipients[["message_id", "identity_id"]].assign(role="received")
    return pd.concat([sent, got.merge(facts, on="message_id")], ignore_index=True).dropna(subset=["identity_id"])


def credited(
    rows: pd.DataFrame, resolution: Resolution, intake: Intake, copies: pd.DataFrame, declared: set[tuple[str, str]]
) -> pd.Series:
    """The account identity that each row of `ends` counts for; absent when nothing tells.

    A name counts for the account it stands for: that of the person's own export which holds the message, else the
    number its phone's contact list gives, or the person's only account on that channel; of several, the only one that
    was declared.
    """
    pairs = rows[["identity_id", "channel"]].drop_duplicates()
    direct = {pair: resolution.account(pair[0], pair[1]) for pair in pairs.itertuples(index=False, name=None)}
    keys = zip(rows["identity_id"], rows["channel"], strict=True)
    account = pd.Series([direct[key] for key in keys], index=rows.index, dtype=object)
    names = rows[account.isna() | (account != rows["identity_id"])]
    if names.empty:
        return account
    index = pd.MultiIndex.from_arrays([names["message_id"], names["identity_id"].map(resolution.person)])
    held = _own_accounts(resolution, intake, copies).reindex(index).set_axis(names.index)
    account[names.index] = held.where(held.notna(), account[names.index])
    listed, left = _only_declared(resolution, declared), rows[account.isna()]
    keys = zip(left["identity_id"], left["channel"], strict=True)
    account[left.index] = [listed.get((resolution.person[one], channel)) for one, channel in keys]
    return account


def _own_accounts(resolution: Resolution, intake: Intake, copies: pd.DataFrame) -> pd.Series:
    """By message and person: the account of that person whose own export holds the message."""
    sources = intake.sources.dropna(subset=["channel", "address"])
    owner = {
        str(row.source_id): resolution.owner(str(row.channel), row.custodian_id, row.address) for row in each(sources)
    }
    held = copies[copies["source_id"].isin(list(owner))][["message_id", "source_id"]].drop_duplicates()
    held = held.join(pd.DataFrame([owner[one] for one in held["source_id"]], held.index, ["account", "person"]))
    once = held.dropna().sort_values("account").drop_duplicates(["message_id", "person"])
    return once.set_index(["message_id", "person"])["account"]


def _only_declared(resolution: Resolution, declared: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The one declared account of a person on a channel, where they declared exactly one."""
    rows = resolution.identities[resolution.identities["kind"].isin(ACCOUNT_KINDS)]
    listed = [key in declared for key in zip(rows["channel"], rows["normal"], strict=True)]
    rows = rows[listed]
    once = ~rows.duplicated(["person_id", "channel"], keep=False)
    return {(str(one.person_id), str(one.channel)): str(one.identity_id) for one in each(rows[once])}
