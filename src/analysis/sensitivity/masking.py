"""The masked view of a text: personal data replaced by what it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

MASKED = ("personal", "contact", "special")
"""Schemes whose spans are hidden."""
SHORTEST = 4
"""Characters from which the same words elsewhere in the text are hidden too."""


def masked(text: str, labels: pd.DataFrame, where: str = "body") -> str:
    """A text with every span of personal data replaced by its kind in brackets: `[nhs number]`.

    Parameters
    ----------
    text
        Body, subject, file name or attachment text.
    labels
        Rows of the table `labels` for this message (or attachment); those of other places and schemes are passed over.
    where
        Which text this is.

    The same value elsewhere in the text is hidden too. Cannot hide what no recogniser found: a person reads the page
    before it is published.
    """
    if not text or labels.empty:
        return text
    parts, at = [], 0
    for start, end, kind in hidden(text, labels.to_dict("records"), where):
        parts += [text[at:start], kind]
        at = end
    return "".join([*parts, text[at:]])


def hidden(text: str, labels: Iterable[Mapping[Any, Any]], where: str = "body") -> list[tuple[int, int, str]]:
    """The parts of a text to hide, apart and in order: start, end, and what stands in their place."""
    spans = [
        (int(row["start"]), int(row["end"]), f"[{str(row['label']).replace('_', ' ')}]")
        for row in labels
        if row["scheme"] in MASKED and row["where"] == where and pd.notna(row["start"])
    ]
    spans = [span for span in spans if 0 <= span[0] < span[1] <= len(text)]
    made: list[tuple[int, int, str]] = []
    for start, end, kind in sorted([*spans, *_again(text, spans)], key=lambda span: (span[0], -span[1])):
        if made and start < made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]), made[-1][2])
        else:
            made.append((start, end, kind))
    return made


def _again(text: str, spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The same words where no recogniser saw them."""
    made = []
    for value, kind in {text[start:end]: kind for start, end, kind in spans}.items():
        at = -1
        while len(value) >= SHORTEST and (at := text.find(value, at + 1)) >= 0:
            made.append((at, at + len(value), kind))
    return made
