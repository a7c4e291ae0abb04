"""Parts of SQLite tables straight into Arrow columns (ADBC), when the extra `fast` is installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

PRAGMAS = ("query_only=1", "trusted_schema=0", "cell_size_check=1", "cache_size=-2000")


class Driver:
    """A second connection to a copy of a database, opened when it is first asked."""

    def __init__(self, path: Path, dbapi: Any) -> None:
        self.uri, self.dbapi = f"{path.resolve().as_uri()}?mode=ro", dbapi
        self.connection: Any = None

    def part(self, statement: str, size: int) -> pa.RecordBatch | None:
        """What a statement gives, at most `size` rows, each column of one type; None where it met damage."""
        try:
            if not self.connection:
                self.connection = self.dbapi.connect(self.uri)
                for pragma in PRAGMAS:
                    self._asked(f"PRAGMA {pragma}", 1)
            return self._asked(statement, size)
        except (self.dbapi.Error, OSError, ValueError):
            return None

    def _asked(self, statement: str, size: int) -> pa.RecordBatch | None:
        with closing(self.connection.cursor()) as cursor:
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(size)})
            cursor.execute(statement)
            return next(iter(cursor.fetch_record_batch()), None)


@contextmanager
def driver(path: Path) -> Iterator[Driver | None]:
    """The driver for one database; None where it is not installed."""
    try:
        from adbc_driver_sqlite import dbapi
    except ImportError:
        yield None
        return
    found = Driver(path, dbapi)
    try:
        yield found
    finally:
        if found.connection:
            found.connection.close()


def typed(part: pa.RecordBatch, types: Sequence[pa.DataType]) -> list[pa.Array] | None:
    """Columns as declared; None where a column holds anything else, or text that is not UTF-8."""
    found: list[pa.Array] = []
    for column, kind in zip(part.columns, [pa.int64(), *types], strict=True):
        if column.null_count == len(column):
            column = pa.nulls(len(column), kind)
        elif column.type != kind and (kind, column.type) != (pa.float64(), pa.int64()):
            return None
        try:
            found.append(pa.concat_arrays([column.cast(kind), pa.array([], kind)]))  # gives back what was set aside
            found[-1].validate(full=True)
        except pa.ArrowInvalid:
            return None
    return found
