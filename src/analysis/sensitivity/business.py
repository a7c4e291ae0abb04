"""Business or personal: which messages are official information? One label a message, by reviewer or by model.

The model that comes with the package was trained on the invented matter alone: what it says of real talk is a starting
point, to be measured by a coded sample (notebook 21) before any rate is stated. When people have judged enough messages
of a matter, their judgements are learned from, and every judged message keeps the label its judges gave it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.sensitivity import business_context, judgements
from analysis.sensitivity.business_model import FOLDS, Model, calibrated, learned, starting
from analysis.sensitivity.business_scorer import Floats
from analysis.store import make_id
from analysis.tables import TABLES

if TYPE_CHECKING:
    from analysis.matter import Matter

logger = logging.getLogger(__name__)
SCHEME, BUSINESS, PERSONAL = "business", "business", "personal"
EVEN = 0.5
"""Score from which a message is labelled business (standard `business_score`): errors of both kinds weigh alike."""
JUDGED, EACH = 200, 30
"""Judged messages, and of each kind, from which a matter's own judgements are learned from (standards
`business_judged`, `business_judged_each`): with fewer, chance words of a few threads would outweigh the start."""
DIGITS = 4


def labels(matter: Matter, frames: Mapping[str, pd.DataFrame], apart: Collection[str] = ()) -> pd.DataFrame:
    """Rows of `labels`, one a message: `business` or `personal`, `score` the probability of business.

    What most coders of a message agree on is its label (method `reviewer`, score 1 or 0); every other message has the
    model's (method `model`, rule: which model). A message without text is judged by what stands around it.
    """
    said = business_context.rows(matter, frames)
    rows = judgements.read(matter)
    agreed = judgements.verdicts(rows, SCHEME).reindex(said["message_id"]).to_numpy(object)
    scores, name = scored(matter, said, rows, apart)
    is_judged = pd.notna(agreed)
    by_model = np.where(scores >= matter.standard("business_score", EVEN), BUSINESS, PERSONAL)
    found = pd.DataFrame({"message_id": said["message_id"], "label": np.where(is_judged, agreed, by_model)})
    found["score"] = np.where(is_judged, (agreed == BUSINESS).astype(float), scores)
    found["method"] = np.where(is_judged, "reviewer", "model")
    found["rule"] = np.where(is_judged, "most coders", name)
    found["label_id"] = [make_id(one, SCHEME, label, "", method) for one, label, method in
                         zip(found.message_id, found.label, found.method, strict=True)]  # fmt: skip
    logger.info("business: %d of %d messages by reviewers, model %s", is_judged.sum(), len(said), name)
    return found.assign(scheme=SCHEME).reindex(columns=list(TABLES["labels"].names))


def judged(matter: Matter, frames: Mapping[str, pd.DataFrame], apart: Collection[str] = ()) -> pd.DataFrame:
    """Rows of the table `judgements`: each judgement in force beside what the model says of a message it has not seen.

    A judgement of a message that is not in the tables (evidence withdrawn, or read differently since) has no thread.
    """
    rows = judgements.read(matter)
    score = pd.Series(dtype=float)
    if len(rows):
        said = business_context.rows(matter, frames)
        score = pd.Series(scored(matter, said, rows, apart)[0], said["message_id"])
    rows["score"] = rows["message_id"].map(score).where(rows["scheme"] == SCHEME).astype(float)
    rows["thread_id"] = rows["message_id"].map(frames["messages"].set_index("message_id")["thread_id"])
    for name in ("batch", "why", "design", "stratum"):
        rows[name] = rows[name].replace("", None)
    return rows[list(TABLES["judgements"].names)]


def scored(matter: Matter, said: pd.DataFrame, judged: pd.DataFrame, apart: Collection[str]) -> tuple[Floats, str]:
    """The probability of business of each message, and the name of the model.

    A control sample, and messages `apart` (privileged ones), teach nothing.

    Once there are enough judgements a model learned from them scores the rest; a judged message is scored by a model
    that has not seen its thread, so that scores and judgements can be compared.
    """
    teaching = (judged["design"].fillna("") != judgements.CONTROL) & ~judged["message_id"].isin(list(apart))
    taught = judgements.verdicts(judged[teaching], SCHEME)
    agreed = taught.reindex(said["message_id"]).to_numpy(object)
    start, known = starting(), np.flatnonzero(pd.notna(agreed))
    business = agreed[known] == BUSINESS
    each = min(business.sum(), (~business).sum())
    threads = said["thread_id"].to_numpy()[known]
    few = len(known) < matter.standard("business_judged", JUDGED) or each < matter.standard(
        "business_judged_each", EACH
    )
    if few or len(set(threads)) < FOLDS:
        return start.scores(said).round(DIGITS), start.name
    name = f"{start.name}; learned from {len(known)} judged messages"
    model = learned(said["text"].iloc[known].tolist(), business, start)
    model, left = calibrated(model, unseen(said, known, business, threads, start), business)
    scores = model.scores(said)
    scores[known] = left
    return scores.round(DIGITS), name


def unseen(said: pd.DataFrame, known: np.ndarray, business: np.ndarray, groups: np.ndarray, start: Model) -> Floats:
    """Scores of judged messages (rows `known` of `said`), each by a model that saw nothing of its group."""
    from sklearn.model_selection import GroupKFold

    scores = np.zeros(len(known))
    for learn, left in GroupKFold(FOLDS).split(known, business, groups):
        model = learned(said["text"].iloc[known[learn]].tolist(), business[learn], start)
        scores[left] = model.scores(said)[known[left]]
    return scores
