"""Validation at the door, order and hashes of stored tables."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.errors import SchemaError
from analysis.store import Store, conform, file_hash, make_id, write_json

REJECTS = [
    {"source_id": "b", "locator": "bytes 0-1", "reason": "no header", "n_bytes": 1},
    {"source_id": "a", "locator": "bytes 4-9", "reason": "no header", "n_bytes": 5},
]


def test_rows_come_back_in_stated_order_with_stated_types(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.write("rejects", REJECTS) == 2
    frame = store.read("rejects")
    assert list(frame["source_id"]) == ["a", "b"]
    assert frame["n_bytes"].dtype == "int64"


def test_same_rows_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = Store(tmp_path / "1"), Store(tmp_path / "2")
    first.write("rejects", REJECTS)
    second.write("rejects", pd.DataFrame(REJECTS[::-1]))
    assert first.hashes() == second.hashes()


def test_an_unwritten_table_is_empty_with_its_columns(tmp_path: Path) -> None:
    frame = Store(tmp_path).read("labels", ["label_id", "score"])
    assert list(frame.columns) == ["label_id", "score"] and frame.empty
    assert Store(tmp_path).count("labels") == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"n_bytes": None}, "absent in n_bytes"),
        ({"extra": 1}, "unknown columns"),
        ({"source_id": "b", "locator": "bytes 0-1"}, "key source_id, locator repeats"),
    ],
)
def test_wrong_rows_are_refused_with_the_reason(change: dict, says: str) -> None:
    rows = pd.DataFrame([REJECTS[0], {**REJECTS[1], **change}])
    with pytest.raises(SchemaError, match=says):
        conform("rejects", rows)


def test_missing_column_and_unknown_table_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="missing columns"):
        conform("rejects", pd.DataFrame({"source_id": ["a"]}))
    with pytest.raises(SchemaError, match="no table is called reject;"):
        Store(tmp_path).read("reject")


def test_ids_are_text_and_tell_fields_apart() -> None:
    assert make_id("a", "b") == make_id("a", "b")
    assert len({make_id("ab", ""), make_id("a", "b"), make_id("", "ab"), make_id(None, "ab", "")}) == 4
    assert len(make_id("x")) == 16
    assert make_id("\ud83d") != make_id("?")


def test_file_hash_and_json_are_plain(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", {"b": 1, "a": "é"})
    assert (tmp_path / "x.json").read_bytes() == '{\n "a": "é",\n "b": 1\n}\n'.encode()
    (tmp_path / "empty").write_bytes(b"")
    assert file_hash(tmp_path / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
