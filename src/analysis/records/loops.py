"""When the compiled loops over words are used instead of numpy; both give the same numbers."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from analysis.intake.whatsapp_fast import SWITCH

LARGE = 20_000_000  # characters or words: below, loading numba and its code (a CPU second) costs more than it saves


def loops(size: int) -> Any:
    """The module of compiled loops for so much text; None without the extra `fast` or a place for its code."""
    wanted = os.environ.get(SWITCH) or ("numba" if size >= LARGE else "numpy")
    if wanted != "numba" or find_spec("numba") is None:
        return None
    try:
        return import_module("analysis.records.compiled")
    except RuntimeError:
        return None
