"""Tampering is found: with evidence, tables, pages, findings; and each problem says what to do."""

import json
import shutil
from pathlib import Path

import pytest

from analysis.errors import EvidenceError
from analysis.matter import Matter
from analysis.report import verify
from tiny_matter import FILE


def test_an_untouched_report_has_no_problem_and_each_tampering_has_one(published: Matter) -> None:
    assert [str(problem) for problem in verify(published)] == []
    out, evidence = published.out, published.evidence
    tampering = {
        "evidence file has changed": (evidence / FILE, b"altered"),
        "evidence file is not in the manifest": (evidence / "new.txt", b"planted"),
        "register or policy has changed": (
            published.folder / "registers" / "custodians.csv",
            b"custodian_id,name\nada,Eve\n",
        ),
        "page has changed": (out / "index.html", b"<html>"),
        "page is not in the manifest": (out / "exhibits" / "planted.html", b"<html>"),
    }  # fmt: skip
    for words, (path, data) in tampering.items():
        before = path.read_bytes() if path.exists() else None
        path.write_bytes(data)
        problems = verify(published)
        assert len(problems) == 1, words
        assert words in str(problems[0])
        assert path.name in problems[0].which
        assert problems[0].remedy
        path.unlink() if before is None else path.write_bytes(before)
    assert verify(published) == []


def test_a_changed_number_is_worked_out_again(published: Matter) -> None:
    path = published.out / "findings.jsonl"
    row = json.loads(path.read_text())
    path.write_text(json.dumps({**row, "value": 99.0}) + "\n")
    found = [str(problem) for problem in verify(published)]
    assert any("page has changed" in text and "findings.jsonl" in text for text in found)
    assert any("disagree: F1" in text for text in found)
    assert any("comes out differently: F1 (value 99.0 now 14.0)" in text for text in found)


def test_a_changed_table_is_found_and_changes_what_is_derived(published: Matter) -> None:
    published.store.write("messages", published.store.arrow("messages").slice(0, 13))
    found = [str(problem) for problem in verify(published)]
    assert any("table has changed since the report was made: messages" in text for text in found)
    assert any("value 14.0 now 13.0" in text for text in found)


def test_numbers_are_made_again_elsewhere(published: Matter, books: Path) -> None:
    assert [str(problem) for problem in verify(published, again=True, folder=books)] == []
    page = published.out / "01_first.html"
    text = page.read_text(encoding="utf-8")
    assert ">14</a>" in text
    page.write_text(text.replace(">14</a>", ">15</a>"), encoding="utf-8")
    found = [str(problem) for problem in verify(published, again=True, folder=books)]
    assert any("when its notebook is run again: 01_first.html, text: says 15, made again 14" in text for text in found)


def test_absent_tables_are_made_from_the_evidence(published: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = published.out.parent / "kept"
    shutil.move(published.store.folder, kept)
    monkeypatch.setattr(
        "analysis.pipeline.make_tables",
        lambda matter, jobs=1, progress=None: shutil.copytree(
            kept, matter.store.folder, ignore=shutil.ignore_patterns("findings.*")
        ),
    )
    assert [str(problem) for problem in verify(published)] == []
    assert published.store.has("findings")


def test_a_file_other_than_declared_is_found(published: Matter) -> None:
    (published.folder / "registers" / "sources.csv").write_text(f"path,sha256\nbob.txt,{'0' * 64}\n")
    found = [problem for problem in verify(published) if "sources.csv declares" in problem.what]
    assert [problem.which for problem in found] == ["bob.txt"]


def test_without_a_manifest_nothing_is_verified(tiny: Matter) -> None:
    with pytest.raises(EvidenceError, match=r"manifest\.json.*make the report again"):
        verify(tiny)
