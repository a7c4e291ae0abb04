"""The network page in a real browser: filter, slide, find, open a tie, land on its messages; by mouse and by keyboard."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

import handmade
from analysis import pipeline
from analysis.matter import Matter
from analysis.report import run
from analysis.store import write_json
from browser.chromium import chromium, watched

pytestmark = pytest.mark.browser
HOSTILE = "</script><img src=x onerror=window.__ran=1><b>Eve</b>"
STATUS, PANEL = ".status[role=status]", ".facts-of"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page about contacts, of the tiny matter with one hostile name, and its conversations."""
    root = tmp_path_factory.mktemp("network")
    folder = handmade.matter_folder(root / "matter")
    (folder / "registers" / "timeline.csv").write_text(
        f"at,kind,custodian_id,note\n2020-04-10,policy,,{HOSTILE}\n", encoding="utf-8"
    )
    matter = Matter.open(folder, out=root / "reports")
    handmade.fill(matter.store)
    people = matter.store.arrow("people").to_pylist()
    matter.store.write("people", [row | ({"label": HOSTILE} if row["person_id"] == "eve" else {}) for row in people])
    write_json(pipeline._state_path(matter), pipeline._glance(matter))  # the tables are taken as they are
    with patch.object(sys.modules["analysis.report.run"], "_tables"):
        return run(matter, only=["11"]).parent


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


@pytest.fixture(params=[True, False], ids=["webgl", "no webgl"])
def opened(site: Path, browser: Any, request: Any) -> Iterator[Any]:
    with browser.new_context(viewport={"width": 1200, "height": 1000}) as context:
        page, seen = watched(context, site)
        page.set_default_timeout(8000)
        if not request.param:
            page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
        page.goto((site / "11_contacts.html").as_uri())
        yield page
        assert not seen.requests and not seen.dialogs
        assert [line for line in seen.console if "GL Driver" not in line] == []
        assert page.evaluate("window.__ran") is None


def numbers(page: Any) -> list[int]:
    """People, ties and deliveries shown."""
    words = page.inner_text(STATUS).replace(",", "").split()
    return [int(words[0]), int(words[4]), int(words[8])]


def test_filters_by_channel_mode_and_side(opened: Any) -> None:
    whole = numbers(opened)
    assert whole[0] == 6
    opened.get_by_label("WhatsApp").uncheck()
    fewer = numbers(opened)
    assert fewer[2] < whole[2]
    opened.get_by_label("e-mail").uncheck()
    assert numbers(opened) == [2, 1, 3]  # three texts between two people
    opened.get_by_role("button", name="Show everything").click()
    assert numbers(opened) == whole
    opened.get_by_label("group").uncheck()
    assert numbers(opened)[2] < whole[2]
    opened.get_by_role("button", name="Show everything").click()
    opened.get_by_label("With an end at").select_option("outside the organisation")
    assert numbers(opened)[:2] == [2, 1]  # Alice and Dan


def test_the_slider_and_events_cut_time(opened: Any) -> None:
    whole, slider = numbers(opened), opened.get_by_label("From", exact=True)
    slider.focus()
    opened.keyboard.press("End")
    assert numbers(opened)[2] < whole[2]
    assert "May 2020" in opened.inner_text("output.span")
    opened.keyboard.press("Home")
    assert numbers(opened) == whole
    event = opened.get_by_label("Around an event")
    assert HOSTILE in event.inner_text()
    parts = []
    for way in ("until", "from"):
        event.select_option(index=1 + ("until", "from").index(way))
        parts.append(numbers(opened)[2])
    assert all(0 < part < whole[2] for part in parts)


def test_keyboard_alone_from_a_name_to_the_messages(opened: Any, site: Path) -> None:
    opened.get_by_label("Find a person").focus()
    opened.keyboard.type("dan")
    assert opened.evaluate("document.activeElement.className") == "facts-of"
    assert "Dan" in opened.inner_text(PANEL + " h3")
    assert numbers(opened)[0] == 6
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.textContent") == "Alice"
    opened.keyboard.press("Enter")
    for _ in range(3):
        opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.tagName") == "A"
    opened.keyboard.press("Enter")
    opened.wait_for_url("**/threads/t-pair.html#m-*")
    anchor = opened.url.rpartition("#")[2]
    assert opened.locator("#" + anchor).count() == 1
    assert opened.locator(".say:target, :target .say, :target").count() >= 1


def test_hostile_names_are_text(opened: Any) -> None:
    opened.get_by_label("Find a person").fill("onerror")
    opened.keyboard.press("Enter")
    assert opened.inner_text(PANEL + " h3").startswith("</script><img src=x")
    assert opened.evaluate("document.querySelectorAll('.network img').length") == 1


def test_a_click_on_a_dot_and_a_line_opens_them(site: Path, browser: Any) -> None:
    with browser.new_context(viewport={"width": 1200, "height": 1400}) as context:
        page, _ = watched(context, site)
        page.goto((site / "11_contacts.html").as_uri())
        if not page.locator(".stage canvas").count():
            pytest.skip("this browser has no WebGL")
        page.locator(".stage").scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        names = [option.get_attribute("value") for option in page.locator(".network datalist option").all()]
        dot = page.evaluate("(n) => document.querySelector('.stage').place(n)", names.index("Dan"))
        page.locator(".stage").click(position=dot)
        assert "Dan" in page.inner_text(PANEL + " h3")
        alice = page.evaluate("(n) => document.querySelector('.stage').place(n)", names.index("Alice"))
        page.wait_for_timeout(600)  # two clicks in one moment are a double click: nearer
        page.locator(".stage").click(position={key: (dot[key] + alice[key]) / 2 for key in "xy"})
        assert page.inner_text(PANEL + " h3") == "Alice and Dan"
        page.locator(PANEL + " a").first.click()
        page.wait_for_url("**/threads/t-pair.html#m-*")


def test_paper_shows_the_still_picture(site: Path, browser: Any) -> None:
    with browser.new_context() as context:
        page, _ = watched(context, site)
        page.emulate_media(media="print")
        page.goto((site / "11_contacts.html").as_uri())
        assert page.locator(".explorer").is_hidden() and page.locator(".network .paper img").is_visible()


def test_the_policy_allows_one_script_by_its_hash(site: Path) -> None:
    html = (site / "11_contacts.html").read_text(encoding="utf-8")
    assert html.count("<script>") == 1 and html.count("script-src 'sha256-") == 1
    assert "unsafe-inline'; script-src" in html
