"""The network of people as a static drawing: only the strongest ties, labels moved until they can be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.figures import style
from analysis.figures.figure import Canvas, Figure, draw, legend, short
from analysis.matter import Matter

DRAWN = 70
TIES = 160
"""What a drawing of this size can carry; who is left out is said in the caption and stands in the tables."""
POINTS = 235  # printer's points to one unit of the drawing
LETTER, LINE_HEIGHT = 4.6 / POINTS, 10.5 / POINTS  # of a label
MARGINS = 0.28, 0.1  # room for the labels at the edges
COVERED = 0.35  # of a label: over so much else it is not written
PLACES = ((0, -1), (0, 1), (1, 0), (-1, 0), (1, -1), (-1, -1), (1, 1), (-1, 1))


def network(
    tied: pd.DataFrame, spots: pd.DataFrame, names: dict[str, str], side: pd.Series, matter: Matter, top: int = DRAWN
) -> Figure:
    """People as dots (shape and colour: side; size: strength), ties as lines (width: weight).

    `tied`: `contacts.ties`; `spots`: `layout.positions` of those drawn; `side`: `contacts.sides`; `top`: most drawn.
    """
    nodes = _strongest(tied, spots, top).assign(
        side=lambda t: t.person.map(side).fillna("unknown"),
        label=lambda t: [short(names.get(p, p), 20) for p in t.person],
    )
    lines = tied[tied.person.isin(nodes.person) & tied.other.isin(nodes.person)].head(TIES)
    everybody = {*tied.person, *tied.other}
    left_out = "; the strongest ties only" if len(nodes) < len(everybody) or len(lines) < len(tied) else ""

    def paint(canvas: Canvas) -> None:
        axes = canvas.subplots()
        _lines(axes, lines, nodes)
        sizes = _nodes(axes, nodes)
        _labels(axes, nodes, sizes)
        axes.set_axis_off()
        axes.set_aspect("equal")
        if len(nodes):
            axes.set_xlim(nodes.x.min() - MARGINS[0], nodes.x.max() + MARGINS[0])
            axes.set_ylim(nodes.y.min() - MARGINS[1], nodes.y.max() + MARGINS[1])
            for handle in legend(canvas, axes).legend_handles:
                handle.set_sizes([40])

    sides = ", ".join(f"{n} {word}" for word, n in nodes.groupby("side").size().items())
    strongest = list(zip(lines.person, lines.other, strict=True))[:3]
    first = [f"{short(names.get(one, one))} and {short(names.get(two, two))}" for one, two in strongest]
    return draw(
        paint,
        (style.WIDTH, 7.6),
        matter,
        ("messages", "recipients", "people"),
        lines,
        title="Who was in contact with whom" + left_out,
        unit="people; line width: weight (a message shares one among those it reached); nearness means contact",
        n=len(everybody),
        alt=f"Network of {len(nodes)} people ({sides}) and {len(lines)} ties. "
        f"Strongest: {'; '.join(first) or 'none'}. The same ties stand in the table of strongest ties.",
    )


def _strongest(tied: pd.DataFrame, spots: pd.DataFrame, top: int) -> pd.DataFrame:
    """The people with most weight, and where they stand."""
    strength = pd.concat([tied.set_index("person").weight, tied.set_index("other").weight]).groupby(level=0).sum()
    ranked = strength.rename_axis("person").reset_index().sort_values(["weight", "person"], ascending=[False, True])
    return spots.merge(ranked.head(top), on="person")


def _lines(axes: Any, lines: pd.DataFrame, nodes: pd.DataFrame) -> None:
    from matplotlib.collections import LineCollection

    if lines.empty:
        return
    places = {person: (x, y) for person, x, y in zip(nodes.person, nodes.x, nodes.y, strict=True)}
    kinds = dict(zip(nodes.person, nodes.side, strict=True))
    share = np.sqrt(lines.weight / lines.weight.max())
    order = lines.index[::-1]  # the strongest on top
    across = [{kinds[lines.person[i]], kinds[lines.other[i]]} == {"inside", "outside"} for i in order]
    axes.add_collection(
        LineCollection(
            [(places[lines.person[i]], places[lines.other[i]]) for i in order],
            zorder=1,
            capstyle="round",
            linewidths=[0.4 + 4.2 * share[i] for i in order],
            colors=[style.SIDES["outside"][0] if one else style.TIE for one in across],
            alpha=[0.18 + 0.5 * share[i] for i in order],
        )
    )


def _nodes(axes: Any, nodes: pd.DataFrame) -> np.ndarray:
    sizes = 26 + 260 * nodes.weight / nodes.weight.max() if len(nodes) else nodes.weight
    for side, (colour, shape) in style.SIDES.items():
        chosen = (nodes.side == side).to_numpy()
        if chosen.any():
            axes.scatter(
                nodes.x[chosen],
                nodes.y[chosen],
                s=sizes[chosen],
                c=colour,
                marker=shape,
                edgecolors=style.PAPER,
                linewidths=0.8,
                zorder=2,
                label=f"{side} the organisation" if side != "unknown" else "side unknown",
            )
    radii: np.ndarray = np.sqrt(np.asarray(sizes, dtype=float)) / 2 / POINTS
    return radii


def _labels(axes: Any, nodes: pd.DataFrame, radii: np.ndarray) -> None:
    """Labels of the strongest first, each at the place around its dot where it covers least."""
    spots = nodes[["x", "y"]].to_numpy(dtype=float)
    taken = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(spots, radii, strict=True)]
    for place in np.argsort(-nodes.weight.to_numpy(), kind="stable"):
        text = nodes.label.iloc[place]
        boxes = [_box(spots[place], radii[place], len(text), way) for way in PLACES]
        covered, box = min((round(sum(_shared(one, other) for other in taken), 9), one) for one in boxes)
        if covered > COVERED * (box[2] - box[0]) * (box[3] - box[1]):
            continue  # it stands in the table of ties
        taken.append(box)
        middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        veil = {"facecolor": style.PAPER, "edgecolor": "none", "alpha": 0.65, "pad": 0.2}
        axes.text(*middle, text, fontsize=7.6, ha="center", va="center", zorder=3, bbox=veil)


def _box(spot: np.ndarray, radius: float, letters: int, way: tuple[int, int]) -> tuple[float, float, float, float]:
    wide, high = letters * LETTER / 2, LINE_HEIGHT / 2
    x = spot[0] + way[0] * (radius + wide + 0.006)
    y = spot[1] + way[1] * (radius + high)
    return (x - wide, y - high, x + wide, y + high)


def _shared(one: tuple[float, float, float, float], two: tuple[float, float, float, float]) -> float:
    """Area two boxes share."""
    wide, high = min(one[2], two[2]) - max(one[0], two[0]), min(one[3], two[3]) - max(one[1], two[1])
    return wide * high if wide > 0 and high > 0 else 0.0
