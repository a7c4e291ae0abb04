"""Each notebook runs from its first cell to its last, on the tiny matter and on one without any evidence."""

from pathlib import Path

import pytest

import analysis
from analysis.matter import Matter
from in_process import NOTEBOOKS, values

HERE = Path(__file__).parents[1]
OPEN = """
import sys; sys.path.insert(0, {here!r})
import analysis
from handmade import fill
def open_matter(folder, out="reports", engine="", **parameters):
    opened = analysis.Matter.open(folder, out=out, engine=engine, **parameters)
    fill(opened.store)
    return opened
analysis.open_matter = open_matter
matter, out = {matter!r}, {out!r}
"""


def run(path, folder, out):
    """What the last line of each cell shows, run in this process."""
    shown = []
    for value in values(path, folder, out):
        data = value._repr_mimebundle_() if hasattr(value, "svg") else value._repr_html_()
        shown.append(data if isinstance(data, str) else data[1]["image/svg+xml"]["alt"])
    return shown


@pytest.fixture
def opened_as_is(monkeypatch):
    """`open_matter` without intake: the tables are there, or are not."""
    monkeypatch.setitem(vars(analysis), "open_matter", Matter.open)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_on_the_tiny_matter(path, handmade, opened_as_is):
    shown = run(path, handmade.folder, handmade.out.parent)
    assert all(shown)
    assert "How this page was made" in shown[-1]
    assert "<script" not in "".join(shown)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_without_any_evidence(path, tmp_path, opened_as_is):
    (tmp_path / "empty").mkdir()
    assert all(run(path, tmp_path / "empty", tmp_path / "reports"))


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_in_a_kernel_and_prints_nothing(path, handmade, tmp_path):
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    place = next(i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
    code = OPEN.format(here=str(HERE), matter=str(handmade.folder), out=str(tmp_path))
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(code))
    done = NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = [output for cell in done.cells for output in cell.get("outputs", [])]
    assert {output.output_type for output in outputs} <= {"execute_result", "display_data"}
