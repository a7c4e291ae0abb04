"""Which conversations of different sources are one: by who takes part, by content, by titles through their renames.

Two groups with one title are not merged when both were active at one time and share nothing; one group under two
titles is merged when its content is shared.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from analysis.intake import handles
from analysis.intake.result import Intake
from analysis.reconcile.ledger import seconds
from analysis.reconcile.links import Contents, Link
from analysis.resolve import Resolution
from analysis.resolve.evidence import person_of
from analysis.resolve.rows import each
from analysis.store import make_id

PAIR = 2  # people in a conversation of two
LEAST_ROSTER = 0.5  # share of the smaller roster that two conversations of one title must have in common


def parts_of(intake: Intake) -> pd.DataFrame:
    """One row per conversation as one source holds it, in the order of the ledger's part codes."""
    columns = ["source_id", "custodian_id", "address"]
    parts = intake.threads.sort_values("thread_id").merge(intake.sources[columns], on="source_id", how="left")
    parts["title"] = parts["title"].astype(object).where(parts["title"].notna(), None)
    return parts.reset_index(drop=True)


class Joiner:
    """Union-find over conversations that refuses what contradicts: two of one source, or plainly different content."""

    def __init__(self, parts: pd.DataFrame, contents: Contents) -> None:
        self._source = parts["source_id"].tolist()
        self._kind = parts["kind"].fillna("").tolist()
        self._members = {part: [part] for part in range(len(parts))}
        self._root = list(range(len(parts)))
        self._contents = contents
        self._links: dict[tuple[int, int], Link] = {}

    def link(self, a: int, b: int) -> Link:
        """The comparison of two conversations, made once."""
        pair = (min(a, b), max(a, b))
        if pair not in self._links:
            self._links[pair] = self._contents.compare(*pair)
        return self._links[pair]

    def join(self, a: int, b: int) -> bool:
        """Merge the conversations of `a` and `b` unless some pair of them contradicts; whether they now are one."""
        a, b = self._root[a], self._root[b]
        if a == b:
            return True
        for left in self._members[a]:
            for right in self._members[b]:
                link = self.link(left, right)
                unlike = self._kind[left] != self._kind[right] and not link.same
                if self._source[left] == self._source[right] or unlike or link.different:
                    return False
        a, b = min(a, b), max(a, b)
        for part in self._members[b]:
            self._root[part] = a
        self._members[a] += self._members.pop(b)
        return True

    def beside(self, part: int) -> list[int]:
        """The conversations that are one with this one by now."""
        return self._members[self._root[part]]

    def codes(self) -> np.ndarray:
        """Merged conversation of each part, as the smallest part code in it."""
        return np.array(self._root, dtype=np.int64)


def merge(ledger: pd.DataFrame, intake: Intake, resolution: Resolution | None = None) -> np.ndarray:
    """Merged conversation (a code) of each part; without a resolution by content alone."""
    parts, contents = parts_of(intake), Contents(ledger)
    joiner = Joiner(parts, contents)
    for members in _by_key(ledger):
        _join_all(joiner, members)
    if resolution is not None:
        for members in _by_parties(parts, intake, resolution).values():
            _join_all(joiner, members)
    strong = [link for link in (joiner.link(a, b) for a, b in contents.candidates()) if link.same]
    known = _custodians(parts, resolution)
    for link in sorted(strong, key=lambda link: (-link.n * min(link.share, 1.0), link.a, link.b)):
        if len(set().union(*(known[part] for end in (link.a, link.b) for part in joiner.beside(end)))) <= PAIR:
            joiner.join(link.a, link.b)
    if resolution is not None:
        _join_titles(joiner, parts, intake, resolution)
    return joiner.codes()


def _custodians(parts: pd.DataFrame, resolution: Resolution | None) -> list[set[str]]:
    """Custodians known to take part in each conversation of two; nobody for groups.

    Words sent to several people at once are the same in each of their chats: what is alike is not one conversation
    where it would have a third custodian in it.
    """
    found = [{person_of(one)} if isinstance(one, str) and one else set() for one in parts["custodian_id"]]
    if resolution is not None:
        listed = set(resolution.people.dropna(subset="custodian_id")["person_id"])
        others = parts["counterpart_identity_id"].map(resolution.person)
        found = [held | ({other} & listed) for held, other in zip(found, others, strict=True)]
    return [held if kind == "pair" else set() for held, kind in zip(found, parts["kind"], strict=True)]


def _join_all(joiner: Joiner, members: list[int]) -> None:
    for a, b in combinations(members, 2):
        joiner.join(a, b)


def _by_key(ledger: pd.DataFrame) -> list[list[int]]:
    """Conversations that hold one message by the key the app itself gave it, which is the same in every phone."""
    rows = ledger[(ledger["channel"] == "whatsapp") & ledger["native"].notna() & (ledger["part"] >= 0)]
    found = {tuple(sorted(set(parts))) for _, parts in rows.groupby("native")["part"]}
    return [list(parts) for parts in sorted(found) if len(parts) > 1]


def _by_parties(parts: pd.DataFrame, intake: Intake, resolution: Resolution) -> dict[tuple[str, ...], list[int]]:
    """Conversations by the unordered set of who takes part: pairs, and groups whose format names its recipients."""
    named = party_sets(parts, intake, resolution)
    keyed: dict[tuple[str, ...], list[int]] = {}
    for part, parties in enumerate(named):
        channel = str(parts["channel"].iloc[part])
        if len(parties) >= 2 and channel != "email":
            keyed.setdefault((channel, str(parts["kind"].iloc[part]), *parties), []).append(part)
    return keyed


def party_sets(parts: pd.DataFrame, intake: Intake, resolution: Resolution) -> list[tuple[str, ...]]:
    """Who takes part in each conversation, as known from the format: empty for groups that do not say."""
    explicit = _explicit(intake)
    sets: list[tuple[str, ...]] = []
    for row in each(parts):
        channel = str(row.channel)
        account, person = resolution.owner(channel, row.custodian_id, row.address)
        counterpart = row.counterpart_identity_id
        pair = row.kind == "pair" and isinstance(counterpart, str)
        named = [str(counterpart)] if pair else explicit.get(str(row.thread_id), [])
        others = {resolution.account(one, channel) or str(resolution.person[one]) for one in named}
        owner = account or person
        sets.append(tuple(sorted({owner, *others})) if owner and others else ())
    return sets


def _explicit(intake: Intake) -> dict[str, list[str]]:
    """Recipients and senders by conversation, where the format names recipients."""
    rows = intake.copies[["copy_id", "thread_id", "sender_identity_id"]].merge(
        intake.recipients[["copy_id", "identity_id"]], on="copy_id"
    )
    pairs = pd.concat([
        rows[["thread_id", "identity_id"]],
        rows[["thread_id", "sender_identity_id"]].rename(columns={"sender_identity_id": "identity_id"}),
    ])  # fmt: skip
    pairs = pairs.dropna().drop_duplicates()
    return {str(thread): sorted(group) for thread, group in pairs.groupby("thread_id")["identity_id"]}


def titles(intake: Intake) -> dict[str, set[str]]:
    """Every title a conversation ever had in its source, folded."""
    held: dict[str, set[str]] = {}
    renames = intake.events[intake.events["kind"].isin(["subject_changed", "created"])]
    for thread, title in [
        *intake.threads[["thread_id", "title"]].itertuples(index=False, name=None),
        *renames[["thread_id", "value"]].itertuples(index=False, name=None),
    ]:
        if isinstance(title, str) and title.strip():
            held.setdefault(thread, set()).add(handles.name(title))
    return held


def _join_titles(joiner: Joiner, parts: pd.DataFrame, intake: Intake, resolution: Resolution) -> None:
    """Join groups that had one title and half of the smaller roster in common."""
    named, person = titles(intake), resolution.person
    senders = intake.copies[["thread_id", "sender_identity_id"]].dropna().drop_duplicates()
    roster = senders.assign(person=senders["sender_identity_id"].map(person)).groupby("thread_id")["person"].agg(set)
    blocks: dict[str, list[int]] = {}
    for part, row in enumerate(each(parts)):
        if row.kind == "group":
            for title in sorted(named.get(str(row.thread_id), ())):
                blocks.setdefault(f"{row.channel} {title}", []).append(part)
    for _, members in sorted(blocks.items()):
        for a, b in combinations(members, 2):
            first, second = (roster.get(parts["thread_id"].iloc[part], set()) for part in (a, b))
            common = len(first & second)
            if common >= 2 and common >= LEAST_ROSTER * min(len(first), len(second)):
                joiner.join(a, b)


def thread_ids(
    code: np.ndarray, parts: pd.DataFrame, intake: Intake, resolution: Resolution, first_at: pd.Series
) -> dict[int, str]:
    """Id of each merged conversation: channel, kind and who takes part, or the earliest title; numbered when alike."""
    sets = party_sets(parts, intake, resolution)
    earliest = _earliest_titles(parts, intake)
    anchors: dict[tuple[str, ...], list[tuple[float, str, int]]] = {}
    for thread in sorted(set(code.tolist())):
        members = np.flatnonzero(code == thread).tolist()
        row = parts.iloc[members[0]]
        known = min((sets[part] for part in members if sets[part]), default=())
        name = known or ("title", min((earliest[part] for part in members), default=(0.0, ""))[1])
        began = float(first_at.get(thread, np.inf))
        smallest = min(parts["thread_id"].iloc[members])
        anchors.setdefault((str(row["channel"]), str(row["kind"]), *name), []).append((began, smallest, thread))
    return {
        thread: make_id("thread", *anchor, position)
        for anchor, alike in anchors.items()
        for position, (_, _, thread) in enumerate(sorted(alike))
    }


def _earliest_titles(parts: pd.DataFrame, intake: Intake) -> list[tuple[float, str]]:
    """First title of each part: of its creation line if there is one, else before its first rename, else its title."""
    lines = intake.events[intake.events["kind"] == "created"].dropna(subset=["value"])
    made: dict[str, tuple[float, str]] = {}
    for thread, at, value in zip(lines["thread_id"], seconds(lines["at"]), lines["value"], strict=True):
        made[thread] = min(made.get(thread, (np.inf, "")), (float(at), handles.name(value)))
    return [
        made.get(str(row.thread_id), (np.inf, handles.name(row.title) if isinstance(row.title, str) else ""))
        for row in each(parts)
    ]


def last_titles(
    parts: pd.DataFrame, merged: pd.Series, events: pd.DataFrame, at: np.ndarray, copies: pd.DataFrame,
    resolution: Resolution,
) -> dict[str, str]:  # fmt: skip
    """Last known title by merged thread_id: of the latest rename, else of the latest export; pairs by their people."""
    found: dict[str, tuple[float, str]] = {}
    last = pd.Series(seconds(copies["sent_at"])).groupby(copies["source_id"].to_numpy()).max()
    for row in each(parts):
        if isinstance(row.title, str) and row.thread_id in merged.index and row.kind != "pair":
            thread, until = merged[row.thread_id], float(last.get(row.source_id, -np.inf))
            found[thread] = max(found.get(thread, (-np.inf, "")), (until, row.title))
    named = events["kind"].eq("subject_changed") & events["value"].notna() & events["thread_id"].notna()
    for thread, when, value in zip(events.loc[named, "thread_id"], at[named], events.loc[named, "value"], strict=True):
        found[thread] = max(found.get(thread, (-np.inf, "")), (float(np.nan_to_num(when, nan=-np.inf)), value))
    titles = {thread: title for thread, (_, title) in found.items()}
    label = resolution.people.set_index("person_id")["label"]
    for thread, members in _pairs(parts, merged, resolution).items():
        titles[thread] = " – ".join(sorted(label[one] for one in members))
    return titles


def _pairs(parts: pd.DataFrame, merged: pd.Series, resolution: Resolution) -> dict[str, set[str]]:
    """Both people of each pair, as far as known."""
    pairs: dict[str, set[str]] = {}
    for row in each(parts[parts["kind"] == "pair"]):
        person = resolution.owner(str(row.channel), row.custodian_id, row.address)[1]
        held = pairs.setdefault(merged[row.thread_id], set())
        if person:
            held.add(person)
        if isinstance(row.counterpart_identity_id, str):
            held.add(str(resolution.person[row.counterpart_identity_id]))
    return pairs
