"""The one way this package writes HTML: text is escaped, always; only `Markup` made here passes unescaped."""

from __future__ import annotations

import html
import re
import unicodedata

_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_MARKS_KEPT = 3  # combining marks kept per base letter: enough for every living script, too few to climb over lines
VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "col"})


class Markup(str):
    """HTML that was built by `tag`, `join` or `raw`, and so holds no unescaped evidence."""

    __slots__ = ()


def visible(text: object) -> str:
    """Text with what a reader could not see made visible: bidi and control characters named, piled marks cut."""
    shown = str(text)
    if shown.isascii() and shown.isprintable():
        return shown
    shown = _BIDI.sub(lambda match: f"[U+{ord(match[0]):04X}]", shown)
    shown = _CONTROL.sub(lambda match: f"[U+{ord(match[0]):04X}]", shown)
    return _thin(shown) if any(unicodedata.combining(char) for char in shown) else shown


def _thin(text: str) -> str:
    kept, run = [], 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= _MARKS_KEPT:
            kept.append(char)
    return "".join(kept)


def escape(value: object) -> Markup:
    """Escape anything for HTML text or an attribute; `Markup` stays as it is, an absent value becomes empty."""
    if isinstance(value, Markup):
        return value
    return Markup("" if value is None else html.escape(visible(value), quote=True))


def tag(name: str, *children: object, **attributes: object) -> Markup:
    """An element; children and attribute values are escaped. `class_` and `for_` lose their underscore, `_` reads `-`.

    An attribute that is None or False is left out, True stands alone.
    """
    written = "".join(
        _attribute(key, value) for key, value in attributes.items() if value is not None and value is not False
    )
    if name in VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(*children)}</{name}>")


def _attribute(key: str, value: object) -> str:
    key = key.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escape(str(value))}"'


def join(*children: object) -> Markup:
    """Children one after the other, each escaped unless it is markup; lists are flattened."""
    parts: list[str] = []
    for child in children:
        parts.append(join(*child) if isinstance(child, list | tuple) else escape(child))
    return Markup("".join(parts))


def unbroken(text: object) -> Markup:
    """A text whose days (2020-03-01) do not part at the end of a line."""
    return raw(_DAY.sub(r'<span class="short">\g<0></span>', escape(text)))


def raw(trusted: str) -> Markup:
    """Declare a string of ours (a style sheet, an SVG we drew) to be HTML. Never call it on evidence."""
    return Markup(trusted)
