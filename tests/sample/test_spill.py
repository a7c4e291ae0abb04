"""Sorting on disk: every row once, in order, whatever the size of a run."""

from analysis.sample import spill


def test_rows_come_back_in_order_over_many_runs_and_targets(tmp_path, monkeypatch):
    monkeypatch.setattr(spill, "RUN", 7)
    store = spill.Spill(tmp_path / "part")
    expected = {f"target {n}": [] for n in range(5)}
    for number in range(400):
        target, row = f"target {number * number % 5}", (number * 37 % 101, number, "text")
        store.add(target, row)
        expected[target].append(row)
    for target, rows in expected.items():
        assert list(store.sorted(target)) == sorted(rows)
        assert store.counts.get(target, 0) == len(rows)
    assert not list((tmp_path / "part").iterdir())
