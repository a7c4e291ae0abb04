"""Findings of matters that lack something: what cannot be told is not told."""

import pytest

from analysis.findings import CATALOGUE
from analysis.pipeline import open_matter
from received import sms

CHAT = "20/03/2020, 09:00 - Ann Lee: The contract for gowns must be signed by the minister today\n"


@pytest.fixture(scope="module")
def nobodys(tmp_path_factory):
    """One chat and one backup, nobody's; no register."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "evidence").mkdir()
    (folder / "evidence" / "WhatsApp Chat with Bo Ray.txt").write_text(CHAT, encoding="utf-8")
    (folder / "evidence" / "sms.xml").write_text(sms(), encoding="utf-8")
    return open_matter(folder, out=folder / "out")


@pytest.fixture(scope="module")
def found(nobodys):
    return {finding.finding_id: finding for derive in CATALOGUE.values() for finding in derive(nobodys)}


def test_without_a_register_there_is_no_upper_bound(found):
    assert (found["F1"].low, found["F1"].high, found["F1"].outcome) == (0, None, "cannot_tell")


def test_timers_are_looked_for_only_where_exports_record_them(found):
    assert found["F7.timers"].of == 1


def test_what_files_of_nobody_alone_hold_is_not_called_held_by_more(found):
    assert found["F4.sole"].n == 0 and found["F4.sole"].outcome == "cannot_tell"
    assert "2 files no custodian is known" in found["F4.sole"].limits
