"""The expressions that relations start from: canonical tables kept to the scope of a matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.matter import Matter

NAMELIKE = ("name", "handle", "lid")
"""Kinds of handle that are not an address, and so say nothing about which account it is."""
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


def handles(matter: Matter) -> Any:
    """A row is a handle and its account: by address; a name, by being of a person with one account on the channel.

    A name in an export of somebody with two accounts on that channel belongs to neither: it cannot be told.
    """
    accounts = table(matter, "accounts")
    direct = accounts.select("account_id", "ownership", "custodian_id", held_on="channel", normal="address")
    only = (
        accounts.filter(accounts.person_id.notnull())
        .group_by(own_on="channel", person_id="person_id")
        .aggregate(
            only_id=accounts.account_id.min(),
            only_kind=accounts.ownership.min(),
            only_of=accounts.custodian_id.min(),
            n=accounts.account_id.count(),
        )
    )
    only = only.filter(only.n == 1)
    seen = table(matter, "identities").select("identity_id", "channel", "kind", "person_id", "normal")
    rows = seen.left_join(direct, [seen.channel == direct.held_on, seen.normal == direct.normal])
    rows = rows.left_join(
        only, [rows.channel == only.own_on, rows.person_id == only.person_id, rows.kind.isin(NAMELIKE)]
    )
    rows = rows.select(
        "identity_id",
        account_id=rows.account_id.coalesce(rows.only_id),
        ownership=rows.ownership.coalesce(rows.only_kind),
        custodian_id=rows.account_id.isnull().ifelse(rows.only_of, rows.custodian_id),
    )
    return rows.filter(rows.account_id.notnull())


def private(matter: Matter) -> Any:
    """A row is the id of a message of the scope sent from or to a private account of a custodian."""
    own = handles(matter).filter(lambda t: (t.ownership != "official") & t.custodian_id.notnull())
    rows, got = messages(matter), table(matter, "recipients").select("message_id", "identity_id")
    ends = rows.select("message_id", identity_id="sender_identity_id")
    ends = ends.union(rows.select("message_id").inner_join(got, "message_id"))
    return ends.inner_join(own.select("identity_id").distinct(), "identity_id").select("message_id").distinct()


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
