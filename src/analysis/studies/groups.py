"""Which groups there were, who was in them when, and who of them stood outside the organisation."""

from __future__ import annotations

from typing import Any

import pandas as pd

MOVES = ("added", "joined", "left", "removed")
SAME = pd.Timedelta(10, "min")
"""Records of one event in several exports lie closer than this, once their clocks are set right."""


def rosters(members: pd.DataFrame, sizes: pd.DataFrame) -> pd.DataFrame:
    """A row is a group: `thread_id`, `channel`, `title`, `members` (ever), `inside`, `outside`, `unknown`, messages.

    `members`: `relations.memberships_over`; `sizes`: `relations.thread_sizes`. `n_messages`, `first_at`, `last_at`;
    largest first. Members whom no event, roster or message shows are not seen.
    """
    stays = members[members.kind == "group"].drop_duplicates(["thread_id", "person"])
    stays = stays.assign(side=side(stays.inside))
    counts = stays.groupby(["thread_id", "side"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["inside", "outside", "unknown"], fill_value=0).astype("int64")
    facts = stays.drop_duplicates("thread_id").set_index("thread_id")[["channel", "title"]]
    rows = facts.join(counts.assign(members=counts.sum(axis=1)))
    rows = rows.join(sizes.set_index("thread_id")[["n_messages", "first_at", "last_at"]]).reset_index()
    rows["n_messages"] = rows.n_messages.fillna(0).astype("int64")
    rows["title"] = rows.title.fillna("(no title known)")
    columns = ["thread_id", "title", "channel", "members", "inside", "outside", "unknown", "n_messages", "first_at",
               "last_at"]  # fmt: skip
    return rows[columns].sort_values(["n_messages", "thread_id"], ascending=[False, True], ignore_index=True)


def side(inside: pd.Series) -> list[str]:
    """`inside`, `outside` or `unknown` for each flag."""
    return ["unknown" if pd.isna(flag) else "inside" if flag else "outside" for flag in inside]


def recorded(events: pd.DataFrame, offsets: pd.DataFrame, handles: pd.DataFrame, undated: bool = False) -> pd.DataFrame:
    """The dated events at agreed times (clocks corrected), with people: `by` and `whom` (a handle if none).

    `events`, `offsets`, `handles`: the tables events, offsets and identities. `undated`: also those without a time.
    """
    wrong = events.source_id.map(offsets.set_index("source_id").offset_s).fillna(0.0)
    person = handles.set_index("identity_id").person_id
    who = {}
    for name, column in (("by", events.actor_identity_id), ("whom", events.target_identity_id)):
        known = column.map(person)
        who[name] = known.where(known.notna(), column)
    rows = events.assign(**who, at=events["at"] - pd.to_timedelta(wrong, unit="s"))
    return rows if undated else rows[rows["at"].notna()]


def _once(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """What several exports record within `SAME` of each other, as one row: `at`, `by` and how many `n_sources`."""
    rows = rows.sort_values([*by, "at", "source_id"])
    new = rows.groupby(by)["at"].diff().gt(SAME) | ~rows.duplicated(by)
    return rows.assign(turn=new.cumsum()).groupby([*by, "turn"], as_index=False).agg(
        at=("at", "min"), last_at=("at", "max"), by=("by", "first"), n_sources=("source_id", "nunique")
    )  # fmt: skip


def renames(happened: pd.DataFrame, threads: pd.DataFrame) -> pd.DataFrame:
    """A row is a title a group was given: `thread_id`, `at`, `title`, `by`, `n_sources` that record it, to `last_at`.

    `happened`: `recorded`; `threads`: the table.
    """
    groups = threads[threads.kind == "group"].thread_id
    rows = happened[(happened.kind == "subject_changed") & happened.thread_id.isin(groups)]
    made = _once(rows.assign(title=rows.value.fillna("(not recorded)")), ["thread_id", "title"])
    return made.sort_values(["thread_id", "at", "title"], ignore_index=True)[
        ["thread_id", "at", "title", "by", "n_sources", "last_at"]
    ]


def stays(members: pd.DataFrame, since: Any, until: Any, thread: str) -> pd.DataFrame:
    """A row is a stretch one person belonged to one group.

    `person`, `side`, `from_at`, `to_at`, `sure_from`, `sure_to`, `basis`.
    Open ends reach to the ends of the period; an end is sure when an event shows it, else it is only known that the
    person was there. First to come first.
    """
    rows = members[(members.thread_id == thread) & (members.kind == "group")]
    rows = rows.assign(
        side=side(rows.inside),
        sure_from=rows.from_at.notna() & _names(rows.basis, ("created", "added", "joined")),
        sure_to=rows.to_at.notna() & _names(rows.basis, ("left", "removed")),
        from_at=rows.from_at.fillna(since).clip(since, until),
        to_at=rows.to_at.fillna(until).clip(since, until),
    )
    order = rows.groupby("person").from_at.transform("min")
    rows = rows.assign(order=order).sort_values(["order", "person", "from_at"], ignore_index=True)
    return rows[["person", "side", "from_at", "to_at", "sure_from", "sure_to", "basis"]]


def _names(basis: pd.Series, words: tuple[str, ...]) -> pd.Series:
    return basis.map(lambda text: any(word in str(text) for word in words)).astype(bool)


def moves(happened: pd.DataFrame, threads: pd.DataFrame, side: pd.Series) -> pd.DataFrame:
    """A row is somebody coming to or leaving a group: `thread_id`, `at`, `kind`, `person`, `side`, `by`, `n_sources`.

    `by`: who did it, the person themselves where they came or went; `last_at`: of the records of it. `happened`:
    `recorded`; `side`: `contacts.sides`.
    """
    groups = threads[threads.kind == "group"].thread_id
    rows = happened[happened.kind.isin(MOVES) & happened.thread_id.isin(groups)]
    made = _once(rows.assign(person=rows.whom.where(rows.whom.notna(), rows.by)), ["thread_id", "kind", "person"])
    made = made.assign(side=made.person.map(side).fillna("unknown"))
    columns = ["thread_id", "at", "kind", "person", "side", "by", "n_sources", "last_at"]
    return made.sort_values(["at", "thread_id", "person"], ignore_index=True)[columns]


def exposure(edges: pd.DataFrame, side: pd.Series) -> pd.DataFrame:
    """A row is a group and a person not known to be inside who was reached in it.

    `thread_id`, `person`, `side`, `n_messages`.
    `edges`: `relations.encounters` of mode group; messages sent by people inside while the person was a member.
    """
    rows = edges[edges["mode"] == "group"]
    both = pd.concat([
        rows.assign(member=rows.other, writer=rows.person, n=rows.sent),
        rows.assign(member=rows.person, writer=rows.other, n=rows.n_messages - rows.sent),
    ])  # fmt: skip
    both = both.assign(side=both.member.map(side).fillna("unknown"), wrote=both.writer.map(side).fillna("unknown"))
    both = both[(both.side != "inside") & (both.wrote == "inside") & (both.n > 0)]
    made = both.groupby(["thread_id", "member", "side"]).n.sum().rename("n_messages").reset_index()
    made = made.rename(columns={"member": "person"})
    return made.sort_values(["n_messages", "thread_id", "person"], ascending=[False, True, True], ignore_index=True)


def pages(rows: pd.DataFrame) -> list[str]:
    """For each row with a `thread_id`: the page of the report on which the conversation stands."""
    return [f"threads/{thread}.html" for thread in rows.thread_id]


def widest(rosters: pd.DataFrame) -> str:
    """The group with most messages among those with somebody not known to be inside; else the largest; '' if none."""
    open_ones = rosters[rosters.outside + rosters.unknown > 0]
    ranked = open_ones if len(open_ones) else rosters
    return str(ranked.thread_id.iloc[0]) if len(ranked) else ""
