"""A real Chromium with the network blocked; every page it opens is watched."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-unsafe-swiftshader"]


@dataclass
class Watched:
    """What happened while pages were open."""

    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def nothing(self) -> bool:
        return not (self.requests or self.console or self.dialogs)


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser, or a skip with the reason; in CI its absence is a failure."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        path = None
    if not path:
        reason = "Chromium or playwright is not here: make browser"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def watched(context: Any, root: Path) -> tuple[Any, Watched]:
    """A page whose requests outside `root` are refused and noted, as are console errors and dialogs."""
    page, seen = context.new_page(), Watched()

    def route(request: Any) -> None:
        url = request.request.url
        if url.startswith((root.as_uri() + "/", "data:")):
            request.continue_()
        else:
            seen.requests.append(url)
            request.abort()

    def dialog(box: Any) -> None:
        seen.dialogs.append(box.message)
        box.dismiss()

    context.route("**/*", route)

    def console(line: Any) -> None:
        if line.type in ("error", "warning") and "GL Driver Message" not in line.text:  # the machine's, not the page's
            seen.console.append(line.text)

    page.on("console", console)
    page.on("pageerror", lambda error: seen.console.append(str(error)))
    page.on("dialog", dialog)
    return page, seen
