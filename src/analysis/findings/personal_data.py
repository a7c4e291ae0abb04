"""F6: personal and special category data of third persons in messages from or to private accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import relations
from analysis.findings import standards
from analysis.findings.ledger import Finding
from analysis.studies import intervals, sensitivity

if TYPE_CHECKING:
    from analysis.matter import Matter

BEST = 6
SECURE = (
    "ICO reprimand to the department, July 2022: improve processes on personal information in private channels and "
    "keep it secure. Form of the count: ICO reprimand of NHS Lanarkshire, 2023."
)
METHOD = (
    "Rules for numbers (check digits, issued ranges, words beside them), addresses and announced names; a statement "
    "about health counts only beside a person. An entry is what one message itself says of one person, quotes aside."
)
LIMITS = (
    "Counts are minimum numbers of what rules find in text: names that nothing announces, pictures and voice are not "
    "seen. How often the rules err on this evidence is not known until people have coded a sample. Staff contact data "
    "is counted apart. "
)


def personal_data(matter: Matter) -> list[Finding]:
    """F6: entries about people in the Lanarkshire form, share of messages, health, outside recipients."""
    pieces = relations.personal_data(matter)
    entries = sensitivity.entries(pieces)
    entries = entries[entries.private > 0]
    lines = sensitivity.lanarkshire(entries)
    return [_entries(entries, lines), _share(matter, entries), *_kinds(entries), _outside(entries)]


def _best(rows: pd.DataFrame) -> tuple[str, ...]:
    held = rows[list(sensitivity.OF_PEOPLE)].sum(axis=1)
    ordered = rows.assign(held=held).sort_values(["held", "message_id"], ascending=[False, True])
    return tuple(dict.fromkeys(ordered.message_id))[:BEST]


def _ids(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(sorted(rows.message_id.unique()))


def _entries(entries: pd.DataFrame, lines: pd.DataFrame) -> Finding:
    named, reached = entries[entries.named], entries.drop_duplicates("message_id")
    held = {words: int(lines.entries[place]) for place, words in enumerate(sensitivity.OF_PEOPLE.values(), 1)}
    most = sorted(((n, words) for words, n in held.items() if n), key=lambda part: -part[0])
    parts = ", ".join(f"{n:,} with {words}" for n, words in most)
    return Finding(
        "F6",
        "Entries about people in private accounts",
        "Whose personal data crossed private accounts, and how much of it?",
        f"At least {len(named):,} entries name a person ({named.subject.nunique():,} distinct names)."
        + (f" Of these at least {parts}." if parts else "")
        + f" The messages reached {int(reached.n_reached.sum()):,} recipients in all.",
        **standards.at_least(len(named), len(entries), "entries"),
        method=METHOD + " The denominator also holds entries that name nobody.",
        outcome="partly" if len(entries) else "cannot_tell",
        provision=SECURE,
        evidence=_ids(entries),
        limits=LIMITS + "Whether the accounts kept it secure is not in the messages.",
        standard="UK GDPR and Data Protection Act 2018 as in force in the matter's period.",
        tested="Numbers without a word beside them are not counted, nor talk of cases, rules and figures; "
        "correspondents' own numbers and signatures are counted apart.",
        exhibits=_best(entries),
    )


def _share(matter: Matter, entries: pd.DataFrame) -> Finding:
    threads = relations.thread_sizes(matter)
    counts = sensitivity.by_thread(entries.set_index("thread_id").message_id, threads)
    n, of, scope = int(counts.n.sum()), int(counts.of.sum()), matter.scope
    interval = intervals.cluster_bootstrap(counts.n, counts.of, scope.level, scope.resamples)
    share = n / of if of else None
    return Finding(
        "F6.messages",
        "Share of messages that hold personal data of third persons",
        "How common is personal data of third persons?",
        f"At least {n:,} of {of:,} messages of every channel hold personal data of a third person and went from or "
        "to a private account.",
        value=share,
        unit="share",
        n=n,
        of=of,
        **standards.ends(interval),
        method=METHOD + " Conversations drawn again with replacement; the interval is about other conversations like "
        "these, and does not hold the errors of the rules.",
        outcome="partly" if n else "cannot_tell",
        provision=SECURE,
        evidence=_ids(entries),
        limits=LIMITS,
    )


def _kinds(entries: pd.DataFrame) -> list[Finding]:
    named = entries[entries.named]
    return [_kind(named, entries, kind, words) for kind, words in sensitivity.OF_PEOPLE.items() if entries[kind].any()]


def _kind(named: pd.DataFrame, entries: pd.DataFrame, kind: str, words: str) -> Finding:
    rows = named[named[kind]]
    nobody = int(entries[kind].sum()) - len(rows)
    return Finding(
        f"F6.{kind}",
        f"Entries with {words}",
        f"How many entries about a named person hold {words}?",
        f"At least {len(rows):,} of {len(named):,} entries that name a person hold {words}"
        + (f"; {nobody:,} more name nobody." if nobody else "."),
        **standards.at_least(len(rows), len(named), "entries"),
        method=METHOD,
        outcome="partly" if len(rows) else "cannot_tell",
        provision=SECURE,
        evidence=_ids(rows),
        limits=LIMITS,
        exhibits=_best(rows),
    )


def _outside(entries: pd.DataFrame) -> Finding:
    out = entries[entries.n_outside > 0]
    return Finding(
        "F6.outside",
        "Entries about people that reached outsiders",
        "Did personal data of third persons reach people outside the organisation?",
        f"At least {len(out):,} of {len(entries):,} entries about people reached somebody known to be outside.",
        **standards.at_least(len(out), len(entries), "entries"),
        method="Recipients as of the time of sending, against the register and the official domains.",
        outcome="partly" if len(out) else "cannot_tell",
        provision=SECURE,
        evidence=_ids(out),
        limits=LIMITS + "People whose organisation is not known are not counted as outside.",
        exhibits=_best(out),
    )
