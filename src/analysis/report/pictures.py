"""Key pictures of the summary: the first picture of a few notebooks, each leading to the notebook that drew it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from analysis.markup import Markup, tag
from analysis.report.notebooks import Page
from analysis.report.render import picture

FROM = ("22", "10", "11")  # what reached the record; how much and when; who talked to whom
LARGEST = 140_000  # characters of a picture: the summary stays under half a megabyte


def pictures(pages: Iterable[Page]) -> list[Markup]:
    """A linked picture for each notebook of `FROM` that drew one small enough."""
    by_number = {page.name[:2]: page for page in pages if page.executed.is_file() and not page.failure}
    return [shown for number in FROM if number in by_number and (shown := _first(by_number[number]))]


def _first(page: Page) -> Markup | None:
    notebook = json.loads(page.executed.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            for kind in ("image/svg+xml", "image/png"):
                data = "".join(output.get("data", {}).get(kind, ""))
                if data and len(data) <= LARGEST:
                    facts = {**output.get("metadata", {}).get(kind, {}), "numbers": ""}  # they unfold on their own page
                    drawn = picture(data, kind, facts, f"notebook {page.name}")
                    way = tag("a", page.notebook.title, href=f"{page.name}.html")
                    return tag("div", drawn, tag("p", "From the notebook ", way))
    return None
