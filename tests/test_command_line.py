"""The command line: exit codes, refusals, and that every command is documented."""

import re
from pathlib import Path

import pytest

from analysis import __main__ as command_line
from analysis.tables import TABLES
from support import ROOT


def run(*arguments: str) -> int:
    try:
        return command_line.main(list(arguments))
    except SystemExit as leave:
        return int(leave.code or 0)


def test_tables_prints_the_dictionary(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tables") == 0
    printed = capsys.readouterr().out
    assert all(f"{name}: a row is" in printed for name in TABLES)


@pytest.mark.parametrize(
    "arguments", [[], ["fly"], ["run"], ["run", "x", "--jobs", "none"], ["run", "x", "--edition", "x"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    assert run(*arguments) == 2


def test_a_missing_matter_ends_with_1_and_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", str(tmp_path / "nothing"), "--out", str(tmp_path)) == 1
    assert "no matter folder" in capsys.readouterr().err


def test_a_parameter_without_a_value_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", str(tmp_path), "--out", str(tmp_path / "out"), "-p", "person") == 2
    assert "write -p name=value" in capsys.readouterr().err


def test_every_command_is_in_the_readme_or_the_make_file() -> None:
    documented = (ROOT / "README.md").read_text(encoding="utf-8") + (ROOT / "Makefile").read_text(encoding="utf-8")
    source = (ROOT / "src/analysis/__main__.py").read_text(encoding="utf-8")
    commands = re.findall(r'_add\(\s*commands,\s*"([a-z]+)"', source) + re.findall(
        r'_add\(commands, "([a-z]+)"', source
    )
    assert {"run", "verify", "init", "export", "review", "sample", "tables", "intake"} == set(commands)
    assert all(f"offchannel {name}" in documented for name in set(commands) - {"intake"})
