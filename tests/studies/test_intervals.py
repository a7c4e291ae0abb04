"""Intervals against published or hand-computed values."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.studies.intervals import clopper_pearson, cluster_bootstrap, wilson


def test_wilson_known_values():
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3: 81 of 263 and 15 of 148
    assert wilson(81, 263)[:2] == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148)[:2] == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20)[:2] == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_clopper_pearson_known_values():
    # Newcombe (1998), method 5
    assert clopper_pearson(81, 263)[:2] == pytest.approx((0.2527, 0.3676), abs=5e-5)
    assert clopper_pearson(15, 148)[:2] == pytest.approx((0.0578, 0.1617), abs=5e-5)
    assert clopper_pearson(0, 20)[:2] == pytest.approx((0.0, 0.1684), abs=5e-5)
    assert clopper_pearson(20, 20).low == pytest.approx(0.025 ** (1 / 20))


@settings(derandomize=True, max_examples=60)
@given(st.integers(1, 500), st.data())
def test_share_lies_inside_and_exact_is_wider(of, data):
    n = data.draw(st.integers(0, of))
    for interval in (wilson(n, of), clopper_pearson(n, of)):
        assert interval.low - 1e-12 <= n / of <= interval.high + 1e-12
        assert 0 <= interval.low <= interval.high <= 1


def test_nothing_gives_no_interval():
    for interval in (
        wilson(0, 0),
        clopper_pearson(0, 0),
        cluster_bootstrap([1], [2]),
        cluster_bootstrap([0, 0], [0, 0]),
    ):
        assert math.isnan(interval.low)
        assert math.isnan(interval.high)


def test_bootstrap_draws_whole_clusters():
    same = cluster_bootstrap([1, 2, 3], [10, 20, 30], resamples=50)
    assert (same.low, same.high) == pytest.approx((0.1, 0.1))
    apart = cluster_bootstrap([0, 100], [100, 100], resamples=400)
    assert (apart.low, apart.high) == (0.0, 1.0)
    assert cluster_bootstrap([0, 5, 9], [10, 10, 10]) == cluster_bootstrap([0, 5, 9], [10, 10, 10])
