"""Kappa and its interval: published worked examples, another library's answers, and what must always hold."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from formcheck.clinic.kappa import kappa

TABLES = arrays(np.int64, (3, 3), elements=st.integers(0, 60))


def test_the_example_of_fleiss() -> None:
    """Two raters, 100 people, three diagnoses: Fleiss 1981, Statistical Methods for Rates and Proportions,
    second edition, chapter 13: kappa .68; SAS prints .6765 with a standard error of .0877.
    """
    found = kappa(np.array([[75, 1, 4], [5, 4, 1], [0, 0, 10]]))
    assert found.n == 100
    assert found.share == pytest.approx(0.89)
    assert (found.value, found.se) == (pytest.approx(0.6765, abs=5e-5), pytest.approx(0.0877, abs=5e-5))
    assert (found.low, found.high) == (pytest.approx(0.5046, abs=5e-5), pytest.approx(0.8484, abs=5e-5))


def test_the_skin_condition_example() -> None:
    """Two dermatologists, 88 people: Base SAS Procedures Guide: Statistical Procedures, The FREQ Procedure,
    'Agreement Study': kappa .3449, standard error .0724, interval .2030 to .4868.
    """
    found = kappa(np.array([[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]]))
    assert found.n == 88
    assert (found.value, found.se) == (pytest.approx(0.3449, abs=5e-5), pytest.approx(0.0724, abs=5e-5))
    assert (found.low, found.high) == (pytest.approx(0.2030, abs=5e-5), pytest.approx(0.4868, abs=5e-5))


@pytest.mark.parametrize(
    ("table", "value", "se"),
    [
        ([[20, 5], [10, 15]], 0.3999999999999999, 0.12699606293110033),
        ([[0, 4, 1], [0, 8, 0], [0, 1, 5]], 0.48416289592760187, 0.1380135783058146),
        ([[21, 12, 0, 0], [4, 17, 1, 0], [3, 9, 15, 2], [0, 0, 0, 1]], 0.4728, 0.0727),
    ],
)
def test_what_statsmodels_says(table: list[list[int]], value: float, se: float) -> None:
    """Answers of statsmodels.stats.inter_rater.cohens_kappa; benchmarks/kappa.py compares many more."""
    found = kappa(np.array(table))
    assert (found.value, found.se) == (pytest.approx(value, abs=5e-5), pytest.approx(se, abs=5e-5))


@settings(max_examples=60)
@given(TABLES)
def test_raters_and_categories_may_change_places(table: np.ndarray) -> None:
    assume(table.sum() > 0)
    found, swapped, turned = kappa(table), kappa(table.T), kappa(table[::-1, ::-1])
    for other in (swapped, turned):
        assert (other.value is None) == (found.value is None)
        if found.value is not None and other.value is not None and found.se is not None:
            assert other.value == pytest.approx(found.value, abs=1e-9)
            assert other.se == pytest.approx(found.se, abs=1e-9)


@settings(max_examples=60)
@given(TABLES)
def test_kappa_lies_in_its_interval_and_never_above_the_share(table: np.ndarray) -> None:
    assume(table.sum() > 0)
    found = kappa(table)
    assert 0 <= found.share_low <= found.share + 1e-12
    assert found.share - 1e-12 <= found.share_high <= 1
    if found.value is None or found.low is None or found.high is None:
        return
    assert -1 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1
    assert found.value <= found.share + 1e-12


@settings(max_examples=60)
@given(TABLES, st.integers(2, 20))
def test_more_of_the_same_narrows_the_interval_as_a_square_root(table: np.ndarray, times: int) -> None:
    assume(table.sum() > 0)
    once, often = kappa(table), kappa(table * times)
    if once.se is not None and often.se is not None:
        assert often.value == pytest.approx(once.value, abs=1e-9)
        assert often.se * math.sqrt(times) == pytest.approx(once.se, abs=1e-6)


def test_one_category_alone_has_no_kappa() -> None:
    """Both said the same of everything: chance explains all of it, and a kappa of 1 would be a boast."""
    found = kappa(np.array([[40, 0], [0, 0]]))
    assert found.share == 1
    assert (found.value, found.se, found.low, found.high) == (None, None, None, None)


@pytest.mark.parametrize(("n", "most"), [(3, 0.7), (10, 0.85), (100, 0.98)])
def test_perfect_agreement_is_not_certain(n: int, most: float) -> None:
    """The large-sample formula would give an interval of no width, however few there were."""
    found = kappa(np.array([[n, 0], [0, n]]))
    assert found.value == 1
    assert found.low is not None
    assert 0 < found.low < most + 0.1
    assert found.high == 1


@pytest.mark.parametrize("table", [np.zeros((2, 2)), np.ones((2, 3)), np.array([[1, -1], [0, 3]])])
def test_no_table_no_kappa(table: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"counts"):
        kappa(table)
