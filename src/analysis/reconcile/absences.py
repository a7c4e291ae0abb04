"""Who lacks what, and why: for each export of a conversation, the messages it should hold and does not.

The order of explanations: a tombstone; not a member; beyond an export's records, where another export of the custodian
covers the time (the next phone, a later export); before the export begins; after it ends; a timer was on and has run
out; else nothing explains it. An export that says when it was made ends then, not at its last record. A single message
before a first record is no cleared chat. What this cannot show: an absence is a gap in one export, not proof of an act.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from analysis.reconcile.ledger import NOBODYS, among, looked_up, places, seconds
from analysis.resolve.rows import each

EDGE_S = 120.0  # a message this near to an export's first or last record may fall outside by its clock alone
CLEARED = 2  # messages in a row before a first record: one alone is likelier a single gap than a whole chat cleared
_LENGTH = re.compile(r"(\d+)\s*(hour|day|week|month|year|h|d|w)", re.I)
_UNIT_S = {"h": 3600.0, "d": 86400.0, "w": 7 * 86400.0, "m": 30 * 86400.0, "y": 365 * 86400.0}
COLUMNS = ["message_id", "source_id", "custodian_id", "kind", "explained", "evidence"]


def table(
    messages: pd.DataFrame, copies: pd.DataFrame, exports: pd.DataFrame, memberships: pd.DataFrame,
    timers: pd.DataFrame,
) -> pd.DataFrame:  # fmt: skip
    """The `absences` table.

    Parameters
    ----------
    messages
        message_id, thread_id, sent_at, suspect.
    copies
        With message_id, source_id, state, kind, locator.
    exports
        One row per conversation and source that should hold it: thread_id, source_id, custodian_id, person_id, path,
        first_s, last_s (agreed seconds of its first and last record of that conversation), made_s (of its making, or
        NaN), truncated.
    memberships
        The `memberships` table.
    timers
        thread_id, from_s, to_s, length_s (NaN when the line does not say), evidence: stretches with vanishing messages.
    """
    sound = messages[~messages["suspect"].isin(NOBODYS) & messages["sent_at"].notna()]
    sound = sound.assign(t=seconds(sound["sent_at"])).sort_values(["thread_id", "t", "message_id"])
    by_thread = sound.groupby("thread_id").indices
    deleted = ((copies["state"] == "deleted") | (copies["kind"] == "deleted")).to_numpy()
    order = pd.Index(sound["message_id"])
    alive = copies.loc[~deleted, ["source_id", "message_id"]]
    held = {source: order.get_indexer(ids) for source, ids in alive.groupby("source_id")["message_id"]}
    stones = _tombstones(copies[deleted])
    stretches = memberships.assign(a=seconds(memberships["from_at"]), b=seconds(memberships["to_at"]))
    spans = {key: group[["a", "b"]].to_numpy() for key, group in stretches.groupby(["thread_id", "person_id"])}
    clocks = dict(iter(timers.groupby("thread_id")))
    several = exports[exports.duplicated(["thread_id", "custodian_id"], keep=False)].dropna(subset=["first_s"])
    others = dict(iter(several.groupby(["thread_id", "custodian_id"])))
    found = []
    for export in each(exports.sort_values(["thread_id", "source_id"])):
        places = by_thread.get(export.thread_id, np.array([], dtype=int))
        lacks = np.ones(len(sound), dtype=bool)
        has = held.get(export.source_id)
        if has is not None:
            lacks[has[has >= 0]] = False
        rows = sound.iloc[places[lacks[places]]]
        if len(rows):
            member = spans.get((export.thread_id, export.person_id))
            other = others.get((export.thread_id, export.custodian_id))
            stone, clock = stones.get(export.source_id, {}), clocks.get(export.thread_id)
            kind, why = _explain(rows, export, member, clock, stone, other)
            facts = {"source_id": export.source_id, "custodian_id": export.custodian_id, "kind": kind, "evidence": why}
            found.append(rows[["message_id"]].assign(**facts))
    if not found:
        return pd.DataFrame(columns=COLUMNS)
    result = pd.concat(found, ignore_index=True)
    result["explained"] = result["kind"] != "absent"
    return result[COLUMNS]


def _tombstones(gone: pd.DataFrame) -> dict[Any, dict[str, str]]:
    """By source and message, where it is marked as deleted."""
    recovered = gone["body"].fillna("").ne("") & gone["kind"].ne("deleted")
    told = gone["locator"] + np.where(recovered, ", its text recovered there", "")
    return {
        source: dict(zip(group["message_id"], group["locator"], strict=True))
        for source, group in gone.assign(locator=told).groupby("source_id")
    }


def _explain(
    rows: pd.DataFrame, export: Any, member: np.ndarray | None, timers: pd.DataFrame | None, stones: dict[str, str],
    others: pd.DataFrame | None,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Kind and evidence for each message that one export lacks; the later an assignment, the stronger it is.

    `others` are all the exports that the custodian handed over of the conversation, where there are several.
    """
    t = rows["t"].to_numpy()
    path, first, last = export.path, export.first_s, max(export.last_s, np.nan_to_num(export.made_s, nan=-np.inf))
    kind = np.full(len(rows), "absent", dtype=object)
    why = np.full(len(rows), f"nothing in {path} explains it", dtype=object)
    why[t > export.last_s] = f"after the last record of {path}, which by the chain of custody was made later"
    if timers is not None:
        for timer in each(timers):
            run_out = np.isnan(timer.length_s) or t + timer.length_s <= last
            on = (t >= timer.from_s) & (t < timer.to_s) & run_out
            kind[on], why[on] = "timer", f"disappearing messages were on: {timer.evidence}"
    if np.isnan(first):
        kind[:], why[:] = "outside_period", f"{path} holds nothing of this conversation"
    else:
        after, before = t > last + EDGE_S, t < first - EDGE_S
        kind[after], why[after] = "outside_period", f"after the last record of {path}, or after it was made"
        if export.truncated:
            kind[before], why[before] = "truncated", f"before the first record of {path}: its size is the app's limit"
        elif before.sum() >= CLEARED:
            kind[before], why[before] = "cleared", f"{path} holds nothing before its first record: cleared or not moved"
    for other in each(others) if others is not None else ():
        beyond = (t > export.last_s) | ((t < first) & (not export.truncated))
        beyond &= (t >= other.first_s) & (t <= other.last_s)
        kind[beyond] = "outside_period"
        why[beyond] = f"beyond the records of {path}; {other.path}, of the same custodian, covers that time"
    if member is not None:
        low, high = np.nan_to_num(member[:, 0], nan=-np.inf), np.nan_to_num(member[:, 1], nan=np.inf)
        outside = ~((t[:, None] >= low) & (t[:, None] < high)).any(axis=1)
        kind[outside] = "not_member"
        why[outside] = "not in the conversation at that time, by its joining and leaving lines"
    for place, message in enumerate(rows["message_id"]):
        if message in stones:
            kind[place], why[place] = "deleted", f"tombstone in {path} at {stones[message]}"
    return kind, why


def timers(events: pd.DataFrame, at: np.ndarray, paths: dict[str, str]) -> pd.DataFrame:
    """Stretches in which vanishing messages were on, per conversation, from the lines of every copy of it."""
    rows = events.assign(at_s=at)[events["kind"].isin(["timer_on", "timer_off"])].dropna(subset=["at_s"])
    rows = rows.sort_values(["thread_id", "at_s", "kind", "event_id"])
    found = []
    for thread, group in rows.groupby("thread_id"):
        begun = None
        for row in each(group):
            if row.kind == "timer_on":
                if begun:
                    found.append((*begun[:2], row.at_s, *begun[2:]))
                begun = (thread, row.at_s, _length(row.value), f"{paths.get(row.source_id, '')} {row.locator}")
            elif begun:
                found.append((*begun[:2], row.at_s, *begun[2:]))
                begun = None
        if begun:
            found.append((*begun[:2], np.inf, *begun[2:]))
    return pd.DataFrame(found, columns=["thread_id", "from_s", "to_s", "length_s", "evidence"])


def _length(value: object) -> float:
    if isinstance(value, str) and value.isdecimal():  # databases hold seconds
        return float(value)
    match = _LENGTH.search(value) if isinstance(value, str) else None
    return int(match[1]) * _UNIT_S[match[2][0].lower()] if match else float("nan")


def holders(messages: pd.DataFrame, copies: pd.DataFrame, absences: pd.DataFrame, custodian: pd.Series) -> pd.DataFrame:
    """n_holders and n_expected by message_id: custodians with a copy, and those with one or an absence that counts."""
    alive = ~(among(copies["state"], ["deleted"]) | among(copies["kind"], ["deleted"]))
    order = messages["message_id"].tolist()
    holder = sorted(custodian.dropna().unique())
    where = {str(source): holder.index(one) for source, one in custodian.dropna().items()}
    has = places(copies["message_id"], order)[alive], looked_up(copies["source_id"], where, -1, np.int32)[alive]
    lacking = absences[absences["kind"].isin(["absent", "deleted", "timer"])]
    lacks = places(lacking["message_id"], order), places(lacking["custodian_id"], holder)
    expected = np.concatenate([has[0], lacks[0]]), np.concatenate([has[1], lacks[1]])
    return pd.DataFrame({
        "n_holders": _distinct(*has, len(order)), "n_expected": _distinct(*expected, len(order)),
    }, index=messages["message_id"])  # fmt: skip


def _distinct(message: np.ndarray, custodian: np.ndarray, n: int) -> np.ndarray:
    """Number of different custodians by message; absent ones do not count."""
    known = (message >= 0) & (custodian >= 0)
    pairs = np.sort(message[known].astype(np.int64) << 20 | custodian[known])
    return np.bincount(pairs[np.diff(pairs, prepend=-1) != 0] >> 20, minlength=n)
