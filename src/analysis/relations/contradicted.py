"""Copies that other copies, or their own file, speak against: wording, time, order, and lines nobody else has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.relations import scoped

if TYPE_CHECKING:
    from analysis.matter import Matter

APART_S = 90
"""Seconds that a copy may lie off the agreed time, its clock set right: a minute of rounding and some seconds of delay
(standard `time_apart_s`)."""
ORDERED = ("whatsapp_text",)
"""Readers of files whose lines stand in order of time; in databases and mailboxes place says nothing of time."""


def contradicted(matter: Matter) -> pd.DataFrame:
    """A row is a copy of the scope and what speaks against it, each copy once, the strongest ground first.

    `what`: a mark of `copies.suspect`; `only here` (others received the message and lack it without explanation);
    `other wording` (than the best copy, which nothing says was edited; mail aside, which transport rewrites); `other
    time`; `out of order` (after a line of its file that is later). `copy_id`, `message_id`, `thread_id`, `source_id`,
    `path`, `locator`, `channel`, `sent_at`, `agreed_at`, `apart_s`, `n_copies`, `body`, `agreed_body` (absent where the
    message holds personal data; and the second where no other copy is held). Shows that two
    records disagree, never who changed what, or that anybody did.
    """
    apart_s = matter.standard("time_apart_s", APART_S)
    rows = _beside(matter)
    apart = rows.sent_at.epoch_seconds() - rows.agreed_at.epoch_seconds() - rows.offset_s.coalesce(0.0)
    rows = rows.mutate(
        apart_s=apart.cast("float64").round(0), late_s=rows.latest.epoch_seconds() - rows.sent_at.epoch_seconds()
    )
    other = (rows.body.strip().lower() != rows.agreed_body.strip().lower()) & (rows.agreed_body.strip() != "")
    told = rows.kind.isin(["text"]) & (rows.state == "present") & ~rows.edited & (rows.channel != "email")
    import ibis

    what = ibis.cases(
        (rows.suspect.coalesce("") != "", rows.suspect.replace("_", " ")),
        ((rows.n_copies == 1) & rows.lacked.notnull(), "only here"),
        (told & other.coalesce(False), "other wording"),
        (rows.apart_s.abs() > apart_s, "other time"),
        (rows.reader.isin(ORDERED) & (rows.late_s > apart_s), "out of order"),
    )
    rows = rows.mutate(what=what).filter(lambda t: t.what.notnull())
    shown = rows.personal.isnull()
    rows = rows.mutate(body=shown.ifelse(rows.body, None),
                       agreed_body=(shown & (rows.n_copies > 1)).ifelse(rows.agreed_body, None))  # fmt: skip
    columns = ("copy_id", "message_id", "thread_id", "source_id", "path", "locator", "channel", "what", "sent_at",
               "agreed_at", "apart_s", "body", "agreed_body", "n_copies")  # fmt: skip
    return matter.engine.collect(rows.select(*columns), ["what", "path", "sent_at", "copy_id"])


def _beside(matter: Matter) -> Any:
    """A row is a copy of the scope beside the message it is of, with the latest time of its file up to its place."""
    import ibis

    agreed = scoped.table(matter, "messages").select("message_id", "n_copies", agreed_at="sent_at", agreed_body="body")
    lacked = scoped.table(matter, "absences").filter(lambda t: t.kind == "absent", lambda t: ~t.explained)
    lacked = lacked.select("message_id").distinct().mutate(lacked=True)
    readers = scoped.table(matter, "sources").select("source_id", "reader")
    place = ibis.cumulative_window(group_by=["source_id", "thread_id"], order_by=["seq", "copy_id"])
    rows = scoped.held(matter)
    rows = rows.mutate(latest=rows.sent_at.max().over(place)).inner_join(agreed, "message_id")
    rows = rows.inner_join(readers, "source_id")
    labels = scoped.table(matter, "labels").filter(lambda t: t.scheme.isin(["personal", "special"]))
    personal = labels.filter(labels.message_id.notnull()).select("message_id").distinct().mutate(personal=True)
    return scoped.beside(scoped.beside(rows, lacked), personal)
