"""What a message header looks like: one grammar, applied to shapes (headers whose digits are all made alike).

A file of a million messages has a handful of shapes, so the grammar can be a plain regular expression: it says in which
columns of a line the digits of day, month, year and the clock stand, and numpy reads them for all lines at once.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

_CLOCK = tomllib.loads((Path(__file__).parent / "locales" / "clock.toml").read_text(encoding="utf-8"))
_HALVES = {word: half for half in ("noon", "pm", "am") for word in _CLOCK[half].split()}
_JOIN = frozenset(_CLOCK["join"].split()) - _HALVES.keys() | {"a"}
ERAS: dict[str, int] = _CLOCK["eras"]
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_SPACES = "\u00a0\u2007\u2009\u200a\u202f\u3000\t"
_WORD = r"[^\W\d_][^\d\s:,/\[\]]*(?: [^\d\s:,/\[\]]+)?"
_HEAD = re.compile(
    rf"(?P<open>\[?) ?(?P<era>{'|'.join(ERAS)})?(?P<a>0{{1,4}})(?P<s> ?[/.年-] ?)(?P<b>0{{1,2}}|0{{4}})"
    rf"(?P<t> ?[/.月-] ?)(?P<c>0{{1,4}})(?P<dot>\.|日)?(?: г\.?)?[,،]?(?: +(?P<before>{_WORD})(?= ?0))? *"
    rf"(?P<h>0{{1,2}})[:.](?P<m>00)(?:[:.](?P<sec>00))?(?: ?(?P<after>{_WORD}))?(?P<tail> *)"
)
_LOOSE = re.compile(
    _HEAD.pattern.replace(rf"(?: ?(?P<after>{_WORD}))?(?P<tail> *)", r"(?: ?[ap]\.? ?m\b\.?)?") + "(?=: |; | )",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Shape:
    """Where the numbers of a header stand.

    `columns` holds, for the three parts of the date as written, then hour, minute, second, the byte columns of their
    digits; `zero` is the byte of digit zero there; `half` is '' (24 hours), am, pm or noon; `stamp` the columns of the
    time as written; `marked` says that a mark of writing direction stands first (iOS: a line with app content).
    `family` groups the shapes that one export can mix: all that does not depend on the number of digits.
    """

    columns: tuple[tuple[int, ...], ...]
    zero: int
    half: str
    bracket: bool
    marked: bool
    stamp: tuple[int, int]
    era: int
    widths: tuple[int, int, int]
    family: tuple[object, ...]


def read(shape: bytes) -> Shape | None:
    """The meaning of a header's bytes up to its end (before `]` or the dash); None when it is no header."""
    plain, spans, zero = _plain(shape)
    match = _HEAD.fullmatch(plain)
    if match is None or match["s"].strip() not in {match["t"].strip(), "年"}:
        return None
    halves = [_half(match["before"]), _half(match["after"])]
    if None in halves:
        return None
    fields = [tuple(b - 1 for _, b in spans[slice(*match.span(name))]) for name in ("a", "b", "c", "h", "m", "sec")]
    widths = (len(fields[0]), len(fields[1]), len(fields[2]))
    first = match.start("era") if match["era"] else match.start("a")
    year = tuple(width if width >= 3 else 0 for width in widths)
    return Shape(
        columns=tuple(fields),
        zero=zero,
        half=next((half for half in halves if half), ""),
        bracket=bool(match["open"]),
        marked=shape.decode("utf-8", "ignore")[:1] in BIDI,
        stamp=(spans[first][0], spans[match.start("tail") - 1][1]),
        era=ERAS.get(match["era"] or "", 0),
        widths=widths,
        family=(bool(match["open"]), match["s"], match["dot"], year, bool(fields[5]), match["era"]),
    )


def loose_end(line: bytes) -> int:
    """Bytes of a header that ends in `: `, `; ` or a blank alone; 0 when the line does not start with one.

    Some tools write such files; in a file that has proper headers these lines are text.
    """
    plain, spans, _ = _plain(line)
    match = _LOOSE.match(plain)
    return spans[match.end() - 1][1] if match else 0


def _plain(shape: bytes) -> tuple[str, list[tuple[int, int]], int]:
    """Digits as 0, blanks alike, marks of direction left out; the byte span of every character kept; byte of zero."""
    kept: list[str] = []
    spans: list[tuple[int, int]] = []
    at, zero = 0, 48
    for char in shape.decode("utf-8", "ignore"):
        end = at + len(char.encode())
        value = unicodedata.decimal(char, None)
        if value is not None:
            zero = char.encode()[-1] - value
        if char not in BIDI:
            kept.append("0" if value is not None else " " if char in _SPACES else char)
            spans.append((at, end))
        at = end
    return "".join(kept), spans, zero


def _half(words: str | None) -> str | None:
    """Which half of the day, '' for words without meaning of their own, None for one that is not known."""
    if not words:
        return ""
    folded = re.sub(r"[.'’״\"\s]", "", words.casefold())
    if folded in _HALVES and words != "a":
        return _HALVES[folded]
    parts = [re.sub(r"[.'’]", "", word.casefold()) for word in words.split()]
    known = [_HALVES.get(part) or ("" if part in _JOIN else None) for part in parts]
    return None if None in known else next((half for half in known if half), "")
