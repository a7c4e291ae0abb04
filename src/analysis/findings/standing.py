"""What stands beside a finding whatever its number: base, texts in force, rival explanations, what would mend it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import relations, written
from analysis.errors import EvidenceError, JudgementError
from analysis.findings.standards import many
from analysis.records import policy
from analysis.resolve.rows import each

if TYPE_CHECKING:
    from analysis.findings.ledger import Finding
    from analysis.matter import Matter

HOME = ("GB", "UK", "GG", "IM", "JE")
"""Regions that provisions are of; of others no law was read, and a provision stands there for comparison only."""
ABROAD = "Of the United Kingdom, for comparison only: "
REPLIES = "replies.csv"
REPLIED = ("finding_id", "who", "at", "reply")
EVERY = "*"
"""Among the clauses of a finding: the titles of all guidance in force, without the wording of any clause."""


@cache
def _standing() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("standing.toml").read_text(encoding="utf-8"))


def standing(finding_id: str) -> dict[str, Any]:
    """What `standing.toml` says of a finding, its own words before those of the findings it is a part of."""
    entry: Any = _standing()
    said: dict[str, Any] = {}
    for part in finding_id.split("."):
        entry = entry.get(part, {})
        said |= {key: value for key, value in entry.items() if not isinstance(value, dict)}
    return said


def briefs() -> dict[str, str]:
    """What the summary says first: finding -> sentence, with the finding's numbers in braces."""
    return dict(_standing()["brief"])


def completed(matter: Matter, findings: Sequence[Finding]) -> list[Finding]:
    """Findings with everything a report says beside their number.

    What a finding says itself stays. The standard names the clauses of the baseline and the versions of the body's own
    policy that were in force in the matter's period; a recommendation stands only where something is to mend or to be
    told; replies come from `judgements/replies.csv`. Provisions are of the United Kingdom, and say so elsewhere.

    Raises
    ------
    JudgementError
        The file of replies lacks a column, or a reply lacks its finding.
    """
    seen, replies = _seen(matter), _replies(matter)
    (rules, unread), own = _clauses(matter), _policies(matter)
    made = []
    for found in findings:
        said = standing(found.finding_id)
        texts = [
            found.standard or said.get("standard", ""),
            said.get("judged", ""),
            *_in_force(rules, said.get("clauses", ())),
        ]
        texts += [unread if "clauses" in said else "", own if said.get("policy") else ""]
        advice = {"met": "", "cannot_tell": said.get("tell", "")}.get(found.outcome, said.get("mend", ""))
        given = [found.reply, *replies.get(found.finding_id, ())]
        made.append(
            replace(
                found,
                provision=found.provision if matter.region in HOME else ABROAD + found.provision,
                base=" ".join(filter(None, (said.get("base", ""), seen))),
                standard=" ".join(filter(None, texts)),
                tested=found.tested or said.get("tested", ""),
                recommendation=found.recommendation or advice,
                reply=" ".join(filter(None, given)),
            )
        )
    return made


def _seen(matter: Matter) -> str:
    """How much evidence the scope holds, in a sentence."""
    files = relations.listing(matter, "sources")
    files = files[files.status.isin(["read", "partial"])]
    n, (first, last) = int(relations.private_use(matter).n_messages.sum()), matter.days
    return (
        f"In the scope: {many(n, 'message')} of {first} to {last}, from {many(len(files), 'file')} of "
        f"{many(files.custodian_id.nunique(), 'custodian')}."
    )


def _clauses(matter: Matter) -> tuple[pd.DataFrame, str]:
    """Clauses of the baseline in force on some day of the matter's period; or why the matter's own cannot be read."""
    try:
        rows, unread = policy.clauses(matter.place("policies"), matter.region), ""
    except EvidenceError as error:  # a finding of another question does not fail by it; that on policy does
        rows, unread = policy.clauses(matter.folder / "none", ""), f"Clauses of the baseline cannot be read: {error}."
    kept = [
        (since is None or since <= matter.last_on) and (until is None or until >= matter.first_on)
        for since, until in zip(rows.from_on, rows.to_on, strict=True)
    ]
    return rows.loc[kept], unread


def _in_force(rules: pd.DataFrame, named: Iterable[str]) -> list[str]:
    """The clauses that a finding names by id or by measure, as they stood in the period."""
    names = set(named)
    if EVERY in names:
        titles = [f"{row.title}, in force {_days(row.from_on, row.to_on)}" for row in each(rules)]
        return [f"{'; '.join(dict.fromkeys(titles))}."] if titles else []
    mine = rules[rules.clause_id.isin(names) | rules.measure.isin(names)]
    return [
        f"{row.title} ({row.clause_id}), in force {_days(row.from_on, row.to_on)}: {row.text}"
        + ("" if row.verified else " (Wording not checked at its source.)")
        for row in each(mine)
    ]


def _policies(matter: Matter) -> str:
    versions = policy.versions(matter.place("policies"), matter.register("timeline"))
    known = [f"{one.name}, in force {_days(one.from_on, one.to_on)}" for one in versions]
    return f"Own policy: {'; '.join(known)}." if known else "No policy of the body itself was handed over."


def _days(first: date | None, last: date | None) -> str:
    since = f"from {first}" if first else "from a day not known"
    return f"{since} to {last}" if last else since


def _replies(matter: Matter) -> dict[str, list[str]]:
    """What people said to findings, by finding, in the order of the file."""
    path = matter.place("judgements") / REPLIES
    if not path.is_file():
        return {}
    rows = written.table(path, f"judgements/{REPLIES}", JudgementError)
    if missing := [name for name in REPLIED if name not in rows.columns]:
        raise JudgementError(f"judgements/{REPLIES} lacks {', '.join(missing)}; its columns are {', '.join(REPLIED)}")
    if (blank := (rows.finding_id.str.strip() == "") | (rows.reply.str.strip() == "")).any():
        row = int(blank.to_numpy().argmax()) + 2
        raise JudgementError(f"judgements/{REPLIES} row {row}: finding_id or reply is empty; write both")
    made: dict[str, list[str]] = {}
    for row in each(rows):
        made.setdefault(row.finding_id.strip(), []).append(
            f"{row.who or 'unnamed'}, {row.at or 'no date'}: {row.reply}"
        )
    return made
