"""The rows behind a number, as a reader sees them: the page counts what the cell says, and its rows open."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis.matter import Matter
from analysis.report import rolls
from analysis.report.cells import rows
from browser.chromium import chromium, watched
from in_process import NOTEBOOKS, site_of_handmade

pytestmark = pytest.mark.browser
CHOSEN = ("03_copies", "10_volume", "11_contacts")
CHOSEN_AND_SAID = """(hash) => {
  history.replaceState(null, "", hash);
  dispatchEvent(new HashChangeEvent("hashchange"));
  return document.querySelector(".said b").textContent;
}"""
SAID = "document.querySelector('.said b').textContent"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Matter:
    return site_of_handmade(tmp_path_factory.mktemp("rows"), [path for path in NOTEBOOKS if path.stem in CHOSEN])


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


def _numbers(out: Path) -> list[tuple[str, float]]:
    """Address and value of every number that leads to rows."""
    cells = [cell for page in (*CHOSEN, "index") for row in rows((out / f"{page}.html").read_text("utf-8"))
             for cell in row.cells]  # fmt: skip
    return [(cell.href, cell.value) for cell in cells if cell.counts and cell.href.startswith("rows/")
            and not cell.facts.get("data-from")]  # fmt: skip


def test_the_page_counts_what_the_cell_says(browser: Any, report: Matter) -> None:
    numbers = _numbers(report.out)
    assert len(numbers) > 100 and any("count=sum" in href for href, _ in numbers)
    with browser.new_context() as context:
        page, seen = watched(context, report.out)
        for href, value in sorted(set(numbers)):
            address, _, fragment = href.partition("#")
            page.goto(f"{(report.out / address).as_uri()}#{fragment}")
            said = float(page.evaluate(SAID).replace(",", ""))  # the page says two decimals
            assert said == pytest.approx(value, abs=0.0051), href
        assert seen.nothing()


def test_a_row_opens_its_message_and_all_rows_come_back(browser: Any, report: Matter) -> None:
    with browser.new_context() as context:
        page, seen = watched(context, report.out)
        page.goto(f"{(report.out / 'rows/messages.html').as_uri()}#channel=sms")
        few = int(page.evaluate(SAID))
        page.get_by_role("link", name="Show all rows").click()
        assert int(page.evaluate(SAID)) > few
        page.locator(".rows tbody a").first.click()
        assert "/threads/" in page.url and page.locator(f"[id='{page.url.partition('#')[2]}']").count() == 1
        assert seen.nothing()


def test_without_script_the_rows_stand_by_conversation(browser: Any, report: Matter) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page, _ = watched(context, report.out)
        page.goto((report.out / "rows" / "messages.html").as_uri())
        assert "needs a script" in page.content()
        page.locator(".rows summary").click()
        assert page.locator(".rows details a").count() > 1


def test_parts_of_a_roll_add_up_and_empty_ones_are_passed_over(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolls, "AT_MOST", 5)
    monkeypatch.setattr(rolls, "FEW", 2)
    matter = site_of_handmade(tmp_path, [path for path in NOTEBOOKS if path.stem == "10_volume"])
    cells = [cell for row in rows((matter.out / "10_volume.html").read_text("utf-8")) for cell in row.cells]
    wanted = {
        cell.href: cell.value
        for cell in cells
        if cell.counts
        and cell.href.startswith("rows/messages.html#")
        and "count=" not in cell.href
        and cell.value
        and not cell.facts.get("data-from")
    }
    assert len(wanted) > 10
    passed = 0
    with browser.new_context() as context:
        page, seen = watched(context, matter.out)
        for href, value in wanted.items():
            address, _, fragment = href.partition("#")
            page.goto(f"{(matter.out / address).as_uri()}#{fragment}")
            page.wait_for_function(SAID + " !== '0'")
            ways = page.locator("nav.parts li:not([hidden]) a").evaluate_all("(all) => all.map((a) => a.href)")
            passed += page.url.partition("#")[0] != (matter.out / address).as_uri()
            total = 0.0
            for way in {page.url, *ways}:
                page.goto("about:blank")
                page.goto(way.partition("#")[0])
                total += float(page.evaluate(CHOSEN_AND_SAID, "#" + fragment).replace(",", ""))
            assert total == value, href
        assert passed and seen.nothing()
