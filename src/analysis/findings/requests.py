"""F11: would a search of official systems have answered the requests, in time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import relations, studies
from analysis.findings import recording, standards
from analysis.findings.ledger import Finding
from analysis.records import workdays
from analysis.records.requests import CUT_OFF, Answer
from analysis.resolve.rows import each
from analysis.studies import intervals

if TYPE_CHECKING:
    from analysis.matter import Matter

SEARCH = (
    "FOIA s.1 and s.3(2)(b): information that somebody else holds on behalf of the authority, in private accounts "
    "too; the "
    "same under the Environmental Information Regulations. ICO guidance: people are asked to search private accounts "
    "where relevant, and the search is recorded."
)
ENOUGH_IN_TIME = 0.95
"""Share of requests answered in time that counts as met; the matter may set `requests_in_time`."""
READ = (
    "The scope is read by rule as a query (words, days, channels, people), every message and official item is searched "
    "(full text, stems), a name must be there word for word, of a topic without a name words worth {share:.0%} of its "
    "rarity."
)
_ID = re.compile(r"[^A-Za-z0-9._-]+")


def answered(matter: Matter) -> list[Answer]:
    """Every request answered from the evidence."""
    searched = studies.requests.corpus(relations.corpus(matter), relations.attached(matter))
    people, handles = relations.listing(matter, "people"), relations.listing(matter, "identities")
    share = matter.standard("request_cut_off", CUT_OFF)
    return studies.requests.found(
        matter.register("requests"),
        searched,
        people,
        handles,
        lambda persons: relations.takers(matter, persons),
        matter.zone,
        share,
    )


def requests(matter: Matter) -> list[Finding]:
    """F11: requests that a search of official systems would not have answered, search records, time, each request."""
    register = matter.register("requests")
    asked = answered(matter)
    rows = studies.requests.handling(register, asked)
    each = [_request(matter, answer, row) for answer, row in zip(asked, rows.to_dict("records"), strict=True)]
    return [
        _missed(matter, asked, rows),
        _records(matter, rows),
        _reach(matter, rows),
        _in_time(matter, register),
        *each,
    ]


def _missed(matter: Matter, asked: list[Answer], rows: pd.DataFrame) -> Finding:
    ids = tuple(dict.fromkeys(one for answer in asked for one in answer.missed.message_id))
    n, of, known = int((rows.n_missed > 0).sum()), len(rows), matter.has_register("requests") and len(rows) > 0
    ends = intervals.clopper_pearson(n, of, matter.scope.level)
    unreached = int(((rows.n_missed > 0) & (rows.search != "private")).sum())
    return Finding(
        "F11",
        "Requests that a search of official systems would not have answered in full",
        "For how many requests do private channels hold messages that answer them and that no official system holds?",
        f"{n:,} of {of:,} requests have answers among {len(ids):,} private messages that no official account handed "
        f"over sent, received or holds; for {unreached:,} of them no search of private channels is recorded."
        if known
        else "No register of requests was handed over.",
        **standards.share(n, of),
        **standards.ends(ends),
        method=READ.format(share=matter.standard("request_cut_off", CUT_OFF))
        + " Exact binomial interval over requests.",
        outcome=standards.outcome(
            n == 0 and _covered(matter), unreached < of and n < of, bool(known) and (n > 0 or _covered(matter))
        ),
        provision=SEARCH,
        evidence=ids,
        standard="Information held on behalf of the authority is searched wherever it is held (ICO guidance on "
        "non-corporate channels). Met when no request has such messages, not met when every request has them, "
        "partly met between.",
        tested="A private message whose words stand in any official item counts as found there, even when it was "
        "copied there "
        f"late: {int(rows.n_late.sum()):,} copied only after the request was closed.",
        exhibits=ids[:8],
        limits="Responsiveness by rule, not coded by people: a message that speaks of the subject without naming it "
        f"is not found. Exports of {recording.seen(matter):.0%} of the custodians' official accounts are held: another "
        "may hold a copy. Exemptions and the cost limit are not decided here.",
    )


def _request(matter: Matter, answer: Answer, row: dict[Any, Any]) -> Finding:
    ids, n, of = tuple(answer.missed.message_id), row["n_missed"], row["n_found"]
    readable = answer.query is not None and bool(answer.query.subjects or answer.query.parties)
    words = " | ".join(term for terms in answer.terms for term in terms)
    days = f"{answer.query.period.first_on or 'any time'} to {answer.query.period.last_on}" if answer.query else ""
    said = (
        "a search of private channels is recorded"
        if row["search"] == "private"
        else "no search of private channels is recorded"
    )
    return Finding(
        f"F11.{_ID.sub('-', answer.ref)}",
        f"What answers {answer.ref}",
        f"Would a search of official systems have answered {answer.ref}?",
        f"{answer.ref}: {n:,} of {standards.many(of, 'message')} found to answer it {standards.are(n)} private and in "
        f"no official account handed over; {said}."
        if readable
        else f"{answer.ref}: its scope could not be read as a query.",
        **standards.at_least(n if readable else None, of if readable else None, "messages"),
        method=f"Query: {words or 'no words'}; {days}. "
        + READ.format(share=matter.standard("request_cut_off", CUT_OFF)),
        outcome=standards.outcome(
            n == 0, n > 0 and row["search"] == "private", readable and (n > 0 or _covered(matter))
        ),
        provision=SEARCH,
        evidence=ids,
        standard="Met when none is, partly met when private channels were searched, not met when they were not.",
        tested=f"Messages that answer it in official accounts: {row['n_official']:,}; private ones that were copied to "
        f"an official system: {row['n_captured']:,}, of these only after the request was closed: {row['n_late']:,}.",
        exhibits=ids[:8],
        limits="At least so many: what was not exported or says it in other words is not found. Whether something "
        "would have been disclosed is another question.",
    )


def _records(matter: Matter, rows: pd.DataFrame) -> Finding:
    n, of = int((rows.search != "no record").sum()), len(rows)
    return _share(
        matter,
        "F11.records",
        "Requests with a search record",
        "For how many requests was it recorded what was searched?",
        f"For {n:,} of {of:,} requests the register says what was searched.",
        n,
        of,
        matter.standard("search_records", ENOUGH_IN_TIME),
        SEARCH,
        "Rows of requests.csv that say what was searched.",
        "A search may have been made and not written down.",
    )


def _reach(matter: Matter, rows: pd.DataFrame) -> Finding:
    n, of = int((rows.search == "private").sum()), len(rows)
    return _share(
        matter,
        "F11.searched",
        "Searches that reached private channels",
        "For how many requests were private channels searched?",
        f"For {n:,} of {of:,} requests the search record names private accounts or phones.",
        n,
        of,
        matter.standard("private_searches", ENOUGH_IN_TIME),
        SEARCH,
        "Words of the search record that name private accounts, phones or applications.",
        "Not every request calls for it: see each request for what private channels hold.",
    )


def _taken(days: Any) -> str:
    return "open" if pd.isna(days) else "1 working day" if days == 1 else f"{days} working days"


def _in_time(matter: Matter, register: pd.DataFrame) -> Finding:
    timed = studies.requests.timing(register, matter.region, matter.last_on).dropna(subset="in_time")
    n, of = int(timed.in_time.sum()), len(timed)
    late = ", ".join(f"{row.ref} ({_taken(row.days)})" for row in each(timed[~timed.in_time.astype(bool)]))
    unverified = [name for name in sorted(set(timed.regime)) if not workdays.duties()[name].verified]
    provision = " ".join(workdays.duties()[name].provision for name in sorted(set(timed.regime) or {"FOI"}))
    return _share(
        matter,
        "F11.time",
        "Requests answered in time",
        "How many requests were answered within the working days allowed?",
        f"{n:,} of {of:,} requests were answered within the limit" + (f"; late were {late}." if late else "."),
        n,
        of,
        matter.standard("requests_in_time", ENOUGH_IN_TIME),
        provision,
        f"Day 1 is the first working day after receipt or clarification; {_holidays(matter)}; extensions as the "
        "register gives them.",
        "Pauses and extensions that the register does not give are not known."
        + (f" Limits of {', '.join(unverified)} were not checked at their source." if unverified else ""),
    )


def _holidays(matter: Matter) -> str:
    if workdays.bank_holidays(matter.region, matter.first_on.year, matter.first_on.year):
        return f"bank holidays of any part of region {matter.region} do not count"
    return f"no list of bank holidays of region {matter.region} is known: weekends alone do not count"


def _share(
    matter: Matter,
    finding_id: str,
    title: str,
    question: str,
    statement: str,
    n: int,
    of: int,
    enough: float,
    provision: str,
    method: str,
    limits: str,
) -> Finding:
    """A share of requests; evidence are the rows of the register, which the page shows."""
    known = matter.has_register("requests") and of > 0
    return Finding(
        finding_id,
        title,
        question,
        statement if known else "No register of requests was handed over.",
        **standards.share(n, of),
        **standards.ends(intervals.clopper_pearson(n, of, matter.scope.level)),
        method=f"{method} Exact binomial interval.",
        outcome=standards.outcome(known and n >= enough * of, n > 0, bool(known)),
        provision=provision,
        evidence=(),
        limits=limits,
        standard=f"Met from {enough:.0%} of requests, not met when it is none, partly met between; the matter's own "
        "level, not a regulator's.",
    )


def _covered(matter: Matter) -> bool:
    """Whether so many custodians handed over a private export that finding nothing says something."""
    n, of = standards.exported(matter)
    return of > 0 and n >= matter.standard("coverage_enough", standards.ENOUGH) * of
