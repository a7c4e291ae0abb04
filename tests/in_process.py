"""Notebooks run in this process, cell by cell, without a kernel: quick, and the tables stay as a test wrote them."""

import ast
import json
from pathlib import Path
from typing import Any

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def cells(path):
    """Code cells of a notebook, and whether each holds the parameters."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            yield "".join(cell["source"]), "parameters" in cell["metadata"].get("tags", [])


def values(path, folder, out, **parameters) -> list[Any]:
    """What the last line of each cell gives; `parameters` are for the notebooks that know them."""
    names, given = {}, []
    for source, known in cells(path):
        tree = ast.parse(source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, path.name, "exec"), names)
        if known:
            given_to = {name: text for name, text in parameters.items() if name in names}
            names |= {"matter": str(folder), "out": str(out), **given_to}
        if last is not None:
            given.append(eval(compile(ast.Expression(last.value), path.name, "eval"), names))
    return given
