"""F9: security controls as returned, who stores messages, messages and members that went astray."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import relations, studies
from analysis.findings import standards
from analysis.findings.exhibits import FEW, typical
from analysis.findings.ledger import Finding
from analysis.studies import extent

if TYPE_CHECKING:
    from analysis.matter import Matter

SECURITY = (
    "UK GDPR security of processing, and responsibility of the controller (article numbers not verified "
    "at their source)."
)
HOW = (
    "Census of controls.csv against accounts in use; lower bound: every unknown fails; upper: every "
    "unknown passes. Unknown is never a pass."
)
STANDARD = (
    "At least {enough:.0%} of controls in place, whatever the unknown ones are, count "
    "as met; not met when too few would be in place even if every unknown one were. Where half or more are unknown "
    "and both are possible, the evidence cannot tell. The matter's own level."
)


def controls(matter: Matter) -> list[Finding]:
    """F9: controls of accounts and department, storage, near-miss addresses, outsiders added to groups."""
    every = relations.account_activity(matter)
    accounts, rows = extent.private(every), studies.controls.matrix(matter.register("controls"), every, matter.region)
    shown = _weakest(relations.account_messages(matter, accounts.account_id.tolist()), rows, accounts)
    return [
        _controls(matter, rows, accounts, "", shown),
        _controls(matter, rows, accounts, studies.controls.DEPARTMENT, shown),
        _storage(matter, accounts, shown),
        _astray(matter),
        _added(matter),
    ]


def _weakest(rows: pd.DataFrame, controls: pd.DataFrame, accounts: pd.DataFrame) -> tuple[str, ...]:
    """Official business, or else any message, in the accounts with most controls returned as lacking or not at all."""
    lacks = controls.assign(no=controls.state == "no", open=controls.state == "unknown").groupby("account")
    order = lacks[["no", "open"]].sum().sort_values(["no", "open"], ascending=False, kind="stable").index
    rows = rows[rows.business.eq(True)] if rows.business.eq(True).any() else rows
    address = dict(zip(accounts.account_id, accounts.address, strict=True))
    mine = rows[rows.account_id.map(address).isin(order[:FEW])]
    return typical(mine, "account_id")


def _controls(matter: Matter, every: pd.DataFrame, accounts: pd.DataFrame, who: str, shown: tuple[str, ...]) -> Finding:
    department = every.account == studies.controls.DEPARTMENT
    rows = every[department if who else ~department]
    n, unknown, of = int((rows.state == "yes").sum()), int((rows.state == "unknown").sum()), len(rows)
    enough = matter.standard("controls_in_place", standards.ENOUGH)
    low, high = (n / of, (n + unknown) / of) if of else (None, None)
    sure = low is not None and high is not None and (low >= enough or high < enough)
    used = int(accounts.observed.sum())
    whose = "the department" if who else f"{rows.account.nunique():,} private accounts"
    return Finding(
        "F9.department" if who else "F9",
        "Controls of the department" if who else "Controls on private accounts",
        f"Which security controls are in place for {'the department' if who else 'private accounts'}?",
        f"{n:,} of {of:,} controls of {whose} are returned as in place, {of - n - unknown:,} as not in place and "
        f"{unknown:,} as unknown."
        if of
        else "No return of controls (controls.csv) was handed over for them.",
        value=low,
        unit="share",
        n=n if of else None,
        of=of or None,
        low=low,
        high=high,
        level=None,
        method=HOW,
        outcome=standards.outcome(
            low is not None and low >= enough,
            (low is not None and low > 0 and not sure) or n > 0,
            bool(of) and (sure or unknown < of / 2),
        ),
        provision=SECURITY,
        evidence=() if who else tuple(accounts.account_id),
        shows="accounts",
        exhibits=() if who else shown,
        standard=STANDARD.format(enough=enough),
        limits=("" if who else f"The return speaks of {rows.account.nunique():,} of {used:,} private accounts in use. ")
        + "What people answered, not what was inspected. Encryption in transit says nothing about a phone or its "
        "backup.",
    )


def _storage(matter: Matter, accounts: pd.DataFrame, shown: tuple[str, ...]) -> Finding:
    rows = studies.controls.storage(accounts)
    used = rows[rows.messages > 0]
    n, of = int((used.provider == "not known").sum()), len(used)
    providers = ", ".join(
        f"{name} {size:,}" for name, size in used.groupby("provider").size().sort_values(ascending=False).items()
    )
    return Finding(
        "F9.storage",
        "Where messages of private accounts are stored",
        "Who stores what private accounts in use hold?",
        f"{of:,} private accounts in use: {providers}. Where the data lie is not known for any of them."
        if of
        else "No private account is in use.",
        **standards.census(n, of),
        method="Provider by the domain of the address or by the application; accounts whose provider is not known are "
        "counted.",
        outcome="cannot_tell",
        provision=SECURITY,
        evidence=tuple(used.account_id),
        shows="accounts",
        exhibits=shown,
        limits="A domain names who runs a mailbox, not the country its data lie in; backups may lie elsewhere.",
    )


def _astray(matter: Matter) -> Finding:
    received, accounts = relations.mail_received(matter), relations.listing(matter, "accounts")
    near = studies.controls.near_misses(received, accounts, matter.official_domains)
    sent = relations.sent_to(matter, near.identity_id.tolist())
    n, of = sent.message_id.nunique(), len(received)
    return Finding(
        "F9.astray",
        "Mail to nearly the right address",
        "Did mail go to addresses that differ from a custodian's by a letter or two?",
        f"{len(near):,} of {of:,} addresses that received mail differ from a custodian's, or from the official "
        f"domain, by one or two letters; {n:,} messages went there.",
        value=len(near) / of if of else None,
        unit="share",
        n=len(near) if of else None,
        of=of or None,
        low=None,
        high=None,
        level=None,
        method=f"Damerau-Levenshtein distance up to {studies.controls.NEAR_LETTERS} between addresses, or between "
        "domains with the same name before the @.",
        outcome="cannot_tell",
        provision=SECURITY,
        evidence=tuple(sorted(set(sent.message_id))),
        exhibits=tuple(sorted(set(sent.message_id)))[:FEW],
        limits="A namesake or an old address of the same person looks the same; each is for a person to look at.",
    )


def _added(matter: Matter) -> Finding:
    members = relations.memberships_over(matter)
    rows = studies.controls.added_outsiders(members)
    groups = (
        members[(members.kind == "group") & members.custodian_id.notna()].groupby("thread_id").custodian_id.nunique()
    )
    of, n = int((groups >= 2).sum()), rows.thread_id.nunique()
    came = rows.groupby("thread_id", as_index=False).from_at.min()
    reached = relations.private_messages(matter).merge(came, on="thread_id")
    reached = reached[reached.sent_at >= reached.from_at].sort_values(["sent_at", "message_id"])
    return Finding(
        "F9.added",
        "Outsiders added to groups",
        "To how many groups of custodians was somebody added who is not known to be inside?",
        f"To {n:,} of {of:,} groups with at least two custodians, {len(rows):,} people not known to be inside were "
        "added or joined.",
        **standards.census(n, of),
        method="Census of memberships that begin with being added or joining; inside as register and official domains "
        "say.",
        outcome="cannot_tell",
        provision=SECURITY,
        evidence=tuple(reached.message_id),
        exhibits=tuple(reached.drop_duplicates("thread_id").message_id[:FEW]),
        limits="Being added may have been meant. A number nobody could name may belong to somebody inside.",
    )
