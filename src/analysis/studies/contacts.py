"""Who talked to whom: the network of people over all channels, its centre, its groups and its bridges.

Works on `relations.edges`. Direct, group and mail exposure are kept apart as columns; where one number is needed it is
`weight`: each message shares 1 among the people it reached. Nothing here shows that a message was read, or what was
said in meetings and calls.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.studies.groups import side

MODES = ("direct", "group", "mail_to", "mail_cc")


def ties(edges: pd.DataFrame) -> pd.DataFrame:
    """A row is two people, in either direction; strongest first.

    `person` < `other` (`tie`: both), `n_messages`, `weight`, `sent` (by `person`), `got`, a column for each mode and
    each channel (messages), `first_at`, `last_at`.

    A message by mail to and cc, or in two threads, counts once in each mode it was exposed in.
    """
    swapped = edges.sender > edges.recipient
    rows = edges.assign(
        person=edges.sender.where(~swapped, edges.recipient),
        other=edges.recipient.where(~swapped, edges.sender),
        sent=edges.n_messages.where(~swapped, 0),
        got=edges.n_messages.where(swapped, 0),
    )
    by = ["person", "other"]
    pairs = rows.groupby(by)
    sums = pairs[["n_messages", "weight", "sent", "got"]].sum()
    sums = sums.assign(first_at=pairs.first_at.min(), last_at=pairs.last_at.max())
    for column, kinds in (("mode", MODES), ("channel", sorted(edges.channel.unique()))):
        mix = rows.pivot_table(index=by, columns=column, values="n_messages", aggfunc="sum", fill_value=0)
        sums = sums.join(mix.reindex(columns=list(kinds), fill_value=0).astype("int64"))
    sums = sums.reset_index().assign(tie=lambda t: t.person + "|" + t.other)
    return sums.sort_values(["weight", *by], ascending=[False, True, True], ignore_index=True)


def sides(people: pd.DataFrame) -> pd.Series:
    """`inside`, `outside` or `unknown`, by person id."""
    flags = people.set_index("person_id").inside
    return pd.Series(side(flags), index=flags.index, dtype="str")


def exposure(edges: pd.DataFrame) -> pd.DataFrame:
    """A row is a channel and a mode: `n_messages` (a message to three people is three), `weight`, `pairs`."""
    rows = edges.groupby(["channel", "mode"]).agg(
        pairs=("sender", "size"), n_messages=("n_messages", "sum"), weight=("weight", "sum")
    )
    return rows.reset_index()


def named(frame: pd.DataFrame, names: dict[str, str], columns: Sequence[str] = ("person", "other")) -> pd.DataFrame:
    """The frame with labels in place of ids in these columns."""
    chosen = [column for column in columns if column in frame]
    return frame.assign(**{column: [names.get(person, person) for person in frame[column]] for column in chosen})


def titles(tied: pd.DataFrame, names: dict[str, str]) -> list[str]:
    """A heading for each tie: the two labels."""
    return [f"{names.get(a, a)} and {names.get(b, b)}" for a, b in zip(tied.person, tied.other, strict=True)]


def groups(community: pd.Series, tied: pd.DataFrame, side: pd.Series, names: dict[str, str]) -> pd.DataFrame:
    """A row is a community: `people`, `inside`, `outside`, `within` (share of their weight kept inside), `members`."""
    one, two = tied.person.map(community), tied.other.map(community)
    rows = []
    for number in sorted(community.unique()):
        persons = community.index[community == number]
        touched = tied.weight[(one == number) | (two == number)].sum()
        within = tied.weight[(one == number) & (two == number)].sum() / touched if touched else 0.0
        sides = [side.get(person, "unknown") for person in persons]
        members = ", ".join(sorted(names.get(person, person) for person in persons))
        rows.append((number, len(persons), sides.count("inside"), sides.count("outside"), within, members))
    return pd.DataFrame(rows, columns=["community", "people", "inside", "outside", "within", "members"])


def labels(people: pd.DataFrame, handles: pd.DataFrame) -> dict[str, str]:
    """What to print for each person id, custodian id and handle id: the label, or the handle as written."""
    named = dict(zip(handles.identity_id, handles.raw, strict=True))
    custodians = people.dropna(subset="custodian_id")
    named |= dict(zip(custodians.custodian_id, custodians.label, strict=True))
    return named | dict(zip(people.person_id, people.label, strict=True))


def bridges(tied: pd.DataFrame, side: pd.Series) -> pd.DataFrame:
    """A row is a person inside in contact with people who are not: how many and how much.

    `partners`, `n_messages`, `weight`: people outside and contact with them; `share` of the person's whole weight;
    `alone`: outside people whom nobody else inside is in contact with; `unknown`: people whose side is not known.
    """
    both = pd.concat([tied, tied.rename(columns={"person": "other", "other": "person"})])
    both = both.assign(a=both.person.map(side).fillna("unknown"), b=both.other.map(side).fillna("unknown"))
    ours = both[both.a == "inside"]
    out = ours.b == "outside"
    reached = ours[out].groupby("other").person.nunique()
    facts = ours.assign(
        partners=out, unknown=ours.b == "unknown", alone=out & (ours.other.map(reached) == 1),
        n_messages=ours.n_messages.where(out, 0), all=ours.weight, weight=ours.weight.where(out, 0.0),
    )  # fmt: skip
    rows = facts.groupby("person")[["partners", "alone", "unknown", "n_messages", "weight", "all"]].sum()
    rows["share"] = rows.weight / rows.pop("all")
    rows = rows[rows.partners + rows.unknown > 0].reset_index()
    return rows.sort_values(["weight", "unknown", "person"], ascending=[False, False, True], ignore_index=True)


def matrix(edges: pd.DataFrame, community: pd.Series, top: int = 40) -> pd.DataFrame:
    """Messages from row to column between the `top` people by strength, ordered by community, then strength."""
    strength = (edges.groupby("sender").weight.sum()).add(edges.groupby("recipient").weight.sum(), fill_value=0)
    ranked = strength.rename_axis("person").reset_index(name="strength")
    ranked = (
        ranked.assign(community=ranked.person.map(community))
        .sort_values(["strength", "person"], ascending=[False, True])
        .head(top)
    )
    order = ranked.sort_values(["community", "strength", "person"], ascending=[True, False, True]).person
    square = edges.pivot_table(index="sender", columns="recipient", values="n_messages", aggfunc="sum", fill_value=0)
    return square.reindex(index=order, columns=order, fill_value=0).astype("int64")
