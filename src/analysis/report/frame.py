"""The frame around every page: head, policy, header, navigation, footer. One self-contained file, no remote request."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from analysis.markup import Markup, escape, join, raw, tag
from analysis.matter import Matter

FOLDER = Path(__file__).parent / "template"
_NUMBER = re.compile(r"-?[\d,]+(?:\.\d+)?")
_TAG = re.compile(r"<[^>]+>")
_PARTS = re.compile(r"[^@/]+[@/]*|[@/]+")
_SIGNS = re.compile(r"[^._-]+[._-]*|[._-]+")
LONG, BRIEF = 60, 20  # characters: a column above the one is given room, below the other is never broken
ALONE = 2  # rows of a table with nothing to sort: its heading and one more
SHORT = ("index.html", "threads/index.html", "sources.html")  # where small pages lead back to
NETWORK = '<div class="network">'  # a page that holds a network to explore (escaped text cannot)
ROWS = '<div class="rows">'  # a page of rows to choose from
CITE = 'class="cite"'  # a page with citations to copy
FOLDED = 'class="finding fold"'  # a page with findings folded into lines
Entry = tuple[str, str]  # address from the report's folder, text


@cache
def asset(*names: str) -> str:
    """Style sheets or scripts of the package, one after the other, without comments and spare space."""
    text = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)
    if names[0].endswith(".css"):
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        text = re.sub(r"\s*([{};,>])\s*", r"\1", re.sub(r"\s+", " ", text))
    else:
        text = re.sub(r"^\s+|^//.*$", "", text, flags=re.MULTILINE)
    return text.strip() + "\n"


def policy(script: str) -> str:
    """Content-Security-Policy of a page: nothing is fetched, and no script runs but ours, named by its hash."""
    allowed = "'none'"
    if script:
        allowed = f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
    return (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {allowed}; "
        "base-uri 'none'; form-action 'none'"
    )


class Frame:
    """Frame of one matter's pages: what its header, navigation and footer say."""

    def __init__(self, matter: Matter, entries: Sequence[Entry], stamp: Sequence[str] = ()) -> None:
        self.matter = matter
        self.entries = list(entries)
        self.stamp = list(stamp)

    def page(
        self,
        title: str,
        body: object,
        here: str = "",
        sections: Sequence[Entry] = (),
        styles: Sequence[str] = ("core.css", "tables.css", "page.css"),
    ) -> str:
        """A whole page.

        Parameters
        ----------
        title, body
            What it is called, and what stands in it (escaped unless it is `Markup`).
        here
            Its address from the report's folder (`exhibits/x.html`).
        sections
            Anchors and texts (as HTML) of its sections.
        styles
            Style sheets it needs; with `plain.css` its navigation is a single line.
        """
        up = "../" * here.count("/")
        entries = [entry for entry in self.entries if entry[0] in SHORT] if "plain.css" in styles else self.entries
        code = asset("tables.js") if str(body).count("</tr>") > ALONE * str(body).count("</table>") else ""
        if NETWORK in str(body):
            code, styles = code + asset("network/sigma.min.js", "explorer.js"), (*styles, "explorer.css")
        if CITE in str(body):
            code += asset("cite.js")
        if FOLDED in str(body):
            code += asset("fold.js")
        if ROWS in str(body):
            code = asset("rows.js")
        if "plain.css" not in styles:
            code += asset("here.js")
        head = _head(f"{title} - {self.matter.title}", styles, code)
        main = tag("main", body, id="main", tabindex="-1")
        middle = tag("div", main, _navigation(entries, here, up, sections), class_="layout")
        parts = join(
            tag("a", "Skip to content", href="#main", class_="skip"),
            self._header(up),
            middle,
            self._footer(),
            raw(f"<script>{code}</script>") if code else "",
        )
        return f'<!doctype html>\n<html lang="en-GB">\n<head>{head}</head>\n<body>\n{parts}\n</body>\n</html>\n'

    def _header(self, up: str) -> Markup:
        facts = " · ".join(text for text in (self.matter.authority, self.matter.subject) if text)
        banner = tag("p", "Invented data. Nobody and nothing in this report is real.", class_="invented", role="note")
        name = tag("a", self.matter.title, href=f"{up}index.html", class_="matter")
        about = tag("p", facts, class_="about") if facts else ""
        jump = tag("a", "Contents", href="#contents", class_="jump")
        return tag("header", banner if self.matter.invented else "", tag("div", name, about, jump, class_="mast"))

    def _footer(self) -> Markup:
        return tag("footer", [tag("p", line) for line in self.stamp])


def _head(title: str, styles: Sequence[str], code: str) -> Markup:
    return join(
        tag("meta", charset="utf-8"),
        raw(f'<meta http-equiv="Content-Security-Policy" content="{policy(code)}">'),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name_="referrer", content="no-referrer"),
        tag("title", title),
        raw(f"<style>{asset(*styles)}</style>"),
    )


def _navigation(entries: Sequence[Entry], here: str, up: str, sections: Sequence[Entry]) -> Markup:
    items = [
        tag("li", text, class_="group")
        if not address
        else tag(
            "li",
            tag("a", text, href=up + address, aria_current="page" if address == here else None),
            tag("ul", [tag("li", tag("a", raw(words), href=f"#{anchor}")) for anchor, words in sections])
            if address == here and sections
            else "",
        )
        for address, text in entries
    ]
    return tag("nav", tag("h2", "Contents"), tag("ul", items), id="contents", aria_label="Report")


def region(label: str, *children: object) -> Markup:
    """A part of a page that scrolls sideways by itself and can be reached by keyboard."""
    return tag("div", *children, class_="scroll", role="region", tabindex="0", aria_label=label)


def table(
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[object]],
    hidden_caption: bool = False,
    record: tuple[str, Mapping[str, str]] | None = None,
) -> Markup:
    """A table with caption and column headings, without columns that every row leaves blank.

    The first cell of a row heads it. Cells are escaped unless markup.

    `record`: the canonical table whose rows these are, each with its id at its heading, and its columns by heading.
    """
    kept = [place for place in range(len(head)) if not place or not rows or any(str(row[place]) for row in rows)]
    head, rows = [head[place] for place in kept], [[row[place] for place in kept] for row in rows]
    kinds = [_kind([_TAG.sub("", str(row[place])) for row in rows]) for place in range(len(head))]
    name, columns = record or (None, {})
    top = tag("tr", [tag("th", text, scope="col", class_=kind, data_column=columns.get(text)) for text, kind in
                     zip(head, kinds, strict=True)])  # fmt: skip
    lines = [tag("tr", tag("th", row[0], scope="row", class_=kinds[0]), _cells(row[1:], kinds[1:])) for row in rows]
    title = tag("caption", escape(caption), class_="unseen" if hidden_caption else None)
    return region(caption, tag("table", title, tag("thead", top), tag("tbody", lines), data_record=name))


def _cells(row: Sequence[object], kinds: Sequence[str | None]) -> list[Markup]:
    return [tag("td", cell, class_=kind) for cell, kind in zip(row, kinds, strict=True)]


def _kind(cells: Sequence[str]) -> str | None:
    """What a column holds: numbers, which stand to the right, short words that are never broken, or long texts."""
    if cells and all(map(_NUMBER.fullmatch, cells)):
        return "number"
    longest = max(map(len, cells), default=0)
    return "text" if longest > LONG else "short" if longest <= BRIEF else None


def breakable(text: str, **facts: object) -> Markup:
    """An address or a path, which a narrow column may break after its signs before it breaks a word."""
    parts = [_SIGNS.findall(part) if len(part) > BRIEF else [part] for part in _PARTS.findall(text)]
    return tag("bdi", [[part, raw("<wbr>")] for several in parts for part in several], **facts)


def coded(text: str) -> Markup:
    """Words of ours, with what stands between backticks as code."""
    return join([tag("code", part) if place % 2 else part for place, part in enumerate(text.split("`"))])
