"""How far along a long piece of work is: a bar on a terminal, plain lines otherwise; counts only, never content."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

Progress = Callable[[str, int, int], None]


def quiet(label: str, done: int, total: int) -> None:
    """Say nothing."""


class Reporter:
    """A `Progress` for people: `reporter("reading", 3, 40)` moves the bar called `reading` to 3 of 40."""

    def __init__(self) -> None:
        self._bars: dict[str, Any] = {}
        self._said: dict[str, int] = {}

    def __call__(self, label: str, done: int, total: int) -> None:
        """Move the bar, or write a line."""
        if sys.stderr.isatty():
            self._draw(label, done, total)
        else:
            self._line(label, done, total)

    def _draw(self, label: str, done: int, total: int) -> None:
        from tqdm import tqdm

        bar = self._bars.get(label)
        if bar is None:
            bar = self._bars[label] = tqdm(total=total, desc=label, unit="", leave=True)
        bar.total = total
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    def _line(self, label: str, done: int, total: int) -> None:
        """A line at the start, at each quarter and at the end."""
        quarter = 4 * done // total if total else 4
        if self._said.get(label) != quarter:
            self._said[label] = quarter
            sys.stderr.write(f"{label}: {done} of {total}\n")
