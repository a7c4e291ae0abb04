"""A text with its labels: each span under an anchor that a link can open; personal data hidden where asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from analysis.markup import Markup, join, tag
from analysis.sensitivity.masking import hidden

SHOWN = ("marking", "personal", "special", "contact", "privilege", "theme", "exemption")
"""Schemes drawn, those in front first where spans overlap."""


AROUND = 80
"""Characters shown before and after a label in a text that is not shown whole."""


def spanned(text: str, labels: Iterable[Mapping[str, Any]], where: str = "body", masked: bool = False) -> Markup:
    """The text as markup: `<mark id="l-...">` around each label's span; with `masked`, kinds in place of secrets."""
    rows = [row for row in labels if row["where"] == where and row["start"] is not None and row["scheme"] in SHOWN]
    if not rows:
        return join(text)
    if masked:
        return _masked(text, rows, where)
    parts: list[object] = []
    at = 0
    for row in sorted(rows, key=lambda one: (one["start"], SHOWN.index(one["scheme"]), -one["end"])):
        start, end = max(int(row["start"]), at), min(int(row["end"]), len(text))
        parts.append(text[at:start])
        parts.append(_mark(row, text[start:end]) if start < end else tag("a", id=_anchor(row)))
        at = max(at, start, end)
    return join(parts, text[at:])


def excerpts(text: str, labels: Iterable[Mapping[str, Any]], where: str, masked: bool = False) -> list[Markup]:
    """The stretches of a long text around its labels, each as `spanned` gives it; stretches that meet are one."""
    rows = sorted((row for row in labels if row["start"] is not None), key=lambda row: (row["start"], row["end"]))
    ends: list[list[int]] = []
    for row in rows:
        low, high = max(int(row["start"]) - AROUND, 0), int(row["end"]) + AROUND
        if ends and low <= ends[-1][1]:
            ends[-1][1] = max(ends[-1][1], high)
        else:
            ends.append([low, high])
    return [
        spanned(text[low:high], [{**row, "start": row["start"] - low, "end": row["end"] - low} for row in rows
                                 if low <= row["start"] < high], where, masked)
        for low, high in ends
    ]  # fmt: skip


def _masked(text: str, rows: list[Mapping[str, Any]], where: str) -> Markup:
    parts: list[object] = []
    at = 0
    for start, end, kind in hidden(text, rows, where):
        parts += [text[at:start], tag("mark", kind, class_="masked")]
        at = end
    return join(parts, text[at:])


def _anchor(row: Mapping[str, Any]) -> str:
    return f"l-{row['label_id']}"


def _mark(row: Mapping[str, Any], words: str) -> Markup:
    title = f"{row['scheme']}: {str(row['label']).replace('_', ' ')}, by {row['method']}"
    score = "" if row["score"] is None else f", score {row['score']:.2f}"
    return tag("mark", words, id=_anchor(row), class_=row["scheme"], title=title + score)
