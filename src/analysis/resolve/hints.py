"""Evidence of identity in the exports themselves: own labels, names beside handles, number changes, texts."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake import handles
from analysis.intake.result import Intake
from analysis.resolve.evidence import PROBABLE, Evidence, Handles, person_of
from analysis.resolve.names import Match, Roll, is_role_mailbox, shared_name
from analysis.resolve.rows import each, mapping

PHONE_BOOKS = frozenset((
    "sms_backup", "phone_book", "contact_name", "phone book of this phone", "name of the conversation on this phone",
))  # fmt: skip
PUSH_NAMES = frozenset(("push_name", "self", "profile_name", "name the contact chose (push name)"))
LID_MAP = "number behind the LID (jid_map)"
SELF_ASSERTED = 0.65  # of a match's score remains when the name was chosen by its bearer (push name, profile)
OFFICIAL_ADDRESS = 0.85  # an official address that spells a custodian's name is given out by the department
LEAST_WITNESSES = 3  # distinctive messages that two labels must have sent alike
ONLY_ONE_LEFT, IN_ORDER = 0.7, 0.35  # what one occasion is worth, by elimination and by the order of lines alone
LIKE_LABEL = 0.45  # two labels for one of a few people, with a given name or surname in common
CONTRADICTED = 0.1  # share of a label's messages that stand under another label over there: then it proves nothing
_NEW_NUMBER = re.compile(r"\b(?:new|changed?)\b[^.\n]{0,30}\b(?:number|phone|mobile|mob|sim)\b", re.I)
_NUMBER = re.compile(r"(?:\+|\b0)\d[\d ()\-]{7,17}\d")
_THIS_IS = re.compile(r"\b(?:this is|it'?s|its|i am|i'm|here is|it is)\s+((?:[^\W\d_][\w'’\-]*\s?){1,3})", re.I)


def own_labels(intake: Intake, known: Handles) -> Iterable[Evidence]:
    """Whose export it is, as the export shows: marked as sent by the owner, or the other party of a pair chat."""
    sources = intake.sources.set_index("source_id")
    holder, path = sources["custodian_id"].to_dict(), sources["path"].to_dict()
    shown = intake.sources.dropna(subset=["owner_identity_id"])[["source_id", "owner_identity_id"]]
    owners = set(shown.itertuples(index=False, name=None))
    for source, identity in sorted(owners | _marked(intake) | _other_party(intake)):
        custodian = holder.get(source)
        if isinstance(custodian, str) and custodian:
            yield Evidence(identity, person_of(custodian), "owner_of_export", 0.97,
                           "sends as the owner of the export", str(path[source]))  # fmt: skip
    for identity, scope in known.named("you"):
        if scope and scope in set(sources["custodian_id"].dropna()):
            yield Evidence(identity, person_of(scope), "owner_of_export", 0.97, "'You' is whoever exported")


def _marked(intake: Intake) -> set[tuple[str, str]]:
    rows = intake.copies[["source_id", "sender_identity_id", "from_owner"]].dropna(subset=["sender_identity_id"])
    rows = rows[rows["from_owner"].fillna(False).astype(bool)]
    mail = set(intake.sources.loc[intake.sources["channel"] == "email", "source_id"])
    rows = rows[~rows["source_id"].isin(mail)]  # a sent folder also holds mail sent on behalf of others
    return set(rows[["source_id", "sender_identity_id"]].drop_duplicates().itertuples(index=False, name=None))


def _other_party(intake: Intake) -> set[tuple[str, str]]:
    """In a pair chat whose counterpart is known, the one other sender is the owner."""
    pairs = intake.threads[(intake.threads["kind"] == "pair") & intake.threads["counterpart_identity_id"].notna()]
    clean = intake.copies[intake.copies["suspect"].fillna("") == ""]
    senders = clean[["thread_id", "sender_identity_id"]].dropna().drop_duplicates()
    rows = senders.merge(pairs[["thread_id", "source_id", "counterpart_identity_id"]], on="thread_id")
    rows = rows[rows["sender_identity_id"] != rows["counterpart_identity_id"]]
    alone = rows.groupby("thread_id")["sender_identity_id"].transform("nunique") == 1
    both = senders.groupby("thread_id").size()
    rows = rows[alone & (rows["thread_id"].map(both) == 2)]
    return set(rows[["source_id", "sender_identity_id"]].itertuples(index=False, name=None))


def labels(intake: Intake, known: Handles, roll: Roll, official: tuple[str, ...]) -> Iterable[Evidence]:
    """Labels and display names that are a custodian's name; addresses that spell it."""
    names = intake.names.sort_values(["identity_id", "label", "source_id", "locator"])
    path = intake.sources.set_index("source_id")["path"].to_dict()
    kind = known.table().set_index("identity_id")
    for row in each(names.drop_duplicates(["identity_id", "label", "custodian_id"])):
        where = f"{path.get(row.source_id, '')} {row.locator or ''}".strip()
        yield from _named_beside(row, kind, known, roll, where, (row.custodian_id, path.get(row.source_id)))
    for row in each(kind.reset_index()):
        if row.kind == "name":
            weight = 1.0 if isinstance(row.scope, str) and row.scope else SELF_ASSERTED
            for match in roll.match(str(row.raw)):
                rule = "register_name" if match.score >= PROBABLE else "part_of_name"
                holder = row.scope if isinstance(row.scope, str) else ""
                yield _one(row.identity_id, match, rule, weight, "registers/custodians.csv", holder)
        elif row.kind == "email":
            for match in roll.address(str(row.normal)):
                sure = row.normal.rpartition("@")[2] in official and match.score >= 0.5
                score = OFFICIAL_ADDRESS if sure else match.score
                yield Evidence(row.identity_id, person_of(match.custodian_id), "address_name", score, match.why)


def _named_beside(
    row: Any, kind: pd.DataFrame, known: Handles, roll: Roll, where: str, holders: tuple[object, ...]
) -> Iterable[Evidence]:
    identity, label, basis = str(row.identity_id), str(row.label), str(row.basis or "")
    facts = kind.loc[identity]
    phone_book = basis in PHONE_BOOKS
    if phone_book:
        for one, held in known.named(handles.name(label)):
            if held is not None and held in holders:
                yield Evidence(one, identity, "phone_book", 0.98, "the phone shows this name beside this number", where)
    if facts["kind"] == "name" or (facts["kind"] == "email" and is_role_mailbox(str(facts["normal"]))):
        return
    own = basis in PUSH_NAMES
    for match in roll.match(label):
        rule = "phone_book_name" if phone_book else "push_name" if own else "display_name"
        yield _one(
            identity, match, rule, SELF_ASSERTED if own else 1.0, where, str(holders[0] or "") if phone_book else ""
        )


def _one(identity: str, match: Match, rule: str, weight: float, where: str, holder: str) -> Evidence:
    score, why = match.score * weight, match.why
    return Evidence(identity, person_of(match.custodian_id), rule, round(score, 3), why, where, holder)


def lid_maps(intake: Intake, known: Handles) -> Iterable[Evidence]:
    """Numbers that a database itself keeps behind WhatsApp's pseudonyms (LIDs)."""
    path = mapping(intake.sources, "source_id", "path")
    for row in each(intake.names[intake.names["basis"] == LID_MAP].sort_values(["identity_id", "label", "source_id"])):
        if number := handles.phone(str(row.label), known.region):
            new = known.add("whatsapp", "phone", str(row.label), number)
            yield Evidence(row.identity_id, new, "lid_map", 0.99, "the database gives this number for the LID",
                           f"{path[row.source_id]} {row.locator}")  # fmt: skip


def number_changes(intake: Intake, known: Handles) -> Iterable[Evidence]:
    """System lines that name an old and a new number, or what the phone calls the new one."""
    rows = intake.events[intake.events["kind"] == "number_changed"].dropna(subset=["actor_identity_id"])
    path = mapping(intake.sources, "source_id", "path")
    holder = mapping(intake.sources, "source_id", "custodian_id")
    for row in each(rows.sort_values("event_id")):
        new = row.target_identity_id
        if not isinstance(new, str) and isinstance(row.value, str):
            channel = known.channel(row.actor_identity_id)
            new = known.get(channel, "phone", handles.phone(row.value, known.region)) or known.get(
                channel, "name", handles.name(row.value), holder.get(row.source_id)
            )
        if isinstance(new, str) and row.actor_identity_id != new:
            yield Evidence(row.actor_identity_id, new, "number_change", 0.96,
                           "the app says that this became that", f"{path[row.source_id]} {row.locator}")  # fmt: skip


def new_number_texts(intake: Intake, known: Handles, roll: Roll) -> Iterable[Evidence]:
    """Texts about a new number: from a known handle with the number in it, or from the new number with a name in it."""
    bodies = pc.fill_null(pa.array(intake.copies["body"], pa.string()), "")
    found = pc.match_substring_regex(bodies, r"(?i)\b(new|changed?)\b.{0,30}\b(number|phone|mobile|mob|sim)\b")
    rows = intake.copies[found.to_numpy(zero_copy_only=False)].dropna(subset=["sender_identity_id"])
    rows = rows[(rows["suspect"].fillna("") == "") & ~rows["forwarded"].fillna(False).astype(bool)]
    path = intake.sources.set_index("source_id")["path"].to_dict()
    for row in each(rows.sort_values("copy_id")):
        text, where = str(row.body), f"{path[row.source_id]} {row.locator}"
        if not _NEW_NUMBER.search(text):
            continue
        for raw in _NUMBER.findall(text) if re.search(r"\b(?:my|i)\b", text, re.I) else ():
            number = handles.phone(raw, known.region)
            for channel in ("whatsapp", "sms"):
                if (new := known.get(channel, "phone", number)) and new != row.sender_identity_id:
                    yield Evidence(row.sender_identity_id, new, "new_number_text", 0.85,
                                   "the sender gives this as their own new number", where)  # fmt: skip
        for said in _THIS_IS.findall(text):
            for match in _longest(said.split(), roll):
                score = 0.7 if match.score >= PROBABLE else 0.5
                yield Evidence(row.sender_identity_id, person_of(match.custodian_id), "new_number_text", score,
                               "the text gives the sender's name with a new number", where)  # fmt: skip


def _longest(words: list[str], roll: Roll) -> list[Match]:
    """Match of the longest run of leading words that names somebody."""
    for length in range(len(words), 0, -1):
        if found := roll.match(" ".join(words[:length])):
            return found
    return []


def same_messages(witnesses: pd.DataFrame | None) -> Iterable[Evidence]:
    """Labels in two phones that sent the same messages, as the sender-blind alignment counted them."""
    if witnesses is None:
        return
    for row in each(witnesses.dropna(subset=["identity_a"]).sort_values(["identity_a", "identity_b"])):
        share = row.n / max(row.n + row.n_against, 1)
        if row.n >= LEAST_WITNESSES and share >= 1 - CONTRADICTED:
            score = min(0.80 + 0.02 * (row.n - LEAST_WITNESSES), 0.94)
        else:
            score = (0.7 if row.n > 1 and row.n_against == 0 else 0.5) * share
        why = f"{int(row.n)} distinctive messages stand under both, {int(row.n_against)} under one and another"
        yield Evidence(row.identity_a, row.identity_b, "same_messages", round(score, 3), why, row.evidence)


def same_occasions(
    witnesses: pd.DataFrame | None, person: Callable[[str], str], names: Mapping[str, str]
) -> Iterable[Evidence]:
    """Labels left over at the same joinings and leavings in two phones, once everybody known is taken out.

    `person` gives the cluster an identity is in so far, `names` the label of each name identity. One label left on
    either side is one person; several left are paired by the order of their lines, which counts half.
    """
    if witnesses is None or witnesses["occasion"].isna().all():
        return
    shown = witnesses.dropna(subset=["occasion"])
    found: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for _, occasion in shown.groupby("occasion", sort=True):
        phones = {str(holder): rows for holder, rows in occasion.groupby("holder", sort=True)}
        for one, other in combinations(phones, 2):
            for a, b, weight, where in _left_over(phones[one], phones[other], person):
                found.setdefault((min(a, b), max(a, b)), []).append((weight, where))
    for (a, b), seen in sorted(found.items()):
        surest = sorted((weight for weight, _ in seen), reverse=True)[:3]
        score = round(min(1 - math.prod(1 - weight for weight in surest), 0.92), 3)
        why = f"{len(seen)} joinings or leavings show both, one per phone"
        yield Evidence(a, b, "same_occasion", score, why, seen[0][1])
        if a in names and b in names and shared_name(names[a], names[b]):
            yield Evidence(a, b, "like_label", LIKE_LABEL, "both labels hold one name", seen[0][1])


def _left_over(
    one: pd.DataFrame, other: pd.DataFrame, person: Callable[[str], str]
) -> Iterable[tuple[str, str, float, str]]:
    here, there = ([(person(row.identity_id), row) for row in each(rows)] for rows in (one, other))
    both = {who for who, _ in here} & {who for who, _ in there}
    left, right = ([row for who, row in side if who not in both] for side in (here, there))
    if left and len(left) == len(right):
        weight = ONLY_ONE_LEFT if len(left) == 1 else IN_ORDER
        for a, b in zip(left, right, strict=True):
            yield a.identity_id, b.identity_id, weight, f"{a.evidence}; {b.evidence}"
