"""Traffic through time: one small chart a channel, on one time axis."""

from __future__ import annotations

import pandas as pd

from analysis.figures import style
from analysis.figures.figure import Canvas, Figure, draw, month_ticks
from analysis.matter import Matter
from analysis.tables import channel_name

MONTH_DAYS = 27  # width of a month's bar


def volume(months: pd.DataFrame, matter: Matter) -> Figure:
    """Bars of messages by month, a row of bars for each channel, each on its own scale (the peak is written on it)."""
    channels = sorted(months.channel.unique()) or ["no channel"]
    sums = months.groupby("channel").n_messages.sum()

    def paint(canvas: Canvas) -> None:
        every = canvas.subplots(len(channels), 1, sharex=True, squeeze=False)
        for axes, channel in zip(every[:, 0], channels, strict=True):
            rows = months[months.channel == channel]
            axes.bar(
                rows.month_on,
                rows.n_messages,
                width=MONTH_DAYS,
                align="edge",
                color=style.CHANNELS.get(channel, style.INK),
            )
            axes.set_title(f"{channel_name(channel)}: {int(sums.get(channel, 0)):,} messages")
            axes.set_ylim(0, max(1, rows.n_messages.max() if len(rows) else 1) * 1.12)
            axes.yaxis.get_major_locator().set_params(integer=True, nbins=3)
            axes.grid(axis="y")
            axes.tick_params(length=0)
        if len(months):
            month_ticks(every[-1, 0])

    return draw(
        paint,
        (style.WIDTH, 0.7 + 1.15 * len(channels)),
        matter,
        ("messages",),
        months,
        title="Messages by month and channel, each channel on its own scale",
        unit="messages",
        n=int(months.n_messages.sum()),
        alt=_words(months),
    )


def _words(months: pd.DataFrame) -> str:
    parts = []
    for channel, rows in months.groupby("channel", sort=True):
        total, most = rows.n_messages.sum(), rows.iloc[int(rows.n_messages.to_numpy().argmax())]
        parts.append(
            f"{channel_name(channel)}: {total:,} messages, most in {most.month_on:%B %Y} ({most.n_messages:,})"
        )
    return "Bar charts, one for each channel. " + ("; ".join(parts) or "No messages in the period") + "."
