"""The registers of a matter: which there are, their columns, and what is refused because it would mislead silently."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pandas as pd

from analysis import written
from analysis.errors import EvidenceError

REGISTERS: dict[str, tuple[str, ...]] = {
    "custodians": ("custodian_id", "name", "role", "organisation", "from_on", "to_on"),
    "accounts": ("custodian_id", "channel", "address", "ownership", "declared_on"),
    "sources": ("path", "custodian_id", "channel", "address", "device", "acquired_at", "acquired_by", "method",
                "sha256", "zone", "date_order", "mapping"),
    "contacts": ("custodian_id", "label", "address"),
    "requests": ("ref", "received_on", "closed_on", "outcome", "scope_text", "searched", "reviewed_on",
                 "regime", "clarified_on", "extended_to", "review_asked_on"),
    "timeline": ("at", "kind", "custodian_id", "note"),
    "claims": ("custodian_id", "said_on", "claim", "measure", "level", "reply"),
    "controls": ("account", "control", "state", "evidence"),
}  # fmt: skip
_ONCE = {"custodians": "custodian_id", "sources": "path", "requests": "ref"}
"""Registers in which a row is one thing, by what names it: of two rows that differ, neither could be believed."""
_NAMED = ("custodians", "requests")
_WORDS = ("channel", "ownership", "kind", "state", "measure")
"""Columns of fixed words, which are read in small letters."""


def read(folder: Path, name: str) -> pd.DataFrame:
    """A register as text columns, blanks as '', its days as 2020-03-31; an absent one has its columns and no rows.

    Raises
    ------
    EvidenceError
        The file is no UTF-8 CSV with a header (`written.table`), lacks the column that identifies a row, describes one
        thing twice or leaves it unnamed, or writes a day that cannot be read.
    """
    columns, path = REGISTERS[name], folder / f"{name}.csv"
    if not path.is_file():
        return pd.DataFrame({column: pd.Series(dtype="str") for column in columns})
    frame = written.table(path, f"register {path.name}")
    if columns[0] not in frame.columns:
        raise EvidenceError(
            f"register {path.name} has no column {columns[0]}; its columns should be {', '.join(columns)}"
        )
    for column in columns:
        if column not in frame.columns:
            frame[column] = ""
    for column in frame.columns:
        if column in _WORDS:
            frame[column] = frame[column].str.lower()
        elif column in columns and (column.endswith("_on") or (name, column) == ("timeline", "at")):
            frame[column] = [_moment(text, f"register {path.name}: {column}") for text in frame[column]]
            frame[column] = frame[column].str[:10] if column.endswith("_on") else frame[column]
    return _single(frame, name) if name in _ONCE else frame


def _single(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    frame, key = frame.drop_duplicates(ignore_index=True), _ONCE[name]
    if name in _NAMED and (frame[key] == "").any():
        raise EvidenceError(f"register {name}.csv has a row without {key}; give it one, or take the row out")
    if name == "custodians":
        frame = _tenures(frame)
    if (again := frame[key].duplicated()).any():
        which = frame.loc[again, key].iloc[0]
        raise EvidenceError(f"register {name}.csv has two different rows for {key} {which!r}; make them one")
    return frame


def _tenures(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for a custodian who held several offices: all of them, from the first day of any to the last."""
    by = ["custodian_id", "name"]
    if not frame.duplicated(by).any():
        return frame
    rules = {column: _ENDS.get(column, _told) for column in frame.columns.difference(by, sort=False)}
    return frame.groupby(by, sort=False, as_index=False).agg(rules)[list(frame.columns)]


def _told(cells: pd.Series) -> str:
    return "; ".join(cell for cell in cells.drop_duplicates() if cell)


_ENDS: dict[str, Callable[[pd.Series], str]] = {
    "from_on": lambda days: str(days.min()),
    "to_on": lambda days: "" if (days == "").any() else str(days.max()),
}
"""How the ends of several offices become one: a blank first day is before all, a blank last day after all."""


def _moment(text: str, where: str) -> str:
    """A day or time as ISO 8601 has it; blank stays blank."""
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise EvidenceError(
            f"{where} is {text!r}, which is no day; write it as 2020-03-31, or leave the cell empty"
        ) from error
    return text if at is None or text.startswith(at.date().isoformat()) else at.isoformat()
