"""WhatsApp addresses (`user@server`) -> handles and conversations."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake.columnar import Column, located, some, table, translated
from analysis.intake.records import rows
from analysis.intake.sqlite_file import Database

_PHONE = re.compile(r"(\d{5,20})(?:\.\d+)?(?::\d+)?@(?:s\.whatsapp\.net|c\.us)")  # with or without agent and device
_LID = re.compile(r"(\d+)(?:\.\d+)?(?::\d+)?@lid")
_MANY = ("@broadcast", "@newsletter", "@status")


def handle(jid: str | None) -> str | None:
    """A number with its leading +, a LID without its device, or the address as it stands."""
    if not jid:
        return None
    if found := _PHONE.fullmatch(jid):
        return "+" + found[1]
    if found := _LID.fullmatch(jid):
        return found[1] + "@lid"
    return jid


def handle_kind(found: str | None) -> str | None:
    """Kind of what `handle` gave."""
    if not found:
        return None
    return "phone" if found.startswith("+") else "lid" if found.endswith("@lid") else "handle"


def thread_kind(thread: str | None) -> str:
    """Kind of conversation an address stands for."""
    text = thread or ""
    return "group" if text.endswith("@g.us") else "broadcast" if text.endswith(_MANY) else "pair"


def person(jid: str | None) -> str | None:
    """The handle of an address that belongs to one person; null for groups, lists and WhatsApp itself."""
    return handle(jid) if jid and thread_kind(jid) == "pair" and not jid.startswith("0@") else None


def handles(column: Column) -> tuple[Column, Column]:
    """Handles and their kinds."""
    found = translated(column, handle)
    return found, translated(found, handle_kind)


def labels(
    database: Database, name: str, jid: str, label: str, basis: str, whose: Callable[[str], str | None] = handle
) -> pa.Table:
    """Rows of `names`: handles beside labels, as one table of a database holds them."""
    found = database.read(name, text=f"{jid} {label}")
    who, written = translated(found[jid], whose), some(found[label])
    there = pc.and_(pc.is_valid(who), pc.is_valid(written))
    who, written, where = who.filter(there), written.filter(there), located(name, found["rowid"].filter(there))
    return table("names", handle_kind, handle=who, label=written, basis=basis, locator=where)


def thread_rows(titles: dict[str, str], *columns: pa.ChunkedArray) -> pa.Table:
    """Rows of `threads` for the conversations in some columns, in order of their address."""
    chunks = [chunk for column in columns for chunk in column.chunks]
    keys = sorted({key for chunk in chunks for key in chunk.unique().to_pylist() if key})
    others = [person(key) for key in keys]
    texts = {
        "thread": keys, "kind": [thread_kind(key) for key in keys], "title": [titles.get(key) for key in keys],
        "counterpart": others, "counterpart_kind": [handle_kind(other) for other in others],
    }  # fmt: skip
    return rows("threads", texts)
