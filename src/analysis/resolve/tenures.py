"""Handles that several people have held: whose each was when.

A number or mailbox that several custodians declare belongs to each in turn where their days in office, or a line of the
app about a change of number, part them; where nothing does, it is shared, and who wrote a message cannot be told. A
number that its holder has left for another is nobody's known handle from then on.
"""

from __future__ import annotations

import pandas as pd

from analysis.intake.result import Intake
from analysis.matter import Matter
from analysis.resolve.evidence import Handles, person_of
from analysis.resolve.rows import each, mapping

COLUMNS = ["identity_id", "person_id", "from_at", "to_at", "basis"]
SETTLED = pd.Timedelta(days=7)  # after a change of number lines and clocks may lag, and an old phone may still be read


def claims(matter: Matter, known: Handles) -> dict[str, list[str]]:
    """Handles that more than one custodian declares, with those custodians."""
    owners: dict[str, set[str]] = {}
    for row in each(matter.register("accounts")):
        if row.address and row.custodian_id:
            owners.setdefault(known.account(str(row.channel), str(row.address)), set()).add(str(row.custodian_id))
    return {one: sorted(held) for one, held in sorted(owners.items()) if len(held) > 1}


def tenures(claimed: dict[str, list[str]], person: dict[str, str], intake: Intake, matter: Matter) -> pd.DataFrame:
    """identity_id, person_id, from_at, to_at (absent: open), basis: the stretches in which somebody held a handle.

    `claimed` as `claims` gives it, `person` the person_id of each identity. A handle that is not here was one person's
    all the time, as far as is known.
    """
    left = _left(intake, person)
    rows: list[tuple[str, str, pd.Timestamp | None, pd.Timestamp | None, str]] = []
    for one, custodians in claimed.items():
        rows += [(one, *stretch) for stretch in _by_office(custodians, matter) or _by_change(one, custodians, left)]
    for one, (who, at) in sorted(left.items()):
        if one not in claimed and who == person.get(one):
            rows.append((one, who, None, at + SETTLED, "number_changed"))
    table = pd.DataFrame(rows, columns=COLUMNS)
    for column in ("from_at", "to_at"):
        table[column] = pd.to_datetime(table[column], utc=True).astype("datetime64[us, UTC]")
    return table


def _left(intake: Intake, person: dict[str, str]) -> dict[str, tuple[str, pd.Timestamp]]:
    """Handles that a line of the app says somebody changed from: who (the person of the new one), and the last time."""
    lines = intake.events[intake.events["kind"] == "number_changed"]
    lines = lines.dropna(subset=["actor_identity_id", "target_identity_id", "at"]).sort_values(["at", "event_id"])
    kind = mapping(intake.identities, "identity_id", "kind")
    left: dict[str, tuple[str, pd.Timestamp]] = {}
    for row in each(lines):
        left.pop(str(row.target_identity_id), None)  # whoever goes back to an old number holds it again
        if kind.get(row.actor_identity_id) == "phone" and row.actor_identity_id != row.target_identity_id:
            left[str(row.actor_identity_id)] = (person[row.target_identity_id], row.at)
    return left


def _by_office(
    custodians: list[str], matter: Matter
) -> list[tuple[str, pd.Timestamp | None, pd.Timestamp | None, str]]:
    """One stretch per custodian where their days in office do not overlap; else nothing."""
    register = matter.register("custodians").drop_duplicates("custodian_id").set_index("custodian_id")
    days = register.reindex(custodians)[["from_on", "to_on"]].apply(pd.to_datetime, errors="coerce", utc=True)
    days = days.sort_values("from_on", na_position="first")
    ends, starts = days["to_on"].iloc[:-1], days["from_on"].iloc[1:]
    if ends.isna().any() or starts.isna().any() or (starts.to_numpy() < ends.to_numpy()).any():
        return []
    bounds: list[pd.Timestamp | None] = [None, *starts, None]  # the next to come takes it over
    return [
        (person_of(str(one)), bounds[place], bounds[place + 1], "registers/custodians.csv")
        for place, one in enumerate(days.index)
    ]


def _by_change(
    one: str, custodians: list[str], left: dict[str, tuple[str, pd.Timestamp]]
) -> list[tuple[str, pd.Timestamp | None, pd.Timestamp | None, str]]:
    """Two custodians, of whom one changed away from it; else nothing."""
    people = [person_of(custodian) for custodian in custodians]
    if one not in left or left[one][0] not in people or len(people) != 2:
        return []
    first, at = left[one]
    (second,) = (person for person in people if person != first)
    return [(first, None, at, "number_changed"), (second, at, None, "number_changed")]


def whose(held: pd.DataFrame, claimed: set[str], identity: pd.Series, at: pd.Series, person: pd.Series) -> pd.Series:
    """person_id behind each identity at each time; absent where a claimed handle is shared or was between holders."""
    found = identity.map(person).astype(object)
    moment = pd.to_datetime(at, utc=True)
    for one in sorted({*held["identity_id"], *claimed}):
        rows = (identity == one).to_numpy()
        if not rows.any():
            continue
        found[rows] = None
        for stretch in each(held[held["identity_id"] == one]):
            inside = rows & ~(moment < stretch.from_at).to_numpy() & ~(moment >= stretch.to_at).to_numpy()
            found[inside] = stretch.person_id
    return found.astype("str")


def parted(held: pd.DataFrame, memberships: pd.DataFrame, spoken: dict[tuple[str, str], pd.Timestamp]) -> pd.DataFrame:
    """`memberships` with the stretches of a handle that passed from one to another parted between them.

    `spoken` gives, by conversation and handle of one holder alone, when it was last used there: whoever goes on writing
    in a conversation under the number they left elsewhere has not left it there.
    """
    touched = memberships["identity_id"].isin(held["identity_id"])
    if not touched.any():
        return memberships
    both = memberships[touched].drop(columns="person_id").merge(
        held.rename(columns={"from_at": "since", "to_at": "until", "basis": "how"}), on="identity_id"
    )  # fmt: skip
    keys = zip(both["thread_id"], both["identity_id"], strict=True)
    last = pd.to_datetime(pd.Series([spoken.get(key) for key in keys], index=both.index, dtype=object), utc=True)
    both["until"] = both["until"].mask(last > both["until"])
    both["from_at"] = both[["from_at", "since"]].max(axis=1)
    both["to_at"] = both[["to_at", "until"]].min(axis=1)
    both = both[~(both["from_at"] >= both["to_at"])]
    table = pd.concat([memberships[~touched], both[list(memberships.columns)]], ignore_index=True)
    return table.sort_values(["thread_id", "identity_id", "from_at"], na_position="first", ignore_index=True)
