"""What models and people say is business: everything labelled, and the part that people have coded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.relations import scoped
from analysis.sensitivity import PRIVILEGED_FROM

if TYPE_CHECKING:
    from analysis.matter import Matter

EVEN = 0.5
"""As in `sensitivity.business`: the score from which a message is called business (standard `business_score`)."""


def judgements(matter: Matter) -> pd.DataFrame:
    """A row is what one coder decided about one message (scheme `business`); columns of the table, in its order."""
    rows = scoped.table(matter, "judgements").filter(lambda t: t.scheme == "business")
    return matter.engine.collect(rows, ["message_id", "coder"])


def coded(matter: Matter) -> pd.DataFrame:
    """A row is a message of the scope that people have coded as business or personal.

    `message_id`, `thread_id`, `channel`, `private` (0, 1: from or to a private account of a custodian), `truth` (share
    of its coders who call it business), `n_coders`, `score` (of a model that has not seen its thread), `said` (that
    score is enough for business), `batch`, `stratum`, `chance`.
    """
    return matter.engine.collect(_coded(matter), ["message_id"])


def worded(matter: Matter) -> pd.DataFrame:
    """A row is a message of `coded` that has a body: with `text`, `sent_at`, and `custodian_id` of its best copy.

    Privileged messages are left out: their words teach nothing and are shown to nobody here.
    """
    messages = scoped.messages(matter).select("message_id", "sent_at", "best_copy_id")
    bodies = scoped.table(matter, "messages").select("message_id", text="body").filter(lambda t: t.text.notnull())
    copies = scoped.table(matter, "copies").select("source_id", best_copy_id="copy_id")
    holders = scoped.table(matter, "sources").select("source_id", "custodian_id")
    held = messages.inner_join(copies, "best_copy_id").inner_join(holders, "source_id")
    lawyers = scoped.table(matter, "labels").filter(lambda t: t.scheme == "privilege")
    lawyers = lawyers.filter(lawyers.score.coalesce(1.0) >= matter.standard("privileged_from", PRIVILEGED_FROM))
    rows = _coded(matter).inner_join(bodies, "message_id").anti_join(lawyers, "message_id")
    rows = rows.inner_join(held.select("message_id", "sent_at", "custodian_id"), "message_id")
    return matter.engine.collect(rows, ["message_id"])


def _coded(matter: Matter) -> Any:
    rows = scoped.table(matter, "judgements").filter(lambda t: (t.scheme == "business") & (t.label != "unsure"))
    rows = rows.group_by("message_id").aggregate(
        truth=(rows.label == "business").ifelse(1.0, 0.0).mean(), n_coders=rows.coder.nunique(),
        **{name: rows[name].max() for name in ("score", "batch", "stratum", "chance")},
    )  # fmt: skip
    rows = _private(matter).inner_join(rows, "message_id")
    return rows.mutate(said=rows.score >= matter.standard("business_score", EVEN))


def scores(matter: Matter) -> Any:
    """A row is a labelled message: `method`, and `score`, the model's word, also where people have decided since."""
    labels = scoped.table(matter, "labels").filter(lambda t: (t.scheme == "business") & t.message_id.notnull())
    judged = scoped.table(matter, "judgements").filter(lambda t: t.scheme == "business")
    judged = judged.group_by("message_id").aggregate(own=judged.score.max())
    rows = labels.select("message_id", "score", "method").left_join(judged, "message_id")
    return rows.select("message_id", "method", score=rows.own.coalesce(rows.score))


def business(matter: Matter) -> pd.DataFrame:
    """A row is a channel, `private` or not, and what the model says: `n_messages`, `score_sum`, `n_judged`.

    `said` is the model's word, also where people have decided otherwise since (`n_judged`).
    """
    rows = _private(matter).inner_join(scores(matter), "message_id")
    rows = rows.mutate(said=rows.score >= matter.standard("business_score", EVEN))
    counted = rows.group_by("channel", "private", "said").aggregate(
        n_messages=rows.message_id.count(),
        score_sum=rows.score.sum(),
        n_judged=scoped.count_if(rows.method == "reviewer"),
    )
    return matter.engine.collect(counted, ["channel", "private", "said"])


def _private(matter: Matter) -> Any:
    """A row is a message of the scope, with whether a private account of a custodian sent or received it."""
    rows = scoped.messages(matter).select("message_id", "thread_id", "channel")
    return scoped.beside(rows, scoped.private(matter).mutate(private=1), private=0)
