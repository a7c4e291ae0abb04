"""One notebook in JupyterLab itself, as a reader would: opened, run from top to bottom, a figure and a table shown."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from analysis import sample
from browser.chromium import chromium
from support import ROOT

pytestmark = pytest.mark.browser
NOTEBOOK = "10_volume.ipynb"
LONGEST_S = 80
TOKEN = "opened-by-a-test"
SETTINGS = [
    "--no-browser", "--ip=127.0.0.1", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}",
    "--ServerApp.allow_root=True", "--LabApp.extension_manager=readonly",
    f"--config={ROOT / 'scripts' / 'jupyter_lab_config.py'}",
]  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Notebooks and a small sample, placed as in the project: the notebook makes the tables itself."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / NOTEBOOK).write_bytes((ROOT / "notebooks" / NOTEBOOK).read_bytes())
    sample.write(tmp_path / "data" / "sample", messages=1000, seed=5)
    return tmp_path


@pytest.fixture
def lab(project: Path) -> Iterator[str]:
    """The address of a server of JupyterLab over the project, with settings of its own."""
    if not find_spec("jupyterlab"):
        pytest.skip("JupyterLab is not here: pip install 'offchannel[lab]'")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{name}_DIR": str(project / ".jupyter" / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"IPYTHONDIR": str(project / ".ipython"), "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "jupyterlab", *SETTINGS]
    command += [f"--ServerApp.port={port}", f"--ServerApp.root_dir={project}"]
    with (project / "lab.log").open("w") as told:
        server = subprocess.Popen(command, cwd=project, env={**os.environ, **own}, stdout=told, stderr=told)
    try:
        yield _answering(f"http://127.0.0.1:{port}", server, project / "lab.log")
    finally:
        server.terminate()  # kernels end with it
        server.wait(20)


def _answering(address: str, server: Any, told: Path) -> str:
    for _ in range(300):
        assert server.poll() is None, told.read_text()[-2000:]
        try:
            with urlopen(f"{address}/api/status?token={TOKEN}", timeout=5):
                return address
        except OSError:
            time.sleep(0.1)
    raise AssertionError("JupyterLab did not answer: " + told.read_text()[-2000:])


def _saved(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


def test_a_notebook_runs_from_top_to_bottom_in_jupyterlab(lab: str, project: Path) -> None:
    outside: list[str] = []
    with chromium() as browser, browser.new_context(viewport={"width": 1400, "height": 1000}) as context:
        context.set_default_timeout(LONGEST_S * 1000)
        page = context.new_page()
        page.on("request", lambda sent: outside.append(sent.url) if not _own(sent.url, lab) else None)
        page.goto(f"{lab}/lab/tree/notebooks/{NOTEBOOK}?token={TOKEN}&reset")
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        page.locator(".jp-KernelName", has_text="Python 3").wait_for()
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        done = _finished(page, project / "notebooks" / NOTEBOOK)
        assert [cell["execution_count"] for cell in done] == list(range(1, len(done) + 1))
        assert not [output for cell in done for output in cell["outputs"] if output["output_type"] == "error"]
        for shown in (".jp-OutputArea-output svg, .jp-OutputArea-output img", ".jp-OutputArea-output table.data"):
            page.locator(shown).first.scroll_into_view_if_needed()
            assert page.locator(shown).first.is_visible()
    assert outside == []


def _own(url: str, lab: str) -> bool:
    return url.startswith((lab + "/", lab.replace("http", "ws", 1) + "/", "data:", "blob:"))


def _finished(page: Any, path: Path) -> list[dict[str, Any]]:
    """The code cells as saved once the last of them has run, or one has failed."""
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        page.keyboard.press("Control+s")
        page.wait_for_timeout(1000)
        cells = _saved(path)
        failed = any(output["output_type"] == "error" for cell in cells for output in cell["outputs"])
        if failed or all(cell["execution_count"] for cell in cells):
            return cells
    raise AssertionError(f"{path.name} did not finish: {[cell['execution_count'] for cell in _saved(path)]}")
