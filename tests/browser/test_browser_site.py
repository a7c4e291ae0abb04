"""Every page of a report of hostile evidence, in a real browser, with the network blocked."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

import pytest

from analysis.figures import style
from analysis.report import run
from analysis.report.render import picture
from browser.chromium import chromium, watched
from tiny_matter import FILE, GROUP, HOSTILE, NAME, SUBJECT, hand_made_tables, open_tiny, write_notebooks

pytestmark = pytest.mark.browser
CSP = re.compile(
    r"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src ('none'|'sha256-[^']+'); "
    r"base-uri 'none'; form-action 'none'\Z"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    with hand_made_tables():
        return run(open_tiny(root), folder=write_notebooks(root / "books"), jobs=2).parent


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


def _pages(site: Path) -> list[Path]:
    return sorted(path for path in site.rglob("*.html") if "work" not in path.relative_to(site).parts)


def test_no_page_calls_runs_or_says_anything(site: Path, browser: Any) -> None:
    with browser.new_context() as context:
        page, seen = watched(context, site)
        for path in _pages(site):
            page.goto(path.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
            assert page.evaluate("window.__pwned") is None, path.name
            assert page.evaluate("document.querySelectorAll('iframe, object, embed, form, base, link').length") == 0
            assert page.evaluate("document.querySelectorAll('script:not([type=\"application/json\"])').length") <= 1
            assert (
                page.evaluate("[...document.querySelectorAll('a')].filter((a) => a.protocol === 'javascript:').length")
                == 0
            )
            policy = page.evaluate("document.querySelector('meta[http-equiv=Content-Security-Policy]').content")
            assert CSP.match(policy), path.name
        assert seen.nothing(), seen


def test_hostile_text_is_there_to_be_read(site: Path, browser: Any) -> None:
    with browser.new_context() as context:
        page, _ = watched(context, site)
        page.goto((site / "threads" / "t1.html").as_uri())
        text = page.inner_text("main")
        assert HOSTILE.partition(" [md]")[0] in text
        assert "[U+202E]gnp.exe[U+202C]" in text
        assert "[U+001B][31mred" in text
        for words in (GROUP, NAME, FILE):
            assert words in text
        page.goto((site / "threads" / "t2.html").as_uri())
        assert SUBJECT in page.inner_text("main")


def test_every_link_within_the_site_leads_to_something(site: Path, browser: Any) -> None:
    anchors: dict[str, set[str]] = {}
    links: set[tuple[str, str]] = set()
    with browser.new_context() as context:
        page, _ = watched(context, site)
        for path in _pages(site):
            page.goto(path.as_uri())
            anchors[path.as_uri()] = set(page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)"))
            assert len(anchors[path.as_uri()]) == page.evaluate("document.querySelectorAll('[id]').length"), (
                f"{path.name}: an id twice"
            )
            links |= {
                (path.as_uri(), href)
                for href in page.evaluate("[...document.querySelectorAll('a')].map((a) => a.getAttribute('href'))")
            }
    for start, href in sorted(links):
        target, anchor = urldefrag(urljoin(start, href))
        assert target in anchors, f"{start} -> {href}"
        rows = (
            Path(target).parent.name == "rows" and "=" in anchor
        )  # chooses rows: followed where numbers are recounted
        assert not anchor or rows or unquote(anchor) in anchors[target], f"{start} -> {href}"
    assert {urldefrag(urljoin(start, href))[0] for start, href in links} == set(anchors), "a page that nothing links to"


def test_from_a_number_to_file_hash_and_place_in_two_clicks(site: Path, browser: Any) -> None:
    with browser.new_context() as context:
        page, _ = watched(context, site)
        page.goto((site / "index.html").as_uri())
        page.click(".asked p a")
        page.click("#m-" + page.evaluate("document.querySelector('.say').id.slice(2)") + " summary")
        said = page.inner_text(".say details")
        assert "bytes 0-39" in said
        mark = page.locator(".say details a").first
        source = page.locator(mark.get_attribute("href"))
        assert re.search(r"SHA-256 [0-9a-f]{64}", source.inner_text())


def test_tables_sort_and_filter_by_keyboard(site: Path, browser: Any) -> None:
    with browser.new_context() as context:
        page, seen = watched(context, site)
        page.goto((site / "01_first.html").as_uri())
        column = "() => [...document.querySelectorAll('tbody th')].map((cell) => cell.textContent)"
        heading = page.locator("thead th").first
        heading.locator("button").focus()
        page.keyboard.press("Enter")
        assert heading.get_attribute("aria-sort") == "ascending"
        assert page.evaluate(column) == [str(number) for number in range(12)]
        page.keyboard.press("Space")
        assert heading.get_attribute("aria-sort") == "descending"
        assert page.evaluate(column) == [str(number) for number in reversed(range(12))]
        page.get_by_label("Filter rows").focus()
        page.keyboard.type("number 1")
        assert page.locator("tbody tr:visible").count() == 2
        assert page.locator("[role=status]").first.inner_text() == "2 of 12 rows"
        assert seen.nothing(), seen


def test_on_a_phone_a_row_of_words_is_a_card_with_its_headings(site: Path, browser: Any) -> None:
    with browser.new_context(viewport={"width": 320, "height": 800}) as context:
        page, seen = watched(context, site)
        page.goto((site / "dictionary.html").as_uri())
        table = page.locator("table.cards").first
        head, cell = table.locator("thead th").last.inner_text(), table.locator("tbody tr").first.locator("td").last
        assert cell.get_attribute("data-label") == head.replace("\u2195", "").strip()
        assert cell.get_attribute("role") == "cell"
        assert table.evaluate("table => table.scrollWidth <= table.closest('.scroll').clientWidth")
        page.set_viewport_size({"width": 1280, "height": 800})
        assert page.locator("table.cards").count() == 0
        assert seen.nothing(), seen


def test_without_script_tables_are_whole_and_pages_readable(site: Path, browser: Any) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page, _ = watched(context, site)
        page.goto((site / "01_first.html").as_uri())
        assert page.locator("tbody tr:visible").count() == 12


def test_every_picture_has_words_and_every_page_its_landmarks(site: Path, browser: Any) -> None:
    with browser.new_context() as context:
        page, _ = watched(context, site)
        n_figures = 0
        for path in _pages(site):
            page.goto(path.as_uri())
            assert page.evaluate("[...document.images].every((picture) => picture.alt.trim())"), path.name
            captions = page.evaluate(
                "[...document.querySelectorAll('figure')].map((f) => f.querySelector('figcaption')?.textContent.trim() ?? '')"
            )
            assert all(captions), path.name
            n_figures += len(captions)
            assert page.evaluate(
                "['header', 'nav', 'main', 'footer'].every((part) => document.querySelectorAll('body ' + part).length >= 1)"
            )
            assert page.evaluate("document.querySelectorAll('h1').length") == 1, path.name
            assert page.evaluate("document.documentElement.lang") == "en-GB"
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.textContent") == "Skip to content"
            regions = page.evaluate(
                "[...document.querySelectorAll('[role=region]')].map((part) => part.getAttribute('aria-label'))"
            )
            assert len(regions) == len(set(regions)), f"{path.name}: two regions of one name"
        assert n_figures == 1


CORNER = """async () => Promise.all([...document.querySelectorAll('.paper img')].map(async (picture) => {
  const canvas = document.createElement('canvas').getContext('2d');
  await picture.decode();
  canvas.drawImage(picture, 0, 0);
  return canvas.getImageData(2, 2, 1, 1).data[0];
}))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_follow_the_screen(site: Path, browser: Any, scheme: Any) -> None:
    with browser.new_context(color_scheme=scheme) as context:
        page, seen = watched(context, site)
        square = f'<rect width="9" height="9" fill="{style.PAPER}"/>'
        drawing = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><defs></defs>{square}</svg>'
        shown = picture(drawing, "image/svg+xml", {"alt": "a square"}, "here")
        page.goto((site / "index.html").as_uri())
        page.evaluate("html => { document.querySelector('main').innerHTML = html; }", str(shown))
        paper = int((style.DARK[style.PAPER] if scheme == "dark" else style.PAPER)[1:3], 16)
        assert page.evaluate(CORNER) == [paper]
        assert seen.nothing(), seen


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_no_page_scrolls_sideways(site: Path, browser: Any, width: int) -> None:
    with browser.new_context(viewport={"width": width, "height": 800}) as context:
        page, _ = watched(context, site)
        for path in _pages(site):
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path.name


def test_the_index_is_light(site: Path) -> None:
    assert (site / "index.html").stat().st_size < 500_000


@pytest.mark.parametrize("kept", [False, True], ids=["clipboard", "clipboard kept from files"])
def test_a_citation_is_copied_by_keyboard(site: Path, browser: Any, kept: bool) -> None:
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page, seen = watched(context, site)
        if kept:
            page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        page.goto((site / "threads" / "t1.html").as_uri())
        opener = page.locator("summary", has=page.locator("xpath=../p[@class='cite']")).first
        opener.focus()
        page.keyboard.press("Enter")
        button = opener.locator("xpath=..").get_by_role("button", name="Copy citation")
        button.wait_for()
        while not button.evaluate("(it) => it === document.activeElement"):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        quoted = opener.locator("xpath=..").locator(".cite q").text_content()
        opener.locator("xpath=..").get_by_role("status").get_by_text("Copied.", exact=True).wait_for()
        if kept:
            assert page.evaluate("getSelection().toString().trim()") == quoted
        else:
            assert page.evaluate("navigator.clipboard.readText()") == quoted
        assert "SHA-256" in quoted and seen.nothing()


def test_a_citation_can_be_selected_without_script(site: Path, browser: Any) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page, _ = watched(context, site)
        page.goto((site / "threads" / "t1.html").as_uri())
        page.locator("summary", has=page.locator("xpath=../p[@class='cite']")).first.click()
        assert page.locator(".cite q").first.is_visible() and not page.locator(".cite button").count()
