"""What reading in order of relevance gains: recall against messages read, and where rules would have stopped."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.figures import style
from analysis.figures.figure import Canvas, Figure, draw
from analysis.matter import Matter

SHAPES = ("o", "s", "^", "D")
NONE = "Cannot tell: too few messages are coded to replay a review."


def effort(rows: pd.DataFrame, stops: pd.DataFrame, goal: float, matter: Matter, n: int) -> Figure:
    """The median replay with its band, chance and the best order beside it, and a point for each rule that stopped.

    `rows`, `stops`: `replays.curves`, `replays.stops`; `goal`: the recall sought; `n`: messages replayed.
    """
    ended = stops[stops["stopped"] > 0]
    points = list(zip(ended["read"], ended["recall"], map(_said, ended.itertuples()), strict=True))

    def paint(canvas: Canvas) -> None:
        axes = canvas.subplots()
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 103)
        axes.set_xlabel("% of the coded messages read")
        axes.set_ylabel("% of business found")
        axes.grid()
        if rows.empty:
            axes.annotate(NONE, (50, 50), ha="center", color=style.SOFT)
            return
        read = rows["read"] * 100
        axes.fill_between(read, rows["low"] * 100, rows["high"] * 100, color=style.BLUE, alpha=0.2, linewidth=0)
        axes.plot(read, rows["median"] * 100, color=style.BLUE, label="in order of relevance, median and nine tenths")
        axes.plot(read, rows["best"] * 100, ":", color=style.SOFT, label="the best order there is")
        axes.plot([0, 100], [0, 100], "--", color=style.SOFT, label="in random order")
        axes.axhline(goal * 100, color=style.LINE, linewidth=1.5, zorder=1)
        for shape, (read_share, recall, said) in zip(SHAPES, points, strict=False):
            axes.plot(read_share * 100, recall * 100, shape, color=style.RED, markersize=8, label=said)
        axes.legend(loc="lower right")

    words = "; ".join(said for _, _, said in points)
    middle = rows.iloc[len(rows) // 2] if len(rows) else None
    told = NONE if middle is None else f"Half read, {middle['median']:.0%} of the business messages are found"
    return draw(
        paint, (style.WIDTH, 4.2), matter, ("judgements", "messages"), rows,
        title="Share of the business messages found, by messages read; the level line is the recall sought",
        unit="% of coded messages", n=n, alt=f"Rising curves. {told}. Rules: {words or 'none stopped'}.",
    )  # fmt: skip


def _said(stop: Any) -> str:
    held = f"{stop.held:.0%} of trials reached it" + (f", {stop.promised:.0%} promised" if stop.promised > 0 else "")
    return f"{stop.rule} rule: {stop.read:.0%} read, {stop.recall:.0%} found; {held}"
