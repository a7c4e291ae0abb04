"""A custody report: what was handed over by whom, its hashes, the days it covers, what had to be assumed."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd

from analysis.studies.completeness import office_days

HANDED = ("custodian_id", "acquired_at", "acquired_by", "method", "device")
CERTAIN = ("proven", "declared", "embedded")
ACCOUNT = ("custodian_id", "channel", "address")
DAYS = ("copies_outside", "days_with_data", "silent_days", "days_before", "days_after", "longest_silence")


def handed_over(sources: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """A row is an acquisition as `sources.csv` records it: `HANDED`, `files`, `bytes`, how many hashes agree.

    `register` as `matter.register("sources")`; a file's row, else that of the nearest folder or container above it.
    Cannot show that the record is true; blank: nobody wrote it down.
    """
    agree = {name: sources.custody == name for name in ("match", "mismatch", "undeclared", "missing")}
    sizes = {"files": sources.custody != "missing", "bytes": sources["bytes"].fillna(0)}
    facts = told(sources, register).assign(**sizes, **agree)
    counted = facts.groupby(list(HANDED), as_index=False).sum()
    return counted.astype(dict.fromkeys(("files", "bytes", *agree), "int64"))


def told(sources: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """`HANDED` of each file, as `handed_over` counts them."""
    rows = {str(row["path"]).replace("\\", "/").strip("/"): row for row in register.to_dict("records")}
    made = pd.DataFrame([_told(str(path), rows) for path in sources.path], index=sources.index, columns=HANDED)
    return made.assign(custodian_id=sources.custodian_id.fillna(""))


def acquired(held: pd.DataFrame, register: pd.DataFrame) -> pd.Series:
    """When the file of each row was taken, as `sources.csv` records it (days: their first moment, UTC); else absent."""
    at = pd.to_datetime(told(held, register).acquired_at, utc=True, errors="coerce", format="ISO8601")
    return at.astype("datetime64[us, UTC]")  # whatever its texts: it stands in for times of the tables, and they for it


def _told(path: str, rows: dict[str, Any]) -> dict[str, str]:
    found = dict.fromkeys(HANDED, "")
    while True:
        for name, value in rows.get(path, rows.get(f"evidence/{path}", {})).items():
            if name in found:
                found[str(name)] = found[str(name)] or str(value)
        if not path:
            return found
        path = path[: max(path.rfind("/"), path.rfind("!"), 0)]


def hashes(bundled: pd.DataFrame) -> pd.DataFrame:
    """A row is a file: `bundle`, `sha256`, `reader`, `detected`; for a bundle the hash of its list of hashes.

    That list is what `sha256sum` prints for the files in order of path: a line `hash`, two spaces, `path` each.
    """
    rows = []
    for bundle, group in bundled.sort_values("path").groupby("bundle", sort=True):
        lines = "".join(f"{row.sha256}  {row.path}\n" for row in group.itertuples())
        sha256 = group.sha256.iloc[0] if len(group) == 1 else "list: " + hashlib.sha256(lines.encode()).hexdigest()
        kinds = [", ".join(sorted(group[name].dropna().unique())) for name in ("reader", "detected")]
        rows.append((bundle, sha256, *kinds))
    return pd.DataFrame(rows, columns=["bundle", "sha256", "reader", "detected"])


def calendar(
    days: pd.DataFrame, sources: pd.DataFrame, custodians: pd.DataFrame, first_on: date, last_on: date
) -> pd.DataFrame:
    """A row is an account: its days in office within the period, by what the exports hold on them.

    `days_with_data`; `silent_days` between the first and the last of these; `days_before` and `days_after`, which no
    export of the account reaches; `longest_silence`; `copies_outside` the period, or without a readable time. `days` as
    in `relations.coverage`. Cannot tell a silent day from a missing one.
    """
    known = custodians.set_index("custodian_id")
    keys, rows = list(ACCOUNT), []
    total = sources.assign(**_blank(sources)).groupby(keys).n_copies.sum()
    days = days.assign(**_blank(days))
    for key, n_copies in total[total > 0].items():
        mine = days[(days[keys] == list(key)).all(axis=1)]  # type: ignore[call-overload]  # a group's key
        first, last = office_days(known, str(key[0]), first_on, last_on)  # type: ignore[index]
        seen = sorted({stamp.date().toordinal() for stamp in mine.day_at if first <= stamp.date() <= last})
        gaps = [after - before - 1 for before, after in pairwise(seen)]
        ends = (seen[0] - first.toordinal(), last.toordinal() - seen[-1]) if seen else ((last - first).days + 1, 0)
        counts = (int(n_copies - mine.n_copies.sum()), len(seen), sum(gaps), *ends, max(gaps, default=0))
        rows.append((*key, *counts))  # type: ignore[misc]
    return pd.DataFrame(rows, columns=[*ACCOUNT, *DAYS])


def _blank(frame: pd.DataFrame) -> dict[str, pd.Series]:
    return {name: frame[name].fillna("").astype("str") for name in ACCOUNT}


def assumptions(sources: pd.DataFrame) -> pd.DataFrame:
    """A row is a thing files may leave open, and how it was settled: `what`, `read_as`, `basis`, `files`, `n_copies`.

    Order of dates, zone of times, owner of the account. `certain`: the file proves it or somebody declared it.
    """
    things = settled(sources).groupby(["order", "what", "read_as", "basis"])
    table = things.n_copies.agg(files="size", n_copies="sum").reset_index().drop(columns="order")
    return table.assign(certain=table.basis.isin(CERTAIN))


def settled(sources: pd.DataFrame) -> pd.DataFrame:
    """A row is a file and a thing it may leave open: `source_id`, `order`, `what`, `read_as`, `basis`, `n_copies`."""
    read = sources[sources.n_copies > 0]
    known = read.address_basis.where(read.address.notna(), "not known").astype("object")
    owner = pd.Series([re.split("[: ]", str(basis))[0] for basis in known], read.index, dtype="str")
    owner = owner.where(owner.isin([*CERTAIN, "not"]), "inferred").replace("not", "not known")
    parts = []
    for order, (what, value, basis) in enumerate((
        ("order of dates", read.date_order, read.date_order_basis),
        ("zone of times", read.zone.fillna("as each time says"), read.zone_basis),
        ("account it was exported from", pd.Series("", read.index), owner),
    )):  # fmt: skip
        parts.append(pd.DataFrame({
            "source_id": read.source_id, "order": order, "what": what, "read_as": value, "basis": basis,
            "n_copies": read.n_copies,
        }))  # fmt: skip
    return pd.concat(parts, ignore_index=True).dropna(subset="basis", ignore_index=True).fillna({"read_as": "not read"})


def unexamined(bundled: pd.DataFrame) -> pd.DataFrame:
    """A row is a file that yielded nothing, or not all: `bundle`, `status`, `detected`, `reason`, `bytes`."""
    rows = bundled[bundled.status.isin(["unsupported", "unreadable", "partial"])]
    return rows[["bundle", "status", "detected", "reason", "bytes"]].sort_values(["status", "bundle"])


def remnants(rows: pd.DataFrame, bundled: pd.DataFrame) -> pd.DataFrame:
    """A row is a remnant: `bundle`, `place`, `earlier_state` (a row of its key is still held), `at`, `body`."""
    found = rows.merge(bundled[["source_id", "bundle"]], "left", "source_id")
    cut = found.body.str.cat(["..."] * len(found))
    found = found.assign(
        place=found.origin.str.cat(found.locator, ": "), earlier_state=found.still_held,
        body=found.body.where(found.whole, cut),
    )  # fmt: skip
    return found[["bundle", "place", "earlier_state", "at", "body"]].sort_values(["bundle", "at", "place"])
