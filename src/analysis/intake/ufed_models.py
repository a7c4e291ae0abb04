"""The models of a Cellebrite report, streamed: a phone's whole report never stands in memory, nor does a whole chat.

A model has fields (text), and models inside them. Models of the first level are given when they end; the messages of
a chat before it, one by one. What is nested deeper (a quoted message, a shared contact) stays inside its model and is
never a record of its own. Fields are named by an attribute or by a first child `name`: both dialects are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from analysis.errors import FormatError

BLOCK = 1 << 20
DEPTH = 256  # quotes within quotes: a chat needs some ten levels, twenty for each quoted message
FILES = 1_000_000  # files of the phone whose place in the report is remembered, to find attachments
_FIELDS = frozenset({"field", "modelField", "multiField", "multiModelField"})
_TEXTS = frozenset({"value", "name", "item"})
STATES = {"deleted": "deleted", "trash": "deleted"}  # of a model; intact and unknown are present
UNSENT = {"draft": "draft", "drafts": "draft", "unsent": "failed", "failed": "failed", "queued": "queued",
          "pending": "queued", "outbox": "queued"}  # fmt: skip
_REFUSAL = "the XML declares a DOCTYPE, which can expand without limit or fetch other files; it was not parsed"


@dataclass(eq=False)
class Model:
    """One model: its kind, id, what Cellebrite says of its deletion, texts and models by field; bytes from `start`."""

    kind: str
    id: str
    deleted: str
    start: int
    number: int
    file_id: str = ""
    within: Model | None = None
    texts: dict[str, list[str]] = field(default_factory=dict)
    models: dict[str, list[Model]] = field(default_factory=dict)

    def text(self, *names: str) -> str | None:
        """First text that is not empty among these fields."""
        return next((text for name in names for text in self.texts.get(name, ()) if text.strip()), None)

    def inside(self, *names: str) -> list[Model]:
        """Models in these fields, in order."""
        return [model for name in names for model in self.models.get(name, ())]

    def true(self, name: str) -> bool:
        """Whether a field says yes."""
        return (self.text(name) or "").strip().casefold() == "true"

    @property
    def locator(self) -> str:
        """Kind and Cellebrite's id, by which the report shows it; without one, its number among the models."""
        return f"{self.kind[:40]} {self.id[:80] or f'#{self.number}'}"


class Models:
    """Iterate over the models of a report; afterwards `fault` (first unread byte and reason) and `files` are known."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.fault: tuple[int, str] | None = None
        self.files: dict[str, str] = {}  # id of a file -> where the report keeps it
        self.number = 0
        self._elements: list[str] = []
        self._open: list[tuple[Model, list[str]]] = []  # models that have not ended, with their open fields
        self._text: list[str] | None = None
        self._file = self._item = ""
        self._done: list[Model] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def __iter__(self) -> Iterator[Model]:
        with self.path.open("rb") as stream:
            final = False
            while not (final or self.fault):
                block = stream.read(BLOCK)
                final = not block
                try:
                    self._parser.Parse(block, final)
                except expat.ExpatError as error:
                    self._stop(expat.ErrorString(error.code), max(0, self._parser.ErrorByteIndex))
                yield from self._done
                self._done.clear()

    def _stop(self, reason: str, at: int) -> None:
        start = self._open[-1][0].start if self._open else at
        self.fault = (min(start, self.size), f"not well-formed XML at byte {at}: {reason}")
        if self._open and (outer := self._open[0][0]).kind == "Chat":
            self._done.append(outer)  # its messages have been given; this is what is known of the chat

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self._elements.append(name)
        if len(self._elements) > DEPTH:
            raise FormatError(f"the XML nests deeper than {DEPTH} elements; it was not read")
        if name == "model":
            self._model(attributes)
        elif name in _FIELDS and self._open:
            self._open[-1][1].append(attributes.get("name", ""))
        elif name == "file" and not self._open:
            self._file = attributes.get("id", "")
        elif name == "item":
            self._item = attributes.get("name", "")
        if name in _TEXTS:
            self._text = []

    def _model(self, attributes: dict[str, str]) -> None:
        self.number += 1
        within = self._open[-1][0] if self._open else None
        kind, key, deleted, file = (attributes.get(name, "") for name in ("type", "id", "deleted_state", "file_id"))
        place = self._parser.CurrentByteIndex
        self._open.append((Model(kind, key, deleted, place, self.number, file, within), []))

    def _characters(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def _end(self, tag: str) -> None:
        name = self._elements.pop()
        if name in _TEXTS and self._text is not None:
            text, self._text = "".join(self._text), None
            self._told(name, text)
        elif name == "model":
            self._given(self._open.pop()[0])
        elif name in _FIELDS and self._open:
            self._open[-1][1].pop()

    def _told(self, name: str, text: str) -> None:
        if name == "item":
            if self._item == "Local Path" and self._file and len(self.files) < FILES:
                self.files[self._file] = text.strip()
        elif self._open and self._open[-1][1]:
            model, fields = self._open[-1]
            if name == "name" and not fields[-1]:
                fields[-1] = text.strip()
            elif name == "value":
                model.texts.setdefault(fields[-1], []).append(text)

    def _given(self, model: Model) -> None:
        outer = model.within
        if outer is None:
            self._done.append(model)
            return
        place = self._open[-1][1][-1] if self._open[-1][1] else ""
        if outer.within is None and outer.kind == "Chat" and place == "Messages":
            self._done.append(model)
        else:
            outer.models.setdefault(place, []).append(model)

    def _doctype(self, *_: object) -> None:
        raise FormatError(_REFUSAL)


def state_of(model: Model) -> tuple[str, str]:
    """State of a message, by Cellebrite's deletion state, then the app's own, then the folder; and what to note."""
    told = model.deleted.strip().casefold()
    if told in STATES:
        return STATES[told], f"messages {told} on the phone and recovered whole: state deleted, text kept"
    note = f"messages whose deletion state is {told[:20]}: taken as present" if told not in ("intact", "") else ""
    if model.text("DateDeleted", "DeletionReason") or model.true("Erased"):
        return "deleted", note
    words = [(model.text(name) or "").strip().casefold() for name in ("Status", "Folder")]
    return next((UNSENT[word] for word in words if word in UNSENT), "present"), note
