"""From a folder as received to the tables: a whole third-party mailbox; what is made again and what is not."""

import shutil
from pathlib import Path

import pytest

from analysis import pipeline
from analysis.matter import Matter
from analysis.store import Store
from support import fixtures

CHAT = """\
12/03/2020, 08:01 - Ada Lind: morning all
13/03/2020, 09:00 - Bo Carr: morning
"""


def test_a_whole_mailbox_has_its_copies_and_its_messages(tmp_path: Path) -> None:
    """1,766 mails under 1,766 ids are 1,431 distinct mails: the rest are copies under other ids in other folders."""
    evidence = tmp_path / "derrick" / "evidence"
    evidence.mkdir(parents=True)
    for path in fixtures("email/enron-derrick-j").glob("*.mbox"):
        shutil.copy(path, evidence)
    matter = Matter.open(tmp_path / "derrick", out=tmp_path / "out")
    pipeline.make_tables(matter, jobs=2)
    assert set(matter.store.read("sources")["status"]) == {"read"}
    assert matter.store.count("copies") == 1766
    assert matter.store.count("messages") == 1431
    assert matter.store.count("rejects") == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "m" / "evidence").mkdir(parents=True)
    (tmp_path / "m" / "evidence" / "WhatsApp Chat with Bo Carr.txt").write_text(CHAT, encoding="utf-8")
    return tmp_path / "m"


def test_opening_makes_the_tables_once_and_again_when_evidence_changes(folder: Path) -> None:
    matter = pipeline.open_matter(folder, out=folder.parent / "out")
    assert matter.store.count("copies") == 2
    before = matter.store.path("copies").stat().st_mtime_ns
    pipeline.open_matter(folder, out=folder.parent / "out")
    assert matter.store.path("copies").stat().st_mtime_ns == before
    (folder / "evidence" / "WhatsApp Chat with Cy.txt").write_text(CHAT.replace("Bo Carr", "Cy"), encoding="utf-8")
    assert pipeline.open_matter(folder, out=folder.parent / "out").store.count("copies") == 4


def test_two_places_give_the_same_tables(folder: Path) -> None:
    first = pipeline.open_matter(folder, out=folder.parent / "one")
    other = shutil.copytree(folder, folder.parent / "elsewhere" / "m")
    second = pipeline.open_matter(other, out=folder.parent / "two")
    assert first.store.hashes() == second.store.hashes()


def test_an_empty_matter_has_empty_tables(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    store: Store = pipeline.open_matter(tmp_path, out=tmp_path / "out").store
    assert store.has("copies") and store.count("copies") == 0
    assert store.has("accounts") and store.count("accounts") == 0
