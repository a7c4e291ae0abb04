"""Every number of the committed report of the sample, counted and worked out again from tables made of its evidence."""

import shutil

import pytest

from analysis.matter import Matter
from analysis.report import again, ledger
from analysis.report.cells import Reader, rows
from analysis.report.recount import Recount
from planted import of_seed
from support import ROOT


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Matter:
    """The committed report beside tables made from the evidence now."""
    made, place = of_seed("committed", tmp_path_factory), tmp_path_factory.mktemp("committed")
    aside = shutil.ignore_patterns("publication", "work", "tables")
    shutil.copytree(ROOT / "reports" / "sample", place / "sample", ignore=aside)
    shutil.copytree(made.store.folder, place / "sample" / "tables")
    shutil.copytree(made.work, place / "sample" / "work")
    matter = Matter.open(ROOT / "data" / "sample", place)
    matter.store.write("findings", ledger.recorded(matter))
    return matter


def test_every_number_holds(committed: Matter) -> None:
    recount = Recount(committed)
    assert list(map(str, recount.faults())) == []
    texts = [(committed.out / page).read_text(encoding="utf-8") for page in recount.pages()]
    assert sum(len(Reader(text).said) for text in texts) > 1000
    cells = [cell for text in texts for row in rows(text) for cell in row.cells if cell.counts]
    assert len(cells) > 5000 and all(cell.href for cell in cells)


@pytest.mark.slow
def test_every_number_comes_again(committed: Matter) -> None:
    assert list(map(str, again.faults(committed))) == []
