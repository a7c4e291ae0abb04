"""F14.persistence: whether private use went on after policies and phases of the emergency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import relations
from analysis.findings import standards
from analysis.findings.ledger import Finding
from analysis.studies import persistence

if TYPE_CHECKING:
    from analysis.matter import Matter


EACH = 3
"""Private messages of official business shown after each date: the first ones."""


def went_on(matter: Matter) -> Finding:
    """Weekly private messages before and after each dated policy: in how many did they fall, over all windows."""
    days = relations.sides(matter)
    counts = persistence.weeks(days[~days.official.astype(bool)], matter.zone)
    dates = persistence.timeline(matter.register("timeline"), ("policy", "phase"))
    steps = persistence.steps(counts, dates, level=matter.scope.level)
    told = steps[~steps.reading.str.startswith("cannot tell")]
    dated = told.groupby("on").reading.agg(lambda read: bool((read == "fell").all()))
    n, of = sum(map(bool, dated)), len(dated)
    talk = relations.private_messages(matter).sort_values(["sent_at", "message_id"])
    talk = talk[talk.business.eq(True)] if talk.business.notna().any() else talk
    since = [talk.message_id[talk.sent_at >= pd.Timestamp(str(on), tz="UTC")].head(EACH) for on in dated.index]
    shown = dict.fromkeys(pd.concat(since)) if since else {}
    whole = told[told.window == "all"]
    words = "; ".join(
        f"{what} ({on}): {ratio:.2f} times ({low:.2f} to {high:.2f})"
        for on, what, ratio, low, high in zip(whole.on, whole.what, whole.ratio, whole.low, whole.high, strict=True)
    )
    return Finding(
        "F14.persistence",
        "Private use after policies and phases",
        "Did the weekly number of private messages fall after policies and at turns of the emergency?",
        f"Private messages fell after {n:,} of {of:,} dates, whatever span of weeks is compared. Weekly number "
        f"after against before: {words}."
        if of
        else "No date of the timeline has enough weeks on both sides.",
        **standards.census(n, of),
        method="Interrupted time series of weekly private messages (negative binomial, trend, season, errors that "
        "allow for neighbouring weeks), for each window of weeks around a date.",
        outcome=standards.outcome(n == of, n > 0, of > 0),
        provision="The department's own policy, and review of its measures when circumstances change.",
        evidence=tuple(shown),
        exhibits=tuple(shown),
        tested="Trend, season and the width of the window.",
        limits="What else changed on such a date is not taken out, and exports may hold some months better than "
        "others. Use of a private channel is lawful in itself.",
    )
