"""The findings of this product, by id: each computed from relations and studies alone, so that `verify` can repeat it.

Numbers are of the evidence handed over, not of everything that was sent. Use of a private channel is lawful in itself
and no outcome says otherwise: an outcome says whether a stated expectation is borne out by the evidence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import relations
from analysis.findings.ledger import Finding
from analysis.studies import completeness, extent, intervals, loss

if TYPE_CHECKING:
    from analysis.matter import Matter

ENOUGH, SOME = 0.8, 0.5
"""Coverage that counts as met, and as partly met. Under `SOME` more is unseen than seen: nothing can be told."""
LOSS_SMALL, LOSS_LARGE = 0.01, 0.1
"""Loss up to one in a hundred could be clock or text differences that matching missed: met. Above one in ten: not met."""
FEWEST = 30
"""Fewer messages than this shared between holders say nothing about loss."""
HELD = "FOIA s.3(2)(b): information that somebody else holds on behalf of the authority, in private accounts too."
RETURN = (
    "The return in answer to the investigation's notice. ICO guidance on non-corporate channels: people are asked to "
    "search private accounts where relevant, and the search is recorded."
)
RECORDS = "FOIA s.46 Code of Practice on records management; FOIA s.1 and s.3(2)(b)."
SELECTIVE = "Exports may be selective; an account that neither the register nor the evidence names is not counted. "
NO_REGISTER = "No register of declared accounts (accounts.csv) was handed over. "


def _outcome(good: bool, some: bool, known: bool = True) -> str:
    return "cannot_tell" if not known else "met" if good else "partly" if some else "not_met"


def extent_of_use(matter: Matter) -> list[Finding]:
    """F1: how many private accounts were in use, channel by channel, and how many messages touched one."""
    accounts = extent.private(relations.account_activity(matter))
    channels = [
        _accounts_of(matter, accounts[accounts.channel == one], one) for one in sorted(accounts.channel.unique())
    ]
    return [_accounts_of(matter, accounts, ""), *channels, _messages(matter)]


def _accounts_of(matter: Matter, accounts: pd.DataFrame, channel: str) -> Finding:
    seen, known = accounts[accounts.observed], matter.has_register("accounts")
    missing, where = int((~seen.declared).sum()), f" on {channel}" if channel else ""
    said = f" {missing} of them are not in the register of declared accounts." if known else ""
    return Finding(
        f"F1.accounts.{channel}" if channel else "F1", f"Private accounts in use{where}",
        f"How many private accounts of custodians were in use{where}, and does the register account for them?",
        f"At least {len(seen):,} private accounts of custodians{where} sent or received messages.{said}",
        value=len(seen), unit="accounts", n=len(seen), of=len(accounts), low=len(seen), high=len(accounts), level=None,
        method="Census of accounts declared or seen in the evidence; the upper bound counts declared accounts never seen.",
        outcome=_outcome(missing == 0, missing < len(seen), known and len(seen) > 0), provision=HELD,
        evidence=tuple(seen.account_id), shows="accounts",
        limits=("" if known else NO_REGISTER) + SELECTIVE + "Use of a private account is lawful in itself, and not every "
        "message in one is official business.",
    )  # fmt: skip


def _messages(matter: Matter) -> Finding:
    use = relations.private_use(matter)
    n, of = int(use.n_private.sum()), int(use.n_messages.sum())
    parts = ", ".join(f"{row['n_private']:,} on {row['channel']}" for row in use.to_dict("records") if row["n_private"])
    return Finding(
        "F1.messages", "Messages from or to private accounts",
        "How many messages went from or to a private account of a custodian?",
        f"At least {n:,} of {of:,} messages were sent from or to a private account of a custodian"
        + (f": {parts}." if parts else "."),
        value=n, unit="messages", n=n, of=of, low=n, high=None, level=None,
        method="Census of messages (not copies) whose sender or recipient, as of the time of sending, is a private account.",
        outcome="cannot_tell", provision=HELD, evidence=(),
        limits=SELECTIVE + "Which of these messages are official business takes coding by people: until then it cannot be told.",
    )  # fmt: skip


def completeness_of_return(matter: Matter) -> list[Finding]:
    """F2: did the return name every account; do exports cover group members and days in office?"""
    accounts = extent.private(relations.account_activity(matter))
    return [_undeclared(matter, accounts), _unused(matter, accounts), _roster(matter), _days(matter)]


def _undeclared(matter: Matter, accounts: pd.DataFrame) -> Finding:
    seen, missing = accounts[accounts.observed], completeness.undeclared(accounts)
    n, of, known = len(missing), len(seen), matter.has_register("accounts") and accounts.observed.any()
    counts = ", ".join(f"{size} {channel}" for channel, size in missing.groupby("channel").size().items())
    return Finding(
        "F2.undeclared", "Accounts that the return does not name", "Did the answer to the notice name every account?",
        f"{'At least ' if n else ''}{n:,} of {of:,} observed private accounts are not in the register"
        + (f" ({counts})." if counts else "."),
        value=n / of if of else None, unit="share", n=n, of=of, low=n / of if of else None, high=None, level=None,
        method="Census: observed accounts resolved to a custodian, less those in accounts.csv; each with the line that shows it.",
        outcome=_outcome(n == 0, n < of, bool(known)), provision=RETURN, evidence=tuple(missing.account_id), shows="accounts",
        limits=("" if matter.has_register("accounts") else NO_REGISTER) + "A handle can be shared, or an old number now "
        "somebody else's; a handle is no proof of official use. " + SELECTIVE,
    )  # fmt: skip


def _unused(matter: Matter, accounts: pd.DataFrame) -> Finding:
    declared, silent = accounts[accounts.declared], completeness.unused(accounts)
    n, of, known = len(silent), len(declared), matter.has_register("accounts")
    return Finding(
        "F2.unused", "Declared accounts that the evidence never shows", "Does the evidence show every declared account?",
        f"{n:,} of {of:,} declared private accounts stand in no message of the evidence.",
        value=n / of if of else None, unit="share", n=n, of=of, low=None, high=None, level=None,
        method="Census of accounts.csv against senders and recipients of all messages.",
        outcome=_outcome(n == 0, False, known and of > 0 and n == 0), provision=RETURN,
        evidence=tuple(silent.account_id), shows="accounts",
        limits=("" if known else NO_REGISTER) + "An account nobody used and an account whose export was not handed over look the same.",
    )  # fmt: skip


def _roster(matter: Matter) -> Finding:
    sources = relations.listing(matter, "sources")
    exports = sources[sources.status.isin(["read", "partial"]) & sources.custodian_id.notna()]
    groups = completeness.roster_coverage(relations.memberships_over(matter), exports)
    n, of, scope = int(groups.exported.sum()), int(groups.members.sum()), matter.scope
    ends = intervals.cluster_bootstrap(groups.exported, groups.members, scope.level, scope.resamples)
    share = n / of if of else None
    return Finding(
        "F2.roster", "Group members whose export was handed over",
        "Of the people of the organisation who sat in groups, how many handed over that channel?",
        f"For {n:,} of {of:,} memberships in {len(groups):,} groups, the member's own export of that channel is held.",
        value=share, unit="share", n=n, of=of, **_ends(ends),
        method="Members inside the organisation or custodians, per group, against readable sources; groups drawn again with replacement.",
        outcome=_coverage(share), provision=RETURN, evidence=tuple(sorted(exports.source_id)), shows="sources",
        limits="Rosters are what exports show: a member who never spoke and whose joining no export holds is not counted.",
    )  # fmt: skip


def _days(matter: Matter) -> Finding:
    register, days = matter.register("custodians"), relations.coverage(matter)
    rows = completeness.date_coverage(days.assign(channel="any"), register, matter.first_on, matter.last_on)
    rows, scope = rows[rows.days_in_office > 0], matter.scope
    n, of = int(rows.days_with_data.sum()), int(rows.days_in_office.sum())
    ends = intervals.cluster_bootstrap(rows.days_with_data, rows.days_in_office, scope.level, scope.resamples)
    share, known = n / of if of else None, matter.has_register("custodians")
    outcome = _coverage(share) if known else "cannot_tell"
    return Finding(
        "F2.days", "Days in office with any data", "Does what was handed over cover the days custodians were in office?",
        f"On {n:,} of {of:,} days in office, {len(rows):,} custodians' exports hold at least one copy.",
        value=share, unit="share", n=n, of=of, **_ends(ends),
        method="Days (UTC) with a copy on any channel over days in office inside the matter's period; custodians drawn again with replacement.",
        outcome="cannot_tell" if outcome == "not_met" else outcome, provision=RETURN,
        evidence=tuple(sorted(days.source_id.unique())), shows="sources",
        limits=("" if known else "No register of custodians: the matter's whole period was taken for days in office. ")
        + "A quiet day and a missing day look the same; custodians without any source are not in the denominator.",
    )  # fmt: skip


def _coverage(share: float | None) -> str:
    return _outcome(share is not None and share >= ENOUGH, True, share is not None and share >= SOME)


def _ends(ends: intervals.Interval) -> dict[str, Any]:
    if ends.low != ends.low:
        return {"low": None, "high": None, "level": None}
    return {"low": ends.low, "high": ends.high, "level": ends.level}


def reconciliation(matter: Matter) -> list[Finding]:
    """F8: messages that custodians lack and others still hold, by explanation, custodian and in total."""
    held, gone = relations.holdings(matter), relations.lacking(matter)
    lost = loss.loss(held, matter.scope.level, matter.scope.resamples)
    worth = lost[(lost.expected >= FEWEST) & (lost.lost > 0)]
    people = relations.listing(matter, "people").dropna(subset="custodian_id")
    names = dict(zip(people.custodian_id, people.label, strict=True))
    each = [
        _loss_of(row, names.get(row["custodian_id"], row["custodian_id"]), gone, matter.scope.level)
        for row in worth.to_dict("records")
    ]
    return [_loss(matter, held, gone), _unexplained(matter, held, gone), *each, _total(matter)]


def _loss(matter: Matter, held: pd.DataFrame, gone: pd.DataFrame) -> Finding:
    n, of, ends = loss.overall(held, matter.scope.level, matter.scope.resamples)
    kinds = ", ".join(f"{size:,} {how}" for how, size in gone.groupby("how").size().items())
    return Finding(
        "F8.loss", "Messages that one custodian lacks and another still holds",
        "How many messages are missing from the export of somebody who received them?",
        f"In {n:,} of {of:,} cases a custodian who received a message that another custodian holds no longer holds it"
        + (f" ({kinds})." if kinds else "."),
        value=n / of if of else None, unit="share", n=n, of=of, **_ends(ends),
        method="L = |B \\ A| / |B| over all custodians A, B being what the others hold and A received; threads drawn again with replacement.",
        outcome=_lost(n, of), provision=RECORDS, evidence=tuple(dict.fromkeys(gone.message_id)), shows="absences",
        limits="Each case is one message and one custodian. Messages that every holder lost cannot be seen: the share is at least this. "
        "A gap is not proof of deletion; joining, leaving, cut exports and other periods are left out of both counts.",
    )  # fmt: skip


def _lost(n: int, of: int) -> str:
    return _outcome(of > 0 and n / of <= LOSS_SMALL, of > 0 and n / of <= LOSS_LARGE, of >= FEWEST)


def _unexplained(matter: Matter, held: pd.DataFrame, gone: pd.DataFrame) -> Finding:
    threads = held.groupby("thread_id")[["n_unexplained", "n_expected"]].sum()
    n, of, scope = int(threads.n_unexplained.sum()), int(threads.n_expected.sum()), matter.scope
    ends = intervals.cluster_bootstrap(threads.n_unexplained, threads.n_expected, scope.level, scope.resamples)
    return Finding(
        "F8.unexplained", "Absences without an explanation", "For how many missing messages does the evidence give no reason?",
        f"For {n:,} of {of:,} messages that a custodian should hold, the export is silent and nothing in the evidence explains it.",
        value=n / of if of else None, unit="share", n=n, of=of, **_ends(ends),
        method="As F8.loss, counting only absences with neither tombstone nor disappearing-message timer.",
        outcome=_lost(n, of), provision=RECORDS, evidence=tuple(dict.fromkeys(gone[gone.how == "unexplained"].message_id)),
        shows="absences", limits="A message whose text or time was altered can look absent. Reasons outside the evidence are for the custodian to give.",
    )  # fmt: skip


def _loss_of(row: dict[Any, Any], name: str, gone: pd.DataFrame, level: float) -> Finding:
    ends = intervals.Interval(row["low"], row["high"], level)
    mine = gone[gone.custodian_id == row["custodian_id"]]
    return Finding(
        f"F8.loss.{row['custodian_id']}", f"Messages that {name} lacks",
        f"How many of the messages that others hold does {name}'s export lack?",
        f"{name} received {row['expected']:,} messages that others hold and lacks {row['lost']:,}: {row['n_unexplained']:,} unexplained, "
        f"{row['n_deleted']:,} with a tombstone, {row['n_timer']:,} under a timer.",
        value=row["share"], unit="share", n=row["lost"], of=row["expected"], **_ends(ends),
        method=f"L = |B \\ A| / |B|; {row['threads']} threads drawn again with replacement (no interval from a single thread).",
        outcome=_lost(row["lost"], row["expected"]), provision=RECORDS, evidence=tuple(dict.fromkeys(mine.message_id)), shows="absences",
        limits="A gap is not proof of deletion by this person: a new device, a cleared chat or an export made early look the same. Right of reply applies.",
    )  # fmt: skip


def _total(matter: Matter) -> Finding:
    copies = relations.pair_copies(matter)
    estimate = loss.total(copies, matter.scope.level)
    some = bool((copies.n_both > 0).any())
    seen = loss.seen(copies)
    return Finding(
        "F8.total", "Messages there were, seen or not", "How many messages in shared threads does neither of two holders have any more?",
        f"Two holders of each shared thread show {seen:,} messages; at least {estimate.total:,.0f} are estimated to have existed."
        if some else "No thread is held by two custodians: nothing can be estimated.",
        value=estimate.total if some else None, unit="messages", n=None, of=seen if some else None,
        low=estimate.low if some else None, high=estimate.high if some else None, level=estimate.level if some else None,
        method="Chapman (n1+1)(n2+1)/(m+1)-1 for the two fullest lists of each thread, totals and variances added.",
        outcome="cannot_tell", provision=RECORDS, evidence=(),
        limits="A lower bound: holders who lose the same messages (a shared timer, delete for everyone) make the estimate too small, "
        "and what nobody kept cannot be counted.",
    )  # fmt: skip


CATALOGUE: dict[str, Callable[[Matter], list[Finding]]] = {
    "F1": extent_of_use,
    "F2": completeness_of_return,
    "F8": reconciliation,
}
"""Question -> the function that computes its findings from the tables, for notebooks and for `verify`."""
