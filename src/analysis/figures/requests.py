"""Requests: where the messages that answer each of them are, and how many working days each took."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.figures import style
from analysis.figures.bars import stacked
from analysis.figures.figure import Canvas, Figure, draw, legend, ruled, short
from analysis.matter import Matter
from analysis.resolve.rows import each

WHERE = {
    "n_official": ("official systems", style.BLUE, ""),
    "n_captured": ("private, copied to official systems", style.MILD, "///"),
    "n_missed": ("private only", style.RED, ""),
}


def answers(rows: pd.DataFrame, matter: Matter) -> Figure:
    """For each request the messages that answer it, by where they are held."""

    def paint(canvas: Canvas) -> None:
        axes = canvas.subplots()
        stacked(axes, rows, [short(ref, 28) for ref in rows.ref], WHERE)
        axes.set_xlabel("messages that answer the request")
        axes.xaxis.get_major_locator().set_params(integer=True)
        if len(rows):
            legend(canvas, axes)

    words = [f"{row.ref}: {row.n_missed} of {row.n_found} private only" for row in each(rows)]
    return draw(
        paint,
        (style.WIDTH, 1.3 + 0.34 * max(len(rows), 1)),
        matter,
        ("registers/requests.csv", "messages", "captures"),
        rows,
        title="Messages that answer each request, by where they are held",
        unit="messages",
        n=int(rows.n_found.sum()),
        alt=f"Stacked bars. {'; '.join(words) or 'No requests'}.",
    )


def days(rows: pd.DataFrame, matter: Matter) -> Figure:
    """Working days each request took, beside the day it fell due."""
    known = rows.dropna(subset="days")

    def paint(canvas: Canvas) -> None:
        axes = canvas.subplots()
        places = np.arange(len(known))
        late = ~known.in_time.astype(bool).to_numpy()
        colours = np.where(late, style.RED, style.BLUE)
        bars = axes.barh(places, known.days.astype(float), height=0.6, color=colours)
        words = [f"{n}{' late' if over else ''}" for n, over in zip(known.days, late, strict=True)]
        axes.bar_label(bars, words, padding=3, fontsize=8)
        axes.margins(x=0.1)
        axes.vlines(known.limit.astype(float), places - 0.42, places + 0.42, color=style.INK, linewidth=1.4)
        axes.set_yticks(places, [short(ref, 28) for ref in known.ref])
        axes.invert_yaxis()
        axes.set_xlabel("working days from receipt; the upright line is the limit before any extension")
        ruled(axes)

    words = [f"{row.ref} {row.days} working days of {row.limit}" for row in each(known)]
    return draw(
        paint,
        (style.WIDTH, 1.1 + 0.3 * max(len(known), 1)),
        matter,
        ("registers/requests.csv",),
        known,
        title="Working days to answer",
        unit="working days of requests with both dates; n counts all requests",
        n=len(rows),
        alt=f"Bars. {'; '.join(words) or 'No request with both dates'}.",
    )
