"""RSMF 2.0: a file for each conversation and day (UTC), as review platforms take short messages.

Source: Relativity's published schema 2.0.0 and its help on creating RSMF files. E-mail is not written: it is no short
message, and load files carry it. What an RSMF cannot say (who lacks a message) is not in it; where each message stands
in the evidence is, as custom fields.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.exchange.content import Content, instant, storable
from analysis.matter import Matter
from analysis.resolve.rows import each
from analysis.tables import CHANNEL_NAMES

VERSION, GENERATOR = "2.0.0", "offchannel"
MOST = 10_000  # events a file, as the format's makers recommend
MEMBERSHIP = {"added": "join", "joined": "join", "left": "leave", "removed": "leave"}
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def write(matter: Matter, folder: Path) -> list[Path]:
    """Write every conversation but mail; gives the files."""
    content = Content(matter)
    messages = content.messages[content.messages["channel"] != "email"]
    happened = _events(content)
    written = []
    for thread_id, rows in messages.groupby("thread_id", sort=True):
        mine = happened.get(str(thread_id), [])
        entries = sorted([*_said(content, rows), *mine], key=lambda entry: (entry["timestamp"], entry["id"]))
        for day, part in _days(entries):
            path = folder / f"{thread_id}_{day}.rsmf"
            path.write_bytes(_file(content, str(thread_id), part))
            written.append(path)
    return written


def _days(entries: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Slices of one day (UTC), cut again at `MOST` events; entries without a time stand in a slice of their own."""
    by_day: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        by_day.setdefault(entry["timestamp"][:10] or "undated", []).append(entry)
    for day, part in by_day.items():
        for n, start in enumerate(range(0, len(part), MOST)):
            yield f"{day}_{n + 1}" if len(part) > MOST else day, part[start : start + MOST]


def _said(content: Content, rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Messages of a conversation as events."""
    by_native = {
        copy.native_id: copy.message_id
        for message_id in rows["message_id"]
        for copy in content.copies.get(message_id, ())
        if isinstance(copy.native_id, str)
    }
    known = set(rows["message_id"])
    for row in each(rows):
        copies = content.copies.get(row.message_id, [])
        parents = [by_native.get(copy.reply_to, copy.reply_to) for copy in copies if isinstance(copy.reply_to, str)]
        files = [{"id": file.attachment_id, "display": storable(file.name) or "(no name)", "size": int(file.bytes or 0)}
                 for file in content.attachments.get(row.message_id, ()) if file.present]  # fmt: skip
        entry = {
            "id": row.message_id, "type": "message", "body": storable(row.body), "conversation": row.thread_id,
            "participant": row.sender_identity_id if isinstance(row.sender_identity_id, str) else None,
            "timestamp": instant(row.sent_at), "parent": next((one for one in parents if one in known), None),
            "deleted": True if copies and all(copy.state == "deleted" for copy in copies) else None,
            "custom": _provenance(content, copies, files),
        }  # fmt: skip
        yield {name: value for name, value in entry.items() if value not in (None, [])} | {
            "timestamp": entry["timestamp"]
        }


def _provenance(content: Content, copies: list[Any], files: list[dict[str, Any]]) -> list[dict[str, str]]:
    fields = [("file", storable(file["display"])) for file in files]
    for copy in copies:
        source = content.sources[copy.source_id]
        fields += [("held", f"{source.path} sha256:{source.sha256} at {copy.locator}")]
    return [{"name": name, "value": storable(value)} for name, value in fields if value]


def _events(content: Content) -> dict[str, list[dict[str, Any]]]:
    """What happened in each conversation, told once however many phones recorded it."""
    found: dict[str, dict[tuple[str, ...], dict[str, Any]]] = {}
    for row in each(content.store.read("events")):
        kind = MEMBERSHIP.get(row.kind, "disclaimer")
        who = row.target_identity_id if isinstance(row.target_identity_id, str) else row.actor_identity_id
        if pd.isna(row.at) or row.kind == "member":
            continue
        said = storable(row.value) or row.kind.replace("_", " ")
        entry = {"id": row.event_id, "type": kind, "conversation": row.thread_id, "timestamp": instant(row.at),
                 "body": said} | ({"participant": who} if isinstance(who, str) else {})  # fmt: skip
        found.setdefault(row.thread_id, {}).setdefault((row.kind, entry["timestamp"][:16], str(who)), entry)
    return {thread: list(entries.values()) for thread, entries in found.items()}


def _manifest(content: Content, thread_id: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    thread = content.threads[thread_id]
    present = {entry["participant"] for entry in entries if "participant" in entry}
    present |= {one for entry in entries for _, one in content.by_role(entry["id"])}
    people = [
        {name: value for name, value in (
            ("id", one), ("display", content.label(one)), ("account_id", content.address(one)),
            ("email", content.address(one) if "@" in content.address(one) else "")) if value}
        for one in sorted(present)
    ]  # fmt: skip
    conversation = {"id": thread_id, "platform": CHANNEL_NAMES.get(thread.channel, thread.channel),
                    "display": storable(thread.title), "type": "direct" if thread.kind == "pair" else "channel",
                    "participants": sorted(present)}  # fmt: skip
    return {
        "version": VERSION, "participants": people, "eventcollectionid": thread_id, "conversations":
        [{name: value for name, value in conversation.items() if value != ""}],
        "events": [{name: value for name, value in entry.items() if value != ""} for entry in entries],
    }  # fmt: skip


def _file(content: Content, thread_id: str, entries: list[dict[str, Any]]) -> bytes:
    """The mail around the zip; every part of it follows from the content, so that a second run gives the same bytes."""
    manifest = _manifest(content, thread_id, entries)
    times = [entry["timestamp"] for entry in entries if entry["timestamp"]]
    first = next((content.mailbox(entry["participant"]) for entry in entries if "participant" in entry), "unknown")
    outer = Message()
    headers = {
        "X-RSMF-Version": VERSION, "X-RSMF-Generator": GENERATOR, "X-RSMF-EventCount": str(len(entries)),
        "X-RSMF-BeginDate": min(times, default=""), "X-RSMF-EndDate": max(times, default=""),
        "X-RSMF-EventCollectionID": thread_id, "From": first.replace("\n", " ").replace("\r", " "),
        "Date": format_datetime(pd.Timestamp(min(times)).to_pydatetime()) if times else "",
        "Subject": storable(content.threads[thread_id].title).replace("\n", " ").replace("\r", " "),
        "MIME-Version": "1.0", "Content-Type": f'multipart/mixed; boundary="{thread_id}"',
    }  # fmt: skip
    for name, value in headers.items():
        if value:
            outer[name] = value
    text = "\r\n".join(f"{entry['timestamp']} {content.label(entry.get('participant'))}: {entry.get('body', '')}"
                       for entry in entries)  # fmt: skip
    outer.set_payload([_part(text.encode(), "text/plain; charset=utf-8", ""),
                       _part(_zip(manifest), "application/zip", "rsmf.zip")])  # fmt: skip
    return outer.as_bytes(policy=outer.policy.clone(linesep="\r\n", max_line_length=0))


def _part(data: bytes, kind: str, name: str) -> Message:
    part = Message()
    part["Content-Type"] = kind
    part["Content-Transfer-Encoding"] = "base64"
    if name:
        part["Content-Disposition"] = f'attachment; filename="{name}"'
    part.set_payload(base64.encodebytes(data).decode("ascii"))
    return part


def _zip(manifest: dict[str, Any]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        member = zipfile.ZipInfo("rsmf_manifest.json", ZIP_TIME)
        member.compress_type = zipfile.ZIP_DEFLATED
        bundle.writestr(member, json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1))
    return packed.getvalue()
