"""The model behind business or personal: one weight a hashed feature, one a fact around the message, nothing else.

The margin of the text alone is a sum over its features; the probability is the logistic of a sum of that margin, the
margins around it and the facts. The second sum is fitted to margins of texts the first has not seen (whole groups are
left out), so that the probability is calibrated for new wording, not for the wording it was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.sensitivity import business_context
from analysis.sensitivity.business_scorer import Floats, counted, margins
from analysis.sensitivity.business_tokens import FOLD, TOKEN, WIDTH, encoded, located

START = Path(__file__).with_name("business_start.npz")
FOLDS = 5
LEAST = 1e-4  # scores are kept to four digits: 0 and 1 mean less than this from them
TEXT_STRENGTH, CONTEXT_STRENGTH = 1.0, 1.0
"""Inverse of the penalty on text weights and on facts (scikit-learn's `C`)."""


@dataclass(frozen=True)
class Model:
    """`weights` by hashed feature, `facts` by column of `business_context.COLUMNS`, constant, where it comes from."""

    weights: NDArray[np.float32]
    facts: Floats
    constant: float
    name: str

    def margins(self, texts: Sequence[str]) -> Floats:
        """What the words alone say: positive for business."""
        return margins(texts, self.weights)

    def scores(self, said: pd.DataFrame) -> Floats:
        """The probability of business of each row of `business_context.rows`.

        A conversation about business lends its meaning to a message of few words. One about private life takes nothing
        from what a message and its neighbours say themselves: official business is done in the middle of family talk.
        """
        matrix = business_context.around(said, self.margins(said["text"].tolist()))
        thread, empty = (business_context.COLUMNS.index(name) for name in ("thread", "empty"))
        matrix[:, thread] = np.where(matrix[:, empty] > 0, matrix[:, thread], matrix[:, thread].clip(min=0))
        return _logistic(matrix @ self.facts + self.constant)

    @classmethod
    def load(cls, path: Path) -> Model:
        """Read what `scripts/train_business.py` wrote; nothing in the file is executed."""
        with np.load(path, allow_pickle=False) as kept:
            return cls(kept["weights"].astype(np.float32), kept["facts"], float(kept["constant"]), str(kept["name"]))


@cache
def starting() -> Model:
    """The model that comes with the package; trained on the invented matter alone."""
    return Model.load(START)


def learned(texts: Sequence[str], business: NDArray[np.bool_], start: Model) -> Model:
    """The words alone: the weights of `start`, scaled, plus what the answers add; nothing around the messages."""
    from scipy.sparse import csr_array, hstack

    added = text_weights(hstack([counted(texts), csr_array(start.margins(texts)[:, None])]).tocsr(), business)
    weights = (added[:WIDTH] + start.weights * added[WIDTH]).astype(np.float32)
    return replace(start, weights=weights, name=f"{start.name}; words of {len(texts)} messages")


def calibrated(model: Model, scores: Floats, business: NDArray[np.bool_]) -> tuple[Model, Floats]:
    """The model with its sum stretched and shifted so that `scores`, of messages it has not seen, fit their answers.

    And those scores, so corrected (Platt 1999). What the facts around a message weigh among each other stays as it
    was: the neighbours of a sample drawn from everywhere are not in the sample, which can say nothing of them.
    """
    kept = np.clip(scores, LEAST, 1 - LEAST)
    margin = np.log(kept / (1 - kept))
    (stretch,), shift = logit(margin[:, None], business)
    fitted = replace(model, facts=model.facts * stretch, constant=model.constant * stretch + shift)
    return fitted, _logistic(margin * stretch + shift)


def text_weights(matrix: object, business: NDArray[np.bool_]) -> Floats:
    """The weight of each feature (column) for business, by logistic regression."""
    from sklearn.linear_model import LogisticRegression

    if business.all() or not business.any():
        return np.zeros(matrix.shape[1])  # type: ignore[attr-defined]
    fitted = LogisticRegression(C=TEXT_STRENGTH, solver="liblinear", class_weight="balanced", random_state=0)
    return np.asarray(fitted.fit(matrix, business).coef_[0])


def logit(matrix: Floats, business: NDArray[np.bool_]) -> tuple[Floats, float]:
    """The weight of each fact around a message, and the constant."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=CONTEXT_STRENGTH, max_iter=1000).fit(matrix, business)
    return np.asarray(fitted.coef_[0]), float(fitted.intercept_[0])


def _logistic(margin: Floats) -> Floats:
    return 1 / (1 + np.exp(-margin))


def spans(model: Model, text: str, most: int = 8) -> list[tuple[int, int, float]]:
    """The words that speak loudest: start and end (characters), and weight; positive for business.

    Each word carries the weights of all features it has a part in, a pair shared between its two words. What the facts
    around the message add is not a span.
    """
    data = encoded(text)
    words: dict[tuple[int, int], float] = {}
    found = [(start, end, float(model.weights[place])) for start, end, place in located(data)]
    whole = [one.span() for one in TOKEN.finditer(data.translate(FOLD))]
    for start, end, weight in found:
        touched = [span for span in whole if span[0] < end and start < span[1]]
        for span in touched:
            words[span] = words.get(span, 0.0) + weight / len(touched) / len(found) ** 0.5
    loud = sorted(words.items(), key=lambda item: (-abs(item[1]), item[0]))[:most]
    letters = {start: len(data[:start].decode("utf-8", "ignore")) for span, _ in loud for start in span}
    return sorted((letters[start], letters[end], weight) for (start, end), weight in loud if weight)
