"""The table of sources: what was received, what became of it, and whether every byte of it is accounted for."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.intake import handles, times
from analysis.intake.accounting import BYTES
from analysis.intake.custody import MISSING, compared
from analysis.intake.pieces import containers
from analysis.intake.stack import Source, Stack, owner_identities
from analysis.tables import TABLES


def receipts(stack: Stack, copies: pd.DataFrame, events: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """One row for each piece, in order of path."""
    owners = owner_identities(stack, seen)
    trusted = copies.loc[copies["suspect"].fillna("") == "", ["source", "sent_at"]]
    both = pd.concat([trusted.set_axis(["source", "at"], axis=1), events[["source", "at"]]])
    span = both.groupby("source")["at"].agg(["min", "max"])
    records = [_receipt(source, owners[place]) for place, source in enumerate(stack.sources)]
    table = pd.DataFrame(records, columns=list(TABLES["sources"].names))
    places = pd.RangeIndex(len(table))
    table["first_at"] = span["min"].reindex(places).astype(times.UTC_DTYPE)
    table["last_at"] = span["max"].reindex(places).astype(times.UTC_DTYPE)
    outer = table["path"].map(containers(table["path"])).map(dict(zip(table["path"], table["custody"], strict=True)))
    table["custody"] = table["custody"].where(table["custody"] != "undeclared", outer.fillna("undeclared"))
    types: dict[str, Any] = {"text": "str", "int": "Int64"}
    return table.astype({name.name: types[name.type] for name in TABLES["sources"].columns if name.type in types})


def _receipt(source: Source, owner: str | None) -> dict[str, Any]:
    piece, declared, reading = source.piece, source.declared, source.reading
    custody, said = compared(piece, declared)
    address, basis, doubts = _address(source)
    found: dict[str, Any] = {name: getattr(reading, name) if reading else None for name in BYTES}
    for name in ("date_order", "date_order_basis", "date_order_why"):
        found[name] = getattr(reading, name) if reading else None
    return found | _zone(source) | {
        "source_id": source.source_id, "path": piece.location, "sha256": piece.sha256, "bytes": piece.n_bytes,
        "bytes_content": piece.content_bytes if reading else None, "reader": piece.reader or None,
        "detected": piece.detected or "unknown", "custodian_id": declared.custodian_id or None,
        "channel": source.channel or None, "address": address, "address_basis": basis, "owner_identity_id": owner,
        "status": piece.status, "reason": piece.reason or None,
        "n_copies": reading.copies.num_rows if reading else 0, "n_events": reading.events.num_rows if reading else 0,
        "n_rejects": reading.rejects.num_rows if reading else 0, "truncated": bool(reading and reading.truncated),
        "declared_sha256": declared.sha256 or None,
        "custody": "missing" if piece.reason == MISSING else custody,
        "notes": [*said, *piece.notes, *(reading.notes if reading else []), *doubts, *source.notes],
    }  # fmt: skip


def _zone(source: Source) -> dict[str, str | None]:
    reading = source.reading
    if not reading:
        return {"zone": None, "zone_basis": None}
    if reading.zone_basis == "embedded":
        return {"zone": None, "zone_basis": "embedded"}
    own = source.declared.zone and source.declared.zone == source.hints.zone
    return {"zone": source.hints.zone, "zone_basis": "declared" if own else "assumed"}


def _address(source: Source) -> tuple[str | None, str | None, list[str]]:
    """The account's address, how it is known, and what speaks against it."""
    kind, handle, basis = source.owner()
    doubts = []
    if source.declared.date_order[:1].lower() not in ("", "d", "m", "y", "i"):
        doubts.append("the date order in sources.csv is none: write day_first, month_first or year_first")
    if source.declared.zone and source.declared.zone != source.hints.zone:
        doubts.append("the zone in sources.csv is no time zone's name; the matter's zone was assumed")
    reading, address = source.reading, _normal(source, kind, handle) if handle and kind != "name" else None
    shown = reading.owner if reading and reading.owner_kind != "name" else None
    registered = basis in ("declared", "drafted")
    if registered and reading and shown and _normal(source, reading.owner_kind or "handle", shown) != address:
        doubts.append(f"the file itself shows another account than sources.csv: {shown}")
    if registered or not address:
        address = address or source.declared.address or None
        told = "drafted (sources.csv), declared by nobody" if source.declared.drafted else "declared (sources.csv)"
        return address, told if address else None, doubts
    return address, basis, doubts


def _normal(source: Source, kind: str, handle: str) -> str:
    return handles.normal(kind, handle, source.hints.region)[1]
