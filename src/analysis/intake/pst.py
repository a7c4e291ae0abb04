"""Reader of Outlook stores (`.pst`, `.ost`) through libpff: mails of all folders, and those no folder holds any more.

Source: MS-PST; a password of a store is a flag and protects nothing. Needs `pip install 'offchannel[pst]'`.
"""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import Any

from analysis.errors import FormatError
from analysis.intake import mapi
from analysis.intake.file_texts import FILE_BYTES, text_in
from analysis.intake.mail_message import Attached
from analysis.intake.mail_rows import Rows
from analysis.intake.mail_text import decode
from analysis.intake.records import Hints, Opened, Reader, Reading

BLOCK = 1 << 20
WRAPPING_BYTES = 1 << 26  # of a signed mail, opened in memory; larger ones are hashed only
DEPTH = 100  # folders inside folders
_DAMAGE = (OSError, MemoryError)  # libpff says the one or the other of a damaged store
_EPOCH = datetime(1601, 1, 1)
_PASSWORD = 0x67FF  # of the store: a checksum, 0 when there is none


def recognises(head: bytes, name: str) -> bool:
    """Whether the content has the signature of a store."""
    return head.startswith(b"!BDN")


def read(opened: Opened, hints: Hints) -> Reading:
    """Read every mail; `locator` is `FOLDER/FOLDER item N`, N as the store numbers its items.

    Raises
    ------
    FormatError
        The store is damaged so far that its folders cannot be found.
    """
    try:
        import pypff
    except ImportError:
        return Reading("email", status="unsupported", reason="needs libpff: pip install 'offchannel[pst]'")
    store = pypff.file()
    try:
        store.open(str(opened.path))
        return _Store(store, Rows(hints)).read()
    except _DAMAGE as error:
        raise FormatError("the Outlook store is damaged, or of a kind libpff does not know; it was not read") from error


class _Store:
    def __init__(self, store: Any, found: Rows) -> None:
        self.store, self.found = store, found
        self.codepage = decode(store.ascii_codepage or b"cp1252")[0]
        self.directory: dict[str, str] = {}
        self.lost: dict[str, None] = {}  # places that could not be read
        self.others: Counter[str] = Counter()  # items that are no mails, by class

    def read(self) -> Reading:
        """Both rounds: who is behind an X.500 name, then the mails."""
        for item in map(itemgetter(1), self.items()):
            try:
                self.directory |= mapi.addresses(self.properties(item), self.recipients(item))
            except _DAMAGE:  # told in the second round
                continue
        for path, item in self.items():
            locator = f"{path} item {item.identifier}"
            try:
                self.add(item, locator, path)
            except _DAMAGE:
                self.lost[locator] = None
        for locator in self.lost:
            self.found.reject(locator, "the store is damaged where this stands", 0)
        notes = [f"no mails: {count} items of class {kind}" for kind, count in sorted(self.others.items())]
        if _asked(lambda: self.properties(self.store.get_message_store()).get(_PASSWORD), None):
            notes.append("the store has a password, which encrypts nothing: it was read")
        reading = self.found.reading(None, notes=notes)
        reading.n_rows = reading.copies.num_rows + reading.rejects.num_rows
        return reading

    def items(self) -> Iterator[tuple[str, Any]]:
        """Every item, with the path of its folder; then orphans."""
        seen: set[int] = set()
        orphans = (("orphan", item) for item in self.each(self.store, "orphan_item", ""))
        for path, item in chain(self.below(self.store.root_folder, "", 0), orphans):
            if item.identifier not in seen:
                seen.add(item.identifier)
                yield path, item

    def below(self, folder: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
        """Items of a folder and of the folders in it."""
        yield from ((path or "/", item) for item in self.each(folder, "sub_message", path))
        for inner in self.each(folder, "sub_folder", path) if depth < DEPTH else ():
            name = str(_asked(partial(getattr, inner, "name"), "?") or "")
            yield from self.below(inner, f"{path}/{name}" if path else name, depth + 1)

    def each(self, holder: Any, kind: str, path: str) -> Iterator[Any]:
        """What a folder or the store holds of one kind; what cannot be reached is kept as lost."""
        try:
            numbers = range(getattr(holder, f"number_of_{kind}s"))
        except _DAMAGE:
            self.lost[f"{path or '/'} {kind}s"] = None
            return
        for number in numbers:
            try:
                item = getattr(holder, f"get_{kind}")(number)
            except _DAMAGE:
                self.lost[f"{path or '/'} {kind} {number}"] = None
                continue
            yield item

    def properties(self, item: Any, wanted: frozenset[int] = frozenset()) -> dict[int, Any]:
        """Properties of an item or of a row of its table; `wanted`: only these."""
        return {
            entry.entry_type: _value(entry.value_type, entry.data, self.codepage)
            for number in range(getattr(item, "number_of_record_sets", 0))
            for entry in item.get_record_set(number).entries
            if (entry.entry_type in wanted if wanted else entry.entry_type is not None)
        }

    def recipients(self, item: Any) -> list[dict[int, Any]]:
        """Rows of the table of recipients."""
        table = getattr(item, "recipients", None)
        return [
            {entry.entry_type: _value(entry.value_type, entry.data, self.codepage) for entry in row.entries}
            for row in (table.record_sets if table else ())
        ]

    def add(self, item: Any, locator: str, path: str) -> None:
        """One item, if it is a mail."""
        properties = self.properties(item)
        if not mapi.is_mail(properties) or not hasattr(item, "number_of_attachments"):
            self.others[str(properties.get(mapi.CLASS) or "unknown")] += 1
            return
        files = [self.file(item.get_attachment(number), locator) for number in range(item.number_of_attachments)]
        mail = mapi.mail_of(properties, self.recipients(item), files, self.directory)
        unsent = int(properties.get(mapi.FLAGS) or 0) & mapi.UNSENT
        state = "carved" if path == "orphan" else "draft" if unsent else ""
        if state == "carved":
            self.found.note("in_no_folder", locator)
        self.found.add(mail, locator, state, [path.rpartition("/")[2].lower()])

    def file(self, attachment: Any, locator: str) -> mapi.File:
        """One attachment, hashed as it streams by."""
        told = self.properties(attachment, mapi.FILE_TAGS)
        name = told.get(mapi.FILE_NAME) or told.get(mapi.SHORT_NAME) or told.get(mapi.DISPLAY_NAME) or None
        if told.get(mapi.FILE_METHOD) == mapi.EMBEDDED:
            self.found.note("embedded_item_not_read", locator)
            return mapi.File(Attached(name, "message/rfc822", None, None))
        digest, left, kept = hashlib.sha256(), attachment.size, list[bytes]()
        while left > 0 and (block := attachment.read_buffer(min(BLOCK, left))):
            digest.update(block)
            left -= len(block)
            if attachment.size <= (WRAPPING_BYTES if str(name).lower().endswith(".p7m") else FILE_BYTES):
                kept.append(block)
        size, mime, content = attachment.size - left, told.get(mapi.FILE_TYPE), b"".join(kept)
        listed = Attached(name, mime, size, digest.hexdigest(), *text_in(name, mime, content))
        return mapi.File(listed, content if str(name).lower().endswith(".p7m") else b"")


def _asked(question: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return question()
    except _DAMAGE:
        return otherwise


def _value(kind: int, data: bytes | None, codepage: str) -> Any:
    """A property's value by its type: text, number, time; bytes as they are."""
    data = data or b""
    if kind == 0x001F:
        return data.decode("utf-16-le", "replace").rstrip("\0")
    if kind == 0x001E:
        return decode(data, codepage)[0].rstrip("\0")
    if kind in (0x0003, 0x000B) and data:
        return int.from_bytes(data[:4], "little")
    if kind == 0x0040 and len(data) == 8:
        ticks = struct.unpack("<Q", data)[0]
        return _EPOCH + timedelta(microseconds=ticks // 10) if 0 < ticks < 1 << 59 else None
    return data


READER = Reader(
    name="pst", channel="email", recognises=recognises, read=read, formats="Outlook PST/OST: stores of mail programs",
    yields="mails, recipients, attachments with SHA-256, display names, threads; mails in no folder as carved",
    cannot_know="overwritten mails; text held only as RTF; items inside attachments",
    tested="Apache Tika, java-libpst (4 stores: ANSI, Unicode, passworded)",
)  # fmt: skip
