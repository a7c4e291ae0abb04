"""The masked view of a text: personal data replaced by what it is."""

from __future__ import annotations

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
    if not len(labels) or not text:
        return text
    rows = labels[labels["scheme"].isin(MASKED) & (labels["where"] == where) & labels["start"].notna()]
    spans = [
        (int(start), int(end), str(label))
        for start, end, label in zip(rows["start"], rows["end"], rows["label"], strict=True)
        if 0 <= start < end <= len(text)
    ]
    return _replaced(text, [*spans, *_again(text, spans)])


def _again(text: str, spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    made = []
    for value, label in {text[start:end]: label for start, end, label in spans}.items():
        at = -1
        while len(value) >= SHORTEST and (at := text.find(value, at + 1)) >= 0:
            made.append((at, at + len(value), label))
    return made


def _replaced(text: str, spans: list[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for start, end, label in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= at:
            parts += [text[at:start], f"[{label.replace('_', ' ')}]"]
        at = max(at, end)
    return "".join([*parts, text[at:]])
