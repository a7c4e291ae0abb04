"""Conversations as they ran: days, bubbles, recorded events, who holds what; one page each, and a list of them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from analysis.markup import Markup, join, tag
from analysis.report.bubbles import Bubbles
from analysis.report.evidence import Evidence, Row, Selection, clock, day
from analysis.report.frame import Frame, table
from analysis.report.numbers import many
from analysis.tables import channel_name

STYLES = ("plain.css", "bubbles.css")
LIST = "threads/index.html"
SAME = timedelta(minutes=10)
"""Records of one event lie closer than this once clocks are set right (as in `studies.groups`)."""
MAIL = "email"  # each mail names its recipients; elsewhere they are named when they change
HAPPENED = {
    "created": "created the group", "added": "added", "joined": "joined", "left": "left", "removed": "removed",
    "subject_changed": "changed the subject", "timer_on": "turned disappearing messages on",
    "timer_off": "turned disappearing messages off", "number_changed": "changed number",
    "message_deleted": "deleted a message", "admin_changed": "changed an administrator", "call": "call",
    "encryption_notice": "encryption notice", "other": "recorded",
}  # fmt: skip


def transcripts(evidence: Evidence, frame: Frame) -> Iterator[tuple[str, str]]:
    """Address and page of every conversation, and of their list."""
    for thread_id in evidence.threads:
        address = f"threads/{thread_id}.html"
        yield address, _page(evidence, frame, thread_id, address)
    yield LIST, frame.page("Conversations", _list(evidence), LIST)


def _page(evidence: Evidence, frame: Frame, thread_id: str, address: str) -> str:
    thread, selection = evidence.threads[thread_id], evidence.thread(thread_id)
    bubbles = Bubbles(evidence, selection, reached=thread["channel"] == MAIL, masked=False)
    title = evidence.thread_title(thread_id)
    size = many(len(selection.messages), "message")
    kind = "" if thread["channel"] == MAIL else f" · {thread['kind']}"
    facts = f"{channel_name(thread['channel'])}{kind} · {size} · times in {evidence.matter.zone}"
    top = join(tag("h1", tag("bdi", title)), tag("p", facts, class_="lead"), _people(evidence, selection))
    talk = tag("ol", list(_lines(evidence, selection, bubbles)), class_="talk")
    return frame.page(title, join(top, talk, bubbles.sources()), address, styles=STYLES)


def _people(evidence: Evidence, selection: Selection) -> Markup:
    holders = {evidence.sources[key]["custodian_id"] for key in selection.source_ids() if key in evidence.sources}
    names = ", ".join(sorted(evidence.custodian(holder) for holder in holders if holder))
    return tag("p", "Exported from: ", names or "no known custodian", class_="soft")


def _lines(evidence: Evidence, selection: Selection, bubbles: Bubbles) -> Iterator[Markup]:
    """Messages and events in time order, with a heading for each day."""
    own = _own(evidence, selection)
    today: object = ...
    here = frozenset[str]()
    for at, thing in _in_order(evidence, selection):
        local = evidence.local(at) if at else None
        if (local and local.date()) != today:
            today = local and local.date()
            yield tag("li", tag("h2", day(local) if local else "Without a time"), class_="day")
        if (
            not bubbles.reached
            and not isinstance(thing, list)
            and (among := _among(evidence, selection, thing)) != here
        ):
            here = among
            yield tag("li", "Among: ", tag("bdi", ", ".join(sorted(here))), class_="sys")
        if isinstance(thing, list):
            yield _event(evidence, thing, local, bubbles)
        else:
            yield bubbles.bubble(thing, own=bool(thing["sender_person_id"]) and thing["sender_person_id"] == own)


def _among(evidence: Evidence, selection: Selection, message: Row) -> frozenset[str]:
    """Sender and everybody whom a message reached, by name."""
    rows = selection.recipients.get(message["message_id"], [])
    names = [evidence.who(row["identity_id"], row["person_id"]) for row in rows]
    return frozenset([*names, evidence.who(message["sender_identity_id"], message["sender_person_id"])])


def _own(evidence: Evidence, selection: Selection) -> str | None:
    """The person on the right-hand side: custodian of the first file, by path."""
    files = sorted(
        (evidence.sources[key] for key in selection.source_ids() if key in evidence.sources),
        key=lambda row: row["path"],
    )
    holder = next((row["custodian_id"] for row in files if row["custodian_id"]), None)
    return next((key for key, row in evidence.people.items() if holder and row["custodian_id"] == holder), None)


def _in_order(evidence: Evidence, selection: Selection) -> list[tuple[datetime | None, Row | list[Row]]]:
    things: list[tuple[datetime | None, Row | list[Row]]] = [(row["sent_at"], row) for row in selection.messages]
    things += [(evidence.agreed(rows[0]), rows) for rows in _alike(evidence, selection.events)]
    return sorted(
        things,
        key=lambda thing: (thing[0] is None, thing[0].timestamp() if thing[0] else 0.0, isinstance(thing[1], dict)),
    )


def _alike(evidence: Evidence, events: Iterable[Row]) -> list[list[Row]]:
    """Records of one happening in several files together: the same people, value and kind, at nearly the same time.

    Clocks are set right first, and a file that records it twice had it happen twice.
    """
    groups: dict[tuple[object, ...], list[list[Row]]] = {}
    for row in sorted(events, key=lambda row: (row["at"] is None, evidence.agreed(row) or row["at"], row["event_id"])):
        who = (evidence.who(row[name]) if row[name] else "" for name in ("actor_identity_id", "target_identity_id"))
        known = groups.setdefault((row["kind"], *who, row["value"]), [])
        if not known or not _joins(evidence, known[-1], row):
            known.append([])
        known[-1].append(row)
    return [rows for known in groups.values() for rows in known]


def _joins(evidence: Evidence, rows: list[Row], row: Row) -> bool:
    at, first = evidence.agreed(row), evidence.agreed(rows[0])
    near = at is None and first is None if at is None or first is None else at - first <= SAME
    return near and row["source_id"] not in {each["source_id"] for each in rows}


def _event(evidence: Evidence, rows: list[Row], local: datetime | None, bubbles: Bubbles) -> Markup:
    row = rows[0]
    actor = evidence.who(row["actor_identity_id"]) if row["actor_identity_id"] else ""
    target = evidence.who(row["target_identity_id"]) if row["target_identity_id"] else ""
    words = " ".join(text for text in (actor, HAPPENED.get(row["kind"], row["kind"]), target) if text)
    marks = [join(" ", bubbles.mark(each["source_id"]), f" {each['locator']}") for each in rows]
    files = (evidence.sources.get(each["source_id"], {}) for each in rows)
    holders = sorted({evidence.custodian(file.get("custodian_id")) for file in files})
    value = join(": ", tag("bdi", row["value"])) if row["value"] else ""
    return tag(
        "li",
        f"{clock(local, 'minute')} " if local else "",
        tag("bdi", words),
        value,
        tag(
            "details",
            tag("summary", many(len(rows), "record")),
            tag("small", "recorded by ", tag("bdi", ", ".join(holders)), marks),
        ),
        class_="sys",
    )


def _list(evidence: Evidence) -> Markup:
    counts = evidence.matter.store.arrow("messages", ["thread_id"])["thread_id"].value_counts().to_pylist()
    n_messages = {part["values"]: part["counts"] for part in counts}
    in_order = sorted(evidence.threads.items(), key=lambda item: (-n_messages.get(item[0], 0), item[0]))
    rows = [
        [tag("a", tag("bdi", evidence.thread_title(key)), href=f"{key}.html"), channel_name(row["channel"]),
         row["kind"], f"{n_messages.get(key, 0):,}", row["n_sources"],
         *(row[name].date() if row[name] else "" for name in ("first_at", "last_at"))]
        for key, row in in_order
    ]  # fmt: skip
    intro = "Every conversation in the evidence, merged over the exports that hold it. Open one to read it as it ran."
    head = ("Conversation", "Channel", "Kind", "Messages", "Files", "First (UTC)", "Last (UTC)")
    return join(
        tag("h1", "Conversations"), tag("p", intro, class_="lead"), table(f"{len(rows):,} conversations", head, rows)
    )
