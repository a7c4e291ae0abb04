"""One notebook executed by papermill in a process of its own, and its result freed of everything that varies."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.markup import visible
from analysis.report.ansi import plain
from analysis.report.kernel import FORKS, Spare, manager
from analysis.store import write_text

INJECTED = "injected-parameters"
PLACES = ("matter", "out", "engine")  # where this run stands on this machine: no part of a result
TIMEOUT_S = 3600


@dataclass(frozen=True)
class Task:
    """One notebook to execute: what, with which parameters, where to, and which machine paths to name how."""

    name: str
    source: Path
    result: Path
    work: Path
    parameters: Mapping[str, str]
    cwd: Path
    shown: Mapping[str, str]  # path of this machine -> what stands in the report instead

    def written(self) -> dict[str, Any]:
        """As JSON."""
        paths = {name: str(getattr(self, name)) for name in ("name", "source", "result", "work", "cwd")}
        return {**paths, "parameters": dict(self.parameters), "shown": dict(self.shown)}

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Task:
        """From JSON."""
        paths = {name: Path(written[name]) for name in ("source", "result", "work", "cwd")}
        return cls(name=written["name"], parameters=written["parameters"], shown=written["shown"], **paths)

    @property
    def failed(self) -> Path:
        """Where a failed notebook is kept to be looked at; never part of the report."""
        return self.work / "failed" / f"{self.name}.FAILED.ipynb"


def execute(task: Task) -> str:
    """Execute one notebook; returns '' or, for a failed cell, which notebook, which cell, and why.

    The result replaces an earlier one only when every cell succeeded.
    """
    _settle(task.work)
    spare = Spare() if FORKS else None
    import nbformat
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    running = task.work / "running" / f"{task.name}.ipynb"
    for path in (running, task.failed):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
    kernel = {"kernel_manager_class": manager(spare)} if spare else {}
    try:
        done = papermill.execute_notebook(
            str(task.source), str(running), dict(task.parameters), kernel_name="python3", progress_bar=False,
            cwd=str(task.cwd), request_save_on_cell_execute=False, autosave_cell_every=0, execution_timeout=TIMEOUT_S,
            config=Config({"KernelManager": {"transport_encryption": "auto"}}), **kernel,
        )  # fmt: skip
    except PapermillExecutionError as error:
        running.replace(task.failed)
        return _failure(task, error)
    write_text(task.result, _shown(nbformat.writes(constant(done), version=4) + "\n", task.shown))
    running.unlink()
    return ""


def _settle(work: Path) -> None:
    """Where Jupyter keeps its own files: nothing is written outside the results."""
    for variable, name in (("IPYTHONDIR", "ipython"), ("JUPYTER_RUNTIME_DIR", "runtime")):
        folder = work / name
        folder.mkdir(parents=True, exist_ok=True)
        os.environ[variable] = str(folder)


def _failure(task: Task, error: Any) -> str:
    number = error.cell_index + (0 if task.parameters else 1)  # as counted in the notebook as written
    line = next((text for text in error.source.splitlines() if text.strip()), "")
    reason = plain(f"{error.ename}: {error.evalue}")
    return _shown(visible(f"notebook {task.name}, cell {number} ({line.strip()}): {reason}"), task.shown)


def _shown(text: str, names: Mapping[str, str]) -> str:
    for path in sorted(names, key=len, reverse=True):
        if len(path) > 1:
            text = text.replace(path, names[path])
    return text


def constant(notebook: Any) -> Any:
    """The executed notebook without clock, machine or chance: run times, versions, random ids, split streams."""
    given = notebook.metadata.get("papermill", {}).get("parameters", {})
    kept = {name: value for name, value in given.items() if name not in PLACES}
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "papermill": {"parameters": kept},
    }
    notebook.cells = [cell for cell in notebook.cells if kept or INJECTED not in cell.metadata.get("tags", [])]
    for number, cell in enumerate(notebook.cells):
        tags = list(cell.metadata.get("tags", []))
        cell.metadata = {"tags": tags} if tags else {}
        cell["id"] = INJECTED if INJECTED in tags else f"cell-{number:03d}"
        if INJECTED in tags:
            lines = [
                line for line in cell.source.splitlines() if not line.startswith(tuple(f"{name} = " for name in PLACES))
            ]
            cell.source = "\n".join(lines)
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
    return notebook


def _joined(outputs: list[Any]) -> list[Any]:
    """Adjacent pieces of one stream as one: where the kernel flushed is chance."""
    kept: list[Any] = []
    for output in outputs:
        same = kept and output.output_type == "stream" and kept[-1].output_type == "stream"
        if same and kept[-1].name == output.name:
            kept[-1].text += output.text
        else:
            kept.append(output)
    return kept
