"""A slow WhatsApp text parser, one regular expression per line, kept to check the fast reader against.

Shares only data with it (the clock words) and the verdict on a single body (`classify`), which it asks for every body,
without the quick look that spares the reader most of them.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from analysis.intake import whatsapp_content

LOCALES = Path(whatsapp_content.__file__).parent / "locales"
CLOCK = tomllib.loads((LOCALES / "clock.toml").read_text(encoding="utf-8"))
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
LINE = re.compile(
    r"(\[?) ?(令和|平成|昭和|R|H|S|民國|民国)?"
    r"(\d{1,4})( ?[/.年-] ?)(\d{1,2}|\d{4})( ?[/.月-] ?)(\d{1,4})(?:\.|日)?(?: г\.?)?[,،]?"
    r"(?: +([^\W\d_][^\d:,/\[\]]*?))? *(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?(?: ?([^\W\d_][^\d:,/\[\]]*?))? *"
)
SEEN = 96  # bytes within which a header must end


@dataclass
class Record:
    start: int
    stop: int
    head: re.Match
    marked: bool
    sender: str | None
    body: str


def half(words):
    """am, pm, noon, '' or None (unknown)."""
    if not words:
        return ""
    known = {word: name for name in ("noon", "pm", "am") for word in CLOCK[name].split()}
    join = set(CLOCK["join"].split())
    whole = re.sub(r"[.'’״\"\s]", "", words.casefold())
    if whole in known and words != "a":
        return known[whole]
    halves = []
    for word in words.split():
        word = re.sub(r"[.'’]", "", word.casefold())
        if word in known and word != "a":
            halves.append(known[word])
        elif word in join or word == "a":
            halves.append("")
        else:
            return None
    return next((name for name in halves if name), "")


def header(line):
    """The header a line starts with, and the number of characters it takes; (None, 0) without."""
    bare = BIDI.sub("", line)
    if bare.startswith("["):
        end = line.find("]")
        gap = 2 if line[end + 1 : end + 2] == " " else 1
    else:
        ends = [at for at in (line.find(" - "), line.find(" – ")) if at > 0]
        end, gap = min(ends, default=-1), 3
    if end < 0 or len(line[: end + 3].encode()) > SEEN:
        return None, 0
    head = re.sub("[\u00a0\u2007\u2009\u200a\u202f\u3000\t]", " ", BIDI.sub("", line[:end]))
    match = LINE.fullmatch(head)
    if not match or match[4].strip() not in (match[6].strip(), "年"):
        return None, 0
    if None in (half(match[8]), half(match[12])):
        return None, 0
    hour, minute, second = hours(match), int(match[10]), int(match[11] or 0)
    return (match, end + gap) if hour < 24 and minute < 60 and second < 60 else (None, 0)


def hours(match):
    hour, name = int(match[9]), half(match[8]) or half(match[12])
    if name == "noon":
        return hour + 12 if hour < 11 else hour
    if name in ("am", "pm") and hour <= 12:
        return hour % 12 + (12 if name == "pm" else 0)
    return hour


def parse(raw):
    """Records of a chat in UTF-8, with byte offsets."""
    found, at = [], 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    for line in re.findall(rb"[^\n]*\n|[^\n]+", raw[at:]):
        text = line.decode("utf-8", "replace")
        text = text[:-1] if text.endswith("\n") else text
        head, taken = header(text.removesuffix("\r"))
        if head:
            found.append((at, head, bool(BIDI.match(text)), text[taken:]))
        at += len(line)
    stops = [start for start, *_ in found[1:]] + [len(raw)]
    return [record(raw, *facts, stop) for facts, stop in zip(found, stops, strict=True)]


def record(raw, start, head, marked, first, stop):
    whole = raw[start:stop].decode("utf-8", "replace")
    whole = whole.removesuffix("\n")
    whole = whole.removesuffix("\r")
    rest = whole[len(whole.split("\n", 1)[0]) - len(first) + (1 if first.endswith("\r") and "\n" not in whole else 0) :]
    line = rest.split("\n", 1)[0].removesuffix("\r")
    colon = re.match(r"([^\n]+?):(?: |(?=\r?\Z))", line)
    if colon and len(colon[1].encode()) < 480:
        body = rest[len(colon[0]) :]
        return Record(start, stop, head, marked, BIDI.sub("", colon[1]).strip(), body)
    return Record(start, stop, head, marked, None, rest)


def when(record, order):
    """Local time in the order given; None where there is no such day."""
    head = record.head
    parts = [int(head[3]), int(head[5]), int(head[7])]
    widths = [len(head[3]), len(head[5]), len(head[7])]
    if widths[0] >= 3 or head[2]:
        year, month, day = parts
    elif widths[1] >= 3:
        year, (day, month) = parts[1], (parts[0], parts[2]) if order == "day_first" else (parts[2], parts[0])
    elif order == "year_first":
        year, month, day = parts
    else:
        year, (day, month) = parts[2], parts[:2] if order == "day_first" else parts[1::-1]
    if head[2]:
        year += CLOCK["eras"][head[2]]
    elif len(str(year)) <= 2 and max(widths) <= 2:
        year += 1957 if year >= 50 else 2000
    year = year - 543 if 2400 <= year < 2800 else year + 1911 if 90 <= year < 200 else year
    try:
        return datetime(year, month, day, hours(head), int(head[10]), int(head[11] or 0))
    except ValueError:
        return None
