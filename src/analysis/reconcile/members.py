"""Who belonged to which conversation when, from the lines of every copy of it; and so who a message reached.

A stretch without a known start reaches back to before the evidence (or to the group's creation, if that is seen); one
without a known end reaches past it. Silent members that no line names are not seen: recipients are a lower bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.reconcile.ledger import moments, seconds
from analysis.resolve import Resolution
from analysis.resolve.rows import each

IN, OUT = 1, -1
WHO = {"created": ("actor", IN), "added": ("target", IN), "joined": ("target", IN), "left": ("actor", OUT),
       "removed": ("target", OUT)}  # fmt: skip
SETTLE_S = 90.0  # lines of one joining or leaving in several phones stand this close in corrected time
_PLACE = re.compile(r"(\d+)")


def agreed_events(events: pd.DataFrame, copies: pd.DataFrame, at: np.ndarray, offset: pd.Series) -> np.ndarray:
    """Agreed time of each event in seconds: its own, corrected, but never outside its neighbours in its file.

    Times written to the minute say too little about who left before which message; the order of lines does.
    `at` holds the agreed time of each copy, `offset` the seconds each source is ahead.
    """
    own = seconds(events["at"]) - events["source_id"].map(offset).fillna(0).to_numpy(float)
    lines = pd.concat([
        pd.DataFrame({"part": events["thread_id"], "place": _places(events["locator"]), "at": np.nan,
                      "row": np.arange(len(events))}),
        pd.DataFrame({"part": copies["thread_id"], "place": _places(copies["locator"]), "at": at, "row": -1}),
    ]).sort_values(["part", "place", "row"])  # fmt: skip
    before = lines.groupby("part")["at"].ffill().to_numpy()
    after = lines.groupby("part")["at"].bfill().to_numpy()
    is_event = lines["row"].to_numpy() >= 0
    rows = lines["row"].to_numpy()[is_event]
    low, high = np.full(len(events), np.nan), np.full(len(events), np.nan)
    low[rows], high[rows] = before[is_event], after[is_event]
    near_low = np.where(np.abs(low - own) <= SETTLE_S, low + 0.001, -np.inf)
    near_high = np.where(np.abs(high - own) <= SETTLE_S, high - 0.001, np.inf)
    clipped = np.maximum(np.minimum(own, near_high), near_low)
    return np.where(np.isnan(own), own, clipped)


def _places(locators: pd.Series) -> np.ndarray:
    """First number in each locator: byte or row."""
    found = locators.astype("str").str.extract(_PLACE)[0]
    return pd.to_numeric(found).fillna(-1).to_numpy(float)


def changes(events: pd.DataFrame, at: np.ndarray, resolution: Resolution) -> pd.DataFrame:
    """One row per person joining or leaving: thread_id, person_id, identity_id, at, way, basis."""
    rows = events.assign(at_s=at)[events["kind"].isin(list(WHO))]
    side = rows["kind"].map(lambda kind: WHO[kind][0])
    actor, target = rows["actor_identity_id"], rows["target_identity_id"]
    first = actor.where(side == "actor", target)
    identity = first.where(first.notna(), actor.where(target.isna(), target))
    frame = pd.DataFrame({
        "thread_id": rows["thread_id"], "identity_id": identity, "at": rows["at_s"],
        "way": rows["kind"].map(lambda kind: WHO[kind][1]), "basis": rows["kind"],
    }).dropna(subset=["identity_id", "at"])  # fmt: skip
    frame["person_id"] = frame["identity_id"].map(resolution.person)
    return frame.sort_values(["thread_id", "person_id", "at", "way", "identity_id"])


def memberships(
    threads: pd.DataFrame, events: pd.DataFrame, at: np.ndarray, seen: pd.DataFrame, resolution: Resolution
) -> pd.DataFrame:
    """The `memberships` table.

    Parameters
    ----------
    threads
        Merged conversations with `thread_id` and `kind`; mail has no members.
    events, at
        All events with their merged thread, and their agreed times.
    seen
        thread_id, identity_id, basis (sent, roster): handles that took part without a line saying so.
    """
    groups = threads.loc[threads["kind"] != "mail", ["thread_id", "kind"]]
    kind = dict(groups.itertuples(index=False, name=None))
    moves = changes(events, at, resolution)
    began = moves[moves["basis"] == "created"].groupby("thread_id")["at"].min().to_dict()
    seen = seen[seen["thread_id"].isin(kind)].assign(person_id=lambda rows: rows["identity_id"].map(resolution.person))
    label = _representatives(pd.concat([seen, moves])[["thread_id", "person_id", "identity_id"]], resolution)
    held: dict[tuple[str, str], list[tuple[float, int, str]]] = {}
    for row in each(moves):
        if kind.get(row.thread_id) == "group":
            held.setdefault((row.thread_id, row.person_id), []).append((row.at, row.way, row.basis))
    basis = dict(zip(zip(seen["thread_id"], seen["person_id"], strict=True), seen["basis"], strict=True))
    rows = [
        (thread, label[thread, person], person, *stretch)
        for thread, person in sorted({*held, *basis})
        for stretch in _stretches(held.get((thread, person), []), began.get(thread), basis.get((thread, person), ""))
    ]
    table = pd.DataFrame(rows, columns=["thread_id", "identity_id", "person_id", "from_s", "to_s", "basis"])
    table["from_at"], table["to_at"] = moments(table["from_s"].astype(float)), moments(table["to_s"].astype(float))
    return table[["thread_id", "identity_id", "person_id", "from_at", "to_at", "basis"]]


def _representatives(rows: pd.DataFrame, resolution: Resolution) -> dict[tuple[str, str], str]:
    """One handle per person and conversation: an address before a name, then the smallest id."""
    kinds = resolution.identities.set_index("identity_id")["kind"]
    rows = rows.drop_duplicates().assign(weak=lambda held: held["identity_id"].map(kinds).eq("name"))
    rows = rows.sort_values(["thread_id", "person_id", "weak", "identity_id"]).drop_duplicates(
        ["thread_id", "person_id"]
    )
    return dict(zip(zip(rows["thread_id"], rows["person_id"], strict=True), rows["identity_id"], strict=True))


def _stretches(
    moves: Iterable[tuple[float, int, str]], began: float | None, seen: str
) -> Iterable[tuple[float | None, float | None, str]]:
    """Stretches of membership from joins and leaves in order; repeats of one way are one happening."""
    start: float | None = began if began is not None else None
    inside, basis, last = True, seen, 0
    ended = False
    for at, way, name in moves:
        if way == last:
            continue
        if way == IN:
            start, inside, basis = at, True, name
        elif inside:
            yield start, at, f"{basis}, {name}" if basis else name
            inside, ended = False, True
        last = way
    if inside and (basis or not ended):
        yield start, None, basis or "roster"


def group_recipients(messages: pd.DataFrame, memberships: pd.DataFrame) -> pd.DataFrame:
    """message_id, identity_id, person_id of everybody who belonged to the conversation when the message was sent.

    `messages` has message_id, thread_id, sent_at, sender_person_id. The sender is left out.
    """
    columns = ["message_id", "identity_id", "person_id"]
    found = []
    starts, ends = seconds(memberships["from_at"]), seconds(memberships["to_at"])
    starts, ends = np.where(np.isnan(starts), -np.inf, starts), np.where(np.isnan(ends), np.inf, ends)
    sent = seconds(messages["sent_at"])
    by_thread = messages.groupby("thread_id").indices
    sender = messages["sender_person_id"].to_numpy(dtype=object)
    ids = messages["message_id"].to_numpy(dtype=object)
    for position, (thread, identity, person) in enumerate(
        memberships[["thread_id", "identity_id", "person_id"]].itertuples(index=False, name=None)
    ):
        rows = by_thread.get(thread)
        if rows is None:
            continue
        rows = rows[(sent[rows] >= starts[position]) & (sent[rows] < ends[position]) & (sender[rows] != person)]
        found.append(pd.DataFrame({"message_id": ids[rows], "identity_id": identity, "person_id": person}))
    if not found:
        return pd.DataFrame(columns=columns)
    return pd.concat(found, ignore_index=True).drop_duplicates(["message_id", "identity_id"])
