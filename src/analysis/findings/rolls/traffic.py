"""Rolls of messages: as sent, as copied, as delivered, as held; who is in contact, and how talk moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import relations, studies
from analysis.findings.roll import several
from analysis.studies.volume import WEEKDAYS

if TYPE_CHECKING:
    from analysis.matter import Matter


PARTS = ("others", "core and others", "core")
"""Where a tie stands, by how many of its ends belong to the core (`studies.network.densities`)."""


def _local(rows: pd.DataFrame, matter: Matter) -> pd.DataFrame:
    """Rows with the local `day` and `month` they were sent on."""
    at = rows.sent_at.dt.floor("h").dt.tz_convert(matter.zone)  # as the studies count, by the hour
    return rows.assign(day=at.dt.strftime("%Y-%m-%d"), month=at.dt.strftime("%Y-%m"))


def messages(matter: Matter) -> pd.DataFrame:
    """A row is a message of the scope, with the Monday of its local `week` and whether a custodian sent it (`own`)."""
    rows = _local(relations.message_rows(matter), matter)
    people = relations.listing(matter, "people")
    at = rows.sent_at.dt.floor("h").dt.tz_convert(matter.zone).dt.tz_localize(None)
    return rows.assign(
        week=at.dt.to_period("W-SUN").dt.start_time, weekday=at.dt.dayofweek.map(dict(enumerate(WEEKDAYS))),
        hour=at.dt.hour, own=rows.sender.isin(people.person_id[people.custodian_id.notna()]),
    )  # fmt: skip


def copies(matter: Matter) -> pd.DataFrame:
    """A row is a copy, whatever the scope; `office`: on a day its custodian was in office."""
    rows = relations.copy_rows(matter)
    known = matter.register("custodians").set_index("custodian_id")
    office = {who: studies.completeness.office_days(known, who, matter.first_on, matter.last_on)
              for who in ["", *rows.custodian_id.dropna().unique()]}  # fmt: skip
    on = rows.sent_at.dt.date
    ends = [office[who] for who in rows.custodian_id.fillna("")]
    inside = [not pd.isna(day) and first <= day <= last for day, (first, last) in zip(on, ends, strict=True)]
    day = rows.sent_at.dt.strftime("%Y-%m-%d").fillna("")
    parts = (rows[name].fillna("") for name in ("custodian_id", "account_channel", "address"))
    account_day = pd.Series([" ".join(each) for each in zip(*parts, day, strict=True)], rows.index, dtype="object")
    return rows.drop(columns="copy_id").assign(office=inside, day_at=day, account_day=account_day)


def _core(matter: Matter) -> set[str]:
    net = studies.network.network(relations.edges(matter))
    return set(net.people[studies.network.core(net)])


def deliveries(matter: Matter) -> pd.DataFrame:
    """A row is a message and one person it reached, and where in the network that is."""
    rows, side, inner = relations.delivery_rows(matter), _sides(matter), _core(matter)
    forward = rows.sender < rows.recipient
    one, two = rows.sender.where(forward, rows.recipient), rows.recipient.where(forward, rows.sender)
    kinds = rows.sender.map(side).fillna("unknown"), rows.recipient.map(side).fillna("unknown")
    ends = several(zip(one, two, strict=True), rows.index)
    return rows.assign(
        weight=1 / rows.n_recipients, tie=one + "|" + two, way=rows.sender + ">" + rows.recipient, ends=ends,
        sides=several(zip(*kinds, strict=True), rows.index), sender_side=kinds[0], day_at=rows.sent_at.dt.floor("D"),
        part=(one.isin(inner).astype(int) + two.isin(inner)).map(dict(enumerate(PARTS))),
    ).drop(columns="n_recipients")  # fmt: skip


def holders(matter: Matter) -> pd.DataFrame:
    """A row is a message and a custodian who received it."""
    rows = relations.holder_rows(matter)
    return rows.assign(hour_at=rows.sent_at.dt.floor("h"))


def held_by(matter: Matter) -> pd.DataFrame:
    """A row is a message that somebody received: custodians who hold it (`held_by`), and who lack it (`lacked_by`)."""
    rows = relations.holder_rows(matter)
    held = rows.state == "held"
    facts = rows.drop_duplicates("message_id").set_index("message_id")[["thread_id", "channel", "sent_at"]]
    parts = {name: rows[flag].groupby("message_id").custodian_id.agg(tuple) for name, flag in
             (("held_by", held), ("lacked_by", ~held))}  # fmt: skip
    made = facts.assign(**{name: part.reindex(facts.index) for name, part in parts.items()}).reset_index()
    filled = {name: [cell if isinstance(cell, tuple) else () for cell in made[name]] for name in parts}
    return made.assign(**{name: several(cells, made.index) for name, cells in filled.items()})


def lacking(matter: Matter) -> pd.DataFrame:
    """A row is a message that somebody lacks and somebody else holds."""
    return relations.lacking(matter).drop_duplicates("message_id")


def _sides(matter: Matter) -> pd.Series:
    return studies.contacts.sides(relations.listing(matter, "people"))


def people(matter: Matter) -> pd.DataFrame:
    """A row is a person in contact, with community and parts of the network."""
    edges, side = relations.edges(matter), _sides(matter)
    community, _ = studies.communities.communities(edges)
    rows = community.rename_axis("person").rename("community").reset_index()
    inner = _core(matter)
    parts = several(((PARTS[1], PARTS[2] if person in inner else PARTS[0]) for person in rows.person), rows.index)
    return rows.assign(side=rows.person.map(side).fillna("unknown"), parts=parts)


def asked(matter: Matter) -> pd.DataFrame:
    """A row is a proposal to move, and whether a move followed."""
    rows = studies.switching.proposed(relations.proposals(matter), relations.pair_messages(matter))
    return rows.assign(moved=rows.moved.astype("object"))


def moves(matter: Matter) -> pd.DataFrame:
    """A row is the first message after a move."""
    talk = relations.pair_messages(matter)
    threads = talk.drop_duplicates("message_id").set_index("message_id").thread_id
    rows = studies.switching.moves(talk)
    return rows.assign(thread_id=rows.message_id.map(threads)).rename(columns={"at": "sent_at"})


def turns(matter: Matter) -> pd.DataFrame:
    """A row is a turn between two people; `fair`: in the comparison of the same pairs."""
    talk = relations.pair_messages(matter)
    rows = studies.switching.turns(talk, matter.zone)
    fair = rows.index.isin(studies.switching.comparable(rows).index)
    threads = talk.drop_duplicates("message_id").set_index("message_id").thread_id
    return rows.assign(fair=fair, thread_id=rows.message_id.map(threads)).drop(columns="waited_s")


def tombstones(matter: Matter) -> pd.DataFrame:
    """A row is a message that a file marks as deleted."""
    rows = relations.tombstones(matter)
    return rows[["message_id", "thread_id", "channel", "sent_at", "sender"]].assign(still_held=rows.n_holders > 0)
