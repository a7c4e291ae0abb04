"""F7: deletion marks, disappearing messages, and silences that others' copies fill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import relations
from analysis.findings import standards
from analysis.findings.ledger import Finding
from analysis.studies import groups, intervals, silences, timers

if TYPE_CHECKING:
    from analysis.matter import Matter

QUIET = 0.05
"""Silences with a q-value under this are listed: one in twenty of them may be chance."""
NEEDED = 0.5
"""Share of accounts that must have a rhythm to test; under it nothing can be told about silences."""
SHOWN = 6
TIMED = ("whatsapp",)
"""Channels whose exports record a timer: where none can be recorded, none is no answer."""
KEEPS = (
    "FOIA s.46 Code of Practice: records are kept and disposed of by rule. Automatic deletion is not in itself a "
    "breach of the Public Records Act 1958 s.3(1): [2022] EWHC 960 (Admin)."
)


def deletion(matter: Matter) -> list[Finding]:
    """F7: what was marked as deleted, what timers covered, and which silences are filled by what others hold."""
    return [_tombstones(matter), _timers(matter), _silences(matter)]


def _tombstones(matter: Matter) -> Finding:
    marked, sizes = relations.tombstones(matter), relations.thread_sizes(matter)
    counts = sizes.set_index("thread_id").n_messages
    each = marked.groupby("thread_id").size().reindex(counts.index, fill_value=0)
    n, of = len(marked), int(counts.sum())
    ends = intervals.cluster_bootstrap(each, counts, matter.scope.level, matter.scope.resamples)
    held = int((marked.n_holders > 0).sum())
    return Finding(
        "F7.tombstones",
        "Messages marked as deleted",
        "How many messages does a copy itself say were deleted?",
        f"{n:,} of {of:,} messages {standards.are(n)} marked as deleted in at least one export; somebody else still "
        f"holds the words of {held:,} of them.",
        value=n / of if of else None,
        unit="share",
        n=n,
        of=of,
        **standards.ends(ends),
        method="Messages with a copy in state deleted, over all messages; interval by drawing conversations again "
        "(bootstrap).",
        outcome=standards.loss(matter, n, of, ends.low),
        standard=standards.loss_words(matter),
        provision=KEEPS,
        evidence=tuple(marked.message_id),
        exhibits=tuple(marked[marked.n_holders > 0].message_id[:SHOWN]),
        tested="Deleting for oneself leaves no mark in the formats read; so this is a minimum.",
        limits="At least so many. Who deleted is only known where the format names them; a slip of the thumb is "
        "deleted too. Nothing here says that a deletion was wrong.",
    )  # fmt: skip


def _timers(matter: Matter) -> Finding:
    threads = relations.listing(matter, "threads")
    happened = groups.recorded(
        relations.listing(matter, "events"),
        relations.listing(matter, "offsets"),
        relations.listing(matter, "identities"),
    )
    found = timers.during(timers.timers(happened, pd.Timestamp(matter.scope.until)), relations.lacking(matter))
    found = found[(found.from_at < matter.scope.until) & (found.to_at > matter.scope.since)]
    chats = threads[threads.kind.isin(["pair", "group"]) & threads.channel.isin(TIMED)]
    n, of = int(chats.thread_id.isin(found.thread_id).sum()), len(chats)
    lost = relations.lacking(matter)
    gone = lost[(lost.how == "timer") & lost.thread_id.isin(found.thread_id)]
    days, lacked = float(found["days"].sum()), int(found.n_lacked.sum())
    return Finding(
        "F7.timers",
        "Conversations with disappearing messages",
        "In how many conversations was a timer on that deletes messages by itself?",
        f"In {n:,} of {of:,} conversations disappearing messages are recorded as on, for {days:,.0f} days in all; "
        f"{lacked:,} messages sent meanwhile are missing from one export and held in another."
        if of
        else "No conversation of a channel whose exports record timers was handed over.",
        value=float(n) if of else None,
        unit="conversations",
        n=n,
        of=of,
        low=None,
        high=None,
        level=None,
        method="Timer events at agreed times, joined over exports; a census of the conversations handed over "
        "on channels whose exports record timers.",
        outcome=standards.outcome(n == 0, True, of > 0),
        provision=KEEPS,
        evidence=tuple(dict.fromkeys(gone.message_id)),
        shows="absences",
        exhibits=tuple(dict.fromkeys(gone.message_id))[:SHOWN],
        limits="A timer set before an export begins, or as an account's default, leaves no event. What vanished from "
        "every phone cannot be counted.",
    )  # fmt: skip


def _silences(matter: Matter) -> Finding:
    hours = relations.holder_hours(matter)
    n_tested, n_accounts = silences.tested(hours)
    found = silences.silences(hours, matter.zone)
    quiet = found[found.q < matter.standard("silence_q", QUIET)]
    filled = quiet[quiet.n_lacked > 0]
    n = int(filled[["custodian_id", "channel"]].drop_duplicates().shape[0])
    low_high = (n, int(quiet[["custodian_id", "channel"]].drop_duplicates().shape[0]))
    known = n_tested > 0 and n_tested >= NEEDED * n_accounts
    evidence = _within(filled, relations.lacking(matter))
    return Finding(
        "F7.silences",
        "Silences that others' copies fill",
        "Which accounts are silent for longer than their own rhythm explains, while others hold messages?",
        f"Of {standards.many(n_tested, 'account')} with enough messages to know a rhythm ({n_accounts:,} hold any), "
        f"{low_high[1]:,} have a gap that it does not explain; in {n:,} of these gaps others hold messages that the "
        "account should have.",
        value=float(n) if known else None,
        unit="accounts",
        n=n,
        of=n_tested,
        low=float(low_high[0]) if known else None,
        high=float(low_high[1]) if known else None,
        level=None,
        method="Longest gaps against a seasonal weekly rhythm with negative binomial weeks, simulated histories, "
        "Benjamini-Hochberg over accounts; bounds: gaps filled by others' copies, all gaps.",
        outcome=standards.outcome(low_high[1] == 0, n < n_tested, known),
        provision=KEEPS,
        evidence=evidence,
        shows="absences",
        exhibits=evidence[:SHOWN],
        tested="Leave, illness or another channel also make a gap, but then nobody else holds messages of it; a "
        "cleared chat, a new phone and a cut export do leave such messages.",
        limits="A gap, not a deletion. An account of few messages has no rhythm and is not tested.",
    )  # fmt: skip


def _within(gaps: pd.DataFrame, lacking: pd.DataFrame) -> tuple[str, ...]:
    """Messages that others hold of these gaps."""
    ids: list[str] = []
    for gap in gaps.itertuples():
        mine = lacking[(lacking.custodian_id == gap.custodian_id) & (lacking.channel == gap.channel)]
        ids += mine[(mine.sent_at > gap.from_at) & (mine.sent_at < gap.to_at)].message_id.tolist()
    return tuple(dict.fromkeys(ids))
