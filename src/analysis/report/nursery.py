"""A process that imports once what every notebook imports, then forks a fresh process for each notebook.

Imports are most of what a suite of notebooks costs; isolation is kept, since nothing ever runs in the nursery itself.
It is a program of its own, so that hash seed and thread counts are settled before anything is imported: batches of
tasks come as lines of JSON on standard input, and each finished notebook is a line of JSON on standard output.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from analysis.engine import ENGINE_VARIABLE
from analysis.errors import AnalysisError
from analysis.report.executed import Task, execute
from analysis.report.kernel import FORKS

SETTINGS = {
    "OMP_NUM_THREADS": "1",  # several notebooks at once must not fight over cores
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",  # the order of a set is the same in every run
    "TZ": "UTC",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
WARM = (
    "papermill.execute", "ipykernel.kernelapp", "ipykernel.ipkernel", "pandas", "pyarrow.parquet", "pyarrow.compute",
    "ibis", "ibis.backends.duckdb", "duckdb", "matplotlib.figure", "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg", "matplotlib_inline.backend_inline", "PIL.Image", "analysis.pipeline",
    "analysis.relations", "analysis.studies", "analysis.figures", "analysis.findings", "scipy.stats",
    "sklearn.linear_model", "statsmodels.genmod.generalized_linear_model",
)  # fmt: skip
WORTH_IT = 3  # notebooks from which importing everything once (4 s) costs less than each importing what it needs
TOLD_LONGEST = 2000  # characters of a failure: a line on the pipe is written at once, and may quote a message


class Nursery:
    """The nursery as its parent sees it: started when first needed, ended when the block ends."""

    def __init__(self, jobs: int, engine: str = "") -> None:
        self.jobs = max(1, jobs)
        self.engine = engine
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.communicate()

    def executed(self, tasks: Sequence[Task]) -> Iterator[tuple[str, str]]:
        """Execute tasks, at most `jobs` at once; yields name and failure ('' for none) of each as it finishes.

        Raises
        ------
        AnalysisError
            The nursery itself ended early.
        """
        missing = {task.name for task in tasks}
        if not missing:
            return
        process = self._process = self._process or _start(len(missing) >= WORTH_IT, self.engine)
        assert process.stdin is not None
        assert process.stdout is not None
        print(
            json.dumps({"jobs": self.jobs, "tasks": [task.written() for task in tasks]}), file=process.stdin, flush=True
        )
        while missing and (line := process.stdout.readline()):
            name, failure = json.loads(line)
            missing.discard(name)
            yield name, failure
        if missing:
            names = ", ".join(sorted(missing))
            raise AnalysisError(f"notebooks {names} did not finish; see the message above, and run again")


def _start(warm: bool, engine: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", f"from analysis.report.nursery import main; main({warm})"]
    settings = {**os.environ, **SETTINGS, "PYTHONPATH": os.pathsep.join(_path())}
    if engine:
        settings[ENGINE_VARIABLE] = engine
    return subprocess.Popen(  # noqa: S603  (our own program, by the same interpreter)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=settings
    )


def _path() -> list[str]:
    """Where this very package was imported from, first."""
    return [str(Path(__file__).resolve().parents[2]), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]


def main(warm: bool) -> None:
    """Warm up; for each batch of tasks fork a process for each, and say how each ended; until nothing more comes."""
    channel = os.dup(1)
    os.dup2(2, 1)  # what anything else prints must not mix with the answers
    for name in (WARM if warm else WARM[:2]) if FORKS else ():
        with suppress(ImportError):  # an extra that is not installed is imported by no notebook either
            import_module(name)
    for line in sys.stdin:
        batch = json.loads(line)
        tasks = [Task.read(written) for written in batch["tasks"]]
        if FORKS:
            _fork_all(tasks, batch["jobs"], channel)
        else:
            for task in tasks:
                _tell(channel, task, execute(task))


def _fork_all(tasks: Sequence[Task], jobs: int, channel: int) -> None:
    waiting, running = list(reversed(tasks)), dict[int, Task]()
    while waiting or running:
        while waiting and len(running) < jobs:
            task = waiting.pop()
            child = os.fork()
            if not child:
                _work(task, channel)
            running[child] = task
        child, status = os.wait()
        task = running.pop(child)
        if status:
            _tell(channel, task, f"notebook {task.name}: its process ended without a word (status {status}); run again")


def _work(task: Task, channel: int) -> None:
    """One notebook, in a process that ends here whatever happens."""
    try:
        failure = execute(task)
    except Exception as error:  # noqa: BLE001  (told to the parent; a child must never go on in the nursery's loop)
        failure = f"notebook {task.name} could not be run: {type(error).__name__}: {error}"
    _tell(channel, task, failure)
    os._exit(0)


def _tell(channel: int, task: Task, failure: str) -> None:
    answer: list[Any] = [task.name, failure[:TOLD_LONGEST]]
    os.write(channel, (json.dumps(answer) + "\n").encode())
