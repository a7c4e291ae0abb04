"""Which exports should hold a conversation, and the stretch of time each of them covers of it.

An export holds what its phone held when it was made: it covers a conversation from its first record of it, lines of the
app included, to the time of acquisition in the chain of custody, or to its last record where none is declared.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from analysis.intake.declarations import Register
from analysis.intake.result import Intake
from analysis.matter import Matter
from analysis.parameters import parse_zone
from analysis.resolve import Resolution
from analysis.resolve.rows import each

WHOLE = ("sms", "linkedin", "email")  # exports of these channels hold an account's every conversation, not just one
DATABASES = ("msgstore", "chatstorage")  # so do these readers' files
COLUMNS = ["thread_id", "source_id", "custodian_id", "person_id", "path", "first_s", "last_s", "made_s", "truncated"]


def of_threads(
    records: pd.DataFrame, memberships: pd.DataFrame, intake: Intake, resolution: Resolution, matter: Matter
) -> pd.DataFrame:
    """One row per conversation and source of a custodian that holds, or should hold, a part of it (mail aside).

    `records` has thread_id, source_id and `at`, the agreed seconds of every copy and event. `first_s` and `last_s` are
    agreed seconds: of the conversation's first and last record in an export of one conversation, of the whole source
    where the source holds the account's every conversation. `made_s` is when the source was acquired, or NaN.
    """
    sources = intake.sources[intake.sources["custodian_id"].notna() & (intake.sources["channel"] != "email")]
    sources = sources[sources["status"].isin(["read", "partial"])].set_index("source_id")
    sources = sources.assign(whole=sources["channel"].isin(WHOLE) | sources["reader"].isin(DATABASES))
    sources = sources[sources["channel"].notna()]  # the log beside a database is no export of its own
    rows = records[records["source_id"].isin(sources.index)]
    spans = rows.groupby(["thread_id", "source_id"])["at"].agg(first_s="min", last_s="max").reset_index()
    whole = rows.groupby("source_id")["at"].agg(first_s="min", last_s="max")
    missing = _should_hold(spans, sources, memberships, resolution)
    spans = pd.concat([spans, missing], ignore_index=True)
    everything = spans["source_id"].map(sources["whole"]).astype(bool)
    for column in ("first_s", "last_s"):
        spans[column] = spans[column].where(~everything, spans["source_id"].map(whole[column]))
    spans["made_s"] = spans["source_id"].map(_acquired(sources["path"], matter))
    spans["custodian_id"] = spans["source_id"].map(sources["custodian_id"])
    spans["person_id"] = spans["custodian_id"].map(resolution.custodians)
    spans["path"] = spans["source_id"].map(sources["path"])
    spans["truncated"] = spans["source_id"].map(sources["truncated"]).astype(bool)
    return spans[COLUMNS]


def _should_hold(
    spans: pd.DataFrame, sources: pd.DataFrame, memberships: pd.DataFrame, resolution: Resolution
) -> pd.DataFrame:
    """Conversations of an account of which its whole-account export holds nothing at all."""
    whole = sources[sources["whole"]]
    owners = [
        (source, row.channel, *resolution.owner(row.channel, row.custodian_id, row.address))
        for source, row in zip(whole.index, each(whole), strict=True)
    ]
    table = pd.DataFrame(owners, columns=["source_id", "channel", "identity_id", "person_id"])
    several = table.duplicated(["person_id", "channel"], keep=False) & ~table.duplicated("identity_id", keep=False)
    by_account = table[several].merge(memberships[["thread_id", "identity_id"]], on="identity_id")
    by_person = table[~several].merge(memberships[["thread_id", "person_id"]], on="person_id")
    wanted = pd.concat([by_account, by_person])[["thread_id", "source_id", "channel"]].drop_duplicates()
    channel = spans["source_id"].map(sources["channel"]).groupby(spans["thread_id"]).first()
    wanted = wanted[wanted["thread_id"].map(channel) == wanted["channel"]]
    held = set(spans[["thread_id", "source_id"]].itertuples(index=False, name=None))
    new = [pair for pair in wanted[["thread_id", "source_id"]].itertuples(index=False, name=None) if pair not in held]
    frame = pd.DataFrame(sorted(new), columns=["thread_id", "source_id"])
    return frame.assign(first_s=np.nan, last_s=np.nan)


def _acquired(path: pd.Series, matter: Matter) -> pd.Series:
    """Seconds at which each source was acquired, by source_id; NaN where the chain of custody says nothing readable."""
    register = Register(matter.register("sources"))
    found = [instant(register.about(str(one)).acquired_at, matter.zone) for one in path]
    return pd.Series(found, index=path.index, dtype=float)


def instant(text: str, zone: str) -> float:
    """Seconds since 1970 of an ISO 8601 time or day, in `zone` where it carries none; NaN where it is neither."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return float("nan")
    return (at if at.tzinfo else at.replace(tzinfo=parse_zone(zone))).timestamp()
