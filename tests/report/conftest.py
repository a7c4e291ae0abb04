"""The tiny matter as fixtures; its report is made once and copied."""

import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from analysis.matter import Matter
from analysis.report import run
from tiny_matter import derive_extent, open_tiny, write_notebooks


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_notebooks(tmp_path_factory.mktemp("books"))


@pytest.fixture
def tiny(tmp_path: Path) -> Matter:
    return open_tiny(tmp_path)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, books: Path) -> Path:
    root = tmp_path_factory.mktemp("made")
    run(open_tiny(root), folder=books, jobs=2)
    return root


@pytest.fixture
def published(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Matter:
    """A copy of the made report, which its findings can be worked out for."""
    findings = ModuleType("analysis.findings")
    findings.CATALOGUE = {"F1": derive_extent}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "analysis.findings", findings)
    shutil.copytree(made, tmp_path / "copy")
    return Matter.open(tmp_path / "copy" / "m", tmp_path / "copy" / "reports")
