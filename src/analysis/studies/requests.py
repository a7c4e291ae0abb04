"""Requests: what each finds, how far the search reached, whether the answer came in time; loss after requests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.records import scopes, workdays
from analysis.records.requests import Answer, answers, day
from analysis.studies import intervals
from analysis.studies.clustering import clustering

if TYPE_CHECKING:
    from analysis.records.requests import Takers

SEPARATOR = "\n"
AFTER_DAYS = 30
"""Days after a request or notice in which loss is compared with other days: the usual time to answer, and more."""
REFER_Q = 0.05
"""Share of false alarms that may be expected among what the screen refers for enquiry."""
TIMELINE_MARKS = ("hold", "notice", "litigation")


def corpus(messages: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """The messages with `attached`: names and texts of the files they carry, which are information held too."""
    texts = (files.name.fillna("") + SEPARATOR + files.text.fillna("")).astype("str")
    joined = texts.groupby(files.message_id).agg(lambda parts: SEPARATOR.join(dict.fromkeys(parts)))
    return messages.assign(attached=messages.message_id.map(joined).fillna(""))


def found(
    register: pd.DataFrame,
    searched: pd.DataFrame,
    people: pd.DataFrame,
    handles: pd.DataFrame,
    takers: Takers,
    zone: str,
    cut_off: float,
) -> list[Answer]:
    """Each request answered from the evidence; see `records.requests.answers`."""
    return answers(register, searched, people, handles, takers, zone, cut_off)


def reading(asked: Sequence[Answer]) -> pd.DataFrame:
    """A row is a request as it was read: `ref`, `period`, `channels`, `searched_for`, `parties`, `without`."""
    rows = []
    for answer in asked:
        period, channels, parties, without = "no date of receipt", "all", "", ""
        if query := answer.query:
            period = f"{query.period.first_on or 'any time'} to {query.period.last_on}"
            channels = ", ".join(query.channels) or "all"
            parties = "; ".join(f"{party.name} ({party.how})" for party in query.parties)
            without = ", ".join((*query.without, *query.no_channels))
        terms = "; or ".join(" | ".join(terms) for terms in answer.terms) or "could not be read"
        rows.append((answer.ref, period, channels, terms, parties, without))
    return pd.DataFrame(rows, columns=["ref", "period", "channels", "searched_for", "parties", "without"])


def reach(searched: str) -> str:
    """How far a search went, as its record says: `private`, `official`, or `no record`."""
    small = searched.lower().strip()
    if not small or small in ("none", "not recorded", "unknown", "n/a", "-"):
        return "no record"
    words = {name: "|".join(map(re.escape, scopes.words(f"{name}_search"))) for name in ("private", "official")}
    for match in re.finditer(rf"(?<![\w-])(?:{words['private']})(?!\w)", small):
        before = re.split(r"[;,.]", small[: match.start()])[-1]
        if not re.search(rf"(?<![\w-])(?:{words['official']})(?!\w)", before):
            return "private"
    return "official"


def handling(register: pd.DataFrame, asked: Sequence[Answer]) -> pd.DataFrame:
    """A row is a request: how many messages answer it, where they are, how far the search reached.

    `ref`, `outcome`, `search` (see `reach`), `n_found`, `n_official` (an official account had part in it), `n_captured`
    (private, but an official item holds its words), `n_late` (of these: only after the request was closed), `n_missed`
    (private, and nowhere in an official system).
    """
    rows = []
    for row, answer in zip(register.to_dict("records"), asked, strict=True):
        official = answer.found.official.astype(bool)
        captured = int((~official & answer.found.captured_at.notna()).sum())
        counts = len(answer.found), int(official.sum()), captured, sum(late(row, answer)), len(answer.missed)
        rows.append((answer.ref, row["outcome"], reach(row["searched"]), *counts))
    columns = ["ref", "outcome", "search", "n_found", "n_official", "n_captured", "n_late", "n_missed"]
    return pd.DataFrame(rows, columns=columns)


def late(row: dict[Any, Any], answer: Answer) -> list[bool]:
    """Which of the messages that answer a request are private and reached an official item only after it was closed."""
    closed, found = day(row["closed_on"]), answer.found
    ends = zip(found.captured_at, found.official, strict=True)
    return [bool(closed) and not official and not pd.isna(at) and at.date() > closed for at, official in ends]


def parts(asked: Sequence[Answer]) -> pd.DataFrame:
    """A row is a message that answers a request, best first: `part` (reference and column of `handling`), its id."""
    rows = [pd.DataFrame({"part": [], "message_id": []}, dtype="str")]
    for answer in asked:
        official = answer.found.official.astype(bool)
        where = np.select([official, answer.found.captured_at.notna()], ["n_official", "n_captured"], "n_missed")
        part = f"{answer.ref} " + pd.Series(where, dtype="str")
        rows.append(pd.DataFrame({"part": part, "message_id": answer.found.message_id}))
    return pd.concat(rows, ignore_index=True)


def linked(rows: pd.DataFrame, links: dict[str, str]) -> dict[str, list[str | None]]:
    """Where the rows of `handling` lead: to the messages a search of official systems would have missed."""
    return {"ref": [links.get(f"{ref} n_missed") for ref in rows.ref]}


def regime(row: dict[Any, Any]) -> str:
    """`EIR` or `FOI`: as the register says, else as reference and scope say, else FOI."""
    said = str(row.get("regime", "")).upper()
    return "EIR" if "EIR" in said or (not said and scopes.environmental(row["ref"], row["scope_text"])) else "FOI"


def timing(register: pd.DataFrame, region: str, known_to: date) -> pd.DataFrame:
    """A row is a request: when an answer fell due and whether it came in time.

    `ref`, `regime`, `from_on` (received, or clarified where the register says when), `limit`, `due_on`, `closed_on`,
    `days` (working days taken; absent while open), `in_time` (absent when it cannot be told), `notes` (extension,
    review).
    """
    rows = [_timed(row, region, known_to) for row in register.to_dict("records")]
    columns = ["ref", "regime", "from_on", "limit", "due_on", "closed_on", "days", "in_time", "notes"]
    made = pd.DataFrame(rows, columns=columns).astype({"days": "Int64", "in_time": "boolean"})
    return made.assign(**{name: pd.to_datetime(made[name]) for name in ("from_on", "due_on", "closed_on")})


def _timed(row: dict[Any, Any], region: str, known_to: date) -> dict[Any, Any]:
    law = regime(row)
    duty, received, closed = workdays.duties()[law], day(row["received_on"]), day(row["closed_on"])
    start = day(row.get("clarified_on", "")) or received
    told: dict[Any, Any] = {"ref": row["ref"], "regime": law, "from_on": start, "limit": duty.answer,
                            "closed_on": closed, "notes": ""}  # fmt: skip
    if start is None:
        return told
    limit = workdays.due(start, duty.answer, region)
    if extended := day(row.get("extended_to", "")):
        most = workdays.due(start, duty.answer_most, region) if duty.answer_most > duty.answer else extended
        limit, told["notes"] = max(limit, min(extended, most)), f"extended to {extended}; "
    told["due_on"] = limit
    if closed is not None and closed >= start:
        told["days"], told["in_time"] = workdays.taken(start, closed, region), closed <= limit
    elif closed is None and known_to > limit:
        told["in_time"] = False
    told["notes"] += _review(day(row.get("review_asked_on", "")), day(row["reviewed_on"]), duty, region)
    return told


def _review(asked: date | None, done: date | None, duty: workdays.Duty, region: str) -> str:
    if done is None or asked is None:
        return f"reviewed {done}; when that was asked for is not recorded" if done else ""
    days = workdays.taken(asked, done, region)
    within = "in time" if days <= duty.review else "in time if complex" if days <= duty.review_most else "late"
    return f"review took {days} working days: {within}"


def marks(register: pd.DataFrame, timeline: pd.DataFrame) -> pd.DataFrame:
    """A row is a date after which loss raises a question: `at`, `kind` (request, or the timeline's), `custodian_id`."""
    asked = pd.DataFrame({"at": register.received_on, "kind": "request", "custodian_id": ""})
    noted = timeline[timeline.kind.isin(TIMELINE_MARKS)][["at", "kind", "custodian_id"]]
    rows = pd.concat([asked, noted], ignore_index=True)
    rows["at"] = pd.to_datetime(rows["at"].str[:10], utc=True, errors="coerce")
    return rows.dropna(subset="at").sort_values(["at", "kind", "custodian_id"], kind="stable").reset_index(drop=True)


def lost_after(lacking: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """Rows of `lacking` (as in `relations.lacking`) sent in the days after dates for everybody, once for each `after`.

    `after` is `requests` or `notices and holds`, as in `screens`; a timer's losses are left out there and here.
    """
    common = dates[dates.custodian_id == ""]
    rows = lacking[lacking.how != "timer"]
    parts = []
    for after, when in (
        ("requests", common[common.kind == "request"]["at"]),
        ("notices and holds", common[common.kind != "request"]["at"]),
    ):
        sent = rows.sent_at.dt.floor("D")
        near = [(sent >= day) & (sent < day + pd.Timedelta(days=AFTER_DAYS)) for day in when]
        parts.append(rows[np.logical_or.reduce(near)] if near else rows.iloc[:0])
        parts[-1] = parts[-1].assign(after=after)
    return pd.concat(parts, ignore_index=True)


def screens(losses: pd.DataFrame, dates: pd.DataFrame, since: Any, until: Any, level: float = 0.95) -> pd.DataFrame:
    """A row is a screen: loss among messages sent in the `AFTER_DAYS` after certain dates against that of other days.

    `losses`: `custodian_id`, `day_at`, `n_expected`, `n_deleted`, `n_unexplained` (as in `relations.daily_losses`).
    `who` (blank: all custodians together), `what`, `after`, counts, `ratio`, `low`, `high`, `p`, `q`
    (Benjamini-Hochberg over all screens) and `refer`: q under `REFER_Q` and the whole interval above 1.
    Cannot tell when a message was removed, only when it was sent; nor why.
    """
    requests, others = dates[dates.kind == "request"]["at"], dates[dates.kind != "request"]
    common = others[others.custodian_id == ""]["at"]
    plans = [
        ("", what, after, when)
        for what in ("n_unexplained", "n_deleted")
        for after, when in (("requests", requests), ("notices and holds", common))
    ]
    for who in sorted(losses.custodian_id.unique()):
        own = others[others.custodian_id.isin(["", who])]["at"]
        plans.append((who, "lost", "requests, notices and holds", pd.concat([requests, own])))
    losses, made = losses.assign(lost=losses.n_unexplained + losses.n_deleted), []
    for who, what, after, when in (plan for plan in plans if len(plan[3])):
        rows = losses[losses.custodian_id == who] if who else losses
        times, exposed = _spread(rows, what), _spread(rows, "n_expected")
        told = clustering(times, list(when), AFTER_DAYS, since=since, until=until, exposed=exposed, level=level)
        counts = told.n_after, int(told.exposure_after), told.n_else, int(told.exposure_else)
        made.append((who, what, after, *counts, told.ratio, told.low, told.high, told.p))
    columns = "who what after n_after of_after n_else of_else ratio low high p"
    frame = pd.DataFrame(made, columns=columns.split())
    frame["q"] = intervals.adjusted(frame.p) if len(frame) else frame.p
    return frame.assign(refer=(frame.q < REFER_Q) & (frame.low > 1))


def _spread(rows: pd.DataFrame, column: str) -> list[Any]:
    """One time for each thing counted."""
    return list(np.repeat(rows.day_at.to_numpy(), rows[column].to_numpy(dtype="int64")))
