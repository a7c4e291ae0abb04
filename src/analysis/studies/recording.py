"""What part of official business on private channels reached an official system, and how fast.

A case is a message in which no official account has part, with a text long enough to be found (`LETTERS`). It is
captured when an official item holds it word for word (`exact_s`), or nearly (`likely_s`): the two give bounds. What the
evidence stops before is censored, not counted as never.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.records.corpus import LETTERS as LETTERS
from analysis.records.workdays import due
from analysis.studies.intervals import cluster_bootstrap, wilson

DAY_S = 86_400.0
HORIZONS = (("1 day", 1), ("7 days", 7), ("20 working days", 0))
"""Limits shown: no UK text read here sets a deadline, so these are yardsticks. 0: counted in working days."""
WORKING_DAYS = 20
FEWEST = 5
"""Cases followed for a whole limit, at the least, for a share to be shown."""
LONGEST = HORIZONS[-1][0]


def cases(rows: pd.DataFrame) -> pd.DataFrame:
    """Messages of official business that could have been found, of `relations.recording`.

    Where nothing is labelled, every message may be official business and stays. `followed_s`: how long the official
    side of the evidence goes on after it.
    """
    labelled = rows.business.notna().any()
    kept = rows[(rows.letters >= LETTERS) & (rows.business.fillna(False).astype(bool) | (not labelled))]
    followed = (kept.until_at - kept.sent_at).dt.total_seconds()
    return kept.assign(followed_s=followed)[followed > 0].reset_index(drop=True)


def findable(rows: pd.DataFrame) -> pd.DataFrame:
    """Messages of `relations.recording` that could be found if they are business, whatever their label; with `held`."""
    kept = rows[(rows.letters >= LETTERS) & (rows.until_at > rows.sent_at) & rows.score.notna()]
    return kept.assign(held=kept.exact_s.notna().astype(float))


def limits(found: pd.DataFrame, zone: str, region: str) -> pd.DataFrame:
    """Cases with a column for each of `HORIZONS`: seconds within which a capture counts as in time."""
    sent_on = found.sent_at.dt.tz_convert(zone).dt.date
    ends = {day: pd.Timestamp(due(day, WORKING_DAYS, region)) + pd.Timedelta(days=1) for day in sorted(set(sent_on))}
    last = pd.to_datetime(sent_on.map(ends))
    working = (last - found.sent_at.dt.tz_convert(zone).dt.tz_localize(None)).dt.total_seconds()
    return found.assign(**{name: working if not length else length * DAY_S for name, length in HORIZONS})


def within(found: pd.DataFrame, limit: str, column: str = "exact_s") -> tuple[pd.DataFrame, pd.Series]:
    """Cases followed for the whole limit, and which of them were captured in it."""
    followed = found[found.followed_s >= found[limit]]
    return followed, followed[column] <= followed[limit]


def hits(found: pd.DataFrame) -> pd.DataFrame:
    """A row is a limit and a message captured within it: `within`, `message_id`."""
    parts = [(limit, *within(found, limit)) for limit, _ in HORIZONS]
    rows = [followed[exact].assign(within=limit)[["within", "message_id"]] for limit, followed, exact in parts]
    return pd.concat(rows, ignore_index=True)


def with_people(found: pd.DataFrame, takers: pd.DataFrame, custodians: set[str]) -> pd.DataFrame:
    """Cases with each custodian who sent or received them: a case counts once for each (`person`)."""
    parts = takers[takers.person_id.isin(custodians)][["message_id", "person_id"]].drop_duplicates()
    return found.merge(parts.rename(columns={"person_id": "person"}), on="message_id")


def by_month(found: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Cases with `month`, the local month they were sent in."""
    return found.assign(month=found.sent_at.dt.tz_convert(zone).dt.strftime("%Y-%m"))


def shares(found: pd.DataFrame, by: Sequence[str], level: float = 0.95, resamples: int = 1000) -> pd.DataFrame:
    """A row is a value of `by` and a limit: of the messages followed so long, the share captured within it.

    `n`, `of`, `share`, `low`, `high` (threads drawn again), `likely` (share with those captured nearly). A limit with
    fewer than `FEWEST` cases has no row.
    """
    groups = [((), found)] if not by else [(key, group) for key, group in found.groupby(list(by), sort=True)]
    rows = []
    for key, group in groups:
        for limit, _ in HORIZONS:
            followed, exact = within(group, limit)
            if len(followed) < FEWEST:
                continue
            counted = exact.groupby(followed.thread_id).agg(["sum", "count"])
            ends = cluster_bootstrap(counted["sum"], counted["count"], level, resamples)
            likely = within(group, limit, "likely_s")[1].mean()
            rows.append((*key, limit, int(exact.sum()), len(followed), exact.mean(), ends.low, ends.high, likely))
    return pd.DataFrame(rows, columns=[*by, "within", "n", "of", "share", "low", "high", "likely"])


def curve(found: pd.DataFrame, column: str = "exact_s", level: float = 0.95) -> pd.DataFrame:
    """Share captured by time since sending, with what is censored allowed for: `days`, `share`, `low`, `high`.

    One minus the Kaplan-Meier estimate; the band is Greenwood's on the log-log scale and takes messages as independent,
    so it is too narrow: intervals of the table are over threads.

    References
    ----------
    Kaplan, E. L., Meier, P. (1958). Nonparametric estimation from incomplete observations. JASA 53, 457-481.
    """
    from scipy.special import ndtri
    from statsmodels.duration.survfunc import SurvfuncRight

    if found.empty or not found[column].notna().any():
        return pd.DataFrame({"days": [], "share": [], "low": [], "high": []}, dtype=float)
    known = found[column].notna()
    estimate = SurvfuncRight(found[column].where(known, found.followed_s).clip(lower=1).to_numpy(), known.to_numpy())
    left = np.clip(estimate.surv_prob, 1e-12, 1 - 1e-12)
    half = ndtri((1 + level) / 2) * estimate.surv_prob_se / (left * np.abs(np.log(left)))
    rows = pd.DataFrame({"days": estimate.surv_times / DAY_S, "share": 1 - estimate.surv_prob})
    return rows.assign(low=1 - left ** np.exp(-half), high=1 - left ** np.exp(half))


def matches(verdicts: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """How many of the captures that people looked at are ones: a row a tier; `n`, `of`, `share`, `low`, `high`.

    `verdicts`: `tier` and `verdict` (`yes` or `no`; anything else is not counted).
    """
    told = verdicts[verdicts.verdict.isin(["yes", "no"])]
    rows = []
    for tier, group in told.groupby("tier", sort=True):
        n = int((group.verdict == "yes").sum())
        ends = wilson(n, len(group), level)
        rows.append((tier, n, len(group), n / len(group), ends.low, ends.high))
    return pd.DataFrame(rows, columns=["tier", "n", "of", "share", "low", "high"])
