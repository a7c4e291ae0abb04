"""Parquet in and out: validated at the door, ordered and hashed, so that the same evidence gives the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.errors import SchemaError
from analysis.tables import TABLES, Table

_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "time": pa.timestamp("us", tz="UTC"),
    "day": pa.date32(),
    "texts": pa.list_(pa.string()),
}
BLOCK = 1 << 20


def schema(name: str) -> pa.Schema:
    """Arrow schema of a canonical table."""
    return pa.schema([(column.name, _TYPES[column.type]) for column in _table(name).columns])


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def make_id(*fields: object) -> str:
    """First 16 hex of the SHA-256 over the stated fields: the same everywhere, for ever.

    Fields are joined by U+001F; `None` counts as an empty field.
    """
    joined = "\x1f".join("" if field is None else str(field) for field in fields)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def conform(name: str, rows: pd.DataFrame | pa.Table | Iterable[Mapping[str, Any]]) -> pa.Table:
    """Give rows the stated columns, types, order and key of the canonical table `name`.

    Raises
    ------
    SchemaError
        A column is missing or unknown, a type does not fit, a value is absent where it may not be, or the key repeats.
    """
    table = _table(name)
    rows = _as_arrow(rows, schema(name))
    _check_names(table, rows.column_names)
    try:
        rows = rows.select(list(table.names)).cast(schema(name))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        raise SchemaError(
            f"table {name}: a column has the wrong type ({error}); give it the type `tables.py` states"
        ) from error
    rows = rows.sort_by([(column, "ascending") for column in table.order])
    _check_values(table, rows)
    return rows.replace_schema_metadata({"table": name}).combine_chunks()


def _as_arrow(rows: pd.DataFrame | pa.Table | Iterable[Mapping[str, Any]], expected: pa.Schema) -> pa.Table:
    if isinstance(rows, pa.Table):
        return rows
    if isinstance(rows, pd.DataFrame):
        present = [field for field in expected if field.name in rows.columns]
        if len(present) == len(expected) == len(rows.columns):
            try:
                return pa.Table.from_pandas(rows, schema=expected, preserve_index=False, safe=False)
            except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
                raise SchemaError(
                    f"a column has the wrong type ({error}); give it the type `tables.py` states"
                ) from error
        return pa.Table.from_pandas(rows, preserve_index=False)
    return pa.Table.from_pylist([dict(row) for row in rows], schema=expected)


def _check_names(table: Table, names: list[str]) -> None:
    missing, unknown = set(table.names) - set(names), set(names) - set(table.names)
    if missing or unknown:
        raise SchemaError(
            f"table {table.name}: missing columns {sorted(missing)}, unknown columns {sorted(unknown)}; "
            "see `offchannel tables`"
        )


def _check_values(table: Table, rows: pa.Table) -> None:
    for column in table.columns:
        if not column.null and (absent := rows[column.name].null_count):
            raise SchemaError(f"table {table.name}: {absent} values absent in {column.name}, which may not be")
    if rows.num_rows and rows.group_by(list(table.key)).aggregate([]).num_rows != rows.num_rows:
        raise SchemaError(f"table {table.name}: the key {', '.join(table.key)} repeats; ids must be unique")


class Store:
    """A folder of canonical tables in Parquet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Where the table is, or would be."""
        return self.folder / f"{_table(name).name}.parquet"

    def has(self, name: str) -> bool:
        """Whether the table has been written."""
        return self.path(name).is_file()

    def write(self, name: str, rows: pd.DataFrame | pa.Table | Iterable[Mapping[str, Any]]) -> int:
        """Validate, order and write a table; returns its number of rows."""
        table = conform(name, rows)
        write_parquet(table, self.path(name))
        return int(table.num_rows)

    def read(self, name: str, columns: Iterable[str] | None = None) -> pd.DataFrame:
        """Read a table as a pandas frame; an unwritten table has its columns and no rows."""
        frame: pd.DataFrame = self.arrow(name, columns).to_pandas()
        return frame

    def arrow(self, name: str, columns: Iterable[str] | None = None) -> pa.Table:
        """Read a table as Arrow."""
        wanted = list(columns) if columns is not None else None
        if not self.has(name):
            empty = schema(name).empty_table()
            return empty.select(wanted) if wanted is not None else empty
        return pq.read_table(self.path(name), columns=wanted, partitioning=None)

    def count(self, name: str) -> int:
        """Number of rows, from the footer alone."""
        return int(pq.read_metadata(self.path(name)).num_rows) if self.has(name) else 0

    def hashes(self) -> dict[str, str]:
        """SHA-256 of each table's file, by table name."""
        return {name: file_hash(self.path(name)) for name in TABLES if self.has(name)}


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write Arrow rows to Parquet, whole or not at all, with bytes that depend on the rows alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    pq.write_table(table, partial, compression="zstd", store_schema=False, row_group_size=1 << 18)
    partial.replace(path)


def write_text(path: Path, text: str) -> None:
    """Write text, whole or not at all, with LF line ends on every machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(text.encode("utf-8", "surrogatepass"))
    partial.replace(path)


def write_json(path: Path, value: object) -> None:
    """Write JSON with sorted keys, whole or not at all."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def _table(name: str) -> Table:
    if name not in TABLES:
        raise SchemaError(f"no table is called {name}; the tables are {', '.join(TABLES)}")
    return TABLES[name]
