"""Shared by tests: where the third-party fixtures are."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = Path(os.environ.get("OFFCHANNEL_FIXTURES", ROOT.parent / "shared" / "fixtures"))


def fixtures(part: str) -> Path:
    """Folder or file of third-party test data; skips the test, with the reason, when it is not there."""
    path = FIXTURES / part
    if not path.exists():
        pytest.skip(f"third-party fixtures are not here: {part} (set OFFCHANNEL_FIXTURES)")
    return path
