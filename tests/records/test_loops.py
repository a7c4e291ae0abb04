"""The compiled loops and numpy give the same numbers."""

from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake.whatsapp_fast import SWITCH
from analysis.records import joins
from analysis.records.candidates import nearness
from analysis.records.tokens import tokens

pytestmark = pytest.mark.skipif(find_spec("numba") is None, reason="the extra fast is not installed")
WORDS = "one two three four five six seven eight nine ten eleven twelve caf\u00e9 \u4f60 don't 12:30 \n".split(" ")
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=90).map(" ".join), max_size=8)


@settings(deadline=None, max_examples=60)
@given(TEXTS, TEXTS)
def test_both_ways_are_the_same(short, long):
    results = []
    for way in ("numpy", "numba"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(SWITCH, way)
            sides = tokens(short), tokens([*long, *short])
            results.append((sides, joins.found(*sides), nearness(*sides)))
    (plain, found, near), (fast, other, likewise) = results
    assert all(np.array_equal(one.words, two.words) and np.array_equal(one.starts, two.starts)
               for one, two in zip(plain, fast, strict=True))  # fmt: skip
    assert all(np.array_equal(getattr(found, name), getattr(other, name)) for name in found.__dataclass_fields__)
    pd.testing.assert_frame_equal(near, likewise)


def test_lines_too_wide_for_one_number_are_sorted_alike():
    rng = np.random.default_rng(3)
    text, item = rng.integers(0, 5, 50), rng.integers(0, 5, 50)
    line = rng.integers(-3, 4, 50)
    narrow = joins._ordered(text, item, line)
    wide = joins._ordered(text, item, line << 60)
    assert all(np.array_equal(a, b) for a, b in zip(narrow[:2], wide[:2], strict=True))
    assert np.array_equal(narrow[2], wide[2] >> 60)
