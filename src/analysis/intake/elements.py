"""The records of a flat XML file (root, records, what is inside them), streamed, each with its bytes in the file.

Expat is used because it gives byte offsets; it resolves nothing outside the file. A DOCTYPE is refused where it begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from analysis.errors import FormatError
from analysis.intake.references import References

BLOCK = 1 << 20
DEPTH = 32  # a backup needs four; deeper nesting is an attack or another format
_REFUSAL = "the XML declares a DOCTYPE, which can expand without limit or fetch other files; it was not parsed"
Attributes = dict[str, str]


@dataclass
class Element:
    """A record: its name, attributes, what stands inside (name and attributes, flat), and its bytes [start, end)."""

    name: str
    attributes: Attributes
    start: int
    end: int = 0
    inside: list[tuple[str, Attributes]] = field(default_factory=list)


@dataclass
class Fault:
    """Where and why parsing stopped: everything from `start` on is unread."""

    start: int
    reason: str


class Elements:
    """Iterate over the records below the root of an XML file; afterwards `fault`, `root` and `references` are known."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.root: tuple[str, Attributes] = ("", {})
        self.fault: Fault | None = None
        self.references = References()
        self._depth = 0
        self._event = 0
        self._open: Element | None = None
        self._ended: Element | None = None
        self._done: list[Element] = []
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.DefaultHandler = self._other
        self._parser.StartDoctypeDeclHandler = self._doctype

    def __iter__(self) -> Iterator[Element]:
        with self.path.open("rb") as stream:
            final = False
            while not (self.fault or final):
                block = stream.read(BLOCK)
                final = not block
                self._feed(self.references.feed(block) if block else self.references.close(), final)
                yield from self._done
                self._done.clear()

    def _feed(self, block: bytes, final: bool) -> None:
        try:
            self._parser.Parse(block, final)
            if final:
                self._settle(self.size)
        except expat.ExpatError as error:
            self._stop(expat.ErrorString(error.code), self.references.offset(self._parser.ErrorByteIndex))

    def _stop(self, reason: str, at: int) -> None:
        if self._ended:  # the fault follows without anything between
            self._settle(at)
        start = self._open.start if self._open else self._event
        self.fault = Fault(start, f"not well-formed XML at byte {at}: {reason}")

    def _settle(self, position: int) -> None:
        self._event = position
        if self._ended:
            self._ended.end = position
            self._done.append(self._ended)
            self._ended = None

    def _here(self) -> int:
        position = self.references.offset(self._parser.CurrentByteIndex)
        self._settle(position)
        return position

    def _start(self, name: str, attributes: Attributes) -> None:
        position = self._here()
        self._depth += 1
        if self._depth == 1:
            self.root = (name, attributes)
        elif self._depth == 2:
            self._open = Element(name, attributes, position)
        elif self._open:
            self._open.inside.append((name, attributes))
        if self._depth > DEPTH:
            raise FormatError(f"the XML nests deeper than {DEPTH} elements at byte {position}; it was not read")

    def _end(self, name: str) -> None:
        self._here()
        self._depth -= 1
        if self._depth == 1:
            self._ended, self._open = self._open, None

    def _other(self, data: str) -> None:
        self._here()

    def _doctype(self, *_: object) -> None:
        raise FormatError(_REFUSAL)
