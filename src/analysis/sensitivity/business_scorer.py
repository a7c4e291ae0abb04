"""Sums of weights over the features of many texts: a compiled loop where numba is there, else numpy over the words.

Both give the same margins to the last bits of a float. A word is hashed once however often it stands in the texts; the
loop reads the bytes of Arrow's text column in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.sensitivity.business_tokens import FOLD, WIDTH, classes, encoded, pairs, parts, places, tokens
from analysis.sensitivity.texts import column

MANY = 20_000
"""Texts from which loading the compiled loop (about a second, five when it is first compiled) is repaid."""
BLOCK = 20_000
"""Texts whose words are held in memory at a time by the plain way."""
Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


class Words(NamedTuple):
    """The words of some texts: `known` in the order met, `ids` into them text after text, `rows` which text each is of.

    `own` are the places of the features of each known word, one after the other, `sizes` how many; `pair_rows` and
    `pair_places` are the pairs.
    """

    ids: Whole
    rows: Whole
    own: Whole
    sizes: Whole
    pair_rows: Whole
    pair_places: Whole


def read(texts: Sequence[str]) -> Words:
    """The words of texts and the places of their features."""
    known: dict[bytes, int] = {}
    ids, counts = list[int](), list[int]()
    for text in texts:
        found = tokens(encoded(text))
        counts.append(len(found))
        ids += [known.setdefault(word, len(known)) for word in found]
    numbers = [parts(word) for word in known]
    own = places(np.array([number for one in numbers for number in one], np.uint64)).astype(np.int64)
    firsts = np.array([one[0] for one in numbers], np.uint64)
    words, rows = np.array(ids, np.int64), np.repeat(np.arange(len(texts)), counts)
    beside = np.flatnonzero(rows[1:] == rows[:-1])
    paired = places(pairs(firsts[words[beside]], firsts[words[beside + 1]])).astype(np.int64)
    return Words(words, rows, own, np.array([len(one) for one in numbers], np.int64), rows[beside], paired)


def counted(texts: Sequence[str]) -> Any:
    """A sparse matrix, a row a text: how often each hashed feature stands in it, over the root of all its features.

    The root keeps long texts from shouting.
    """
    from scipy.sparse import csr_array, diags_array

    found, ones = read(texts), np.ones
    n, vocabulary = len(texts), len(found.sizes)
    features = csr_array(
        (ones(len(found.own)), found.own, np.concatenate([[0], np.cumsum(found.sizes)])), (vocabulary, WIDTH)
    )
    counts = csr_array((ones(len(found.ids)), (found.rows, found.ids)), (n, vocabulary)) @ features
    counts = counts + csr_array((ones(len(found.pair_rows)), (found.pair_rows, found.pair_places)), (n, WIDTH))
    totals = np.asarray(counts.sum(axis=1)).ravel()
    made = (diags_array(1 / np.sqrt(np.maximum(totals, 1))) @ counts).tocsr()
    made.indices, made.indptr = made.indices.astype(np.int32), made.indptr.astype(np.int32)  # liblinear knows no others
    return made


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
        return np.concatenate([_summed(texts[at : at + BLOCK], weights) for at in range(0, len(texts), BLOCK)])
    held = column(texts)
    _, offsets, data = held.buffers()
    ends = np.frombuffer(offsets, np.int64)[held.offset : held.offset + len(held) + 1]
    body = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
    found: Floats = sums(body, ends, weights, np.frombuffer(FOLD, np.uint8), *_listed())
    return found


def _summed(texts: Sequence[str], weights: NDArray[np.float32]) -> Floats:
    """The margins of a block of texts, word by word."""
    found, n = read(texts), len(texts)
    starts = np.concatenate([[0], np.cumsum(weights[found.own], dtype=np.float64)])
    ends = np.cumsum(found.sizes)
    own = starts[ends] - starts[ends - found.sizes]
    total = np.bincount(found.rows, own[found.ids], n) + np.bincount(found.pair_rows, weights[found.pair_places], n)
    number = np.bincount(found.rows, found.sizes[found.ids], n) + np.bincount(found.pair_rows, minlength=n)
    return np.asarray(total / np.sqrt(np.maximum(number, 1)))


@cache
def _listed() -> tuple[NDArray[np.uint64], Whole]:
    """The numbers of the listed words in order, and the place of the class of each."""
    numbers = {parts(word)[0]: parts(word)[-1] for word in classes()}
    keys = np.array(sorted(numbers), np.uint64)
    return keys, places(np.array([numbers[int(key)] for key in keys], np.uint64)).astype(np.int64)
