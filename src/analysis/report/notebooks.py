"""The notebooks: where they are, what they ask, which parameters they know. Read as JSON: nothing heavy is imported."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError, ParameterError
from analysis.matter import Matter, notebook_defaults
from analysis.parameters import unknown_parameter

RESERVED = ("matter", "out", "engine")  # given by the runner, not by `-p`
CLOSING = "30"  # notebooks numbered from here read what the others recorded, and run after them


@dataclass(frozen=True)
class Notebook:
    """One notebook as written: its name (`11_contacts`), title, question and the parameters it knows, with defaults."""

    path: Path
    title: str
    question: str
    parameters: Mapping[str, str]

    @property
    def name(self) -> str:
        """File name without its end."""
        return self.path.stem

    @property
    def closing(self) -> bool:
        """Whether it reads what other notebooks recorded."""
        return self.name[:2].isdigit() and self.name[:2] >= CLOSING


@dataclass(frozen=True)
class Page:
    """One notebook as run: the executed file, or why there is none."""

    notebook: Notebook
    executed: Path
    failure: str = ""
    fresh: bool = True

    @property
    def name(self) -> str:
        """Stem of its files in the report."""
        return self.notebook.name


def notebook_folder() -> Path:
    """Folder of the notebooks: beside `src` in the project, inside the package when installed.

    Raises
    ------
    AnalysisError
        Neither is there.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package.parents[1] / "notebooks", package / "notebooks"):
        if folder.is_dir():
            return folder
    raise AnalysisError("no notebooks are installed; run from a copy of the project, or reinstall the package")


def notebooks(only: Iterable[str] = (), folder: Path | None = None) -> list[Notebook]:
    """The notebooks in reading order; `only` chooses by number (`11`) or name (`11_contacts`).

    Raises
    ------
    ParameterError
        `only` names a notebook that is not there.
    """
    every = [_read(path) for path in sorted((folder or notebook_folder()).glob("[0-9][0-9]_*.ipynb"))]
    chosen = {text.removesuffix(".ipynb").strip() for part in only for text in part.split(",") if text.strip()}
    for name in sorted(chosen):
        if not any(name in (notebook.name, notebook.name[:2]) for notebook in every):
            names = ", ".join(notebook.name for notebook in every)
            raise ParameterError(f"no notebook is called {name}; the notebooks are {names}")
    return [notebook for notebook in every if not chosen or notebook.name in chosen or notebook.name[:2] in chosen]


def _read(path: Path) -> Notebook:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (ValueError, KeyError) as error:
        raise AnalysisError(f"notebook {path.name} is not a notebook file ({error}); restore it") from error
    title, question = _opening(source(cells[0]) if cells else "", path.stem)
    return Notebook(path, title, question, _parameters(cells))


def source(cell: Mapping[str, Any]) -> str:
    """The text of a cell: the format allows a string or a list of lines."""
    text = cell.get("source", "")
    return text if isinstance(text, str) else "".join(text)


def _opening(text: str, name: str) -> tuple[str, str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    title = lines[0].lstrip("# ") if lines and lines[0].startswith("#") else name
    prose = [line.strip("*_> ") for line in lines[1:] if not line.startswith("#")]
    return title, prose[0] if prose else ""


def _parameters(cells: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    for cell in cells:
        if "parameters" in cell.get("metadata", {}).get("tags", ()):
            return dict(_assigned(ast.parse(source(cell))))
    return {}


def _assigned(tree: ast.Module) -> Iterable[tuple[str, str]]:
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name):
            yield target.id, str(value.value) if isinstance(value, ast.Constant) else ""


def share(chosen: Sequence[Notebook], given: Mapping[str, str], matter: Matter) -> dict[str, dict[str, str]]:
    """Which notebook gets which parameter: the notebook's own defaults < `matter.toml` < `given`; values stay text.

    A parameter goes to those notebooks that know it.

    Raises
    ------
    ParameterError
        No chosen notebook knows a name in `given`, or none at all knows a name in `matter.toml`.
    """
    defaults = notebook_defaults(matter.folder)
    _refuse_unknown(given, chosen)
    folder = chosen[0].path.parent if chosen else None
    _refuse_unknown(defaults, notebooks(folder=folder) if defaults else (), " ([notebooks] of matter.toml)")
    values = {**defaults, **given}
    return {
        notebook.name: {name: str(values[name]) for name in sorted(values) if name in notebook.parameters}
        for notebook in chosen
    }


def _refuse_unknown(given: Mapping[str, str], among: Iterable[Notebook], where: str = "") -> None:
    known = {name: text for notebook in among for name, text in notebook.parameters.items() if name not in RESERVED}
    for name in given:
        if name in RESERVED:
            raise ParameterError(f"{name} is not given with -p: name the matter itself, --out or --engine")
        if name not in known:
            raise ParameterError(unknown_parameter(name, known) + where)
