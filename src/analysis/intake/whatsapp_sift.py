"""Tell what each record is. A quick look at a few bytes of every body finds the few that can be the app's own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from analysis.intake.whatsapp_content import PLACE, STRONG, Content, Event, classify, event, is_you
from analysis.intake.whatsapp_heads import BLOCK, windows
from analysis.intake.whatsapp_lines import Bytes, Ints
from analysis.intake.whatsapp_locales import LONGEST, LRM, Locale, alike, locales, words
from analysis.intake.whatsapp_records import LRM_BYTES, Flags, Records, starts_with

PLAIN = Content()
_SAMPLE = 100  # app-written lines looked at to rank the languages
_BLANK = np.isin(np.arange(256), [9, 10, 13, 32])
_MAP_BYTES = 30  # shortest line that holds a map link


@dataclass
class Sifted:
    """Per record: index into `contents` (0 is plain text), and into `told` if it is an event (else -1)."""

    contents: list[Content]
    code: npt.NDArray[np.int32]
    told: list[Event]
    event: Ints
    typed: Flags
    marks: bool
    signer: str | None = None  # in whose name the app writes its notice (iOS): the chat's title

    @property
    def events(self) -> list[Event]:
        """The different events, in the order in which they last happen; those taken back are left out."""
        codes, from_end = np.unique(self.event[self.event >= 0][::-1], return_index=True)
        return [self.told[code] for code in codes[np.argsort(-from_end)].tolist()]

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
    rows = np.flatnonzero((_likely(held, led | marked) | (_captioned(held) if marks else False)) & spoken)
    contents, code = _classified(held, rows, marked, marks)
    sifted = Sifted(contents, code, [], np.full(len(held), -1), np.zeros(len(held), bool), marks)
    sifted.typed |= sifted.flags("typed")
    told = _Told(sifted)
    silent = np.flatnonzero(~spoken)
    lines, numbers = _lines(held, silent)
    fitting = _fitting(order, lines)
    found = [event(line, fitting, frozenset(held.labels)) or Event("other", value=line) for line in lines]
    sifted.event[silent] = np.array([told.number(each) for each in found] or [0], np.int64)[numbers]
    _spoken_events(held, told, rows, led, order, title)
    return held, sifted


class _Told:
    """Numbers the different events of a chat."""

    def __init__(self, sifted: Sifted) -> None:
        self.sifted = sifted
        self.numbers: dict[Event, int] = {}

    def number(self, found: Event) -> int:
        """The number of an event, a new one at its first time."""
        number = self.numbers.setdefault(found, len(self.numbers))
        if number == len(self.sifted.told):
            self.sifted.told.append(found)
        return number


def _lines(held: Records, rows: Ints) -> tuple[list[str], Ints]:
    """The different lines among some records (all behind the sender, or the header without one), and which is whose."""
    encoded = held.cut(held.body[rows], held.end[rows]).dictionary_encode()
    return [line.lstrip(LRM) for line in encoded.dictionary.to_pylist()], encoded.indices.to_numpy()


def _ranked(held: Records, led: Flags) -> tuple[Locale, ...]:
    """Languages by how many of the app's lines they explain; the others behind."""
    lines, numbers = _lines(held, np.flatnonzero((held.sender < 0) | led)[:_SAMPLE])
    times = np.bincount(numbers, minlength=len(lines)).tolist()
    hits = {
        locale.name: sum(
            n
            for line, n in zip(lines, times, strict=True)
            if (found := event(line, (locale,))) and found.kind != "left"
        )
        for locale in _fitting(locales(), lines)
    }
    return tuple(sorted(locales(), key=lambda locale: -hits[locale.name]))


def _fitting(order: Sequence[Locale], lines: list[str]) -> tuple[Locale, ...]:
    """The languages with those templates only that can fit one of the lines: most cannot."""
    whole = "\n".join(plain for line in lines if len(plain := alike(line).strip()) <= LONGEST)
    return tuple(
        replace(
            locale,
            events=tuple(template for template in locale.events if template.fixed in whole),
            calls=tuple(template for template in locale.calls if template.fixed in whole),
        )
        for locale in order
    )


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
    found = own.copy()
    for at in range(0, len(held), BLOCK):
        part = slice(at, at + BLOCK)
        found[part] |= _maybe(held, held.heads.rest[part], held.body[part], held.first[part], held.end[part])
    return found


def _captioned(held: Records) -> Flags:
    """Records with a mark of direction inside, and an end like that of the app's own words: media with a caption."""
    found: Flags = np.array(np.logical_or.reduce(_tables()[1], axis=1)[held.text.data[np.maximum(held.end - 1, 0)]])
    found &= held.end > held.body
    rows = np.flatnonzero(found)
    inside = pc.match_substring(held.cut(held.body[rows], held.end[rows]), LRM).to_numpy(zero_copy_only=False)
    found[rows] = inside
    return found


def _maybe(held: Records, rest: Ints, body: Ints, first: Ints, end: Ints) -> Flags:
    data = held.text.data
    starts, ends, heads, prefixes = _tables()
    if held.text.fast:
        return _quick(held, rest, body, first, end)
    size, four = np.minimum(first - body, 255), _four(data, body)
    head, last = (four & np.uint32(255)).astype(np.intp), data[np.maximum(first - 1, 0)]
    found: Flags = (size <= 0) | _BLANK[head] | (last == ord(")")) | (starts[head, size] & ends[last, size])
    found |= (data[np.maximum(end - 1, 0)] == ord(">")) | (four == _four(data, rest))
    maybe = np.flatnonzero((last - 48 < 10) & (size >= _MAP_BYTES) & ~found)
    if len(maybe):
        links = pc.match_substring(held.cut(body[maybe], first[maybe]), "://maps.google")
        found[maybe] = links.to_numpy(zero_copy_only=False)
    long = np.flatnonzero(end - body >= len(PLACE) + 24)
    long = long[data[end[long] - 25] == ord("/")]
    found[long] |= data[end[long] - 26] == ord("v")
    maybe = np.flatnonzero(heads[head] & ~found)
    found[maybe] = np.isin(four[maybe], prefixes)
    return found


def _quick(held: Records, rest: Ints, body: Ints, first: Ints, end: Ints) -> Flags:
    """The same, in the compiled loop."""
    starts, ends, heads, prefixes = _tables()
    data = held.text.data
    seen = held.text.fast.maybe(data, rest, body, first, end, _BLANK, starts, ends, heads, len(PLACE) + 24)
    found: Flags = (seen & 1).astype(bool)
    rows = np.flatnonzero(seen & 2)
    rows = rows[(first - body)[rows] >= _MAP_BYTES]
    if len(rows):
        links = pc.match_substring(held.cut(body[rows], first[rows]), "://maps.google")
        found[rows] = links.to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(seen & 4)
    found[rows] |= np.isin(_four(data, body[rows]), prefixes)
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
    held: Records, told: _Told, rows: Ints, led: Flags, order: tuple[Locale, ...], title: str | None
) -> None:
    """Records with a sender that are events: calls, and lines the app wrote in the name of a sender or a group."""
    sifted, known = told.sifted, frozenset(held.labels)
    calls = sifted.flags("call")
    plain = (sifted.code == 0) & ~sifted.typed
    other = np.unique(held.sender[~(led & plain)]).tolist() if led.any() else range(len(held.labels))
    only = set(held.labels) - {held.labels[k] for k in other if k >= 0}
    rows = rows[calls[rows] | plain[rows]]
    lines, numbers = _lines(held, rows)
    order = _fitting(order, lines)
    met: dict[tuple[int, int, bool, bool], tuple[int, bool]] = {}
    facts = (numbers.tolist(), held.sender[rows].tolist(), led[rows].tolist(), calls[rows].tolist())
    for row, key in zip(rows.tolist(), zip(*facts, strict=True), strict=True):
        if key not in met:
            line, sender, marked, call = lines[key[0]], held.labels[key[1]], key[2], key[3]
            found = Event("call", sender, (), line) if call else event(line, order, known)
            if marked and found and found.kind == "encryption_notice" and not sifted.signer:
                sifted.signer = title = sender
                met.clear()  # from here on, this name is the chat's
            if marked and not found and (sender == title or sender in only):
                found = Event("other", value=line)
            if found and not (call or marked or _sure(found, line, order, sender)):
                found = None
            if found and found.kind == "call" and not found.actor:
                found = replace(found, actor=sender)  # a call's line stands under its caller
            met[key] = told.number(found) if found else -1, sifted.marks and not (call or marked) and found is not None
        sifted.event[row], sifted.typed[row] = (-1, True) if met[key][1] else (met[key][0], sifted.typed[row])


def _sure(found: Event, line: str, order: tuple[Locale, ...], sender: str) -> bool:
    """Whether a line with a sender and no mark can only be the app's: a long template, in the sender's own name."""
    if found.actor is not None and found.actor != sender and not is_you(found.actor):
        return False
    strong = tuple(t for locale in order for t in locale.events if t.weight >= STRONG and t.fixed in line)
    return any(template.kind == found.kind for template in strong)
