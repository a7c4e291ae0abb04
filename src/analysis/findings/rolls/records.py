"""Rolls of the record: captures, footprints, answers to requests, controls, contacts with the outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import relations, studies
from analysis.findings import outsiders, recording, requests
from analysis.findings.roll import several
from analysis.studies.recording import HORIZONS

if TYPE_CHECKING:
    from analysis.matter import Matter


def cases(matter: Matter) -> pd.DataFrame:
    """A row is a message of business: limits it could be `followed` for, those it was `captured` within, and whose."""
    found = studies.recording.cases(relations.recording(matter))
    found = studies.recording.limits(found, matter.zone, matter.region)
    people = relations.listing(matter, "people")
    own = set(people.person_id[people.custodian_id.notna()])
    mine = studies.recording.with_people(found, relations.takers(matter, sorted(own)), own)
    persons = mine.groupby("message_id").person.agg(tuple).to_dict()
    hits = {limit: studies.recording.within(found, limit) for limit, _ in HORIZONS}
    rows = studies.recording.by_month(found, matter.zone)[["message_id", "thread_id", "channel", "sent_at", "month"]]
    return rows.assign(
        followed=_limits({limit: set(each.index) for limit, (each, _) in hits.items()}, rows),
        captured=_limits({limit: set(each.index[hit]) for limit, (each, hit) in hits.items()}, rows),
        persons=several((persons.get(each, ()) for each in rows.message_id), rows.index),
    )


def _limits(within: dict[str, set[int]], rows: pd.DataFrame) -> pd.Series:
    """For each row the limits whose rows hold it."""
    held = (tuple(limit for limit, places in within.items() if place in places) for place in rows.index)
    return several(held, rows.index)


def readings(matter: Matter) -> pd.DataFrame:
    """A row is a conversation with business under one reading of which domains are official."""
    parts, line = [], matter.standard("footprint_doubt", studies.footprints.DOUBT)
    for name, threads in recording.readings(matter).items():
        rows = studies.footprints.with_business(threads, line)
        bare, likely = (rows.thread_id.isin(studies.footprints.untouched(rows, by).thread_id) for by in
                        ("n_exact", "n_likely"))  # fmt: skip
        parts.append(rows[["thread_id", "channel"]].assign(domains=name, bare=bare, bare_likely=likely))
    return pd.concat(parts, ignore_index=True)


def answers(matter: Matter) -> pd.DataFrame:
    """A row is a message that answers a request, and where it is."""
    asked, register = requests.answered(matter), matter.register("requests")
    rows = studies.requests.parts(asked)
    late = [flag for row, answer in zip(register.to_dict("records"), asked, strict=True)
            for flag in studies.requests.late(row, answer)]  # fmt: skip
    rows = rows.assign(ref=[answer.ref for answer in asked for _ in answer.found.message_id], late=late)
    rows["part"] = [part.removeprefix(f"{ref} n_") for part, ref in zip(rows.part, rows.ref, strict=True)]
    threads = relations.corpus(matter).set_index("message_id").thread_id
    return rows.assign(thread_id=rows.message_id.map(threads))


def controls(matter: Matter) -> pd.DataFrame:
    """A row is an account, or the department, and a control."""
    accounts = relations.account_activity(matter)
    return studies.controls.by_control(studies.controls.matrix(matter.register("controls"), accounts, matter.region))


def contacts(matter: Matter) -> pd.DataFrame:
    """A row is a message between a custodian and an outside organisation."""
    rows = outsiders.known_outside(matter).dropna(subset="organisation")
    columns = ["message_id", "thread_id", "channel", "sent_at", "custodian_id", "organisation", "wrote", "official"]
    rows = rows[columns].drop_duplicates(["custodian_id", "organisation", "message_id"], ignore_index=True)
    return rows.assign(contact=rows.message_id + " " + rows.organisation)
