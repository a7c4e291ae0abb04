"""What databases record beside copies and events: marks, receipts, gaps in their numbers. Never copies."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.intake.stack import Stack, looked_up
from analysis.intake.times import UTC_DTYPE
from analysis.store import make_id


def reactions(stack: Stack, seen: pd.DataFrame, copies: pd.DataFrame) -> pd.DataFrame:
    """`reactions` without message and person."""
    frame = stack.frames["reactions"]
    mine = frame["from_owner"].fillna(False).astype(bool)
    return _placed(stack, frame, "reaction_id").assign(
        copy_id=stack.copy_ids(frame, copies), native_id=frame["parent"], at=_utc(frame["at"]), value=frame["value"],
        identity_id=_identities(stack, frame, seen, mine), from_owner=mine,
    )  # fmt: skip


def receipts_of(stack: Stack, seen: pd.DataFrame, copies: pd.DataFrame) -> pd.DataFrame:
    """`receipts` without message and person; a reader that names nobody means the owner of the file."""
    frame = stack.frames["receipts"]
    times = {name: _utc(frame[name]) for name in ("delivered_at", "read_at", "played_at")}
    identity = _identities(stack, frame, seen, frame["handle"].isna())
    return _placed(stack, frame, "receipt_id").assign(
        copy_id=stack.copy_ids(frame, copies), identity_id=identity, **times
    )


def gaps(stack: Stack) -> pd.DataFrame:
    """The table `gaps`."""
    frame = stack.frames["gaps"]
    return _placed(stack, frame, "gap_id").assign(
        n_missing=frame["n_missing"].fillna(0), before_at=_utc(frame["before_at"]), after_at=_utc(frame["after_at"]),
        basis=frame["basis"].fillna("between rows"),
    )  # fmt: skip


def remnants(stack: Stack) -> pd.DataFrame:
    """The table `remnants`: whatever was carved is of low confidence."""
    frame = stack.frames["remnants"]
    columns = ("origin", "database_table", "number", "native_id", "body", "whole", "still_held")
    return _placed(stack, frame, "remnant_id").assign(
        at=_utc(frame["at"]), confidence="low", **{name: frame[name] for name in columns}
    )


def _placed(stack: Stack, frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Id, source and locator; of several rows at one locator each has an id of its own."""
    source, locator = stack.source_ids(frame), frame["locator"]
    number = frame.groupby(["source", "locator"]).cumcount()
    keys = [make_id(*fields) for fields in zip(source, locator.fillna(""), number, strict=True)]
    ids = pd.Series(keys, frame.index, dtype="str")
    return pd.DataFrame({key: ids, "source_id": source, "locator": locator.fillna("").astype("str")})


def _identities(stack: Stack, frame: pd.DataFrame, seen: pd.DataFrame, mine: pd.Series[Any]) -> pd.Series[Any]:
    named = looked_up(frame, ["place", "kind", "handle"], seen, "identity_id")
    return named.where(~mine, stack.owners(seen, frame["place"]))


def _utc(at: pd.Series[Any]) -> pd.Series[Any]:
    return at.astype("datetime64[us]").dt.tz_localize("UTC").astype(UTC_DTYPE)
