"""Tell what each record is. A quick look at a few bytes of every body finds the few that can be the app's own words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from analysis.intake.whatsapp_content import PLACE, STRONG, Content, Event, classify, event, is_you
from analysis.intake.whatsapp_fast import words as eights
from analysis.intake.whatsapp_heads import BLOCK
from analysis.intake.whatsapp_lines import CHUNK, Bytes, Ints, Text
from analysis.intake.whatsapp_locales import LONGEST, LRM, Locale, alike, locales, words
from analysis.intake.whatsapp_records import Flags, Fours, Records, fours

PLAIN = Content()
_SAMPLE = 100  # app-written lines looked at to rank the languages
LRM_BYTES = int.from_bytes(LRM.encode(), "little")
_BLANK = np.isin(np.arange(256), [9, 10, 13, 32])
_MAP_BYTES = 30  # shortest line that holds a map link


@dataclass
class Sifted:
    """Per record: index into `contents` (0 is plain text), and into `told` if it is an event (else -1)."""

    contents: list[Content]
    code: npt.NDArray[np.int32]
    told: list[Event]
    event: npt.NDArray[np.int32]
    typed: Flags
    marks: bool
    opening: Fours  # the first bytes of each body
    signer: str | None = None  # in whose name the app writes its notice (iOS): the chat's title

    @property
    def events(self) -> list[Event]:
        """The different events, in the order in which they last happen; those taken back are left out."""
        codes, from_end = np.unique(self.event[self.event >= 0][::-1], return_index=True)
        return [self.told[code] for code in codes[np.argsort(-from_end)].tolist()]

    def flags(self, name: str) -> Flags:
        """A yes or no of the contents, per record."""
        values: Flags = np.array([getattr(content, name) for content in self.contents], bool)
        return values[self.code] if values.any() else np.zeros(len(self.code), bool)


def sift(held: Records, title: str | None) -> tuple[Records, Sifted]:
    """Classify all records; a sender that a system line only seems to have is taken back."""
    opening = held.opening
    led = (opening & np.uint32(0xFFFFFF) == LRM_BYTES) & (held.sender >= 0)
    marked = held.shaped([shape.marked for shape in held.heads.shapes]).astype(bool)
    marks = bool((led & held.shaped([shape.bracket for shape in held.heads.shapes]).astype(bool)).any())
    order = _ranked(held, led)
    held = _unsent(held, order)
    spoken = held.sender >= 0
    likely = _likely(held, led | marked, opening)
    rows = np.flatnonzero((likely | _captioned(held) if marks else likely) & spoken)
    contents, code = _classified(held, rows, marked, marks)
    sifted = Sifted(contents, code, [], np.full(len(held), -1, np.int32), np.zeros(len(held), bool), marks, opening)
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
        held.sender[gone] = -1
        held.body[gone] = held.heads.rest[gone]
    return held


@cache
def _tables() -> tuple[Flags, Flags, Flags, npt.NDArray[np.uint32]]:
    """Of the app's first lines: what they start with, end with and how long they are; first bytes of variable ones.

    And the first four bytes of all of them.
    """
    starts, ends, heads = np.zeros((256, 256), bool), np.zeros((256, 256), bool), np.zeros(256, bool)
    polls = [f"{word}:" for word in words("poll").split("|")]
    texts = [text.encode() for locale in locales() for text in locale.written] + [poll.encode() for poll in polls]
    for text in (*texts, b"null"):
        for written in (text, text + b"."):
            starts[written[0], min(len(written), 255)] = ends[written[-1], min(len(written), 255)] = True
    prefixes = {
        template.prefix.encode()[:4]
        for locale in locales()
        for template in (*locale.calls, *locale.prefixed, *locale.events)
        if len(template.prefix.encode()) >= 4 and (template.kind in ("call", "deleted") or template.weight >= STRONG)
    }
    heads[[prefix[0] for prefix in prefixes]] = True
    fours = prefixes | {text[:4] for text in (*texts, b"null")}
    return starts, ends, heads, np.array(sorted(int.from_bytes(four, "little") for four in fours), np.uint32)


def _captioned(held: Records) -> Flags:
    """Records with a mark of direction inside the body, as media left out behind a caption have: no false negative."""
    text, found = held.text, np.zeros(len(held), bool)
    for at in range(0, text.size, CHUNK):
        places = _marks(text, at, min(at + CHUNK, text.size)).astype(held.body.dtype)
        rows = np.searchsorted(held.body, places) - 1  # the last body that begins before the mark
        found[rows[(rows >= 0) & (places < held.end[rows])]] = True
    return found


def _marks(text: Text, at: int, stop: int) -> Ints:
    """Where marks of direction begin between two offsets of a text."""
    if text.fast:
        out = np.empty((stop - at) // 3 + 1, np.int64)
        n = int(text.fast.marks(text.data, eights(text.data), at, stop, np.uint64(LRM_BYTES), out))
        return out[:n]
    places: Ints = at + np.flatnonzero(text.data[at:stop] == LRM_BYTES & 0xFF)
    found: Ints = places[fours(text.data, places) & np.uint32(0xFFFFFF) == LRM_BYTES]
    return found


def _likely(held: Records, own: Flags, opening: Fours) -> Flags:
    """Records whose body may be the app's own words: no false negative, few false positives."""
    data, body, first, seen = held.text.data, held.body, held.first, np.empty(len(held), np.uint8)
    look: Callable[..., Bytes] = held.text.fast.maybe if held.text.fast else _maybe
    *tables, words_begin = _tables()
    for at in range(0, len(held), BLOCK):
        part = slice(at, at + BLOCK)
        places = held.heads.rest[part], body[part], first[part], held.end[part]
        seen[part] = look(data, *places, _BLANK, *tables, len(PLACE) + 24)
    found: Flags = own | (seen & 1).view(bool)
    rows = np.flatnonzero(seen & 2)
    rows = rows[(first[rows] - body[rows] >= _MAP_BYTES)]
    links = pc.match_substring(held.cut(body[rows], first[rows]), "://maps.google")
    found[rows] |= links.to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(seen & 4)
    found[rows] |= np.isin(opening[rows], words_begin)
    return found


def _maybe(
    data: Bytes, rest: Ints, body: Ints, first: Ints, end: Ints,
    blank: Flags, starts: Flags, ends: Flags, opens: Flags, short: int,
) -> Bytes:  # fmt: skip
    """Bodies that may be the app's own words (1), may hold a link (2), may be words told by their first bytes (4)."""
    size, four = np.minimum(first - body, 255), fours(data, body)
    head, last = (four & np.uint32(255)).astype(np.intp), data[np.maximum(first - 1, 0)]
    sure = (size <= 0) | blank[head] | (last == ord(")")) | (data[np.maximum(end - 1, 0)] == ord(">"))
    sure |= four == fours(data, rest)
    long = np.flatnonzero(end - body >= short)
    sure[long] |= (data[end[long] - 25] == ord("/")) & (data[end[long] - 26] == ord("v"))
    seen: Bytes = (
        sure + 2 * (last - 48 < 10).view(np.uint8) + 4 * (opens[head] | (starts[head, size] & ends[last, size]))
    )
    return seen


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
    sifted, known, calls = told.sifted, frozenset(held.labels), told.sifted.flags("call")
    plain = (sifted.code == 0) & ~sifted.typed
    other = np.unique(held.sender[~(led & plain)]).tolist() if led.any() else range(len(held.labels))
    only = known - {held.labels[k] for k in other if k >= 0}
    rows = rows[calls[rows] | plain[rows]]
    lines, numbers = _lines(held, rows)
    order = _fitting(order, lines)
    keys = ((numbers.astype(np.int64) * len(held.labels) + held.sender[rows]) * 2 + led[rows]) * 2 + calls[rows]
    while len(rows):
        _, firsts, which = np.unique(keys, return_index=True, return_inverse=True)
        codes, upto, chats = np.full(len(firsts), -1), len(rows), only | {sifted.signer or title}
        for k, first in sorted(enumerate(firsts.tolist()), key=lambda pair: pair[1]):
            line, sender, marked = lines[numbers[first]], held.labels[held.sender[rows[first]]], bool(led[rows[first]])
            found = Event("call", sender, (), line) if calls[rows[first]] else event(line, order, known)
            if marked:
                found = found or (Event("other", value=line) if sender in chats else None)
            elif found and not (calls[rows[first]] or _sure(found, line, order, sender)):
                found = None
            codes[k] = told.number(_by(sender, found)) if found else -1
            if marked and found and found.kind == "encryption_notice" and not sifted.signer:
                sifted.signer, upto = sender, first + 1  # from here on, this name is the chat's
                break
        part, code = rows[:upto], codes[which[:upto]]
        typed = part[sifted.marks & (code >= 0) & ~calls[part] & ~led[part]]
        sifted.event[part], sifted.typed[typed] = code, True
        sifted.event[typed] = -1
        rows, keys, numbers = rows[upto:], keys[upto:], numbers[upto:]


def _by(sender: str, found: Event) -> Event:
    """A call's line stands under its caller."""
    return replace(found, actor=sender) if found.kind == "call" and not found.actor else found


def _sure(found: Event, line: str, order: tuple[Locale, ...], sender: str) -> bool:
    """Whether a line with a sender and no mark can only be the app's: a long template, in the sender's own name."""
    if found.actor is not None and found.actor != sender and not is_you(found.actor):
        return False
    strong = tuple(t for locale in order for t in locale.events if t.weight >= STRONG and t.fixed in line)
    return any(template.kind == found.kind for template in strong)
