"""Policy and controls: the clause matrix as a grid, controls as bars with what is unknown."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd

from analysis.figures import style
from analysis.figures.bars import stacked
from analysis.figures.figure import Canvas, Figure, draw, legend, short
from analysis.matter import Matter
from analysis.resolve.rows import each

STATES = {
    "satisfied": (style.BLUE, style.PAPER),
    "partial": (style.MILD, style.INK),
    "absent": (style.FAINT, style.SOFT),
    "contradicts": (style.RED, style.PAPER),
    "disputed": (style.SAND, style.INK),
}
"""Colour of a state and of the word in it: the word says the same as the colour."""
CONTROLS = {"yes": ("yes", style.BLUE, ""), "unknown": ("unknown", style.FAINT, "///"), "no": ("no", style.RED, "")}


def clauses(square: pd.DataFrame, rows: pd.DataFrame, matter: Matter) -> Figure:
    """Clauses down, versions of the policy across; faint where the guidance was not in force."""
    versions = [str(column) for column in square.columns if column not in ("pack", "clause_id", "verified", "text")]
    force = rows.set_index(["clause_id", "policy"]).in_force if len(rows) else pd.Series(dtype=bool)

    def paint(canvas: Canvas) -> None:
        axes = canvas.subplots()
        for down, row in enumerate(square.to_dict("records")):
            for across, version in enumerate(versions):
                state = str(row[version])
                colour, ink = STATES.get(state, STATES["absent"])
                held = bool(force.get((row["clause_id"], version), False))
                box: dict[Any, Any] = {"color": colour, "alpha": 1.0 if held else 0.38}
                axes.barh(down, 0.96, left=across - 0.48, height=0.88, **box)
                axes.text(across, down, state, ha="center", va="center", fontsize=7.5, color=ink if held else style.INK)
        axes.set_yticks(np.arange(len(square)), [_named(row) for row in each(square)], fontsize=7.5)
        axes.set_xticks(np.arange(len(versions)), [short(version, 30) for version in versions])
        axes.xaxis.tick_top()
        axes.set_xlim(-0.5, max(len(versions), 1) - 0.5)
        axes.set_ylim(max(len(square), 1) - 0.5, -0.5)
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)

    counts = rows.state.value_counts() if len(rows) else pd.Series(dtype=int)
    words = ", ".join(f"{state} {int(counts.get(state, 0))}" for state in STATES)
    return draw(
        paint,
        (style.WIDTH, 0.6 + 0.36 * max(len(square), 1)),
        matter,
        ("policies/clauses.yml", "judgements/policy.csv"),
        square,
        title="Clauses against versions of the policy; pale: guidance not in force then; *: wording not checked at "
        "its source",
        unit="clause and version",
        n=len(rows),
        alt=f"Grid of words. {words}.",
    )


def _named(row: Any) -> str:
    """A clause beside its line: id, a star where its wording was not checked, and its text on two lines at most."""
    return "\n".join(
        wrap(f"{row.clause_id}{'' if row.verified else ' *'}  {row.text}", 56, max_lines=2, placeholder="…")
    )


def controls(bounds: pd.DataFrame, n: int, matter: Matter) -> Figure:
    """For each control the accounts that have it, do not have it, or for which it is unknown."""

    def paint(canvas: Canvas) -> None:
        axes = canvas.subplots()
        stacked(axes, bounds, [name.replace("_", " ") for name in bounds.control], CONTROLS)
        axes.set_xlabel("private accounts")
        if len(bounds):
            legend(canvas, axes)

    words = [f"{row.control} yes {row.yes}, no {row.no}, unknown {row.unknown}" for row in each(bounds)]
    return draw(
        paint,
        (style.WIDTH, 1.2 + 0.36 * max(len(bounds), 1)),
        matter,
        ("registers/controls.csv", "accounts"),
        bounds,
        title="Security controls on private accounts, as returned; unknown is never a pass",
        unit="private accounts",
        n=n,
        alt=f"Stacked bars. {'; '.join(words) or 'No controls were returned'}.",
    )
