"""F14: what people told the investigation, beside what the evidence shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from analysis import relations, studies
from analysis.findings import persistence, standards
from analysis.findings.ledger import Finding
from analysis.studies.measures import MEASURES, Facts
from analysis.studies.statements import Tested

if TYPE_CHECKING:
    from analysis.matter import Matter

REVIEW = (
    "UK GDPR accountability and review of measures (article numbers not verified); the answers to the "
    "investigation's questions."
)
_ID = re.compile(r"[^A-Za-z0-9._-]+")
SMALLEST = 1e-6
"""Chances below are not told apart: their digits say nothing more."""


def facts(matter: Matter, custodians: list[str]) -> Facts:
    """The frames that measures of statements and of practice are made from; parts of these custodians are looked up."""
    people, accounts = relations.listing(matter, "people"), relations.listing(matter, "accounts")
    persons = people.person_id[people.custodian_id.isin(custodians)].tolist()
    letters = relations.recording(matter)[["message_id", "letters"]]
    return Facts(
        private_messages=relations.private_messages(matter).merge(letters, on="message_id"),
        takers=relations.takers(matter, persons),
        outside_messages=studies.outsiders.joined(
            relations.outside_messages(matter), studies.outsiders.affiliations(people, private_domains(matter))
        ),
        tombstones=relations.tombstones(matter),
        events=relations.listing(matter, "events"),
        accounts=accounts,
        people=people,
        least_official=matter.standard("official_mailboxes", standards.SOME),
    )


def private_domains(matter: Matter) -> list[str]:
    """Domains at which custodians have private mailboxes: no organisation of their own."""
    accounts = relations.listing(matter, "accounts")
    mail = accounts[(accounts.channel == "email") & (accounts.ownership != "official")]
    return sorted({address.rpartition("@")[2] for address in mail.address})


def tested(matter: Matter) -> list[tuple[dict[Any, Any], Tested]]:
    """Each row of `claims.csv` with its test, in register order."""
    rows = matter.register("claims").to_dict("records")
    known = facts(matter, sorted({row["custodian_id"] for row in rows})) if rows else None
    return [
        (row, studies.statements.tested(row, known, matter.scope.level, matter.scope.resamples))
        for row in rows
        if known
    ]


def statements(matter: Matter) -> list[Finding]:
    """F14: each statement against the data, and how many stand."""
    pairs = tested(matter)
    register = matter.register("custodians")
    called = dict(zip(register.custodian_id, register["name"], strict=True))
    each = [_claim(matter, row, test, called) for row, test in pairs]
    names = [finding.finding_id for finding in each]
    each = [_numbered(finding, names[:place].count(finding.finding_id)) for place, finding in enumerate(each)]
    return [_overall(matter, each), *each, persistence.went_on(matter)]


def _numbered(finding: Finding, before: int) -> Finding:
    from dataclasses import replace

    return replace(finding, finding_id=f"{finding.finding_id}.{before + 1}") if before else finding


def _overall(matter: Matter, each: list[Finding]) -> Finding:
    told = [finding for finding in each if finding.outcome != "cannot_tell"]
    n, of = sum(finding.outcome == "met" for finding in told), len(told)
    known = matter.has_register("claims") and of > 0
    shown = [finding for finding in told if finding.shows == "messages" and finding.outcome != "met"]
    return Finding(
        "F14",
        "Statements beside the data",
        "Do the statements made to the investigation fit the evidence?",
        f"{n:,} of {of:,} statements that could be tested fit the evidence"
        + (f"; {len(each) - of:,} of {len(each):,} could not be tested." if len(each) > of else ".")
        if each
        else "No statements (claims.csv) were handed over.",
        **standards.share(n, of),
        **standards.ends(studies.intervals.clopper_pearson(n, of, matter.scope.level)),
        evidence=tuple(dict.fromkeys(identifier for one in shown for identifier in one.evidence)),
        exhibits=tuple(dict.fromkeys(identifier for one in shown for identifier in one.exhibits[:2]))[:8],
        method="Each statement by its measure, an exact binomial test against the level claimed; exact interval over "
        "statements.",
        outcome=standards.outcome(n == of, n > 0, known),
        provision=REVIEW,
        limits="Memory errs, and a measure may not be what the speaker meant. Each has a right of reply before "
        "anything is concluded.",
    )


def _claim(matter: Matter, row: dict[Any, Any], test: Tested, names: dict[str, str]) -> Finding:
    measure = MEASURES.get(test.measure)
    who = row["custodian_id"] or "department"
    name = names.get(who, who)
    share, ids = test.share, test.against
    said = _said(test)
    count = test.measure == "accounts"
    return Finding(
        f"F14.{_ID.sub('-', who)}.{_ID.sub('-', test.measure) or 'none'}",
        f"Statement of {name}: {measure.about if measure else test.measure or 'no measure'}",
        f"Does the evidence fit what {name} said on {row['said_on'] or 'an unknown day'}?",
        f"{name}: “{row['claim']}” In the evidence: {said}.",
        value=None if share is None else test.measured.n if count else share,
        unit="numbers" if count else "share",
        n=test.measured.n if share is not None else None,
        of=test.measured.of if share is not None else None,
        **standards.ends(test.interval),
        method="Counted over the evidence; one-sided exact binomial test against the level claimed; interval by "
        "drawing conversations again.",
        outcome=studies.statements.verdict(test, int(matter.standard("fewest_cases", standards.FEWEST))),
        provision=REVIEW,
        evidence=ids,
        shows=measure.shows if measure else "messages",
        standard="The statement itself, at the level the register gives it. Met when the evidence fits it, partly met "
        f"when it is within {studies.statements.NEAR:.0%} of it, not met when it is further off.",
        tested="Messages of one conversation stand or fall together: the interval draws conversations, the test does "
        "not, so a p-value near 0.05 is weaker than it looks."
        if share is not None
        else "",
        reply=row.get("reply", ""),
        exhibits=ids[:8],
        limits="Right of reply before anything is concluded. Evidence is what was exported; a deletion mark shows "
        "a deletion by the sender, a gap does not.",
    )


def _said(test: Tested) -> str:
    """What was counted beside what was claimed, in words."""
    measure, share = MEASURES.get(test.measure), test.share
    if measure is None or share is None or test.level is None:
        return f"it cannot be told, for {test.why}"
    level = f"{test.level:.0%}" if measure.share else f"{test.level:g}"
    level = f"all, within {level} days" if measure.least and not measure.share else level
    if test.measure == "accounts":
        return f"{test.measured.n:,} {measure.title}; claimed {level}"
    if test.p == 0 and (not measure.share or test.level in (0.0, 1.0)):
        chance = "a single case speaks against it"
    else:
        p = f"{test.p:.2g}" if test.p >= SMALLEST else "less than one in a million"
        chance = f"if the claim held, the chance of so many or worse: {p}"
    return f"{test.measured.n:,} of {test.measured.of:,} ({share:.0%}) {measure.title}; claimed {level}; {chance}"
