"""Fixtures of the readers' tests."""

import os
from importlib.util import find_spec

import pytest

from analysis.intake.whatsapp_fast import SWITCH


@pytest.fixture(scope="module", params=["numpy", "numba"])
def loops(request):
    """The WhatsApp text reader line by line, then with the compiled loops, whatever the size of the file."""
    if request.param == "numba" and find_spec("numba") is None:
        pytest.skip("numba is not installed (extra `fast`)")
    before = os.environ.get(SWITCH)
    os.environ[SWITCH] = request.param
    yield request.param
    os.environ.pop(SWITCH)
    if before is not None:
        os.environ[SWITCH] = before
