"""Estimates as points on lines: a measure a line, its interval, its value beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.figures import style
from analysis.figures.figure import Canvas, Figure, draw, ruled, short
from analysis.matter import Matter


def estimates(rows: pd.DataFrame, matter: Matter, title: str, n: int) -> Figure:
    """One line a row of `rows` (`measure`, `value`, `low`, `high`, shares); those without a value are left out."""
    rows = rows[rows["value"].notna()].iloc[::-1]

    def paint(canvas: Canvas) -> None:
        axes = canvas.subplots()
        places = np.arange(len(rows))
        axes.hlines(places, rows["low"] * 100, rows["high"] * 100, color=style.SOFT, linewidth=2.5)
        axes.plot(rows["value"] * 100, places, "o", color=style.CHANNELS["email"], markersize=7)
        for place, row in enumerate(rows.itertuples()):
            axes.annotate(_said(row), (103, place), va="center", annotation_clip=False)
        axes.set_yticks(places, [short(one, 40) for one in rows["measure"]])
        axes.set_xlim(0, 100)
        axes.set_ylim(-0.6, max(len(rows), 1) - 0.4)
        axes.set_xlabel("%")
        ruled(axes)

    words = "; ".join(f"{row.measure} {_said(row)}" for row in rows[::-1].itertuples())
    return draw(
        paint, (style.WIDTH, 1.0 + 0.38 * max(len(rows), 1)), matter, ("judgements", "labels"), rows,
        title=title, unit="% of messages, with interval", n=n, alt=f"Points on lines. {words or 'No estimate'}.",
    )  # fmt: skip


def _said(row: Any) -> str:
    return f"{row.value:.1%} ({row.low:.1%} to {row.high:.1%})"
