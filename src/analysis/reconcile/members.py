"""Who belonged to which conversation when, from the lines of every copy of it; and so who a message reached.

A stretch without a known start reaches back to before the evidence (or to the group's creation, if that is seen); one
without a known end reaches past it. Silent members that no line names are not seen: recipients are a lower bound.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.reconcile.ledger import moments, seconds
from analysis.resolve import Resolution
from analysis.resolve.rows import each, mapping

IN, OUT = 1, -1
WHO = {"created": ("actor", IN), "added": ("target", IN), "joined": ("target", IN), "left": ("actor", OUT),
       "removed": ("target", OUT)}  # fmt: skip
SWITCH_S = 86_400.0  # the line about a new number may come hours after its first use
SETTLE_S = 90.0  # lines of one joining or leaving in several phones stand this close in corrected time


def agreed_events(events: pd.DataFrame, copies: pd.DataFrame, at: np.ndarray, offset: pd.Series) -> np.ndarray:
    """Agreed time of each event in seconds: its own, corrected, but never outside its neighbours in its file.

    Times written to the minute say too little about who left before which message; the order of lines does.
    `at` holds the agreed time of each copy, `offset` the seconds each source is ahead.
    """
    concerned = copies["thread_id"].isin(events["thread_id"].unique()).to_numpy()
    copies, at = copies[concerned], at[concerned]
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
    agreed: np.ndarray = np.where(np.isnan(own), own, clipped)
    return agreed


def _places(locators: pd.Series) -> np.ndarray:
    """First number in each locator: byte or row."""
    found = pc.struct_field(pc.extract_regex(pa.array(locators, pa.string()), r"(?P<place>\d+)"), "place")
    places: np.ndarray = pc.fill_null(pc.cast(found, pa.float64()), -1.0).to_numpy(zero_copy_only=False)
    return places


def listed(events: pd.DataFrame, threads: pd.DataFrame) -> pd.DataFrame:
    """Members that a database lists for a group, as `recipients.taking_part` gives handles; a list has no time."""
    groups = threads.loc[threads["kind"] == "group", "thread_id"]
    rows = events[(events["kind"] == "member") & events["thread_id"].isin(groups)]
    rows = rows[["thread_id", "target_identity_id"]].dropna().drop_duplicates()
    return rows.rename(columns={"target_identity_id": "identity_id"}).assign(basis="roster")


def changes(events: pd.DataFrame, at: np.ndarray) -> pd.DataFrame:
    """One row per handle joining or leaving: thread_id, identity_id, at, way, basis."""
    rows = events.assign(at_s=at)[events["kind"].isin(list(WHO))]
    side = rows["kind"].map(lambda kind: WHO[kind][0])
    actor, target = rows["actor_identity_id"], rows["target_identity_id"]
    first = actor.where(side == "actor", target)
    identity = first.where(first.notna(), actor.where(target.isna(), target))
    frame = pd.DataFrame({
        "thread_id": rows["thread_id"], "identity_id": identity, "at": rows["at_s"],
        "way": rows["kind"].map(lambda kind: WHO[kind][1]), "basis": rows["kind"],
    }).dropna(subset=["identity_id", "at"])  # fmt: skip
    return frame.sort_values(["thread_id", "at", "way", "identity_id"])


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
        Handles that took part without a line saying so (`recipients.taking_part`).
    """
    groups = threads.loc[threads["kind"] != "mail", ["thread_id", "kind", "channel"]]
    kind, channel = mapping(groups, "thread_id", "kind"), mapping(groups, "thread_id", "channel")
    moves = changes(events, at)
    moves = moves[moves["thread_id"].isin(kind)]
    began = moves[moves["basis"] == "created"].groupby("thread_id")["at"].min().to_dict()
    seen = seen[seen["thread_id"].isin(kind)]
    member = _members(pd.concat([seen, moves])[["thread_id", "identity_id"]], channel, resolution)
    held: dict[tuple[str, str], list[tuple[float, int, str]]] = {}
    for row in each(moves):
        key = row.thread_id, member[row.thread_id, row.identity_id]
        if kind[row.thread_id] == "group":
            held.setdefault(key, []).append((row.at, row.way, row.basis))
    basis: dict[tuple[str, str], str] = {}
    for row in each(seen.sort_values(["basis", "thread_id", "identity_id"], ascending=[False, True, True])):
        basis.setdefault((row.thread_id, member[row.thread_id, row.identity_id]), row.basis)
    for key, move in _switches(events, at, seen, member, channel, resolution):
        held[key] = sorted([*held.get(key, ()), move])
    rows = [
        (*key, resolution.person[key[1]], *stretch)
        for key in sorted({*held, *basis})
        for stretch in _stretches(held.get(key, []), began.get(key[0]), basis.get(key, ""))
    ]
    table = pd.DataFrame(rows, columns=["thread_id", "identity_id", "person_id", "from_s", "to_s", "basis"])
    table["from_at"], table["to_at"] = moments(table["from_s"].astype(float)), moments(table["to_s"].astype(float))
    return table[["thread_id", "identity_id", "person_id", "from_at", "to_at", "basis"]]


def _members(rows: pd.DataFrame, channel: dict[str, str], resolution: Resolution) -> dict[tuple[str, str], str]:
    """For each handle in a conversation the one that stands for that member of it.

    A member is an account: one person may take part with two. A label that stands for no known account is the account
    its person takes part with, and where no account is known the person's smallest label.
    """
    rows = rows.drop_duplicates().sort_values(["thread_id", "identity_id"])
    account = [resolution.account(row.identity_id, channel[row.thread_id]) for row in each(rows)]
    rows = rows.assign(
        account=pd.Series(account, index=rows.index, dtype=object), person=rows["identity_id"].map(resolution.person)
    )
    first = rows.groupby(["thread_id", "person"])[["account", "identity_id"]].first()
    fallback = first["account"].where(first["account"].notna(), first["identity_id"])
    others = fallback.reindex(pd.MultiIndex.from_frame(rows[["thread_id", "person"]])).to_numpy()
    chosen = rows["account"].where(rows["account"].notna(), others)
    return dict(zip(zip(rows["thread_id"], rows["identity_id"], strict=True), chosen, strict=True))


def _switches(
    events: pd.DataFrame, at: np.ndarray, seen: pd.DataFrame, member: dict[tuple[str, str], str],
    channel: dict[str, str], resolution: Resolution,
) -> Iterable[tuple[tuple[str, str], tuple[float, int, str]]]:  # fmt: skip
    """Moves that a change of number makes: where a person has two accounts in a conversation, one before, one after.

    What was learned in one conversation (or from a line that names both) holds for the same line in every other.
    """
    rows = events.assign(at_s=at)[events["kind"] == "number_changed"].dropna(subset=["actor_identity_id", "at_s"])
    who = rows["actor_identity_id"].map(resolution.person)
    changed = rows["at_s"].groupby([rows["thread_id"], who]).min().to_dict()
    anywhere = rows["at_s"].groupby(who).min().to_dict()
    told: set[tuple[str, str | None]] = set()
    replaced: dict[str, str] = {}
    for (thread, person), accounts in sorted(_sending(seen, member, resolution).items()):
        when = changed.get((thread, person), anywhere.get(person))
        if when is None or len(accounts) < 2:
            continue
        old = [one for one, (_, last) in sorted(accounts.items()) if last <= when + SWITCH_S]
        new = [one for one, (first, _) in sorted(accounts.items()) if first >= when - SWITCH_S]
        if old and new and not set(old) & set(new):
            for one, other in zip_longest(old, new):
                yield from _switch(thread, one or old[-1], other or new[-1], when)
            told |= {(thread, one) for one in (*old, *new)}
            replaced |= {one: new[0] for one in old if len(new) == 1}
    for row in each(rows.dropna(subset=["target_identity_id"]).sort_values("at_s")):  # a line that names both accounts
        first, second = (member.get((row.thread_id, one)) for one in (row.actor_identity_id, row.target_identity_id))
        pair = {(row.thread_id, first), (row.thread_id, second)}
        if first and second and first != second and not pair & told:
            told |= pair
            replaced[first] = second
            yield from _switch(row.thread_id, first, second, row.at_s)
    for row in each(rows.sort_values(["thread_id", "at_s", "event_id"])):  # the new account is known from elsewhere
        actor = str(row.actor_identity_id)
        first = member.get((row.thread_id, actor)) or resolution.account(actor, channel.get(row.thread_id, ""))
        second = replaced.get(first or "")
        if first and second and not {(row.thread_id, first), (row.thread_id, second)} & told:
            told.add((row.thread_id, first))
            yield from _switch(row.thread_id, first, second, row.at_s)


def _sending(
    seen: pd.DataFrame, member: dict[tuple[str, str], str], resolution: Resolution
) -> dict[tuple[str, str], dict[str, tuple[float, float]]]:
    """By conversation and person, the stretch in which each of their accounts sent."""
    spans: dict[tuple[str, str], dict[str, tuple[float, float]]] = {}
    sent = seen[seen["basis"] == "sent"]
    for row in each(sent):
        account = member[row.thread_id, row.identity_id]
        held = spans.setdefault((row.thread_id, str(resolution.person[account])), {})
        before = held.get(account, (np.inf, -np.inf))
        held[account] = (min(row.early_s, before[0]), max(row.late_s, before[1]))
    return spans


def _switch(thread: str, old: str, new: str, at: float) -> Iterable[tuple[tuple[str, str], tuple[float, int, str]]]:
    yield (thread, old), (at, OUT, "number_changed")
    yield (thread, new), (at, IN, "number_changed")


def _stretches(
    moves: Iterable[tuple[float, int, str]], began: float | None, seen: str
) -> Iterable[tuple[float | None, float | None, str]]:
    """Stretches of membership from joins and leaves in order; repeats of one way are one happening."""
    start: float | None = began
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


def group_recipients(messages: pd.DataFrame, memberships: pd.DataFrame, resolution: Resolution) -> pd.DataFrame:
    """message_id, identity_id, person_id of everybody who belonged to the conversation when the message was sent.

    `messages` has message_id, thread_id, sent_at, sender_identity_id, channel. The sending account is left out, and the
    sender's only one where the account is not known; a sender's second account in the conversation is a recipient.
    """
    found = []
    starts, ends = seconds(memberships["from_at"]), seconds(memberships["to_at"])
    starts, ends = np.where(np.isnan(starts), -np.inf, starts), np.where(np.isnan(ends), np.inf, ends)
    sent = seconds(messages["sent_at"])
    by_thread = messages.groupby("thread_id").indices
    pairs = messages[["thread_id", "sender_identity_id"]].dropna().drop_duplicates()
    both = pd.concat([memberships[["thread_id", "identity_id"]], pairs.set_axis(["thread_id", "identity_id"], axis=1)])
    own = _members(both, mapping(messages, "thread_id", "channel"), resolution)
    keys = zip(messages["thread_id"], messages["sender_identity_id"], strict=True)
    sender = np.array([own.get(key) for key in keys], dtype=object)
    ids = messages["message_id"].to_numpy(dtype=object)
    for place, row in enumerate(each(memberships)):
        rows = by_thread.get(row.thread_id)
        if rows is None:
            continue
        rows = rows[(sent[rows] >= starts[place]) & (sent[rows] < ends[place]) & (sender[rows] != row.identity_id)]
        facts = {"message_id": ids[rows], "identity_id": row.identity_id, "person_id": row.person_id}
        found.append(pd.DataFrame(facts))
    if not found:
        return pd.DataFrame(columns=["message_id", "identity_id", "person_id"])
    return pd.concat(found, ignore_index=True).drop_duplicates(["message_id", "identity_id"])
