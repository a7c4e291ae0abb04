"""Text of an HTML mail: what a reader would see, line by line. Nothing is fetched, run or kept of the markup."""

from __future__ import annotations

import html
import re

from lxml import etree

_BLOCKS = frozenset(
    "address article aside blockquote body br caption center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6"
    " header hr html li main nav ol p pre section table tbody tfoot thead tr ul".split()
)
_HIDDEN = frozenset({"script", "style", "head", "title", "noscript", "template", "object", "applet", "svg", "math"})
_TAG = re.compile(r"<!--.*?(?:-->|$)|<[^<>]*>", re.S)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def text_of(markup: str) -> str:
    """The visible words of an HTML document; blocks begin lines, cells are parted by tabs, lines are trimmed.

    Cannot show: what style sheets hide or show, images, link targets; the source bytes keep those.
    """
    cleaned = _CONTROL.sub(" ", markup)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, recover=True, huge_tree=True, remove_comments=True,
                              remove_pis=True)  # fmt: skip
    try:
        root = etree.fromstring(cleaned.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError, AssertionError):
        root = None
    if root is None or any("depth" in entry.message for entry in parser.error_log):
        return _trimmed([html.unescape(_TAG.sub(" ", cleaned))])
    return _trimmed(_pieces(root))


def _pieces(root: etree._Element) -> list[str]:
    out: list[str] = []
    hidden: etree._Element | None = None
    for step, node in etree.iterwalk(root, events=("start", "end")):
        name = node.tag if isinstance(node.tag, str) else ""
        if step == "start":
            if hidden is None and name in _HIDDEN:
                hidden = node
            if hidden is None:
                out.append(_opening(name) + _SPACE.sub(" ", node.text or ""))
            continue
        if hidden is node:
            hidden = None
        elif hidden is None and name in _BLOCKS:
            out.append("\n" if name != "p" else "\n\n")
        if hidden is None:
            out.append(_SPACE.sub(" ", node.tail or ""))
    return out


def _opening(name: str) -> str:
    return "\n" if name in _BLOCKS else "\t" if name in {"td", "th"} else ""


def _trimmed(pieces: list[str]) -> str:
    lines = [line.strip(" \t") for line in "".join(pieces).replace("\xa0", " ").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
