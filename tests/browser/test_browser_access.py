"""Pages are accessible: axe-core finds no violation of WCAG 2.2 AA, in light and dark, on screens of two widths."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser.chromium import chromium
from support import ROOT

pytestmark = pytest.mark.browser
REPORT = ROOT / "reports" / "sample"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LARGEST = 1_500_000  # bytes of a page that axe is made to read in a test
KINDS = ("", "exhibits", "rows", "threads", "publication")  # one page of each kind is like the others of its kind
FEW = 2


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


def _pages() -> list[Path]:
    found: list[Path] = []
    for kind in KINDS:
        pages = [path for path in sorted((REPORT / kind).glob("*.html")) if path.stat().st_size < LARGEST]
        found += pages if kind == "" else pages[:FEW]
    return found


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing(browser: Any, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    pages = _pages()
    assert pages, "the committed report has no pages"
    wrong = []
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}, "bypass_csp": True}
    with browser.new_context(**options) as context:
        page = context.new_page()
        for path in pages:
            page.goto(path.as_uri())
            for violation in axe.run(page, options=RULES).response["violations"]:
                targets = [node["target"] for node in violation["nodes"][:3]]
                wrong.append(f"{path.name}: {violation['id']} ({len(violation['nodes'])}): {targets}")
    assert wrong == []
