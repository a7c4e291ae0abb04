"""What the formats say of a matter: messages with names beside their ids, read once from the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import pandas as pd

from analysis.matter import Matter
from analysis.resolve.rows import each

UNSTORABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML and most importers refuse; replaced by U+FFFD, never dropped without a sign."""


def storable(text: object) -> str:
    """Text without characters that XML refuses; absent is empty."""
    return "" if text is None or text != text else UNSTORABLE.sub("\ufffd", str(text))


def instant(at: Any) -> str:
    """A time as ISO 8601 UTC with milliseconds; absent is empty."""
    return "" if at is None or pd.isna(at) else pd.Timestamp(at).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Content:
    """The tables of a matter as the writers need them; each is read when first asked for."""

    def __init__(self, matter: Matter) -> None:
        self.matter = matter
        self.store = matter.store

    @cached_property
    def messages(self) -> pd.DataFrame:
        """A row is a message, in order of agreed time and id."""
        return self.store.read("messages").sort_values(["sent_at", "message_id"], na_position="last", kind="stable")

    def _rows(self, table: str, key: str) -> dict[str, Any]:
        return {getattr(row, key): row for row in each(self.store.read(table))}

    @cached_property
    def threads(self) -> dict[str, Any]:
        """Thread id -> its row."""
        return self._rows("threads", "thread_id")

    @cached_property
    def people(self) -> dict[str, Any]:
        """Person id -> its row."""
        return self._rows("people", "person_id")

    @cached_property
    def identities(self) -> dict[str, Any]:
        """Identity id -> its row."""
        return self._rows("identities", "identity_id")

    @cached_property
    def sources(self) -> dict[str, Any]:
        """Source id -> its row."""
        return self._rows("sources", "source_id")

    @cached_property
    def copies(self) -> dict[str, list[Any]]:
        """Message id -> its copies, in stored order; without bodies."""
        wanted = ["copy_id", "message_id", "source_id", "locator", "native_id", "state", "reply_to", "sent_at"]
        return _by_message(self.store.read("copies", wanted))

    @cached_property
    def recipients(self) -> dict[str, list[Any]]:
        """Message id -> its recipients."""
        return _by_message(self.store.read("recipients"))

    @cached_property
    def attachments(self) -> dict[str, list[Any]]:
        """Message id -> files carried by it, one a name and hash however many copies carry it."""
        return _by_message(self.store.read("attachments").drop_duplicates(["message_id", "name", "sha256"]))

    def holders(self, message_id: str) -> list[str]:
        """Custodians that hold a copy of the message."""
        owners = {self.sources[copy.source_id].custodian_id for copy in self.copies.get(message_id, ())}
        return sorted(owner for owner in owners if isinstance(owner, str))

    def address(self, identity_id: Any) -> str:
        """The handle behind an identity, normalised; empty when it is not known."""
        row = self.identities.get(identity_id)
        return storable((row.normal or row.raw) if row is not None else "")

    def label(self, identity_id: Any) -> str:
        """The name of who is behind an identity, else the handle as seen."""
        row = self.identities.get(identity_id)
        if row is None:
            return ""
        person = self.people.get(row.person_id)
        return storable(person.label if person is not None and isinstance(person.label, str) else row.raw)

    def mailbox(self, identity_id: Any) -> str:
        """`Name <address>`, as in a From field."""
        name, address = self.label(identity_id), self.address(identity_id)
        return f"{name} <{address}>" if name and address and name != address else name or address

    def by_role(self, message_id: str) -> Iterator[tuple[str, str]]:
        """Each recipient of a message as role and identity id."""
        for row in self.recipients.get(message_id, ()):
            yield row.role, row.identity_id


def _by_message(rows: pd.DataFrame) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in each(rows):
        found.setdefault(row.message_id, []).append(row)
    return found
