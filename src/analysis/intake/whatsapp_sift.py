"""Tell what each record is. A quick look at a few bytes of every body finds the few that can be the app's own words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from analysis.intake.whatsapp_content import PLACE, STRONG, Content, Event, classify, event, is_you
from analysis.intake.whatsapp_heads import windows
from analysis.intake.whatsapp_lines import Bytes, Ints
from analysis.intake.whatsapp_locales import LRM, Locale, locales, words
from analysis.intake.whatsapp_records import LRM_BYTES, Flags, Records, starts_with

PLAIN = Content()
_SAMPLE = 100  # app-written lines looked at to rank the languages
_MAP_BYTES = 30  # shortest line that holds a map link


@dataclass
class Sifted:
    """Per record: index into `contents` (0 is plain text), and the event it is, if it is one (`events` by row)."""

    contents: list[Content]
    code: npt.NDArray[np.int32]
    events: dict[int, Event]
    typed: Flags
    marks: bool
    signer: str | None = None  # in whose name the app writes its notice (iOS): the chat's title

    def flags(self, name: str) -> Flags:
        """A yes or no of the contents, per record."""
        values: Flags = np.array([getattr(content, name) for content in self.contents], bool)[self.code]
        return values


def sift(held: Records, title: str | None) -> tuple[Records, Sifted]:
    """Classify all records; a sender that a system line only seems to have is taken back."""
    data = held.text.data
    led = starts_with(data, held.body, LRM_BYTES) & (held.sender >= 0)
    marked = held.shaped([shape.marked for shape in held.heads.shapes]).astype(bool)
    marks = bool((led & held.shaped([shape.bracket for shape in held.heads.shapes]).astype(bool)).any())
    order = _ranked(held, led)
    held = _unsent(held, order)
    spoken = held.sender >= 0
    rows = np.flatnonzero(_likely(held, led | marked) & spoken)
    contents, code = _classified(held, rows, marked, marks)
    sifted = Sifted(contents, code, {}, np.zeros(len(held), bool), marks)
    sifted.typed |= sifted.flags("typed")
    told: dict[str, Event] = {}
    for row in np.flatnonzero(~spoken).tolist():
        line = _line(held, row)
        if line not in told:
            told[line] = event(line, order, frozenset(held.labels)) or Event("other", value=line)
        sifted.events[row] = told[line]
    _spoken_events(held, sifted, rows, led, order, title)
    return held, sifted


def _line(held: Records, row: int) -> str:
    begin = held.heads.rest[row] if held.sender[row] < 0 else held.body[row]
    return held.text.data[begin : held.end[row]].tobytes().decode("utf-8", "replace").lstrip(LRM)


def _ranked(held: Records, led: Flags) -> tuple[Locale, ...]:
    """Languages by how many of the app's lines they explain; the others behind."""
    rows = np.flatnonzero((held.sender < 0) | led)[:_SAMPLE].tolist()
    lines = [_line(held, row) for row in rows]
    hits = {
        locale.name: sum((found := event(line, (locale,))) is not None and found.kind != "left" for line in lines)
        for locale in locales()
    }
    return tuple(sorted(locales(), key=lambda locale: -hits[locale.name]))


def _unsent(held: Records, order: tuple[Locale, ...]) -> Records:
    """Second look at seeming senders: `Ann created group "Covid: urgent"` has none.

    The line is the app's when a template fits it whole, with an actor that ends before the colon.
    """
    first = np.zeros(len(held.labels), np.int64)
    spoken = np.flatnonzero(held.sender >= 0)
    first[held.sender[spoken][::-1]] = spoken[::-1]
    false = np.zeros(len(held.labels) + 1, bool)
    for code, label in enumerate(held.labels):
        row = int(first[code])
        line = held.text.data[held.heads.rest[row] : held.first[row]].tobytes().decode("utf-8", "replace")
        found = event(line, order[:2]) if " " in label else None
        if found and len(found.actor or "") < len(label) and (found.actor or found.kind == "encryption_notice"):
            false[code] = ": " not in (found.actor or "")
    if false.any():
        gone = false[held.sender]
        held.sender[gone], held.colon[gone] = -1, -1
        held.body[gone] = held.heads.rest[gone]
    return held


@cache
def _tables() -> tuple[Flags, Flags, Flags, npt.NDArray[np.uint32]]:
    """What first lines of app words start with, end with, how long they are; and first four bytes of variable ones."""
    starts, ends, heads = np.zeros((256, 256), bool), np.zeros((256, 256), bool), np.zeros(256, bool)
    polls = [f"{word}:" for word in words("poll").split("|")]
    texts = [text for locale in locales() for text in locale.written] + polls + ["null"]
    for text in texts:
        for written in (text.encode(), text.encode() + b"."):
            starts[written[0], min(len(written), 255)] = ends[written[-1], min(len(written), 255)] = True
    prefixes = {
        template.prefix.encode()[:4]
        for locale in locales()
        for template in (*locale.calls, *locale.prefixed, *locale.events)
        if len(template.prefix.encode()) >= 4 and (template.kind in ("call", "deleted") or template.weight >= STRONG)
    }
    for prefix in prefixes:
        heads[prefix[0]] = True
    return starts, ends, heads, np.array(sorted(int.from_bytes(p, "little") for p in prefixes), np.uint32)


def _likely(held: Records, own: Flags) -> Flags:
    """Records whose body may be the app's own words: no false negative, few false positives."""
    data, body, first, end = held.text.data, held.body, held.first, held.end
    starts, ends, heads, prefixes = _tables()
    size = np.minimum(first - body, 255)
    head, last = data[body], data[np.maximum(first - 1, 0)]
    found: Flags = own | (size <= 0) | (head == 32) | (head == 9) | (head == 13) | (head == 10)
    found |= (data[np.maximum(end - 1, 0)] == ord(">")) | (last == ord(")"))
    found |= starts[head, size] & ends[last, size]
    maybe = np.flatnonzero((last - 48 < 10) & (first - body >= _MAP_BYTES) & ~found)
    found[maybe] = pc.match_substring(held.cut(body[maybe], first[maybe]), "://maps.google").to_numpy(
        zero_copy_only=False
    )
    long = np.flatnonzero(end - body >= len(PLACE) + 24)
    found[long] |= (data[end[long] - 25] == ord("/")) & (data[end[long] - 26] == ord("v"))
    maybe = np.flatnonzero(heads[head] & ~found)
    found[maybe] = np.isin(_four(data, body[maybe]), prefixes)
    found |= _four(data, body) == _four(data, held.heads.rest)
    return found


def _four(data: Bytes, at: Ints) -> npt.NDArray[np.uint32]:
    return windows(data, at, 4).view(np.uint32)[:, 0]


def _classified(held: Records, rows: Ints, marked: Flags, marks: bool) -> tuple[list[Content], npt.NDArray[np.int32]]:
    """Classify each different body once."""
    code = np.zeros(len(held), np.int32)
    contents, numbers = [PLAIN], {PLAIN: 0}
    for flag in (False, True):
        mine = rows[marked[rows] == flag]
        encoded = held.cut(held.body[mine], held.end[mine]).dictionary_encode()
        told = [classify(body, flag, marks) for body in encoded.dictionary.to_pylist()]
        for content in told:
            if content not in numbers:
                numbers[content] = len(contents)
                contents.append(content)
        if told:
            code[mine] = np.array([numbers[content] for content in told], np.int32)[encoded.indices.to_numpy()]
    return contents, code


def _spoken_events(
    held: Records, sifted: Sifted, rows: Ints, led: Flags, order: tuple[Locale, ...], title: str | None
) -> None:
    """Records with a sender that are events: calls, and lines the app wrote in the name of a sender or a group."""
    calls = sifted.flags("call")
    plain = (sifted.code == 0) & ~sifted.typed
    other = np.unique(held.sender[~(led & plain)]).tolist() if led.any() else range(len(held.labels))
    only = set(held.labels) - {held.labels[k] for k in other if k >= 0}
    for row in rows[calls[rows] | plain[rows]].tolist():
        sender, line = held.labels[held.sender[row]], _line(held, row)
        if calls[row]:
            sifted.events[row] = Event("call", sender, (), line)
            continue
        found = event(line, order, frozenset(held.labels))
        if led[row] and found and found.kind == "encryption_notice" and not sifted.signer:
            sifted.signer = title = sender
        sure = found is not None and _sure(found, line, order, sender)
        if led[row]:
            group = sender == title or sender in only
            if found or group:
                sifted.events[row] = _named(found or Event("other", value=line), None if group else sender)
        elif sure and found:
            if sifted.marks:
                sifted.typed[row] = True
            else:
                sifted.events[row] = found


def _sure(found: Event, line: str, order: tuple[Locale, ...], sender: str) -> bool:
    """Whether a line with a sender and no mark can only be the app's: a long template, in the sender's own name."""
    if found.actor is not None and found.actor != sender and not is_you(found.actor):
        return False
    strong = tuple(t for locale in order for t in locale.events if t.weight >= STRONG and t.fixed in line)
    return any(template.kind == found.kind for template in strong)


def _named(found: Event, sender: str | None) -> Event:
    return (
        found
        if found.actor or not sender or found.kind != "other"
        else Event("other", None, found.targets, found.value)
    )
