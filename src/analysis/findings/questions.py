"""The fourteen questions of an investigation into private channels, in the order a report answers them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SECURITY, CODES, SYSTEMIC = "security", "codes", "systemic"


@dataclass(frozen=True)
class Question:
    """One question: its short title, the question, which draft section its answer belongs to, and what answers it.

    `head` is the id of the finding that answers it; blank where that is the question's own.
    """

    title: str
    asks: str
    section: str
    head: str = ""


QUESTIONS: dict[str, Question] = {
    "F1": Question("Extent of use", "How much official business ran on private channels, by whom and when?", SYSTEMIC),
    "F2": Question(
        "Completeness of the return", "Did the answer to the notice name every account?", CODES, "F2.undeclared"
    ),
    "F3": Question("Forwarding to official accounts", "What reached the official record, and how fast?", CODES),
    "F4": Question("No official footprint", "Which conversations never touched a government system?", CODES),
    "F5": Question("Protectively marked material", "Was marked information in private accounts?", SECURITY),
    "F6": Question("Personal data", "Whose personal data crossed private channels?", SECURITY),
    "F7": Question(
        "Deletion and vanishing messages", "What was set to vanish, and what is gone?", CODES, "F7.tombstones"
    ),
    "F8": Question(
        "Reconciliation between custodians", "What does one phone lack that another holds?", CODES, "F8.loss"
    ),
    "F9": Question("Security controls", "Were technical and organisational measures in place?", SECURITY),
    "F10": Question("Policy against guidance", "Did local policy match the baseline, and match practice?", CODES),
    "F11": Question("Requests for information", "Did searches reach private channels, and in time?", CODES),
    "F12": Question("Gaps after requests and notices", "Do gaps cluster after requests or notices?", CODES),
    "F13": Question("Outside parties", "Who outside reached office holders privately?", SYSTEMIC),
    "F14": Question(
        "Statements and business as usual", "Do answers fit the data, and did practice go on after policy?", SYSTEMIC
    ),
}
"""Prefix of a finding's id -> its question. A part of it is `F3.delay`, a part of that `F3.delay.c01`."""


def natural(text: str) -> list[tuple[int, str]]:
    """Sort key that counts: F2 before F10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text)]


def by_question(findings: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Findings by the question they belong to, in order; first of each the finding that answers it."""
    heads = {question.head or name for name, question in QUESTIONS.items()}
    made: dict[str, list[Mapping[str, Any]]] = {name: [] for name in QUESTIONS}
    for row in sorted(findings, key=lambda row: (row["finding_id"] not in heads, natural(str(row["finding_id"])))):
        made.setdefault(str(row["finding_id"]).partition(".")[0], []).append(row)
    return made
