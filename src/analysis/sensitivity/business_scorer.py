"""Sums of weights over the features of many texts: a compiled loop where numba is there, else scikit-learn's hasher.

Both give the same margins to the last bits of a float; the loop hashes the bytes of Arrow's text column in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.sensitivity.business_tokens import FOLD, WIDTH, classes, features

MANY = 20_000
"""Texts from which loading the compiled loop (about a second, five when it is first compiled) is repaid."""
Floats = NDArray[np.float64]
SLOTS = 1 << 14
"""Room for the listed words, several times their number."""


def counted(texts: Sequence[str]) -> Any:
    """A sparse matrix, a row a text: how often each hashed feature stands in it, over the root of all its features.

    The root keeps long texts from shouting.
    """
    from scipy.sparse import diags_array
    from sklearn.feature_extraction.text import HashingVectorizer

    maker = HashingVectorizer(analyzer=features, n_features=WIDTH, alternate_sign=False, norm=None)
    counts = maker.transform(texts)
    totals = np.asarray(counts.sum(axis=1)).ravel()
    return (diags_array(1 / np.sqrt(np.maximum(totals, 1))) @ counts).tocsr()


def margins(texts: Sequence[str], weights: NDArray[np.float32], plain: bool | None = None) -> Floats:
    """The margin of each text, without a constant; 0 for a text without features.

    `plain` says which way; else many texts take the compiled loop, if numba is installed.
    """
    if plain is None:
        plain = len(texts) < MANY
    try:
        from analysis.sensitivity.business_compiled import sums
    except ImportError:
        plain = True
    if not texts:
        return np.zeros(0)
    if plain:
        return np.asarray(counted(texts) @ weights.astype(float))
    import pyarrow as pa

    column = pa.array(texts, pa.large_string())
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    body = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
    found: Floats = sums(body, ends, weights, np.frombuffer(FOLD, np.uint8), *_listed())
    return found


@cache
def _listed() -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Hashes of the listed words in open addressing, and the feature index of the class of each."""
    from sklearn.utils import murmurhash3_32

    keys, places = np.zeros(SLOTS, np.uint32), np.zeros(SLOTS, np.int64)
    for word, name in classes().items():
        key = murmurhash3_32(b"w" + word, seed=0, positive=True)
        slot = key & (SLOTS - 1)
        while keys[slot]:
            slot = (slot + 1) & (SLOTS - 1)
        keys[slot], places[slot] = key, abs(murmurhash3_32(b"l" + name, seed=0)) % WIDTH
    return keys, places
