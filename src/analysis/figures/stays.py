"""Who belonged to a group when: a bar for each member, its ends marked where an event shows them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.figures import style
from analysis.figures.figure import Canvas, Figure, draw, legend, month_ticks, ruled, short
from analysis.matter import Matter

MOST = 60  # members one picture carries; who is left out is said


def memberships(
    stays: pd.DataFrame, renamed: pd.DataFrame, title: str, names: dict[str, str], matter: Matter
) -> Figure:
    """A line for each member, a bar for each stretch; vertical lines mark new titles.

    `stays`, `renamed`: `groups.stays`, `groups.renames` of one group.
    """
    people = list(dict.fromkeys(stays.person))
    shown, left_out = people[:MOST], len(people) - MOST
    rows = stays[stays.person.isin(shown)]
    place = {person: len(shown) - number for number, person in enumerate(shown)}

    def paint(canvas: Canvas) -> None:
        axes = canvas.subplots()
        _bars(axes, rows, place)
        for at in renamed["at"]:
            axes.axvline(at, color=style.SOFT, linewidth=0.8, linestyle=":")
        axes.set_yticks(list(place.values()), [short(names.get(person, person)) for person in place])
        axes.set_ylim(0.3, len(shown) + 0.7)
        axes.set_xlim(pd.Timestamp(matter.scope.since), pd.Timestamp(matter.scope.until))
        ruled(axes)
        if len(rows):
            month_ticks(axes)
            legend(canvas, axes)

    outside = [short(names.get(p, p)) for p in dict.fromkeys(rows[rows.side != "inside"].person)]
    more = "; those who came later are not drawn" if left_out > 0 else ""
    return draw(
        paint,
        (style.WIDTH, 1.2 + 0.24 * max(len(shown), 1)),
        matter,
        ("memberships", "events", "messages", "people"),
        rows,
        title=f"Members of {short(title, 40)}: marks are joins and departures on record, dotted lines new titles{more}",
        unit="stretches of membership; a bar without a mark at its end is only known to last that long",
        n=len(stays),
        alt=f"Bars for {len(shown)} members of the group. "
        f"Outside or of unknown side: {', '.join(outside) or 'nobody'}. {len(renamed)} changes of title.",
    )


def _bars(axes: Any, rows: pd.DataFrame, place: dict[str, int]) -> None:
    for side, (colour, marker) in style.SIDES.items():
        mine = rows[rows.side == side]
        height = mine.person.map(place)
        axes.hlines(height, mine.from_at, mine.to_at, color=colour, linewidth=5, alpha=0.55)
        for end, sure in (("from_at", "sure_from"), ("to_at", "sure_to")):
            firm = mine[sure].to_numpy(dtype=bool)
            look: dict[str, Any] = {"color": colour, "linestyle": "", "markersize": 5}
            axes.plot(mine[end][firm], height[firm], marker=marker, **look)
        if len(mine):
            axes.plot([], [], color=colour, marker=marker, linewidth=5, alpha=0.7, label=side)
