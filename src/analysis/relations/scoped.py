"""The expressions that relations start from: canonical tables kept to the scope of a matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.matter import Matter

COUNTABLE = ("absent", "deleted", "timer")
"""Absences of a message that the holder did receive. The other kinds (not a member, export cut, outside the period)
mean that the source could not hold it, so they count neither as held nor as lost."""


def table(matter: Matter, name: str) -> Any:
    """A canonical table, whole."""
    return matter.engine.table(matter.store, name)


def limits(matter: Matter) -> tuple[Any, Any]:
    """The two ends of the period, in UTC; the second is excluded."""
    import ibis

    return ibis.literal(matter.scope.since), ibis.literal(matter.scope.until)


def count_if(condition: Any) -> Any:
    """In how many rows a condition holds."""
    return condition.ifelse(1, 0).sum()


def beside(rows: Any, part: Any, key: str = "message_id", **absent: Any) -> Any:
    """Rows with the columns of `part` that has the same `key`; where it has none, a column is absent or as given."""
    rows = rows.left_join(part, key).drop(f"{key}_right")
    return rows.mutate(**{name: rows[name].coalesce(value) for name, value in absent.items()})


def ends(rows: Any) -> tuple[Any, Any]:
    """The smaller and the larger person of each row of `exposures`."""
    forward = rows.sender < rows.recipient
    return forward.ifelse(rows.sender, rows.recipient), forward.ifelse(rows.recipient, rows.sender)


def of_channels(rows: Any, matter: Matter) -> Any:
    """Rows on the channels looked at; no channel named means all, also those this package has no name for."""
    return rows.filter(rows.channel.isin(matter.scope.channels)) if matter.scope.channels else rows


def messages(matter: Matter) -> Any:
    """A row is a message in the scope; `sender` is its person, or the handle when nobody is known behind it."""
    rows, (since, until) = table(matter, "messages"), limits(matter)
    rows = of_channels(rows.filter(rows.sent_at >= since, rows.sent_at < until), matter)
    return rows.mutate(sender=rows.sender_person_id.coalesce(rows.sender_identity_id))


def counted(matter: Matter) -> Any:
    """A row is an account's part in a message of the scope that `accounts` counts: some copy of it is not suspect."""
    told = messages(matter).filter(lambda t: t.suspect.isnull()).select("message_id", "thread_id", "channel", "sent_at")
    return table(matter, "credits").inner_join(told, "message_id")


def private(matter: Matter) -> Any:
    """A row is the id of a message of the scope sent from or to a private account of a custodian.

    Where it cannot be told which account of a custodian a handle stands for, it counts if all they have on the channel
    are private.
    """
    held = table(matter, "accounts").filter(lambda t: t.custodian_id.notnull())
    held = held.mutate(official=(held.ownership == "official").ifelse(1, 0))
    told = table(matter, "credits").inner_join(held, "account_id")
    people = held.filter(held.person_id.notnull()).group_by("person_id", "channel")
    people = people.aggregate(official=held.official.max()).filter(lambda t: t.official == 0)
    rows = messages(matter)
    facts = rows.select("message_id", "channel")
    got = table(matter, "recipients").select("message_id", "person_id").inner_join(facts, "message_id")
    ends = got.union(rows.select("message_id", "channel", person_id="sender_person_id").select(*got.columns))
    untold = ends.semi_join(people, ["person_id", "channel"]).anti_join(told, ["message_id", "person_id"])
    chosen = told.filter(told.official == 0).select("message_id").union(untold.select("message_id"))
    return chosen.distinct().semi_join(facts, "message_id")


def exposures(matter: Matter) -> Any:
    """A row is a message and one person it reached, other than its sender."""
    import ibis

    kinds = table(matter, "threads").select("thread_id", thread_kind="kind")
    rows = messages(matter).inner_join(kinds, "thread_id")
    rows = rows.select("message_id", "thread_id", "sender", "channel", "sent_at", "thread_kind")
    got = table(matter, "recipients")
    rows = rows.inner_join(
        got.select("message_id", "role", recipient=got.person_id.coalesce(got.identity_id)), "message_id"
    )
    mode = ibis.cases(
        (rows.channel == "email", rows.role.isin(["cc", "bcc"]).ifelse("mail_cc", "mail_to")),
        (rows.thread_kind == "pair", "direct"),
        else_="group",
    )
    rows = rows.filter(rows.sender.notnull(), rows.recipient != rows.sender).mutate(mode=mode)
    # one row a person: somebody reached at two handles is one recipient, and `to` outranks `cc`
    by = "message_id", "thread_id", "sender", "channel", "sent_at", "recipient"
    rows = rows.group_by(*by).aggregate(mode=rows.mode.max())
    sizes = rows.group_by("message_id").aggregate(n_recipients=rows.recipient.count())
    return rows.inner_join(sizes, "message_id")


def held(matter: Matter) -> Any:
    """A row is a copy in the scope, by the time its own source gives."""
    rows, (since, until) = table(matter, "copies"), limits(matter)
    rows = rows.filter(rows.sent_at >= since, rows.sent_at < until)
    facts = table(matter, "sources").select("source_id", "path", "custodian_id", "address")
    parts = table(matter, "threads").select("thread_id", "channel")  # a source may hold several channels
    rows = rows.inner_join(facts, "source_id").inner_join(parts, "thread_id")
    return of_channels(rows, matter)


def sole(matter: Matter) -> Any:
    """A row is a message of which the sources of one custodian alone hold copies: `custodian_id`."""
    owners = table(matter, "sources").select("source_id", "custodian_id")
    rows = table(matter, "copies").select("message_id", "source_id").inner_join(owners, "source_id")
    rows = rows.group_by("message_id").aggregate(n=rows.custodian_id.nunique(), custodian_id=rows.custodian_id.min())
    return rows.filter(rows.n == 1).drop("n")


def absences(matter: Matter) -> Any:
    """A row is a message of the scope that a source lacks."""
    facts = messages(matter).select("message_id", "thread_id", "channel", "sent_at")
    return table(matter, "absences").inner_join(facts, "message_id")


def states(matter: Matter) -> Any:
    """A row is a message and a custodian who received it: held (1) or not (0), how it is missing, `n_others` who do."""
    import ibis

    owners = table(matter, "sources").select("source_id", "custodian_id")
    copies = table(matter, "copies").filter(lambda t: t.state != "deleted").select("message_id", "source_id")
    have = copies.inner_join(owners, "source_id").select("message_id", "custodian_id", kind=ibis.literal("held"))
    lack = table(matter, "absences").filter(lambda t: t.kind.isin(COUNTABLE))
    rows = have.union(lack.select("message_id", "custodian_id", "kind")).filter(lambda t: t.custodian_id.notnull())
    rows = rows.group_by("message_id", "custodian_id").aggregate(
        held=(rows.kind == "held").ifelse(1, 0).max(),
        absent=(rows.kind == "absent").ifelse(1, 0).max(),
        deleted=(rows.kind == "deleted").ifelse(1, 0).max(),
    )
    gone = 1 - rows.held  # a custodian who holds it in one source does not lack it in another
    rows = rows.mutate(deleted=gone * rows.deleted, unexplained=gone * (1 - rows.deleted) * rows.absent)
    rows = rows.mutate(timer=1 - rows.held - rows.deleted - rows.unexplained).drop("absent")
    holders = rows.group_by("message_id").aggregate(n_holders=rows.held.sum())
    rows = rows.inner_join(holders, "message_id").mutate(n_others=lambda t: t.n_holders - t.held).drop("n_holders")
    facts = messages(matter).select("message_id", "thread_id", "channel", "sent_at")
    return rows.inner_join(facts, "message_id")
