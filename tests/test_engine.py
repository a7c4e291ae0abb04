"""The engine seam: refusals, small frames, order of parallel work."""

from pathlib import Path

import pytest

from analysis import engine
from analysis.errors import EngineError
from analysis.store import Store


def test_unknown_engine_is_refused_with_the_list() -> None:
    with pytest.raises(EngineError, match="no engine is called oracle; choose one of duckdb"):
        engine.connect("oracle")


def test_engine_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(engine.ENGINE_VARIABLE, "duckdb")
    assert engine.connect().name == "duckdb"


def test_collect_gives_order_and_plain_types(tmp_path: Path) -> None:
    store = Store(tmp_path)
    rows = [{"source_id": s, "locator": f"bytes {k}", "reason": "r", "n_bytes": k} for s in "ba" for k in (2, 1)]
    store.write("rejects", rows)
    connection = engine.connect("duckdb")
    rejects = connection.table(store, "rejects")
    frame = connection.collect(rejects.group_by("source_id").agg(n_bytes=rejects.n_bytes.sum()), order=["source_id"])
    assert frame.to_dict("list") == {"source_id": ["a", "b"], "n_bytes": [3, 3]}
    assert frame["n_bytes"].dtype == "int64"


def test_what_is_asked_again_is_remembered_until_a_table_changes(tmp_path: Path) -> None:
    store, connection = Store(tmp_path), engine.connect("duckdb")

    def asked() -> list[int]:
        rejects = connection.table(store, "rejects")
        frame = connection.collect(rejects.select("locator", "n_bytes"), order=["locator"])
        found = frame["n_bytes"].tolist()
        frame["n_bytes"] = 0  # what a caller does to its frame is its own affair
        return found

    for n in (1, 2):
        store.write("rejects", [{"source_id": "s", "locator": "bytes 0", "reason": "r", "n_bytes": n}])
        assert asked() == asked() == [n]
        kept = connection.table(store, "rejects")
    store.write("rejects", [{"source_id": "s", "locator": "bytes 0", "reason": "r", "n_bytes": 3}])
    assert connection.collect(kept.select("locator", "n_bytes"), order=["locator"])["n_bytes"].tolist() == [3]


def test_an_unwritten_table_has_no_rows(tmp_path: Path) -> None:
    connection = engine.connect("duckdb")
    labels = connection.table(Store(tmp_path), "labels")
    assert connection.collect(labels, order=["label_id"]).empty
