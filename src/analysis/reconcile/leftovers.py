"""What stands alone after the first pass, tried against wider rules, the surest first.

1. same text, near in time, sender not known to be another; 2. same distinctive text and sender, time far off;
3. a tombstone beside a text of the same sender; 4. a like text of the same sender: edited, or altered.
Two messages are joined only if no source holds both.
"""

from __future__ import annotations

from difflib import SequenceMatcher

import numpy as np
import pandas as pd

from analysis.reconcile.ledger import DISTINCTIVE_CHARACTERS

NEAR_S = 8.0  # beyond the written precision, as in the first pass
FAR_S = 26 * 3600.0  # a day, and the hours that a clock change or a wrong zone may add
LIKE = 0.6  # share of characters that two wordings of one message must have in common
TRIED = 8  # neighbours in time that are compared


class Groups:
    """Messages that some covering source lacks, and which of them have been joined."""

    def __init__(self, rows: pd.DataFrame) -> None:
        grouped = rows.groupby("code", sort=True)
        frame = grouped.agg(
            thread=("thread", "first"), sender=("sender", "first"), key=("key", "first"), t=("t", "median"),
            width=("width", "max"), n=("source", "nunique"), deleted=("deleted", "all"), length=("length", "max"),
            first=("row", "min"),
        )  # fmt: skip
        frame = frame[frame["n"].to_numpy() < _covering(frame, rows)]
        self.frame = frame.sort_values(["thread", "t", "key", "first"], kind="stable").reset_index()
        alone = rows[rows["code"].isin(frame.index)]
        held = alone.groupby("code")["source"].agg(frozenset)
        self._sources: list[frozenset[int]] = self.frame["code"].map(held).tolist()
        keyed = alone[(alone["channel"] == "whatsapp") & alone["native"].notna()]
        keys = keyed.groupby("code")["native"].agg(frozenset).to_dict()
        self._keys: list[frozenset[str]] = [keys.get(one, frozenset()) for one in self.frame["code"]]
        self._root = list(range(len(self.frame)))

    def find(self, one: int) -> int:
        """The message that `one` was joined to."""
        while self._root[one] != one:
            self._root[one] = self._root[self._root[one]]
            one = self._root[one]
        return one

    def join(self, one: int, other: int) -> bool:
        """Make two messages one unless a source holds both, or both have keys that the app gave to one message each."""
        a, b = sorted((self.find(one), self.find(other)))
        if a == b or self._sources[a] & self._sources[b] or (self._keys[a] and self._keys[b]):
            return False
        self._root[b] = a
        self._sources[a] |= self._sources[b]
        self._keys[a] |= self._keys[b]
        return True

    def near(self, by: list[str], steps: int, reach_s: float | None = None) -> pd.DataFrame:
        """Pairs (a, b, gap) of messages alike in `by`, at most `steps` apart in time order and near in time."""
        frame = self.frame.sort_values([*by, "t", "first"], kind="stable")
        t, width, position = frame["t"].to_numpy(), frame["width"].to_numpy(), frame.index.to_numpy()
        block = frame.groupby(by, sort=False).ngroup().to_numpy()
        found = []
        for step in range(1, steps + 1):
            gap = np.abs(t[step:] - t[:-step])
            reach = width[step:] + width[:-step] + NEAR_S if reach_s is None else reach_s
            kept = np.flatnonzero((block[step:] == block[:-step]) & (gap <= reach))
            found.append(pd.DataFrame({"a": position[kept], "b": position[kept + step], "gap": gap[kept]}))
        return pd.concat(found, ignore_index=True)

    def result(self, code: np.ndarray) -> np.ndarray:
        """Message code of every copy after all joins."""
        old = self.frame["code"].to_numpy()
        final = {int(old[i]): int(old[self.find(i)]) for i in range(len(old)) if self.find(i) != i}
        moved = pd.Series(code)
        return moved.map(final).fillna(moved).to_numpy(np.int64) if final else code


def _covering(frame: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """How many sources of its conversation cover each message's time, give or take a day."""
    spans = rows.groupby(["thread", "part"])["t"].agg(["min", "max"]).reset_index()
    covering = np.zeros(len(frame), dtype=int)
    thread, t = frame["thread"].to_numpy(), frame["t"].to_numpy()
    order = np.argsort(thread, kind="stable")
    starts = np.searchsorted(thread[order], spans["thread"].to_numpy(), "left")
    ends = np.searchsorted(thread[order], spans["thread"].to_numpy(), "right")
    for start, end, low, high in zip(starts, ends, spans["min"], spans["max"], strict=True):
        held = order[start:end]
        covering[held] += (t[held] >= low - FAR_S) & (t[held] <= high + FAR_S)
    return covering


def join_leftovers(rows: pd.DataFrame, code: np.ndarray, known: np.ndarray, bodies: pd.Series) -> np.ndarray:
    """Apply the four rules; `known` says of each sender code whether that person is known by more than a label."""
    groups = Groups(rows)
    if len(groups.frame) > 1:
        _same_text(groups, known)
        _far_off(groups)
        _tombstones(groups)
        _like_texts(groups, bodies)
    return groups.result(code)


def _same_text(groups: Groups, known: np.ndarray) -> None:
    pairs = groups.near(["thread", "key"], TRIED)
    sender, length = groups.frame["sender"].to_numpy(), groups.frame["length"].to_numpy()
    one, other = sender[pairs["a"]], sender[pairs["b"]]
    strangers = (one != other) & (one >= 0) & (other >= 0) & known[one] & known[other]
    pairs = pairs[~strangers].sort_values(["gap", "a", "b"])
    learned: dict[tuple[int, int], int] = {}
    long = length[pairs["a"]] >= DISTINCTIVE_CHARACTERS
    for a, b in pairs.loc[long, ["a", "b"]].itertuples(index=False, name=None):
        if groups.join(a, b):
            both = (min(sender[a], sender[b]), max(sender[a], sender[b]))
            learned[both] = learned.get(both, 0) + 1
    met = [one for both in learned for one in set(both)]
    disputed = {one for one in met if met.count(one) > 1}
    for a, b in pairs.loc[~long, ["a", "b"]].itertuples(index=False, name=None):
        both = (min(sender[a], sender[b]), max(sender[a], sender[b]))
        if sender[a] == sender[b] or (learned.get(both) and sender[a] not in disputed and sender[b] not in disputed):
            groups.join(a, b)


def _far_off(groups: Groups) -> None:
    frame = groups.frame
    long = frame["length"].to_numpy() >= DISTINCTIVE_CHARACTERS
    alone = frame.groupby(["thread", "sender", "key"])["t"].transform("size").to_numpy() == 2
    pairs = groups.near(["thread", "sender", "key"], 1, FAR_S)
    for a, b in pairs[(long & alone)[pairs["a"]]][["a", "b"]].itertuples(index=False, name=None):
        groups.join(a, b)


def _tombstones(groups: Groups) -> None:
    deleted = groups.frame["deleted"].to_numpy()
    pairs = groups.near(["thread", "sender"], TRIED)
    pairs = pairs[deleted[pairs["a"]] != deleted[pairs["b"]]].sort_values(["gap", "a", "b"])
    taken: set[int] = set()
    for a, b in pairs[["a", "b"]].itertuples(index=False, name=None):
        tombstone = a if deleted[a] else b
        if tombstone not in taken and groups.join(a, b):
            taken.add(tombstone)


def _like_texts(groups: Groups, bodies: pd.Series) -> None:
    deleted, length = groups.frame["deleted"].to_numpy(), groups.frame["length"].to_numpy()
    first, key = groups.frame["first"].to_numpy(), groups.frame["key"].to_numpy()
    pairs = groups.near(["thread", "sender"], TRIED)
    text = ~deleted & (length > 0)
    pairs = pairs[text[pairs["a"]] & text[pairs["b"]] & (key[pairs["a"]] != key[pairs["b"]])]
    scored = []
    for a, b, gap in pairs.itertuples(index=False, name=None):
        if groups.find(a) != a or groups.find(b) != b:
            continue
        one, other = (str(bodies.iloc[first[place]]) for place in (a, b))
        near = min(length[a], length[b]) > LIKE / 2 * max(length[a], length[b])
        like = 1.0 if cut(one, other) else likeness(one, other) if near else 0.0
        if like >= LIKE:
            scored.append((-like, gap, a, b))
    for _, _, a, b in sorted(scored):
        groups.join(a, b)


def cut(one: str, other: str) -> bool:
    """Whether one text is the first lines of the other: a text export breaks off at what looks like its own line."""
    one, other = sorted((one.strip(), other.strip()), key=len)
    return len(one) >= DISTINCTIVE_CHARACTERS and other.startswith(one + "\n")


def likeness(one: str, other: str) -> float:
    """Share of characters two texts have in common, in order; 0 to 1, the same both ways round."""
    one, other = sorted((one[:2000], other[:2000]))
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= LIKE else 0.0
