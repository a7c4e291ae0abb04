"""Lines through time: how much of what was sent has reached the record, and how sending divided between two sides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.figures import style
from analysis.figures.figure import Canvas, Figure, draw, month_ticks, short
from analysis.matter import Matter

MARKS = ((1 / 24, "1 hour"), (1, "1 day"), (7, "1 week"), (28, "4 weeks"), (91, "3 months"), (365, "1 year"))


def captured(exact: pd.DataFrame, likely: pd.DataFrame, n: int, matter: Matter) -> Figure:
    """Share of official-business messages that an official item holds, by days since sending (logarithmic)."""

    def paint(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for rows, colour, dash, word in (
            (exact, style.BLUE, "-", "word for word"),
            (likely, style.SOFT, "--", "and nearly (upper bound)"),
        ):
            days = np.concatenate([[1 / 96], rows.days.clip(lower=1 / 96)])
            axes.step(days, np.concatenate([[0], rows.share * 100]), dash, where="post", color=colour, label=word)
        if len(exact):
            since, low, high = exact.days.clip(lower=1 / 96), exact.low * 100, exact.high * 100
            axes.fill_between(since, low, high, step="post", color=style.BLUE, alpha=0.15)
        axes.set_xscale("log")
        axes.set_xlim(1 / 96, 400)
        axes.set_xticks([day for day, _ in MARKS], [word for _, word in MARKS])
        axes.minorticks_off()
        axes.set_ylim(0, 100)
        axes.set_ylabel("% captured")
        axes.set_xlabel("time since the message was sent (logarithmic)")
        axes.grid()
        axes.legend(loc="upper left")

    return draw(
        paint,
        (style.WIDTH, 3.6),
        matter,
        ("messages", "captures", "labels"),
        exact,
        title="Official business on private channels that an official item holds, by time since sending",
        unit="% of messages, those followed for a short time allowed for (Kaplan-Meier); the band takes messages as "
        "independent and is too narrow by that",
        n=n,
        alt=f"Step curve on a scale from 0 to 100%: of {n:,} messages an estimated "
        f"{exact.share.sum() and exact.share.max():.1%} stand in an official item in the end, those "
        "followed for a short time allowed for.",
    )


def weekly(rows: pd.DataFrame, dates: pd.DataFrame, matter: Matter) -> Figure:
    """Messages custodians sent each week on private and on official channels, with the dates of the timeline."""
    look = {"n_private": (style.RED, "private"), "n_official": (style.BLUE, "official")}
    shown = (
        dates[pd.to_datetime(dates["on"]).between(rows.week_on.min(), rows.week_on.max())] if len(rows) else dates[:0]
    )

    def paint(canvas: Canvas) -> None:
        both = canvas.subplots(2, 1, sharex=True, height_ratios=(2, 1))
        for column, (colour, word) in look.items():
            both[0].step(rows.week_on, rows[column], where="post", color=colour, label=word)
        both[1].step(rows.week_on, rows.share * 100, where="post", color=style.INK)
        both[0].set_ylabel("messages a week")
        both[1].set_ylabel("% private")
        both[1].set_ylim(0, 100)
        _dated(canvas, both, shown)
        if len(rows):
            both[0].legend(loc="upper left", ncols=2)
            month_ticks(both[1])

    total = int(rows.n_private.sum()), int(rows.n_official.sum())
    return draw(
        paint,
        (style.WIDTH, 3.8 + 0.17 * len(shown)),
        matter,
        ("messages", "recipients", "accounts"),
        rows,
        title="Messages that custodians sent each week, by side; numbered lines are dates of the timeline",
        unit="messages",
        n=sum(total),
        alt=f"Two lines by week: {total[0]:,} messages on private channels, {total[1]:,} official; below: the "
        f"private share.",
    )


def _dated(canvas: Canvas, both: Any, shown: pd.DataFrame) -> None:
    """Numbered lines at the dates, and below what they are."""
    for axes in both:
        axes.grid(axis="y")
        for on in pd.to_datetime(shown["on"]):
            axes.axvline(on, color=style.SOFT, linewidth=0.8, linestyle=":")
    look: Any = {"xycoords": ("data", "axes fraction"), "fontsize": 8, "va": "bottom", "ha": "center"}
    for number, on in enumerate(pd.to_datetime(shown["on"]), 1):
        both[0].annotate(f"{number}", (on, 1), **look)
    words = [f"{number} {on} {short(what, 90)}" for number, (on, what) in enumerate(shown.values.tolist(), 1)]
    if words:
        canvas.supxlabel("\n".join(words), fontsize=8, ha="left", x=0.08)
