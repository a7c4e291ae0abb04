"""Labels that come and go between one export of a conversation and the next: somebody was renamed, or replaced.

Only ever proposed: two exports that follow each other share no message, so nothing but the label speaks for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

from analysis.intake.result import Intake
from analysis.resolve.evidence import Evidence, Handles
from analysis.resolve.names import shared_name
from analysis.resolve.rows import each, mapping

SAME_LABEL, LIKE_LABEL = 0.55, 0.4  # one label in both; like labels, each in one of them alone
LIKE = 0.8  # Jaro-Winkler similarity from which two labels are like: Mary and Maria, not Mary and John
LEAST_COMMON = 2  # others who must be in both before two exports are taken for one conversation


def successions(intake: Intake, known: Handles) -> Iterable[Evidence]:
    """Evidence that labels of two exports, one after the other in time and of one phone or unknown ones, are one's."""
    rosters = _rosters(intake)
    facts = {row.identity_id: row for row in each(known.table())}
    path = mapping(intake.sources, "source_id", "path")
    for one, other in combinations(rosters, 2):
        if one.channel != other.channel or one.owner != other.owner or one.source == other.source:
            continue
        if one.first <= other.last and other.first <= one.last:
            continue
        here, there = ({facts[identity].normal: identity for identity in side.senders} for side in (one, other))
        common = sorted(set(here) & set(there))
        if len(common) < LEAST_COMMON:
            continue
        where = f"{path[one.source]}; {path[other.source]}"
        for label in common:
            if here[label] != there[label]:
                yield Evidence(here[label], there[label], "same_label_later", SAME_LABEL,
                               "one label in two exports of what seems one conversation", where)  # fmt: skip
        left, right = ([one for one in sorted(side) if one not in common] for side in (here, there))
        for label, later in ((a, b) for a in left for b in right):
            both = [facts[side[word]] for side, word in ((here, label), (there, later))]
            if all(one.kind == "name" for one in both) and _like(label, later):
                yield Evidence(here[label], there[later], "like_label_later", LIKE_LABEL,
                               "like labels, one in the earlier export alone, one in the later", where)  # fmt: skip


def _like(one: str, other: str) -> bool:
    from rapidfuzz.distance import JaroWinkler

    return shared_name(one, other) or float(JaroWinkler.similarity(one, other)) >= LIKE


def _rosters(intake: Intake) -> list[Any]:
    """Groups as single exports hold them: source, owner, channel, senders, first and last time."""
    parts = intake.threads[intake.threads["kind"] == "group"][["thread_id", "source_id", "channel"]]
    sources = intake.sources.set_index("source_id")
    rows = intake.copies[intake.copies["thread_id"].isin(parts["thread_id"]) & intake.copies["suspect"].isna()]
    if rows.empty:
        return []
    spans = rows.groupby("thread_id")["sent_at"].agg(first="min", last="max")
    pairs = rows[["thread_id", "sender_identity_id"]].dropna().drop_duplicates()
    senders = pairs.sort_values("sender_identity_id").groupby("thread_id")["sender_identity_id"].agg(tuple)
    table = parts.assign(
        first=parts["thread_id"].map(spans["first"]), last=parts["thread_id"].map(spans["last"]),
        senders=parts["thread_id"].map(senders), source=parts["source_id"],
        owner=parts["source_id"].map(sources["custodian_id"]).fillna(""),
    ).dropna(subset=["senders", "first"])  # fmt: skip
    table = table[~sources["reader"].reindex(table["source_id"]).isin(["msgstore", "chatstorage"]).to_numpy()]
    return list(each(table.sort_values(["first", "thread_id"])))
