"""Full-text search of messages: SQLite's FTS5, English stems, ranked by BM25; the same texts give the same ranks.

References
----------
Robertson, S., Zaragoza, H. (2009). The Probabilistic Relevance Framework: BM25 and Beyond.
Porter, M. F. (1980). An algorithm for suffix stripping.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing

import pandas as pd

FIELDS = ("subject", "body", "attached")


class Index:
    """An index in memory over the columns `FIELDS` of a frame; a row is known by its position."""

    def __init__(self, texts: pd.DataFrame) -> None:
        self.size = len(texts)
        self._rows = sqlite3.connect(":memory:")
        self._rows.execute(
            "CREATE VIRTUAL TABLE texts USING fts5(subject, body, attached, content='', "
            "tokenize='porter unicode61 remove_diacritics 2')"
        )
        values = zip(*(texts[field].fillna("") for field in FIELDS), strict=True)
        self._rows.executemany(
            "INSERT INTO texts(rowid, subject, body, attached) VALUES (?, ?, ?, ?)",
            ((place, *row) for place, row in enumerate(values)),
        )

    def places(self, phrase: str) -> set[int]:
        """Rows in which the words of a phrase stand side by side, in any form of the same stems."""
        return set(self._ranked(_quoted(phrase))) if re.search(r"\w", phrase) else set()

    def ranks(self, phrases: Sequence[str]) -> dict[int, float]:
        """Row -> BM25 score over all phrases, higher is better, six decimals."""
        wanted = " OR ".join(_quoted(phrase) for phrase in phrases if re.search(r"\w", phrase))
        return self._ranked(wanted) if wanted else {}

    def weight(self, word: str) -> float:
        """How much a word says: its inverse document frequency, ln(1 + (N - n + 0.5) / (n + 0.5))."""
        n = len(self.places(word))
        return math.log(1 + (self.size - n + 0.5) / (n + 0.5))

    def weighed(self, words: Sequence[str], share: float) -> set[int]:
        """Rows that hold words worth at least `share` of the weight of all of them."""
        held: dict[int, float] = {}
        weights = {word: self.weight(word) for word in words}
        for word, weight in weights.items():
            for place in self.places(word):
                held[place] = held.get(place, 0.0) + weight
        enough = share * sum(weights.values()) - 1e-9
        return {place for place, weight in held.items() if weight >= enough}

    def _ranked(self, match: str) -> dict[int, float]:
        with closing(self._rows.execute("SELECT rowid, -bm25(texts) FROM texts WHERE texts MATCH ?", (match,))) as rows:
            return {place: round(score, 6) for place, score in rows}


def _quoted(phrase: str) -> str:
    return '"' + phrase.replace('"', '""').replace("\0", " ") + '"'
