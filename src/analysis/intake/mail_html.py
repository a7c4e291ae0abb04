"""Text of an HTML mail: what a reader would see, line by line. Nothing is fetched, run or kept of the markup."""

from __future__ import annotations

import html
import re

from lxml import etree

DEPTH = 1_000  # open elements; the parser's time grows with them, so deeper markup only has its tags cut out
CHUNK = 1 << 15  # bytes between two looks at the depth

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6"
    " header hr html li main nav ol p pre section table tbody tfoot thead tr ul".split()
)
_HIDDEN = frozenset({"script", "style", "head", "title", "noscript", "template", "object", "applet", "svg", "math"})
_BREAK, _PARAGRAPH = "\x01", "\x02"  # a block begins or ends here; neighbours count once
_BREAKS = re.compile(r"[\x01\x02][ \t\x01\x02]*")
_TAG = re.compile(r"<!--.*?(?:-->|$)|<[^<>]*>", re.S)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_GAVE_UP = re.compile("huge|excessive", re.I)  # the parser's own limits: then tags are cut out without parsing


class _Words:
    """Collects words while the parser passes by; there is no tree."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.hidden: list[str] = []
        self.depth = 0

    def start(self, tag: str, _attributes: object) -> None:
        self.depth += 1
        if tag in _HIDDEN:
            self.hidden.append(tag)
        elif not self.hidden:
            self.pieces.append({"br": "\n", "td": "\t", "th": "\t", "p": _PARAGRAPH}.get(tag, "") or _edge(tag))

    def end(self, tag: str) -> None:
        self.depth -= 1
        if tag in _HIDDEN:
            if tag in self.hidden:
                del self.hidden[self.hidden.index(tag) :]
        elif not self.hidden:
            self.pieces.append(_PARAGRAPH if tag == "p" else _edge(tag))

    def data(self, words: str) -> None:
        if not self.hidden:
            self.pieces.append(_SPACE.sub(" ", words))

    def close(self) -> list[str]:
        return self.pieces


def _edge(tag: str) -> str:
    return _BREAK if tag in _BLOCKS else ""


def text_of(markup: str) -> str:
    """The visible words of an HTML document; blocks begin lines, cells are parted by tabs, lines are trimmed.

    Cannot show: what style sheets hide or show, images, link targets; the source bytes keep those.
    """
    cleaned = _CONTROL.sub(" ", markup)
    words = _Words()
    parser = etree.HTMLParser(target=words, encoding="utf-8", no_network=True, recover=True)  # type: ignore[arg-type]
    try:
        pieces = _parsed(cleaned.encode("utf-8", "replace"), parser, words)
    except (etree.XMLSyntaxError, ValueError, AssertionError):
        pieces = []
    if not pieces or any(_GAVE_UP.search(entry.message) for entry in parser.error_log):
        pieces = [html.unescape(_TAG.sub(" ", cleaned))]
    return _trimmed("".join(pieces).replace("\xa0", " "))


def _parsed(data: bytes, parser: etree.HTMLParser, words: _Words) -> list[str]:
    """Pieces of text; none when the markup is too deep to go on."""
    for at in range(0, len(data), CHUNK):
        parser.feed(data[at : at + CHUNK])
        if words.depth > DEPTH:
            return []
    pieces: list[str] = parser.close()  # type: ignore[assignment]
    return pieces


def _trimmed(text: str) -> str:
    text = _BREAKS.sub(lambda run: "\n\n" if _PARAGRAPH in run[0] else "\n", text)
    lines = [line.strip(" \t") for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
