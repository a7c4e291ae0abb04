"""Which open questions of who is who are worth a person's time, the most informative first; and their answers.

The answers are appended to a register of judgements: nothing there is ever changed, a later row undoes an earlier one.
"""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd

from analysis import written
from analysis.errors import JudgementError
from analysis.resolve.judgements import COLUMNS as JUDGED
from analysis.resolve.judgements import VERDICTS
from analysis.resolve.rows import each, mapping

COLUMNS = ["identity_a", "identity_b", "rule", "score", "why", "evidence", "gain"]
CUSTODIAN = 2.0  # an answer about somebody in scope moves findings; about two outsiders it moves a label


def doubts(identities: pd.DataFrame, people: pd.DataFrame, merges: pd.DataFrame) -> pd.DataFrame:
    """Pairs that rules could not decide, one row per pair of people, most informative first.

    `gain` is the uncertainty of the answer (binary entropy of the joint score, in bits) times the handles that would
    move, twice for people in scope. Pairs that a person has judged, and pairs by now one person, are left out.
    """
    person = mapping(identities, "identity_id", "person_id") | {one: one for one in people["person_id"]}
    size = identities.groupby("person_id").size()
    scoped = set(people.loc[people["custodian_id"].notna(), "person_id"])
    judged = merges[merges["rule"] == "judgement"]
    answered = {frozenset((row.identity_a, row.identity_b)) for row in each(judged)}
    answered |= {frozenset((person.get(row.identity_a), person.get(row.identity_b))) for row in each(judged)}
    open_: dict[frozenset[str], list[tuple[float, str, str, str, str, str]]] = {}
    for row in each(merges[(merges["verdict"] == "unsure") & (merges["rule"] != "judgement")]):
        sides = frozenset((person[row.identity_a], person[row.identity_b]))
        if len(sides) < 2 or sides <= scoped or {sides, frozenset((row.identity_a, row.identity_b))} & answered:
            continue
        evidence = row.evidence if isinstance(row.evidence, str) else ""
        open_.setdefault(sides, []).append((-row.score, row.rule, row.identity_a, row.identity_b, row.why, evidence))
    rows = []
    for sides, items in open_.items():
        best = {rule: -negative for negative, rule, *_ in sorted(items, reverse=True)}  # a rule counts once: its surest
        score = 1 - math.prod(1 - one for one in best.values())  # as if independent
        moved = min(int(size.get(one, 0)) or 1 for one in sides)
        gain = _entropy(score) * moved * (CUSTODIAN if sides & scoped else 1.0)
        _, rule, a, b, why, evidence = min(items)
        rows.append((a, b, rule, round(score, 3), why, evidence, round(gain, 4)))
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.sort_values(["gain", "identity_a", "identity_b"], ascending=[False, True, True], ignore_index=True)


def _entropy(score: float) -> float:
    p = min(max(score, 0.01), 0.99)
    return -p * math.log2(p) - (1 - p) * math.log2(1 - p)


def apply(answers: pd.DataFrame, register: Path) -> int:
    """Append answers (identity_a, identity_b, verdict, by, at, why) to a register of judgements; how many were.

    Rows without a verdict are left out: nobody answered them.

    Raises
    ------
    JudgementError
        An answer has an unknown verdict, or is not signed or dated. Nothing is written then.
    """
    given = answers.reindex(columns=list(JUDGED)).fillna("").astype(str)
    given = given[given["verdict"].str.strip() != ""]
    for line, row in enumerate(each(given), 2):
        if row.verdict not in VERDICTS:
            raise JudgementError(
                f"answer {line}: verdict {row.verdict!r} is unknown; write one of {', '.join(VERDICTS)}"
            )
        if not row.by.strip() or not row.at.strip():
            raise JudgementError(f"answer {line}: it is not signed and dated; fill in `by` and `at`")
    written.append(register, tuple(JUDGED), [tuple(row) for row in each(given)])
    return len(given)
