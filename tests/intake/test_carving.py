"""Carving: deleted rows planted in databases, what stands in for them, and that nothing else ever changes."""

import hashlib
import json
import random
import sqlite3
from contextlib import closing
from datetime import UTC

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.errors import EvidenceError, FormatError
from analysis.intake import READERS, carving
from analysis.intake.records import Hints, Opened
from analysis.matter import Matter
from analysis.pipeline import make_tables
from database_writers import CHATSTORAGE, IMESSAGE, MMSSMS, MSGSTORE, typedstream, write

T0, APPLE_S = 1_600_000_000_000, 978_307_200
WORDS = "kettle harbour lesson marble orchard pencil ribbon saddle timber velvet walnut yellow".split()


def words(n):
    dice = random.Random(n)
    return f"number {n} é " + " ".join(dice.choices(WORDS, k=dice.randint(0, 30)))


def key(n):
    return hashlib.sha256(str(n).encode()).hexdigest()[:20].upper()


def android(n):
    return {"_id": n, "chat_row_id": 1, "from_me": n % 2, "key_id": key(n), "timestamp": T0 + n, "message_type": 0,
            "status": 5, "text_data": words(n)}  # fmt: skip


def iphone(n):
    return {"Z_PK": n, "ZISFROMME": n % 2, "ZMESSAGETYPE": 0, "ZCHATSESSION": 1, "ZSTANZAID": key(n), "ZTEXT": words(n),
            "ZMESSAGEDATE": (T0 + n) / 1000 - APPLE_S}  # fmt: skip


def sms(n):
    return {"_id": n, "thread_id": 1, "address": "+447700900001", "date": T0 + n, "type": 1 + n % 2, "body": words(n)}


def imessage(n):
    return {"ROWID": n, "guid": key(n), "handle_id": 1, "date": (T0 + n - APPLE_S * 1000) * 1_000_000,
            **({"text": words(n)} if n % 2 else {"attributedBody": typedstream(words(n))})}  # fmt: skip


CASES = {
    "msgstore": (MSGSTORE, "message", android), "chatstorage": (CHATSTORAGE, "ZWAMESSAGE", iphone),
    "mmssms": (MMSSMS, "sms", sms), "imessage": (IMESSAGE, "message", imessage),
}  # fmt: skip


def planted(path, reader, gone, n=3000, pragmas=()):
    script, table, row = CASES[reader]
    write(path, script, {table: [row(k) for k in range(1, n + 1)]}, pragmas=["secure_delete=0", *pragmas])
    delete(path, table, gone)
    return path


def delete(path, table, gone):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA secure_delete=0")
        connection.executemany(f"DELETE FROM {table} WHERE rowid = ?", [(k,) for k in gone])


def carved(path, reader):
    found, notes = carving.remnants(path, READERS[reader].carves)
    return found.to_pylist(), notes


@pytest.mark.parametrize("pragmas", [(), ("page_size=1024", "auto_vacuum=1"), ("encoding='UTF-16le'",)])
@pytest.mark.parametrize("reader", CASES)
def test_deleted_rows_are_found_with_their_text_key_and_time_and_nothing_else_is(tmp_path, reader, pragmas):
    gone = sorted({*random.Random(7).sample(range(1, 3001), 120), *(range(1500, 1700) if not pragmas else ())})
    path = planted(tmp_path / "a.db", reader, gone, pragmas=pragmas)
    found, _ = carved(path, reader)
    data, coding = path.read_bytes(), "utf-16-le" if any("UTF-16" in each for each in pragmas) else "utf-8"
    there = {n for n in gone if words(n).encode(coding if reader != "imessage" or n % 2 else "utf-8") in data}
    assert len(there) > 100  # SQLite itself overwrites some while it deletes
    texts = {words(n): n for n in gone}
    assert {row["body"] for row in found} <= set(texts)
    assert len({texts[row["body"]] for row in found} & there) >= 0.95 * len(there)
    right = 0
    for row in found:
        n = texts[row["body"]]
        assert row["native_id"] == (None if reader == "mmssms" else key(n)) and row["number"] in (n, None)
        assert row["whole"] and not row["still_held"] and ", offset " in row["locator"]
        right += round(row["at"].replace(tzinfo=UTC).timestamp() * 1000) - T0 == n
    assert right >= 0.99 * len(found)  # the end of a row may be written over


def test_rows_that_only_moved_are_no_remnants(tmp_path):
    path, order = tmp_path / "a.db", list(range(1, 3001))
    random.Random(1).shuffle(order)
    write(path, MSGSTORE, {"message": [android(n) for n in order]}, pragmas=["secure_delete=0"])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE filler (a TEXT)")
        connection.executemany("INSERT INTO filler VALUES (?)", [("x" * 900,)] * 900)
        connection.execute("DROP TABLE filler")
    assert carved(path, "msgstore")[0] == []


def test_older_pages_in_the_log_give_what_a_row_said_before(tmp_path):
    live, path = tmp_path / "live.db", tmp_path / "a.db"
    write(live, MSGSTORE, {"message": [android(n) for n in range(1, 40)]})
    with closing(sqlite3.connect(live)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        for n in (5, 6):
            connection.execute("UPDATE message SET text_data = ? WHERE _id = ?", (f"said later {n}", n))
            connection.commit()
        connection.execute("DELETE FROM message WHERE _id = 7")
        connection.commit()
        for end in ("", "-wal"):
            path.with_name(path.name + end).write_bytes(live.with_name(live.name + end).read_bytes())
    found = {row["number"]: row for row in carved(path, "msgstore")[0]}
    assert set(found) == {5, 6, 7} and [found[n]["body"] for n in found] == [words(n) for n in found]
    assert [found[n]["still_held"] for n in (5, 6, 7)] == [True, True, False]
    assert {row["origin"] for row in found.values()} <= {"page replaced in the log", "write-ahead log"}


def test_a_long_text_is_given_as_far_as_it_stands_and_older_rows_have_fewer_columns(tmp_path):
    path = tmp_path / "a.db"
    rows = [android(1), {**android(2), "text_data": "long é " * 4000}, android(3)]
    write(path, MSGSTORE, {"message": rows}, pragmas=["secure_delete=0"])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ALTER TABLE message ADD COLUMN sort_id INTEGER NOT NULL DEFAULT 0")
    delete(path, "message", [1, 2])
    found = {row["native_id"]: row for row in carved(path, "msgstore")[0]}
    assert found[key(1)]["body"] == words(1) and found[key(1)]["whole"]
    cut = found[key(2)]
    assert not cut["whole"] and 100 < len(cut["body"]) < 5000 and ("long é " * 4000).startswith(cut["body"])


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_arbitrary_bytes_end_and_invent_nothing(tmp_path_factory, data):
    path = planted(tmp_path_factory.mktemp("any") / "a.db", "msgstore", range(20, 60), n=80)
    bytes_ = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        place, junk = data.draw(st.integers(16, len(bytes_) - 1)), data.draw(st.binary(min_size=1, max_size=60))
        bytes_[place : place + len(junk)] = junk[: len(bytes_) - place]
    path.write_bytes(bytes_)
    path.with_name("a.db-wal").write_bytes(data.draw(st.binary(max_size=200)))
    try:
        found, _ = carving.remnants(path, READERS["msgstore"].carves)
    except FormatError:
        return
    assert found.num_rows <= 200


def test_no_more_than_a_limit_is_kept_and_said(tmp_path, monkeypatch):
    monkeypatch.setattr(carving, "MOST", 10)
    found, notes = carved(planted(tmp_path / "a.db", "msgstore", range(100, 160)), "msgstore")
    assert len(found) == 10 and any("only 10 of" in note for note in notes)


def test_words_left_in_the_search_index_are_remnants(tmp_path):
    index = "CREATE TABLE message_ftsv2_content (docid INTEGER PRIMARY KEY, c0content TEXT);"
    left = [{"docid": 1, "c0content": words(1)}, {"docid": 2, "c0content": "gone"}]
    path = write(tmp_path / "a.db", MSGSTORE + index, {"message": [android(1)], "message_ftsv2_content": left})
    found = carving.after(READERS["msgstore"].read, READERS["msgstore"].carves, Opened(path, ""), Hints(carve=True))
    (row,) = found.remnants.to_pylist()
    assert (row["body"], row["origin"], row["number"]) == ("gone", "search index", 2)
    assert READERS["msgstore"].read(Opened(path, ""), Hints()).remnants.num_rows == 0


def test_carving_changes_no_copy_count_finding_or_other_table(tmp_path):
    folder = tmp_path / "m" / "evidence"
    folder.mkdir(parents=True)
    path = planted(folder / "msgstore.db", "msgstore", range(50, 130, 4), n=200)
    before = path.read_bytes()
    tables = {}
    for state in ("false", "true"):
        (tmp_path / "m" / "matter.toml").write_text(f"[intake]\ncarve = {state}\n")
        matter = Matter.open(tmp_path / "m", out=tmp_path / state)
        make_tables(matter)
        tables[state] = matter.store
    off, on = tables["false"], tables["true"]
    assert off.count("remnants") == 0 and on.count("remnants") >= 18
    assert off.count("messages") == on.count("messages") == 180
    same = set(off.hashes()) - {"remnants", "sources"}
    assert len(same) > 15 and all(off.hashes()[name] == on.hashes()[name] for name in same)
    assert off.read("sources").drop(columns="notes").equals(on.read("sources").drop(columns="notes"))
    assert "low confidence, counted nowhere" in json.dumps([list(notes) for notes in on.read("sources")["notes"]])
    assert set(on.read("remnants")["confidence"]) == {"low"} and path.read_bytes() == before


def test_carving_is_on_or_off(tmp_path):
    (tmp_path / "matter.toml").write_text('[intake]\ncarve = "yes"\n')
    with pytest.raises(EvidenceError, match="carve = true"):
        Matter.open(tmp_path, out=tmp_path / "out")
    (tmp_path / "matter.toml").write_text("")
    assert not Matter.open(tmp_path, out=tmp_path / "out").carve
