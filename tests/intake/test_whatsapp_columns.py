"""Text columns from offsets and codes, against the same made one by one."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake.whatsapp_columns import coder, spans, strings

QUICK = settings(max_examples=60, deadline=None, derandomize=True)


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
def test_strings_cut_what_stands_there(texts):
    raw = [text.encode() for text in texts]
    data = np.frombuffer(b"|".join(raw) + b"|" * 8, np.uint8)
    sizes = np.array([len(text) for text in raw])
    begin = np.cumsum(sizes + 1) - sizes - 1
    assert strings(data, begin, begin + sizes).to_pylist() == texts


@QUICK
@given(st.lists(st.integers(-1, 3), max_size=12))
def test_coded_values(codes):
    values = ["a", None, "Ł 🌱", ""]
    made = coder(values)(np.array(codes, np.int64))
    made.validate(full=True)
    assert made.to_pylist() == [None if code < 0 else values[code] for code in codes]


@settings(deadline=None, max_examples=500)
@given(
    st.lists(
        st.one_of(
            st.characters(codec="utf-8").map(str.encode),
            st.binary(max_size=3),
            st.sampled_from([b"\xed\xa0\x80", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf4\x90\x80\x80", b"\xc1\xbf"]),
        ),
        max_size=6,
    )
)
def test_compiled_check_of_utf8_is_pythons(parts):
    compiled = pytest.importorskip("analysis.intake.whatsapp_compiled", reason="numba is not installed")
    raw = b"".join(parts)
    data = np.concatenate([np.frombuffer(raw, np.uint8), np.full(8, 10, np.uint8)])
    assert compiled.is_utf8(data, len(raw)) == (raw.decode("utf-8", "replace").encode() == raw)
