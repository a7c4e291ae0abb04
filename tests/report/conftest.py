"""The tiny matter as fixtures; its report is made once and copied."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.matter import Matter
from analysis.report import run
from tiny_matter import derive_extent, hand_made_tables, open_tiny, write_notebooks


@pytest.fixture(autouse=True)
def _tables_are_hand_made() -> Iterator[None]:
    with hand_made_tables():
        yield


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_notebooks(tmp_path_factory.mktemp("books"))


@pytest.fixture
def tiny(tmp_path: Path) -> Matter:
    return open_tiny(tmp_path)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, books: Path) -> Path:
    root = tmp_path_factory.mktemp("made")
    with hand_made_tables():
        run(open_tiny(root), folder=books, jobs=2)
    return root


@pytest.fixture
def published(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Matter:
    """A copy of the made report, which its findings can be worked out for."""
    monkeypatch.setattr("analysis.findings.CATALOGUE", {"F1": derive_extent})
    shutil.copytree(made, tmp_path / "copy")
    return Matter.open(tmp_path / "copy" / "m", tmp_path / "copy" / "reports")
