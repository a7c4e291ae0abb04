"""Where private messages may stand in official items, before anybody asks which message a passage belongs to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.records import joins
from analysis.records.corpus import Corpus
from analysis.records.tokens import Tokens

EXACT_SHARE = 0.8  # of the words, unbroken: the contract's line between a text and its paraphrase
WHOLE_WORDS = 10  # a message of fewer words must stand there whole
PARAPHRASE_SHARE = 0.35  # of the words, in order
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
    rows = pd.concat([rows[rows["exact"]].assign(weight=1.0), _near(short, long, rows)], ignore_index=True)
    rows["containment"] = rows["run"] / rows["n"]
    rows["similarity"] = rows["weight"].where(~rows["exact"], rows["containment"])
    return rows


def _near(short: Tokens, long: Tokens, rows: pd.DataFrame) -> pd.DataFrame:
    """The best line of each pair that has no exact one, with what lines close to it add."""
    pair = ["text", "item"]
    near = rows[~rows.groupby(pair)["exact"].transform("any")]
    near = near.sort_values([*pair, "same", "line"], ascending=[True, True, False, True])
    near = near[(near["line"] - near.groupby(pair)["line"].transform("first")).abs() <= joins.STRIDE]
    first = near.groupby(pair, as_index=False).agg(
        n=("n", "first"), line=("line", "first"), start=("start", "min"), end=("end", "max"), run=("run", "max"),
        same=("same", "first"), exact=("exact", "first"),
    )  # fmt: skip
    group = np.asarray(near.groupby(pair).ngroup(), dtype=np.int64)
    text, item, line = (near[name].to_numpy() for name in ("text", "item", "line"))
    first["weight"] = joins.weights(short, long, text, item, line, group)
    return first[(first["weight"] >= PARAPHRASE_SHARE) & (first["same"] >= MORE_WORDS)]
