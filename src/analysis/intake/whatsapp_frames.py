"""Offsets and codes of a chat become the columns every reader yields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake import records as fields
from analysis.intake.columnar import table
from analysis.intake.whatsapp_columns import coder, spans
from analysis.intake.whatsapp_content import mime
from analysis.intake.whatsapp_dates import local
from analysis.intake.whatsapp_lines import Ints
from analysis.intake.whatsapp_people import Cast, kind_of, name_of, push_name
from analysis.intake.whatsapp_records import Codes, Flags, Records
from analysis.intake.whatsapp_sift import Sifted

THREAD = "chat"  # one file, one conversation
PIECE = 1 << 14  # records made into columns in one go
SUSPECTS = (None, "pasted_header", "order_inverted", "typed_system_line", "media_date_mismatch", "unknown_sender")


@dataclass(frozen=True)
class Chat:
    """All that is known about one chat, per record; `seconds` are local wall time, `suspect` numbers `SUSPECTS`."""

    held: Records
    sifted: Sifted
    people: Cast
    seconds: Ints
    suspect: Codes
    inner: str

    @property
    def pasted(self) -> Flags:
        """Records that are text somebody pasted."""
        flags: Flags = self.suspect == 1
        return flags


def copies(chat: Chat, rows: Ints) -> pa.Table:
    """The copies, one per row given; a pasted line has no sender and its whole text as body."""
    make = _Copies(chat)
    pieces = [make.piece(rows[at : at + PIECE]) for at in range(0, len(rows), PIECE)]
    return pa.concat_tables([fields.rows("copies"), *pieces])


class _Copies:
    """Makes copies some thousand at a time, so that what is computed on the way stays in the processor's cache."""

    def __init__(self, chat: Chat) -> None:
        labels, shapes, contents = chat.held.labels, chat.held.heads.shapes, chat.sifted.contents
        self.chat = chat
        self.owner = np.array([label == chat.people.owner for label in labels] + [False])
        self.stamp = np.array([shape.stamp for shape in shapes], np.int64).T.copy()
        self.skip = np.array([3 * each.skip for each in contents], np.int64)
        self.drops = np.array([each.drop > 0 for each in contents])
        self.edited = np.array([each.edited for each in contents])
        self.sender, self.sender_kind = coder(labels), coder([kind_of(label) for label in labels], np.int8)
        self.precision = coder(["second" if shape.columns[5] else "minute" for shape in shapes], np.int8)
        self.kind = coder([each.kind for each in contents], np.int8)
        self.state = coder([each.state for each in contents], np.int8)
        self.suspect = coder(SUSPECTS, np.int8)

    def piece(self, rows: Ints) -> pa.Table:
        """The copies of some rows."""
        chat, held = self.chat, self.chat.held
        start, shape, suspect = held.heads.start[rows], held.heads.shape[rows], chat.suspect[rows]
        code, sender = chat.sifted.code[rows], held.sender[rows]
        begin, end, edited, pasted = held.body[rows], held.end[rows], np.zeros(len(rows), bool), suspect == 1
        begin[pasted], code[pasted], sender[pasted] = start[pasted], 0, -1
        own = np.flatnonzero(code)
        begin[own] += self.skip[code[own]]
        edited[own] = self.edited[code[own]]
        for k in own[self.drops[code[own]]].tolist():
            body = held.text.data[begin[k] : end[k]].tobytes().decode("utf-8", "replace")
            end[k] -= len(body[len(body) - chat.sifted.contents[code[k]].drop :].encode())
        return table(
            "copies", locator=locators(held, chat.inner, rows), thread=THREAD, sender=self.sender(sender),
            sender_kind=self.sender_kind(sender), at=pa.array(local(chat.seconds[rows])), at_utc=False,
            from_owner=pa.array(self.owner[sender], mask=sender < 0) if chat.people.owner else None,
            sent_text=held.cut(start + self.stamp[0][shape], start + self.stamp[1][shape]),
            precision=self.precision(shape), kind=self.kind(code), state=self.state(code), body=held.cut(begin, end),
            forwarded=False, edited=pa.array(edited), suspect=self.suspect(suspect),
        )  # fmt: skip


def events(chat: Chat, owner: str | None) -> pa.Table:
    """The events, one row per target; a second target's locator ends in `#2`. The app's You is the owner, if known."""
    told, you = chat.sifted.told, chat.people.owner or owner
    rows = np.flatnonzero(chat.sifted.event >= 0)
    lines = [
        (found.kind, name_of(found.actor, you), name_of(target, you), found.value, f"#{n}" if n > 1 else "")
        for found in told for n, target in enumerate(found.targets or (None,), 1)
    ]  # fmt: skip
    sizes = np.array([max(1, len(found.targets)) for found in told], np.int64)
    code = chat.sifted.event[rows]
    times = sizes[code]
    within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    line, row = np.repeat((np.cumsum(sizes) - sizes)[code], times) + within, np.repeat(rows, times)
    kinds, actors, targets, values, nth = (list(column) for column in zip(*lines, strict=True)) if lines else [[]] * 5
    spots = locators(chat.held, chat.inner, rows).take(pa.array(np.repeat(np.arange(len(rows)), times)))
    return table(
        "events", kind_of, locator=pc.binary_join_element_wise(spots, coder(nth)(line).cast(fields.TEXT), ""),
        thread=THREAD, at=pa.array(local(chat.seconds[row])), at_utc=False, kind=coder(kinds)(line),
        actor=coder(actors)(line), target=coder(targets)(line), value=coder(values)(line),
    )  # fmt: skip


def attachments(chat: Chat, rows: Ints, members: Mapping[str, tuple[int, str]]) -> pa.Table:
    """Files named in the copies; present when the container holds a member of that name."""
    base = {name.replace("\\", "/").rsplit("/", 1)[-1]: facts for name, facts in members.items()}
    files = [content.file for content in chat.sifted.contents]
    code = np.where(chat.pasted[rows], 0, chat.sifted.code[rows])
    out: list[dict[str, object]] = []
    for k in np.flatnonzero(_of([file is not None for file in files], code)).tolist():
        name = files[code[k]] or ""
        size, digest = base.get(name, (None, None))
        out.append({
            "copy": k, "name": name, "mime": mime(name), "bytes": size, "sha256": digest, "present": digest is not None,
        })  # fmt: skip
    return fields.rows("attachments", out)


def names(chat: Chat) -> pa.Table:
    """Names people gave themselves (`~ Name`), where they are first seen."""
    out: list[dict[str, object]] = []
    for code, label in enumerate(chat.held.labels):
        if push_name(label) is None:
            continue
        rows = np.flatnonzero(chat.held.sender == code)
        if len(rows):
            place = locators(chat.held, chat.inner, rows[:1])[0].as_py()
            out.append(
                {"handle": label, "kind": "name", "label": push_name(label), "basis": "push_name", "locator": place}
            )
    return fields.rows("names", out)


def threads(people: Cast) -> pa.Table:
    """The one conversation of a file."""
    other = people.counterpart
    return fields.rows("threads", [{
        "thread": THREAD, "kind": people.kind, "title": people.title, "counterpart": other,
        "counterpart_kind": kind_of(other) if other else None,
    }])  # fmt: skip


def locators(held: Records, inner: str, rows: Ints) -> pa.Array:
    """`bytes A-B` (B excluded) of some records in the file as received; `member@A-B` inside a container."""
    begin, end = held.text.where(held.heads.start[rows]), held.text.where(held.stop[rows])
    prefix = f"{inner}@" if inner else "bytes "
    return spans(prefix, begin, end, held.text.fast)


def _of(values: Sequence[object], code: npt.NDArray[Any]) -> Ints:
    found: Ints = np.array(values, np.int64)[code]
    return found
