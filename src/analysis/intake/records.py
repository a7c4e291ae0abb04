"""What a reader gives back for one file: plain columns (`readings.toml`), no ids yet, everything accounted for."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

TEXT, INT, FLAG, TIME = pa.string(), pa.int64(), pa.bool_(), pa.timestamp("us")
CODED = pa.dictionary(pa.int32(), TEXT)  # text of few different values, each held once
WORD = pa.dictionary(pa.int8(), TEXT)  # one of a short list of words

ON_BEHALF = "sends on behalf of"  # basis of a name that is the address of somebody else, for whom the handle sends
_TYPES = {"text": TEXT, "int": INT, "flag": FLAG, "time": TIME, "coded": CODED, "word": WORD}
FIELDS = {
    name: pa.schema([(line.split()[0], _TYPES[line.split()[1]]) for line in columns.strip().splitlines()])
    for name, columns in tomllib.loads(Path(__file__).with_name("readings.toml").read_text(encoding="utf-8")).items()
}
HANDLES = {  # columns that hold a handle, and those of its kind
    "copies": (("sender", "sender_kind"),), "recipients": (("handle", "kind"),), "names": (("handle", "kind"),),
    "threads": (("counterpart", "counterpart_kind"),), "reactions": (("handle", "kind"),),
    "receipts": (("handle", "kind"),), "events": (("actor", "actor_kind"), ("target", "target_kind")),
}  # fmt: skip


def rows(name: str, columns: Mapping[str, Sequence[Any] | pa.Array] | Sequence[Mapping[str, Any]] = ()) -> pa.Table:
    """Build one of `FIELDS` from columns (those left out are null) or from row mappings."""
    schema = FIELDS[name]
    if isinstance(columns, Mapping):
        length = max((len(values) for values in columns.values()), default=0)
        arrays = [
            found if isinstance(found := columns.get(field.name), pa.Array)
            else pa.nulls(length, field.type) if found is None else pa.array(found, field.type) for field in schema
        ]  # fmt: skip
        return pa.Table.from_arrays(arrays, schema=schema)
    return pa.Table.from_pylist([dict(row) for row in columns], schema=schema)


@dataclass(frozen=True)
class Opened:
    """One piece of evidence as a reader sees it: a local, read-only file and what is known about where it came from.

    `members` are the other files of the same container (media of a zipped chat): name -> (bytes, SHA-256).
    `location` is the path as received, for file-name evidence only (a chat's title, a Maildir flag).
    """

    path: Path
    location: str
    members: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    inner: str = ""  # name inside the container, prefix of locators
    beside: Mapping[str, tuple[str, str]] | None = None  # of a database: suffix -> (file, SHA-256) of log and journal
    scratch: Path | None = None  # folder where rows may be set aside while reading; none: in memory


@dataclass(frozen=True)
class Hints:
    """What the matter declares about a file: never guessed by a reader, always recorded with its basis."""

    region: str = "GB"
    zone: str = "Europe/London"
    date_order: str = ""  # from sources.csv; empty: not declared
    owner: str = ""  # address of the account it was exported from; empty: not declared
    channel: str = ""  # from sources.csv
    mapping: str = ""  # text of the mapping that sources.csv names for a table of columns
    owner_names: tuple[str, ...] = ()  # register name of the custodian and labels known for them
    carve: bool = False  # a database: search its unused parts too


@dataclass
class Reading:
    """Everything one reader found in one file."""

    channel: str  # empty: several, each thread and name says which
    copies: pa.Table = field(default_factory=lambda: rows("copies"))
    events: pa.Table = field(default_factory=lambda: rows("events"))
    recipients: pa.Table = field(default_factory=lambda: rows("recipients"))
    attachments: pa.Table = field(default_factory=lambda: rows("attachments"))
    names: pa.Table = field(default_factory=lambda: rows("names"))
    threads: pa.Table = field(default_factory=lambda: rows("threads"))
    rejects: pa.Table = field(default_factory=lambda: rows("rejects"))
    reactions: pa.Table = field(default_factory=lambda: rows("reactions"))
    receipts: pa.Table = field(default_factory=lambda: rows("receipts"))
    gaps: pa.Table = field(default_factory=lambda: rows("gaps"))
    remnants: pa.Table = field(default_factory=lambda: rows("remnants"))
    bytes_copies: int | None = None
    bytes_events: int | None = None
    bytes_rejects: int | None = None
    bytes_framing: int | None = None
    n_rows: int | None = None  # records met, if the reader counts them: copies + events + rejects
    date_order: str | None = None  # day_first, month_first, year_first
    date_order_basis: str | None = None  # proven, declared, assumed, ambiguous
    date_order_why: str | None = None
    zone_basis: str = "assumed"  # embedded when every time carries its zone; else declared or assumed by intake
    owner: str | None = None  # handle of the owner as this file shows it (address, or name in its own chat)
    owner_kind: str | None = None
    owner_basis: str | None = None
    truncated: bool = False
    status: str = "read"  # or partial, with the reason
    reason: str | None = None
    notes: list[str] = field(default_factory=list)

    def ended(self, reason: str) -> None:
        """The file could not be read to its end: `partial` if anything was found, else `unreadable`."""
        self.status = "partial" if self.copies.num_rows + self.events.num_rows else "unreadable"
        self.reason = reason


@dataclass(frozen=True)
class Shape:
    """A table of messages whose rows may be looked for in the unused parts of a database, and its columns."""

    table: str
    text: str
    at: str  # milliseconds since 1970, or Apple's seconds or nanoseconds since 2001
    key: str = ""  # the app's own name for a message
    archive: str = ""  # typed stream that holds the text where the column is null
    apple: bool = False


@dataclass(frozen=True)
class Reader:
    """A reader's declaration: name, what it recognises, what it yields, what it cannot know."""

    name: str
    channel: str  # empty: the file decides
    recognises: Callable[[bytes, str], bool]  # first 64 KiB and the file name; content decides, the name only helps
    read: Callable[[Opened, Hints], Reading]
    formats: str
    yields: str
    cannot_know: str
    tested: str  # on which files, of whom
    member: str = ""  # a zip with this file at its root is one source, read by this reader
    recognises_file: Callable[[Path], bool] | None = None  # asked, with a copy, when the head alone cannot tell
    carves: tuple[Shape, ...] = ()  # tables of messages of a database

    @property
    def form(self) -> str:
        """What a file it reads is called."""
        return self.formats.partition(":")[0]
