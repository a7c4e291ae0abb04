"""Pictures on a grid: days held by each source, weekday by hour, person by person."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.figures import style
from analysis.figures.figure import Canvas, Figure, draw, month_ticks, ruled, short
from analysis.matter import Matter
from analysis.tables import channel_name

EPOCH = pd.Timestamp("1970-01-01", tz="UTC")
NUMBERED = 30
"""Up to so many rows the numbers are written into a matrix; beyond, only colour is readable."""


def coverage(days: pd.DataFrame, names: dict[str, str], matter: Matter) -> Figure:
    """A line an account: a mark on each day its sources hold something, grey on silent days between the first and last.

    Blank days before and after are reached by no export of the account.
    """
    rows = days.assign(
        line=days.custodian_id.map(lambda one: short(names.get(one, one))).fillna("nobody")
        + "  "
        + days.channel.fillna("?").map(channel_name)
        + _told_apart(days)
    )
    lines = sorted(rows.line.unique(), reverse=True)
    places = rows.line.map({line: place for place, line in enumerate(lines)})
    numbers = (rows.day_at - EPOCH).dt.days  # matplotlib counts days from the same epoch
    extent = (numbers.min() - 0.5, numbers.max() + 0.5, -0.5, len(lines) - 0.5) if len(rows) else (0, 1, -0.5, 0.5)

    def paint(canvas: Canvas) -> None:
        axes = canvas.subplots()
        axes.imshow(
            _strip(rows, numbers, places), aspect="auto", interpolation="nearest", origin="lower", extent=extent
        )
        axes.xaxis_date()
        axes.hlines(np.arange(len(lines)) - 0.5, *extent[:2], color=style.PAPER, linewidth=2.5)
        axes.set_yticks(range(len(lines)), [short(line, 40) for line in lines])
        axes.set_ylim(-0.6, max(len(lines), 1) - 0.4)
        ruled(axes)
        if len(rows):
            month_ticks(axes)

    seen = rows.groupby("line").day_at.nunique()
    words = "; ".join(f"{line} {n:,} days" for line, n in seen.items())
    return draw(
        paint,
        (style.WIDTH, 0.8 + 0.21 * max(len(lines), 2)),
        matter,
        ("copies", "sources"),
        rows,
        title="Days on which the exports of each account hold anything (grey: silent between the first and the last)",
        unit="days with at least one copy",
        n=len(days.drop_duplicates(["custodian_id", "channel", "address", "day_at"])),
        alt=f"Strip chart. {words or 'No copies in the period'}.",
    )


def _told_apart(days: pd.DataFrame) -> pd.Series:
    """The account's own name (of a mail address the domain), where a custodian has several on a channel."""
    if days.empty:
        return pd.Series("", days.index)
    own = days.address.astype("str").where(days.address.notna(), "")
    several = own.groupby([days.custodian_id.fillna(""), days.channel.fillna("")]).transform("nunique") > 1
    return ("  " + own.str.rpartition("@")[2].map(short)).where(several & (own != ""), "")


def _strip(rows: pd.DataFrame, numbers: pd.Series, places: pd.Series) -> np.ndarray:
    """One coloured cell a line and day; grey between a line's days, blank before and after."""
    from matplotlib.colors import to_rgb

    if rows.empty:
        return np.ones((1, 1, 3))
    first = numbers.min()
    cells = np.ones((places.max() + 1, numbers.max() - first + 1, 3))
    for place, begin, end in numbers.groupby(places).agg(["min", "max"]).itertuples():
        cells[place, begin - first : end - first] = to_rgb(style.LINE)
    colours = [to_rgb(style.CHANNELS.get(channel, style.INK)) for channel in rows.channel]
    cells[places, numbers - first] = colours
    return cells


def rhythm(square: pd.DataFrame, matter: Matter) -> Figure:
    """Weekday by local hour, the fuller the colour the more messages were sent."""

    def paint(canvas: Canvas) -> None:
        axes = canvas.subplots()
        image = axes.imshow(square.to_numpy(), cmap=style.MAP, aspect="auto", interpolation="nearest")
        axes.set_yticks(range(len(square)), square.index)
        axes.set_xticks(range(0, 24, 2), [f"{hour:02}" for hour in range(0, 24, 2)])
        axes.set_xlabel(f"hour of the day ({matter.zone})")
        axes.tick_params(length=0)
        _plain(axes)
        canvas.colorbar(image, ax=axes, label="messages", shrink=0.9)

    total = int(square.to_numpy().sum())
    busiest, hour = np.unravel_index(int(square.to_numpy().argmax()), square.shape)
    words = (
        f"Most messages on {square.index[int(busiest)]} between {hour:02}:00 and {hour:02}:59"
        if total
        else "No messages"
    )
    return draw(
        paint,
        (style.WIDTH, 2.6),
        matter,
        ("messages",),
        square,
        title="Messages by weekday and hour",
        unit="messages",
        n=total,
        alt=f"Heat map of weekday by hour. {words}.",
    )


def matrix(square: pd.DataFrame, names: dict[str, str], community: pd.Series, matter: Matter, n: int) -> Figure:
    """Sender (row) by recipient (column); lines part the communities; fuller is more, on a logarithmic scale.

    `n`: deliveries in all, those to people who are not drawn included.
    """
    persons = list(square.index)
    shown = [short(names.get(person, person)) for person in persons]
    cuts = [
        place for place in range(1, len(persons)) if community.get(persons[place]) != community.get(persons[place - 1])
    ]

    def paint(canvas: Canvas) -> None:
        axes = canvas.subplots()
        if square.empty:
            return
        axes.imshow(np.log1p(square.to_numpy()), cmap=style.MAP, aspect="equal", interpolation="nearest")
        axes.set_xticks(range(len(shown)), shown, rotation=90)
        axes.set_yticks(range(len(shown)), shown)
        axes.xaxis.tick_top()
        axes.tick_params(length=0, labelsize=8)
        for cut in cuts:
            axes.axhline(cut - 0.5, color=style.INK, linewidth=0.8)
            axes.axvline(cut - 0.5, color=style.INK, linewidth=0.8)
        _plain(axes)
        if len(persons) <= NUMBERED:
            _numbers(axes, square)

    size = min(style.WIDTH, 2.6 + 0.25 * len(persons))
    words = ""
    if square.size and square.to_numpy().max():
        one, two = np.unravel_index(int(square.to_numpy().argmax()), square.shape)
        words = f"The fullest cell is {shown[int(one)]} to {shown[int(two)]}, {square.to_numpy().max():,} messages."
    return draw(
        paint,
        (size, size),
        matter,
        ("messages", "recipients"),
        square,
        n=n,
        title="Who wrote to whom: rows write, columns receive; lines part communities; fuller is more, logarithmic",
        unit="deliveries (a message to three people is three), those between people not drawn included",
        alt=f"Heat map of {len(persons)} by {len(persons)} people. {words}",
    )


def _plain(axes: Any) -> None:
    for spine in axes.spines.values():
        spine.set_visible(False)


def _numbers(axes: Any, square: pd.DataFrame) -> None:
    values = square.to_numpy()
    dark = np.log1p(values) > 0.6 * np.log1p(max(values.max(), 1)) if values.size else values
    for row, column in zip(*values.nonzero(), strict=True):
        colour = style.PAPER if dark[row, column] else style.INK
        axes.text(column, row, f"{values[row, column]}", ha="center", va="center", fontsize=6, color=colour)
