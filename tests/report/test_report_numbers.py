"""Every number of every page has a way to what it rests on, and its rows count it again; a changed one is found out."""

import re
import shutil
from collections import Counter
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from analysis.matter import Matter
from analysis.report import rolls
from analysis.report.cells import rows
from analysis.report.recount import Recount
from in_process import NOTEBOOKS, site_of_handmade


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Matter:
    return site_of_handmade(tmp_path_factory.mktemp("numbers"), NOTEBOOKS)


def test_every_number_is_followed_and_counted_again(report: Matter) -> None:
    recount = Recount(report)
    assert list(map(str, recount.faults())) == []
    ways = Counter(
        _way(cell) for page in recount.pages() for row in _rows(report, page) for cell in row.cells if cell.counts
    )
    assert ways["rows"] > 300 and ways["row"] > 100
    assert not ways[""]


def test_every_link_leads_to_a_page_and_a_place_on_it(report: Matter) -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in report.out.rglob("*.html")}
    places = {path: set(re.findall(r'\bid="([^"]+)"', text)) for path, text in pages.items()}
    ways = {(path, unescape(way)) for path, text in pages.items() for way in re.findall(r'href="([^"]+)"', text)}
    lost = []
    for path, way in ways:
        address, _, place = way.partition("#")
        to = (path.parent / address).resolve() if address else path
        if to not in pages or (place and to.parent.name != "rows" and unquote(place) not in places[to]):
            lost.append(f"{path.name}: {way}")
    unframed = [f"{stem.stem}.html" for stem in NOTEBOOKS]  # their frame and headings are made by a whole run
    assert len(ways) > 500 and not [one for one in lost if not any(name in one for name in unframed)]
    assert not [one for one in lost if one.partition(": ")[0] in unframed and ".html" in one.partition(": ")[2]]


def _rows(report: Matter, page: str) -> list:
    return [row for row in rows((report.out / page).read_text(encoding="utf-8")) if not row.record]


def _way(cell) -> str:
    return cell.facts.get("data-from") or cell.href.partition("/")[0].partition("#")[0]


def _changed(report: Matter, page: str, old: str, new: str, times: int = 1) -> list[str]:
    text = (report.out / page).read_text(encoding="utf-8")
    assert old in text
    return [fault.why for fault in Recount(report).page(page, text.replace(old, new, times))]


@pytest.mark.parametrize(
    ("page", "old", "new", "why"),
    [
        ("10_volume.html", 'href="rows/messages.html#channel=whatsapp"', "", "it is of its row, and leads nowhere"),
        ("10_volume.html", "#channel=whatsapp", "#channel=sms", "its rows count"),
        ("10_volume.html", "rows/messages.html", "rows/nothing.html", "is not there"),
        ("10_volume.html", "#channel=whatsapp", "#chanel=whatsapp", "chanel"),
        ("index.html", "rows/sources.html", "rows/accounts.html", "its rows count"),
        ("accounts.html", 'id="a-', 'id="b-x', "no such row"),
    ],
)
def test_a_changed_page_is_found_out(report: Matter, page: str, old: str, new: str, why: str) -> None:
    assert any(why in fault for fault in _changed(report, page, old, new, 100))


def test_a_number_without_a_link_is_found_out(report: Matter) -> None:
    page = '<table><tr><th scope="row">sms</th><td class="number">3</td></tr></table>'
    assert [fault.why for fault in Recount(report).page("x.html", page)] == ["it leads nowhere"]


@pytest.mark.parametrize(
    ("page", "old", "new", "why"),
    [
        ("13_switching.html", 'data-work="n_private / ', 'data-work="1 + n_private / ', "its row gives"),
        ("10_volume.html", '<span class="claim">', '<span class="claim">Of 98,765 messages: ', "does not say 98,765"),
        ("index.html", '<ol class="asked"><li>', '<ol class="asked"><li>98,765 ', "does not say 98,765"),
        ("index.html", "<h1>", "<p>98,765 more</p><h1>", "it leads nowhere"),
        ("30_findings.html", "; bounds ", "; bounds 98,765 to ", "does not say 98,765"),
    ],
)
def test_a_number_in_a_text_is_followed_too(report: Matter, page: str, old: str, new: str, why: str) -> None:
    assert any(why in fault for fault in _changed(report, page, old, new))


@pytest.mark.parametrize(
    ("way", "added", "why"),
    [
        ('href="rows/messages.html"', 0, ""),
        ('href="rows/messages.html"', 1, "its rows count"),
        ('href="rows/messages.html#channel=sms"', 0, "its rows count"),
        ("", 0, "it leads nowhere"),
    ],
)
def test_the_number_of_a_picture_counts_its_rows(report: Matter, way: str, added: int, why: str) -> None:
    n = rolls.read((report.out / "rows" / "messages.html").read_text(encoding="utf-8"))["size"] + added
    page = f"<figure><figcaption>Unit: messages; n = <a {way}>{n}</a>. <code>4f1</code></figcaption></figure>"
    faults = [fault.why for fault in Recount(report).page("x.html", page)]
    assert len(faults) == bool(why) and all(why in fault for fault in faults)


def test_names_days_and_evidence_are_no_results(report: Matter) -> None:
    page = (
        "<p>F12.days on 2020-03-01, 3 March 2020, page 02</p><p><bdi>98,765</bdi> <time>12:30</time> <code>4f1</code></p>"
        '<section class="prose"><p>within 7 days</p></section>'
    )
    assert list(Recount(report).page("x.html", page)) == []


def test_rows_that_the_tables_do_not_give_are_found_out(report: Matter, tmp_path: Path) -> None:
    shutil.copytree(report.out.parent, tmp_path / "reports")
    shown = tmp_path / "reports" / report.id / "rows" / "messages.html"
    shown.write_text(shown.read_text(encoding="utf-8").replace('"whatsapp"', '"telegram"', 1), encoding="utf-8")
    faults = Recount(Matter.open(report.folder, tmp_path / "reports")).faults(["10_volume.html"])
    assert any("is not what the tables give" in fault.why for fault in faults)


def test_a_roll_in_parts_is_counted_whole_and_a_changed_part_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolls, "AT_MOST", 5)
    matter = site_of_handmade(tmp_path, [path for path in NOTEBOOKS if path.stem == "10_volume"])
    pages = matter.out / "rows"
    assert (pages / "messages-2.html").is_file() and (pages / "sources.html").is_file()
    assert all(rolls.read(page.read_text(encoding="utf-8"))["size"] <= 5 for page in pages.glob("*.html"))
    assert list(map(str, Recount(matter).faults())) == []
    part = pages / "messages-2.html"
    part.write_text(part.read_text(encoding="utf-8").replace('"whatsapp"', '"telegram"', 1), encoding="utf-8")
    assert any("messages-2.html is not what" in fault.why for fault in Recount(matter).faults(["10_volume.html"]))
