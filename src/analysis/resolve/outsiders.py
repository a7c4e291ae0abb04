"""Handles of people outside the register that bear one full name, or a given name and the firm of an address.

A name is no proof: two handles join only where one custodian knows both under it, or where label and address agree on
given name and firm; a name that several handles of one channel bear is nobody's in particular.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from analysis.intake.result import Intake
from analysis.resolve.evidence import Evidence, Handles
from analysis.resolve.names import FULL, Roll, forms, is_role_mailbox, plain_name, tokens
from analysis.resolve.rows import each, mapping

KNOWN_TO_ONE, KNOWN_APART = 0.84, 0.65  # one custodian knows both handles by this name; or different custodians do
GIVEN_AND_FIRM = 0.85  # "Jo Acme Trading" in a phone, jo.bloggs@acmetrading.example in a mailbox
SEVERAL = 0.6  # of the score remains where the name fits several handles of one channel
LEAST_WORD, LEAST_FIRM = 3, 5  # letters of a firm's name to be compared whole, and as the beginning of a longer one
LINKS = frozenset(("the", "of", "at", "from", "and", "for"))


@dataclass(frozen=True)
class Named:
    """One handle under one label, in the phones and mailboxes of some custodians."""

    identity: str
    channel: str
    kind: str
    label: str
    holders: frozenset[str]
    where: str
    address: str = ""


def outsiders(intake: Intake, known: Handles, roll: Roll, official: tuple[str, ...]) -> Iterable[Evidence]:
    """Evidence that handles of somebody who is not in the register are one person's."""
    rows = [one for one in _named(intake, known) if not any(match.score >= FULL / 2 for match in roll.match(one.label))]
    yield from _full_names(rows)
    yield from _given_and_firm(rows, official)


def _named(intake: Intake, known: Handles) -> list[Named]:
    """Every handle with every label it bears, names as their own labels included; role mailboxes left out."""
    facts = {row.identity_id: row for row in each(known.table())}
    path = mapping(intake.sources, "source_id", "path")
    found: dict[tuple[str, str], tuple[set[str], str]] = {}
    for row in each(intake.names.sort_values(["identity_id", "label", "source_id", "locator"])):
        where = f"{path.get(row.source_id)} {row.locator}"
        holders, _ = found.setdefault((row.identity_id, str(row.label)), (set(), where))
        holders.add(str(row.custodian_id if isinstance(row.custodian_id, str) else row.source_id))
    for identity, row in sorted(facts.items()):
        if row.kind == "name":
            scope = row.scope if isinstance(row.scope, str) else ""
            found.setdefault((identity, str(row.raw)), (set(), ""))[0].add(scope)
    rows = []
    for (identity, label), (holders, where) in sorted(found.items()):
        one = facts[identity]
        address = str(one.normal) if one.kind == "email" else ""
        if not is_role_mailbox(address):
            rows.append(Named(identity, one.channel, one.kind, label, frozenset(holders), where, address))
    return rows


def _full_names(rows: list[Named]) -> Iterable[Evidence]:
    bearers: dict[tuple[str, ...], list[Named]] = {}
    for one in rows:
        if name := plain_name(one.label):
            bearers.setdefault(name, []).append(one)
    for _, alike in sorted(bearers.items()):
        accounts: dict[str, set[str]] = {}
        for one in alike:
            if one.kind != "name":
                accounts.setdefault(one.channel, set()).add(one.identity)
        several = {channel for channel, held in accounts.items() if len(held) > 1}
        for one, other in combinations(alike, 2):
            if one.identity == other.identity:
                continue
            shared = bool(one.holders & other.holders)
            score = KNOWN_TO_ONE if shared else KNOWN_APART
            score *= SEVERAL if several & {one.channel, other.channel} else 1.0
            why = f"{'one custodian knows' if shared else 'different custodians know'} both by one full name"
            yield Evidence(one.identity, other.identity, "same_name", round(score, 3), why, one.where or other.where)


def _given_and_firm(rows: list[Named], official: tuple[str, ...]) -> Iterable[Evidence]:
    """Labels such as `Jo Acme Trading` with the mailboxes that a Jo has at that firm."""
    mailboxes: dict[str, list[tuple[str, Named]]] = {}
    for one in rows:
        local, _, domain = one.address.partition("@")
        if domain and domain not in official:
            for given in sorted({local.partition(".")[0], *tokens(one.label)[:1]}):
                mailboxes.setdefault(given, []).append((domain.partition(".")[0].replace("-", ""), one))
    for one in rows:
        given, *rest = tokens(one.label) or ("",)
        firm = "".join(word for word in rest if word not in LINKS)
        fits = {
            other.identity: other
            for form in sorted(forms(given))
            for domain, other in mailboxes.get(form, ())
            if other.channel != one.channel and _one_firm(firm, domain)
        }
        score = GIVEN_AND_FIRM if len(fits) == 1 else GIVEN_AND_FIRM * SEVERAL
        for identity, other in sorted(fits.items()):
            why = "the label is the given name and the firm of this address"
            yield Evidence(one.identity, identity, "name_and_firm", round(score, 3), why, one.where or other.where)


def _one_firm(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= LEAST_WORD and (short == long or (len(short) >= LEAST_FIRM and long.startswith(short)))
