"""The whole way: notebooks run, site written, the same bytes twice, failures told, unchanged work not repeated."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.errors import AnalysisError, ParameterError
from analysis.matter import Matter
from analysis.report import notebooks, run, run_notebooks
from analysis.report.notebooks import share
from tiny_matter import PARAMETERS, notebook, open_tiny, write_notebooks


def _bytes(matter: Matter) -> dict[str, bytes]:
    files = [
        path for path in matter.out.rglob("*") if path.is_file() and "work" not in path.relative_to(matter.out).parts
    ]
    return {path.relative_to(matter.out).as_posix(): path.read_bytes() for path in files}


def test_two_runs_in_two_places_give_the_same_bytes_and_an_unchanged_one_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results, stages = [], list[tuple[str, int, int]]()

    def told(stage: str, done: int, total: int) -> None:
        stages.append((stage, done, total))

    cores = os.sched_getaffinity(0)
    for place, zone, locale, jobs in (("one", "UTC", "C", 1), ("another/place", "Asia/Tokyo", "tr_TR.UTF-8", 2)):
        root = tmp_path / place
        root.mkdir(parents=True)
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setenv("LC_ALL", locale)
        monkeypatch.setenv("PYTHONHASHSEED", str(jobs))
        os.sched_setaffinity(0, sorted(cores)[:jobs])
        matter = open_tiny(root)
        books = write_notebooks(root / "books")
        stages.clear()
        try:
            index = run(matter, jobs=jobs, progress=told, folder=books)
        finally:
            os.sched_setaffinity(0, cores)
        assert index.is_file()
        assert stages[:2] == [("notebooks", 1, 2), ("notebooks", 2, 2)]
        results.append(_bytes(matter))
    assert results[0].keys() == results[1].keys()
    assert [name for name in results[0] if results[0][name] != results[1][name]] == []
    assert not any(str(tmp_path).encode() in data for data in results[0].values())
    again = run_notebooks(matter, folder=books)
    assert [page.fresh for page in again] == [False, False]
    run(matter, folder=books)
    assert _bytes(matter) == results[1]


def test_every_finding_and_exhibit_reaches_file_hash_and_place(published: Matter) -> None:
    tiny = published
    finding = json.loads((tiny.out / "findings.jsonl").read_text())
    assert tiny.store.count("findings") == 1
    page = (tiny.out / "exhibits" / "finding-f1.html").read_text()
    sources = tiny.store.read("sources")
    for key in finding["evidence"]:
        assert f'id="m-{key}"' in page
        for row in tiny.store.read("copies").query("message_id == @key").itertuples():
            assert row.locator in page
    for row in sources.itertuples():
        assert re.search(f'<li id="s[0-9]+">[^§]*{row.sha256}', page)
        assert row.sha256 in page
    assert 'href="exhibits/finding-f1.html"' in (tiny.out / "index.html").read_text()


def test_a_failed_cell_is_named_keeps_the_earlier_report_and_stands_on_the_index(
    published: Matter, tmp_path: Path
) -> None:
    tiny, folder = published, write_notebooks(tmp_path / "books")
    before = (tiny.out / "01_first.ipynb").read_bytes()
    ledger = sorted(path.name for path in (tiny.work / "ledger" / "01_first").iterdir())
    notebook(folder / "01_first.ipynb", ("md", "# First\n\nAsk?"), ("parameters", PARAMETERS), ("code", "1 / 0"))
    with pytest.raises(
        AnalysisError, match=r"notebook 01_first, cell 3 \(1 / 0\): ZeroDivisionError: division by zero"
    ):
        run(tiny, folder=folder)
    assert (tiny.out / "01_first.ipynb").read_bytes() == before
    assert sorted(path.name for path in (tiny.work / "ledger" / "01_first").iterdir()) == ledger
    assert (tiny.work / "failed" / "01_first.FAILED.ipynb").is_file()
    assert "ZeroDivisionError" in (tiny.out / "index.html").read_text()
    assert "from an earlier run" in (tiny.out / "01_first.html").read_text()


def test_an_unknown_notebook_is_refused_with_the_list(books: Path) -> None:
    assert [notebook.name for notebook in notebooks(["30"], books)] == ["30_last"]
    with pytest.raises(ParameterError, match="no notebook is called 99; the notebooks are 01_first, 30_last"):
        notebooks(["99"], books)


def test_parameters_stay_text_go_to_those_who_know_them_and_the_unknown_is_refused(tiny: Matter, books: Path) -> None:
    every = notebooks(folder=books)
    given = share(every, {"person": "+447700900123"}, tiny)
    assert given == {"01_first": {"person": "+447700900123", "top": "10"}, "30_last": {}}
    with pytest.raises(ParameterError, match=r"no parameter is called persn; did you mean person\?"):
        share(every, {"persn": "x"}, tiny)
    with pytest.raises(ParameterError, match="--out"):
        share(every, {"out": "/elsewhere"}, tiny)
    (tiny.folder / "matter.toml").write_text('[notebooks]\nnobody_knows = "1"\n')
    with pytest.raises(ParameterError, match=r"nobody_knows.*matter\.toml"):
        share(every, {}, tiny)


def test_only_the_chosen_run_and_their_parameters_arrive_as_text(tiny: Matter, books: Path) -> None:
    run(tiny, only=["01"], parameters={"person": "+447700900123"}, folder=books)
    assert not (tiny.out / "30_last.ipynb").exists()
    kept = json.loads((tiny.out / "manifest.json").read_text())["parameters"]
    assert kept.keys() == {"01_first"}
    assert kept["01_first"]["person"] == "+447700900123"
    assert kept["01_first"]["top"] == "10"


def test_plain_papermill_runs_a_notebook_too(tiny: Matter, books: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "papermill", str(books / "01_first.ipynb"), str(tmp_path / "out.ipynb"),
               "--no-progress-bar", "-r", "matter", str(tiny.folder), "-r", "out", str(tiny.out.parent)]  # fmt: skip
    subprocess.run(command, check=True, env={**os.environ}, cwd=tmp_path, capture_output=True)
    assert (tmp_path / "out.ipynb").is_file()


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = ("papermill", "nbconvert", "nbformat", "matplotlib")
    code = f"import sys, analysis.report; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
