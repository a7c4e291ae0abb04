"""Who a Cellebrite report speaks of: parties of messages, contacts, accounts of the phone; handles by channel."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from analysis.intake import jids
from analysis.intake.columns import Columns
from analysis.intake.ufed_models import Model

CHANNELS = {"whatsapp business": "whatsapp", "native messages": "sms", "messages": "sms", "imessage": "sms",
            "phone": "sms", "native": "sms", "call log": "sms", "calllog": "sms"}  # fmt: skip
_DIGITS = re.compile(r"\d{7,15}")
_NUMBER = re.compile(r"\+?[\d\s().-]{6,30}")
_OWN_ID = re.compile(r"\bid$|username|phone number", re.I)
_KINDS = {"sms": "phone", "email": "email", "linkedin": "profile"}
Party = tuple[str | None, str | None, bool | None]  # handle, kind, whether it is the owner: null, it does not say


def channel_of(source: str | None) -> str:
    """The channel of an app as Cellebrite names it."""
    name = (source or "").strip().casefold()
    return CHANNELS.get(name, name) or "unknown"


def handle_of(channel: str, identifier: str | None) -> tuple[str | None, str | None]:
    """Handle and kind of an identifier as Cellebrite writes it."""
    text = (identifier or "").strip()
    if not text:
        return None, None
    if channel == "whatsapp":
        found = jids.handle(f"+{text}" if _DIGITS.fullmatch(text) else text)
        return found, "phone" if _NUMBER.fullmatch(text) else jids.handle_kind(found)
    return text, _KINDS.get(channel, "handle")


class People:
    """Handles, the names beside them, and which of them are the owner's."""

    def __init__(self, rows: Columns) -> None:
        self.rows = rows
        self.owners: dict[str, Counter[tuple[str, str]]] = {}
        self._named: set[tuple[str, str, str, str]] = set()

    def party(self, channel: str, party: Model) -> Party:
        """Handle, kind, and whether it is the owner; the name beside a handle is kept, a name alone is the handle."""
        handle, kind = handle_of(channel, party.text("Identifier"))
        name, said = party.text("Name"), party.text("IsPhoneOwner")
        own = said.strip().casefold() == "true" if said else None
        if handle and name and name.strip() != party.text("Identifier"):
            self._name(channel, handle, kind or "handle", name.strip(), "ufed_party", party.locator)
        if own and handle and kind:
            self.owners.setdefault(channel, Counter())[handle, kind] += 1
        return (handle, kind, own) if handle else (name, "name" if name else None, own)

    def _name(self, channel: str, handle: str, kind: str, label: str, basis: str, locator: str) -> None:
        if (channel, handle, label, basis) not in self._named:
            self._named.add((channel, handle, label, basis))
            self.rows.put("names", handle=handle, kind=kind, label=label, basis=basis, locator=locator, channel=channel)

    def contact(self, contact: Model) -> None:
        """An entry of a contact list: the label beside each of its handles."""
        label = (contact.text("Name") or "").strip()
        for channel, handle, kind in self.entries(contact):
            if label and label != handle:
                self._name(channel, handle, kind, label, "contact_name", contact.locator)

    def account(self, account: Model) -> None:
        """An account of the phone itself: its own name, and the owner's handle in that channel."""
        label = (account.text("Name") or "").strip()
        for channel, handle, kind in self.entries(account):
            self.owners.setdefault(channel, Counter()).setdefault((handle, kind), 0)
            self._name(channel, handle, kind, label or handle, "profile_name", account.locator)

    def entries(self, model: Model) -> Iterator[tuple[str, str, str]]:
        """Handles an entry of a contact list or an account holds."""
        source = channel_of(model.text("Source"))
        for entry in model.inside("Entries"):
            value, category = (entry.text("Value") or "").strip(), entry.text("Category") or ""
            if not value or (entry.kind == "UserID" and not _OWN_ID.search(category)):
                continue
            by_kind = {"PhoneNumber": "whatsapp" if source == "whatsapp" else "sms", "EmailAddress": "email"}
            if channel := source if entry.kind == "UserID" else by_kind.get(entry.kind):
                handle, kind = handle_of(channel, value)
                yield channel, handle or value, kind or "handle"
