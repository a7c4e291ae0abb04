"""F8: messages that custodians lack and others still hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import relations
from analysis.findings import standards
from analysis.findings.exhibits import typical
from analysis.findings.ledger import Finding
from analysis.studies import intervals, loss

if TYPE_CHECKING:
    from analysis.matter import Matter


KINDS = {"deleted": "marked as deleted", "timer": "under a disappearing-message timer", "unexplained": "unexplained"}
"""What became of a message that a holder lacks, in words."""


def reconciliation(matter: Matter) -> list[Finding]:
    """F8: messages that custodians lack and others still hold, by explanation, by custodian and in total.

    A custodian has a finding of their own when the loss is more than matching could have missed.
    """
    held, gone = relations.holdings(matter), relations.lacking(matter)
    lost = loss.loss(held, matter.scope.level, matter.scope.resamples)
    worth = lost[
        (lost.expected >= matter.standard("fewest_cases", standards.FEWEST))
        & (lost.share > matter.standard("loss_small", standards.LOSS_SMALL))
    ]
    people = relations.listing(matter, "people").dropna(subset="custodian_id")
    names = dict(zip(people.custodian_id, people.label, strict=True))
    each = [
        _loss_of(matter, row, names.get(row["custodian_id"], row["custodian_id"]), gone)
        for row in worth.to_dict("records")
    ]
    return [_loss(matter, held, gone), _unexplained(matter, held, gone), *each, _total(matter)]


def _loss(matter: Matter, held: pd.DataFrame, gone: pd.DataFrame) -> Finding:
    n, of, ends = loss.overall(held, matter.scope.level, matter.scope.resamples)
    kinds = ", ".join(f"{size:,} {KINDS.get(str(how), how)}" for how, size in gone.groupby("how").size().items())
    return Finding(
        "F8.loss",
        "Messages that one custodian lacks and another still holds",
        "How many messages are missing from the export of somebody who received them?",
        f"In {n:,} of {of:,} cases a custodian's export lacks a message that they received and another custodian holds"
        + (f" ({kinds})." if kinds else "."),
        value=n / of if of else None,
        unit="share",
        n=n,
        of=of,
        **standards.ends(ends),
        method=(
            "Of the messages that a custodian received and others still hold (B), the share that the custodian's own "
            "exports (A) lack, over all custodians: L = |B \\ A| / |B|. A case is one message and one custodian. "
            "Interval by drawing conversations again (bootstrap)."
        ),
        outcome=standards.loss(matter, n, of, ends.low),
        provision=standards.RECORDS,
        standard=standards.loss_words(matter),
        evidence=tuple(dict.fromkeys(gone.message_id)),
        shows="absences",
        exhibits=typical(gone, "custodian_id"),
        limits=(
            "Each case is one message and one custodian. Messages that every holder lost cannot be seen: the "
            "share is at least this. "
            "A gap is not proof of deletion; joining, leaving, cut exports and other periods are in neither count."
        ),
    )


def _unexplained(matter: Matter, held: pd.DataFrame, gone: pd.DataFrame) -> Finding:
    threads = held.groupby("thread_id")[["n_unexplained", "n_expected"]].sum()
    n, of, scope = int(threads.n_unexplained.sum()), int(threads.n_expected.sum()), matter.scope
    ends = intervals.cluster_bootstrap(threads.n_unexplained, threads.n_expected, scope.level, scope.resamples)
    return Finding(
        "F8.unexplained",
        "Absences without an explanation",
        "For how many missing messages does the evidence give no reason?",
        f"In {n:,} of {of:,} cases of a message that a custodian should hold, the export lacks it and nothing in the "
        "evidence explains why.",
        value=n / of if of else None,
        unit="share",
        n=n,
        of=of,
        **standards.ends(ends),
        method="As F8.loss, counting only absences with neither deletion mark nor disappearing-message timer.",
        outcome=standards.loss(matter, n, of, ends.low),
        provision=standards.RECORDS,
        standard=standards.loss_words(matter),
        evidence=tuple(dict.fromkeys(gone[gone.how == "unexplained"].message_id)),
        shows="unexplained",
        exhibits=typical(gone[gone.how == "unexplained"], "custodian_id"),
        limits=(
            "A message whose text or time was altered can look absent. Reasons outside the evidence are for the "
            "custodian to give."
        ),
    )


def _loss_of(matter: Matter, row: dict[Any, Any], name: str, gone: pd.DataFrame) -> Finding:
    ends = intervals.Interval(row["low"], row["high"], matter.scope.level)
    mine = gone[gone.custodian_id == row["custodian_id"]]
    return Finding(
        f"F8.loss.{row['custodian_id']}",
        f"Messages that {name} lacks",
        f"How many of the messages that others hold does {name}'s export lack?",
        f"{name} received {row['expected']:,} messages that others hold and lacks {row['lost']:,}: "
        f"{row['n_unexplained']:,} unexplained, "
        f"{row['n_deleted']:,} with a deletion mark, {row['n_timer']:,} under a timer.",
        value=row["share"],
        unit="share",
        n=row["lost"],
        of=row["expected"],
        **standards.ends(ends),
        method=(f"As F8.loss; {row['threads']} conversations drawn again (no interval from a single conversation)."),
        outcome=standards.loss(matter, row["lost"], row["expected"], ends.low),
        provision=standards.RECORDS,
        standard=standards.loss_words(matter),
        evidence=tuple(dict.fromkeys(mine.message_id)),
        shows="absences",
        exhibits=typical(mine, "thread_id"),
        limits=(
            "A gap is not proof of deletion by this person: a new device, a cleared chat or an export made early "
            "look the same. Right of reply applies."
        ),
    )


def _total(matter: Matter) -> Finding:
    threads = loss.by_thread(relations.pair_copies(matter), relations.triple_copies(matter))
    estimate, ends = loss.total(threads, matter.scope.level, matter.scope.resamples)
    seen, n_three = int(threads.seen.sum()), int((threads.lists == 3).sum())
    return Finding(
        "F8.total",
        "Messages there were, seen or not",
        "How many messages in shared threads does none of their fullest holders have any more?",
        f"The fullest holders of {len(threads):,} shared threads show {seen:,} of the at least {estimate:,.0f} "
        "messages that are estimated to have been sent."
        if seen
        else "No thread is held by two custodians: nothing can be estimated.",
        value=estimate if seen else None,
        unit="messages",
        n=seen or None,
        of=round(estimate) if seen else None,
        **standards.ends(ends),
        method=(
            f"Log-linear models of the three fullest lists in {n_three} threads, the one of least AIC; Chapman's "
            f"(n1+1)(n2+1)/(m+1)-1 for the two fullest of the other {len(threads) - n_three}; conversations drawn "
            "again (bootstrap)."
        ),
        outcome="cannot_tell",
        provision=standards.RECORDS,
        evidence=(),
        limits=(
            "A lower bound: holders who lose the same messages (a shared timer, delete for everyone) make the "
            "estimate too small, "
            "and what nobody kept cannot be counted."
        ),
    )
