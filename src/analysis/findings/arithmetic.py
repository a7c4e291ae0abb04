"""Arithmetic by which a number of a row follows from others of it: `n_private / (n_private + n_official)`."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from operator import add, mul, sub, truediv

from analysis.errors import SchemaError

DAY_S = 86_400
_SIGNS: Mapping[type, Callable[[float, float], float]] = {ast.Add: add, ast.Sub: sub, ast.Mult: mul, ast.Div: truediv}
Values = Mapping[str, float | str]


def worked(formula: str, row: Values) -> float:
    """The value of a formula; not a number where something it needs is absent, or it would divide by nothing.

    Parameters
    ----------
    formula
        Columns, numbers, `+ - * /` and brackets; `days(a, b)` is the time from one column to another.
    row
        Column -> its number, or its time in ISO form.

    Raises
    ------
    SchemaError
        It holds anything else, or a column that the row does not have.
    """
    try:
        return _value(ast.parse(formula, mode="eval").body, row)
    except ZeroDivisionError:
        return math.nan
    except (SyntaxError, KeyError, TypeError, ValueError) as error:
        raise SchemaError(f"{formula!r} cannot be worked out ({error}); mend `work` in tallies.toml") from error


def _value(node: ast.AST, row: Values) -> float:
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        return _SIGNS[type(node.op)](_value(node.left, row), _value(node.right, row))
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Name):
        return float(row[node.id])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "days":
        since, until = (_time(each, row) for each in node.args)
        return (until - since).total_seconds() / DAY_S
    raise TypeError(f"{type(node).__name__} is no arithmetic")


def _time(node: ast.AST, row: Values) -> datetime:
    if not isinstance(node, ast.Name):
        raise TypeError("a time is a column")
    return datetime.fromisoformat(str(row[node.id]))
