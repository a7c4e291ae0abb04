"""Who a message reached: named by the format, the other party of a pair, or the members of a group as of that time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.intake.result import Intake
from analysis.reconcile.ledger import NOBODYS, among, places, seconds
from analysis.reconcile.members import group_recipients
from analysis.resolve import Resolution
from analysis.resolve.rows import each

EARLY = 0.1  # share of a sender's messages left out at either end, which may stand under a wrong label
COLUMNS = ["message_id", "identity_id", "person_id", "role"]


def taking_part(messages: pd.DataFrame, parts: pd.DataFrame, merged: pd.Series, resolution: Resolution) -> pd.DataFrame:
    """thread_id, identity_id, basis, early_s, late_s: senders, owners of exports, counterparts, one row per handle.

    The two times span the middle of what a sender sent. In a pair an owner or counterpart who sends under one account
    is not listed under another. `merged` gives the merged thread_id of each part's own thread_id.
    """
    sound = messages[~messages["suspect"].isin(NOBODYS) & messages["sender_identity_id"].notna()]
    sent = sound[["thread_id", "sender_identity_id"]].assign(t=seconds(sound["sent_at"]))
    spans = sent.groupby(["thread_id", "sender_identity_id"])["t"]
    sent = pd.DataFrame({"early_s": spans.quantile(EARLY), "late_s": spans.quantile(1 - EARLY)}).reset_index()
    sent = sent.rename(columns={"sender_identity_id": "identity_id"}).assign(basis="sent")
    rows = []
    for row in each(parts):
        account, person = resolution.owner(str(row.channel), row.custodian_id, row.address)
        rows.append((row.thread_id, account or _any_handle(person, str(row.channel), resolution)))
        if isinstance(row.counterpart_identity_id, str):
            counterpart = resolution.account(row.counterpart_identity_id, str(row.channel))
            rows.append((row.thread_id, counterpart or row.counterpart_identity_id))
    roster = pd.DataFrame(rows, columns=["thread_id", "identity_id"]).dropna()
    roster["thread_id"] = roster["thread_id"].map(merged)
    pairs = set(parts.loc[parts["kind"] == "pair", "thread_id"].map(merged))
    active = set(zip(sent["thread_id"], sent["identity_id"].map(resolution.person), strict=True))
    people = roster["identity_id"].map(resolution.person)
    silent = [key not in active or key[0] not in pairs for key in zip(roster["thread_id"], people, strict=True)]
    roster = roster[silent].assign(basis="roster")
    every = pd.concat([sent, roster], ignore_index=True).dropna(subset=["thread_id"])
    return every.drop_duplicates(["thread_id", "identity_id"])


def last_used(seen: pd.DataFrame, resolution: Resolution) -> dict[tuple[str, str], pd.Timestamp]:
    """By conversation and account, when the middle of what was sent from it ends; accounts of one holder only."""
    channel = resolution.identities.set_index("identity_id")["channel"]
    used: dict[tuple[str, str], pd.Timestamp] = {}
    for row in each(seen[seen["basis"] == "sent"]):
        account = resolution.account(row.identity_id, channel[row.identity_id])
        if account and account not in resolution.shared:
            key, until = (row.thread_id, account), pd.Timestamp(row.late_s, unit="s", tz="UTC")
            used[key] = max(until, used.get(key, until))
    return used


def _any_handle(person: str | None, channel: str, resolution: Resolution) -> str | None:
    """Some handle of a person, on this channel if there is one: the owner of an export whose account is not known."""
    rows = resolution.identities[resolution.identities["person_id"] == person] if person else resolution.identities[:0]
    if rows.empty:
        return None
    ranked = rows.assign(other=rows["channel"] != channel).sort_values(["other", "identity_id"])
    return str(ranked["identity_id"].iloc[0])


def table(
    intake: Intake, copies: pd.DataFrame, messages: pd.DataFrame, memberships: pd.DataFrame, threads: pd.DataFrame,
    resolution: Resolution,
) -> pd.DataFrame:  # fmt: skip
    """The `recipients` table: what the format names where it names anybody, else members other than the sender."""
    of_copy = copies.set_index("copy_id")["message_id"]
    named = intake.recipients[["copy_id", "identity_id", "role"]]
    named = named.assign(
        message_id=named["copy_id"].map(of_copy), person_id=named["identity_id"].map(resolution.person)
    )
    named = named.dropna(subset=["message_id"])[COLUMNS].drop_duplicates(["message_id", "identity_id", "role"])
    chat = messages[(messages["channel"] != "email") & ~messages["suspect"].isin(NOBODYS)]
    open_ = chat[~chat["message_id"].isin(named["message_id"])]
    kinds = threads.set_index("thread_id")["kind"]
    memberships = memberships[memberships["thread_id"].isin(open_["thread_id"])]
    reached = group_recipients(open_, memberships, resolution)
    in_groups = open_.loc[open_["thread_id"].map(kinds) == "group", "message_id"]
    reached["role"] = np.where(among(reached["message_id"], in_groups.tolist()), "member", "to")
    both = pd.concat([named, reached[COLUMNS]], ignore_index=True)
    sent_at = messages["sent_at"].iloc[places(both["message_id"], messages["message_id"].tolist())]
    return both.assign(person_id=resolution.whose(both["identity_id"], sent_at.set_axis(both.index)))
