"""Security controls as returned, who stores what, and messages that went where they should not have gone."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pandas as pd

from analysis.intake import handles
from analysis.resolve.rows import each

STATES = ("yes", "no", "unknown")
DEPARTMENT = "department"
NEAR_LETTERS = 2
"""Addresses that differ from a known one by up to so many letters may be slips of the keyboard."""
SHORTEST = 6
"""Shorter names are near to each other by chance."""


def matrix(register: pd.DataFrame, accounts: pd.DataFrame, region: str) -> pd.DataFrame:
    """A row is a private account (or the department) and a control: `account`, `control`, `state`, `evidence`.

    `accounts`: `account_id`, `address`, `ownership`, `custodian_id`. The return may write an address in any form,
    numbers as in `region`; what it says of official accounts is left out. An account that the return does not mention,
    and a state other than yes or no, is `unknown`; unknown is never a pass.
    """
    said = register.assign(
        account=register.account.str.strip(),
        state=register.state.str.lower().where(register.state.str.lower().isin(STATES), "unknown"),
    )
    said = said.drop_duplicates(["account", "control"], keep="last")
    names = dict(zip(accounts.account_id, accounts.address, strict=True))
    own = said[said.account.str.lower() != DEPARTMENT]
    known = [names.get(one) or handles.normal(handles.contact_kind(one), one, region)[1] for one in own.account]
    own = own.assign(account=pd.Series(known, own.index, dtype="str"))
    own = own[~own.account.isin(accounts.address[accounts.ownership == "official"])]
    key, columns = ["account", "control"], ["account", "control", "state", "evidence"]
    private = accounts.address[(accounts.ownership != "official") & accounts.custodian_id.notna()]
    every = pd.MultiIndex.from_product([sorted({*private, *own.account}), sorted(own.control.unique())])
    rows = every.set_names(key).to_frame(index=False).merge(own[columns].drop_duplicates(key), "left", key)
    rows = rows.fillna({"state": "unknown", "evidence": "not in the return"})
    theirs = said[said.account.str.lower() == DEPARTMENT].assign(account=DEPARTMENT)
    return pd.concat([theirs[columns], rows], ignore_index=True)


def by_control(returned: pd.DataFrame) -> pd.DataFrame:
    """The matrix with the controls of the department apart: its rows are named so."""
    own = returned.account != DEPARTMENT
    return returned.assign(control=returned.control.where(own, DEPARTMENT + ": " + returned.control))


def bounds(rows: pd.DataFrame) -> pd.DataFrame:
    """A row is a control: `yes`, `no`, `unknown`, `n`, share that pass if all unknown fail (`low`) or pass (`high`)."""
    counts = rows.groupby("control").state.value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=list(STATES), fill_value=0)
    counts["n"] = counts.sum(axis=1)
    return counts.assign(low=counts.yes / counts.n, high=(counts.yes + counts.unknown) / counts.n).reset_index()


@cache
def _providers() -> dict[str, str]:
    table = tomllib.loads(Path(__file__).with_name("providers.toml").read_text(encoding="utf-8"))
    mail = {domain: name for name, domains in table["mail"].items() for domain in domains}
    return {**mail, **table["channels"]}


def providers(accounts: pd.DataFrame) -> pd.Series:
    """Who stores the data of each account (`channel`, `address`): by the domain of a mailbox, else the application."""
    domains = accounts.address.map(lambda one: one.rpartition("@")[2])
    domains = domains.where(accounts.channel == "email", accounts.channel)
    known = _providers()
    return domains.map(lambda one: known.get(one, one if "." in one else "not known"))


def storage(activity: pd.DataFrame) -> pd.DataFrame:
    """A row is a private account: `account_id`, `channel`, `address`, `provider`, `basis`, `messages` (both ways).

    The provider of a mailbox follows from its domain; where it keeps the data does not, and is never guessed.
    """
    basis = activity.channel.map(lambda channel: "domain of the address" if channel == "email" else "the application")
    made = activity.assign(
        provider=providers(activity), basis=basis, messages=activity.sent + activity.received, location="not known"
    )
    return made[["account_id", "channel", "address", "provider", "basis", "location", "messages"]].sort_values(
        ["messages", "address"], ascending=[False, True], ignore_index=True
    )


def near_misses(addresses: pd.DataFrame, accounts: pd.DataFrame, domains: tuple[str, ...]) -> pd.DataFrame:
    """A row is an address that is nearly a custodian's: `identity_id`, `address`, `meant`, `letters` (that differ).

    `addresses`: `identity_id`, `normal`. Nobody's own address counts; a true namesake looks the same.
    """
    from rapidfuzz.distance.DamerauLevenshtein import distance

    known = sorted(set(accounts.address[accounts.channel == "email"]))
    made = []
    for row in each(addresses[~addresses.normal.isin(known)].sort_values("normal")):
        local, _, domain = row.normal.partition("@")
        others = [one for one in domains if domain != one and not domain.endswith(f".{one}")]
        near = [(distance(domain, one, score_cutoff=NEAR_LETTERS), f"{local}@{one}") for one in others]
        if len(local) >= SHORTEST:
            near += [(distance(row.normal, one, score_cutoff=NEAR_LETTERS), one) for one in known]
        if near := [pair for pair in near if 0 < pair[0] <= NEAR_LETTERS]:
            letters, meant = min(near)
            made.append((row.identity_id, row.normal, meant, letters))
    return pd.DataFrame(made, columns=["identity_id", "address", "meant", "letters"])


def added_outsiders(memberships: pd.DataFrame) -> pd.DataFrame:
    """A row is somebody not known to be inside who was added to, or joined, a group of at least two custodians.

    `thread_id`, `title`, `channel`, `person`, `inside` (absent: unknown), `from_at`, `to_at`, `basis`.
    """
    groups = memberships[memberships.kind == "group"]
    ours = groups[groups.custodian_id.notna()].groupby("thread_id").custodian_id.nunique()
    rows = groups[groups.thread_id.isin(ours[ours >= 2].index) & groups.custodian_id.isna() & ~groups.inside.eq(True)]
    came = rows[rows.basis.str.contains(r"\b(?:added|joined)\b", regex=True)]
    return came[["thread_id", "title", "channel", "person", "inside", "from_at", "to_at", "basis"]].sort_values(
        ["from_at", "thread_id", "person"], ignore_index=True
    )
