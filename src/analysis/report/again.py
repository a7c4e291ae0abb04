"""The report made again from the same tables, in another place, and its numbers beside those that were published."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analysis.matter import Matter
from analysis.pipeline import STATE
from analysis.progress import Progress, quiet
from analysis.report import manifest
from analysis.report.cells import Reader, figures
from analysis.report.recount import Fault
from analysis.report.run import run


def faults(matter: Matter, jobs: int = 1, progress: Progress = quiet, folder: Path | None = None) -> Iterator[Fault]:
    """Every number of a page at the top of the report that does not come out the same when its notebook is run again.

    The notebooks are those of this installation (or of `folder`), never code that a page holds; each gets the
    parameters that the manifest names.
    """
    with TemporaryDirectory() as place:
        other = matter.but(out=Path(place) / matter.id)
        shutil.copytree(matter.store.folder, other.store.folder)
        other.work.mkdir(parents=True)
        if (matter.work / STATE).is_file():
            shutil.copy(matter.work / STATE, other.work / STATE)
        for names, parameters in _groups(manifest.read(matter)["parameters"]):
            run(other, names, parameters, jobs, progress, folder)
        for page in sorted(matter.out.glob("*.html")):
            made = other.out / page.name
            if not made.is_file():
                yield Fault(page.name, "page", "it is not made again")
            else:
                yield from _differences(page.name, *(each.read_text(encoding="utf-8") for each in (page, made)))


def _groups(given: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[list[str], Mapping[str, str]]]:
    """Notebooks with the same parameters, to be run at once; those that close, which read the others, come last."""
    for _, names in groupby(sorted(given), key=lambda name: sorted(given[name].items())):
        every = list(names)
        yield every, given[every[0]]


def _differences(name: str, published: str, made: str) -> Iterator[Fault]:
    one, two = _numbers(published), _numbers(made)
    if len(one) != len(two):
        yield Fault(name, "page", f"has {len(one)} numbers, made again {len(two)}")
        return
    for (place, said), (_, found) in zip(one, two, strict=True):
        if said != found:
            yield Fault(name, place, f"says {said}, made again {found}")


def _numbers(text: str) -> list[tuple[str, str]]:
    """Each text of a page that holds a number, with its place: cells of tables, then what stands outside."""
    read: Any = Reader(text)
    cells = [
        (f"{row.caption or 'table'}, row {number}, column {place}", cell.text.strip())
        for number, row in enumerate(read.rows, 1)
        for place, cell in enumerate(row.cells, 1)
        if figures(cell.text)
    ]
    return cells + [("text", said.text.strip()) for said in read.said]
