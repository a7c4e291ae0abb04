"""Rolls of what was handed over: files, accounts, registers, memberships and events as recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import relations, studies
from analysis.registers import REGISTERS

if TYPE_CHECKING:
    from analysis.matter import Matter


def sources(matter: Matter) -> pd.DataFrame:
    """A row is a file as received, with the acquisition it belongs to."""
    rows = studies.completeness.bundles(relations.listing(matter, "sources"))
    told = studies.custody.told(rows, matter.register("sources"))
    columns = ["source_id", "path", "bundle", "status", "reader", "channel", "custody", "bytes", "n_copies", "n_events",
               "n_rejects", "mih"]  # fmt: skip
    rows = rows.assign(used=rows.n_copies + rows.n_events > 0, handed=rows.custody != "missing")
    return rows[[name for name in [*columns, "used", "handed"] if name in rows]].join(told)


def accounts(matter: Matter) -> pd.DataFrame:
    """A row is an account, with what it sent and received in the scope, and who stores it."""
    rows = relations.account_activity(matter)
    stored = studies.controls.storage(rows).set_index("account_id").provider
    private = rows.index.isin(studies.extent.private(rows).index)
    columns = ["account_id", "channel", "address", "ownership", "custodian_id", "declared", "observed", "exported",
               "n_sent", "n_received"]  # fmt: skip
    return rows[columns].assign(
        private=private, messages=rows.sent + rows.received, provider=rows.account_id.map(stored),
        in_use=rows.sent + rows.received > 0,
    )  # fmt: skip


def registers(matter: Matter) -> pd.DataFrame:
    """A row is a row of a register: its number, what it is about, and what it says."""
    rows = [
        (name, number, next(iter(row.values()), ""), "; ".join(f"{key}: {said}" for key, said in row.items() if said))
        for name in REGISTERS
        for number, row in enumerate(matter.register(name).to_dict("records"), 1)
    ]
    return pd.DataFrame(rows, columns=["register", "number", "about", "says"])


def rejects(matter: Matter) -> pd.DataFrame:
    """A row is a piece of a file that could not be read."""
    paths = relations.listing(matter, "sources")[["source_id", "path"]]
    return relations.listing(matter, "rejects").merge(paths, "left", "source_id")


def clocks(matter: Matter) -> pd.DataFrame:
    """A row is a file with its offset from the agreed time."""
    paths = relations.listing(matter, "sources")[["source_id", "path"]]
    return relations.listing(matter, "offsets").merge(paths, "left", "source_id")


def memberships(matter: Matter) -> pd.DataFrame:
    """A row is a stretch of membership of a group; `first`: the first of that person there."""
    rows = relations.memberships_over(matter)
    rows = rows[rows.kind == "group"]
    side = ["unknown" if pd.isna(flag) else "inside" if flag else "outside" for flag in rows.inside]
    first = ~rows.duplicated(["thread_id", "person"])  # the side of somebody's first stay counts
    return rows.drop(columns=["kind", "inside", "title"]).assign(side=side, first=first)


def events(matter: Matter) -> pd.DataFrame:
    """A row is an event as one file records it, at the agreed time; those without one too."""
    rows = studies.groups.recorded(
        relations.listing(matter, "events"),
        relations.listing(matter, "offsets"),
        relations.listing(matter, "identities"),
        undated=True,
    )
    who = rows.whom.where(rows.whom.notna(), rows.by)
    columns = ["event_id", "thread_id", "source_id", "locator", "kind", "value", "by"]
    return rows[columns].assign(person=who, at=rows["at"]).sort_values(["at", "event_id"], ignore_index=True)
