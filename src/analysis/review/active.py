"""Continuous active learning: a linear learner over all texts, trained again as decisions come in.

The texts are turned into TF-IDF of words and pairs once; each training touches only the rows judged so far, and comes
less and less often, because a batch may grow with what is already known.

References
----------
Cormack, G. V., Grossman, M. R. (2014). Evaluation of machine-learning protocols for technology-assisted review. SIGIR.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

STRENGTH, RATIO = 0.11, 9.8
"""Inverse of the penalty, and how much heavier all relevant documents weigh than all others: the values ASReview found
best over the SYNERGY collections (its model `elas_u4`)."""
GROWTH = 0.015
"""Next batch as a share of what is read: one by one at first, then in steps that cost little recall and save time."""
MOST_COMMON = 0.95
"""Words in more than this share of the texts say nothing."""


def matrix(texts: Sequence[str]) -> Any:
    """TF-IDF of words and pairs, a row a text."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    maker = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=MOST_COMMON, dtype=np.float32)
    try:
        return _turned(maker.fit_transform(texts))
    except ValueError:  # no text has a word
        from scipy.sparse import csr_matrix

        return csr_matrix((len(texts), 1), dtype=np.float32)


def _turned(rows: Any) -> Any:
    """The same rows in fewer numbers, where texts are long and few; their products stay what they are.

    A linear learner with a penalty on squares sees nothing else of its rows, so what it learns is the same.
    """
    if rows.shape[0] > rows.nnz / rows.shape[0]:
        return rows
    values, vectors = np.linalg.eigh((rows @ rows.T).toarray().astype(np.float64))
    return vectors * np.sqrt(np.maximum(values, 0))


class Learner:
    """A linear support-vector machine over the rows of a matrix."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    def fit(self, judged: NDArray[np.int64], relevant: NDArray[np.bool_]) -> NDArray[np.float64]:
        """How relevant each row looks, after training on the judged ones (of both kinds)."""
        from sklearn.svm import LinearSVC

        n = relevant.sum()
        weight = np.where(relevant, 1.0, n / (RATIO * (len(relevant) - n)))
        made = LinearSVC(C=STRENGTH, random_state=0)
        made.fit(self.rows[judged], relevant, sample_weight=weight * (len(weight) / weight.sum()))
        return np.asarray(made.decision_function(self.rows))


def replay(rows: Any, relevant: NDArray[np.bool_], first: Sequence[int]) -> NDArray[np.int64]:
    """The order in which a review would read a collection whose answers are known, the documents `first` before all.

    Until both kinds are read the order is that of the collection; then the learner's, batch by batch.
    """
    order, left = list(dict.fromkeys(first)), np.ones(len(relevant), bool)
    left[order] = False
    learner = Learner(rows)
    while left.any():
        judged = np.array(order, dtype=np.int64)
        n = min(int(left.sum()), max(1, int(GROWTH * len(order))))
        if 0 < relevant[judged].sum() < len(judged):
            scores = np.where(left, learner.fit(judged, relevant[judged]), -np.inf)
            chosen = np.argsort(-scores, kind="stable")[:n]
        else:
            chosen = np.flatnonzero(left)[:n]
        order += chosen.tolist()
        left[chosen] = False
    return np.array(order, dtype=np.int64)
