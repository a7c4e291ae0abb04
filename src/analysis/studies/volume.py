"""How much, when, on which channel; did it go on."""

from __future__ import annotations

import pandas as pd

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
OFFICE_HOURS = range(8, 19)
"""08:00 to 18:59 on Monday to Friday: generous, so that what lies outside is outside anybody's office hours."""


def local(hours: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Hourly counts with `at`, the hour in the matter's zone as a plain time; exact for zones of whole hours."""
    return hours.assign(at=hours.hour_at.dt.tz_convert(zone).dt.tz_localize(None))


def monthly(hours: pd.DataFrame, zone: str) -> pd.DataFrame:
    """A row is a channel and a local month, silent months included: `channel`, `month_on`, `n_messages`, `n_copies`."""
    if hours.empty:
        return pd.DataFrame({"channel": [], "month_on": pd.to_datetime([]), "n_messages": [], "n_copies": []})
    months = local(hours, zone)["at"].dt.to_period("M")
    counted = hours.groupby(["channel", months])[["n_messages", "n_copies"]].sum()
    every = pd.period_range(months.min(), months.max(), freq="M")
    index = pd.MultiIndex.from_product([sorted(hours.channel.unique()), every], names=["channel", "month_on"])
    rows = counted.reindex(index, fill_value=0).reset_index()
    return rows.assign(month_on=rows.month_on.dt.to_timestamp())


def named(months: pd.DataFrame) -> pd.DataFrame:
    """Rows of `monthly` that hold a message, months as text: `channel`, `month`, `n_messages`."""
    rows = months[months.n_messages > 0]
    return rows.assign(month=rows.month_on.dt.strftime("%Y-%m"))[["channel", "month", "n_messages"]]


def rhythm(hours: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Weekdays by local hours: messages sent, all channels together; 7 rows (Mon first) and 24 columns."""
    rows = local(hours, zone)
    counted = rows.groupby([rows["at"].dt.dayofweek, rows["at"].dt.hour]).n_messages.sum()
    square = counted.unstack(fill_value=0).reindex(index=range(7), columns=range(24), fill_value=0).fillna(0)
    return square.astype("int64").set_axis(list(WEEKDAYS), axis=0)


def totals(hours: pd.DataFrame, zone: str) -> pd.DataFrame:
    """A row is a channel: `n_messages`, `n_copies`, `active_days`, `days` (first to last), `office_share`."""
    rows = local(hours, zone)
    days = 0 if rows.empty else (rows["at"].max().normalize() - rows["at"].min().normalize()).days + 1
    office = rows["at"].dt.hour.isin(OFFICE_HOURS) & (rows["at"].dt.dayofweek < 5)
    rows = rows.assign(day=rows["at"].dt.normalize(), office=rows.n_messages.where(office, 0))
    counted = rows.groupby("channel").agg(
        n_messages=("n_messages", "sum"),
        n_copies=("n_copies", "sum"),
        active_days=("day", "nunique"),
        office=("office", "sum"),
    )
    counted["office_share"] = counted.pop("office") / counted.n_messages
    return counted.assign(days=days).reset_index()


def persistence(months: pd.DataFrame) -> pd.DataFrame:
    """A row is a channel: in how many of the months from its first on it was still used.

    `months` (from its first month to the last month of all), `active_months`, `share`, `first_on`, `last_on`,
    `first_half`, `second_half` (messages in the two halves of that stretch; the middle month of an odd number counts
    in the first), `half_on` (where the second begins). Cannot show why use stopped: exports may end earlier than use.
    """
    rows = []
    for channel, group in months.groupby("channel", sort=True):
        used = group.loc[group.n_messages > 0, "month_on"]
        if used.empty:
            continue
        stretch = group[group.month_on >= used.min()]
        n, half = len(stretch), (len(stretch) + 1) // 2
        halves = int(stretch.n_messages[:half].sum()), int(stretch.n_messages[half:].sum())
        half_on = stretch.month_on.iloc[half - 1] + pd.offsets.MonthBegin()
        rows.append((channel, used.min(), used.max(), len(used), n, len(used) / n, *halves, half_on))
    columns = "channel first_on last_on active_months months share first_half second_half half_on"
    return pd.DataFrame(rows, columns=columns.split())
