"""The rows behind a page: messages with their copies, recipients, absences, attachments, and the names they go by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.matter import Matter
from analysis.sensitivity.masking import MASKED, hidden

Row = Mapping[str, Any]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = tuple("January February March April May June July August September October November December".split())
PARTS = ("copies", "recipients", "absences", "attachments", "labels")


@dataclass(frozen=True)
class Selection:
    """Some messages in time order, and everything held about each, by message id."""

    messages: list[Row]
    copies: Mapping[str, list[Row]] = field(default_factory=dict)
    recipients: Mapping[str, list[Row]] = field(default_factory=dict)
    absences: Mapping[str, list[Row]] = field(default_factory=dict)
    attachments: Mapping[str, list[Row]] = field(default_factory=dict)
    labels: Mapping[str, list[Row]] = field(default_factory=dict)
    events: list[Row] = field(default_factory=list)

    def source_ids(self) -> list[str]:
        """Sources that hold, or should hold, something of it."""
        rows = [row for held in (self.copies, self.absences) for rows in held.values() for row in rows]
        return sorted({str(row["source_id"]) for row in [*rows, *self.events]})


class Evidence:
    """The tables of one matter, for pages that show rows."""

    def __init__(self, matter: Matter) -> None:
        self.matter = matter
        self.zone = ZoneInfo(matter.zone)

    @cached_property
    def sources(self) -> dict[str, Row]:
        """Sources by id."""
        return self._by("sources", "source_id")

    @cached_property
    def threads(self) -> dict[str, Row]:
        """Threads by id."""
        return self._by("threads", "thread_id")

    @cached_property
    def identities(self) -> dict[str, Row]:
        """Handles by id."""
        return self._by("identities", "identity_id")

    @cached_property
    def people(self) -> dict[str, Row]:
        """People by id."""
        return self._by("people", "person_id")

    @cached_property
    def _offsets(self) -> dict[str, float]:
        return {key: row["offset_s"] or 0.0 for key, row in self._by("offsets", "source_id").items()}

    def agreed(self, event: Row) -> datetime | None:
        """When an event happened, the clock of its file set right."""
        at: datetime | None = event["at"]
        return at and at - timedelta(seconds=self._offsets.get(event["source_id"], 0.0))

    @cached_property
    def custodians(self) -> dict[str, str]:
        """Name of each custodian: from the register, else the id itself."""
        register = self.matter.register("custodians")
        return {row["custodian_id"]: row["name"] or row["custodian_id"] for row in register.to_dict("records")}

    @cached_property
    def file_texts(self) -> dict[str, str]:
        """Words inside attached files, by attachment id."""
        return {key: str(row["text"]) for key, row in self._by("attachment_texts", "attachment_id").items()}

    def _by(self, name: str, key: str) -> dict[str, Row]:
        return {row[key]: row for row in self.matter.store.arrow(name).to_pylist()}

    @cached_property
    def _messages(self) -> pa.Table:
        return self.matter.store.arrow("messages").sort_by(
            [("thread_id", "ascending"), ("sent_at", "ascending"), ("message_id", "ascending")]
        )

    @cached_property
    def _parts(self) -> dict[str, pa.Table]:
        """Tables keyed by message, each with the thread of its message, in the order of threads."""
        threads = pd.Series(
            self._messages["thread_id"].to_pandas().to_numpy(), index=self._messages["message_id"].to_pandas()
        )
        return {name: self._placed(name, threads) for name in PARTS}

    def _placed(self, name: str, threads: pd.Series[Any]) -> pa.Table:
        rows = self.matter.store.arrow(name)
        place = pa.array(rows["message_id"].to_pandas().map(threads), pa.string(), from_pandas=True)
        column = "thread_of_message"
        rows = rows.append_column(column, place).append_column("row", pa.array(range(rows.num_rows)))
        return rows.sort_by([(column, "ascending"), ("row", "ascending")]).drop_columns(["row"])

    @cached_property
    def _spans(self) -> dict[str, dict[str, tuple[int, int]]]:
        spans = {"messages": _spans(self._messages["thread_id"])}
        spans |= {name: _spans(rows["thread_of_message"]) for name, rows in self._parts.items()}
        return spans | {"events": _spans(self._events["thread_id"])}

    @cached_property
    def _events(self) -> pa.Table:
        return self.matter.store.arrow("events").sort_by(
            [("thread_id", "ascending"), ("at", "ascending"), ("event_id", "ascending")]
        )

    def thread(self, thread_id: str) -> Selection:
        """Everything of one conversation, with its events."""
        tables = {"messages": self._messages, "events": self._events, **self._parts}
        rows = {}
        for name, table in tables.items():
            start, length = self._spans[name].get(thread_id, (0, 0))
            rows[name] = table.slice(start, length).to_pylist()
        return _selection(rows)

    def select(self, ids: Iterable[str]) -> Selection:
        """Everything held about the stated messages, in time order; ids of nothing are left out."""
        wanted = pa.array(sorted(set(ids)), pa.string())
        chosen = self._messages.filter(pc.is_in(self._messages["message_id"], wanted))
        chosen = chosen.sort_by([("sent_at", "ascending"), ("message_id", "ascending")])
        parts = {name: rows.filter(pc.is_in(rows["message_id"], wanted)) for name, rows in self._parts.items()}
        return _selection({"messages": chosen.to_pylist(), **{name: rows.to_pylist() for name, rows in parts.items()}})

    @cached_property
    def message_ids(self) -> dict[str, int]:
        """Every message id and its place: conversation by conversation, in time order."""
        return {key: place for place, key in enumerate(self._messages["message_id"].to_pylist())}

    def beside(self, message_id: str) -> list[str]:
        """Ids of a message and of those just before and after it in its conversation, in order."""
        place = self.message_ids[message_id]
        rows = (
            self._messages.select(["message_id", "thread_id"]).slice(max(0, place - 1), 2 + min(1, place)).to_pylist()
        )
        thread = next(row["thread_id"] for row in rows if row["message_id"] == message_id)
        return [row["message_id"] for row in rows if row["thread_id"] == thread]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        rows = self._messages.select(["sent_at", "message_id"])
        rows = rows.sort_by([("sent_at", "ascending"), ("message_id", "ascending")])
        return {key: n for n, key in enumerate(rows["message_id"].to_pylist(), 1)}

    def number(self, message_id: str) -> str:
        """Exhibit number of a message: its place in order of agreed time and id, the same in every run."""
        return f"{self.matter.id.upper()}-{self._numbers.get(message_id, 0):06d}"

    def who(self, identity_id: str | None, person_id: str | None = None) -> str:
        """Name of a person, else the handle as seen, else `unknown`."""
        identity = self.identities.get(identity_id or "")
        person = self.people.get(person_id or (identity or {}).get("person_id") or "")
        if person:
            return str(person["label"])
        return str(identity["raw"] or identity["normal"]) if identity else "unknown"

    def custodian(self, custodian_id: str | None) -> str:
        """Name of a custodian."""
        return self.custodians.get(custodian_id or "", custodian_id or "nobody known")

    def thread_title(self, thread_id: str, masked: bool = False) -> str:
        """Title of a conversation; one without is named by its kind and channel. `masked`: as its subjects are."""
        thread = self.threads.get(thread_id, {})
        title = str(thread.get("title") or f"{thread.get('channel', '')} {thread.get('kind', 'conversation')}".strip())
        for value, kind in self._in_subjects.get(thread_id, ()) if masked else ():
            title = title.replace(value, kind)
        return title

    @cached_property
    def _in_subjects(self) -> dict[str, list[tuple[str, str]]]:
        """Words hidden in the subjects of each conversation, longest first, and what stands in their place."""
        labels = self.matter.store.read("labels", ["message_id", "scheme", "label", "start", "end", "where"])
        labels = labels[(labels["where"] == "subject") & labels["scheme"].isin(MASKED)]
        messages = self._messages.select(["message_id", "thread_id", "subject"])
        placed = (
            {row["message_id"]: (row["thread_id"], row["subject"]) for row in messages.to_pylist()}
            if len(labels)
            else {}
        )
        found: dict[str, set[tuple[str, str]]] = {}
        for key, rows in labels.groupby("message_id"):
            thread, subject = placed[str(key)]
            for start, end, kind in hidden(subject, rows.to_dict("records"), "subject"):
                found.setdefault(thread, set()).add((subject[start:end], kind))
        return {thread: sorted(words, key=lambda one: (-len(one[0]), one)) for thread, words in found.items()}

    def local(self, at: datetime) -> datetime:
        """The moment in the matter's zone."""
        return at.astimezone(self.zone)


def _spans(column: pa.ChunkedArray) -> dict[str, tuple[int, int]]:
    """Where each value of a sorted column begins, and how often it stands."""
    spans, start = {}, 0
    for part in column.combine_chunks().drop_null().value_counts().to_pylist() if len(column) else []:
        spans[part["values"]] = (start, part["counts"])
        start += part["counts"]
    return spans


def _selection(rows: Mapping[str, list[dict[str, Any]]]) -> Selection:
    parts = {name: _grouped(rows[name]) for name in PARTS}
    return Selection(list(rows["messages"]), **parts, events=list(rows.get("events", [])))


def _grouped(rows: list[dict[str, Any]]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["message_id"], []).append(row)
    return groups


def written(on: date) -> str:
    """A day in words: 3 February 2020."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def day(at: date) -> str:
    """A day of the week in words: Monday 3 February 2020."""
    return f"{DAYS[at.weekday()]} {written(at)}"


def clock(at: datetime, precision: str | None = "second") -> str:
    """Time of day, no more precise than it is known."""
    return at.strftime("%H:%M" if precision == "minute" else "%H:%M:%S")
