"""F12: whether losses crowd among messages sent after requests, notices and holds; a screen that can only refer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import relations, studies
from analysis.findings import standards
from analysis.findings.exhibits import typical
from analysis.findings.ledger import Finding
from analysis.resolve.rows import each

if TYPE_CHECKING:
    from analysis.matter import Matter

_ID = re.compile(r"[^A-Za-z0-9._-]+")


def enquiries(matter: Matter) -> list[Finding]:
    """F12: whether losses crowd among messages sent after requests, notices and holds; a screen that can only refer."""
    dates = studies.requests.marks(matter.register("requests"), matter.register("timeline"))
    losses, scope = relations.daily_losses(matter), matter.scope
    rows = studies.requests.screens(losses, dates, scope.since, scope.until, scope.level)
    gone = studies.requests.lost_after(relations.lacking(matter), dates)
    all_rows = rows[rows.who == ""]
    return [
        _overall(matter, rows, gone),
        *(_screen(matter, gone, f"F12.{_ID.sub('-', f'{row.what[2:]}-{row.after}')}", row) for row in each(all_rows)),
    ]


def _overall(matter: Matter, rows: pd.DataFrame, gone: pd.DataFrame) -> Finding:
    n, of = int(rows.refer.sum()), int(rows.p.notna().sum())
    refer = ", ".join(row.who or "all custodians" for row in each(rows[rows.refer]))
    return Finding(
        "F12",
        "Loss after requests, notices and holds: a screen",
        "Are messages sent after a request, notice or hold missing more often than others?",
        (
            f"Refer for enquiry: {refer}."
            if n
            else f"In none of {of:,} comparisons are messages sent after a request, notice or hold missing more often "
            "than chance would have it: nothing is referred for enquiry."
        )
        if of
        else "Too few losses or dates to screen.",
        **standards.census(n, of),
        method="Losses per message that could be lost, among messages sent in the 30 days from each date on, against "
        "all other days; dates moved by whole "
        "weeks for the p-value; Benjamini-Hochberg over all screens; referred when q is under 0.05 and the whole "
        "interval above 1.",
        outcome="cannot_tell",
        provision=standards.RECORDS,
        evidence=tuple(dict.fromkeys(gone.message_id)),
        shows="absences",
        exhibits=typical(gone, "custodian_id"),
        limits="A screen, not a finding about anybody: when a message was removed is not known, only when it was "
        "sent; a new phone or a timer "
        "looks the same. Intent is not examined. It can only refer for enquiry.",
    )


def _screen(matter: Matter, gone: pd.DataFrame, finding_id: str, row: Any) -> Finding:
    known = row.ratio == row.ratio
    kind = {"n_unexplained": "unexplained absences", "n_deleted": "deletion marks"}[row.what]
    mine = gone[(gone.how == row.what[2:]) & (gone.after == row.after)]
    return Finding(
        finding_id,
        f"{kind.capitalize()} after {row.after}",
        f"Are {kind} more frequent among messages sent in the 30 days after {row.after}?",
        f"{kind.capitalize()}: {row.n_after:,} of {row.of_after:,} after {row.after}, {row.n_else:,} of "
        f"{row.of_else:,} on other days"
        + (
            f"; {row.ratio:.2f} times as often (p = {row.p:.3f}, q = {row.q:.3f}). "
            f"{'Refer for enquiry.' if row.refer else 'Nothing to refer.'}"
            if known
            else "; too few to screen."
        ),
        value=row.ratio if known else None,
        unit="times",
        n=row.n_after,
        of=row.of_after + row.of_else,
        low=row.low if known else None,
        high=row.high if known else None,
        level=matter.scope.level if known else None,
        method="Rate ratio per message that could be lost; weeks drawn again for the interval; permutation of dates "
        "within the season.",
        outcome="cannot_tell",
        provision=standards.RECORDS,
        evidence=tuple(dict.fromkeys(mine.message_id)),
        shows="absences",
        exhibits=typical(mine, "custodian_id"),
        limits="A screen that can only refer for enquiry; see F12.",
    )
