"""F13: outside organisations and suppliers on private channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import relations, studies
from analysis.findings import standards
from analysis.findings.exhibits import typical
from analysis.findings.ledger import Finding
from analysis.findings.statements import private_domains
from analysis.studies import intervals

if TYPE_CHECKING:
    from analysis.matter import Matter

MEETINGS = "FOIA s.46 Code of Practice on records management. Contact with outside organisations is a matter of record."
SMALL = 0.05
"""Share of such messages on private channels up to which they are stray ones; the matter may set `outside_private`."""


def known_outside(matter: Matter) -> pd.DataFrame:
    """Messages with people outside, with organisation and tier where something tells."""
    known = studies.outsiders.affiliations(relations.listing(matter, "people"), private_domains(matter))
    return studies.outsiders.joined(relations.outside_messages(matter), known)


def outside_parties(matter: Matter) -> list[Finding]:
    """F13: the share of contact with known outside organisations that no official account saw, by tier, and awards."""
    rows = known_outside(matter)
    return [_private(matter, rows, ""), _private(matter, rows, "certain"), _awards(matter, rows)]


def _private(matter: Matter, rows: pd.DataFrame, tier: str) -> Finding:
    rows = rows[rows.tier == tier] if tier else rows.dropna(subset="organisation")
    single = rows.drop_duplicates("message_id")
    private = single[~single.official]
    n, of, scope = len(private), len(single), matter.scope
    threads = (~single.official).groupby(single.thread_id)
    ends = intervals.cluster_bootstrap(threads.sum(), threads.size(), scope.level, scope.resamples)
    left = studies.outsiders.leave_one_out(rows)
    low = matter.standard("outside_private", SMALL)
    span = f"{left.share.min():.1%} to {left.share.max():.1%}" if len(left) > 1 else "nothing else"
    return Finding(
        f"F13.{tier}" if tier else "F13",
        "Outside organisations on private channels" + (f", {tier} matches only" if tier else ""),
        "How much of the contact with known outside organisations did no official account see?",
        f"{n:,} of {of:,} messages between custodians and people of {rows.organisation.nunique():,} outside "
        "organisations had no official account in them.",
        **standards.share(n, of),
        **standards.ends(ends),
        method="People outside by register or mail domain (certain), by a label with the organisation's name or a "
        "namesake (probable), by words such as supplier "
        "(possible); conversations drawn again for the interval.",
        outcome=standards.outcome(
            of > 0 and n / max(of, 1) <= low,
            not ends.low > low,
            of >= matter.standard("fewest_cases", standards.FEWEST),
        ),
        provision=MEETINGS,
        evidence=tuple(private.message_id),
        standard=f"At most {low:.0%} on private channels; the matter's own level.",
        tested=f"Leaving out one organisation at a time gives {span}.",
        exhibits=typical(private, "organisation"),
        limits="Contact is not influence. Only people whose organisation something shows are counted; published "
        "meetings were not handed over to compare with.",
    )


def _awards(matter: Matter, rows: pd.DataFrame) -> Finding:
    near = studies.outsiders.awards(rows, matter.register("timeline"), matter.first_on, matter.last_on)
    q = intervals.adjusted(near.p) if len(near) else near.p
    n, of = int((q < studies.requests.REFER_Q).sum()), len(near)
    return Finding(
        "F13.awards",
        "Private contact before awards",
        "Is private contact with an organisation denser in the 30 days before an award to it?",
        f"For {n:,} of {of:,} organisations with an award, more so than chance would give (q under 0.05): refer for "
        "enquiry."
        if of
        else "The timeline names no award to an organisation that was in private contact: nothing to compare with.",
        **standards.census(n, of),
        method="Private messages in the 30 days before an award, against awards moved to other days of the period; "
        "Benjamini-Hochberg over organisations.",
        outcome="cannot_tell",
        provision=MEETINGS,
        evidence=(),
        limits="Nearness in time is not a reason for an award: contact and award have causes in common. It can only "
        "refer for enquiry.",
    )
