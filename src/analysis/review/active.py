"""Continuous active learning: a linear learner over all texts, trained again as decisions come in.

The texts are turned into TF-IDF of words and pairs once; each training touches only the rows judged so far.

References
----------
Cormack, G. V., Grossman, M. R. (2014). Evaluation of machine-learning protocols for technology-assisted review. SIGIR.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

STRENGTH = 0.11
"""Inverse of the penalty (scikit-learn's `C`), and `RATIO` below: as in ASReview's tuned model of 2025 (`elas_u4`)."""
RATIO = 9.8
"""."""
FIRST, GROWTH = 1, 0.1
"""The first batch, and by how much batches grow: rare training late costs little recall and saves most of the time."""


def matrix(texts: Sequence[str]) -> Any:
    """TF-IDF of words and pairs, a row a text."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    try:
        return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32).fit_transform(texts)
    except ValueError:  # no text has a word
        from scipy.sparse import csr_matrix

        return csr_matrix((len(texts), 1), dtype=np.float32)


class Learner:
    """A linear support-vector machine over the rows of a matrix."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    def fit(self, judged: NDArray[np.int64], relevant: NDArray[np.bool_]) -> NDArray[np.float64]:
        """How relevant each row looks, after training on the judged ones (of both kinds)."""
        from sklearn.svm import LinearSVC

        weight = np.where(relevant, RATIO * (~relevant).sum() / max(relevant.sum(), 1) / RATIO, 1.0)
        made = LinearSVC(C=STRENGTH, random_state=0)
        made.fit(self.rows[judged], relevant, sample_weight=weight)
        return np.asarray(made.decision_function(self.rows))
