"""Reader of WhatsApp text exports: `_chat.txt` (iOS) and `WhatsApp Chat with NAME.txt` (Android), any language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from analysis.intake import records as fields
from analysis.intake import whatsapp_frames as frames
from analysis.intake.records import Hints, Opened, Reader, Reading
from analysis.intake.whatsapp_content import Event
from analysis.intake.whatsapp_dates import UNREADABLE, times
from analysis.intake.whatsapp_heads import GUARD_LINES, scan
from analysis.intake.whatsapp_lines import Ints, Text, load, of_bytes
from analysis.intake.whatsapp_locales import title as title_of
from analysis.intake.whatsapp_people import Cast, cast, kind_of
from analysis.intake.whatsapp_records import Codes, Flags, Records, records
from analysis.intake.whatsapp_sift import Sifted, sift
from analysis.intake.whatsapp_suspects import DAY, judge
from analysis.intake.whatsapp_typed import mark_typed

CAPS = (10_000, 40_000)  # messages the app exports at most, with and without media; the newest are kept, without a word
CAP_SHARE = 0.01  # counts this near to a cap point to it
BEGINNING = 3  # first events among which a complete export has the encryption notice or the group's creation
_IOS_DATE = re.compile(r"-(\d{4})-(\d\d)-(\d\d)-\d\d-\d\d-\d\d\.")
_ANDROID_DATE = re.compile(r"(?:IMG|VID|PTT|AUD|DOC|STK)-(\d{4})(\d\d)(\d\d)-WA")


def read(opened: Opened, hints: Hints) -> Reading:
    """Read one chat; every byte of the file becomes part of a copy, an event, a reject or the framing.

    Times are local wall times: the format has no zone. A copy's `sender` is null where the line only looks like a
    header (`suspect` is `pasted_header`); its body is then the whole line, its time that of the message around it.

    Raises
    ------
    FormatError
        The file is too large to be addressed.
    """
    text = load(opened.path)
    held = records(text)
    if not len(held):
        return _accounted(Reading("whatsapp", status="unreadable", reason="no message header found"), held, opened)
    title = title_of(opened.inner) or title_of(opened.location)
    held, sifted = sift(held, title)
    mark_typed(held, sifted)
    title = sifted.signer or title
    seconds, order, notes = times(held.heads, _media_days(sifted), hints.region, hints.date_order)
    pasted, inverted = judge(held, seconds, hints.zone)
    sifted.event[pasted] = -1
    is_event = sifted.event >= 0
    rows = np.flatnonzero(~is_event)
    people = _cast(held, sifted, rows[~pasted[rows]], title, hints)
    suspect = _suspects(held, sifted, people, seconds, pasted, inverted)
    chat = frames.Chat(held, sifted, people, _enclosed(seconds, pasted), suspect, opened.inner)
    made = _reading(chat, rows, opened, hints)
    made.date_order, made.date_order_basis, made.date_order_why = order.order, order.basis, order.why
    made.notes = notes
    return _accounted(made, held, opened, is_event)


def _reading(chat: frames.Chat, rows: Ints, opened: Opened, hints: Hints) -> Reading:
    """The tables of a chat, and what it shows about its owner and its beginning."""
    owner, sifted = chat.people.owner, chat.sifted
    first = sifted.event[sifted.event >= 0][:BEGINNING]
    return Reading(
        channel="whatsapp",
        copies=frames.copies(chat, rows),
        events=frames.events(chat, hints.owner or next(iter(hints.owner_names), None)),
        attachments=frames.attachments(chat, rows, opened.members),
        names=frames.names(chat),
        threads=frames.threads(chat.people),
        owner=owner,
        owner_kind=kind_of(owner) if owner else None,
        owner_basis=chat.people.basis,
        truncated=_truncated(len(rows), [sifted.told[code] for code in first.tolist()]),
    )


def _cast(held: Records, sifted: Sifted, rows: Ints, title: str | None, hints: Hints) -> Cast:
    numbers = np.bincount(held.sender[rows], minlength=len(held.labels)).tolist()
    counts = {label: n for label, n in zip(held.labels, numbers, strict=True) if n}
    owned = rows[sifted.flags("by_owner")[rows]]
    deleters = [held.labels[code] for code in np.unique(held.sender[owned]).tolist()]
    return cast(counts, deleters, sifted.events, title, hints.owner_names)


def _media_day(name: str | None) -> int:
    """Days since 1970 in the name of a media file; -1 without."""
    match = _IOS_DATE.search(name or "") or _ANDROID_DATE.match(name or "")
    try:
        return (date(*map(int, match.groups())) - date(1970, 1, 1)).days if match else -1
    except ValueError:
        return -1


def _media_days(sifted: Sifted) -> tuple[Ints, Ints]:
    days = np.array([_media_day(content.file) for content in sifted.contents], np.int64)
    rows = np.flatnonzero((days >= 0)[sifted.code])
    return rows, days[sifted.code[rows]]


def _suspects(held: Records, sifted: Sifted, people: Cast, seconds: Ints, pasted: Flags, inverted: Flags) -> Codes:
    """Why each record is not to be relied on, as an index into `frames.SUSPECTS`; the gravest reason wins."""
    suspect = np.zeros(len(held), np.int8)
    if people.strangers:
        suspect[np.array([label in people.strangers for label in held.labels] + [False])[held.sender]] = 5
    rows, days = _media_days(sifted)
    ios = np.array([bool(_IOS_DATE.search(content.file or "")) for content in sifted.contents])[sifted.code[rows]]
    apart = ios & (seconds[rows] != UNREADABLE) & (np.abs(seconds[rows] - days * DAY - DAY // 2) > DAY + DAY // 2)
    suspect[rows[apart]] = 4
    for number, flags in ((3, sifted.typed), (2, inverted), (1, pasted)):
        suspect[flags] = number
    return suspect


def _enclosed(seconds: Ints, pasted: Flags) -> Ints:
    """Pasted lines take the time of the record they stand in: the last one before them that is genuine."""
    if not pasted.any():
        return seconds
    rows = np.where(pasted, 0, np.arange(len(seconds)))
    return seconds[np.maximum.accumulate(rows)]


def _truncated(n: int, first: Sequence[Event]) -> bool:
    """Whether the count is near a cap of the app and the chat's beginning is missing."""
    near = any(abs(n - cap) <= cap * CAP_SHARE for cap in CAPS)
    return near and not any(found.kind in ("encryption_notice", "created") for found in first)


def _accounted(made: Reading, held: Records, opened: Opened, is_event: Flags | None = None) -> Reading:
    """Account for every byte of the file: copies, events, rejects, framing."""
    text = held.text
    prefix = f"{opened.inner}@" if opened.inner else "bytes "
    lost: list[dict[str, object]] = []
    first = int(held.heads.start[0]) if len(held) else text.size
    before = int(text.where(np.array([first]))[0]) - text.framing
    blank = not text.data[:first].tobytes().strip()
    if before and not blank:
        reason = "text before the first message header" if len(held) else "no message header found"
        lost.append({"locator": f"{prefix}{text.framing}-{text.framing + before}", "reason": reason, "n_bytes": before})
    inside = [(a, b) for a, b in text.bad if a >= text.framing + before or blank]
    lost += [
        {"locator": f"{prefix}{a}-{b}", "reason": "not UTF-8: read as U+FFFD", "n_bytes": b - a} for a, b in inside
    ]
    sizes = text.where(held.stop) - text.where(held.heads.start)
    flags = is_event if is_event is not None else np.zeros(len(held), bool)
    made.bytes_framing = text.framing + (before if blank else 0)
    made.bytes_rejects = sum(int(str(row["n_bytes"])) for row in lost)
    made.bytes_events = int(sizes[flags].sum()) - _inside(text, held, inside, flags)
    made.bytes_copies = text.file_bytes - made.bytes_framing - made.bytes_rejects - made.bytes_events
    made.rejects = fields.rows("rejects", lost)
    if lost and len(held):
        made.status, made.reason = "partial", f"{len(lost)} pieces could not be read"
    return made


def _inside(text: Text, held: Records, bad: Sequence[tuple[int, int]], flags: Flags) -> int:
    """Bytes of bad sequences that stand in the flagged records."""
    if not bad or not len(held):
        return 0
    places = np.searchsorted(text.where(held.heads.start), [a for a, _ in bad], "right") - 1
    return int(sum(b - a for (a, b), row in zip(bad, places.tolist(), strict=True) if row >= 0 and flags[row]))


def recognises(head: bytes, name: str) -> bool:
    """Whether the first bytes of a file are a chat: they start with a header, hold a few, or the name is a chat's."""
    text = of_bytes(head)
    starts = [start for heads in scan(text) for start in heads.start.tolist()]
    if not starts:
        return False
    before = text.data[: starts[0]].tobytes().strip()
    return not before or len(starts) >= GUARD_LINES or title_of(Path(name).name) is not None


READER = Reader(
    name="whatsapp_text",
    channel="whatsapp",
    recognises=recognises,
    read=read,
    formats="WhatsApp text export, Android and iOS, any language: .txt, or the text inside the exported .zip",
    yields="copies, events, attachments, names, threads, rejects",
    cannot_know="time zone, recipients, receipts, reactions, replies, deleted text, numbers behind phone-book names",
    tested="whats_json (9 languages), whatstk, chatistics, rwhatsapp, chat-history-manager, two chat parsers; made up "
    "by rule over locales",
)
