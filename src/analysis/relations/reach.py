"""What reached official systems and what did not: by message, thread, tie and person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.records.corpus import LETTERS
from analysis.records.official import NO_TEXT
from analysis.relations import scoped
from analysis.relations.coded import scores
from analysis.relations.record import business, captured, official_messages, sided

if TYPE_CHECKING:
    from analysis.matter import Matter


def _captured(matter: Matter) -> tuple[Any, Any]:
    """Seconds to the first official item that holds a message word for word; and with those that nearly do."""
    return captured(matter, "exact", name="exact_s"), captured(matter, "exact", "probable", name="likely_s")


def recording(matter: Matter) -> pd.DataFrame:
    """A row is a message of the scope in which no official account has part, with its way to the record.

    `message_id`, `thread_id`, `channel`, `sent_at`, `letters` (of its text), `business` (absent: not labelled),
    `score` (the model's probability of it), `exact_s`, `likely_s` (to the first official item that holds it word for
    word; or nearly: absent when none does), `until_at` (time of the last official item of the evidence: what came later
    cannot be known).
    """
    rows = scoped.messages(matter).anti_join(official_messages(matter), "message_id")
    rows = rows.select(
        "message_id", "thread_id", "channel", "sent_at", letters=rows.body.strip().length().coalesce(0).cast("int64")
    )
    exact, likely = _captured(matter)
    for part in (business(matter), scores(matter).drop("method"), exact, likely):
        rows = scoped.beside(rows, part)
    items = scoped.table(matter, "messages").semi_join(official_messages(matter), "message_id")
    rows = rows.cross_join(items.aggregate(until_at=items.sent_at.max()))
    return matter.engine.collect(rows, ["message_id"])


def footprints(matter: Matter) -> pd.DataFrame:
    """A row is a thread: what of it is official business, and what of it touched an official system.

    `thread_id`, `channel`, `kind`, `title`, `n_messages`, `n_labelled`, `n_business`, `n_official` (messages in which
    an official account has part), `n_exact`, `n_likely` (captured word for word; or nearly), `first_at`, `last_at`.
    `n_telling`: business with words of its own that can show it; "agreed" takes its label from what stands around it.
    `doubt`: the chance that one of the two messages with such words that look most like business is business, of those
    nobody has judged.
    """
    rows = sided(scoped.messages(matter).select("message_id", "thread_id", "sent_at", "body", "best_copy_id"), matter)
    states = scoped.table(matter, "copies").filter(lambda t: t.state.isin(NO_TEXT))
    rows = scoped.beside(rows, states.select(best_copy_id="copy_id", bare=True), "best_copy_id")
    rows = rows.mutate(telling=(rows.body.strip().length().coalesce(0) >= LETTERS) & rows.bare.isnull())
    for part in (business(matter), scores(matter), *_captured(matter)):
        rows = scoped.beside(rows, part)
    open_ = rows.telling & (rows.method.coalesce("") != "reviewer")
    rows = rows.mutate(chance=open_.ifelse(rows.score.coalesce(0.0), 0.0))
    rows = rows.inner_join(rows.group_by("thread_id").aggregate(most=rows.chance.max()), "thread_id")
    counted = rows.group_by("thread_id").aggregate(
        n_messages=rows.message_id.count(),
        n_labelled=rows.business.count(),
        n_business=scoped.count_if(rows.business.coalesce(False)),
        n_telling=scoped.count_if(rows.business.coalesce(False) & rows.telling),
        n_official=scoped.count_if(rows.official),
        n_exact=scoped.count_if(rows.exact_s.notnull()),
        n_likely=scoped.count_if(rows.likely_s.notnull()),
        most=rows.most.max(),
        least=(rows.chance < rows.most).ifelse(rows.chance, 0.0).max(),
        n_most=scoped.count_if(rows.chance == rows.most),
        first_at=rows.sent_at.min(),
        last_at=rows.sent_at.max(),
    )
    second = (counted.n_most > 1).ifelse(counted.most, counted.least)
    counted = counted.mutate(doubt=1 - (1 - counted.most) * (1 - second)).drop("most", "least", "n_most")
    facts = scoped.table(matter, "threads").select("thread_id", "channel", "kind", "title")
    return matter.engine.collect(facts.inner_join(counted, "thread_id"), ["thread_id"])


def sole_holders(matter: Matter) -> pd.DataFrame:
    """A row is a message without official account or word-for-word capture that one custodian's exports alone hold.

    `message_id`, `thread_id`, `channel`, `custodian_id`, `business`.
    """
    owners = scoped.table(matter, "sources").select("source_id", "custodian_id")
    copies = scoped.table(matter, "copies").filter(lambda t: t.state != "deleted").inner_join(owners, "source_id")
    held = copies.filter(copies.custodian_id.notnull()).group_by("message_id")
    held = held.aggregate(custodian_id=copies.custodian_id.min(), last=copies.custodian_id.max())
    held = held.filter(held.custodian_id == held.last).select("message_id", "custodian_id")
    rows = scoped.messages(matter).anti_join(official_messages(matter), "message_id")
    rows = rows.anti_join(captured(matter, "exact"), "message_id").select("message_id", "thread_id", "channel")
    rows = scoped.beside(rows.inner_join(held, "message_id"), business(matter))
    return matter.engine.collect(rows, ["custodian_id", "message_id"])


def tie_sides(matter: Matter) -> pd.DataFrame:
    """A row is two people who wrote to each other: `person_a`, `person_b` (a < b), `n_private`, `n_official` messages.

    `n_private` counts messages in which no official account has part.
    """
    rows = sided(scoped.exposures(matter), matter)
    one, other = scoped.ends(rows)
    rows = rows.mutate(person_a=one, person_b=other)
    counted = rows.group_by("person_a", "person_b").aggregate(
        n_private=scoped.count_if(~rows.official), n_official=scoped.count_if(rows.official)
    )
    return matter.engine.collect(counted, ["person_a", "person_b"])


def sides(matter: Matter) -> pd.DataFrame:
    """A row is a person, a channel, an hour and a side: `person`, `channel`, `hour_at`, `official`, `n_messages`."""
    rows = sided(scoped.messages(matter).select("message_id", "sender", "channel", "sent_at"), matter)
    rows = rows.mutate(hour_at=rows.sent_at.truncate("h"))
    counted = rows.group_by("sender", "channel", "hour_at", "official").aggregate(n_messages=rows.message_id.count())
    return matter.engine.collect(counted.rename(person="sender"), ["person", "channel", "hour_at", "official"])


def pair_messages(matter: Matter) -> pd.DataFrame:
    """A row is a message from one person to one other: `tie` (both, smaller first), `message_id`, `sender`, `channel`.

    Also `thread_id`, `sent_at`, `official` (an official account has part in it). Posts to groups are left out: who was
    meant to answer them is not known.
    """
    rows = scoped.exposures(matter).filter(lambda t: t.n_recipients == 1)
    one, other = scoped.ends(rows)
    rows = rows.select("message_id", "sender", "channel", "sent_at", tie=one + "|" + other, thread_id=rows.thread_id)
    return matter.engine.collect(sided(rows, matter), ["tie", "sent_at", "message_id"])


def proposals(matter: Matter) -> pd.DataFrame:
    """A row is a message labelled as a proposal to move: `message_id`, `thread_id`, `sender`, `channel`, `sent_at`.

    `side`: `official` when an official account has part in it, else `private`.
    """
    labels = scoped.table(matter, "labels").filter(lambda t: t.scheme == "theme", lambda t: t.label == "channel_switch")
    rows = scoped.messages(matter).semi_join(labels.filter(labels.message_id.notnull()), "message_id")
    rows = sided(rows.select("message_id", "thread_id", "sender", "channel", "sent_at"), matter)
    rows = rows.mutate(side=rows.official.ifelse("official", "private")).drop("official")
    return matter.engine.collect(rows, ["sent_at", "message_id"])


def capture_counts(matter: Matter) -> pd.DataFrame:
    """A row is a way and a tier of capture: `kind`, `tier`, `n_messages` (captured so), `n_items` (official items)."""
    rows = scoped.table(matter, "captures").semi_join(scoped.messages(matter), "message_id")
    counted = rows.group_by("kind", "tier").aggregate(
        n_messages=rows.message_id.nunique(), n_items=rows.official_message_id.nunique()
    )
    return matter.engine.collect(counted, ["kind", "tier"])


def coded_matches(matter: Matter) -> pd.DataFrame:
    """A row is a coder's verdict on a captured message (scheme `capture`: yes, no): `message_id`, `tier`, `verdict`."""
    told = scoped.table(matter, "judgements").filter(lambda t: t.scheme == "capture")
    best = scoped.table(matter, "captures").group_by("message_id").aggregate(tier=lambda t: t.tier.min())
    rows = told.select("message_id", "coder", verdict="label").inner_join(best, "message_id")
    return matter.engine.collect(rows, ["message_id", "coder"])


def unexamined(matter: Matter) -> pd.DataFrame:
    """A row is a type of file attached to official items: `mime`, `n_files` distinct, `n_read` with text, `rest`."""
    files = scoped.table(matter, "attachments").semi_join(official_messages(matter), "message_id")
    read = scoped.table(matter, "attachment_texts").select("attachment_id").mutate(read=1)
    files = scoped.beside(files, read, "attachment_id", read=0)
    files = files.mutate(file=files.sha256.coalesce(files.attachment_id), mime=files.mime.coalesce("unknown"))
    counted = files.group_by("mime", "file").aggregate(read=files.read.max())
    counted = counted.group_by("mime").aggregate(n_files=counted.file.count(), n_read=counted.read.sum())
    left = counted.mime.startswith("image/").ifelse("not examinable: image", "not examinable")
    counted = counted.mutate(rest=(counted.n_read < counted.n_files).ifelse(left, ""))
    return matter.engine.collect(counted, ["mime"])
