"""F10: the department's policy against baseline guidance, and against its own practice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from analysis import studies
from analysis.findings import standards
from analysis.findings.exhibits import FEW
from analysis.findings.ledger import Finding
from analysis.findings.statements import facts
from analysis.records import policy as clauses
from analysis.resolve.rows import each

if TYPE_CHECKING:
    from analysis.matter import Matter

GUIDANCE = (
    "Cabinet Office guidance on private e-mail (2013) and on non-corporate communication channels (2023), as "
    "far as its wording was checked; FOIA s.46 Code."
)
ENOUGH_CLAUSES = 0.8
"""Share of clauses in force that a policy satisfies and that counts as met; the matter may set `clauses_satisfied`."""


def judged(matter: Matter) -> pd.DataFrame:
    """What coders decided on clauses (`judgements/policy.csv`)."""
    return clauses.judged(matter.place("judgements") / "policy.csv")


def coded(matter: Matter) -> pd.DataFrame:
    """The clause matrix of the matter, as `studies.policy.matrix` gives it."""
    versions = clauses.versions(matter.place("policies"), matter.register("timeline"))
    rules = clauses.clauses(matter.place("policies"), matter.region)
    proposed = clauses.proposals(rules, versions)
    return studies.policy.matrix(rules, proposed, judged(matter), versions, matter.first_on, matter.last_on)


def gaps(matter: Matter, rows: pd.DataFrame) -> pd.DataFrame:
    """Clauses satisfied on paper beside measured practice."""
    levels = {name: matter.standard(f"practice_{name}", level) for name, level in studies.policy.LEVELS.items()}
    return studies.policy.gaps(rows, facts(matter, []), levels)


def practice(matter: Matter) -> pd.DataFrame:
    """The cases behind the measures of `gaps`."""
    levels = {name: matter.standard(f"practice_{name}", level) for name, level in studies.policy.LEVELS.items()}
    return studies.policy.practice(coded(matter), facts(matter, []), levels)


def proposed(matter: Matter) -> pd.DataFrame:
    """What the rule says of each clause in each version."""
    rows = coded(matter)
    return rows.assign(state=rows.proposed)[["clause_id", "policy", "state"]]


def agreement(matter: Matter) -> pd.DataFrame:
    """How far coders, and the rule, agree on the clauses."""
    return studies.policy.agreement(judged(matter), proposed(matter), matter.scope.level, matter.scope.resamples)


def policy_against_guidance(matter: Matter) -> list[Finding]:
    """F10: clauses in force satisfied or contradicted, other guidance, agreement, the gap to practice."""
    rows = coded(matter)
    measured = gaps(matter, rows[rows.in_force | (rows.measure != "")])
    shown = _shown(matter, measured)
    return [
        replace(_satisfied(matter, rows), exhibits=shown),
        _contradictions(matter, rows),
        _later(matter, rows),
        _agreement(matter),
        replace(_gap(matter, measured, _firm(rows)), evidence=shown, exhibits=shown),
    ]


def _shown(matter: Matter, known: pd.DataFrame) -> tuple[str, ...]:
    """Messages by which practice falls short of a clause that the policy satisfies, some of each measure."""
    short = set(known[known.gap.eq(True)].measure)
    shows = {name for name in short if studies.measures.MEASURES[name].shows == "messages"}
    wanted = {name for name in shows if studies.measures.MEASURES[name].least}
    cases = practice(matter)
    messages = cases[cases.measure.isin(shows) & (cases.counts.eq(True) != cases.measure.isin(wanted))]
    messages = messages.sort_values(["measure", "id"])
    return tuple(dict.fromkeys(messages.groupby("measure").head(max(FEW // max(len(short), 1), 1)).id))


def _firm(rows: pd.DataFrame) -> bool:
    """Whether people coded most of these clauses: a rule alone concludes nothing."""
    return len(rows) > 0 and bool((rows.basis != "rule").mean() >= standards.ENOUGH)


def _quoted(rows: pd.DataFrame) -> str:
    return "; ".join(
        f"{row.clause_id} in {row.policy}" + (f" ({row.place})" if row.place else "") for row in each(rows)
    )


def _satisfied(matter: Matter, every: pd.DataFrame) -> Finding:
    rows = every[every.in_force]
    n, of = int((rows.state == "satisfied").sum()), len(rows)
    sure, sight = int((rows.state == "disputed").sum()), matter.standard("clauses_satisfied", ENOUGH_CLAUSES)
    return _finding(
        matter,
        "F10",
        "Policy against the guidance in force",
        "How much of the guidance then in force did the department's policy say?",
        f"The policy of the time satisfies {n:,} of {of:,} clauses of the guidance then in force"
        + (f"; on {standards.many(sure, 'more clause')} the coders disagree." if sure else ".")
        if of
        else "No policy or no clause in force was handed over.",
        n,
        of,
        n / of if of else None,
        (n + sure) / of if of else None,
        standards.outcome(
            of > 0 and n / max(of, 1) >= sight, n + int((rows.state == "partial").sum()) > 0, _firm(rows)
        ),
        f"At least {sight:.0%} of the clauses in force; the matter's own level.",
        "Clauses whose wording was not checked at its source: "
        f"{', '.join(sorted(set(rows[~rows.verified].clause_id))) or 'none'}.",
    )


def _contradictions(matter: Matter, every: pd.DataFrame) -> Finding:
    rows = every[every.in_force]
    wrong = rows[rows.state == "contradicts"]
    n, of = len(wrong), len(rows)
    return _finding(
        matter,
        "F10.contradictions",
        "Policy that says the opposite",
        "Does the policy contradict the guidance then in force?",
        (f"The policy contradicts {n:,} of {of:,} clauses" + (f": {_quoted(wrong)}." if n else "."))
        if of
        else "No policy or no clause in force was handed over.",
        n,
        of,
        None,
        None,
        standards.outcome(n == 0, False, _firm(rows)),
        "No contradiction.",
        "",
    )


def _later(matter: Matter, every: pd.DataFrame) -> Finding:
    rows = every[~every.in_force]
    n, of = int((rows.state == "satisfied").sum()), len(rows)
    return _finding(
        matter,
        "F10.later",
        "Policy against guidance of another time",
        "How much of guidance that came later, or had ended, did the policy say?",
        f"The policy satisfies {n:,} of {of:,} clauses that were not in force at the time."
        if of
        else "All clauses were in force at some time of each policy.",
        n,
        of,
        None,
        None,
        "cannot_tell",
        "",
        "For comparison only: nobody can be held to guidance that was not in force.",
    )


def _agreement(matter: Matter) -> Finding:
    pairs = agreement(matter)
    people = pairs[pairs.two != "rule"]
    known = len(people) > 0 and int(people.n_both.iloc[0]) >= 2
    row = people.iloc[0] if known else None
    return Finding(
        "F10.coders",
        "Agreement of two coders",
        "Do two people who read the policy against the clauses agree?",
        f"{row.one} and {row.two} agree on {row.agree:,} of {row.n_both:,} clauses (Cohen's kappa {row.kappa:.2f})."
        if row is not None
        else "No two coders' judgements (judgements/policy.csv) were handed over: the matrix rests on a rule.",
        value=float(row.agree / row.n_both) if row is not None else None,
        unit="share",
        n=int(row.agree) if row is not None else None,
        of=int(row.n_both) if row is not None else None,
        low=None,
        high=None,
        level=None,
        method="Cohen's kappa over clauses and versions coded by both"
        + (f", interval {row.low:.2f} to {row.high:.2f} by drawing clauses again." if row is not None else "."),
        outcome=standards.outcome(
            row is not None and row.kappa >= matter.standard("kappa", 0.6),
            row is not None and row.kappa >= 0.4,
            row is not None,
        ),
        provision=GUIDANCE,
        evidence=(),
        standard="Kappa of 0.6, often called substantial agreement.",
        limits="Agreement is not truth: two people may share a misreading.",
    )


def _gap(matter: Matter, rows: pd.DataFrame, firm: bool) -> Finding:
    known, open_ = rows.dropna(subset="gap"), rows[rows.gap.isna()]
    n, of = int(known.gap.astype(bool).sum()), len(known)
    short, kept = (_measured(known[known.gap.astype(bool) == worse]) for worse in (True, False))
    return _finding(
        matter,
        "F10.gap",
        "On paper and in practice",
        "Where the policy satisfies a clause, does practice?",
        f"Practice falls short of {n:,} of {of:,} clauses that the policy satisfies and practice can be measured for"
        + (f": {short}." if short else ".")
        + (f" It holds for {kept}." if kept else "")
        + (f" {standards.many(len(open_), 'clause')} cannot be measured: {open_.why.iloc[0]}." if len(open_) else "")
        if of
        else f"Of {len(rows):,} clauses satisfied on paper whose practice has a measure, none can be measured"
        + (f" ({why})." if (why := next(filter(None, rows.why), "")) else "."),
        n,
        of,
        None,
        None,
        standards.outcome(n == 0, n < of, of > 0 and firm and (n > 0 or open_.empty)),
        "",
        "",
    )


def _measured(rows: pd.DataFrame) -> str:
    """Clauses with what was counted for each."""
    said: dict[str, list[str]] = {}
    for row in each(rows):
        counted = f"{row.n:,} of {row.of:,} {studies.measures.MEASURES[row.measure].title}"
        said.setdefault(counted, []).append(f"{row.clause_id} in {row.policy}")
    return "; ".join(f"{', '.join(named)} ({counted})" for counted, named in said.items())


def _finding(
    matter: Matter,
    finding_id: str,
    title: str,
    question: str,
    statement: str,
    n: int,
    of: int,
    low: float | None,
    high: float | None,
    outcome: str,
    standard: str,
    limit: str,
) -> Finding:
    return Finding(
        finding_id,
        title,
        question,
        statement,
        **standards.share(n, of),
        low=low,
        high=high,
        level=None,
        method="Census of clauses, each counted once with every version of the policy it was in force with; coded by "
        "people where they coded, else proposed by rule; "
        "bounds count disputed clauses as failed and as satisfied.",
        outcome=outcome,
        provision=GUIDANCE,
        evidence=(),
        standard=standard,
        limits="Only the version in force on the day counts; what staff were told by other means is not here. Where "
        "the basis is a rule, a person has yet to read it. " + limit,
    )
