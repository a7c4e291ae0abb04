"""Sources with their readings, and the readings' tables one under the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis.intake import handles
from analysis.intake.declarations import Declared
from analysis.intake.pieces import Piece
from analysis.intake.records import FIELDS, HANDLES, TEXT, Hints, Reading, rows
from analysis.store import make_id

_MAPPER = {pa.bool_(): pd.BooleanDtype(), pa.int64(): pd.Int64Dtype()}


@dataclass
class Source:
    """A piece with what was declared about it, what its reader was told, and what the reader found."""

    piece: Piece
    declared: Declared
    channel: str = ""
    hints: Hints = field(default_factory=Hints)
    reading: Reading | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def source_id(self) -> str:
        """Hash of path and content."""
        return make_id(self.piece.location, self.piece.sha256)

    @property
    def holder(self) -> str:
        """Within whose export a phone-book name means somebody."""
        return self.declared.custodian_id or self.piece.location

    def owner(self, channel: str = "") -> tuple[str, str, str]:
        """Kind and handle of the account it was exported from, and how that is known; empty if it is not.

        `channel` asks for the account in another channel than the file's own: the same, if it can be one there.
        """
        if channel and channel != self.channel:
            handle = self.hints.owner or (self.reading.owner if self.reading else None) or ""
            kind = handles.account(channel, handle, self.hints.region)[0]
            return (kind, handle, "declared") if handle and kind == handles.contact_kind(handle) else ("", "", "")
        if self.hints.owner:
            kind = handles.account(self.channel, self.hints.owner, self.hints.region)[0]
            return kind, self.hints.owner, "drafted" if self.declared.drafted else "declared"
        if self.reading and self.reading.owner:
            return self.reading.owner_kind or "name", self.reading.owner, self.reading.owner_basis or "inferred"
        return "", "", ""


class Stack:
    """The tables of all readings, one under the other.

    `source` is the place of the source each row came from, `place` that of its source and channel in `places`: the
    sources first, then a place for every further channel that a thread or a name of a source says it belongs to.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = sources
        self.ids = np.array([source.source_id for source in sources], dtype=object)
        self.frames = {name: self._stacked(name) for name in FIELDS}
        n_copies = [source.reading.copies.num_rows if source.reading else 0 for source in sources]
        self.first_copy = np.concatenate([[0], np.cumsum(n_copies)[:-1]]) if sources else np.array([0])
        self.places = [(place, source.channel) for place, source in enumerate(sources)]
        for frame, columns in ((self.frames[name], columns) for name, columns in HANDLES.items()):
            for handle, kind in columns:
                frame[kind] = frame[kind].fillna("name").where(frame[handle].notna())
        self._placed()

    def _stacked(self, name: str) -> pd.DataFrame:
        parts = [rows(name).append_column("source", pa.array([], pa.int64()))]
        for place, source in enumerate(self.sources):
            table = getattr(source.reading, name) if source.reading else None
            if table is not None and table.num_rows:
                parts.append(table.append_column("source", pa.array(np.full(table.num_rows, place))))
        stacked = pa.concat_tables(parts)
        coded = pa.types.is_dictionary
        plain = pa.schema([(each.name, TEXT if coded(each.type) else each.type) for each in stacked.schema])
        frame: pd.DataFrame = stacked.cast(plain).to_pandas(types_mapper=_MAPPER.get)
        frame["source"] = frame["source"].astype("int64")
        return frame

    def _placed(self) -> None:
        """Give every row its place: most files have one channel, and their rows the place of their source."""
        frames = self.frames
        for frame in frames.values():
            frame["place"] = frame["source"]
        for name in ("threads", "names"):
            told = frames[name]["channel"].notna()
            pairs = list(zip(frames[name].loc[told, "source"], frames[name].loc[told, "channel"], strict=True))
            known = {pair: place for place, pair in enumerate(self.places)}
            for pair in pairs:
                known.setdefault(pair, len(known))
            self.places = list(known)
            frames[name].loc[told, "place"] = np.array([known[pair] for pair in pairs], dtype="int64")
        threads = frames["threads"].drop_duplicates(["source", "thread"], keep="last")
        if not (threads["place"] != threads["source"]).any():
            return
        for name in ("copies", "events"):
            found = frames[name][["source", "thread"]].merge(
                threads[["source", "thread", "place"]], how="left", on=["source", "thread"]
            )
            frames[name]["place"] = found["place"].fillna(frames[name]["source"]).astype("int64").to_numpy()
        named = frames["recipients"]
        mine = named["copy"].astype("int64").to_numpy() + self.first_copy[named["source"].to_numpy()]
        named["place"] = frames["copies"]["place"].to_numpy()[mine]

    def column(self, values: Sequence[Any], places: pd.Series[Any]) -> Any:
        """A fact of each source, at each row."""
        return np.array(values, dtype=object)[places.to_numpy()] if len(places) else np.array([], dtype=object)

    def source_ids(self, frame: pd.DataFrame) -> pd.Series[Any]:
        """Source of each row."""
        return pd.Series(self.ids[frame["source"].to_numpy()], frame.index, dtype="str")

    def copy_ids(self, frame: pd.DataFrame, copies: pd.DataFrame) -> pd.Series[Any]:
        """Copy that each row points at; absent where it points at none."""
        held = frame["copy"].notna().to_numpy()
        places = frame["copy"].fillna(0).astype("int64").to_numpy() + self.first_copy[frame["source"].to_numpy()]
        found = np.full(len(frame), None, dtype=object)
        found[held] = copies["copy_id"].to_numpy(dtype=object)[places[held]]
        return pd.Series(found, frame.index, dtype="str")

    def owners(self, seen: pd.DataFrame, places: pd.Series[Any]) -> pd.Series[Any]:
        """Identity of the owner of the source each row came from; absent where nothing says."""
        return pd.Series(self.column(owner_identities(self, seen), places), places.index, dtype="str")


def owner_identities(stack: Stack, seen: pd.DataFrame) -> list[str | None]:
    """Identity of each source's owner at each of `stack.places`, or None."""
    known = dict(zip(zip(seen["place"], seen["kind"], seen["handle"], strict=True), seen["identity_id"], strict=True))
    owners = [stack.sources[source].owner(channel) for source, channel in stack.places]
    return [known.get((place, *owner[:2])) for place, owner in enumerate(owners)]


def looked_up(frame: pd.DataFrame, columns: Sequence[str], table: pd.DataFrame, value: str) -> pd.Series[Any]:
    """`table[value]` for the rows of a frame, by key columns of the same order; absent where there is none."""
    keys = frame[list(columns)].set_axis(table.columns[: len(columns)], axis=1)
    found = keys.merge(table[[*keys.columns, value]], how="left", on=list(keys.columns), validate="many_to_one")
    return found[value].set_axis(frame.index)
