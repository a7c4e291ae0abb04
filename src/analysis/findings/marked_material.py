"""F5: protectively marked material in messages from or to private accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import relations
from analysis.findings import standards
from analysis.findings.ledger import Finding
from analysis.studies import custody, sensitivity

if TYPE_CHECKING:
    from analysis.matter import Matter

HIGHEST = ("SECRET", "TOP SECRET")
BEST = 6
"""Exhibits named: those of the highest level first, then the surest."""
POLICY = (
    "Government Security Classifications Policy (administrative, not statute); Cabinet Office guidance on "
    "non-corporate channels, para 7: every item has a classification even unmarked; handling instructions are obeyed."
)
STANDARD = (
    "GSC of 2 April 2014 to 29 June 2023, GSCP v1.0 of 30 June 2023 and v2.0 of 5 August 2024; marks of the scheme "
    "before April 2014 are counted and named as such. Each mark is read under the scheme in force when it was sent."
)
METHOD = (
    "Census of marks by rule: level and slots, place in the text, words around it; talk about markings is no mark. "
    "Marks of one document, quoted or sent again, are one document."
)
LIMITS = (
    "Marks find a lower bound: routine OFFICIAL need not be marked, and pictures were not read. A mark may be absent, "
    "wrong or pasted, and a level is not harm. A person should read every message counted here. "
)
TESTED = (
    "Quotes and repeats of one marked text are counted once as a document. Sentences about marking, shouted chat, "
    "lists of levels and disclaimers are not counted. {malformed:,} marks are badly formed, {old:,} not of their time."
)


def marked_material(matter: Matter) -> list[Finding]:
    """F5: marked documents that asked for special handling, by level; outside recipients; form of the marks."""
    marks = relations.marks(matter)
    use = relations.private_use(matter)
    private, of = marks[marks.private > 0], int(use.n_private.sum())
    special = sensitivity.handled(private)
    levels = [_level(private[private.label == level], level, of) for level in sorted(private.label.unique())]
    return [_all(special, private, of), *levels, _dwell(held(matter, special)), _outside(special), _form(private)]


def held(matter: Matter, marked: pd.DataFrame) -> pd.DataFrame:
    """Where these marked messages were held outside official accounts, and for how long (`sensitivity.dwell`)."""
    copies = relations.marked_holdings(matter)
    copies = copies[copies.message_id.isin(marked.message_id)]
    return sensitivity.dwell(copies, custody.acquired(copies, matter.register("sources")))


def plural(n: int) -> str:
    """The ending of a noun after a count."""
    return "" if n == 1 else "s"


def _best(rows: pd.DataFrame) -> tuple[str, ...]:
    ordered = rows.assign(low=~rows.label.isin(HIGHEST)).sort_values(
        ["low", "score", "message_id"], ascending=[True, False, True]
    )
    return tuple(dict.fromkeys(ordered.message_id))[:BEST]


def _all(special: pd.DataFrame, private: pd.DataFrame, of: int) -> Finding:
    n, documents = special.message_id.nunique(), special.document.nunique()
    doubtful = sensitivity.doubtful(private)
    old = int((doubtful.out_of_its_time.fillna("") != "").sum())
    return Finding(
        "F5",
        "Marked material in private accounts",
        "Was protectively marked information in private accounts?",
        f"At least {documents:,} distinct document{plural(documents)} with a marking that asks for special "
        f"handling stand{'s' if documents == 1 else ''} in {n:,} of {of:,} messages from or to a private account.",
        **standards.at_least(n, of, "messages"),
        method=METHOD,
        outcome=_outcome(special, of),
        provision=POLICY,
        evidence=tuple(sorted(special.message_id.unique())),
        limits=LIMITS,
        standard=STANDARD,
        tested=TESTED.format(malformed=int((doubtful.faults.fillna("") != "").sum()), old=old),
        exhibits=_best(special),
    )


def _outcome(special: pd.DataFrame, of: int) -> str:
    """No mark tells nothing; SECRET and above is never for private channels; below, exceptions are foreseen."""
    return standards.outcome(False, not special.label.isin(HIGHEST).any(), of > 0 and len(special) > 0)


def _level(rows: pd.DataFrame, level: str, of: int) -> Finding:
    n, documents = rows.message_id.nunique(), rows.document.nunique()
    never = " Guidance of 2023: never on non-corporate channels." if level in HIGHEST else ""
    return Finding(
        f"F5.level.{level.lower().replace(' ', '-').replace(':', '')}",
        f"Marked {level}",
        f"How much marked {level} was in private accounts?",
        f"At least {documents:,} distinct document{plural(documents)} marked {level} "
        f"stand{'s' if documents == 1 else ''} in {n:,} of {of:,} messages from or to a private account.",
        **standards.at_least(n, of, "messages"),
        method=METHOD,
        outcome="not_met" if never else "cannot_tell" if not len(sensitivity.handled(rows)) else "partly",
        provision=POLICY + never,
        evidence=tuple(sorted(rows.message_id.unique())),
        limits=LIMITS,
        standard=STANDARD,
        exhibits=_best(rows),
    )


def _dwell(rows: pd.DataFrame) -> Finding:
    days = rows[rows.present].groupby("message_id").n_days.max()
    n, of = len(days), int(rows.message_id.nunique())
    by = rows[rows.present].groupby("provider").message_id.nunique().sort_values(ascending=False, kind="stable")
    where = ", ".join(f"{name} {size:,}" for name, size in by.items())
    longest = (
        f"{days.median():,.0f} days or more after they were sent (the longest {days.max():,.0f}). Where: {where}"
        if n
        else ""
    )
    return Finding(
        "F5.dwell",
        "How long marked material stayed on private accounts",
        "For how long, and with whom, did private accounts hold marked material?",
        f"At least {n:,} of {of:,} messages with a marking that asks for special handling were still held outside "
        "official accounts when the evidence was taken" + (f", half of them {longest}." if n else "."),
        **standards.at_least(n, of, "messages"),
        method="Days from sending to the acquisition that the chain of custody records, else to the last record of the "
        "export; a deletion mark ends it. Provider by the domain of a mailbox, else the application.",
        outcome=standards.outcome(n == 0, True, of > 0),
        provision=POLICY,
        evidence=tuple(sorted(days.index)),
        limits=LIMITS + "Days are a minimum: accounts that were not handed over are not seen, nor copies a provider or "
        "a backup keeps. Where a provider stores its data is not known.",
        standard=STANDARD,
        exhibits=tuple(days.sort_values(ascending=False, kind="stable").index[:BEST]),
    )  # fmt: skip


def _outside(special: pd.DataFrame) -> Finding:
    messages = special.drop_duplicates("message_id")
    out = messages[messages.n_outside > 0]
    return Finding(
        "F5.outside",
        "Marked material that reached outsiders",
        "Did marked material in private accounts reach people outside the organisation?",
        f"At least {len(out):,} of {len(messages):,} messages with a marking that asks for special handling reached "
        f"somebody known to be outside, {standards.many(int(out.n_outside.sum()), 'receipt')} in all."
        if len(out)
        else f"None of {len(messages):,} messages with a marking that asks for special handling is known to have "
        "reached somebody outside.",
        **standards.at_least(len(out), len(messages), "messages"),
        method="Recipients as of the time of sending, against the register and the official domains.",
        outcome="partly" if len(out) else "cannot_tell",
        provision=POLICY,
        evidence=tuple(sorted(out.message_id)),
        limits=LIMITS + "People whose organisation is not known are not counted as outside.",
        standard=STANDARD,
        exhibits=_best(out),
    )


def _form(private: pd.DataFrame) -> Finding:
    doubtful = private[(private.faults.fillna("") != "") | (private.anachronism.fillna("") != "")]
    return Finding(
        "F5.form",
        "Marks badly formed or out of their time",
        "Are the marks in private accounts well formed and of their time?",
        f"{len(doubtful):,} of {len(private):,} marks are badly formed or use words that no scheme in force knew.",
        value=len(doubtful),
        unit="marks",
        n=len(doubtful),
        of=len(private),
        low=None,
        high=None,
        level=None,
        method="Each mark against the grammar of the scheme in force on the day it was sent.",
        outcome=standards.outcome(not len(doubtful), True, len(private) > 0),
        provision=POLICY,
        evidence=tuple(sorted(doubtful.message_id.unique())),
        limits=LIMITS + "A badly typed mark still tells what its writer thought of the text; one out of its time can "
        "be an old document, a later copy or a change of text.",
        standard=STANDARD,
        exhibits=_best(doubtful),
    )
