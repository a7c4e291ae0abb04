"""Text columns from offsets and codes, against the same made one by one."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake import whatsapp_columns
from analysis.intake.whatsapp_columns import coded, even, spans, strings

QUICK = settings(max_examples=60, deadline=None, derandomize=True)


@pytest.fixture(autouse=True, scope="module")
def _small_pieces():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whatsapp_columns, "PIECE", 3)
        yield


@QUICK
@given(
    st.lists(st.integers(0, 2**31 - 1), unique=True, min_size=1, max_size=20), st.sampled_from(["bytes ", "é.txt@", ""])
)
def test_spans_of_every_width(numbers, prefix):
    edges = sorted([*numbers, 9, 10, 99, 100, 9_999, 10_000, 99_999_999, 100_000_000])
    begin, end = np.array(edges[:-1]), np.array(edges[1:])
    made = spans(prefix, begin, end)
    made.validate(full=True)
    assert made.to_pylist() == [f"{prefix}{a}-{b}" for a, b in pairwise(edges)]


def test_spans_of_nothing():
    assert spans("bytes ", np.zeros(0, np.int64), np.zeros(0, np.int64)).to_pylist() == []


@QUICK
@given(st.lists(st.text(max_size=5), min_size=1, max_size=12))
def test_strings_and_even_cut_what_stands_there(texts):
    raw = [text.encode() for text in texts]
    data = np.frombuffer(b"|".join(raw) + b"|" * 8, np.uint8)
    sizes = np.array([len(text) for text in raw])
    begin = np.cumsum(sizes + 1) - sizes - 1
    assert strings(data, begin, begin + sizes).to_pylist() == texts
    assert even(data, begin + sizes, 1).to_pylist() == ["|"] * len(texts)


@QUICK
@given(st.lists(st.integers(-1, 3), max_size=12))
def test_coded_values(codes):
    values = ["a", None, "Ł 🌱", ""]
    made = coded(values, np.array(codes, np.int64))
    made.validate(full=True)
    assert made.to_pylist() == [None if code < 0 else values[code] for code in codes]
