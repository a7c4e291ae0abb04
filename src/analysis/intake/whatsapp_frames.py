"""Offsets and codes of a chat become the columns every reader yields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake import records as fields
from analysis.intake.whatsapp_content import Event, mime
from analysis.intake.whatsapp_dates import local
from analysis.intake.whatsapp_lines import Ints
from analysis.intake.whatsapp_people import Cast, kind_of, name_of, push_name
from analysis.intake.whatsapp_records import Flags, Records, coded, packed
from analysis.intake.whatsapp_sift import Sifted

THREAD = "chat"  # one file, one conversation
SUSPECTS = (None, "pasted_header", "order_inverted", "typed_system_line", "media_date_mismatch", "unknown_sender")


@dataclass(frozen=True)
class Chat:
    """All that is known about one chat, per record; `seconds` are local wall time, `suspect` numbers `SUSPECTS`."""

    held: Records
    sifted: Sifted
    people: Cast
    seconds: Ints
    suspect: Ints
    locators: pa.Array

    @property
    def pasted(self) -> Flags:
        """Records that are text somebody pasted."""
        flags: Flags = self.suspect == 1
        return flags


def copies(chat: Chat, rows: Ints) -> pa.Table:
    """The copies, one per row given; a pasted line has no sender and its whole text as body."""
    held, heads, mine, n = chat.held, chat.held.heads, chat.pasted[rows], len(rows)
    contents, code = chat.sifted.contents, np.where(mine, 0, chat.sifted.code[rows])
    stamp = np.array([shape.stamp for shape in heads.shapes], np.int64)[heads.shape[rows]] + heads.start[rows][:, None]
    begin = np.where(mine, heads.start[rows], held.body[rows] + 3 * _of([c.skip for c in contents], code))
    drop = _of([0] * len(contents), code)
    for k in np.flatnonzero(_of([c.drop for c in contents], code)).tolist():
        body = held.text.data[held.body[rows[k]] : held.end[rows[k]]].tobytes().decode("utf-8", "replace")
        drop[k] = len(body[len(body) - contents[code[k]].drop :].encode())
    sender = np.where(mine, -1, held.sender[rows])
    owner = [label == chat.people.owner for label in held.labels]
    columns = {
        "locator": packed(n, int(chat.locators.nbytes), lambda p: chat.locators.take(pa.array(rows[p]))),
        "thread": coded([THREAD], np.zeros(n, np.int64)),
        "sender": coded(held.labels, sender),
        "sender_kind": coded([kind_of(label) for label in held.labels], sender),
        "from_owner": pa.array(np.array(owner, bool)[sender], mask=sender < 0)
        if chat.people.owner
        else pa.nulls(n, pa.bool_()),
        "at": pa.array(local(chat.seconds[rows])),
        "at_utc": pa.repeat(pa.scalar(False), n),
        "sent_text": held.cut(stamp[:, 0], stamp[:, 1]),
        "precision": coded(["second" if shape.columns[5] else "minute" for shape in heads.shapes], heads.shape[rows]),
        "kind": coded([content.kind for content in contents], code),
        "state": coded([content.state for content in contents], code),
        "body": held.cut(begin, held.end[rows] - drop),
        "forwarded": pa.repeat(pa.scalar(False), n),
        "edited": pa.array(_of([content.edited for content in contents], code).astype(bool)),
        "suspect": coded(list(SUSPECTS), chat.suspect[rows]),
    }
    schema = fields.COPY_FIELDS
    return pa.Table.from_arrays([columns.get(f.name, pa.nulls(n, f.type)) for f in schema], schema=schema)


def events(chat: Chat, owner: str | None) -> pa.Table:
    """The events, one row per target; a second target's locator ends in `#2`. The app's You is the owner, if known."""
    rows = sorted(chat.sifted.events)
    places = chat.locators.take(pa.array(rows, pa.int64())).to_pylist()
    you = chat.people.owner or owner
    out: list[tuple[int, str, str, str | None, str | None, str | None]] = []
    for row, place in zip(rows, places, strict=True):
        found = chat.sifted.events[row]
        actor = name_of(found.actor or _speaker(chat, row, found), you)
        for n, target in enumerate(found.targets or (None,), 1):
            spot = place if n == 1 else f"{place}#{n}"
            out.append((row, spot, found.kind, actor, name_of(target, you), found.value))
    at, spots, kinds, actors, targets, values = (list(column) for column in zip(*out, strict=True)) if out else [[]] * 6
    handles = {handle: kind_of(handle) for handle in {*actors, *targets} - {None}}
    return fields.rows("events", {
        "locator": spots, "thread": [THREAD] * len(out), "at": local(chat.seconds[np.array(at, np.int64)]).tolist(),
        "at_utc": [False] * len(out), "kind": kinds, "actor": actors, "actor_kind": [handles.get(a) for a in actors],
        "target": targets, "target_kind": [handles.get(t) for t in targets], "value": values,
    })  # fmt: skip


def _speaker(chat: Chat, row: int, found: Event) -> str | None:
    """Who a call line stands under: its caller."""
    code = int(chat.held.sender[row])
    return chat.held.labels[code] if code >= 0 and found.kind == "call" else None


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
            place = chat.locators[int(rows[0])].as_py()
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


def locators(held: Records, inner: str) -> pa.Array:
    """`bytes A-B` (B excluded) of every record in the file as received; `member@A-B` inside a container."""
    begin, end = held.text.where(held.heads.start), held.text.where(held.stop)
    prefix = f"{inner}@" if inner else "bytes "
    width = len(prefix.encode()) + 2 * len(str(held.text.file_bytes)) + 1

    def piece(part: slice) -> pa.Array:
        begins, ends = (pc.cast(pa.array(at[part]), pa.string()) for at in (begin, end))
        return pc.binary_join_element_wise(pa.scalar(prefix), begins, pa.scalar("-"), ends, pa.scalar(""))

    return packed(len(held), width * len(held), piece)


def _of(values: Sequence[object], code: Ints) -> Ints:
    return np.array(values, np.int64)[code]
