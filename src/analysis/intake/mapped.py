"""Reader of any table of messages, CSV or workbook, by a mapping that `sources.csv` names (see `mapping`).

A row that the mapping does not fit is a reject with its number. Locators are `row N`, as a spreadsheet shows it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.errors import FormatError
from analysis.intake import jids
from analysis.intake.columns import Columns
from analysis.intake.csv_rows import CsvRows
from analysis.intake.handles import normal
from analysis.intake.kinds import native
from analysis.intake.mapping import Cell, Mapping, folded
from analysis.intake.records import Hints, Opened, Reader, Reading

HEADER_ROWS = 20  # titles and notes may stand above the header
RATIO, FLOOR_BYTES = 200, 64 << 20  # a workbook that unpacks to more is a bomb: real ones pack 5 to 30 times
ALONE = ("direction", "thread", "channel", "subject", "id", "state", "at")  # fields of one cell
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_PHONE = re.compile(r"\+?[\d\s().-]{6,30}")
_ADDRESS = re.compile(r"\S+@\S+|\+?\d[\d\s()-]{6,20}\d")
_NAMED = (
    re.compile(rf"(?P<handle>{_ADDRESS.pattern})\s+(?P<name>\D.*)"),
    re.compile(rf"(?P<name>.*\S)\s*[<(\[](?P<handle>{_ADDRESS.pattern})[>)\]]"),
)
Numbered = tuple[int, list[Cell], int]  # number of the row, its cells, its bytes (characters in a workbook)


class _Workbook:
    """Rows of one sheet, with the same face as `CsvRows`."""

    def __init__(self, path: Path, sheet: str) -> None:
        self.path, self.sheet, self.fault, self.broken = path, sheet, "", 0

    def __iter__(self) -> Iterator[Numbered]:
        from python_calamine import CalamineError, CalamineWorkbook

        _refuse_bomb(self.path)
        try:
            workbook = CalamineWorkbook.from_path(self.path)
            names = workbook.sheet_names
            if not names or (self.sheet and self.sheet not in names):
                raise FormatError("the workbook has no sheet of the name the mapping gives; name one it has")
            sheet = workbook.get_sheet_by_name(self.sheet or names[0])
            first = (sheet.start or (0, 0))[0]
            for number, cells in enumerate(sheet.to_python(skip_empty_area=True), first + 1):
                yield number, cells, sum(len(str(cell)) for cell in cells)
        except CalamineError as error:
            raise FormatError(f"the workbook cannot be opened: {type(error).__name__}; it may be damaged") from error


def _refuse_bomb(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(info.file_size for info in archive.infolist())
    if unpacked > max(RATIO * path.stat().st_size, FLOOR_BYTES):
        raise FormatError(f"the workbook unpacks to more than {RATIO} times its size; it was not opened")


class _Table:
    """What has been read of one table so far."""

    def __init__(self, mapping: Mapping, hints: Hints) -> None:
        self.mapping, self.hints = mapping, hints
        self.rows = Columns()
        self.threads: dict[str, dict[str, Any]] = {}
        self.people: dict[str, dict[tuple[str, str], None]] = {}
        self.names: set[tuple[str, ...]] = set()

    def take(self, number: int, cells: list[Cell], n_bytes: int) -> None:
        """File one row under copies or rejects; a blank row is framing."""
        if not any(str(cell).strip() for cell in cells):
            self.rows.bytes["framing"] += n_bytes
        elif reason := self._message(f"row {number}", cells):
            self.rows.reject(f"row {number}", reason, n_bytes)
        else:
            self.rows.bytes["copies"] += n_bytes

    def _message(self, locator: str, cells: list[Cell]) -> str:
        """Why the row is no message of the mapping; '' when it was filed."""
        mapping = self.mapping
        if any(str(cell).strip() for cell in cells[len(mapping.headers) :]):
            return "more cells than the header has columns"
        senders, files = mapping.parts(cells, "sender"), mapping.parts(cells, "attachments")
        bodies = mapping.cells(cells, "body")
        if not (senders or bodies or files):
            return "neither sender nor text nor attachment"
        at, utc, precision = mapping.time(cells)
        if at is None:
            return "the time is absent or fits no format of the mapping"
        first = {name: next(iter(mapping.cells(cells, name)), "") for name in ALONE}
        channel = mapping.channel(first["channel"]) or self.hints.channel or "unknown"
        way = first["direction"]
        own = True if mapping.says(way, "outgoing") else False if mapping.says(way, "incoming") else None
        sender = self._party(channel, senders[0] if senders else "", locator)
        own = True if sender[2] else own
        others = [self._party(channel, part, locator) for part in mapping.parts(cells, "recipients")]
        thread = self._thread(channel, first["thread"], [(*sender[:2], bool(own)), *others])
        body = "\n".join(str(cell) for cell in bodies) or None
        self.rows.put(
            "copies", locator=locator, thread=thread, sender=sender, from_owner=own, at=at, at_utc=utc,
            sent_text=str(first["at"]), precision=precision,
            kind="mail" if channel == "email" else "document" if files and not body else "text",
            state="deleted" if mapping.says(first["state"], "deleted") else "present", body=body,
            subject=str(first["subject"]) or None, forwarded=False, edited=False,
            native_id=native(str(first["id"])),
        )  # fmt: skip
        self._beside(own, others, files)
        return ""

    def _beside(self, own: bool | None, others: list[tuple[str | None, str | None, bool]], files: list[str]) -> None:
        for party in others or ([(None, None, True)] if own is False else []):
            self.rows.put("recipients", copy=self.rows.copy, handle=party, role="to")
        for name in files:
            self.rows.put("attachments", copy=self.rows.copy, name=re.split(r"[/\\]", name)[-1], present=False)

    def _party(self, channel: str, text: str, locator: str) -> tuple[str | None, str | None, bool]:
        """Handle, kind, whether it is the owner; an address and a name in one cell are told apart."""
        own = self.mapping.says(text, "owner")
        if not text or own:
            return None, None, own
        found = next((match for shape in _NAMED if (match := shape.fullmatch(text))), None)
        handle = found["handle"].strip() if found else text
        handle = jids.handle(handle) or handle if channel == "whatsapp" else handle
        kind = _kind(channel, handle)
        if found and (channel, handle, found["name"]) not in self.names:
            self.names.add((channel, handle, found["name"]))
            label = found["name"].strip(" \"'")
            self.rows.put("names", handle=handle, kind=kind, label=label, basis="table", locator=locator,
                          channel=channel)  # fmt: skip
        return handle, kind, False

    def _thread(self, channel: str, told: Cell, people: list[tuple[str | None, str | None, bool]]) -> str:
        """The conversation the row names, else that of everybody it names."""
        met = {(kind or "name", handle): None for handle, kind, own in people if handle and not own}
        everybody = sorted({normal(kind, handle, self.hints.region)[1] for kind, handle in met})
        key = f"{channel} {told if str(told).strip() else '~'.join(everybody)}"
        self.threads.setdefault(key, {"thread": key, "channel": channel, "title": str(told) or None})
        self.people.setdefault(key, {}).update(met)
        return key

    def finish(self, owner: tuple[str, str]) -> set[str]:
        """Threads, once everybody in them is known; gives their channels."""
        for key in sorted(self.threads):
            away = dict[tuple[str, str], tuple[str, str]]()
            for kind, handle in self.people[key]:
                if (found := normal(kind, handle, self.hints.region)) != owner:
                    away.setdefault(found, (handle, kind))
            row, other = self.threads[key], next(iter(away.values()), (None, None)) if len(away) == 1 else (None, None)
            kind = "mail" if row["channel"] == "email" else "group" if len(away) > 2 - bool(owner[1]) else "pair"
            self.rows.put("threads", **row, kind=kind, counterpart=other)
        return {row["channel"] for row in self.threads.values()}


def _kind(channel: str, handle: str) -> str:
    """Kind of a handle from its shape: tables say nothing else."""
    if _PHONE.fullmatch(handle):
        return "phone" if channel in ("whatsapp", "sms") or handle.startswith("+") else "handle"
    if "linkedin." in handle.casefold():
        return "profile"
    shaped = {"whatsapp": jids.handle_kind(handle)} if "@" in handle else {}
    return shaped.get(channel) or ("email" if "@" in handle and " " not in handle else "name")


def _recognises(head: bytes, name: str) -> bool:
    return False  # only a declaration in sources.csv makes a table evidence of this kind


def read(opened: Opened, hints: Hints) -> Reading:
    """Read one table.

    Raises
    ------
    FormatError
        The mapping is not valid, the workbook cannot be opened, or no row is the header the mapping speaks of.
    """
    mapping = Mapping.parsed(hints.mapping)
    with opened.path.open("rb") as stream:
        bound = stream.read(4) in _WORKBOOKS
    source: _Workbook | CsvRows = CsvRows(opened.path, mapping.delimiter)
    source = _Workbook(opened.path, str(mapping.told.get("sheet", ""))) if bound else source
    table, n_rows = _Table(mapping, hints), 0
    for met, (number, cells, n_bytes) in enumerate(source, 1):
        if mapping.columns:
            table.take(number, cells, n_bytes)
            n_rows += any(str(cell).strip() for cell in cells)
        elif mapping.bind(cells) or met < HEADER_ROWS:
            table.rows.bytes["framing"] += n_bytes
        else:
            break
    if not mapping.columns:
        raise FormatError("no row holds the columns the mapping names for time and text; compare it with the header")
    if source.fault and isinstance(source, CsvRows):
        left = opened.path.stat().st_size - source.read
        where = f"bytes {source.read}-{source.read + left}"
        table.rows.reject(where, source.fault, left)
        n_rows += 1
    channels = table.finish(normal(*_owner(hints), hints.region) if hints.owner else ("", ""))
    return _reading(table, mapping, source, channels, n_rows)


def _owner(hints: Hints) -> tuple[str, str]:
    return _kind("sms", hints.owner), hints.owner


def _reading(table: _Table, mapping: Mapping, source: _Workbook | CsvRows, channels: set[str], n_rows: int) -> Reading:
    framing = table.rows.bytes["framing"] if isinstance(source, CsvRows) else None
    reading = table.rows.reading(channels.pop() if len(channels) == 1 else "", framing, n_rows=n_rows)
    reading.zone_basis = "embedded" if all(reading.copies["at_utc"].to_pylist()) else "assumed"
    if source.fault:
        reading.ended(source.fault)
    lacking = ", ".join(mapping.absent)
    reading.notes = [f"columns of the mapping that the table does not have: {lacking}"] * bool(lacking)
    mapped = {place for places in mapping.columns.values() for place in places}
    unread = sum(1 for place, name in enumerate(mapping.headers) if place not in mapped and folded(name))
    reading.notes += [f"{unread} columns of the table are not in the mapping and were not read"] * bool(unread)
    reading.notes += [f"{source.broken} lines hold bytes that are not UTF-8"] * bool(source.broken)
    return reading


READER = Reader(
    name="mapped",
    channel="",
    recognises=_recognises,
    read=read,
    formats="table by mapping: CSV or workbook, its columns declared in registers/mappings",
    yields="messages with sender, recipients, time, text, conversation, direction and names of attachments, as far as "
    "the columns hold them",
    cannot_know="what the product that wrote the table left out; that the mapping is right; the zone of times, unless "
    "header, mapping or sources.csv say it",
    tested="made by hand: CSV and workbook, packaged mappings",
)
