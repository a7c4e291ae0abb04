"""Columns in, columns out: the few Arrow steps every database reader is made of. No Python loop over messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.intake.records import FIELDS, HANDLES

Column = Any  # pa.Array | pa.ChunkedArray
_COLUMN = (pa.Array, pa.ChunkedArray)
LATEST_MS = 4_102_444_800_000  # the year 2100: a later date is not a date
APPLE_EPOCH_S = 978_307_200  # 2001-01-01, from which Apple's clocks count
NANOSECONDS_FROM = 10**11  # a date this large counts nanoseconds: in seconds it would lie after the year 5000
SEVERAL = 4  # times as many values as keys to look up: then the keys are looked for among the values


def lookup(keys: Column, known: Column, values: Column) -> Column:
    """For each key the value beside its first occurrence in `known`; null where it is not there."""
    return values.take(places(keys, known)) if len(known) else pa.nulls(len(keys), values.type)


def places(keys: Column, known: Column) -> Column:
    """For each key the place of its first occurrence in `known`; null where it is not there."""
    if not len(known) or not len(keys):
        return pa.nulls(len(keys), pa.int64())
    near = known = single(known)
    if few := len(known) > SEVERAL * len(keys):  # a table of the many would cost more than looking through them
        rows = pa.array(np.flatnonzero(pc.is_in(known, value_set=single(keys)).to_numpy(zero_copy_only=False)))
        near = known.take(rows)
    found = pc.index_in(keys, value_set=near, skip_nulls=True).cast(pa.int64())
    return rows.take(found) if few else found


def without(column: Column, mask: Column) -> Column:
    """A column with nothing where a mask says so; the column itself when it says so nowhere."""
    return pc.if_else(mask, None, column) if pc.any(mask).as_py() else column


def replaced(column: Column, mask: Column, values: Column) -> Column:
    """A column with other values, one after the other, where a mask says so."""
    return pc.replace_with_mask(single(column), single(mask), single(values)) if len(values) else column


def held(keys: Column, known: Column) -> Column:
    """Whether each key occurs in `known`."""
    if not len(known):
        return pa.repeat(pa.scalar(False), len(keys))
    return pc.is_in(keys, value_set=single(known), skip_nulls=True)


def only(rows: pa.Table, mask: Column) -> pa.Table:
    """Rows that a mask keeps; the table itself when it keeps all."""
    return rows if pc.all(mask).as_py() else rows.filter(mask)


def some(column: Column) -> Column:
    """Text, nothing for an empty one."""
    return pc.if_else(pc.equal(column, ""), None, column)


def widened(rows: pa.Table, **columns: Column) -> pa.Table:
    """Rows with more columns."""
    for name, column in columns.items():
        rows = rows.append_column(name, column)
    return rows


def plain(column: Column) -> Column:
    """A coded column as text; any other as it is."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def single(column: Column) -> pa.Array:
    """A column in one piece."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def translated(column: Column, meaning: Callable[[Any], Any], kind: pa.DataType | None = None) -> Column:
    """Each distinct value translated once; null stays null."""
    column = plain(column)
    if column.null_count == len(column):
        return pa.nulls(len(column), kind or pa.string())
    distinct = pc.unique(column).drop_null()
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


def apple_dates(date: Column) -> Column:
    """Apple's dates, in whole seconds or nanoseconds since 2001, as milliseconds since 1970; 0 is none."""
    coarse = pc.multiply(pc.if_else(pc.less(date, NANOSECONDS_FROM), date, 0), 1000)
    ms = pc.if_else(pc.greater(date, NANOSECONDS_FROM), pc.divide(date, 1_000_000), coarse)
    return pc.if_else(pc.greater(date, 0), pc.add(ms, APPLE_EPOCH_S * 1000), None)


def located(table: str, rowid: Column) -> Column:
    """Locators: the table's name and the row's number."""
    return pc.binary_join_element_wise(pa.scalar(table), pc.cast(rowid, pa.string()), pa.scalar(" "))


def table(name: str, kind_of: Callable[[str], str | None] | None = None, /, **columns: Any) -> pa.Table:
    """One of `records.FIELDS` from columns and single values (repeated); what is left out is null.

    With `kind_of`, handles given without their kinds get them from it.
    """
    if kind_of:
        for handle, kind in HANDLES[name]:
            if isinstance(columns.get(handle), _COLUMN):
                columns.setdefault(kind, translated(columns[handle], kind_of))
    n_rows = next((len(column) for column in columns.values() if isinstance(column, _COLUMN)), 0)
    arrays = []
    for field in FIELDS[name]:
        value = columns.pop(field.name, None)
        if not isinstance(value, _COLUMN):
            value = pa.repeat(pa.scalar(value, field.type), n_rows)
        arrays.append(value if value.type == field.type else value.cast(field.type))
    if columns:
        raise TypeError(f"{name} has no columns {', '.join(columns)}")
    return pa.table(arrays, schema=FIELDS[name])


def happened(found: Sequence[tuple[Any, ...]], kind_of: Callable[[str], str | None]) -> pa.Table:
    """Rows of `events` from tuples: locator, thread, milliseconds, kind, actor, target, value; handles as written."""
    names = ("locator", "thread", "ms", "kind", "actor", "target", "value")
    columns = dict(zip(names, zip(*found, strict=True), strict=True)) if found else dict.fromkeys(names, ())
    ms = pa.array(columns.pop("ms"), pa.int64())
    texts = {name: pa.array(column, pa.string()) for name, column in columns.items()}
    return table("events", kind_of, at=instants(ms), at_utc=True, **texts)
