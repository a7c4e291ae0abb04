"""F3: what part of private official business reached the record. F4: conversations that never touched it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from analysis import relations, studies
from analysis.findings import standards
from analysis.findings.ledger import Finding
from analysis.records.corpus import LETTERS
from analysis.studies import intervals

if TYPE_CHECKING:
    from analysis.matter import Matter

MOVE = (
    "ICO guidance on non-corporate channels: official information is moved to official systems as soon as possible; "
    "Cabinet Office guidance 2013 (A2) and 2023 (B10); FOIA s.46 Code of Practice."
)
STANDARD = (
    "No numeric deadline stands in the texts read; 1 day, 7 days and 20 working days are yardsticks. Shares from "
    "{enough:.0%} count as met, under {some:.0%} as not met; where exports of less than {held:.0%} of the official "
    "accounts are held, the evidence cannot tell. The matter may set these levels."
)
HOW = (
    "{business:,} messages in which no official account has part are labelled official business. {of:,} of them have "
    "{letters} letters or more and official items after them to be looked for in, word for word (bodies and readable "
    "attachments); the others are in neither count. Interval by drawing conversations again (bootstrap)."
)
BLIND = (
    "Pictures, PDF and paper were not searched for them; a note of a decision may be on file without the "
    "message. Whether a "
    "message is official business is mostly a model's estimate. "
)
FEW = 0.2
"""Share of business without trace or second holder up to which it is partly met: `without_footprint`."""
NAMES = {"1 day": "day", "7 days": "week", "20 working days": "working_days"}


def forwarding(matter: Matter) -> list[Finding]:
    """F3: captured at all, and within each limit."""
    rows = relations.recording(matter)
    found = studies.recording.limits(studies.recording.cases(rows), matter.zone, matter.region)
    whole = _captured(matter, rows, found)
    return [whole, *(_within(matter, found, limit, whole) for limit, _ in studies.recording.HORIZONS)]


def seen(matter: Matter) -> float:
    """Share of custodians' official accounts whose export is held: what is not held was not searched."""
    accounts = relations.account_activity(matter)
    official = accounts[(accounts.ownership == "official") & accounts.custodian_id.notna()]
    return float(official.exported.mean()) if len(official) else 0.0


def least(matter: Matter) -> float:
    """Share of official accounts whose export it takes to say what the record lacks."""
    return matter.standard("official_mailboxes", standards.SOME)


def covered(matter: Matter) -> bool:
    """Whether enough official accounts are held to say what the record lacks."""
    return seen(matter) >= least(matter)


def _business(rows: pd.DataFrame) -> int:
    """How many are labelled official business; all, where none is labelled."""
    return int(rows.business.eq(True).sum()) if rows.business.notna().any() else len(rows)


def _known(matter: Matter, rows: pd.DataFrame) -> bool:
    return (
        covered(matter)
        and bool(rows.business.notna().any())
        and len(rows) >= matter.standard("fewest_cases", standards.FEWEST)
    )


def _limits(matter: Matter, rows: pd.DataFrame) -> str:
    none = (
        ""
        if rows.business.notna().any()
        else "No message is labelled: every private message was taken as possible business. "
    )
    return (
        f"{none}Exports of {seen(matter):.0%} of the custodians' official accounts are held. "
        + BLIND
        + standards.SELECTIVE
    )


def levels(matter: Matter) -> tuple[float, float]:
    """Shares from which capture counts as met, and as partly met."""
    return matter.standard("captured_enough", standards.ENOUGH), matter.standard("captured_some", standards.SOME)


def _captured(matter: Matter, rows: pd.DataFrame, found: pd.DataFrame) -> Finding:
    exact, likely = found.exact_s.notna(), int(found.likely_s.notna().sum())
    n, of, scope = int(exact.sum()), len(found), matter.scope
    counted = exact.groupby(found.thread_id).agg(["sum", "count"])
    ends = intervals.cluster_bootstrap(counted["sum"], counted["count"], scope.level, scope.resamples)
    enough, some = levels(matter)
    late, missing = found[exact].sort_values(["exact_s", "message_id"]), found[~exact].sort_values("message_id")
    return Finding(
        "F3",
        "Official business on private channels that reached an official system",
        "What part of the official business on private channels reached the record?",
        f"At least {n:,} of {of:,} messages of official business on private channels were found word for word in a "
        f"later official item; {likely:,} when near matches count too.",
        value=n / of if of else None,
        unit="share",
        n=n,
        of=of or None,
        **standards.ends(ends),
        method=HOW.format(letters=LETTERS, of=of, business=_business(rows)),
        outcome=standards.outcome(of > 0 and n / of >= enough, of > 0 and likely / of >= some, _known(matter, found)),
        provision=MOVE,
        standard=STANDARD.format(enough=enough, some=some, held=least(matter)),
        evidence=tuple(missing.message_id),
        exhibits=(*late.message_id[:3], *missing.message_id[:3]),
        tested="Passed on in other words: bounded by what nearly matches. The other way round: text that an "
        "official item "
        "held first is not counted.",
        limits=_limits(matter, rows),
    )


def _within(matter: Matter, found: pd.DataFrame, limit: str, whole: Finding) -> Finding:
    followed, exact = studies.recording.within(found, limit)
    likely = studies.recording.within(found, limit, "likely_s")[1]
    n, of, scope = int(exact.sum()), len(followed), matter.scope
    counted = exact.groupby(followed.thread_id).agg(["sum", "count"])
    ends = intervals.cluster_bootstrap(counted["sum"], counted["count"], scope.level, scope.resamples)
    enough, some = levels(matter)
    good, fair = (of > 0 and share >= level for share, level in ((exact.mean(), enough), (likely.mean(), some)))
    return replace(
        whole,
        finding_id=f"F3.{NAMES[limit]}",
        title=f"Reached an official system within {limit}",
        question=f"What part of it reached the record within {limit}?",
        statement=f"Of {of:,} messages of official business that the evidence follows for {limit}, {n:,} reached an "
        f"official item in that time word for word; {int(likely.sum()):,} when near matches count too.",
        value=n / of if of else None,
        n=n,
        of=of or None,
        **standards.ends(ends),
        outcome=standards.outcome(good, fair, whole.outcome != "cannot_tell"),
        evidence=tuple(followed[exact].message_id),
        exhibits=tuple(followed[exact].message_id[:3]),
    )


def no_footprint(matter: Matter) -> list[Finding]:
    """F4: threads without footprint, ties on private channels only, and what one person alone holds."""
    threads = relations.footprints(matter)
    return [_threads(matter, threads), _ties(matter), _sole(matter)]


def readings(matter: Matter) -> dict[str, pd.DataFrame]:
    """Threads by three readings of which accounts are official."""
    wider = tuple(
        dict.fromkeys((*matter.official_domains, "gov.uk", "gov", "nhs.uk", "nhs.net", "parliament.uk", "gov.ie"))
    )
    return {
        "as the matter states": relations.footprints(matter),
        "accounts declared official only": relations.footprints(matter.but(official_domains=())),
        "public bodies of the UK and Ireland too": relations.footprints(matter.but(official_domains=wider)),
    }


def _threads(matter: Matter, threads: pd.DataFrame) -> Finding:
    line = matter.standard("footprint_doubt", studies.footprints.DOUBT)
    table = studies.footprints.sensitivity(readings(matter), matter.scope.level, line)
    business = studies.footprints.with_business(threads, line)
    bare = studies.footprints.untouched(business).sort_values(["n_business", "thread_id"], ascending=[False, True])
    n, of, row = len(bare), len(business), table.iloc[0]
    messages = relations.recording(matter)
    inside = studies.footprints.business_of(messages, bare)
    first = inside.sort_values(["thread_id", "sent_at"]).drop_duplicates("thread_id")
    known, few = covered(matter) and bool(threads.n_labelled.sum()), matter.standard("without_footprint", FEW)
    return Finding(
        "F4",
        "Conversations with official business that never touched an official system",
        "Which conversations with official business have no official account in them and no capture?",
        f"{n:,} of {of:,} conversations with official business have no official account in them, and no official "
        f"item holds a message of theirs word for word; for {int(row.likely):,} of them none holds one even nearly.",
        value=n / of if of else None,
        unit="share",
        n=n,
        of=of or None,
        low=float(row.low) if of else None,
        high=float(row.high) if of else None,
        level=matter.scope.level if of else None,
        method="Census of conversations with a message labelled official business, or with two that together make it "
        f"likely by {line:.0%} or more; Wilson interval, a conversation being the unit. Threads of one person's mail "
        "and groups count alike.",
        outcome=standards.outcome(n == 0, of > 0 and n / of <= few, known and of > 0),
        provision="FOIA s.46 Code of Practice; FOIA s.1; Cabinet Office guidance 2023 (B4).",
        standard="Every conversation with official business leaves a trace on an official system: met when all do, "
        f"partly met when up to {few:.0%} do not. Where exports of less than {least(matter):.0%} of the official "
        "accounts are held, the evidence cannot tell.",
        evidence=tuple(inside.message_id),
        exhibits=tuple(first.message_id[:6]),
        tested="Which domains are official: "
        + "; ".join(f"{one.domains}: {one.n:,} of {one.of:,}" for one in table.itertuples())
        + ".",
        limits=_limits(matter, messages) + "Calls, meetings and official chat systems are outside the data.",
    )


def _ties(matter: Matter) -> Finding:
    ties = relations.tie_sides(matter)
    bare = studies.footprints.private_only(ties)
    n, of = len(bare), len(ties)
    ends = intervals.wilson(n, of, matter.scope.level)
    pairs = bare.person_a + "|" + bare.person_b
    shown = relations.tie_messages(matter, pairs[:6].tolist()).drop_duplicates("tie")
    return Finding(
        "F4.ties",
        "Pairs of people who only ever met on private channels",
        "Between how many pairs of people did nothing go through an official account?",
        f"Between {n:,} of {of:,} pairs of people who wrote to each other, nothing went through an official account.",
        value=n / of if of else None,
        unit="share",
        n=n,
        of=of or None,
        **standards.ends(ends),
        method="Census of pairs with a message between them (groups: everybody the message reached); Wilson interval.",
        outcome="cannot_tell",
        provision=standards.RECORDS,
        evidence=tuple(shown.message_id),
        exhibits=tuple(shown.message_id),
        limits="A tie may be private in matter as in channel: families and friends are among them. "
        + standards.SELECTIVE,
    )


def _sole(matter: Matter) -> Finding:
    sole = relations.sole_holders(matter)
    rows = relations.recording(matter)
    labelled = bool(rows.business.notna().any())
    kept = sole[sole.business.fillna(False).astype(bool)] if labelled else sole
    all_business, few = _business(rows), matter.standard("without_footprint", FEW)
    n, top = len(kept), studies.footprints.departures(sole).head(1)
    said = f" The most for one person is {int(top.n_business.iloc[0]):,}." if len(top) and labelled else ""
    counted = rows[["thread_id"]].assign(sole=rows.message_id.isin(kept.message_id))
    counted = counted[rows.business.fillna(False).astype(bool) | (not labelled)]
    sums = counted.groupby("thread_id").sole.agg(["sum", "count"])
    ends = intervals.cluster_bootstrap(sums["sum"], sums["count"], matter.scope.level, matter.scope.resamples)
    nobody, small = _of_nobody(matter), n / max(all_business, 1) <= few
    told = labelled and all_business > 0 and covered(matter)
    return Finding(
        "F4.sole",
        "Official business that one person alone holds",
        "What would be lost if one person's phone or mailbox were?",
        f"{n:,} of {all_business:,} messages of official business on private channels are held by one custodian "
        f"only and stand in no official item that was handed over.{said}",
        value=n / all_business if all_business else None,
        unit="share",
        n=n,
        of=all_business or None,
        **standards.ends(ends),
        method="Custodians whose exports hold a copy, counted for each message without official account or capture.",
        outcome=standards.outcome(n == 0, small, told and not (small and nobody)),
        standard="What is official business stands on an official system, or at least with two holders: met when all "
        f"of it does, partly met when up to {few:.0%} does not. Where exports of less than {least(matter):.0%} of the "
        "official accounts are held, the evidence cannot tell.",
        provision=standards.RECORDS,
        evidence=tuple(kept.message_id),
        exhibits=tuple(kept.message_id[:6]),
        limits=f"Of {standards.many(nobody, 'file')} no custodian is known, and what they hold is not counted. "
        * bool(nobody)
        + f"Exports of {seen(matter):.0%} of the custodians' official accounts are held. Somebody whose export was not "
        "handed over may hold a copy too. " + BLIND,
    )


def _of_nobody(matter: Matter) -> int:
    """Files with copies whose custodian is not known."""
    files = relations.listing(matter, "sources")
    return int((files[files.n_copies > 0].custodian_id.fillna("") == "").sum())
