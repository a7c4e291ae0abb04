"""Whether the return named every account, and what was handed over covers the groups and the days."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pandas as pd

from analysis.resolve import doubts
from analysis.resolve.rows import each

FIRM = ("certain", "probable")
"""Tiers by which a rule merges two handles by itself."""
MANY, SMALL = 5, 1 << 20
"""So many files of at most so many bytes, of one kind in one folder and one message each, are shown as one line."""


def by_status(sources: pd.DataFrame) -> pd.DataFrame:
    """A row is what became of files: `status`, `files`, `bytes`, `n_copies`, `n_events`, `n_rejects`."""
    sums = sources.assign(files=1).groupby("status")[["files", "bytes", "n_copies", "n_events", "n_rejects"]].sum()
    return sums.reset_index()


def bundles(sources: pd.DataFrame) -> pd.DataFrame:
    """The sources with `bundle`: the path; or, where a folder holds many small files of a kind, the folder.

    A mailbox exported as one file a mail would otherwise fill pages with lines that say the same.
    """
    folder = sources.path.map(lambda path: path.rpartition("/")[0]).astype("str")
    kind = [folder, sources.reader.fillna("none"), sources.status]
    size = sources.groupby(kind).source_id.transform("size")
    many = (size >= MANY) & (sources.groupby(kind)["bytes"].transform("max") <= SMALL) & (sources.n_copies <= 1)
    named = folder + "/ (" + size.astype("str") + " files, " + sources.reader.fillna("not read") + ")"
    return sources.assign(bundle=sources.path.where(~many, named))


def by_bundle(bundled: pd.DataFrame) -> pd.DataFrame:
    """A row is a bundle: custodian, channel, status, reason, custody (each value it has), counts and bytes."""
    words = ["custodian_id", "channel", "status", "reason", "custody"]
    groups = bundled.groupby("bundle")
    sums = groups[["n_copies", "n_events", "n_rejects", "bytes"]].sum()
    return groups[words].agg(_several).join(sums).reset_index()


def _several(values: pd.Series) -> str:
    return ", ".join(sorted(values.dropna().unique()))


def open_questions(handles: pd.DataFrame, people: pd.DataFrame, merges: pd.DataFrame) -> pd.DataFrame:
    """Pairs that neither a rule of certainty nor a person has settled, those first whose answer would tell most.

    `identity_a`, `identity_b`, `rule`, `score`, `gain` (bits of uncertainty times the handles that would move, twice
    for people in scope), `why`, `evidence`. As `offchannel review --people` asks them.
    """
    columns = ["identity_a", "identity_b", "rule", "score", "gain", "why", "evidence"]
    return doubts(handles, people, merges)[columns]


def judged(merges: pd.DataFrame) -> pd.DataFrame:
    """A row is what somebody decided on a pair: `identity_a`, `identity_b`, `verdict`, `by`, `at`, `why`, `rules`.

    `rules`: what they say of that pair alone (`merge`, `leave open`, `nothing`); `changed`: the verdict is another.
    Pairs joined through a third handle are not followed here: the tables with and without the judgement show them.
    """
    told, others = merges[merges.rule == "judgement"], merges[merges.rule != "judgement"]
    said: dict[frozenset[str], str] = {}
    for row in each(others):
        firm = "merge" if row.tier in FIRM else "leave open"
        pair = frozenset((row.identity_a, row.identity_b))
        said[pair] = min(firm, said.get(pair, firm), key=("merge", "leave open").index)
    pairs = [frozenset(pair) for pair in zip(told.identity_a, told.identity_b, strict=True)]
    made = told.assign(rules=[said.get(pair, "nothing") for pair in pairs])
    changed = (made.rules == "merge") != (made.verdict == "confirmed")
    columns = ["identity_a", "identity_b", "verdict", "by", "at", "why", "rules"]
    return made[columns].assign(changed=changed).sort_values(["at", "identity_a", "identity_b"], ignore_index=True)


def merge_counts(merges: pd.DataFrame) -> pd.DataFrame:
    """A row is a rule and what came of it: `rule`, `tier`, `verdict`, `merges`."""
    return merges.groupby(["rule", "tier", "verdict"]).size().rename("merges").reset_index()


def undeclared(accounts: pd.DataFrame) -> pd.DataFrame:
    """Observed accounts that are not in the register, with what shows each: `why`, `locator`."""
    return accounts[accounts.observed & ~accounts.declared].sort_values(["channel", "address"])


def unused(accounts: pd.DataFrame) -> pd.DataFrame:
    """Accounts in the register that stand in no message of the evidence."""
    return accounts[accounts.declared & ~accounts.observed].sort_values(["channel", "address"])


def roster_coverage(memberships: pd.DataFrame, exports: pd.DataFrame) -> pd.DataFrame:
    """A row is a group: `members` inside the organisation or custodians, and how many of them `exported` that channel.

    `memberships` as in `relations.memberships_over`; `exports` needs `custodian_id` and `channel` of readable sources.
    """
    ours = memberships[(memberships.kind == "group") & (memberships.inside.eq(True) | memberships.custodian_id.notna())]
    pairs = set(zip(exports.custodian_id, exports.channel, strict=True))
    handed = [pair in pairs for pair in zip(ours.custodian_id, ours.channel, strict=True)]
    people = ours.assign(exported=handed).groupby(["thread_id", "channel", "person"]).exported.any().reset_index()
    rows = people.groupby(["thread_id", "channel"]).exported.agg(members="size", exported="sum").reset_index()
    return rows.astype({"members": "int64", "exported": "int64"})


def date_coverage(days: pd.DataFrame, custodians: pd.DataFrame, first_on: date, last_on: date) -> pd.DataFrame:
    """A row is a custodian and channel: days with data among the days in office within the period.

    `days` as in `relations.coverage`; `custodians` is the register (`from_on`, `to_on`; blank: the period's ends).
    `days_with_data`, `days_in_office`, `share`, `longest_gap` (days without any, inside the office days).
    Cannot tell a silent day from a missing one.
    """
    rows = []
    known = custodians.set_index("custodian_id")
    for (custodian, channel), group in days.dropna(subset="custodian_id").groupby(["custodian_id", "channel"]):
        first, last = office_days(known, str(custodian), first_on, last_on)
        seen = {stamp.date() for stamp in group.day_at if first <= stamp.date() <= last}
        office = (last - first).days + 1
        share = len(seen) / office if office > 0 else float("nan")
        rows.append((custodian, channel, len(seen), office, share, _gap(seen, first, last)))
    columns = ["custodian_id", "channel", "days_with_data", "days_in_office", "share", "longest_gap"]
    return pd.DataFrame(rows, columns=columns)


def office_days(known: pd.DataFrame, custodian: str, first_on: date, last_on: date) -> tuple[date, date]:
    """First and last day of a custodian in office within the period, as the register (by custodian) says."""
    if custodian not in known.index:
        return first_on, last_on
    row = known.loc[[custodian]].iloc[0]
    first = date.fromisoformat(row.from_on) if row.from_on else first_on
    last = date.fromisoformat(row.to_on) if row.to_on else last_on
    return max(first, first_on), min(last, last_on)


def _gap(seen: set[date], first: date, last: date) -> int:
    """Longest run of days without data between two ends that are themselves in the run."""
    marks = [first.toordinal() - 1, *sorted(day.toordinal() for day in seen), last.toordinal() + 1]
    return max(after - before - 1 for before, after in pairwise(marks))
