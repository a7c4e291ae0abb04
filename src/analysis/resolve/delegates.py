"""Mail that one mailbox sends on behalf of another: whoever acts for somebody is not them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.intake import handles
from analysis.intake.records import ON_BEHALF
from analysis.intake.result import Intake
from analysis.matter import Matter
from analysis.resolve.evidence import Handles
from analysis.resolve.names import shared_name
from analysis.resolve.rows import each, mapping


def parted(intake: Intake) -> tuple[Intake, pd.DataFrame]:
    """The intake without the rows of names that say for whom a mailbox sends, and those rows."""
    acting = intake.names["basis"] == ON_BEHALF
    return replace(intake, names=intake.names[~acting].reset_index(drop=True)), intake.names[acting]


def delegates(acting: pd.DataFrame, intake: Intake, known: Handles, matter: Matter) -> dict[tuple[str, str], str]:
    """Pairs of mailboxes that are two people, with the mail that says so.

    Not those that a register gives to one custodian, and not those whose names or addresses have a name in common:
    providers let people send from one of their own mailboxes in the name of another.
    """
    path = mapping(intake.sources, "source_id", "path")
    normal = mapping(known.table(), "identity_id", "normal")
    shown = intake.names.groupby("identity_id")["label"].agg(list).to_dict()
    register = matter.register("accounts")
    owner = {known.get("email", *handles.normal("email", row.address, known.region)): row.custodian_id
             for row in each(register[register["channel"] == "email"]) if row.address and row.custodian_id}  # fmt: skip
    found: dict[tuple[str, str], str] = {}
    for row in each(acting.sort_values(["identity_id", "label", "source_id", "locator"])):
        agent, author = row.identity_id, known.get("email", *handles.normal("email", str(row.label), known.region))
        if author is None or author == agent or (agent in owner and owner.get(agent) == owner.get(author)):
            continue
        own = [*shown.get(author, ()), normal[author].partition("@")[0]]
        here = shown.get(agent) or [normal[agent].partition("@")[0]]  # an office's address often holds its head's name
        if not any(shared_name(one, other) for one in here for other in own):
            found.setdefault((agent, author), f"sends on behalf of the other: {path[row.source_id]} {row.locator}")
    return found
