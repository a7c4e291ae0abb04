"""F2: whether the return named every account, and exports cover members and days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import relations
from analysis.findings import standards
from analysis.findings.ledger import Finding
from analysis.studies import completeness, extent, intervals
from analysis.tables import CHANNEL_NAMES

if TYPE_CHECKING:
    from analysis.matter import Matter

MOST = 8
"""Undeclared accounts shown by a message of theirs."""


def completeness_of_return(matter: Matter) -> list[Finding]:
    """F2: whether the return named every account, and exports cover group members and days in office."""
    accounts = extent.private(relations.account_activity(matter))
    return [_undeclared(matter, accounts), _unused(matter, accounts), _roster(matter), _days(matter)]


def _undeclared(matter: Matter, accounts: pd.DataFrame) -> Finding:
    seen, missing = accounts[accounts.observed], completeness.undeclared(accounts)
    n, of, known = len(missing), len(seen), matter.has_register("accounts") and accounts.observed.any()
    counts = ", ".join(
        f"{size} {CHANNEL_NAMES.get(str(channel), str(channel))}"
        for channel, size in missing.groupby("channel").size().items()
    )
    return Finding(
        "F2.undeclared",
        "Accounts that the return does not name",
        "Did the answer to the notice name every account?",
        f"{'At least ' if n else ''}{n:,} of {of:,} private accounts in use {standards.are(n)} not in the register of "
        "declared accounts" + (f" ({counts})." if counts else "."),
        value=n / of if of else None,
        unit="share",
        n=n,
        of=of,
        low=n / of if of else None,
        high=None,
        level=None,
        method=(
            "Census: observed accounts resolved to a custodian, less those in accounts.csv; each with the line "
            "that shows it."
        ),
        outcome=standards.outcome(n == 0, n < of, bool(known)),
        provision=standards.RETURN,
        evidence=tuple(missing.account_id),
        shows="accounts",
        exhibits=_first(matter, missing),
        limits=("" if matter.has_register("accounts") else standards.NO_REGISTER)
        + "A handle can be shared, or an old number now "
        "somebody else's; a handle is no proof of official use. " + standards.SELECTIVE,
    )


def _first(matter: Matter, accounts: pd.DataFrame) -> tuple[str, ...]:
    """For each account the first message it sent; where it sent none, the first that reached it."""
    rows = relations.account_messages(matter, accounts.account_id.tolist())
    rows = rows.sort_values(["account_id", "wrote", "sent_at", "message_id"], ascending=[True, False, True, True])
    return tuple(dict.fromkeys(rows.drop_duplicates("account_id").message_id))[:MOST]


def _unused(matter: Matter, accounts: pd.DataFrame) -> Finding:
    declared, silent = accounts[accounts.declared], completeness.unused(accounts)
    n, of, known = len(silent), len(declared), matter.has_register("accounts")
    return Finding(
        "F2.unused",
        "Declared accounts that the evidence never shows",
        "Does the evidence show every declared account?",
        f"{n:,} of {of:,} declared private accounts {'appears' if n == 1 else 'appear'} in no message of the evidence.",
        value=n / of if of else None,
        unit="share",
        n=n,
        of=of,
        low=None,
        high=None,
        level=None,
        method="Census of accounts.csv against senders and recipients of all messages.",
        outcome=standards.outcome(n == 0, False, known and of > 0 and n == 0),
        provision=standards.RETURN,
        evidence=tuple(silent.account_id),
        shows="accounts",
        limits=("" if known else standards.NO_REGISTER)
        + "An account nobody used and an account whose export was not handed over look the same.",
    )


def _roster(matter: Matter) -> Finding:
    sources = relations.listing(matter, "sources")
    exports = sources[sources.status.isin(["read", "partial"]) & sources.custodian_id.notna()]
    groups = completeness.roster_coverage(relations.memberships_over(matter), exports)
    n, of, scope = int(groups.exported.sum()), int(groups.members.sum()), matter.scope
    ends = intervals.cluster_bootstrap(groups.exported, groups.members, scope.level, scope.resamples)
    share = n / of if of else None
    return Finding(
        "F2.roster",
        "Group members whose export was handed over",
        "Of the people of the organisation who sat in groups, how many handed over that channel?",
        f"For {n:,} of {of:,} memberships in {len(groups):,} groups, the member's own export of that channel is held.",
        value=share,
        unit="share",
        n=n,
        of=of,
        **standards.ends(ends),
        method=(
            "Members inside the organisation or custodians, per group, against readable sources; groups drawn "
            "again with replacement."
        ),
        outcome=standards.coverage(matter, share),
        standard=standards.coverage_words(matter),
        provision=standards.RETURN,
        evidence=tuple(sorted(exports.source_id)),
        shows="sources",
        limits=(
            "Rosters are what exports show: a member who never spoke and whose joining no export holds is not counted."
        ),
    )


def _days(matter: Matter) -> Finding:
    register, days = matter.register("custodians"), relations.coverage(matter)
    rows = completeness.date_coverage(days.assign(channel="any"), register, matter.first_on, matter.last_on)
    rows, scope = rows[rows.days_in_office > 0], matter.scope
    n, of = int(rows.days_with_data.sum()), int(rows.days_in_office.sum())
    ends = intervals.cluster_bootstrap(rows.days_with_data, rows.days_in_office, scope.level, scope.resamples)
    share, known = n / of if of else None, matter.has_register("custodians")
    outcome = standards.coverage(matter, share) if known else "cannot_tell"
    return Finding(
        "F2.days",
        "Days in office with any data",
        "Does what was handed over cover the days custodians were in office?",
        f"On {n:,} of {of:,} days in office, exports of {standards.many(len(rows), 'custodian')}"
        " hold at least one copy.",
        value=share,
        unit="share",
        n=n,
        of=of,
        **standards.ends(ends),
        method=(
            "Days (UTC) with a copy on any channel over days in office inside the matter's period; custodians "
            "drawn again with replacement."
        ),
        outcome="cannot_tell" if outcome == "not_met" else outcome,
        standard=standards.coverage_words(matter),
        provision=standards.RETURN,
        evidence=tuple(sorted(days.source_id.unique())),
        shows="sources",
        limits=("" if known else "No register of custodians: the matter's whole period was taken for days in office. ")
        + "A quiet day and a missing day look the same; custodians without any source are not in the denominator.",
    )
