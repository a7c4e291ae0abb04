"""Messages with the words that speak loudest in a model, personal data masked."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.figures.table import Table, table
from analysis.markup import Markup, join, tag
from analysis.sensitivity.masking import hidden

LONGEST = 400
"""Characters shown of a message; the conversation holds the rest."""


def words(rows: pd.DataFrame, pieces: pd.DataFrame, caption: str) -> Table:
    """One line a row of `rows` (`message_id`, `margin`, `text`, `spans`, `opens`); words for business stand out, words
    against it are struck through.

    `pieces` are the labels whose spans are masked (`relations.personal_data`); a word within one is not shown.
    """  # noqa: D205
    shown_of = pieces[pieces["message_id"].isin(rows["message_id"])]
    held = {key: part.to_dict("records") for key, part in shown_of.groupby("message_id")}
    columns = (rows[name].tolist() for name in ("message_id", "text", "spans"))
    texts = [_marked(text, spans, held.get(key, [])) for key, text, spans in zip(*columns, strict=True)]
    said = [f"{margin:+.1f}" for margin in rows["margin"]]
    shown = pd.DataFrame({"margin": said, "message": pd.Series(texts, dtype=object), "opens": rows["opens"].tolist()})
    return table(shown, caption, links={"margin": "opens"})


def _marked(text: str, spans: list[tuple[int, int, float]], labels: list[dict[Any, Any]]) -> Markup:
    masks = [(start, end, tag("em", kind)) for start, end, kind in hidden(text, labels)]
    free = [one for one in spans if all(one[1] <= start or end <= one[0] for start, end, _ in masks)]
    said = [(start, end, _word(text[start:end], weight)) for start, end, weight in free]
    parts: list[object] = []
    at = 0
    for start, end, inside in sorted([*masks, *said], key=lambda one: one[:2]):
        if start >= LONGEST:
            break
        parts += [text[at:start], inside]
        at = end
    rest = text[at : max(at, LONGEST)]
    return join(parts, rest, "…" if len(text) > max(at, LONGEST) else "")


def _word(word: str, weight: float) -> Markup:
    return tag("b" if weight > 0 else "s", word, title=f"{weight:+.2f}")
