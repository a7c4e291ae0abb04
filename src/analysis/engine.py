"""The seam to the query engine: DuckDB by default, Spark Connect (a cluster, or Sail) when outgrown.

Only this module and `relations` know an engine. `collect` is where engine differences die: types, UTC, order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from analysis.errors import EngineError
from analysis.store import Store, make_id, schema

ENGINES = ("duckdb", "spark", "sail")
ENGINE_VARIABLE = "OFFCHANNEL_ENGINE"
REMEMBERED = 50_000
"""Rows of a frame that is kept: some megabytes, where working it out again costs a tenth of a second and more."""


class Engine:
    """A connection to one engine, seen through Ibis; relations are expressions over its tables."""

    def __init__(self, name: str, backend: Any) -> None:
        self.name = name
        self._backend = backend
        self._tables: dict[Path, tuple[Any, Any]] = {}
        self._collected: dict[Any, pd.DataFrame] = {}

    def table(self, store: Store, name: str) -> Any:
        """A canonical table as an Ibis expression; an unwritten table has no rows."""
        if not store.has(name):
            import ibis

            return ibis.memtable(schema(name).empty_table())
        path = store.path(name)
        if self._tables.get(path, (0, None))[0] != (written := _written(path)):
            rows = self._backend.read_parquet(str(path), table_name=f"{name}_{make_id(store.folder)}")
            self._tables[path] = written, rows
            self._collected.clear()
        return self._tables[path][1]

    def collect(self, expression: Any, order: Sequence[str]) -> pd.DataFrame:
        """Run an expression and give a small frame: UTC microseconds, stated order, plain types.

        `order` must name columns that make the order of rows unique. A frame of up to `REMEMBERED` rows is kept for
        when the same is asked again, until a table is written anew.
        """
        asked = expression.op(), tuple(order)
        if asked in self._collected and self._unchanged():
            return self._collected[asked].copy()
        rows: pa.Table = expression.to_pyarrow()
        rows = rows.cast(pa.schema([_plain(field) for field in rows.schema]))
        rows = rows.sort_by([(column, "ascending") for column in order])
        frame: pd.DataFrame = rows.to_pandas()
        if len(frame) <= REMEMBERED:
            self._collected[asked] = frame.copy()
        return frame

    def _unchanged(self) -> bool:
        return all(path.is_file() and _written(path) == written for path, (written, _) in self._tables.items())


def _written(path: Path) -> tuple[int, int, int]:
    """Which file this is: a table written anew is another."""
    facts = path.stat()
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def _plain(field: pa.Field) -> pa.Field:
    kind = field.type
    if pa.types.is_timestamp(kind):
        kind = pa.timestamp("us", tz="UTC")
    elif pa.types.is_integer(kind):
        kind = pa.int64()
    elif pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        kind = pa.float64()
    elif pa.types.is_large_string(kind):
        kind = pa.string()
    return pa.field(field.name, kind)


def connect(name: str = "") -> Engine:
    """Connect to an engine by name; an empty name takes it from the environment, else DuckDB.

    Raises
    ------
    EngineError
        The name is unknown or the extra it needs is not installed.
    """
    name = name or os.environ.get(ENGINE_VARIABLE, "") or "duckdb"
    if name not in ENGINES:
        raise EngineError(f"no engine is called {name}; choose one of {', '.join(ENGINES)}")
    try:
        return Engine(name, _BACKENDS[name]())
    except ImportError as error:
        raise EngineError(f"engine {name} needs an extra: pip install 'offchannel[scale]' ({error})") from error


def _duckdb() -> Any:
    import ibis

    backend = ibis.duckdb.connect()
    for setting in ("autoinstall_known_extensions=false", "enable_progress_bar=false", "TimeZone='UTC'"):
        backend.raw_sql(f"SET {setting}")
    return backend


def _spark() -> Any:
    import ibis
    from pyspark.sql import SparkSession

    address = os.environ.get("SPARK_REMOTE", "")
    builder = SparkSession.builder
    builder = builder.remote(address) if address else builder.master("local[2]").config("spark.ui.enabled", "false")
    return _utc(ibis.pyspark.connect(builder.getOrCreate()))


@cache
def _sail() -> Any:
    """One server a process: Spark keeps one session, which would outlive a second server and hang."""
    import ibis
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    server = SparkConnectServer()
    server.start(background=True)
    _, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    backend = _utc(ibis.pyspark.connect(session))
    backend.offchannel_server = server  # kept alive as long as the connection
    return backend


def _utc(backend: Any) -> Any:
    backend._session.conf.set("spark.sql.session.timeZone", "UTC")
    return backend


_BACKENDS: dict[str, Callable[[], Any]] = {"duckdb": _duckdb, "spark": _spark, "sail": _sail}
