"""Bars: accounts declared and found; messages that one holder lacks and another still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.figures import style
from analysis.figures.figure import Figure, draw, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from analysis.matter import Matter

WORDS = {
    "n_unexplained": "no explanation in the evidence",
    "n_deleted": "deleted, tombstone seen",
    "n_timer": "disappearing timer",
}


def census(counts: pd.DataFrame, matter: Matter) -> Figure:
    """For each channel: accounts declared and observed, undeclared, declared but never observed."""
    both = counts.declared - counts.unused
    parts = {
        "declared and observed": (both, "#1f5fa8", ""),
        "observed, not declared": (counts.undeclared, "#c2410c", ""),
        "declared, never observed": (counts.unused, "#c9d1d9", "///"),
    }

    def paint(canvas: Canvas) -> None:
        axes: Any = canvas.subplots()
        left = np.zeros(len(counts))
        for word, (values, colour, hatch) in parts.items():
            look: dict[str, Any] = {"color": colour, "hatch": hatch, "edgecolor": style.PAPER, "label": word}
            bars = axes.barh(counts.channel, values, left=left, **look)
            ink = style.INK if hatch else style.PAPER
            shown = [f"{value}" if value else "" for value in values]
            axes.bar_label(bars, shown, label_type="center", color=ink, fontweight="bold")
            left += values.to_numpy()
        axes.invert_yaxis()
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.tick_params(length=0)
        axes.grid(axis="x")
        canvas.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=3, fontsize=8)

    words = [
        f"{row.channel}: {row.observed} observed, {row.undeclared} of them undeclared, {row.unused} declared but unseen"
        for row in counts.itertuples()
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
        axes: Any = canvas.subplots()
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
        axes.tick_params(length=0)
        axes.grid(axis="x")
        if len(rows):
            canvas.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=3, fontsize=8)

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
        n=int(rows.expected.sum()),
        alt=f"Bars. {'; '.join(words) or 'Nobody lacks a message that another holds'}.",
    )
