"""Exchange formats: what other tools of the field read, written from the tables alone, the same bytes each time.

A reviewer's platform takes RSMF (short messages) and DAT load files; graph tools take GEXF and GraphML; people take
XLSX; forensic and investigative tools take CASE/UCO and FollowTheMoney. Originals are not altered: these are views.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from analysis.errors import ParameterError
from analysis.exchange import case, dat, ftm, graphs, rsmf, sheets
from analysis.matter import Matter
from analysis.pipeline import fresh, make_tables

EXPORTS: dict[str, Callable[[Matter, Path], list[Path]]] = {
    "rsmf": rsmf.write, "dat": dat.write, "gexf": graphs.gexf, "graphml": graphs.graphml, "xlsx": sheets.write,
    "case": case.write, "ftm": ftm.write,
}  # fmt: skip
"""Name of a format -> the function that writes it into a folder and gives the files written."""


def export(matter: Matter, to: str) -> list[Path]:
    """Write the matter in one exchange format, into `export/<format>/` beside its report; gives the files.

    Tables are made first where they are absent or the evidence has changed.

    Raises
    ------
    ParameterError
        The format is unknown.
    """
    if to not in EXPORTS:
        raise ParameterError(f"no format {to}; the formats are {', '.join(EXPORTS)}")
    if not fresh(matter):
        make_tables(matter)
    folder = matter.out / "export" / to
    folder.mkdir(parents=True, exist_ok=True)
    return EXPORTS[to](matter, folder)
