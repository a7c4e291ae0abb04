"""When the compiled loops are used, and how bytes are handed to them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

LARGE = 20_000_000  # bytes: below, loading numba and its cached code (a CPU second) costs more than it saves
SWITCH = "OFFCHANNEL_LOOPS"  # environment: `numba` or `numpy` whatever the size, for tests and benchmarks
COMPARED = 5  # words of a header compared with known shapes
SLACK = 8  # bytes the loops may write behind a text they put together


def loops(total: int) -> Any:
    """The module of compiled loops for a file of so many bytes; None where the file is to be read line by line.

    So it is without the extra `fast`, and where numba finds no folder to keep its compiled code in.
    """
    wanted = os.environ.get(SWITCH) or ("numba" if total >= LARGE else "numpy")
    if wanted != "numba" or find_spec("numba") is None:
        return None
    try:
        return import_module("analysis.intake.whatsapp_compiled")
    except RuntimeError:
        return None


def words(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """Eight bytes from every offset on, without copying."""
    return np.ndarray((len(data) - 7,), "<u8", data, strides=(1,))


def arrays(patterns: Mapping[bytes, Any], shapes: Sequence[Any]) -> tuple[Any, Any, Any]:
    """Known shapes as arrays: words; facts (code, end, gap, half); columns and values of digits."""
    parts, facts = np.zeros((len(patterns), COMPARED, 4), np.uint64), np.zeros((len(patterns), 4), np.int64)
    for row, pattern in enumerate(patterns.values()):
        parts[row, : len(pattern.words)] = pattern.words
        half = ("", "am", "pm", "noon").index(shapes[pattern.code].half)
        facts[row] = pattern.code, pattern.end, pattern.gap, half
    columns = np.zeros((len(shapes), 6, 2, 4), np.int64)
    for code, shape in enumerate(shapes):
        for part, digits in enumerate(shape.columns):
            columns[code, part, 0, : len(digits)] = digits
            columns[code, part, 1, : len(digits)] = [10**k for k in reversed(range(len(digits)))]
    return parts, facts, columns
