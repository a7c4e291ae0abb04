"""Terminal escape sequences, taken out of what programs printed."""

from __future__ import annotations

import re

_SEQUENCES = re.compile(r"\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)|\[[0-?]*[ -/]*[@-~]|[@-Z\\^_])")


def plain(text: str) -> str:
    """Text without colour, cursor and hyperlink sequences."""
    return _SEQUENCES.sub("", text)
