"""Rows of a frame one by one, for the few places where a table is small and each row is a decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd


def each(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows as tuples with named fields, in order; the index is left out."""
    return iter(frame.itertuples(index=False))


def mapping(frame: pd.DataFrame, key: str, value: str) -> dict[str, Any]:
    """`value` by `key`; the last row wins where a key repeats."""
    return dict(zip(frame[key].astype(object), frame[value].astype(object), strict=True))
