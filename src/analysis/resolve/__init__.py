"""Who is who: handles to people, every step with its reason, nothing that a person decided overridden.

What this cannot show: that two handles belong to one person because nothing contradicts it; what stays `unsure` in
`merges` is for a reviewer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from analysis.intake import handles
from analysis.intake.result import Intake
from analysis.matter import Matter
from analysis.resolve import clusters, delegates, evidence, hints, judgements, labels, roster, rows, tenures
from analysis.resolve.accounts import accounts
from analysis.resolve.doubts import doubts
from analysis.resolve.evidence import ACCOUNT_KINDS
from analysis.resolve.names import Roll
from analysis.resolve.outsiders import outsiders
from analysis.resolve.signatures import signatures
from analysis.resolve.successions import successions
from analysis.resolve.tenures import COLUMNS

__all__ = ["Resolution", "accounts", "doubts", "people"]


@dataclass(frozen=True)
class Resolution:
    """The tables `identities`, `people` and `merges`, and the ways between them."""

    identities: pd.DataFrame
    people: pd.DataFrame
    merges: pd.DataFrame
    region: str = field(default="GB")
    tenures: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))
    shared: frozenset[str] = frozenset()  # handles that several custodians declare

    @cached_property
    def person(self) -> pd.Series:
        """person_id by identity_id."""
        return self.identities.set_index("identity_id")["person_id"]

    def whose(self, identity: pd.Series, at: pd.Series) -> pd.Series:
        """person_id behind each identity at each time (see `tenures`); absent where it cannot be told."""
        passed = {*self.tenures["identity_id"], *self.shared}
        if not passed or identity.empty:
            return identity.map(self.person)
        names = [one for one in identity.dropna().unique() if self._kinds[one] == "name" and one in self._stands_for]
        account = {one: self._stands_for[one] for one in names if self._stands_for[one] in self.shared}
        return tenures.whose(self.tenures, set(self.shared), identity.replace(account), at, self.person)

    @cached_property
    def custodians(self) -> dict[str, str]:
        """person_id by custodian_id."""
        known = self.people.dropna(subset=["custodian_id"])
        return rows.mapping(known, "custodian_id", "person_id")

    @cached_property
    def handles(self) -> dict[tuple[str, str], list[str]]:
        """Identities that are addresses, by person and channel, sorted."""
        rows = self.identities[self.identities["kind"].isin(ACCOUNT_KINDS)].sort_values("identity_id")
        return {
            (str(key[0]), str(key[1])): ids.tolist()
            for key, ids in rows.groupby(["person_id", "channel"])["identity_id"]
        }

    @cached_property
    def by_label(self) -> dict[str, str]:
        """The one address that a phone's contact list gives for a name identity."""
        accepted = self.merges[self.merges["verdict"].isin(["auto", "confirmed"])]
        given = (
            accepted[accepted["rule"].isin(["phone_book", "common_list"])]
            .groupby("identity_a")["identity_b"]
            .agg(["min", "max"])
        )
        return rows.mapping(given[given["min"] == given["max"]].reset_index(), "identity_a", "min")

    def account(self, identity_id: str, channel: str) -> str | None:
        """The address a handle stands for: itself, its contact-list number, or the person's only one; else None."""
        if self._kinds[identity_id] in ACCOUNT_KINDS:
            return identity_id
        if identity_id in self._stands_for:
            return self._stands_for[identity_id]
        only = self.handles.get((self.person[identity_id], channel), [])
        return only[0] if len(only) == 1 else None

    @cached_property
    def _stands_for(self) -> dict[str, str]:
        """Address by name identity: from its contact list, else of the handles that sent the same messages."""
        known = dict(self.by_label)
        alike = self.merges["rule"].isin(["same_messages", "same_occasion"]) & (self.merges["verdict"] == "auto")
        pairs = self.merges.loc[alike, ["identity_a", "identity_b", "score"]]
        turned = pairs.rename(columns={"identity_a": "identity_b", "identity_b": "identity_a"})
        order = ["identity_a", "score", "identity_b"]
        both = pd.concat([pairs, turned]).sort_values(order, ascending=[True, False, True])
        for _ in range(2):  # a label that only other labels speak for is reached in the second round
            votes: dict[str, dict[str, float]] = {}
            for row in rows.each(both):
                other = (
                    row.identity_b if self._kinds.get(row.identity_b) in ACCOUNT_KINDS else known.get(row.identity_b)
                )
                if other and self._kinds.get(row.identity_a) == "name" and row.identity_a not in known:
                    tally = votes.setdefault(row.identity_a, {})
                    tally[other] = tally.get(other, 0.0) + row.score
            for name, tally in votes.items():
                best = sorted(tally, key=lambda one: (-tally[one], one))
                if len(best) == 1 or tally[best[0]] > tally[best[1]]:
                    known[name] = best[0]
        return known

    @cached_property
    def _kinds(self) -> dict[str, str]:
        return dict(zip(self.identities["identity_id"], self.identities["kind"], strict=True))

    def owner(self, channel: str, custodian_id: object, address: object) -> tuple[str | None, str | None]:
        """Account identity and person_id of whoever a source was exported from; None where unknown."""
        person = self.custodians.get(str(custodian_id)) if isinstance(custodian_id, str) else None
        if isinstance(address, str) and address:
            kind, normal = handles.account(channel, address, self.region)
            found = self._addresses.get((channel, kind, normal))
            if found:
                return found, person or str(self.person[found])
        only = self.handles.get((person or "", channel), [])
        return (only[0] if len(only) == 1 else None), person

    @cached_property
    def _addresses(self) -> dict[tuple[str, str, str], str]:
        rows = self.identities[self.identities["kind"].isin(ACCOUNT_KINDS)]
        keys = zip(rows["channel"], rows["kind"], rows["normal"], strict=True)
        return dict(zip(keys, rows["identity_id"], strict=True))


def people(intake: Intake, matter: Matter, witnesses: pd.DataFrame | None = None) -> Resolution:
    """Resolve every identity of an intake to a person.

    Parameters
    ----------
    intake
        What intake handed on.
    matter
        Its registers and judgements.
    witnesses
        Labels that sent the same messages in two sources (`reconcile.witnesses`); without it that rule is silent.

    Raises
    ------
    JudgementError
        A judgement is malformed or contradicts another.
    """
    intake, acting = delegates.parted(labels.rejoined(intake, matter))
    known = evidence.Handles(intake, matter)
    register = matter.register("custodians")
    roll = Roll(dict(zip(register["custodian_id"], register["name"], strict=True)))
    found = _collect(intake, matter, known, roll, witnesses)
    identities = known.table()
    holders = roster.custodians(matter, intake)
    custodians = sorted(map(evidence.person_of, holders))
    nodes = {one: one for one in [*identities["identity_id"], *custodians]}
    nodes |= {one: evidence.person_of(one) for one in holders}
    decisions = judgements.read(matter, nodes)
    settled = {one for item in decisions if item.verdict == "confirmed" for one in item.pair}
    claimed = {one: held for one, held in tenures.claims(matter, known).items() if one not in settled}
    shared = {(one, evidence.person_of(holder)) for one, holders in claimed.items() for holder in holders}
    apart = dict.fromkeys(sorted(shared), "several custodians declare it: shared, or passed on")
    acting = acting[~acting["identity_id"].isin(settled)]
    apart |= delegates.delegates(acting, intake, known, matter)
    apart |= dict.fromkeys([one.pair for one in decisions if one.verdict == "rejected"], "a reviewer rejected it")
    joined = clusters.Clusters(sorted(identities["identity_id"]), custodians, clusters.activity(intake), apart)
    found = [item for item in found if item.a != item.b]
    decided = clusters.decide(joined, found, decisions)
    label = rows.mapping(identities[identities["kind"] == "name"], "identity_id", "raw")
    if more := [*hints.same_occasions(witnesses, joined.find, label)]:
        decided = clusters.decide(joined, found + more, decisions)
    table, person = roster.people(joined.groups(), identities, intake, matter)
    identities["person_id"] = identities["identity_id"].map(person)
    order = ["channel", "kind", "normal", "scope", "identity_id"]
    identities = identities.sort_values(order, ignore_index=True)
    held = tenures.tenures(claimed, person, intake, matter)
    merges = clusters.frame(decided, decisions)
    return Resolution(identities, table, merges, matter.region, held, frozenset(claimed))


def _collect(
    intake: Intake, matter: Matter, known: evidence.Handles, roll: Roll, witnesses: pd.DataFrame | None
) -> list[evidence.Evidence]:
    """Everything that speaks for two handles being one; registers first, since they may name handles nobody saw."""
    return [
        *evidence.declared(matter, intake, known),
        *evidence.phone_books(matter, known, roll),
        *hints.own_labels(intake, known),
        *hints.labels(intake, known, roll, matter.official_domains),
        *outsiders(intake, known, roll, matter.official_domains),
        *successions(intake, known),
        *hints.lid_maps(intake, known),
        *hints.number_changes(intake, known),
        *hints.new_number_texts(intake, known, roll),
        *signatures(intake, known, roll),
        *hints.same_messages(witnesses),
        *evidence.same_handles(known),
    ]
