"""Labels that a system line cut in two: `X added Okafor, Jane` names one person if the phone knows `Okafor, Jane`."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.intake import handles
from analysis.intake.result import Intake
from analysis.matter import Matter
from analysis.resolve.rows import each
from analysis.store import make_id


def rejoined(intake: Intake, matter: Matter) -> Intake:
    """The intake with the targets of such lines put together again; identities nobody refers to any more left out.

    Readers see one file; which labels a phone knows is seen only over all its files and contact lists.
    """
    facts = {row.identity_id: row for row in each(intake.identities)}
    known = _known(intake, matter)
    lines = intake.events[intake.events["target_identity_id"].notna()]
    lines = lines.assign(line=lines["locator"].astype("str").str.extract(r"(\d+)")[0])
    lines = lines.sort_values(["source_id", "line", "locator"], kind="stable")
    again = lines.duplicated(["source_id", "line", "kind", "at"], keep=False)
    found: dict[int, str] = {}
    new: dict[str, dict[str, object]] = {}
    for _, group in lines[again].groupby(["source_id", "line", "kind", "at"], sort=True):
        for left, right in zip(group.index[:-1], group.index[1:], strict=True):
            one, two = (facts[group.at[place, "target_identity_id"]] for place in (left, right))
            label = f"{one.raw}, {two.raw}"
            normal = handles.name(label)
            if one.kind == two.kind == "name" and (one.channel, one.scope, normal) in known and left not in found:
                joined = make_id(one.channel, "name", normal, one.scope)
                found[left] = found[right] = joined
                new[joined] = {"identity_id": joined, "channel": one.channel, "kind": "name", "raw": label,
                               "normal": normal, "scope": one.scope}  # fmt: skip
    return _with_targets(intake, found, new) if found else intake


def _known(intake: Intake, matter: Matter) -> set[tuple[str, object, str]]:
    """Labels with a comma that senders, titles or contact lists show, by channel and phone."""
    names = intake.identities[(intake.identities["kind"] == "name") & intake.identities["raw"].str.contains(", ")]
    known = {(row.channel, row.scope, row.normal) for row in each(names)}
    listed = matter.register("contacts")
    for row in each(listed[listed["label"].str.contains(", ")]):
        for scope in [row.custodian_id] if row.custodian_id else intake.sources["custodian_id"].dropna().unique():
            known |= {(channel, scope, handles.name(row.label)) for channel in ("whatsapp", "sms")}
    return known


def _with_targets(intake: Intake, found: dict[int, str], new: dict[str, dict[str, object]]) -> Intake:
    events = intake.events.copy()
    targets = events["target_identity_id"].astype(object)
    cut = set(targets.loc[list(found)])
    targets.loc[list(found)] = list(found.values())
    events["target_identity_id"] = targets.astype("str")
    used = {
        *intake.copies["sender_identity_id"].dropna(), *intake.recipients["identity_id"], *intake.names["identity_id"],
        *intake.threads["counterpart_identity_id"].dropna(), *intake.sources["owner_identity_id"].dropna(),
        *events["actor_identity_id"].dropna(), *targets.dropna(),
    }  # fmt: skip
    kept = intake.identities[~intake.identities["identity_id"].isin(cut - used)]
    added = pd.DataFrame([row for one, row in sorted(new.items()) if one not in set(kept["identity_id"])])
    identities = pd.concat([kept, added], ignore_index=True) if len(added) else kept
    return replace(intake, events=events, identities=identities)
