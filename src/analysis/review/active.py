"""Continuous active learning: a linear learner over all texts, trained again as decisions come in.

The learner is least squares with a penalty on squares, heavier where a text is relevant. Its answer is one system of
linear equations with a row a judged text; the next answer is found from the last one in a few steps, so that training
again costs little.

References
----------
Cormack, G. V., Grossman, M. R. (2014). Evaluation of machine-learning protocols for technology-assisted review. SIGIR.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

STRENGTH, RATIO = 0.11, 9.8
"""Inverse of the penalty, and how much heavier all relevant documents weigh than all others: the values ASReview found
best over the SYNERGY collections (its model `elas_u4`). With so strong a penalty hardly any judged text lies beyond the
margin, so that the squared hinge of its support-vector machine and least squares order texts alike."""
CLOSE, STEPS = 1e-4, 200
"""Rest of the equations, as a share of the right side, at which they count as solved, and most steps towards it."""
GROWTH = 0.005
"""Next batch as a share of what is read: one by one up to 400, then a few at a time, which no measure notices."""
MOST_COMMON = 0.95
"""Words in more than this share of the texts say nothing."""
Floats = NDArray[np.float64]
_WORDS = re.compile(r"\b\w\w+\b")


def matrix(texts: Sequence[str]) -> Any:
    """TF-IDF of words and pairs, a row a text: what scikit-learn's TfidfVectorizer gives, at a sixth of its time."""
    from scipy.sparse import csr_array

    known: dict[str, int] = {}
    found = [[known.setdefault(word, len(known)) for word in _WORDS.findall(text.lower())] for text in texts]
    sizes, n = [len(one) for one in found], len(texts)
    words, rows = np.array([word for one in found for word in one], np.int64), np.repeat(np.arange(n), sizes)
    beside = np.flatnonzero(rows[1:] == rows[:-1])
    pairs = (words[beside] + 1) * len(known) + words[beside + 1]
    features, places = np.unique(np.concatenate([words, pairs]), return_inverse=True)
    ones, rows = np.ones(len(places)), np.concatenate([rows, rows[beside]])
    made = csr_array((ones, (rows, places)), (n, max(len(features), 1)))
    made.sum_duplicates()
    held = np.bincount(made.indices, minlength=made.shape[1])
    rarity = np.where(held <= MOST_COMMON * n, np.log((1 + n) / (1 + held)) + 1, 0)
    made.data = (1 + np.log(made.data)) * rarity[made.indices]
    sizes = np.diff(made.indptr)
    lengths = np.sqrt(np.bincount(np.repeat(np.arange(n), sizes), made.data**2, n))
    made.data /= np.repeat(np.where(lengths > 0, lengths, 1), sizes)
    return made


def scores(rows: Any, judged: NDArray[np.int64], relevant: NDArray[np.bool_]) -> Floats:
    """How relevant each row looks, after training on the judged ones (of both kinds)."""
    known = rows[judged]
    found = _solved(lambda v: known @ (known.T @ v) + v.sum(), relevant, np.zeros(len(judged)))
    return np.asarray(rows @ (known.T @ found) + found.sum())


def _solved(product: Callable[[Floats], Floats], relevant: NDArray[np.bool_], begin: Floats) -> Floats:
    """What each judged text adds to the scores: (likeness + 1 / 2Cw) x = answers, by conjugate gradients from `begin`.

    `product` multiplies by the likenesses of judged texts; one is added to each of them for the constant.
    """
    n = relevant.sum()
    weight = np.where(relevant, 1.0, n / (RATIO * (len(relevant) - n)))
    damping = weight.sum() / (2 * STRENGTH * len(weight) * weight)
    answer = np.where(relevant, 1.0, -1.0)
    found = begin.copy()
    rest = answer - product(found) - damping * found
    eased = rest / (damping + 2)  # eased by the diagonal: a text's likeness to itself, and one for the constant
    way, fall = eased.copy(), rest @ eased
    for _ in range(STEPS):
        if rest @ rest <= CLOSE**2 * len(answer):
            break
        moved = product(way) + damping * way
        step = fall / (way @ moved)
        found += step * way
        rest -= step * moved
        eased = rest / (damping + 2)
        before, fall = fall, rest @ eased
        way = eased + fall / before * way
    return found


def replay(rows: Any, relevant: NDArray[np.bool_], first: Sequence[int]) -> NDArray[np.int64]:
    """The order in which a review would read a collection whose answers are known, the documents `first` before all.

    Until both kinds are read the order is that of the collection; then the learner's. For some thousands of texts:
    likenesses of all pairs are kept. On one processor: products this small only wait for a second one.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):
        return _replayed(rows, relevant, first)


def _replayed(rows: Any, relevant: NDArray[np.bool_], first: Sequence[int]) -> NDArray[np.int64]:
    alike = (rows @ rows.T).toarray().astype(np.float64) + 1
    total, order = len(relevant), list[int]()
    known, held = np.empty((total, total)), np.empty((total, total))  # of the judged, with the judged and with all
    left, found, begun = np.ones(total, bool), np.zeros(total), list(dict.fromkeys(first))
    while (n := len(order)) < total:
        said = relevant[order]
        if n < len(begun):
            chosen = begun[n : n + 1]
        elif 0 < said.sum() < n:
            found[:n] = _solved(known[:n, :n].dot, said, found[:n])
            looks = np.where(left, found[:n] @ held[:n], -np.inf)
            most = min(max(1, int(GROWTH * n)), total - n)
            chosen = np.argsort(-looks, kind="stable")[:most].tolist()
        else:
            chosen = [int(np.argmax(left))]
        order += chosen
        left[chosen], held[n : len(order)] = False, alike[chosen]
        known[n : len(order), : len(order)] = held[n : len(order), order]
        known[:n, n : len(order)] = known[n : len(order), :n].T
    return np.array(order, dtype=np.int64)


def read_for(order: NDArray[np.int64], relevant: NDArray[np.bool_], recall: float) -> int:
    """How many documents had been read when this share of the relevant ones was found."""
    found = np.cumsum(relevant[order])
    return int(np.searchsorted(found, np.ceil(recall * found[-1] - 1e-9))) + 1


def wss(order: NDArray[np.int64], relevant: NDArray[np.bool_], recall: float = 0.95) -> float:
    """Work saved over sampling: the share of documents not read at this recall, less what chance would save.

    References
    ----------
    Cohen, A. M. et al. (2006). Reducing workload in systematic review preparation. JAMIA 13, 206-219.
    """
    return 1 - read_for(order, relevant, recall) / len(order) - (1 - recall)


def begin(relevant: NDArray[np.bool_], seed: int) -> list[int]:
    """One relevant and one other document, drawn by the seed: where every simulated review starts."""
    random = np.random.default_rng(seed)
    return [int(random.choice(np.flatnonzero(relevant == kind))) for kind in (True, False)]
