"""The report of a matter, made: notebooks run, findings gathered, site written, manifest last."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from analysis.errors import AnalysisError
from analysis.matter import Matter
from analysis.progress import Progress, quiet
from analysis.report import ledger, manifest, site, state
from analysis.report.notebooks import Page, notebooks, share
from analysis.report.publication import FOLDER, publish, stands
from analysis.report.runner import run_notebooks


def run(
    matter: Matter,
    only: Iterable[str] = (),
    parameters: Mapping[str, str] | None = None,
    jobs: int = 1,
    progress: Progress = quiet,
    folder: Path | None = None,
    edition: str = "internal",
) -> Path:
    """Make the report of a matter, its tables first where the evidence has changed; returns its index.

    Parameters
    ----------
    only, folder
        Numbers or names of notebooks to run (the pages of the others stay), and where they are if not in their place.
    parameters
        Notebook parameters as text.
    jobs, progress
        Notebooks run at once; called with stage, done, total.
    edition
        `publication` also writes the edition that may be published, into `publication/`.

    Raises
    ------
    AnalysisError
        A cell failed: said after everything else was finished and the failure was put on the index.
    ParameterError
        A notebook or parameter is unknown.
    """
    every = notebooks(folder=folder)
    share(notebooks(only, folder), parameters or {}, matter)  # a wrong name is refused before anything runs
    _tables(matter, jobs, progress)
    _prune(matter, [notebook.name for notebook in every])
    ran = {page.name: page for page in run_notebooks(matter, only, parameters, jobs, progress, folder)}
    pages = [ran.get(each.name) or Page(each, matter.out / f"{each.name}.ipynb", fresh=False) for each in every]
    findings = ledger.findings(matter)
    ledger.write(matter, findings)
    site.build(matter, pages, findings, progress)
    manifest.write(matter)
    kept = stands(matter)
    if not kept:  # one made from other findings must not stand
        shutil.rmtree(matter.out / FOLDER, ignore_errors=True)
    failures = [page.failure for page in pages if page.failure]
    if failures:
        raise AnalysisError(
            "; ".join(failures) + f"; the failed run is kept in {matter.work.name}/failed to be looked at"
        )
    if edition == "publication" and not kept:
        publish(matter, findings)
    return matter.out / "index.html"


def _prune(matter: Matter, names: Sequence[str]) -> None:
    """Forget what notebooks left that no longer exist."""
    ledger.prune(matter, names)
    for path in sorted(matter.out.glob("[0-9][0-9]_*.ipynb")):
        if path.stem not in names:
            path.unlink()


def _tables(matter: Matter, jobs: int, progress: Progress) -> None:
    """Tables are made again when a byte of the evidence, a register or the code has changed, and only then."""
    from analysis import pipeline

    if not pipeline.fresh(matter) or state.evidence_hashes(matter) != manifest.received(matter):
        pipeline.make_tables(matter, jobs, progress)
