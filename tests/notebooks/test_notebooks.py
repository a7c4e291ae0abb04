"""Each notebook runs on the tiny matter from its first cell to its last, and shows what it promises."""

import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
HERE = Path(__file__).parents[1]
OPEN = """
import sys; sys.path.insert(0, {here!r})
import analysis
from pathlib import Path
from handmade import fill, matter_folder
def open_matter(folder, out="reports", engine="", **parameters):
    opened = analysis.Matter.open(folder, out=out, engine=engine, **parameters)
    fill(opened.store)
    return opened
analysis.open_matter = open_matter
matter, out = {matter!r}, {out!r}
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    from handmade import matter_folder

    made = tmp_path_factory.mktemp("run")
    return matter_folder(made / "handmade"), made / "reports"


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs(path, folders):
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    place = next(i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
    code = OPEN.format(here=str(HERE), matter=str(folders[0]), out=str(folders[1]))
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(code))
    done = NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = [output for cell in done.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type in ("error", "stream")]
    shown = json.dumps([output.get("data", {}).get("text/html", "") for output in outputs])
    assert "How this page was made" in shown
    assert "<script" not in shown
    for output in outputs:
        if "image/svg+xml" in output.get("data", {}):
            assert output.metadata["image/svg+xml"]["alt"]
