"""A picture with what a reader needs under it: title, unit, n, period, hashed source tables; and alt text."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import pandas as pd

from analysis.figures import style
from analysis.figures.table import Table
from analysis.findings.tallies import Tally
from analysis.markup import visible
from analysis.matter import Matter
from analysis.store import file_hash

HASH_SHOWN = 12
"""Hex digits of a table's hash in a caption; the whole hash stands in the manifest."""


Canvas = Any
"""A figure of matplotlib, which takes a second to import and is imported only to draw."""


@dataclass(frozen=True)
class Figure:
    """One picture as SVG. `drawn` is the frame it draws, for whoever wants the numbers (and for the tests)."""

    svg: str
    title: str
    unit: str
    n: int
    period: str
    source: str
    alt: str
    drawn: pd.DataFrame
    opens: str = ""
    """Where `n` leads."""
    numbers: Table | None = None
    """What is drawn, as a table."""

    def counted(self, rows: Tally, numbers: Table | None = None) -> Self:
        """The figure with a way from `n` to the rows it counts, and what it draws as a table that unfolds below.

        `rows`: `findings.rows`, whose `n` says what is counted; `numbers`: needed where no table of the page has them.
        """
        return replace(self, opens=rows.whole(), numbers=numbers)

    @property
    def caption(self) -> str:
        """The line under the picture."""
        return f"{self.title}. Unit: {self.unit}; n = {self.n:,}. Period: {self.period}. Source: {self.source}."

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], dict[str, Any]]:
        facts = {
            "alt": self.alt,
            "caption": self.caption,
            "title": self.title,
            "unit": self.unit,
            "n": self.n,
            "period": self.period,
            "source": self.source,
            "opens": self.opens,
            "numbers": self.numbers._repr_html_() if self.numbers else "",
        }
        return {"image/svg+xml": self.svg, "text/plain": f"{self.caption}\n{self.alt}"}, {"image/svg+xml": facts}


def draw(
    paint: Callable[[Canvas], None],
    size: tuple[float, float],
    matter: Matter,
    tables: Sequence[str],
    drawn: pd.DataFrame,
    **facts: Any,
) -> Figure:
    """Paint on a fresh canvas in the house style and put the facts under it; the same frame gives the same bytes.

    Parameters
    ----------
    paint
        Draws on the canvas it is given.
    size
        Width and height in inches.
    matter, tables
        Where the numbers come from, for period and hashes.
    **facts
        `title`, `unit`, `n`, `alt`.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Canvas

    with mpl.rc_context(style.RULES), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the reader's browser has the font
        canvas = Canvas(figsize=size, layout="constrained")
        FigureCanvasSVG(canvas)
        paint(canvas)
        buffer = io.StringIO()
        canvas.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Type": None, "Format": None})
    shown: dict[str, Any] = {name: visible(text) if isinstance(text, str) else text for name, text in facts.items()}
    return Figure(svg=buffer.getvalue(), drawn=drawn, period=period(matter), source=sources(matter, tables), **shown)


def period(matter: Matter) -> str:
    """The scope's first and last local day."""
    zone, scope = ZoneInfo(matter.zone), matter.scope
    last = scope.until.astimezone(zone) - timedelta(microseconds=1)
    return f"{scope.since.astimezone(zone):%d %b %Y} to {last:%d %b %Y} ({matter.zone})"


def sources(matter: Matter, tables: Sequence[str]) -> str:
    """The tables (or files of the matter, `registers/requests.csv`) of a number, each with the start of its hash."""
    files = [(name, matter.place(name.partition("/")[0]) / name.partition("/")[2]) for name in tables if "/" in name]
    named = [(name, path) for name, path in files if path.is_file()]
    named += [(name, matter.store.path(name)) for name in tables if "/" not in name and matter.store.has(name)]
    return (
        ", ".join(f"{name} {_hash(path, path.stat().st_mtime_ns)[:HASH_SHOWN]}" for name, path in named) or "no table"
    )


@lru_cache(maxsize=64)
def _hash(path: Path, changed: int) -> str:
    return file_hash(path)


def month_ticks(axes: Any) -> None:
    """Dates on the lower axis, as few as can be read."""
    from matplotlib import dates

    made: Any = dates
    locator = made.AutoDateLocator(minticks=3, maxticks=12)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(made.ConciseDateFormatter(locator))


def legend(canvas: Canvas, axes: Any) -> Any:
    """What colours and shapes mean, below the picture."""
    return canvas.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=3, fontsize=8)


def ruled(axes: Any) -> None:
    """Upright lines to read lengths by, and no ticks."""
    axes.tick_params(length=0)
    axes.grid(axis="x")


def short(text: object, width: int = 24) -> str:
    """A label cut to a length, with what cannot be seen made visible."""
    shown = visible(text)
    return shown if len(shown) <= width else shown[: width - 1].rstrip() + "…"
