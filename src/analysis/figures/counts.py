"""Counts as bars: one a line, the number written at its end."""

from __future__ import annotations

import pandas as pd

from analysis.figures import style
from analysis.figures.figure import Canvas, Figure, draw, ruled, short
from analysis.matter import Matter


def counts(rows: pd.DataFrame, name: str, number: str, matter: Matter, title: str, n: int) -> Figure:
    """A bar for each row: `name` is the column of the words beside it, `number` of its length."""
    words = [short(word, 72) for word in rows[name]]

    def paint(canvas: Canvas) -> None:
        axes = canvas.subplots()
        bars = axes.barh(range(len(rows)), rows[number], height=0.62, color=style.BLUE)
        axes.bar_label(bars, [f"{value:,}" for value in rows[number]], padding=4, color=style.INK)
        axes.set_yticks(range(len(rows)), words)
        axes.invert_yaxis()
        axes.set_xlim(0, max(int(rows[number].max()) if len(rows) else 0, 1) * 1.1)
        axes.xaxis.get_major_locator().set_params(integer=True)
        ruled(axes)

    said = "; ".join(f"{word} {value:,}" for word, value in zip(words, rows[number], strict=True))
    return draw(
        paint, (style.WIDTH, 0.8 + 0.32 * max(len(rows), 1)), matter, ("labels", "messages"), rows,
        title=title, unit=number, n=n, alt=f"Bars. {said or 'None'}.",
    )  # fmt: skip
