"""The rolls: what each kind of row is, made from the tables alone, so that a page's numbers can be counted again.

`tallies.toml` names each roll and says how its rows are shown; here is how they are made, by the same relations and
studies that the pages count with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from analysis import relations, review, studies
from analysis.findings import policy
from analysis.findings.questions import by_question
from analysis.findings.rolls import custody, labels, records, traffic

if TYPE_CHECKING:
    from analysis.matter import Matter

Maker = Callable[["Matter"], pd.DataFrame]


def _clause_codings(matter: Matter) -> pd.DataFrame:
    rows = studies.policy.codings(policy.judged(matter), policy.proposed(matter))
    return rows.assign(agree=rows.state_one == rows.state_two)


def _clauses(matter: Matter) -> pd.DataFrame:
    return policy.coded(matter)[["clause_id", "policy", "state", "in_force", "verified", "text"]]


def _questions(matter: Matter) -> pd.DataFrame:
    """A row is a question of the investigation, with the outcome of the finding that answers it."""
    held = matter.store.arrow("findings").to_pylist() if matter.store.has("findings") else []
    rows = [(name, rows[0]["finding_id"] if rows else "", rows[0]["outcome"] if rows else "", len(rows))
            for name, rows in by_question(held).items()]  # fmt: skip
    return pd.DataFrame(rows, columns=["question", "answered_by", "outcome", "n_findings"])


ROLLS: Mapping[str, Maker] = {
    "messages": traffic.messages,
    "copies": traffic.copies,
    "absences": relations.absence_rows,
    "holders": traffic.holders,
    "held_by": traffic.held_by,
    "lacking": traffic.lacking,
    "deliveries": traffic.deliveries,
    "sources": custody.sources,
    "settled": lambda matter: studies.custody.settled(relations.listing(matter, "sources")).drop(columns="order"),
    "accounts": custody.accounts,
    "account_messages": relations.account_rows,
    "registers": custody.registers,
    "rejects": custody.rejects,
    "merges": lambda matter: relations.listing(matter, "merges"),
    "clocks": custody.clocks,
    "memberships": custody.memberships,
    "events": custody.events,
    "people": traffic.people,
    "asked": traffic.asked,
    "moves": traffic.moves,
    "turns": traffic.turns,
    "tombstones": traffic.tombstones,
    "marks": labels.marks,
    "entries": labels.entries,
    "pieces": labels.pieces,
    "signals": labels.signals,
    "themed": lambda matter: relations.themed(matter).drop(columns="score"),
    "judged": labels.judged,
    "kept": review.kept,
    "dwelt": labels.dwelt,
    "worded": labels.worded,
    "codings": labels.codings,
    "coded": labels.coded,
    "cases": records.cases,
    "captures": relations.capture_rows,
    "verdicts": relations.coded_matches,
    "official_files": relations.official_file_rows,
    "readings": records.readings,
    "sole": relations.sole_holders,
    "answers": records.answers,
    "practice": policy.practice,
    "questions": _questions,
    "clauses": _clauses,
    "clause_codings": _clause_codings,
    "contradicted": lambda matter: relations.contradicted(matter).drop(columns=["body", "agreed_body"]),
    "controls": records.controls,
    "contacts": records.contacts,
}
"""Name of each roll, and how it is made from a matter's tables, registers and judgements."""
