"""Messages as a search of the record sees them: text, part of an official account, captures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.relations import scoped

if TYPE_CHECKING:
    from analysis.matter import Matter


def _at_domain(address: Any, matter: Matter) -> Any:
    import ibis

    held: Any = ibis.literal(False)
    for domain in matter.official_domains:
        held = held | address.endswith(f"@{domain}") | address.endswith(f".{domain}")
    return held


def official_messages(matter: Matter) -> Any:
    """A row is a message that an official account sent, received, or holds a copy of."""
    accounts = scoped.table(matter, "accounts").filter(lambda t: t.ownership == "official")
    declared = scoped.table(matter, "credits").semi_join(accounts, "account_id").select("message_id")
    seen = scoped.table(matter, "identities").filter(lambda t: (t.kind == "email") & _at_domain(t.normal, matter))
    sent = scoped.table(matter, "messages").select("message_id", identity_id="sender_identity_id")
    got = scoped.table(matter, "recipients").select("message_id", "identity_id")
    ends = declared.union(sent.union(got).semi_join(seen, "identity_id").select("message_id"))
    sources = scoped.table(matter, "sources").select("source_id", address="address")
    boxes = sources.filter(sources.address.notnull())
    at = boxes.filter(lambda t: _at_domain(t.address, matter)).select("source_id")
    boxes = boxes.semi_join(accounts, "address").select("source_id").union(at)
    copies = scoped.table(matter, "copies").select("message_id", "source_id")
    return ends.union(copies.semi_join(boxes, "source_id").select("message_id")).distinct()


def sided(rows: Any, matter: Matter) -> Any:
    """Rows with a `message_id`, told whether an official account has part in the message."""
    return scoped.beside(rows, official_messages(matter).mutate(official=True), official=False)


def captured(matter: Matter, *tiers: str, name: str = "delay_s") -> Any:
    """A row is a message that an official item holds so surely: seconds to the first of these items."""
    rows = scoped.table(matter, "captures").filter(lambda t: t.tier.isin(tiers))
    return rows.group_by("message_id").aggregate(**{name: rows.delay_s.min()})


def corpus(matter: Matter) -> pd.DataFrame:
    """A row is a message of the evidence, whatever the period looked at: a request has a period of its own.

    `message_id`, `thread_id`, `channel`, `sent_at`, `subject`, `body`, `official`, `captured_at` (the first official
    item that holds its words; absent: none does).
    """
    rows = scoped.table(matter, "messages").select("message_id", "thread_id", "channel", "sent_at", "subject", "body")
    rows = rows.filter(rows.sent_at.notnull())
    items = scoped.table(matter, "messages").select(official_message_id="message_id", captured_at="sent_at")
    exact = scoped.table(matter, "captures").filter(lambda t: t.tier == "exact")  # a likeness is no copy
    first = exact.inner_join(items, "official_message_id")
    first = first.group_by("message_id").aggregate(captured_at=first.captured_at.min())
    return matter.engine.collect(scoped.beside(sided(rows, matter), first), ["message_id"])


def private_messages(matter: Matter) -> pd.DataFrame:
    """A row is a message of the scope in which no official account has part.

    `message_id`, `thread_id`, `channel`, `sent_at`, `sender_person_id`, `business` (reviewers before models, then
    rules; absent: not labelled), `delay_s` (to the first official item with its words; absent: none), `secret` (marked
    so, or above).
    """
    rows = scoped.messages(matter).anti_join(official_messages(matter), "message_id")
    rows = rows.select("message_id", "thread_id", "channel", "sent_at", "sender_person_id")
    labels = scoped.table(matter, "labels")
    secret = labels.filter(
        labels.scheme == "marking", labels.label.isin(["SECRET", "TOP SECRET"]), labels.message_id.notnull()
    )
    secret = secret.select("message_id").distinct().mutate(secret=True)
    rows = scoped.beside(scoped.beside(rows, business(matter)), captured(matter, "exact"))
    return matter.engine.collect(scoped.beside(rows, secret, secret=False), ["message_id"])


def business(matter: Matter) -> Any:
    """A row is a labelled message: `business` as reviewers say, else models, else rules."""
    labels = scoped.table(matter, "labels")
    marks = labels.filter(labels.scheme == "business", labels.message_id.notnull())
    rank = (marks.method == "reviewer").ifelse(4, (marks.method == "model").ifelse(2, 0)) + (
        marks.label == "business"
    ).ifelse(1, 0)
    marks = marks.mutate(rank=rank).group_by("message_id").aggregate(best=lambda t: t.rank.max())
    return marks.select("message_id", business=marks.best % 2 == 1)


def outside_messages(matter: Matter) -> pd.DataFrame:
    """A row is a message between a custodian and somebody not known to be inside: either wrote to the other.

    `message_id`, `thread_id`, `channel`, `sent_at`, `custodian_id`, `person_id` (the other), `wrote` (the other did),
    `official` (an official account has part in it).
    """
    people = scoped.table(matter, "people")
    ours = people.filter(people.custodian_id.notnull()).select("custodian_id", own_id="person_id")
    others = people.filter(people.custodian_id.isnull(), people.inside.isnull() | ~people.inside).select("person_id")
    rows = scoped.exposures(matter).select("message_id", "sender", "recipient").distinct()
    out = rows.inner_join(ours, rows.sender == ours.own_id).inner_join(others, rows.recipient == others.person_id)
    back = rows.inner_join(ours, rows.recipient == ours.own_id).inner_join(others, rows.sender == others.person_id)
    ids = "message_id", "custodian_id", "person_id"
    both = out.select(*ids).mutate(wrote=False).union(back.select(*ids).mutate(wrote=True))
    facts = scoped.messages(matter).select("message_id", "thread_id", "channel", "sent_at")
    return matter.engine.collect(sided(both.inner_join(facts, "message_id"), matter), [*ids, "wrote"])


def mail_received(matter: Matter) -> pd.DataFrame:
    """A row is a mail address that received something in the scope: `identity_id`, `normal`, `n_messages`."""
    got = scoped.messages(matter).select("message_id").inner_join(scoped.table(matter, "recipients"), "message_id")
    seen = scoped.table(matter, "identities").filter(lambda t: t.kind == "email").select("identity_id", "normal")
    counted = got.group_by("identity_id").aggregate(n_messages=got.message_id.nunique()).inner_join(seen, "identity_id")
    return matter.engine.collect(counted, ["identity_id"])


def sent_to(matter: Matter, handles: Sequence[str]) -> pd.DataFrame:
    """A row is a message of the scope sent to one of these handles: `message_id`, `identity_id`."""
    got = scoped.table(matter, "recipients").filter(lambda t: t.identity_id.isin(list(handles) or [""]))
    rows = got.select("message_id", "identity_id").distinct().semi_join(scoped.messages(matter), "message_id")
    return matter.engine.collect(rows, ["message_id", "identity_id"])


def account_messages(matter: Matter, accounts: Sequence[str]) -> pd.DataFrame:
    """A row is a message of the scope and one of these accounts that sent or received it.

    `account_id`, `message_id`, `thread_id`, `channel`, `sent_at`, `wrote` (the account sent it), `business` (as in
    `business`; absent: not labelled).
    """
    ends = scoped.counted(matter).filter(lambda t: t.account_id.isin(list(accounts) or [""]))
    ends = ends.mutate(wrote=ends.role == "sent").drop("role")
    ends = ends.left_join(business(matter), "message_id").drop("message_id_right")
    return matter.engine.collect(ends, ["account_id", "sent_at", "message_id"])


def attached(matter: Matter) -> pd.DataFrame:
    """A row is a file that a message carries: `message_id`, `attachment_id`, `name`, `text` (as far as it was read)."""
    rows = scoped.table(matter, "attachments").select("message_id", "attachment_id", "name")
    texts = scoped.table(matter, "attachment_texts").select("attachment_id", "text")
    return matter.engine.collect(scoped.beside(rows, texts, "attachment_id"), ["message_id", "attachment_id"])


def takers(matter: Matter, persons: Sequence[str]) -> pd.DataFrame:
    """A row is a person's part in a message: `message_id`, `person_id`, `role` (`sender`, `recipient`)."""
    wanted = list(persons) or [""]
    sent = scoped.table(matter, "messages").filter(lambda t: t.sender_person_id.isin(wanted))
    got = scoped.table(matter, "recipients").filter(lambda t: t.person_id.isin(wanted))
    import ibis

    sent = sent.select("message_id", person_id="sender_person_id", role=ibis.literal("sender"))
    rows = sent.union(got.select("message_id", "person_id", role=ibis.literal("recipient"))).distinct()
    return matter.engine.collect(rows, ["message_id", "person_id", "role"])
