"""Notebooks run in this process, cell by cell, without a kernel: quick, and the tables stay as a test wrote them."""

import ast
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import analysis
from analysis.matter import Matter
from analysis.report import ledger, site
from handmade import fill, matter_folder

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


def site_of_handmade(root: Path, notebooks: list[Path]) -> Matter:
    """The tiny matter of `handmade`: the site's own pages, and what these notebooks show as HTML, without a frame."""
    matter = Matter.open(matter_folder(root / "handmade"), root / "reports", resamples="50")
    fill(matter.store)
    with patch.object(analysis, "open_matter", Matter.open):
        shown = {path.stem: values(path, matter.folder, root / "reports", resamples="50") for path in notebooks}
    ledger.write(matter, ledger.findings(matter))
    site.build(matter, [], ledger.findings(matter))
    for name, parts in shown.items():
        html = "".join(part._repr_html_() for part in parts if not hasattr(part, "svg"))
        (matter.out / f"{name}.html").write_text(html, encoding="utf-8")
    return matter
