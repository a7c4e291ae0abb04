"""SQLite files as evidence: opened read-only from a copy, read in columns, absent columns null, every row counted.

With the extra `fast` an Arrow driver hands over some thousand rows at a time, no Python object per value; a part in
which it meets anything but the declared types is read value by value, as everything is without it. A value never passes
through a guess: what is not of the declared type is null.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa

from analysis.errors import FormatError
from analysis.intake.records import Reading
from analysis.intake.sqlite_arrow import PRAGMAS, Driver, driver, typed

MAGIC = b"SQLite format 3\0"
ROWS_AT_ONCE = 1 << 15  # some megabytes of text per statement: small against the tables themselves
BYTES_AT_ONCE = 1 << 26  # rows wider than expected are read fewer at a time
LONGEST_VALUE = 1 << 28  # bytes; a longer value is damage or an attack
LOWEST = -(1 << 63)
Forms = tuple[tuple[str, ...], ...]  # table names: a database of one of these forms is recognised
_TYPES = {"int": pa.int64(), "real": pa.float64(), "text": pa.string(), "blob": pa.binary()}
_DAMAGED = "the database is damaged: rows after this one could not be read"


def shows(forms: Forms, head: bytes, name: str) -> bool:
    """Whether the head of a file shows the definitions of all tables of one of the forms (`Reader.recognises`).

    The schema may stand anywhere in a database: where the head does not hold it, `holds` decides.
    """
    return head.startswith(MAGIC) and any(all(_defined(head, table.encode()) for table in form) for form in forms)


def _defined(head: bytes, table: bytes) -> bool:
    return any(
        b"CREATE TABLE " + quote + table + end in head for quote, end in ((b"", b"("), (b"", b" "), (b'"', b'"'))
    )


def holds(forms: Forms, path: Path) -> bool:
    """Whether a copy of a database has all tables of one of the forms (`Reader.recognises_file`), its log included."""
    try:
        with opened(path) as database:
            return any(all(database.has(table) for table in form) for form in forms)
    except (FormatError, OSError):
        return False


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """A database from a copy of the evidence (never the evidence itself: SQLite writes beside what it opens)."""
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC and not path.with_name(path.name + "-wal").exists():
            raise FormatError(
                f"{path.name} does not begin like an SQLite database: hand over the file as it left the phone"
            )
    logged = path.with_name(path.name + "-wal").exists()  # before SQLite makes one of its own
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise FormatError(f"{path.name} cannot be opened as SQLite ({error}): ask for another copy") from error
    with closing(connection), driver(path) as fast:
        connection.text_factory = bytes
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        try:
            for pragma in PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            yield Database(connection, logged, fast)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # SQLite quotes a damaged schema in its errors
            raise FormatError(f"{path.name} cannot be read as SQLite ({error}): ask for another copy") from error


class Database:
    """One opened database: which tables it has, their columns as Arrow tables, and how many rows were read."""

    def __init__(self, connection: sqlite3.Connection, logged: bool, fast: Driver | None) -> None:
        self.connection, self.fast = connection, fast
        self.columns: dict[str, dict[str, str]] = {}
        found = self._names("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
        for table in sorted(found):
            names = self._names("SELECT name FROM pragma_table_info(?)", table)
            self.columns.setdefault(table.lower(), {name.lower(): name for name in names})
        self.tables = {table.lower(): table for table in found}
        self.wal = logged
        (pages,), (size,) = (connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
        self.most = pages * size  # rows a table can have: none takes less than a byte
        self.read_rows: Counter[str] = Counter()
        self.damaged: dict[str, str] = {}
        self.notes: Counter[str] = Counter()
        self._keys: dict[str, list[str]] = {}

    def _names(self, statement: str, *values: str) -> list[str]:
        return [name.decode("utf-8", "replace") for (name,) in self.connection.execute(statement, values)]

    def has(self, table: str, *columns: str) -> bool:
        """Whether there is a table of this name with (at least) these columns."""
        return all(column.lower() in self.columns.get(table.lower(), {"": ""}) for column in columns) and (
            table.lower() in self.tables
        )

    def layout(self, table: str) -> list[tuple[str, str, bool, int]]:
        """Columns of a table of numbered rows in stored order: name, declared type, not null, place in the key."""
        asked = 'SELECT name, upper(type), "notnull", pk FROM pragma_table_info(?)'
        found = self.connection.execute(asked, (self.tables.get(table.lower(), ""),))
        return [(name.decode(), kind.decode(), bool(needed), key) for name, kind, needed, key in found]

    def read(self, table: str, **kinds: str) -> pa.Table:
        """Columns of one table in the order of its rowids, with `rowid`; absent tables are empty, absent columns null.

        A table made WITHOUT ROWID is in the order of its key; `rowid` is the place in it, or the key that is a number.

        Parameters
        ----------
        table
            Name, in any case.
        kinds
            One of int, real, text, blob -> names of the columns, separated by blanks.
        """
        wanted = _wanted(kinds)
        schema = pa.schema([("rowid", pa.int64()), *((column, _TYPES[kind]) for column, kind in wanted)])
        parts = list(self.parts(table, **kinds))
        return pa.concat_tables(parts) if parts else schema.empty_table()

    def parts(self, table: str, **kinds: str) -> Iterator[pa.Table]:
        """The same, some thousand rows at a time: for columns too heavy to hold."""
        self.read_rows[table.lower()] = 0
        wanted, held = _wanted(kinds), self.columns.get(table.lower(), {})
        present = [(held[column.lower()], kind) for column, kind in wanted if column.lower() in held]
        if table.lower() not in self.tables:
            return
        for arrays in self._parts(self.tables[table.lower()], present):
            n_rows, found = len(arrays[0]), iter(arrays[1:])
            self.read_rows[table.lower()] += n_rows
            columns = [
                next(found) if column.lower() in held else pa.nulls(n_rows, _TYPES[kind]) for column, kind in wanted
            ]
            yield pa.table([arrays[0], *columns], names=["rowid", *(column for column, _ in wanted)])

    def _parts(self, table: str, columns: Sequence[tuple[str, str]]) -> Iterator[list[pa.Array]]:
        last, size = LOWEST, ROWS_AT_ONCE
        while True:
            try:
                part = self._columns(table, columns, last, size)
            except sqlite3.DatabaseError as error:
                if size > 1:
                    size = max(1, size // 8)
                    continue
                self.damaged[table] = f"{_DAMAGED} (table {table}, after row {last if last != LOWEST else 0}: {error})"
                return
            if not len(part[0]):
                return
            numbers = part[0].to_numpy()
            back = np.flatnonzero(np.append(numbers[:1] <= last, numbers[1:] <= numbers[:-1]))
            if len(back) or self.read_rows[table.lower()] > self.most:
                sound = int(back[0]) if len(back) else 0
                self.damaged[table] = f"{_DAMAGED} (table {table}: its pages lead back to rows already read)"
                yield [array.slice(0, sound) for array in part]
                return
            last = int(numbers[-1])
            widest = max(sum(array.nbytes for array in part) // len(part[0]), 1)
            size = min(ROWS_AT_ONCE, max(BYTES_AT_ONCE // widest, 1))
            yield part

    def _columns(self, table: str, columns: Sequence[tuple[str, str]], last: int, size: int) -> list[pa.Array]:
        """One part of a table: from the Arrow driver where it has one type for each column, else value by value."""
        plain = [_quoted(name) if kind == "int" else _single(name, kind) for name, kind in columns]
        part = self.fast.part(self._slice(table, plain, last, size), size) if self.fast else None
        if part and (sound := typed(part, [_TYPES[kind] for _, kind in columns])):
            return sound
        careful = [_single(*column) for column in columns]
        values = list(zip(*self.connection.execute(self._slice(table, careful, last, size)), strict=True))
        values = values or [()] * (len(columns) + 1)
        kinds = ["int", *(kind for _, kind in columns)]
        return [
            self._decoded(column) if kind == "text" else pa.array(column, _TYPES[kind])
            for kind, column in zip(kinds, values, strict=True)
        ]

    def _slice(self, table: str, outputs: Sequence[str], last: int, size: int) -> str:
        """Some rows after a number; rows of a key that is no number are numbered in its order."""
        keys = self.keys(table)
        number = "rowid" if not keys else _quoted(keys[0]) if len(keys) == 1 and self._whole(table, keys[0]) else ""
        some = f"WHERE {number} > {last} ORDER BY {number} LIMIT {size}"
        if not number:
            order = ", ".join(map(_quoted, keys))
            number, some = (
                f"row_number() OVER (ORDER BY {order})",
                f"ORDER BY {order} LIMIT {size} OFFSET {max(last, 0)}",
            )
        return f"SELECT {', '.join([number, *outputs])} FROM {_quoted(table)} {some}"  # noqa: S608 - quoted

    def keys(self, table: str) -> list[str]:
        """Columns of the key of a table made WITHOUT ROWID, else none."""
        if table not in self._keys:
            try:
                self.connection.execute(f"SELECT rowid FROM {_quoted(table)} LIMIT 0")  # noqa: S608 - quoted
                self._keys[table] = []
            except sqlite3.OperationalError:
                self._keys[table] = self._names("SELECT name FROM pragma_table_info(?) WHERE pk ORDER BY pk", table)
        return self._keys[table]

    def _whole(self, table: str, key: str) -> bool:
        odd = f"SELECT 1 FROM {_quoted(table)} WHERE typeof({_quoted(key)}) <> 'integer' LIMIT 1"  # noqa: S608 - quoted
        return self.connection.execute(odd).fetchone() is None

    def _decoded(self, values: Iterable[bytes | None]) -> pa.Array:
        texts = []
        for value in values:
            texts.append(None if value is None else value.decode("utf-8", "replace"))
            self.notes["texts with bytes that are not UTF-8: these are shown as U+FFFD"] += bool(
                value is not None and texts[-1] is not None and "\ufffd" in texts[-1] and "\ufffd".encode() not in value
            )
        return pa.array(texts, pa.string())

    def count(self, table: str) -> int:
        """Rows of a table; -1 where it is too damaged to count."""
        try:
            name = _quoted(self.tables[table.lower()])
            return int(self.connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608 - quoted
        except sqlite3.DatabaseError:
            return -1

    def highest_ever(self, table: str) -> int | None:
        """The highest rowid the database remembers to have given out for a table (AUTOINCREMENT), if it keeps one.

        -1 for a table made WITHOUT ROWID: the database gives out no numbers for it.
        """
        if self.keys(self.tables.get(table.lower(), table)):
            return -1
        try:
            found = self.connection.execute(
                "SELECT seq FROM sqlite_sequence WHERE lower(name) = ? AND typeof(seq) = 'integer'", (table.lower(),)
            )
            return next((int(seq) for (seq,) in found), None)
        except sqlite3.DatabaseError:
            return None

    def settled(self, reading: Reading) -> Reading:
        """A reading of this database with the account of its rows, and `partial` where it is damaged."""
        reading.notes += self.account()
        if self.damaged:
            reading.status, reading.reason = "partial", "; ".join(self.damaged.values())
        return reading

    def account(self) -> list[str]:
        """What was read and what was left, in words: rows per table, the write-ahead log, damage."""
        counts = {name: self.count(name) for name in sorted(self.tables)}
        read = [f"{name} {self.read_rows[name]}" for name in counts if name in self.read_rows]
        left = [
            f"{name} {n if n >= 0 else 'unknown'}" for name, n in counts.items() if n and name not in self.read_rows
        ]
        short = [
            f"table {name}: {self.read_rows[name]} of {n} rows read"
            for name, n in counts.items()
            if name in self.read_rows and n > self.read_rows[name]
        ]
        wal = "a write-ahead log lay beside the database and was read with it" if self.wal else "no write-ahead log"
        counted = [f"{n} {what}" for what, n in sorted(self.notes.items()) if n]
        lines = [f"rows read: {', '.join(read)}", f"rows left: {', '.join(left)}" if left else "rows left: none", wal]
        return [*lines, *short, *self.damaged.values(), *counted]


def _wanted(kinds: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(column, kind) for kind, names in kinds.items() for column in names.split()]


def _single(name: str, kind: str) -> str:
    """One value as its declared type; null where it is something else."""
    column = _quoted(name)
    if kind == "int":
        whole = f"CAST({column} AS INTEGER)"
        return (
            f"CASE typeof({column}) WHEN 'integer' THEN {column} WHEN 'real' THEN {whole} "
            f"WHEN 'text' THEN CASE WHEN CAST({whole} AS TEXT) = {column} THEN {whole} END END"
        )
    if kind == "real":
        return f"CASE WHEN typeof({column}) IN ('integer', 'real') THEN {column} END"
    return f"CAST({column} AS {'BLOB' if kind == 'blob' else 'TEXT'})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
