"""Every number of the committed report of the sample, followed and counted again from tables made of its evidence."""

import shutil

from analysis.matter import Matter
from analysis.report.recount import Recount
from planted import run_folder, shared_tables
from support import ROOT


def test_every_number_of_the_committed_report(tmp_path, tmp_path_factory):
    tables = shared_tables(lambda: ROOT / "data" / "sample", run_folder(tmp_path_factory), "sample-tables")
    aside = shutil.ignore_patterns("publication", "work", "tables")
    shutil.copytree(ROOT / "reports" / "sample", tmp_path / "sample", ignore=aside)
    (tmp_path / "sample" / "tables").symlink_to(tables.out / "tables")
    recount = Recount(Matter.open(ROOT / "data" / "sample", tmp_path))
    assert list(map(str, recount.faults())) == []
