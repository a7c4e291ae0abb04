"""What the registers declare about a file: its row or its folder's in `sources.csv`, and whose account it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analysis.intake import handles, mapping, times
from analysis.intake.records import Hints
from analysis.matter import Matter


@dataclass(frozen=True)
class Declared:
    """What `sources.csv` says about a file: its own row, blanks filled from the rows of the folders above it."""

    custodian_id: str = ""
    channel: str = ""
    address: str = ""
    zone: str = ""
    date_order: str = ""
    sha256: str = ""
    mapping: str = ""
    acquired_at: str = ""
    own_row: bool = False
    drafted: bool = False  # by the program, from the files themselves: nobody's declaration


class Register:
    """`sources.csv`, asked by location; a row may name a file, a member of a container, or a folder."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self.rows: dict[str, Declared] = {}
        for row in rows.to_dict("records"):
            drafted, order = bool(row.get("why", "")), str(row["date_order"])
            declared = Declared(
                str(row["custodian_id"]), str(row["channel"]).lower(), str(row["address"]), str(row["zone"]),
                "" if drafted else order, re.sub(r"\s", "", str(row["sha256"])).lower(), str(row.get("mapping", "")),
                str(row.get("acquired_at", "")), True, drafted,
            )  # fmt: skip
            self.rows.setdefault(normal_path(str(row["path"])), declared)

    def about(self, location: str) -> Declared:
        """Own row first, then the nearest folder that says something; a folder's account stays with its custodian."""
        found = Declared()
        for place in _upwards(normal_path(location)):
            if row := self.rows.get(place):
                found = _filled(found, row, place == normal_path(location))
        return found

    def missing(self, locations: Sequence[str]) -> list[tuple[str, Declared]]:
        """Rows of the register that match nothing that was received."""
        seen = {place for location in locations for place in _upwards(normal_path(location))}
        return [(path, row) for path, row in sorted(self.rows.items()) if path not in seen]


def _filled(found: Declared, row: Declared, own: bool) -> Declared:
    found = replace(
        found, zone=found.zone or row.zone, date_order=found.date_order or row.date_order,
        acquired_at=found.acquired_at or row.acquired_at, drafted=found.drafted or row.drafted,
    )  # fmt: skip
    if own:
        found = replace(found, sha256=row.sha256, mapping=row.mapping, own_row=True)
    other_person = found.custodian_id and row.custodian_id and found.custodian_id != row.custodian_id
    other_channel = found.channel and row.channel and found.channel != row.channel
    if other_person or other_channel:
        return found
    return replace(
        found, custodian_id=found.custodian_id or row.custodian_id, channel=found.channel or row.channel,
        address=found.address or row.address,
    )  # fmt: skip


def normal_path(path: str) -> str:
    """A path of the register as a location: `/` between parts, below the evidence folder, composed letters."""
    parts = [part for part in re.split(r"[/\\]", unicodedata.normalize("NFC", path.strip())) if part not in ("", ".")]
    return "/".join(parts[1:] if parts[:1] == ["evidence"] else parts)


def _upwards(location: str) -> Iterator[str]:
    """The location itself, then what holds it: containers (`!`), folders (`/`), the whole evidence folder ('')."""
    yield location
    while location:
        location = location[: max(location.rfind("/"), location.rfind("!"), 0)]
        yield location


class Holders:
    """Registers of people and addresses, asked for the names a custodian may bear in an export."""

    def __init__(self, matter: Matter) -> None:
        self.matter = matter
        custodians, accounts, contacts = (matter.register(name) for name in ("custodians", "accounts", "contacts"))
        self.names = dict(zip(custodians["custodian_id"], custodians["name"], strict=True))
        self.accounts: dict[str, list[tuple[str, str]]] = {}
        for row in accounts.itertuples():
            self.accounts.setdefault(str(row.custodian_id), []).append((str(row.channel).lower(), str(row.address)))
        self._told: dict[tuple[Declared, str], Hints] = {}
        self.contacts = [(str(row.label), str(row.address)) for row in contacts.itertuples()]

    def mapping(self, name: str) -> str:
        """Text of a mapping that `sources.csv` names; '' if there is none of that name."""
        return mapping.text_of(name, self.matter.place("registers") / "mappings") if name else ""

    def hints(self, declared: Declared, channel: str) -> Hints:
        """What a reader of this channel may be told about a file."""
        asked = replace(declared, sha256="", acquired_at="", own_row=False), channel
        if asked not in self._told:
            self._told[asked] = self._hints(*asked)
        return self._told[asked]

    def _hints(self, declared: Declared, channel: str) -> Hints:
        owner = declared.address if declared.channel in ("", channel) else ""
        known = self.accounts.get(declared.custodian_id, []) if declared.custodian_id else []
        wanted = [*known, *([(channel, owner)] if owner else [])]
        labels = handles.labels_of(wanted, self.contacts, self.matter.region)
        names = [name for name in (self.names.get(declared.custodian_id, ""), *labels) if name]
        return Hints(
            region=self.matter.region, zone=declared.zone if times.known(declared.zone) else self.matter.zone,
            date_order=declared.date_order, owner=owner, channel=declared.channel,
            mapping=self.mapping(declared.mapping), owner_names=tuple(dict.fromkeys(names)),
        )  # fmt: skip
