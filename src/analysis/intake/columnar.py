"""Columns in, columns out: the few Arrow steps every database reader is made of. No Python loop over messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake.records import FIELDS

Column = Any  # pa.Array | pa.ChunkedArray
LATEST_MS = 4_102_444_800_000  # the year 2100: a later date is not a date
APPLE_EPOCH_S = 978_307_200  # 2001-01-01, from which Apple's clocks count
SEVERAL = 4  # times as many values as keys to look up: then the keys are looked for among the values
MOST_GAPS = 10_000  # more holes than this are a rebuilt or heavily pruned table, not happenings to look at one by one


def lookup(keys: Column, known: Column, values: Column) -> Column:
    """For each key the value beside its first occurrence in `known`; null where it is not there."""
    return values.take(places(keys, known)) if len(known) else pa.nulls(len(keys), values.type)


def places(keys: Column, known: Column) -> Column:
    """For each key the place of its first occurrence in `known`; null where it is not there."""
    if not len(known) or not len(keys):
        return pa.nulls(len(keys), pa.int64())
    near = known = _one(known)
    if few := len(known) > SEVERAL * len(keys):  # a table of the many would cost more than looking through them
        rows = pa.array(np.flatnonzero(pc.is_in(known, value_set=_one(keys)).to_numpy(zero_copy_only=False)))
        near = known.take(rows)
    found = pc.index_in(keys, value_set=near, skip_nulls=True).cast(pa.int64())
    return rows.take(found) if few else found


def without(column: Column, mask: Column) -> Column:
    """A column with nothing where a mask says so; the column itself when it says so nowhere."""
    return pc.if_else(mask, None, column) if pc.any(mask).as_py() else column


def replaced(column: Column, mask: Column, values: Column) -> Column:
    """A column with other values, one after the other, where a mask says so."""
    return pc.replace_with_mask(_one(column), _one(mask), _one(values)) if len(values) else column


def held(keys: Column, known: Column) -> Column:
    """Whether each key occurs in `known`."""
    if not len(known):
        return pa.repeat(pa.scalar(False), len(keys))
    return pc.is_in(keys, value_set=_one(known), skip_nulls=True)


def only(rows: pa.Table, mask: Column) -> pa.Table:
    """Rows that a mask keeps; the table itself when it keeps all."""
    return rows if pc.all(mask).as_py() else rows.filter(mask)


def plain(column: Column) -> Column:
    """A coded column as text; any other as it is."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def _one(column: Column) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def translated(column: Column, meaning: Callable[[Any], Any], kind: pa.DataType | None = None) -> Column:
    """Each distinct value translated once; null stays null."""
    column = plain(column)
    if column.null_count == len(column):
        return pa.nulls(len(column), kind or pa.string())
    distinct = pc.unique(column)
    return lookup(column, distinct, pa.array([meaning(value) for value in distinct.to_pylist()], kind or pa.string()))


def coded(column: Column, meanings: Mapping[int, str]) -> Column:
    """Codes put into words; null for codes nobody has explained."""
    return lookup(column, pa.array(meanings, pa.int64()), pa.array(meanings.values(), pa.string()))


def instants(ms: Column) -> Column:
    """Milliseconds since 1970 as times; null for 0, -1 and what cannot be a date."""
    sound = pc.and_(pc.greater(ms, 0), pc.less(ms, LATEST_MS))
    return pc.multiply(pc.if_else(sound, ms, None), 1000).cast(pa.timestamp("us"))


def apple_ms(seconds: Column) -> Column:
    """Seconds since 2001 (with a fraction) as milliseconds since 1970."""
    ms = pc.round(pc.multiply(pc.add(seconds, float(APPLE_EPOCH_S)), 1000.0))
    sound = pc.and_(pc.greater(ms, float(APPLE_EPOCH_S) * 1000), pc.less(ms, float(LATEST_MS)))
    return pc.if_else(sound, ms, None).cast(pa.int64())


def located(table: str, rowid: Column) -> Column:
    """Locators: the table's name and the row's number."""
    return pc.binary_join_element_wise(pa.scalar(table), pc.cast(rowid, pa.string()), pa.scalar(" "))


def table(name: str, n_rows: int, /, **columns: Any) -> pa.Table:
    """One of `records.FIELDS` from columns and single values (repeated); what is left out is null."""
    arrays = []
    for field in FIELDS[name]:
        value = columns.pop(field.name, None)
        if not isinstance(value, pa.Array | pa.ChunkedArray):
            value = pa.repeat(pa.scalar(value, field.type), n_rows)
        arrays.append(value if value.type == field.type else value.cast(field.type))
    if columns:
        raise TypeError(f"{name} has no columns {', '.join(columns)}")
    return pa.table(arrays, schema=FIELDS[name])


def gaps(name: str, rowid: Column, at: Column, highest: int | None) -> tuple[pa.Table, list[str]]:
    """Numbers missing in the sequence of a table's rows, with the times of the rows on either side.

    The rows stand in the order of `rowid`. A missing number is a row that was deleted, or given up while being
    written, or moved: a rebuilt or imported database renumbers its rows. It is no message and is counted as none.
    """
    ids = pc.cast(rowid, pa.int64()).to_numpy()
    if not len(ids):
        return table("gaps", 0), []
    last = highest if highest is not None and highest > ids[-1] else ids[-1]
    ends = np.concatenate([ids, [last + 1]])
    starts = np.concatenate([[0] if ids[0] > 0 else [ids[0] - 1], ids])
    missing = ends - starts - 1
    where = np.flatnonzero(missing > 0)
    total, n_holes = int(missing[where].sum()), len(where)
    if not n_holes:
        return table("gaps", 0), []
    notes = [
        f"{total} numbers are missing in {n_holes} places of table {name}: rows deleted, never finished, or renumbered "
        "when the database was rebuilt; not counted as messages"
    ]
    if n_holes > MOST_GAPS:
        where = np.sort(where[np.argsort(-missing[where], kind="stable")[:MOST_GAPS]])
        notes.append(f"only the {MOST_GAPS} widest gaps of table {name} are listed")
    times = _one(at)
    before = times.take(pa.array(where - 1, mask=where == 0))
    after = times.take(pa.array(where, mask=where == len(ids)))
    locators = [f"{name} {start + 1}-{end - 1}" for start, end in zip(starts[where], ends[where], strict=True)]
    basis = ["given out since the last row" if i == len(ids) else "before the first row" if i == 0 else "between rows"
             for i in where]  # fmt: skip
    found = table(
        "gaps", len(where), locator=pa.array(locators), n_missing=pa.array(missing[where]),
        before_at=before, after_at=after, basis=pa.array(basis),
    )  # fmt: skip
    return found, notes
