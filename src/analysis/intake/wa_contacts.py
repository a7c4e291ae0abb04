"""Reader of WhatsApp's Android contact list (wa.db): names beside numbers, no messages."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake import sqlite_file
from analysis.intake.columnar import located, table
from analysis.intake.jids import handles
from analysis.intake.records import Hints, Opened, Reader, Reading

FORMS = (("wa_contacts",),)
LABELS = {
    "display_name": "phone book of this phone",
    "wa_name": "name the contact chose (push name)",
    "nickname": "nickname in the phone book of this phone",
}


def read(opened: Opened, hints: Hints) -> Reading:
    """Names of one wa.db; a row per contact and name."""
    with sqlite_file.opened(opened.path) as database:
        found = database.read("wa_contacts", text=f"jid {' '.join(LABELS)}")
        parts = [_labels("wa_contacts", found, column, basis) for column, basis in LABELS.items()]
        verified = database.read("wa_vnames", text="jid verified_name")
        parts.append(_labels("wa_vnames", verified, "verified_name", "business name verified by WhatsApp"))
        reading = Reading("whatsapp", names=pa.concat_tables(parts), zone_basis="embedded")
        return database.settled(reading)


def _labels(name: str, found: pa.Table, column: str, basis: str) -> pa.Table:
    found = found.filter(
        pc.and_(pc.not_equal(pc.coalesce(found[column], pa.scalar("")), ""), pc.is_valid(found["jid"]))
    )
    who, kind = handles(found["jid"])
    locator = located(name, found["rowid"])
    return table("names", handle=who, kind=kind, label=found[column], basis=basis, locator=locator)


READER = Reader(
    name="wa_contacts", channel="whatsapp", recognises=partial(sqlite_file.shows, FORMS),
    recognises_file=partial(sqlite_file.holds, FORMS), read=read, formats="WhatsApp Android wa.db (SQLite)",
    yields="names beside numbers: phone book, push name, verified business name",
    cannot_know="when a name was given, names of contacts that were removed",
    tested="chat-history-manager (2 app versions); made by hand",
)  # fmt: skip
