"""The data dictionary is well formed and holds every column the contract promises."""

import re

from analysis import tables
from analysis.tables import TABLES

PROMISED = {
    "sources": "source_id path sha256 bytes reader custodian_id channel status n_copies n_events n_rejects date_order "
    "date_order_basis zone zone_basis truncated",
    "rejects": "source_id locator reason n_bytes",
    "accounts": "account_id channel address ownership custodian_id person_id declared observed exported first_at "
    "last_at n_sent n_received",
    "identities": "identity_id channel kind raw normal person_id",
    "people": "person_id label role organisation custodian_id",
    "merges": "identity_a identity_b rule score verdict by at why",
    "threads": "thread_id channel kind title",
    "copies": "copy_id source_id locator message_id thread_id sender_identity_id sent_at sent_text precision "
    "zone_basis kind state body reply_to forwarded edited suspect offset_s",
    "messages": "message_id thread_id channel sent_at sender_identity_id sender_person_id kind body n_copies n_holders "
    "n_expected",
    "recipients": "message_id identity_id person_id role",
    "attachments": "attachment_id message_id copy_id name mime bytes sha256 present",
    "events": "event_id thread_id source_id locator at kind actor_identity_id target_identity_id value",
    "absences": "message_id source_id custodian_id kind explained evidence",
    "labels": "label_id message_id attachment_id scheme label start end method rule score",
    "captures": "message_id official_message_id kind containment delay_s",
    "findings": "finding_id question statement value unit n of low high level method outcome provision evidence limits "
    "notebook anchor",
}


def test_every_promised_column_is_there() -> None:
    for name, columns in PROMISED.items():
        assert set(columns.split()) <= set(TABLES[name].names), name


def test_tables_are_well_formed() -> None:
    for table in TABLES.values():
        assert set(table.key) <= set(table.names) and set(table.order) <= set(table.names)
        assert len(set(table.names)) == len(table.names)
        for column in table.columns:
            assert column.type in tables.TYPES
            assert len(column.meaning) > 3
            assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
            assert not column.name.endswith("_at") or column.type == "time"
            assert not column.name.startswith("n_") or column.type == "int"


def test_dictionary_names_every_column() -> None:
    text = tables.dictionary()
    for table in TABLES.values():
        assert f"{table.name}: a row is {table.row}" in text
        for column in table.columns:
            assert column.meaning in text
