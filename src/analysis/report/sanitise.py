"""The second line against hostile text: what a notebook shows as HTML is all on this list, or nothing is built.

The first line is `analysis.markup`, which escapes at the source. A sanitiser that removes something removes evidence,
so a removal is a fault of ours and stops the build. Pictures must carry words for those who cannot see them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from analysis.errors import AnalysisError

TAGS = frozenset(
    "a abbr article aside b bdi blockquote br caption cite code col colgroup dd del details dfn div dl dt em "
    "figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd label li mark meter nav ol output p pre q s "
    "samp section small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr".split()
)
SVG = frozenset(
    "svg g path rect circle ellipse line polyline polygon text tspan title desc defs clipPath marker linearGradient "
    "stop".split()
)
_SVG_ATTRIBUTES = frozenset(
    "viewBox width height x y x1 y1 x2 y2 cx cy r rx ry d points transform fill fill-opacity stroke stroke-width "
    "stroke-opacity stroke-dasharray stroke-linecap stroke-linejoin opacity text-anchor dominant-baseline font-size "
    "font-weight font-family preserveAspectRatio offset stop-color clip-path marker-end refX refY markerWidth "
    "markerHeight orient dx dy xmlns version".split()
)
_EVERYWHERE = frozenset({"id", "class", "title", "lang", "dir", "role", "tabindex", "style", "hidden"})
_ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": frozenset({"href"}),
    "img": frozenset({"src", "alt", "width", "height"}),
    "table": frozenset({"border"}),
    "td": frozenset({"colspan", "rowspan", "headers"}),
    "th": frozenset({"colspan", "rowspan", "scope", "abbr"}),
    "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}),
    "details": frozenset({"open"}),
    "ol": frozenset({"start"}),
    "time": frozenset({"datetime"}),
    "meter": frozenset({"value", "min", "max", "low", "high", "optimum"}),
}
_PICTURE = re.compile(r"data:image/(?:svg\+xml|png|jpeg);base64,[A-Za-z0-9+/=\s]+\Z")
_LINK = re.compile(r"(?:https?://|mailto:|#|(?![a-zA-Z][a-zA-Z0-9+.-]*:)(?!//)(?!\\))", re.IGNORECASE)
_STYLE = re.compile(r"(?!.*(?:url|expression|position|behavior))[\w\s:;.,%#()+*/-]*\Z", re.IGNORECASE)
_PANDAS = re.compile(r"\A(<div>\s*)<style scoped>[^<]*</style>")  # the constant block every pandas frame is shown with
_IMPLIED = frozenset({"tbody", "colgroup"})  # a browser adds them to a table by itself


def sanitise(html: str, where: str) -> str:
    """HTML of an output, proven to hold only what is allowed.

    Parameters
    ----------
    html
        The `text/html` of a notebook's output.
    where
        Notebook and cell, for the refusal.

    Raises
    ------
    AnalysisError
        The sanitiser had to remove something, a picture has no text alternative, or a figure no caption.
    """
    import nh3

    html = _PANDAS.sub(r"\1", html)
    attributes = {name: set(_ATTRIBUTES.get(name, ())) for name in TAGS} | {name: set(_SVG_ATTRIBUTES) for name in SVG}
    attributes["*"] = set(_EVERYWHERE)
    clean: str = nh3.clean(
        html, tags=set(TAGS | SVG), attributes=attributes, attribute_filter=_allowed, link_rel=None,
        generic_attribute_prefixes={"data-", "aria-"}, url_schemes={"http", "https", "mailto", "data"},
    )  # fmt: skip
    before, after = _Content(html), _Content(clean)
    if lost := before.lost(after):
        raise AnalysisError(
            f"{where}: the output holds what a report may not ({lost}); write it with analysis.markup, which escapes"
        )
    if fault := after.fault():
        raise AnalysisError(f"{where}: {fault}")
    return clean


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "src":
        return value if _PICTURE.match(value) else None
    if attribute == "href":
        return value if _LINK.match(value.strip()) else None
    if attribute == "style":
        return value if _STYLE.match(value) else None
    return value


class _Content(HTMLParser):
    """What an HTML text says: its elements with attributes in order, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[tuple[str, str], ...]]] = []
        self.words: list[str] = []
        self.odd: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _IMPLIED or attrs:
            self.elements.append((tag, tuple(sorted((name, " ".join((value or "").split())) for name, value in attrs))))

    def handle_data(self, data: str) -> None:
        self.words.extend(data.split())

    def handle_comment(self, data: str) -> None:
        self.odd.append("a comment")

    def handle_decl(self, decl: str) -> None:
        self.odd.append("a declaration")

    def handle_pi(self, data: str) -> None:
        self.odd.append("a processing instruction")

    def lost(self, after: _Content) -> str:
        """What was removed, as element or attribute names (never the words themselves); '' when nothing was."""
        if self.odd:
            return self.odd[0]
        for mine, theirs in zip(self.elements, [*after.elements, ("nothing", ())], strict=False):
            if mine != theirs:
                return f"<{mine[0]}>" if mine[0] != theirs[0] else f"an attribute of <{mine[0]}>"
        if len(self.elements) > len(after.elements):
            return f"<{self.elements[len(after.elements)][0]}>"
        return "" if "".join(self.words) == "".join(after.words) else "words in no proper place"

    def fault(self) -> str:
        """What a reader who cannot see would miss."""
        names = [name for name, _ in self.elements]
        if any(name == "img" and not dict(attributes).get("alt", "").strip() for name, attributes in self.elements):
            return "a picture has no alt text; say in words what it shows"
        if names.count("figure") > names.count("figcaption"):
            return "a figure has no figcaption; say what is drawn, its unit, n and source"
        return "".join(_untitled(self.elements))


def _untitled(elements: list[tuple[str, tuple[tuple[str, str], ...]]]) -> Iterator[str]:
    for name, attributes in elements:
        named = {"aria-label", "aria-labelledby", "aria-hidden"} & {key for key, _ in attributes}
        if name == "svg" and not named:
            yield "a drawing has no aria-label; say in words what it shows"
            return
