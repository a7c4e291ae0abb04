"""Parts of a text: its lines, what is quoted from somebody else, signatures, sentences."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

QUOTE_PREFIX = re.compile(r"[ \t]{0,8}(?:>|\|(?= ))")
_STAMP = re.compile(
    r"[ \t>]{0,8}(?:\[[^\]\n]{0,12}\d{1,2}[:.]\d\d[^\]\n]{0,25}\]|\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4},? \d{1,2}[:.]\d\d"
    r"(?:[:.]\d\d)?(?: ?[apAP][mM])?(?: -|:)?) [^:\n]{1,60}: "
)
"""How a line of a chat looks when it is pasted: time in brackets or date and time, name, colon."""
_BELOW = re.compile(
    r"^[ \t>]{0,8}(?:-{2,}[ ]?(?:Original Message|Original Appointment|Forwarded message|Forwarded by)\b.{0,80}"
    r"|Begin forwarded message:|On [^\n]{5,120}wrote:[ \t]*$"
    r"|From:[^\n]{1,200}\n[ \t>]{0,8}(?:Sent|Date|To|Cc|Subject):)",
    re.MULTILINE,
)
"""What begins the part of a mail that was written before it."""
_SIGN_OFF = re.compile(
    r"^[ \t>]{0,8}(?:-- ?$|(?:(?:(?:kind|best|warm|with|many|yours|all the)\s)?(?:regards|wishes|best|thanks|sincerely|"
    r"faithfully|truly|cheers|ever|yours|thank you|kind regards|best wishes|many thanks)[ \t]{0,4}[,.!]?[ \t]*$))",
    re.MULTILINE | re.IGNORECASE,
)
SIGNATURE_LINES = 9
"""Lines after a closing formula that can still belong to a signature."""
ENDING_LINES = 5
"""Last lines of a mail without a closing formula that can be its signature."""
_SENTENCE = re.compile(r"[.!?…](?=\s|$)|\n")
_WRAPPED = re.compile(r"[.!?…](?=\s|$)|\n[ \t>]*\n")


LONGEST_LINE = 2000
"""Characters looked at on either side of a position: a line without end must not cost its length for every hit."""


def line_at(text: str, at: int) -> tuple[int, int]:
    """Start and end of the line that holds a position, no further away than `LONGEST_LINE`."""
    low, high = max(0, at - LONGEST_LINE), min(len(text), at + LONGEST_LINE)
    end = text.find("\n", at, high)
    return max(low, text.rfind("\n", low, at) + 1), high if end < 0 else end


def sentence_at(text: str, start: int, end: int, reach: int = 300, wrapped: bool = False) -> tuple[int, int]:
    """Start and end of the sentence that holds a span, within `reach`; `wrapped` sentences run over line ends."""
    low = max(0, start - reach)
    marks = _WRAPPED if wrapped else _SENTENCE
    ends = [found.end() for found in marks.finditer(text, low, start)]
    after = marks.search(text, end, min(len(text), end + reach))
    return (ends[-1] if ends else low), (after.end() if after else min(len(text), end + reach))


@lru_cache(maxsize=64)
def _below(text: str) -> int:
    found = _BELOW.search(text)
    return found.start() if found else len(text)


def quoted(text: str, at: int) -> bool:
    """Whether a position lies in words of somebody else: quoted line, below a forwarding header, pasted chat line."""
    if at >= _below(text):
        return True
    start, end = line_at(text, at)
    if QUOTE_PREFIX.match(text, start, end) or _STAMP.match(text, start, end):
        return True
    return _within_paste(text, start)


def _within_paste(text: str, start: int) -> bool:
    """A line that belongs to the pasted chat line above it: that one begins with a stamp, no blank line between."""
    for _ in range(4):
        if start == 0:
            return False
        previous, end = line_at(text, start - 1)
        if not text[previous:end].strip():
            return False
        if _STAMP.match(text, previous, end):
            return True
        start = previous
    return False


def lead(text: str, start: int, end: int) -> int:
    """Where the words of a line begin, after quote signs and the stamp of a pasted chat line."""
    stamped = _STAMP.match(text, start, end)
    if stamped:
        return stamped.end()
    while start < end and text[start] in "> \t":
        start += 1
    return start


@lru_cache(maxsize=64)
def _signatures(text: str) -> tuple[tuple[int, int], ...]:
    spans = []
    for found in _SIGN_OFF.finditer(text):
        end = found.end()
        for _ in range(SIGNATURE_LINES):
            following = text.find("\n", end + 1)
            if following < 0:
                end = len(text)
                break
            if _BELOW.match(text, end + 1):
                break
            end = following
        spans.append((found.start(), end))
    return tuple(spans)


def signature(text: str, at: int) -> bool:
    """Whether a position lies in the few lines after a closing formula."""
    spans = _signatures(text)
    place = bisect_right(spans, (at, len(text) + 1)) - 1
    return place >= 0 and spans[place][0] <= at < spans[place][1]


def ending(text: str) -> list[str]:
    """Lines under the last closing formula of the writer's own words, or their last lines where there is none."""
    end = _below(text)
    closed = [span for span in _signatures(text) if span[0] < end and not QUOTE_PREFIX.match(text, span[0])]
    block = text[closed[-1][0] : min(end, closed[-1][1])] if closed else text[:end]
    own = [line.strip() for line in block.splitlines() if line.strip() and not QUOTE_PREFIX.match(line)]
    return own[1:] if closed else own[-ENDING_LINES:]


def own(text: str) -> str:
    """The writer's own words of a mail: above what it quotes, without its signature."""
    spans = _signatures(text)
    kept = text[: min(_below(text), spans[0][0] if spans else len(text))]
    return "\n".join(line for line in kept.split("\n") if not QUOTE_PREFIX.match(line))
