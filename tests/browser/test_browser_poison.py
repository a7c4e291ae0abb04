"""The poison matter from the folder as received to the rendered pages: nothing of it runs in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from poison import IMAGE, SCRIPT, TITLE, write_poison

from analysis.matter import Matter
from analysis.report import run, verify
from browser.chromium import chromium, watched

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_poison(tmp_path_factory.mktemp("poison"))
    matter = Matter.open(folder, out=folder.parent / "out")
    index = run(matter, jobs=2)
    assert verify(matter) == []
    return index.parent


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


def test_nothing_of_the_evidence_runs_and_no_request_leaves(site: Path, browser: Any) -> None:
    pages = sorted(path for path in site.rglob("*.html") if "work" not in path.relative_to(site).parts)
    assert len(pages) > 15
    shown = ""
    with browser.new_context() as context:
        page, seen = watched(context, site)
        for path in pages:
            page.goto(path.as_uri())
            assert page.evaluate("window.__ran") is None, path.name
            assert page.title() != "ran", path.name
            assert page.evaluate("document.querySelectorAll('iframe, object, embed, form, base, link').length") == 0
            shown += page.inner_text("main")
        assert seen.nothing(), seen
    for hostile in (SCRIPT, IMAGE, TITLE, "[U+202E]gnp.exe", "Order " + SCRIPT):
        assert hostile in shown


def test_broken_files_are_named(site: Path, browser: Any) -> None:
    with browser.new_context() as context:
        page, _ = watched(context, site)
        page.goto((site / "index.html").as_uri())
        page.click("main a[href='unexamined.html']")
        text = page.inner_text("main")
        for name in ("WhatsApp Chat - Broken.zip", "empty.txt", "bomb.xml"):
            assert name in text
