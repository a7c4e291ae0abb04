"""Evidence of identity: typed, located, scored; one item says that two handles, or handle and custodian, are one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from analysis.intake import handles
from analysis.intake.result import Intake
from analysis.matter import Matter
from analysis.resolve.names import Roll
from analysis.resolve.rows import each
from analysis.store import make_id

ACCOUNT_KINDS = ("phone", "email", "profile")
CERTAIN, PROBABLE = 0.95, 0.80  # scores from which a tier is reached; only these two tiers merge


@dataclass(frozen=True, order=True)
class Evidence:
    """One reason to hold two identities for one person; `b` may be the person_id of a custodian."""

    a: str
    b: str
    rule: str
    score: float
    why: str
    evidence: str = ""
    holder: str = ""  # the custodian in whose phone it stands, if it is one phone's word

    @property
    def tier(self) -> str:
        """`certain`, `probable` or `possible`."""
        return "certain" if self.score >= CERTAIN else "probable" if self.score >= PROBABLE else "possible"


def person_of(custodian_id: str) -> str:
    """The person_id of a custodian."""
    return make_id("person", "custodian", custodian_id)


class Handles:
    """All identities by what they are, and those that only registers and phone books name."""

    def __init__(self, intake: Intake, matter: Matter) -> None:
        self.region = matter.region
        self.frame = intake.identities.sort_values("identity_id").reset_index(drop=True)
        self._added: dict[str, dict[str, str | None]] = {}
        scopes = self.frame["scope"].astype(object).where(self.frame["scope"].notna(), None)
        keys = zip(self.frame["channel"], self.frame["kind"], self.frame["normal"], scopes, strict=True)
        self._known = dict(zip(keys, self.frame["identity_id"], strict=True))
        self._channel: dict[str, str] = dict(zip(self.frame["identity_id"], self.frame["channel"], strict=True))

    def get(self, channel: str, kind: str, normal: str, scope: str | None = None) -> str | None:
        """The identity, if anything showed it."""
        return self._known.get((channel, kind, normal, scope))

    def add(self, channel: str, kind: str, raw: str, normal: str, scope: str | None = None) -> str:
        """The identity, made if nothing showed it yet."""
        found = self.get(channel, kind, normal, scope)
        if found is None:
            found = make_id(channel, kind, normal, scope)
            self._known[channel, kind, normal, scope] = found
            self._channel[found] = channel
            self._added[found] = {"identity_id": found, "channel": channel, "kind": kind, "raw": raw,
                                  "normal": normal, "scope": scope}  # fmt: skip
        return found

    def account(self, channel: str, address: str) -> str:
        """The identity of an account's address."""
        kind, normal = handles.account(channel, address, self.region)
        return self.add(channel, kind, address, normal)

    def channel(self, identity: str) -> str:
        """Channel of an identity."""
        return self._channel[identity]

    def named(self, normal: str) -> list[tuple[str, str | None]]:
        """Every name identity with this folded name, with its scope."""
        return sorted(
            ((found, key[3]) for key, found in self._known.items() if key[1] == "name" and key[2] == normal),
            key=lambda item: item[0],
        )

    def table(self) -> pd.DataFrame:
        """All identities, those added included."""
        columns = ["identity_id", "channel", "kind", "raw", "normal", "scope"]
        added = pd.DataFrame(list(self._added.values()), columns=columns)
        known = self.frame[columns]
        return pd.concat([known, added], ignore_index=True) if len(added) else known.copy()


def declared(matter: Matter, intake: Intake, known: Handles) -> Iterable[Evidence]:
    """Accounts from the register and from the chain of custody, with their custodians."""
    accounts = matter.register("accounts")
    owners: dict[tuple[str, str], set[str]] = {}
    for row in each(accounts):
        if row.address and row.custodian_id:
            identity = known.account(str(row.channel), str(row.address))
            owners.setdefault((str(row.channel), identity), set()).add(str(row.custodian_id))
    for (_, identity), holders in sorted(owners.items()):
        for holder in sorted(holders):
            score, why = 1.0, "declared as this custodian's account"
            if len(holders) > 1:
                score, why = 0.5, "declared by several custodians: shared"
            yield Evidence(identity, person_of(holder), "declared_account", score, why, "registers/accounts.csv")
    for row in each(intake.sources.dropna(subset=["custodian_id", "address", "channel"])):
        identity = known.account(str(row.channel), str(row.address))
        if len(owners.get((str(row.channel), identity), ())) > 1 or not row.custodian_id or not row.address:
            continue
        yield Evidence(identity, person_of(str(row.custodian_id)), "owner_of_export", 0.98,
                       f"this custodian's export comes from it ({row.address_basis})", str(row.path))  # fmt: skip


def phone_books(matter: Matter, known: Handles, roll: Roll) -> Iterable[Evidence]:
    """Contact lists: a label in somebody's phone and its number; a common list holds for every phone."""
    for line, row in enumerate(each(matter.register("contacts")), 2):
        if not row.label or not row.address:
            continue
        kind, normal = handles.normal(handles.contact_kind(str(row.address)), str(row.address), matter.region)
        label, where = handles.name(str(row.label)), f"registers/contacts.csv row {line}"
        channels = ("whatsapp", "sms") if kind == "phone" else ("email",) if kind == "email" else ("linkedin",)
        for channel in channels:
            scope = str(row.custodian_id) or None
            labels = [
                one for one, held in known.named(label)
                if (held == scope or scope is None) and known.channel(one) == channel
            ]  # fmt: skip
            address = known.get(channel, kind, normal)
            if not labels and address is None:
                continue
            address = address or known.add(channel, kind, str(row.address), normal)
            score, rule = (1.0, "phone_book") if scope else (0.95, "common_list")
            holder = scope or "common"
            for one in labels:
                yield Evidence(
                    one, address, rule, score, "the contact list gives this number for this label", where, holder
                )
            for match in roll.match(str(row.label)):
                person = person_of(match.custodian_id)
                yield Evidence(address, person, rule + "_name", match.score, match.why, where, holder)


def same_handles(known: Handles) -> Iterable[Evidence]:
    """One number on two channels, and one label in one phone on two channels."""
    frame = known.table()
    phones = frame[frame["kind"].isin(["phone", "email"])].sort_values(["normal", "channel", "identity_id"])
    labels = frame[(frame["kind"] == "name") & frame["scope"].notna()]
    for rows, rule, score, why in (
        (phones, "same_handle", 0.99, "the same number or address on another channel"),
        (labels, "same_label", 0.95, "the same label in the same phone"),
    ):
        rows = rows.assign(where=rows["scope"].fillna("")).sort_values(["where", "normal", "channel", "identity_id"])
        for _, alike in rows.groupby(["where", "kind", "normal"], sort=True):
            first, *others = alike["identity_id"].tolist()
            for other in others:
                yield Evidence(first, other, rule, score, why)
