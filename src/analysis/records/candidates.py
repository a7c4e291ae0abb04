"""Where private messages may stand in official items, before anybody asks which message a passage belongs to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.records import joins
from analysis.records.alignment import aligned
from analysis.records.corpus import Corpus
from analysis.records.tokens import Tokens

EXACT_SHARE = 0.8  # of the words, unbroken: the contract's line between a text and its paraphrase
WHOLE_WORDS = 10  # a message of fewer words must stand there whole
PROBABLE_SHARE = 0.6  # in order: a fifth of the words changed leaves 0.8 on average, and rarely less than this
PARAPHRASE_SHARE = 0.35  # in order, rare words counting for more
MORE_WORDS = 5  # words in common, at the least, of what is not exact: fewer are turns of phrase


def candidates(corpus: Corpus) -> pd.DataFrame:
    """Rows of `nearness` for the two sides of a matter, with `delay_s`, whenever either was sent."""
    rows = nearness(corpus.short, corpus.long)
    return rows.assign(delay_s=corpus.delays(rows["text"].to_numpy(), rows["item"].to_numpy()))


def nearness(short: Tokens, long: Tokens) -> pd.DataFrame:
    """A row is a place where a short text stands, or nearly stands, in a long one.

    `text`, `item` (numbers of the two), `n` (words of the message), `start`, `end` (words of the items), `line`
    (word of the items on which the message's first word would fall), `containment`, `similarity`, `exact`.
    """
    found = joins.found(short, long)
    sizes = short.sizes[found.text]
    exact = found.run >= np.where(sizes < WHOLE_WORDS, 1.0, EXACT_SHARE) * sizes
    sure = found.take(exact)
    rows = pd.concat([
        _rows(sure, short, sure.at, sure.at + sure.run, sure.run, exact=True), _near(short, long, found, exact),
    ], ignore_index=True)  # fmt: skip
    return rows.assign(containment=rows["run"] / rows["n"], similarity=rows["same"] / rows["n"])


def _rows(found: joins.Found, short: Tokens, start: Any, end: Any, same: Any, *, exact: bool) -> pd.DataFrame:
    return pd.DataFrame({
        "text": found.text, "item": found.item, "n": short.sizes[found.text], "line": found.line, "start": start,
        "end": end, "run": found.run, "same": same, "exact": exact,
    })  # fmt: skip


def _near(short: Tokens, long: Tokens, found: joins.Found, exact: NDArray[np.bool_]) -> pd.DataFrame:
    """Places of pairs without an exact one: lines close to each other, with the words that stand there in order."""
    pair = np.cumsum(found.changes())
    near = found.take(np.bincount(pair, exact, len(pair) + 1)[pair] == 0)
    places = near.places()
    seen = aligned(short, long, places, MORE_WORDS)
    kept = (seen.share >= PARAPHRASE_SHARE) & (seen.same >= MORE_WORDS)
    return _rows(places.take(kept), short, seen.start[kept], seen.end[kept], seen.same[kept], exact=False)
