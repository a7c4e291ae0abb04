"""Counts as bars: one a line, the number written at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.figures import style
from analysis.figures.figure import Figure, draw, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from analysis.matter import Matter


def counts(rows: pd.DataFrame, name: str, number: str, matter: Matter, title: str, n: int) -> Figure:
    """A bar for each row: `name` is the column of the words beside it, `number` of its length."""
    words = [short(word, 72) for word in rows[name]]

    def paint(canvas: Canvas) -> None:
        axes: Any = canvas.subplots()
        bars = axes.barh(range(len(rows)), rows[number], height=0.62, color="#1f5fa8")
        axes.bar_label(bars, [f"{value:,}" for value in rows[number]], padding=4, color=style.INK)
        axes.set_yticks(range(len(rows)), words)
        axes.invert_yaxis()
        axes.set_xlim(0, max(int(rows[number].max()) if len(rows) else 0, 1) * 1.1)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.tick_params(length=0)
        axes.grid(axis="x")

    said = "; ".join(f"{word} {value:,}" for word, value in zip(words, rows[number], strict=True))
    return draw(
        paint, (style.WIDTH, 0.8 + 0.32 * max(len(rows), 1)), matter, ("labels", "messages"), rows,
        title=title, unit=number, n=n, alt=f"Bars. {said or 'None'}.",
    )  # fmt: skip
