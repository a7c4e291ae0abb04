"""What can be reviewed, and what is kept from reviewers: privileged messages, and clearly personal ones."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import written
from analysis.errors import JudgementError
from analysis.sensitivity import judgements, privileged

if TYPE_CHECKING:
    from analysis.matter import Matter

SCHEME = "business"
CLEAR = 0.02
"""Score under which a message is clearly personal and hidden by rule (standard `hidden_score`): two in a hundred of
them may be business, by the model's own word."""
UNMASKED = "unmasked.csv"
UNMASKING = ("message_id", "by", "at", "why")
EDGES = (0.05, 0.5, 0.95)
"""Scores that part the strata: what the model is sure of is sampled apart from what it is not."""


def population(matter: Matter) -> pd.DataFrame:
    """A row is a message with text in the scope, in order of time, privileged ones left out.

    `message_id`, `thread_id`, `channel`, `sent_at`, `sender`, `text`, `score` (probability of business), `stratum`,
    `judged` (has a label by reviewers, or a judgement).
    """
    rows = matter.store.read("messages", ["message_id", "thread_id", "channel", "sent_at", "sender_person_id",
                                          "sender_identity_id", "subject", "body"])  # fmt: skip
    labels = matter.store.read("labels", ["message_id", "scheme", "score"])
    rows["score"] = rows["message_id"].map(labels[labels.scheme == SCHEME].set_index("message_id")["score"])
    subject, body = rows["subject"].fillna(""), rows["body"].fillna("")
    rows["text"] = np.where(subject == "", body, subject + "\n" + body)
    kept = _in_scope(matter, rows) & rows["score"].notna() & (rows["text"].str.strip() != "")
    kept &= ~rows["message_id"].isin(list(privileged(matter, labels)))
    rows = rows[kept].sort_values(["sent_at", "message_id"]).reset_index(drop=True)
    rows["sender"] = _names(matter, rows)
    rows["stratum"] = strata(rows["score"].to_numpy())
    said = judgements.read(matter)
    rows["judged"] = rows["message_id"].isin(said[said["scheme"] == SCHEME]["message_id"])
    return rows.drop(columns=["sender_person_id", "sender_identity_id", "subject", "body"])


def _in_scope(matter: Matter, rows: pd.DataFrame) -> pd.Series:
    """Whether each message is of the period and channels looked at."""
    within = (rows["sent_at"] >= matter.scope.since) & (rows["sent_at"] < matter.scope.until)
    return within & rows["channel"].isin(matter.scope.channels) if matter.scope.channels else within


def strata(scores: np.ndarray) -> np.ndarray:
    """The name of the stratum of each score."""
    ends = [0.0, *EDGES, 1.0]
    names = np.array([f"score {low:g} to {high:g}" for low, high in pairwise(ends)])
    found: np.ndarray = names[np.digitize(scores, EDGES)]
    return found


def _names(matter: Matter, rows: pd.DataFrame) -> pd.Series:
    """The sender's label, else the handle as written."""
    people = matter.store.read("people", ["person_id", "label"]).set_index("person_id")["label"]
    handles = matter.store.read("identities", ["identity_id", "raw"]).set_index("identity_id")["raw"]
    return rows["sender_person_id"].map(people).fillna(rows["sender_identity_id"].map(handles)).fillna("unknown")


def hidden(matter: Matter) -> pd.DataFrame:
    """A row is a message kept out of sight as clearly personal: `message_id`, `why` (`rule` or `judgement`).

    By rule: the model's score is under `hidden_score`. By judgement: its coders call it personal. What somebody has
    unmasked is not in it. Nothing is removed from any table or count; only its text is not shown to reviewers.
    """
    labels = matter.store.read("labels", ["message_id", "scheme", "label", "method", "score"])
    labels = labels[(labels["scheme"] == SCHEME) & (labels["label"] == "personal")]
    judged = labels["method"] == "reviewer"
    clear = labels["score"] < matter.standard("hidden_score", CLEAR)
    found = labels[judged | clear].assign(why=np.where(judged, "judgement", "rule")[judged | clear])
    return found[~found["message_id"].isin(_unmasked(matter))][["message_id", "why"]].reset_index(drop=True)


def _unmasked(matter: Matter) -> list[str]:
    path = matter.place("judgements") / UNMASKED
    if not path.is_file():
        return []
    return written.table(path, f"judgements/{UNMASKED}", JudgementError)["message_id"].tolist()


def kept(matter: Matter) -> pd.DataFrame:
    """A row is a message of the scope that is kept from reviewers, or was until somebody asked, and `why`.

    Privileged, clearly personal by rule or by judgement, or unmasked: `message_id`, `thread_id`, `channel`, `sent_at`.
    """
    rows = matter.store.read("messages", ["message_id", "thread_id", "channel", "sent_at"])
    lawyers = privileged(matter, matter.store.read("labels", ["message_id", "scheme", "score"]))
    masked = hidden(matter)
    why = dict(zip(masked["message_id"], "clearly personal, by " + masked["why"], strict=True))
    why |= dict.fromkeys(_unmasked(matter), "shown on request (unmasked)") | dict.fromkeys(lawyers, "privileged")
    rows = rows[_in_scope(matter, rows)].assign(why=rows["message_id"].map(why)).dropna(subset="why")
    return rows.sort_values(["sent_at", "message_id"]).reset_index(drop=True)


def unmask(matter: Matter, message_ids: list[str], by: str, why: str) -> int:
    """Show hidden messages from now on, and write down who asked and why; gives how many were hidden until now.

    Raises
    ------
    JudgementError
        Nobody signed it, no reason was given, or a message is not hidden.
    """
    if not by.strip() or not why.strip():
        raise JudgementError("nothing was unmasked: say who asks and why (--coder NAME --why REASON)")
    masked = set(hidden(matter)["message_id"])
    if unknown := [one for one in message_ids if one not in masked]:
        raise JudgementError(f"nothing was unmasked: {unknown[0]} is not a hidden message of this matter")
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    written.append(
        matter.place("judgements") / UNMASKED, UNMASKING, [(one, by, at, why) for one in dict.fromkeys(message_ids)]
    )
    return len(set(message_ids))
