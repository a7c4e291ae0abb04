"""The house rules that no linter keeps: sizes, names, notebook shape, pins, what may stand in a committed file."""

import ast
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from support import ROOT

SOURCE = sorted((ROOT / "src" / "analysis").rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "misc"}
FORBIDDEN_VARIABLES = {"msg", "df", "cfg"}
CONDA_NAMES = {"matplotlib-base": "matplotlib", "python-duckdb": "duckdb", "python-tzdata": "tzdata"}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


@pytest.mark.parametrize("path", SOURCE, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_size_and_names(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300
    assert path.stem not in FORBIDDEN_NAMES
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=False) or ""
            length = node.end_lineno - node.lineno + 1 - (docstring.count("\n") + 1 if docstring else 0)
            assert length <= 40, f"{node.name} has {length} lines"
        if isinstance(node, ast.Name):
            assert node.id not in FORBIDDEN_VARIABLES, f"line {node.lineno}: {node.id}"
        if isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Name) and node.type.id == "Exception":
            assert not all(isinstance(child, ast.Pass) for child in node.body), f"line {node.lineno} swallows errors"


@pytest.mark.parametrize("path", SOURCE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_count_of_the_sample_is_written_into_the_code(path: Path) -> None:
    """The sample's numbers are counted from evidence and registers; only its writer may know them."""
    if "sample" in path.relative_to(ROOT / "src" / "analysis").parts:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    compared = [
        node for node in ast.walk(tree) if isinstance(node, ast.Compare | ast.Return | ast.Assign | ast.keyword)
    ]
    operands = [child for node in compared for child in ast.iter_child_nodes(node)]
    numbers = {child.value for child in operands if isinstance(child, ast.Constant) and type(child.value) is int}
    assert not numbers & {17, 29, 55}


def test_standards_of_a_matter_are_documented() -> None:
    from analysis.studies.policy import LEVELS

    used = {name for path in SOURCE for name in re.findall(r'standard\(\s*"(\w+)"', path.read_text("utf-8"))}
    rows = re.findall(r"^\| (`.*?) \|", (ROOT / "src" / "analysis" / "standards.md").read_text("utf-8"), re.M)
    made = {f"practice_{name}" for name in LEVELS}
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == used | made


def test_public_names_are_few() -> None:
    import analysis

    assert len(analysis.__all__) <= 12
    assert all(getattr(analysis, name) is not None for name in analysis.__all__)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_shape(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = notebook["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    prose = [cell for cell in cells if cell["cell_type"] == "markdown"]
    tags = [tag for cell in cells for tag in cell["metadata"].get("tags", [])]
    assert re.match(r"\d\d_[a-z_]+$", path.stem)
    assert tags.count("parameters") == 1
    assert cells[0]["cell_type"] == "markdown" and "".join(cells[0]["source"]).startswith("# ")
    assert "what this cannot show" in "".join("".join(cell["source"]) for cell in prose).lower()
    assert len({cell["id"] for cell in cells}) == len(cells)
    words = sum(len("".join(cell["source"]).split()) for cell in prose)
    assert words >= 25 * len(code), f"{words} words of prose for {len(code)} code cells"
    for cell in code:
        check_cell(cell)


def check_cell(cell: dict) -> None:
    source = "".join(cell["source"])
    assert not cell["outputs"] and cell["execution_count"] is None, "outputs are not committed"
    assert "parameters" in cell["metadata"].get("tags", []) or len(source.splitlines()) <= 8
    assert not re.search(r"^\s*[%!]", source, re.M), "no magic"
    assert "pd.read_" not in source and not re.search(r"['\"]/(?:home|work|tmp|Users)", source)
    assert not re.search(r"\.style\b|Markdown\(|HTML\(|display_html", source), "evidence is shown by figures.table only"
    for node in ast.walk(ast.parse(source)):
        assert not isinstance(node, ast.ClassDef)
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 5
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] != "analysis" or node.module == "analysis"
        if isinstance(node, ast.Import):
            assert all(alias.name == "analysis" or not alias.name.startswith("analysis.") for alias in node.names)


def test_conda_has_the_same_pins() -> None:
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").partition("dependencies:")[2].splitlines()
    listed = [line.split("- ", 1)[1].strip() for line in lines if line.lstrip().startswith("- ")]
    conda = dict(
        re.match(r"([A-Za-z0-9_.-]+)(.*)", line).groups() for line in listed if line[0] != "-" and line[-1] != ":"
    )
    conda = {CONDA_NAMES.get(name, name): SpecifierSet(pins.strip()) for name, pins in conda.items()}
    for written in PROJECT["dependencies"]:
        requirement = Requirement(written)
        assert conda.get(requirement.name) == requirement.specifier, requirement.name
    assert conda["python"] == SpecifierSet(PROJECT["requires-python"])


def test_lock_satisfies_the_project_and_names_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {name.lower(): version for name, version in re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", text, re.M)}
    extras = PROJECT["optional-dependencies"]
    for written in [*PROJECT["dependencies"], *extras["dev"], *extras["lab"], *extras["scale"]]:
        requirement = Requirement(written)
        assert requirement.specifier.contains(locked[requirement.name.lower()], prereleases=True), written
    assert "://" not in text and "index-url" not in text and "find-links" not in text
    assert text.count("--hash=sha256:") >= len(locked)


def test_committed_text_names_no_machine_and_no_index() -> None:
    unwanted = re.compile(
        r"/work/(?:main|wt|shared|brief|\.library)|/root/|(?:pypi|npmjs|registry)\.(?:org|python)|files\.pythonhosted"
    )
    for path in tracked():
        if (
            path.suffix in {".py", ".md", ".toml", ".yml", ".lock", ".json", ".ipynb", ".html", ""}
            and path.name != "test_house.py"
        ):
            found = unwanted.search(path.read_text(encoding="utf-8", errors="replace"))
            assert not found, f"{path.relative_to(ROOT)} holds {found[0]}"


def test_readme_gives_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in ("make report", "make test"):
        assert command in readme
        assert re.search(rf"^{command.split()[1]}:", makefile, re.M)


def test_sample_says_it_is_invented_and_is_small() -> None:
    files = [path for path in (ROOT / "data" / "sample").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 8_000_000
    assert "invented" in (ROOT / "data" / "sample" / "README.md").read_text(encoding="utf-8").lower()
    assert tomllib.loads((ROOT / "data/sample/matter.toml").read_text(encoding="utf-8"))["matter"]["invented"] is True


def test_the_page_of_formats_is_what_the_readers_declare() -> None:
    from analysis.intake import READERS, formats

    assert (ROOT / "docs" / "formats.md").read_text(encoding="utf-8") == formats.page(READERS)
    assert all(reader.tested and reader.cannot_know for reader in READERS.values())
