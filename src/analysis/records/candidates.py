"""Where private messages may stand in official items, before anybody asks which message a passage belongs to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.records import joins
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
    rows = pd.DataFrame({
        "text": found.text, "item": found.item, "n": sizes, "line": found.at - found.skipped,
        "start": np.where(exact, found.at, found.low), "end": np.where(exact, found.at + found.run, found.high),
        "run": found.run, "same": np.where(exact, found.run, found.same), "exact": exact,
    })  # fmt: skip
    rows = pd.concat([rows[rows["exact"]], _near(short, long, rows)], ignore_index=True)
    return rows.assign(containment=rows["run"] / rows["n"], similarity=rows["same"] / rows["n"])


def _near(short: Tokens, long: Tokens, rows: pd.DataFrame) -> pd.DataFrame:
    """Places of pairs without an exact one: lines close to each other, with the words that stand there in order."""
    near = rows[~rows.groupby(["text", "item"])["exact"].transform("any")].sort_values(["text", "item", "line"])
    place = (near[["text", "item"]].diff().ne(0).any(axis=1) | (near["line"].diff() > joins.STRIDE)).cumsum()
    first = near.groupby(place.to_numpy()).agg(
        text=("text", "first"), item=("item", "first"), n=("n", "first"), line=("line", "first"), low=("line", "min"),
        high=("line", "max"), run=("run", "max"), exact=("exact", "first"),
    )  # fmt: skip
    first["same"], first["weight"], first["start"], first["end"] = joins.aligned(short, long, first, MORE_WORDS)
    return first[(first["weight"] >= PARAPHRASE_SHARE) & (first["same"] >= MORE_WORDS)]
