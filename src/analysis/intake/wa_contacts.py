"""Reader of WhatsApp's Android contact list (wa.db): names beside numbers, no messages."""

from __future__ import annotations

from functools import partial

import pyarrow as pa

from analysis.intake import sqlite_file
from analysis.intake.jids import labels
from analysis.intake.records import Hints, Opened, Reader, Reading

FORMS = (("wa_contacts",),)
LABELS = (
    ("wa_contacts", "display_name", "phone book of this phone"),
    ("wa_contacts", "wa_name", "name the contact chose (push name)"),
    ("wa_contacts", "nickname", "nickname in the phone book of this phone"),
    ("wa_vnames", "verified_name", "business name verified by WhatsApp"),
)


def read(opened: Opened, hints: Hints) -> Reading:
    """Names of one wa.db; a row per contact and name."""
    with sqlite_file.opened(opened.path) as database:
        parts = [labels(database, name, "jid", label, basis) for name, label, basis in LABELS]
        return database.settled(Reading("whatsapp", names=pa.concat_tables(parts), zone_basis="embedded"))


READER = Reader(
    name="wa_contacts", channel="whatsapp", recognises=partial(sqlite_file.shows, FORMS),
    recognises_file=partial(sqlite_file.holds, FORMS), read=read, formats="WhatsApp Android wa.db (SQLite)",
    yields="names beside numbers: phone book, push name, verified business name",
    cannot_know="when a name was given, names of contacts that were removed",
    tested="chat-history-manager (2 app versions); made by hand",
)  # fmt: skip
