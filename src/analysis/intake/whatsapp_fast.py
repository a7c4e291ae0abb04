"""When the compiled loops are used, and how bytes are handed to them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

LARGE = 20_000_000  # bytes: below, loading numba and its cached code (a CPU second) costs more than it saves
SWITCH = "OFFCHANNEL_LOOPS"  # environment: `numba` or `numpy` whatever the size, for tests and benchmarks
COMPARED = 5  # words of a header compared with known shapes
MOST_SHAPES = 48  # one export has at most some thirty (digits of day, month, hour; am and pm)
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


class Patterns:
    """Known shapes as the compiled loop compares them, eight bytes at a time."""

    def __init__(self) -> None:
        self.words: list[npt.NDArray[np.uint64]] = []
        self.facts: dict[bytes, tuple[int, int, int, int]] = {}

    def learn(self, key: bytes, tail: bytes, code: int, shape: Any) -> None:
        """Keep a header (its digits zeros) and what follows it, if the digits are plain ones and it fits.

        Of each word: the bytes, which bits must agree, and where digits stand (6, and 0xF0).
        """
        tail = tail[:1] if tail[:1] == b"]" else tail
        whole = key + tail
        full = whole in self.facts or len(self.facts) >= MOST_SHAPES
        if full or len(whole) >= 8 * COMPARED or shape.zero != ord("0"):
            return
        fixed = np.frombuffer(whole.ljust(8 * COMPARED, b"\0"), np.uint8)
        digit, inside = fixed == ord("0"), np.arange(8 * COMPARED) < len(whole)
        parts = (fixed, np.where(digit, 0xF0, 0xFF) * inside, digit * 6, digit * 0xF0)
        self.words.append(np.stack([part.astype(np.uint8).view(np.uint64) for part in parts], axis=1))
        self.facts[whole] = code, len(key), len(tail), ("", "am", "pm", "noon").index(shape.half)

    def arrays(self, shapes: Sequence[Any]) -> tuple[Any, Any, Any]:
        """Words; facts (code, end, gap, half); columns of digits and what they count."""
        columns = np.zeros((len(shapes), 6, 2, 4), np.int64)
        for code, shape in enumerate(shapes):
            for part, digits in enumerate(shape.columns):
                columns[code, part, 0, : len(digits)] = digits
                columns[code, part, 1, : len(digits)] = [10**k for k in reversed(range(len(digits)))]
        facts = np.array([*self.facts.values()], np.int64).reshape(-1, 4)
        return np.array(self.words, np.uint64).reshape(-1, COMPARED, 4), facts, columns
