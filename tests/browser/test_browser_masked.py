"""The masked view of a planted matter in a real browser: its page source holds none of the planted secrets."""

import csv
import html
from pathlib import Path

import pytest

from analysis import Matter, sample
from analysis.report import run
from browser.chromium import chromium, watched
from support import ROOT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("masked")
    sample.write(root / "m", messages=1000, seed=5)
    run(Matter.open(root / "m", out=root / "reports"), folder=ROOT / "notebooks", only=["20"], jobs=2)
    return root


def secrets(folder: Path) -> set[str]:
    """Planted values of third persons: names, numbers, addresses; custodians' own numbers are their accounts."""
    with (folder / "truth" / "personal.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with (folder / "truth" / "accounts.csv").open(encoding="utf-8", newline="") as stream:
        own = {row["address"][-9:] for row in csv.DictReader(stream)}
    return {row["value"] for row in rows if row["value"].replace(" ", "")[-9:] not in own}


def test_masked_pages_hold_no_planted_secret(made: Path) -> None:
    site = next((made / "reports").iterdir())
    pages = [site / "20_sensitivity.html", *site.glob("finding-F[56].html"), *site.glob("exhibits/*.html")]
    wanted = secrets(made / "m")
    shown = " ".join(path.read_text(encoding="utf-8") for path in site.glob("threads/*.html"))
    assert len(pages) > 10 and len(wanted) > 20 and sum(one in shown for one in wanted) > 20
    with chromium() as browser, browser.new_context() as context:
        page, seen = watched(context, site)
        for path in pages:
            page.goto(path.as_uri())
            source = page.content() + path.read_text(encoding="utf-8")
            assert not [label for label in wanted if label in source], path.name
        page.goto(pages[0].as_uri())
        opens = page.evaluate("[...document.querySelectorAll('a')].map((a) => a.href).filter((h) => h.includes('#l-'))")
        assert opens
        page.goto(opens[0])
        assert page.evaluate("document.querySelector('mark:target') !== null") and seen.nothing()


def test_no_page_of_the_committed_report_but_the_conversations_holds_a_planted_secret() -> None:
    site, wanted = ROOT / "reports" / "sample", secrets(ROOT / "data" / "sample")
    pages = [path for path in site.rglob("*.html") if path.parent.name != "threads"] + [site / "findings.jsonl"]
    assert len(pages) > 50 and len(wanted) > 300
    held = {path.name: html.unescape(path.read_text(encoding="utf-8")) for path in pages}
    assert not [(name, one) for name, text in held.items() for one in wanted if one in text]
