"""What the matter is, what it was handed, how much came out: three frames for the first page."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import pandas as pd

from analysis.intake import READERS
from analysis.registers import REGISTERS
from analysis.tables import TABLES

if TYPE_CHECKING:
    from analysis.matter import Matter

PACKAGE = "offchannel"
REPORTED = "findings"
"""The table that a report writes itself, last of all."""


def facts(matter: Matter) -> pd.DataFrame:
    """A row is a fact of the matter, and what part of it is looked at: `fact`, `value`."""
    first, last = matter.days
    rows = {
        "matter": matter.title + (" (invented: no person or message in it is real)" if matter.invented else ""),
        "investigated by": matter.authority,
        "investigated": matter.subject,
        "period of the matter": f"{matter.first_on} to {matter.last_on}",
        "looked at here": f"{first} to {last}",
        "channels looked at": ", ".join(matter.scope.channels) or "all",
        "zone of local times": matter.zone,
        "official mail domains": ", ".join(matter.official_domains) or "none given",
    }
    return pd.DataFrame({"fact": list(rows), "value": [text or "not given" for text in rows.values()]})


def milestones(matter: Matter) -> pd.DataFrame:
    """A row is a dated event of the registers: `kind` (`request`, or the timeline's), `at`, `custodian_id`, `note`.

    `custodian_id` is blank where it concerns everybody; a date that cannot be read is left out.
    """
    events, requests = matter.register("timeline"), matter.register("requests")
    asked = {"kind": "request", "at": requests.received_on, "custodian_id": "", "note": requests.ref}
    rows = pd.concat([events[["kind", "at", "custodian_id", "note"]], pd.DataFrame(asked)], ignore_index=True)
    rows["at"] = pd.to_datetime(rows["at"], utc=True, errors="coerce", format="ISO8601")
    return rows[rows["at"].notna()].sort_values(["at", "kind", "custodian_id", "note"], ignore_index=True)


def registers(matter: Matter) -> pd.DataFrame:
    """A row is a register: `register`, `handed_over`, `n_rows`. What needs an absent one is reported "cannot tell"."""
    names = list(REGISTERS)
    there = [matter.has_register(name) for name in names]
    return pd.DataFrame(
        {"register": names, "handed_over": there, "n_rows": [len(matter.register(name)) for name in names]}
    )


def readers(matter: Matter) -> pd.DataFrame:
    """A row is a reader that read something: `reader`, `version`, `n_files`, `format`, and what it `cannot_know`."""
    used = matter.store.read("sources", ["reader", "n_copies", "n_events"])
    used = used[(used.n_copies + used.n_events > 0) & used.reader.isin(list(READERS))]
    counts = used.groupby("reader").size().rename("n_files").reset_index()
    told = [(version(PACKAGE), READERS[name].formats, READERS[name].cannot_know) for name in counts.reader]
    return counts.join(pd.DataFrame(told, columns=["version", "format", "cannot_know"]))


def sizes(matter: Matter) -> pd.DataFrame:
    """A row is a canonical table: `table`, `a_row_is`, `n_rows`; tables not yet made, and `findings`, are left out."""
    made = [table for table in TABLES.values() if matter.store.has(table.name) and table.name != REPORTED]
    return pd.DataFrame({
        "table": [table.name for table in made], "a_row_is": [table.row for table in made],
        "n_rows": [matter.store.count(table.name) for table in made],
    })  # fmt: skip
