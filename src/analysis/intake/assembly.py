"""Readings of all files -> the frames of an intake: ids, identities, UTC. Whole columns at a time."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd

from analysis.intake import handles, times
from analysis.intake.beside import gaps, reactions, receipts_of, remnants
from analysis.intake.receipts import receipts
from analysis.intake.records import HANDLES
from analysis.intake.result import Intake
from analysis.intake.stack import Source, Stack, looked_up
from analysis.store import make_id


def identified(stack: Stack) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every handle as each source writes it (place, kind, handle, identity_id), and the identities."""
    parts = []
    for name, columns in HANDLES.items():
        for handle, kind in columns:
            part = stack.frames[name][["place", kind, handle]].set_axis(["place", "kind", "handle"], axis=1)
            parts.append(part.drop_duplicates().dropna(subset=["handle"]))
    told = [(place, *stack.sources[source].owner(channel)[:2]) for place, (source, channel) in enumerate(stack.places)]
    owners = [owner for owner in told if owner[2]]
    parts.append(pd.DataFrame(owners, columns=["place", "kind", "handle"]).astype(parts[0].dtypes.to_dict()))
    seen = pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)
    records = [
        _identity(stack.sources[stack.places[place][0]], stack.places[place][1], kind, handle)
        for place, kind, handle in zip(seen["place"], seen["kind"], seen["handle"], strict=True)
    ]
    columns_ = ["identity_id", "channel", "kind", "raw", "normal", "scope"]
    identities = pd.DataFrame(records, columns=columns_).astype("str")
    seen["identity_id"] = identities["identity_id"]
    identities["scope"] = pd.Series([record[5] for record in records], dtype="str")
    return seen, identities.drop_duplicates("identity_id", ignore_index=True)


def _identity(source: Source, channel: str, kind: str, handle: str) -> tuple[str, str, str, str, str, str | None]:
    kind, normal = handles.normal(kind, handle, source.hints.region)
    scope = handles.scope(channel, kind, source.holder)
    return make_id(channel, kind, normal, scope), channel, kind, handle, normal, scope


def in_utc(stack: Stack, frame: pd.DataFrame, line: pd.Series[Any], settled: pd.Series[Any]) -> pd.DataFrame:
    """Instant, fold flag and zone basis of the rows of a table with `at` and `at_utc`; says what was shifted."""
    embedded = frame["at_utc"].fillna(False).astype(bool)
    zones = stack.column([source.hints.zone for source in stack.sources], frame["source"])
    parts = []
    for zone in sorted(set(zones)):
        mine = zones == zone
        at = frame.loc[mine, "at"].astype("datetime64[us]")
        utc, fold, shifted = times.to_utc(at, embedded[mine], zone, line[mine], settled[mine])
        parts.append(pd.DataFrame({"at": utc, "fold": fold, "shifted": shifted}))
    empty = {"at": pd.Series(dtype=times.UTC_DTYPE), "fold": pd.Series(dtype=bool), "shifted": pd.Series(dtype=bool)}
    result = pd.concat(parts).sort_index() if parts else pd.DataFrame(empty)
    basis = stack.column(["declared" if _declared(source) else "assumed" for source in stack.sources], frame["source"])
    result["zone_basis"] = pd.Series(np.where(embedded, "embedded", basis), frame.index, dtype="str")
    for place, count in frame.loc[result["shifted"]].groupby("source").size().items():
        text = "times do not exist in their zone (clocks put forward) and were read as an hour later"
        stack.sources[place].notes.append(f"{count} {text}")  # type: ignore[call-overload]  # a group's key
    return result


def _declared(source: Source) -> bool:
    return bool(source.declared.zone) and source.declared.zone == source.hints.zone


def unique_locators(stack: Stack, frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Locators as given; a repeated one (a reader's fault, and said) is numbered, so that ids stay unique."""
    locators = frame["locator"].fillna("")
    repeated = frame.assign(locator=locators).duplicated(["source", "locator"])
    if not repeated.any():
        return locators
    number = frame.assign(locator=locators).groupby(["source", "locator"]).cumcount() + 1
    if name == "copies":
        for place in sorted(set(frame.loc[repeated, "source"])):
            stack.sources[place].notes.append("locators of copies repeat; they were numbered")
    return locators.where(~repeated, locators + " #" + number.astype(str)).astype("str")


def ids(stack: Stack, frame: pd.DataFrame, locators: pd.Series[Any]) -> pd.Series[Any]:
    """`make_id(source_id, locator)` for each row; what all rows of a source share is hashed once."""
    begun = [hashlib.sha256(f"{source}\x1f".encode()) for source in stack.ids]
    found = []
    for place, locator in zip(frame["source"].tolist(), locators.tolist(), strict=True):
        digest = begun[place].copy()
        digest.update(locator.encode())
        found.append(digest.hexdigest()[:16])
    return pd.Series(found, frame.index, dtype="str")


def assembled(sources: list[Source]) -> Intake:
    """All frames of an intake. `Source.notes` gain what was noticed on the way, so the table of sources comes last."""
    stack = Stack(sources)
    seen, identities = identified(stack)
    thread_ids, threads = _threads(stack, seen)
    copies = _copies(stack, seen, thread_ids)
    events = _events(stack, seen, thread_ids)
    frames = stack.frames
    return Intake(
        sources=receipts(stack, copies, events, seen), rejects=_rejects(stack), copies=copies.drop(columns="source"),
        events=events.drop(columns="source"), recipients=_recipients(stack, seen, copies),
        attachments=_attachments(stack, frames["attachments"], copies), identities=identities,
        names=_names(stack, seen), threads=threads, reactions=reactions(stack, seen, copies),
        receipts=receipts_of(stack, seen, copies), gaps=gaps(stack), remnants=remnants(stack),
    )  # fmt: skip


def _threads(stack: Stack, seen: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Id of each (source, thread), and the table of threads."""
    told = stack.frames["threads"]
    for name in ("copies", "events", "threads"):
        stack.frames[name]["thread"] = stack.frames[name]["thread"].fillna("")
    every = pd.concat([stack.frames[name][["source", "thread"]] for name in ("threads", "copies", "events")])
    every = every.drop_duplicates().sort_values(["source", "thread"], ignore_index=True)
    every["thread_id"] = ids(stack, every, every["thread"])
    told = told.assign(
        counterpart_identity_id=looked_up(told, ["place", "counterpart_kind", "counterpart"], seen, "identity_id")
    )
    told = told.drop_duplicates(["source", "thread"], keep="last").drop(columns="channel")
    table = every.merge(told, how="left", on=["source", "thread"], validate="one_to_one")
    table["source_id"] = stack.column(list(stack.ids), table["source"])
    own = table["place"].fillna(table["source"]).astype("int64")
    table["channel"] = stack.column([channel for _, channel in stack.places], own)
    table["kind"] = table["kind"].fillna(pd.Series(np.where(table["channel"] == "email", "mail", "pair"), table.index))
    columns = ["thread_id", "source_id", "channel", "kind", "title", "counterpart_identity_id"]
    return every, table[columns].astype(dict.fromkeys(columns, "str"))


def _copies(stack: Stack, seen: pd.DataFrame, thread_ids: pd.DataFrame) -> pd.DataFrame:
    frame = stack.frames["copies"]
    locators = unique_locators(stack, frame, "copies")
    thread_id = looked_up(frame, ["source", "thread"], thread_ids, "thread_id")
    sender = looked_up(frame, ["place", "sender_kind", "sender"], seen, "identity_id")
    own = frame["from_owner"].fillna(False).astype(bool) & frame["sender"].isna()
    utc = in_utc(stack, frame, thread_id, frame["suspect"].fillna("") == "")
    copies = pd.DataFrame(
        {
            "copy_id": ids(stack, frame, locators),
            "source_id": stack.source_ids(frame),
            "locator": locators,
            "seq": np.arange(len(frame)) - stack.first_copy[frame["source"].to_numpy()],
            "thread_id": thread_id,
            "sender_identity_id": sender.where(~own, stack.owners(seen, frame["place"])),
            "sent_at": utc["at"],
            "sent_text": frame["sent_text"],
            "precision": frame["precision"].fillna("second"),
            "zone_basis": utc["zone_basis"],
            "fold": utc["fold"],
            "kind": frame["kind"].fillna("text"),
            "state": frame["state"].fillna("present"),
            **{name: frame[name] for name in ("subject", "body", "native_id", "reply_to", "header")},
            "forwarded": frame["forwarded"].fillna(False).astype(bool),
            "edited": frame["edited"].fillna(False).astype(bool),
            "suspect": frame["suspect"],
            "mih": _mih(frame),
            "from_owner": frame["from_owner"],
            "source": frame["source"],
        }
    )
    return copies


def _mih(frame: pd.DataFrame) -> pd.Series[Any]:
    """EDRM MIH 1.0 (2023): names a mail across platforms, proves nothing about its content."""
    written = frame["native_id"].where((frame["kind"] == "mail") & frame["native_id"].str.fullmatch("<[^<>]+>"))
    ids = {one: hashlib.md5(one.encode(), usedforsecurity=False).hexdigest() for one in written.dropna().unique()}
    return written.map(ids).astype("str")


def _events(stack: Stack, seen: pd.DataFrame, thread_ids: pd.DataFrame) -> pd.DataFrame:
    frame = stack.frames["events"]
    thread_id = looked_up(frame, ["source", "thread"], thread_ids, "thread_id")
    utc = in_utc(stack, frame, thread_id, pd.Series(True, frame.index))
    return pd.DataFrame(
        {
            "event_id": ids(stack, frame, unique_locators(stack, frame, "events")),
            "thread_id": thread_id,
            "source_id": stack.source_ids(frame),
            "locator": frame["locator"].fillna(""),
            "at": utc["at"],
            "kind": frame["kind"].fillna("other"),
            "actor_identity_id": looked_up(frame, ["place", "actor_kind", "actor"], seen, "identity_id"),
            "target_identity_id": looked_up(frame, ["place", "target_kind", "target"], seen, "identity_id"),
            "value": frame["value"],
            "source": frame["source"],
        }
    )


def _recipients(stack: Stack, seen: pd.DataFrame, copies: pd.DataFrame) -> pd.DataFrame:
    """Named recipients; a reader that names nobody means the owner of the file."""
    frame = stack.frames["recipients"]
    named = looked_up(frame, ["place", "kind", "handle"], seen, "identity_id")
    identity = named.where(frame["handle"].notna(), stack.owners(seen, frame["place"]))
    table = pd.DataFrame({"copy_id": stack.copy_ids(frame, copies), "identity_id": identity, "role": frame["role"]})
    return table.dropna(subset=["identity_id"]).drop_duplicates(ignore_index=True).astype("str")


def _attachments(stack: Stack, frame: pd.DataFrame, copies: pd.DataFrame) -> pd.DataFrame:
    copy_ids = stack.copy_ids(frame, copies)
    number = frame.groupby(["source", "copy"]).cumcount()
    keys = zip(copy_ids, frame["name"].fillna(""), number, strict=True)
    table = frame[["name", "mime", "bytes", "sha256", "text", "basis"]].copy()
    table.insert(4, "present", frame["present"].fillna(False).astype(bool))
    table.insert(0, "copy_id", copy_ids)
    table.insert(0, "attachment_id", pd.Series([make_id(*key) for key in keys], frame.index, dtype="str"))
    return table


def _names(stack: Stack, seen: pd.DataFrame) -> pd.DataFrame:
    frame = stack.frames["names"]
    custodians = [source.declared.custodian_id or None for source in stack.sources]
    table = pd.DataFrame(
        {
            "source_id": stack.column(list(stack.ids), frame["source"]),
            "custodian_id": stack.column(custodians, frame["source"]),
            "identity_id": looked_up(frame, ["place", "kind", "handle"], seen, "identity_id"),
            **{name: frame[name] for name in ("label", "basis", "locator")},
        }
    )
    return table.dropna(subset=["identity_id", "label"]).drop_duplicates(ignore_index=True).astype("str")


def _rejects(stack: Stack) -> pd.DataFrame:
    frame = stack.frames["rejects"]
    return pd.DataFrame(
        {
            "source_id": stack.source_ids(frame),
            "locator": unique_locators(stack, frame, "rejects"),
            "reason": frame["reason"].fillna("could not be read"),
            "n_bytes": frame["n_bytes"].fillna(0).astype("int64"),
        }
    )
