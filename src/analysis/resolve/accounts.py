"""Accounts in scope, declared or discovered, and what the evidence shows each to have sent and received."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.intake import handles
from analysis.intake.result import Intake
from analysis.matter import Matter
from analysis.resolve.evidence import ACCOUNT_KINDS
from analysis.resolve.rows import each
from analysis.store import make_id

if TYPE_CHECKING:
    from analysis.resolve import Resolution

COLUMNS = [
    "account_id", "channel", "address", "ownership", "custodian_id", "person_id", "declared", "observed", "exported",
    "first_at", "last_at", "n_sent", "n_received", "why", "locator",
]  # fmt: skip


def accounts(
    matter: Matter, resolution: Resolution, intake: Intake, messages: pd.DataFrame, recipients: pd.DataFrame,
    copies: pd.DataFrame,
) -> pd.DataFrame:  # fmt: skip
    """The `accounts` table: every account of a custodian, from the register or discovered in the evidence.

    A handle that is only a name counts for the account it stands for: that of the person's own export which holds the
    message, the number its phone's contact list gives, or the person's only account on that channel. Where a person has
    several and nothing tells which, no account is credited. Counts are messages, not copies.
    """
    listed = _declared(matter)
    rows = {key: {**row, "declared": not row["why"]} for key, row in listed.items()}
    custodian = resolution.people.dropna(subset=["custodian_id"]).set_index("person_id")["custodian_id"]
    used = _usage(resolution, intake, messages, recipients, copies, set(custodian.index), set(rows))
    proof = _proofs(resolution)
    known = resolution.identities[resolution.identities["kind"].isin(ACCOUNT_KINDS)]
    for one in each(known[known["person_id"].isin(custodian.index)]):
        key = (str(one.channel), str(one.normal))
        if key not in rows and one.identity_id in used.index:
            why, locator = proof.get(one.identity_id, ("joined through other handles of this person", None))
            rows[key] = {"ownership": _ownership(key, matter), "declared": False, "why": why,
                         "custodian_id": custodian[one.person_id], "locator": locator}  # fmt: skip
    exported = _exported(intake, matter.region)
    identity = {(str(one.channel), str(one.normal)): one for one in each(known)}
    table = [_row(key, row, identity.get(key), used, key in exported) for key, row in sorted(rows.items())]
    return _typed(pd.DataFrame(table, columns=COLUMNS))


def _declared(matter: Matter) -> dict[tuple[str, str], dict[str, object]]:
    """Rows of accounts.csv by channel and normal address; one with a `why` was drafted, not declared."""
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for one in each(matter.register("accounts")):
        if one.address and one.channel:
            key = (str(one.channel), handles.account(str(one.channel), str(one.address), matter.region)[1])
            ownership, by_domain = str(one.ownership).lower(), _ownership(key, matter)
            ownership = by_domain if ownership in ("", "unknown" if by_domain == "official" else "") else ownership
            drafted = getattr(one, "why", "") or None
            rows.setdefault(key, {"ownership": ownership, "custodian_id": one.custodian_id or None, "why": drafted,
                                  "locator": None})  # fmt: skip
    return rows


def _ownership(key: tuple[str, str], matter: Matter) -> str:
    if key[0] == "email" and not matter.official_domains:
        return "unknown"  # nobody said which domains are official
    return "official" if key[0] == "email" and matter.is_official(key[1].rpartition("@")[2]) else "private"


def _exported(intake: Intake, region: str) -> set[tuple[str, str]]:
    """Accounts that at least one readable source came from."""
    read = intake.sources[intake.sources["status"].isin(["read", "partial"])]
    rows = read.dropna(subset=["channel", "address"])[["channel", "address"]]
    several = read[read["channel"].isna()]  # of several channels: each conversation says its own
    held = several[["source_id", "address"]].merge(intake.threads[["source_id", "channel"]].drop_duplicates())
    fits = [handles.account(str(row.channel), str(row.address), region)[0] == handles.contact_kind(str(row.address))
            for row in each(held)]  # fmt: skip
    rows = pd.concat([rows, held[["channel", "address"]][np.array(fits, bool)].dropna()])
    own = intake.copies["from_owner"].eq(True) & intake.copies["source_id"].isin(several["source_id"])
    shown = intake.identities[intake.identities["identity_id"].isin(intake.copies.loc[own, "sender_identity_id"])]
    found = set(shown.loc[shown["kind"].isin(ACCOUNT_KINDS), ["channel", "normal"]].itertuples(index=False, name=None))
    return found | {(str(row.channel), handles.account(str(row.channel), str(row.address), region)[1])
                    for row in each(rows)}  # fmt: skip


def _usage(
    resolution: Resolution, intake: Intake, messages: pd.DataFrame, recipients: pd.DataFrame, copies: pd.DataFrame,
    people: set[str], declared: set[tuple[str, str]],
) -> pd.DataFrame:  # fmt: skip
    """Per account identity: first_at, last_at, n_sent, n_received."""
    facts = messages[messages["suspect"].isna()][["message_id", "channel", "sent_at", "sender_identity_id"]]
    sent = facts.rename(columns={"sender_identity_id": "identity_id"}).assign(role="sent")
    got = recipients[["message_id", "identity_id"]].merge(facts, on="message_id")
    got = got[got["identity_id"] != got["sender_identity_id"]].assign(role="received")
    rows = pd.concat([sent, got[list(sent.columns)]], ignore_index=True).dropna(subset=["identity_id"])
    rows = rows[rows["identity_id"].map(resolution.person).isin(people) | rows["identity_id"].isin(resolution.shared)]
    rows["account"] = _credited(rows, resolution, intake, copies, declared)
    rows = rows.dropna(subset=["account"]).drop_duplicates(["account", "message_id", "role"])
    spans = rows.groupby("account")["sent_at"].agg(first_at="min", last_at="max")
    counts = rows.groupby(["account", "role"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["sent", "received"], fill_value=0).set_axis(["n_sent", "n_received"], axis=1)
    usage: pd.DataFrame = spans.join(counts)
    return usage


def _credited(
    rows: pd.DataFrame, resolution: Resolution, intake: Intake, copies: pd.DataFrame, declared: set[tuple[str, str]]
) -> pd.Series:
    """The account identity that each (message, handle) row counts for; absent when nothing tells."""
    pairs = rows[["identity_id", "channel"]].drop_duplicates()
    direct = {pair: resolution.account(pair[0], pair[1]) for pair in pairs.itertuples(index=False, name=None)}
    keys = list(zip(rows["identity_id"], rows["channel"], strict=True))
    account = pd.Series([direct[key] for key in keys], index=rows.index, dtype=object)
    name = account.isna() | (account != rows["identity_id"])
    if not name.any():
        return account
    own = _own_accounts(resolution, intake, copies)
    person = rows.loc[name, "identity_id"].map(resolution.person)
    shown = own.reindex(pd.MultiIndex.from_arrays([rows.loc[name, "message_id"], person])).set_axis(account.index[name])
    account[name] = shown.where(shown.notna(), account[name])
    listed, left = _only_declared(resolution, declared), rows[account.isna()]
    keys = list(zip(left["identity_id"], left["channel"], strict=True))
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


def _proofs(resolution: Resolution) -> dict[str, tuple[str, str | None]]:
    """For each handle the strongest accepted reason that it is its person's, with the line that shows it."""
    merges = resolution.merges[resolution.merges["verdict"].isin(["auto", "confirmed"])]
    mirrored = merges.rename(columns={"identity_a": "identity_b", "identity_b": "identity_a"})
    rows = pd.concat([merges, mirrored], ignore_index=True)
    rows["internal"] = rows["rule"].isin(["same_handle", "same_label"])
    rows["located"] = rows["evidence"].isna()
    rows = rows.sort_values(["identity_a", "internal", "located", "score", "rule", "identity_b"],
                            ascending=[True, True, True, False, True, True])  # fmt: skip
    first = rows.drop_duplicates("identity_a")
    return {
        str(one.identity_a): (f"{one.rule}: {one.why}", one.evidence if isinstance(one.evidence, str) else None)
        for one in each(first)
    }


def _row(
    key: tuple[str, str], row: dict[str, object], identity: object, used: pd.DataFrame, exported: bool
) -> dict[str, object]:
    found = getattr(identity, "identity_id", None)
    usage = used.loc[found] if found in used.index else None
    return {
        "account_id": make_id("account", *key), "channel": key[0], "address": key[1], **row,
        "person_id": getattr(identity, "person_id", None), "exported": exported, "observed": usage is not None,
        "first_at": None if usage is None else usage["first_at"],
        "last_at": None if usage is None else usage["last_at"],
        "n_sent": 0 if usage is None else int(usage["n_sent"]),
        "n_received": 0 if usage is None else int(usage["n_received"]),
    }  # fmt: skip


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    for column in ("first_at", "last_at"):
        table[column] = pd.to_datetime(table[column], utc=True).astype("datetime64[us, UTC]")
    return table.astype(
        {"declared": bool, "observed": bool, "exported": bool, "n_sent": "int64", "n_received": "int64"}
    )
