"""F1: how many private accounts were in use, and how many messages touched one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import relations
from analysis.findings import standards
from analysis.findings.business import official_business
from analysis.findings.exhibits import typical
from analysis.findings.ledger import Finding
from analysis.studies import extent
from analysis.tables import CHANNEL_NAMES

if TYPE_CHECKING:
    from analysis.matter import Matter


def extent_of_use(matter: Matter) -> list[Finding]:
    """F1: how many private accounts were in use, channel by channel, and how many messages touched one."""
    accounts = extent.private(relations.account_activity(matter))
    rows = relations.account_messages(matter, accounts.account_id.tolist())
    channels = [
        _accounts_of(matter, accounts[accounts.channel == one], rows[rows.channel == one], one)
        for one in sorted(accounts.channel.unique())
    ]
    return [_accounts_of(matter, accounts, rows, ""), *channels, _messages(matter, rows), *official_business(matter)]


def _accounts_of(matter: Matter, accounts: pd.DataFrame, rows: pd.DataFrame, channel: str) -> Finding:
    seen, known = accounts[accounts.observed], matter.has_register("accounts")
    missing, where = int((~seen.declared).sum()), f" on {CHANNEL_NAMES.get(channel, channel)}" if channel else ""
    said = ""
    if known and len(seen):
        few = f"{missing or 'None'} of them {standards.are(missing or 1)}"
        said = f" {few} missing from the register of declared accounts."
    return Finding(
        f"F1.accounts.{channel}" if channel else "F1",
        f"Private accounts in use{where}",
        f"How many private accounts of custodians were in use{where}, and does the register account for them?",
        f"At least {standards.many(len(seen), 'private account')} of custodians{where} sent or received messages."
        + said,
        value=len(seen),
        unit="accounts",
        n=len(seen),
        of=len(accounts),
        low=len(seen),
        high=len(accounts) if known else None,
        level=None,
        method=(
            "Census of accounts declared or seen in the evidence; the upper bound counts declared accounts never seen; "
            "without a register there is none."
        ),
        outcome=standards.outcome(missing == 0, missing < len(seen), known and len(seen) > 0),
        provision=standards.HELD,
        evidence=tuple(seen.account_id),
        shows="accounts",
        exhibits=typical(_worked(rows), "thread_id"),
        limits=("" if known else standards.NO_REGISTER)
        + standards.SELECTIVE
        + "Use of a private account is lawful in itself, and not every "
        "message in one is official business.",
    )


def _worked(rows: pd.DataFrame) -> pd.DataFrame:
    """The messages labelled official business; where nothing is labelled, all."""
    return rows[rows.business.eq(True)] if rows.business.notna().any() else rows


def _messages(matter: Matter, rows: pd.DataFrame) -> Finding:
    use = relations.private_use(matter)
    n, of = int(use.n_private.sum()), int(use.n_messages.sum())
    used = use[use.n_private > 0]
    parts = ", ".join(
        f"{count:,} on {CHANNEL_NAMES.get(one, one)}" for one, count in zip(used.channel, used.n_private, strict=True)
    )
    return Finding(
        "F1.messages",
        "Messages from or to private accounts",
        "How many messages went from or to a private account of a custodian?",
        f"At least {n:,} of {of:,} messages were sent from or to a private account of a custodian"
        + (f": {parts}." if parts else "."),
        **standards.at_least(n, of, "messages"),
        method=(
            "Census of messages (not copies) whose sender or recipient, as of the time of sending, is a private "
            "account."
        ),
        outcome="cannot_tell",
        provision=standards.HELD,
        evidence=tuple(dict.fromkeys(rows.message_id)),
        exhibits=typical(_worked(rows), "channel"),
        limits=standards.SELECTIVE
        + "Which of these messages are official business takes coding by people: see F1.business.",
    )
