"""The network before, between and after dated events."""

from __future__ import annotations

import pandas as pd

COMMON = ("policy", "phase", "notice", "hold")
"""Kinds of event that may change what everybody does; requests and roles come too often to cut time by."""


def phases(
    daily: pd.DataFrame, marks: pd.DataFrame, side: pd.Series, since: pd.Timestamp, until: pd.Timestamp
) -> pd.DataFrame:
    """A row is a stretch between two events: `from_at`, `to_at`, `begins_with`, and the network in it.

    `weeks`, `people`, `ties`, `weekly` (deliveries a week), `outside` (share of the weight between inside and outside),
    `kept` (share of the ties of the stretch before that are still there). A census of the evidence, not of what was
    sent. `daily`: `relations.dated_edges`; `marks`: `relations.milestones`; `side`: `contacts.sides`.
    """
    first, last = _ends(daily, since, until)
    cuts = marks[(marks.custodian_id == "") & marks.kind.isin(COMMON) & marks["at"].between(first, last, "neither")]
    starts = [(first, "the beginning"), *zip(cuts["at"], cuts.note.where(cuts.note != "", cuts.kind), strict=True)]
    rows, before = [], None
    for place, (start, note) in enumerate(starts):
        end = starts[place + 1][0] if place + 1 < len(starts) else last
        part = daily[(daily.day_at >= start) & (daily.day_at < end)]
        facts, before = _network(part, side, before)
        weeks = (end - start) / pd.Timedelta(7, "D")
        rows.append({"from_at": start, "to_at": end, "begins_with": note, "weeks": weeks} | facts
                    | {"weekly": part.n_messages.sum() / weeks if weeks else 0.0})  # fmt: skip
    columns = ["from_at", "to_at", "begins_with", "weeks", "people", "ties", "weekly", "outside", "kept"]
    return pd.DataFrame(rows, columns=columns)


def _ends(daily: pd.DataFrame, since: pd.Timestamp, until: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The period, no longer than there are messages."""
    if daily.empty:
        return pd.Timestamp(since), pd.Timestamp(until)
    end = daily.day_at.max() + pd.Timedelta(1, "D")
    return max(pd.Timestamp(since), daily.day_at.min()), min(pd.Timestamp(until), end)


def _network(
    part: pd.DataFrame, side: pd.Series, before: set[tuple[str, str]] | None
) -> tuple[dict[str, object], set[tuple[str, str]]]:
    ties = {(min(a, b), max(a, b)) for a, b in zip(part.sender, part.recipient, strict=True)}
    kinds = part.sender.map(side).fillna("unknown") + part.recipient.map(side).fillna("unknown")
    across = part.weight[kinds.isin(["insideoutside", "outsideinside"])].sum()
    facts: dict[str, object] = {
        "people": len({*part.sender, *part.recipient}),
        "ties": len(ties),
        "outside": across / part.weight.sum() if len(part) else float("nan"),
        "kept": len(ties & before) / len(before) if before else float("nan"),
    }
    return facts, ties
