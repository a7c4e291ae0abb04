"""Numbers of a row worked out from others of it, and nothing else."""

import math
import re

import pytest

from analysis.errors import SchemaError
from analysis.findings.arithmetic import worked
from analysis.findings.tallies import facts

ROW = {"a": "3", "b": 4.0, "n_0": "0", "from_at": "2020-03-01T12:00:00+00:00", "to_at": "2020-03-03T00:00:00+00:00"}


@pytest.mark.parametrize(
    ("formula", "value"),
    [("a / (a + b)", 3 / 7), ("1 - a * 2", -5), ("days(from_at, to_at) / 7", 1.5 / 7), ("a", 3)],
)
def test_arithmetic(formula: str, value: float) -> None:
    assert worked(formula, ROW) == pytest.approx(value)


def test_nothing_is_divided_by_nothing() -> None:
    assert math.isnan(worked("a / n_0", ROW))


@pytest.mark.parametrize(
    "formula",
    ["c + 1", "a +", "__import__('os')", "a ** b", "a if b else 1", "days(a)", "'x'", "days(1, 2)", "max(a, b)"],
)
def test_anything_else_is_refused(formula: str) -> None:
    with pytest.raises(SchemaError, match="cannot be worked out"):
        worked(formula, ROW)


def test_every_formula_of_the_tallies_can_be_read() -> None:
    tables = [table for name, part in facts().items() if name[0].isdigit() for table in part.values()]
    formulas = [formula for table in tables for formula in table.get("work", {}).values()]
    assert len(formulas) > 15
    times = dict.fromkeys(re.findall(r"\w+_at", " ".join(formulas)), "2020-03-01T12:00:00+00:00")
    columns = dict.fromkeys(re.findall(r"[a-z]\w*", " ".join(formulas)), "2") | times
    assert all(math.isfinite(worked(formula, columns)) for formula in formulas)
