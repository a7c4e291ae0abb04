"""Clusters of identities to people: an id that rests on an anchor, a label to print, where they belong."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.intake.result import Intake
from analysis.matter import Matter
from analysis.resolve.evidence import person_of
from analysis.resolve.rows import each
from analysis.store import make_id

KIND_RANK = {"phone": 0, "email": 1, "profile": 2, "lid": 3, "handle": 4, "shortcode": 5, "name": 6}


def people(
    groups: dict[str, list[str]], identities: pd.DataFrame, intake: Intake, matter: Matter
) -> tuple[pd.DataFrame, dict[str, str]]:
    """The `people` table, and person_id by identity_id."""
    register = matter.register("custodians").drop_duplicates("custodian_id").set_index("custodian_id")
    known = {person_of(one): one for one in custodians(matter, intake)}
    facts: dict[str, Any] = {row.identity_id: row._asdict() for row in each(identities)}
    shown = _display_names(intake)
    rows, person_of_identity = [], {}
    for root, members in groups.items():
        own = [member for member in members if member in facts]
        custodian = known.get(root)
        person = root if custodian else _anchor(own, facts)
        person_of_identity.update(dict.fromkeys(own, person))
        domains = sorted({facts[one]["normal"].rpartition("@")[2] for one in own if facts[one]["kind"] == "email"})
        row = _row(person, own, facts, shown, domains, matter)
        if custodian:
            row |= {"custodian_id": custodian, "inside": True}
            if custodian in register.index:
                listed = register.loc[custodian]
                row |= {"label": listed["name"] or custodian, "role": listed["role"] or None,
                        "organisation": listed["organisation"] or row["organisation"]}  # fmt: skip
            else:
                row["label"] = custodian
        rows.append(row)
    columns = ["person_id", "label", "role", "organisation", "custodian_id", "inside"]
    table = pd.DataFrame(rows, columns=columns).sort_values("person_id", ignore_index=True)
    table["inside"] = table["inside"].astype("boolean")
    return table, person_of_identity


def custodians(matter: Matter, intake: Intake) -> list[str]:
    """Ids of everybody in the register of custodians, who declared an account, or from whom a source came."""
    named = [matter.register(name)["custodian_id"] for name in ("custodians", "accounts")]
    return sorted({*pd.concat([*named, intake.sources["custodian_id"].dropna()])} - {""})


def _anchor(members: list[str], facts: dict[str, Any]) -> str:
    """Person id of somebody outside the register: from the strongest, then smallest, identity."""
    smallest = min(members, key=lambda one: (KIND_RANK.get(facts[one]["kind"], 9), one))
    return make_id("person", "identity", smallest)


def _display_names(intake: Intake) -> dict[str, str]:
    """The display name most sources show for each handle."""
    counts = intake.names.groupby(["identity_id", "label"])["source_id"].nunique().reset_index()
    counts = counts[counts["label"].fillna("").str.strip() != ""]
    counts = counts.sort_values(["identity_id", "source_id", "label"], ascending=[True, False, True])
    return dict(counts.drop_duplicates("identity_id")[["identity_id", "label"]].itertuples(index=False, name=None))


def _row(
    person: str, own: list[str], facts: dict[str, Any], shown: dict[str, str], domains: list[str], matter: Matter
) -> dict[str, object]:
    ordered = sorted(own, key=lambda one: (KIND_RANK.get(facts[one]["kind"], 9), one))
    names = [shown[one] for one in ordered if one in shown]
    names += [facts[one]["raw"] for one in reversed(ordered) if facts[one]["kind"] == "name"]
    names += [facts[one]["raw"] for one in ordered]
    inside = any(map(matter.is_official, domains)) if domains else None
    return {"person_id": person, "label": names[0] if names else person, "role": None, "custodian_id": None,
            "organisation": domains[0] if len(domains) == 1 else None, "inside": inside}  # fmt: skip
