"""Outside organisations on private channels: who speaks for whom, contacts by custodian, how much hangs on one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from analysis.resolve.rows import each
from analysis.studies import intervals
from analysis.studies.intervals import SEED

TIERS = {
    "certain": "the register, or an address at its own domain",
    "probable": "a label with its name, or the name of one of its people",
    "possible": "a label with a word such as supplier or press",
}
SORTS = ("supplier", "press", "journalist", "expert", "lobbyist", "consultant", "contractor", "reporter", "editor")
MAIL_HOSTS = (
    "gmail googlemail outlook hotmail live yahoo icloud me aol proton protonmail btinternet sky talktalk gmx mail"
).split()
AWARD_DAYS = 30
"""Days before an award in which contacts are counted."""
PERMUTATIONS = 10_000


def affiliations(people: pd.DataFrame, shared: Iterable[str] = ()) -> pd.DataFrame:
    """A row is an outside person with an organisation: `person_id`, `organisation`, `tier`, `why`.

    `shared`: domains at which custodians have private mailboxes; they, and the known mail hosts, are nobody's own.
    """
    others = people[people.custodian_id.isna() & ~people.inside.eq(True)]
    hosts = {*(domain.lower() for domain in shared)}
    sure = {
        row.person_id: _firm(row.organisation)
        for row in each(others.dropna(subset="organisation"))
        if row.organisation.lower() not in hosts and row.organisation.lower().split(".")[0] not in MAIL_HOSTS
    }
    labels = {row.person_id: (row.label or "") for row in each(others)}
    named: dict[str, set[str]] = {}
    for person, firm in sure.items():
        named.setdefault(labels[person].lower(), set()).add(firm)
    rows = [(person, firm, "certain", TIERS["certain"]) for person, firm in sure.items()]
    for person, label in labels.items():
        if person not in sure and (found := _likely(label, sorted(set(sure.values())), named)):
            rows.append((person, *found))
    return pd.DataFrame(sorted(rows), columns=["person_id", "organisation", "tier", "why"])


def _firm(organisation: str) -> str:
    """An organisation as one word: a domain without its end, a name without spaces."""
    name = organisation.lower()
    name = name.split(".")[0] if re.fullmatch(r"[\w.-]+\.[a-z]{2,}", name) else name
    return re.sub(r"[^a-z0-9]|\b(?:ltd|limited|plc|llp)\b", "", name)


def _likely(label: str, firms: list[str], named: dict[str, set[str]]) -> tuple[str, str, str] | None:
    squashed = re.sub(r"[^a-z0-9]", "", label.lower())
    holds = [firm for firm in firms if len(firm) > 5 and firm in squashed]
    same = named.get(label.lower(), set()) if " " in label else set()
    if len(holds) == 1 or len(same) == 1:
        return (holds or sorted(same))[0], "probable", TIERS["probable"]
    sort = next((word for word in SORTS if re.search(rf"\b{word}\b", label.lower())), "")
    return (f"({sort})", "possible", TIERS["possible"]) if sort else None


def joined(messages: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """`relations.outside_messages` with `organisation` and `tier` of the other; absent where nothing tells."""
    return messages.merge(known[["person_id", "organisation", "tier"]], "left", "person_id")


def contacts(rows: pd.DataFrame, level: float = 0.95, resamples: int = 1000) -> pd.DataFrame:
    """A row is a custodian and an outside organisation.

    `custodian_id`, `organisation`, `tier` (the surest), `n_messages`, `n_private` (no official account has part),
    `n_from` (written by the other), `share` private with `low`, `high` (threads drawn again), `channels`, `first_at`,
    `last_at`. Contact is not influence.
    """
    made = []
    for (custodian, firm), group in rows.dropna(subset="organisation").groupby(["custodian_id", "organisation"]):
        single = group.drop_duplicates("message_id")
        private, tier = ~single.official, min(group.tier, key=list(TIERS).index)
        threads = private.groupby(single.thread_id)
        ends = intervals.cluster_bootstrap(threads.sum(), threads.size(), level, resamples)[:2]
        counts = len(single), int(private.sum()), int(single.wrote.sum()), float(private.mean())
        channels = ", ".join(sorted(single.channel.unique()))
        made.append((custodian, firm, tier, *counts, *ends, channels, single.sent_at.min(), single.sent_at.max()))
    columns = "custodian_id organisation tier n_messages n_private n_from share low high channels first_at last_at"
    frame = pd.DataFrame(made, columns=columns.split())
    return frame.sort_values(
        ["n_private", "custodian_id", "organisation"], ascending=[False, True, True], ignore_index=True
    )


def leave_one_out(rows: pd.DataFrame) -> pd.DataFrame:
    """A row is an organisation left out: `organisation`, `share` private of all other messages, least first."""
    single = rows.dropna(subset="organisation").drop_duplicates(["message_id", "organisation"])
    left = {firm: single[single.organisation != firm] for firm in sorted(single.organisation.unique())}
    made = [(firm, len(others), float((~others.official).mean())) for firm, others in left.items()]
    frame = pd.DataFrame(made, columns=["organisation", "n_left", "share"])
    return frame.sort_values(["share", "organisation"], ignore_index=True)


def awards(rows: pd.DataFrame, timeline: pd.DataFrame, first_on: date, last_on: date) -> pd.DataFrame:
    """A row is an organisation that the timeline's `award` rows name: private contacts in the days before an award.

    `organisation`, `n_awards`, `n_before`, `n_contacts`, `p` (awards moved to other days of the period, one-sided).
    Proximity is not a reason.
    """
    private = rows[~rows.official].dropna(subset="organisation").drop_duplicates(["message_id", "organisation"])
    given, made = timeline[timeline.kind == "award"], []
    random, span = np.random.default_rng(SEED), max(1, (last_on - first_on).days + 1)
    for firm in sorted(private.organisation.unique()):
        squashed = given.note.str.lower().str.replace(r"[^a-z0-9]", "", regex=True)
        on = pd.to_datetime(given["at"][squashed.str.contains(firm, regex=False)].str[:10]).dropna().dt.date
        starts = np.array([(day - first_on).days for day in on if first_on <= day <= last_on])
        if not len(starts):
            continue
        sent = np.array([(at.date() - first_on).days for at in private[private.organisation == firm].sent_at])
        seen = _before(sent, starts)
        hits = sum(_before(sent, random.integers(0, span, len(starts))) >= seen for _ in range(PERMUTATIONS))
        made.append((firm, len(starts), seen, len(sent), (1 + hits) / (1 + PERMUTATIONS)))
    return pd.DataFrame(made, columns=["organisation", "n_awards", "n_before", "n_contacts", "p"])


def _before(sent: np.ndarray, starts: np.ndarray) -> int:
    gaps = starts[:, None] - sent[None, :]
    return int(((gaps > 0) & (gaps <= AWARD_DAYS)).any(axis=0).sum())
