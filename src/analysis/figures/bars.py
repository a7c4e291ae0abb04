"""Bars: accounts declared and found; messages that one holder lacks and another still holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.figures import style
from analysis.figures.figure import Canvas, Figure, draw, legend, ruled, short
from analysis.matter import Matter
from analysis.tables import channel_name

CENSUS = {
    "both": ("declared and observed", style.BLUE, ""),
    "undeclared": ("observed, not declared", style.RED, ""),
    "unused": ("declared, never observed", style.PALE, "///"),
}
WORDS = {
    "n_unexplained": "no explanation in the evidence",
    "n_deleted": "deleted, tombstone seen",
    "n_timer": "disappearing timer",
}


def stacked(axes: Any, rows: pd.DataFrame, names: Sequence[str], parts: Mapping[str, tuple[str, str, str]]) -> None:
    """Bars of several columns end to end, the number in each: column -> word, colour, hatch."""
    places, left = np.arange(len(rows)), np.zeros(len(rows))
    for column, (word, colour, hatch) in parts.items():
        bars = axes.barh(places, rows[column], 0.66, left, color=colour, hatch=hatch, edgecolor=style.PAPER, label=word)
        back = {"facecolor": colour, "edgecolor": "none", "pad": 0.6} if hatch else None
        shown = [f"{n}" if n else "" for n in rows[column]]
        look = {"color": style.INK if hatch else style.PAPER, "fontsize": 8, "bbox": back}
        axes.bar_label(bars, shown, label_type="center", **look)
        left += rows[column].to_numpy(dtype=float)
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    ruled(axes)


def census(counts: pd.DataFrame, matter: Matter) -> Figure:
    """For each channel: accounts declared and observed, undeclared, declared but never observed."""
    rows = counts.assign(both=counts.declared - counts.unused)
    names = list(map(channel_name, counts.channel))

    def paint(canvas: Canvas) -> None:
        axes = canvas.subplots()
        stacked(axes, rows, names, CENSUS)
        axes.xaxis.get_major_locator().set_params(integer=True)
        legend(canvas, axes)

    words = [
        f"{name}: {row.observed} observed, {row.undeclared} of them undeclared, {row.unused} declared but unseen"
        for name, row in zip(names, counts.itertuples(), strict=True)
    ]
    return draw(
        paint,
        (style.WIDTH, 1.1 + 0.45 * max(len(counts), 1)),
        matter,
        ("accounts",),
        counts,
        unit="private accounts of custodians",
        title="Private accounts, declared and found",
        n=int((counts.observed + counts.unused).sum()),
        alt=f"Stacked bars. {'; '.join(words) or 'No accounts'}.",
    )


def loss(lost: pd.DataFrame, names: dict[str, str], matter: Matter) -> Figure:
    """Share of the messages that others hold and a custodian lacks, by explanation, with interval."""
    rows = lost[lost.lost > 0].sort_values(["share", "custodian_id"], ascending=[True, False])
    shown = [short(names.get(custodian, custodian)) for custodian in rows.custodian_id]

    def paint(canvas: Canvas) -> None:
        axes = canvas.subplots()
        places, left = np.arange(len(rows)), np.zeros(len(rows))
        for column, (colour, hatch) in style.PARTS.items():
            width = (rows[column] / rows.expected * 100).to_numpy()
            look: dict[str, Any] = {"color": colour, "hatch": hatch, "edgecolor": style.PAPER, "label": WORDS[column]}
            axes.barh(places, width, left=left, height=0.62, **look)
            left += width
        axes.hlines(places, rows.low * 100, rows.high * 100, color=style.INK, linewidth=1.1)
        axes.set_yticks(
            places, [f"{name}  {n:,} of {of:,}" for name, n, of in zip(shown, rows.lost, rows.expected, strict=True)]
        )
        axes.set_xlabel("% of the messages that other custodians hold and this one received")
        ruled(axes)
        if len(rows):
            legend(canvas, axes)

    words = [
        f"{name} lacks {row.lost:,} of {row.expected:,}"
        for name, row in zip(shown[::-1], rows[::-1].itertuples(), strict=True)
    ]
    return draw(
        paint,
        (style.WIDTH, 1.3 + 0.27 * max(len(rows), 1)),
        matter,
        ("messages", "copies", "absences"),
        rows,
        title="Messages that a custodian lacks and another still holds; lines are intervals over threads",
        unit="% of messages",
        n=int(lost.expected.sum()),
        alt=f"Bars. {'; '.join(words) or 'Nobody lacks a message that another holds'}.",
    )
