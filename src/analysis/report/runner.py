"""Notebooks run: unknown parameters refused, the unchanged not run again, each in a process of its own."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from analysis.matter import Matter
from analysis.progress import Progress, quiet
from analysis.report import state
from analysis.report.executed import Task
from analysis.report.notebooks import Notebook, Page, notebooks, share
from analysis.report.nursery import Nursery
from analysis.tables import TABLES

log = logging.getLogger(__name__)


def run_notebooks(
    matter: Matter,
    only: Iterable[str] = (),
    parameters: Mapping[str, str] | None = None,
    jobs: int = 1,
    progress: Progress = quiet,
    folder: Path | None = None,
) -> list[Page]:
    """Run the chosen notebooks and give a page for each, in reading order; a failed one says why.

    Earlier results of a notebook that fails are kept. Notebooks that read what others recorded run last.

    Raises
    ------
    ParameterError
        A notebook or parameter is unknown.
    """
    chosen = notebooks(only, folder)
    given = share(chosen, parameters or {}, matter)
    _complete(matter)
    base = state.foundation(matter)
    pages: dict[str, Page] = {}
    closing = [notebook.name for notebook in chosen if notebook.closing]
    with Nursery(jobs, matter.engine_name) as nursery:
        for late in (False, True):
            wave = [notebook for notebook in chosen if notebook.closing is late]
            recorded = state.ledger_hash(matter, closing) if late else ""
            keys = {notebook.name: state.key(notebook, given[notebook.name], base, recorded) for notebook in wave}
            for page in _wave(matter, wave, given, keys, nursery):
                pages[page.name] = page
                progress("notebooks", len(pages), len(chosen))
    return [pages[notebook.name] for notebook in chosen]


def _complete(matter: Matter) -> None:
    """Every table exists before notebooks run side by side, were it without rows: none is made while another reads."""
    for name in TABLES:
        if not matter.store.has(name):
            matter.store.write(name, [])


def _wave(
    matter: Matter,
    wave: Sequence[Notebook],
    given: Mapping[str, dict[str, str]],
    keys: Mapping[str, str],
    nursery: Nursery,
) -> Iterable[Page]:
    known, stale = state.State(matter), []
    for notebook in wave:
        result = matter.out / f"{notebook.name}.ipynb"
        if known.same(notebook.name, keys[notebook.name], result):
            yield Page(notebook, result, fresh=False)
        else:
            stale.append(notebook)
    tasks = {notebook.name: _task(matter, notebook, given[notebook.name]) for notebook in stale}
    if tasks:
        matter.store.write("findings", [])  # made from what notebooks record: no notebook sees that of an earlier run
    for name in tasks:
        _set_aside(matter, name)
    for name, failure in nursery.executed(list(tasks.values())):
        notebook = next(notebook for notebook in stale if notebook.name == name)
        log.info("notebook %s %s", name, "failed" if failure else "done")
        _settle_ledger(matter, name, bool(failure))
        if not failure:
            known.record(name, keys[name], tasks[name].result)
        yield Page(notebook, tasks[name].result, failure)


def _task(matter: Matter, notebook: Notebook, values: Mapping[str, str]) -> Task:
    reserved = {"matter": str(matter.folder), "out": str(matter.out.parent), "engine": matter.engine_name}
    own = {name: text for name, text in reserved.items() if name in notebook.parameters}
    shown = {str(matter.folder): matter.folder.name, str(matter.out.parent): "reports", f"{Path.cwd()}/": ""}
    result = matter.out / f"{notebook.name}.ipynb"
    return Task(notebook.name, notebook.path, result, matter.work, {**own, **values}, Path.cwd(), shown)


def _set_aside(matter: Matter, name: str) -> None:
    """What an earlier run of the notebook recorded must not mix with what this one records."""
    ledger, before = matter.work / "ledger" / name, matter.work / "before" / name
    shutil.rmtree(before, ignore_errors=True)
    if ledger.is_dir():
        before.parent.mkdir(parents=True, exist_ok=True)
        ledger.rename(before)


def _settle_ledger(matter: Matter, name: str, failed: bool) -> None:
    """After a failure the earlier record stands again, beside the earlier report; else it goes."""
    ledger, before = matter.work / "ledger" / name, matter.work / "before" / name
    if failed:
        shutil.rmtree(ledger, ignore_errors=True)
        if before.is_dir():
            before.rename(ledger)
    shutil.rmtree(before, ignore_errors=True)
