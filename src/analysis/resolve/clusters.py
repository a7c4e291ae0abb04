"""Evidence and judgements to clusters of identities: the surest first, never against a constraint, with reasons.

Constraints: two custodians are two people; what a person rejected stays apart; two handles that send in one
conversation of one phone during the same time are two people unless the evidence is certain (one person, two devices).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from analysis.errors import JudgementError
from analysis.intake.result import Intake
from analysis.resolve.evidence import CERTAIN, PROBABLE, Evidence
from analysis.resolve.judgements import Judgement

BOTH_SEND = "both send in one conversation during the same time"
AGREEING_PHONES = 2  # owners who independently keep a handle under somebody's full name outweigh sending side by side
DISPUTED = "called by the names of several people in scope: a namesake, shared or passed on"
MAJORITY = 2  # phones that call a handle by one custodian's name, for each that calls it by another's
Span = tuple[str, float, float]  # conversation within a source, first and last time a handle sent in it


def activity(intake: Intake) -> dict[str, list[Span]]:
    """Where and when each handle sends, in the channels in which a sender is one handle at a time."""
    chats = intake.sources.loc[intake.sources["channel"].isin(["whatsapp", "sms"]), "source_id"]
    copies = intake.copies[intake.copies["source_id"].isin(chats) & (intake.copies["suspect"].fillna("") == "")]
    copies = copies.dropna(subset=["sender_identity_id", "sent_at"])
    spans = copies.groupby(["sender_identity_id", "thread_id"])["sent_at"].agg(["min", "max"]).reset_index()
    found: dict[str, list[Span]] = {}
    for identity, thread, first, last in spans.itertuples(index=False, name=None):
        found.setdefault(identity, []).append((thread, first.timestamp(), last.timestamp()))
    return found


class Clusters:
    """Identities joined into people, one union at a time."""

    def __init__(
        self,
        identities: Iterable[str],
        custodians: Iterable[str],
        spans: dict[str, list[Span]],
        apart: Mapping[tuple[str, str], str],
    ) -> None:
        self._custodians = {one: {one} for one in custodians}
        nodes = [*self._custodians, *identities]
        self._root = {node: node for node in nodes}
        self._members: dict[str, list[str]] = {node: [node] for node in nodes}
        self._spans = {node: list(spans.get(node, ())) for node in nodes}
        self._apart: dict[str, dict[str, str]] = {}
        for (a, b), why in apart.items():
            self._apart.setdefault(a, {})[b] = why
            self._apart.setdefault(b, {})[a] = why

    def is_custodian(self, node: str) -> bool:
        """Whether the node is a person of the register."""
        return node in self._custodians

    def find(self, node: str) -> str:
        """The identity that stands for the cluster."""
        while self._root[node] != node:
            self._root[node] = self._root[self._root[node]]
            node = self._root[node]
        return node

    def against(self, a: str, b: str, certain: bool) -> str:
        """What forbids the union, in words; '' when nothing does."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return ""
        if self._custodians.get(a) and self._custodians.get(b):
            return "that would make two custodians one"
        small, large = sorted((a, b), key=lambda node: (len(self._members[node]), node))
        held = set(self._members[large])
        for member in self._members[small]:
            for other, why in self._apart.get(member, {}).items():
                if other in held:
                    return why
        if not certain and _overlap(self._spans[a], self._spans[b]):
            return BOTH_SEND
        return ""

    def join(self, a: str, b: str) -> None:
        """Make two clusters one; a custodian stands for it if there is one, else the smaller id."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return
        a, b = sorted((a, b), key=lambda node: (node not in self._custodians, node))
        self._root[b] = a
        self._members[a] += self._members.pop(b)
        self._spans[a] += self._spans.pop(b)

    def groups(self) -> dict[str, list[str]]:
        """Members by the node that stands for them, sorted."""
        return {root: sorted(members) for root, members in sorted(self._members.items())}


def _overlap(one: Sequence[Span], other: Sequence[Span]) -> bool:
    where: dict[str, list[tuple[float, float]]] = {}
    for thread, first, last in one:
        where.setdefault(thread, []).append((first, last))
    return any(
        first <= there_last and there_first <= last
        for thread, first, last in other
        for there_first, there_last in where.get(thread, ())
    )


def decide(
    clusters: Clusters, evidence: list[Evidence], judgements: list[Judgement]
) -> list[tuple[Evidence, str, str]]:
    """Join what may be joined; each item of evidence with its verdict (`auto` or `unsure`) and a remark."""
    undecided = {judgement.pair for judgement in judgements if judgement.verdict == "unsure"}
    for judgement in judgements:
        if judgement.verdict == "confirmed":
            if "custodians" in clusters.against(judgement.a, judgement.b, certain=True):
                raise JudgementError(f"{judgement.evidence}: it would make two custodians one person; withdraw it")
            clusters.join(judgement.a, judgement.b)
    ordered = sorted(set(evidence), key=lambda item: (-item.score, item))
    decided: list[tuple[Evidence, str, str]] = []
    possible: list[Evidence] = []
    disputed: dict[str, str] | None = None
    for item in ordered:
        if disputed is None and item.score < CERTAIN:
            disputed = _disputed(clusters, ordered)
        if (min(item.a, item.b), max(item.a, item.b)) in undecided:
            decided.append((item, "unsure", "a reviewer is unsure"))
        elif item.score < PROBABLE:
            possible.append(item)
        elif remark := clusters.against(item.a, item.b, item.score >= CERTAIN):
            decided.append((item, "unsure", remark))
        elif clusters.is_custodian(item.b) and (disputed or {}).get(clusters.find(item.a), item.b) != item.b:
            decided.append((item, "unsure", DISPUTED))
        else:
            clusters.join(item.a, item.b)
            decided.append((item, "auto", ""))
    return _corroborated(clusters, decided) + _together(clusters, possible)


def _disputed(clusters: Clusters, evidence: list[Evidence]) -> dict[str, str]:
    """Clusters that phones call by the names of several custodians, and the one that most call them by; '' if none.

    Namesakes, a phone shared in a family or passed on: nothing but a register or a person can tell.
    """
    callers: dict[str, dict[str, set[str]]] = {}
    for item in evidence:
        root = clusters.find(item.a)
        if CERTAIN > item.score >= PROBABLE and clusters.is_custodian(item.b) and not clusters.is_custodian(root):
            callers.setdefault(root, {}).setdefault(item.b, set()).add(item.holder)
    found = {}
    for root, named in callers.items():
        votes = sorted(((-len(holders), custodian) for custodian, holders in named.items()))
        (most, first), (next_, _), *_ = [*votes, (0, "")]
        if next_:
            found[root] = first if most <= MAJORITY * next_ else ""
    return found


def _corroborated(clusters: Clusters, decided: list[tuple[Evidence, str, str]]) -> list[tuple[Evidence, str, str]]:
    """Refused items that several phones agree on: each owner, apart, calls both handles by this person's full name.

    That is one person with two devices, for whom the rule about sending at the same time was not made; a further phone
    that shows this person's name on a second handle then needs nobody to agree with it.
    """
    named: dict[tuple[str, str], set[str]] = {}
    for item, verdict, remark in decided:
        if verdict == "unsure" and remark == BOTH_SEND and item.holder:
            a, b = sorted((clusters.find(item.a), clusters.find(item.b)))
            named.setdefault((a, b), set()).add(item.holder)
    two_devices: set[str] = set()
    for (a, b), holders in sorted(named.items(), key=lambda one: (-len(one[1]), one[0])):
        known = {clusters.find(device) for device in two_devices}
        if len(holders) < AGREEING_PHONES and not known & {clusters.find(a), clusters.find(b)}:
            continue
        if not clusters.against(a, b, certain=True):
            clusters.join(a, b)
            two_devices.add(a)
    note = f"{AGREEING_PHONES} phones or more name this person so: two devices"
    return [
        (item, "auto", note)
        if remark == BOTH_SEND and clusters.find(item.a) == clusters.find(item.b)
        else (item, verdict, remark)
        for item, verdict, remark in decided
    ]


def _together(clusters: Clusters, possible: list[Evidence]) -> list[tuple[Evidence, str, str]]:
    """Weak items join when two rules say the same of the same two clusters and leave little doubt together."""
    grouped: dict[tuple[str, str], list[Evidence]] = {}
    for item in possible:
        a, b = clusters.find(item.a), clusters.find(item.b)
        grouped.setdefault((min(a, b), max(a, b)), []).append(item)
    judged: list[tuple[float, tuple[str, str], list[Evidence]]] = []
    for pair, items in grouped.items():
        best: dict[str, float] = {}
        for item in items:
            best[item.rule] = max(best.get(item.rule, 0.0), item.score)
        joint = 1 - math.prod(1 - score for score in best.values()) if len(best) > 1 else 0.0
        judged.append((joint, pair, sorted(items)))
    decided: list[tuple[Evidence, str, str]] = []
    for score, (a, b), items in sorted(judged, key=lambda one: (-one[0], one[1])):
        same = clusters.find(a) == clusters.find(b)
        remark = clusters.against(a, b, certain=False) if score >= PROBABLE else "not enough alone"
        if not remark and not same:
            clusters.join(a, b)
        agreed = same or not remark
        note = (
            "agrees with surer evidence" if same else remark or f"{len(items)} independent items together: {score:.2f}"
        )
        decided += [(item, "auto" if agreed else "unsure", note) for item in items]
    return decided


def frame(decided: list[tuple[Evidence, str, str]], judgements: list[Judgement]) -> pd.DataFrame:
    """The `merges` table: the best item per pair and rule, then the judgements in force."""
    rows: dict[tuple[str, str, str], tuple[object, ...]] = {}
    for item, verdict, remark in sorted(decided, key=lambda one: (-one[0].score, one[0])):
        why = item.why + (f" ({remark})" if remark else "")
        facts = item.score, item.tier, verdict, "rules", pd.NaT, why, item.evidence or None
        rows.setdefault((item.a, item.b, item.rule), facts)
    for one in judgements:
        rows[one.a, one.b, "judgement"] = 1.0, "certain", one.verdict, one.by, one.at, one.why, one.evidence
    columns = ["identity_a", "identity_b", "rule", "score", "tier", "verdict", "by", "at", "why", "evidence"]
    table = pd.DataFrame([(*key, *facts) for key, facts in rows.items()], columns=columns)
    table["at"] = pd.to_datetime(table["at"], utc=True).astype("datetime64[us, UTC]")
    return table.sort_values(["identity_a", "identity_b", "rule"], ignore_index=True)
