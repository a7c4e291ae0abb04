"""SQLite evidence: columns, absent columns, odd values, damage, gaps, and the promise never to write."""

import hashlib
import sqlite3
from contextlib import nullcontext

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.errors import FormatError
from analysis.intake import sqlite_file
from analysis.intake.columnar import instants
from analysis.intake.holes import Numbers, gaps
from database_writers import write

ANY = st.one_of(
    st.none(),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.binary(max_size=20),
    st.floats(allow_nan=False, allow_infinity=False),
)
QUIET = settings(
    max_examples=40, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(params=["arrow", "plain"], autouse=True)
def way(request, monkeypatch):
    """Every promise holds with the Arrow driver and without it."""
    if request.param == "plain":
        monkeypatch.setattr(sqlite_file, "driver", lambda path: nullcontext())
    else:
        pytest.importorskip("adbc_driver_sqlite")


def test_reads_columns_in_order_of_rows_and_fills_absent_ones(tmp_path):
    path = write(
        tmp_path / "a.db",
        "CREATE TABLE T (_id INTEGER PRIMARY KEY, n INTEGER, t TEXT)",
        {"T": [{"_id": 5, "n": 1, "t": 'a,b\n"c"'}, {"_id": 2, "n": None, "t": None}]},
    )
    with sqlite_file.opened(path) as database:
        found = database.read("t", int="n missing", text="t also_missing")
        assert found.to_pylist() == [
            {"rowid": 2, "n": None, "missing": None, "t": None, "also_missing": None},
            {"rowid": 5, "n": 1, "missing": None, "t": 'a,b\n"c"', "also_missing": None},
        ]
        assert database.read("nowhere", int="x", text="y").schema == pa.schema(
            [("rowid", pa.int64()), ("x", pa.int64()), ("y", pa.string())]
        )
        assert database.account() == ["rows read: t 2", "rows left: none", "no write-ahead log"]


@QUIET
@given(values=st.lists(st.tuples(ANY, ANY, ANY), max_size=12), wide=st.booleans())
def test_any_value_in_any_column_reads_as_its_declared_type_or_null(tmp_path_factory, values, wide):
    path = tmp_path_factory.mktemp("any") / "any.db"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA encoding = '{'UTF-16le' if wide else 'UTF-8'}'")
    connection.execute("CREATE TABLE t (i, s, b)")
    connection.executemany("INSERT INTO t VALUES (?, ?, ?)", values)
    connection.commit()
    held = (
        list(connection.execute("SELECT i, typeof(i), CAST(i AS INTEGER), CAST(s AS TEXT), typeof(s) FROM t"))
        if not any(isinstance(row[1], bytes) for row in values)
        else None
    )
    connection.close()
    with sqlite_file.opened(path) as database:
        found = database.read("t", int="i", text="s", blob="b", real="nothing")
    assert found.num_rows == len(values)
    for row, (i, s, b) in zip(found.to_pylist(), values, strict=True):
        if isinstance(i, int):
            assert row["i"] == i
        elif i is None or isinstance(i, bytes):
            assert row["i"] is None
        if isinstance(s, str):
            assert row["s"] == s
        elif s is None:
            assert row["s"] is None
        if isinstance(b, bytes):
            assert row["b"] == b
    if held is not None:
        assert [row["s"] for row in found.to_pylist()] == [text for _, _, _, text, _ in held]


@pytest.mark.parametrize("key", ["b, a", "a", "n"])
def test_a_table_without_rowids_is_read_in_the_order_of_its_key_and_misses_no_number(tmp_path, monkeypatch, key):
    monkeypatch.setattr(sqlite_file, "ROWS_AT_ONCE", 7)
    rows = [{"n": 3 * k + 2, "a": f"{k * 37 % 101:03d}", "b": f"b{k % 4}"} for k in range(60)]
    script = f"CREATE TABLE t (n INTEGER, a TEXT, b TEXT, PRIMARY KEY ({key})) WITHOUT ROWID"
    path = write(tmp_path / "a.db", script, {"t": rows})
    with sqlite_file.opened(path) as database:
        found = database.read("t", int="n", text="a b")
        ordered = sorted(rows, key=lambda row: [row[name] for name in key.split(", ")])
        assert found.drop_columns("rowid").to_pylist() == ordered
        assert found["rowid"].to_pylist() == ([row["n"] for row in ordered] if key == "n" else [*range(1, 61)])
        assert not database.damaged and database.account()[:2] == ["rows read: t 60", "rows left: none"]
        assert gaps("t", found["rowid"], instants(found["rowid"]), database.highest_ever("t"))[0].num_rows == 0


def test_more_rows_than_one_part(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_file, "ROWS_AT_ONCE", 7)
    rows = [{"n": place if place % 5 else None, "t": f"text {place}" * (place % 3)} for place in range(100)]
    path = write(tmp_path / "a.db", "CREATE TABLE t (n INTEGER, t TEXT)", {"t": rows})
    with sqlite_file.opened(path) as database:
        found = database.read("t", int="n", text="t").drop_columns("rowid").to_pylist()
    assert found == rows


def test_text_that_is_not_utf8_is_marked_and_counted(tmp_path):
    path = write(tmp_path / "a.db", "CREATE TABLE t (t TEXT)", {"t": [{"t": "fine"}]})
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO t VALUES (CAST(x'61ff62' AS TEXT))")
    connection.commit()
    connection.close()
    with sqlite_file.opened(path) as database:
        assert database.read("t", text="t")["t"].to_pylist() == ["fine", "a\ufffdb"]
        assert database.account()[-1].startswith("1 texts with bytes that are not UTF-8")


def test_rows_only_in_the_write_ahead_log_are_read_and_nothing_in_the_file_changes(tmp_path):
    source = tmp_path / "live.db"
    connection = sqlite3.connect(source)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE t (t TEXT)")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("INSERT INTO t VALUES ('only in the log')")
    connection.commit()
    copy = tmp_path / "copy.db"
    for end in ("", "-wal"):
        copy.with_name(copy.name + end).write_bytes(source.with_name(source.name + end).read_bytes())
    connection.close()
    before = hashlib.sha256(copy.read_bytes()).hexdigest()
    with sqlite_file.opened(copy) as database:
        assert database.read("t", text="t")["t"].to_pylist() == ["only in the log"]
        assert "a write-ahead log lay beside the database and was read with it" in database.account()
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == before


def test_a_damaged_table_gives_the_rows_before_the_damage(tmp_path):
    rows = [{"t": f"text {place:05d} " + "x" * 200} for place in range(2000)]
    path = write(tmp_path / "a.db", "CREATE TABLE t (t TEXT)", {"t": rows}, pragmas=["page_size=1024"])
    data = bytearray(path.read_bytes())
    middle = len(data) // 1024 // 2 * 1024
    data[middle : middle + 4096] = b"\xee" * 4096
    path.write_bytes(data)
    with sqlite_file.opened(path) as database:
        found = database.read("t", text="t")["t"].to_pylist()
        assert 500 < len(found) < 2000 and found == [row["t"] for row in rows[: len(found)]]
        assert "damaged" in database.damaged["t"]


def test_pages_that_lead_back_to_rows_already_read_end_the_table(tmp_path):
    rows = [{"t": f"text {place:05d} " + "x" * 200} for place in range(200)]
    path = write(tmp_path / "a.db", "CREATE TABLE t (t TEXT)", {"t": rows}, pragmas=["page_size=1024"])
    data = bytearray(path.read_bytes())
    root = data.index(b"\x05", 1024, 1025)  # page 2, the root of the table: its first two children become one
    first, second = (int.from_bytes(data[root + 12 + 2 * n : root + 14 + 2 * n], "big") for n in (0, 1))
    data[root + second : root + second + 4] = data[root + first : root + first + 4]
    path.write_bytes(data)
    with sqlite_file.opened(path) as database:
        found = database.read("t", text="t")["t"].to_pylist()
        assert 0 < len(found) < 10 and found == [row["t"] for row in rows[: len(found)]]
        assert "rows already read" in database.damaged["t"]


@pytest.mark.parametrize(
    "data", [b"", b"SQLite format 3\0", b"not a database at all", b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_what_is_no_database_is_refused_with_what_to_do(tmp_path, data):
    path = tmp_path / "x.db"
    path.write_bytes(data)
    with pytest.raises(FormatError, match=r"x\.db"), sqlite_file.opened(path) as database:
        database.read("t", text="t")
    assert not sqlite_file.holds((("t",),), path)


def test_recognised_by_its_schema_wherever_that_stands(tmp_path):
    filler = "".join(f"CREATE TABLE filler_{n} (a TEXT, b TEXT DEFAULT '{'x' * 500}');" for n in range(300))
    path = write(tmp_path / "a.db", f"{filler} CREATE TABLE sms (_id INTEGER); CREATE TABLE pdu (_id INTEGER);", {})
    head = path.read_bytes()[: 1 << 16]
    assert sqlite_file.holds((("sms", "pdu"),), path)
    assert not sqlite_file.holds((("sms", "other"),), path)
    small = write(tmp_path / "b.db", 'CREATE TABLE sms (_id INTEGER); CREATE TABLE "pdu" (_id INTEGER);', {})
    assert sqlite_file.shows((("sms", "pdu"),), small.read_bytes(), "")
    assert not sqlite_file.shows((("sms", "pd"),), small.read_bytes(), "")
    assert not sqlite_file.shows((("sms", "pdu"),), b"x" + head, "")


def test_gaps_say_where_how_many_and_between_which_times():
    times = instants(pa.array([1_000_000, 2_000_000, None], pa.int64()))
    found, notes = gaps("message", pa.array([3, 4, 9]), times, highest=12)
    assert found.select(["locator", "n_missing", "basis"]).to_pylist() == [
        {"locator": "message 1-2", "n_missing": 2, "basis": "before the first row"},
        {"locator": "message 5-8", "n_missing": 4, "basis": "between rows"},
        {"locator": "message 10-12", "n_missing": 3, "basis": "given out since the last row"},
    ]
    assert found["before_at"].to_pylist() == [None, times[1].as_py(), None]
    assert found["after_at"].to_pylist() == [times[0].as_py(), None, None]
    assert notes[0].startswith("9 numbers are missing in 3 places") and "rebuilt" in notes[0]
    assert gaps("message", pa.array([1, 2, 3]), times, None)[0].num_rows == 0


def test_numbers_met_in_parts_have_the_gaps_of_the_whole():
    rows, at = pa.array([2, 3, 7, 8, 20, 21]), instants(pa.array(range(1_000_000, 7_000_000, 1_000_000)))
    numbers = Numbers("sms")
    for start in range(0, 6, 2):
        numbers.met(rows[start : start + 2], at[start : start + 2])
    assert numbers.holes(25)[0].equals(gaps("sms", rows, at, 25)[0])
    assert gaps("sms", rows, at, 25)[0]["n_missing"].to_pylist() == [1, 3, 11, 4]
