"""Integers of 64 bits beside floats: compared as Python compares them, and as keys of joined tables."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jazz.values import Tensor, dense
from unit.engine.merged import merge, numbered, pairs
from unit.engine.samples import apply as op
from unit.engine.samples import array_of
from unit.engine.test_ops_values import csr

COMPARISONS: dict[str, Any] = {
    "equal": operator.eq,
    "not_equal": operator.ne,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
}
EDGES = (0, 1, 2**24, 2**53, 2**62, 2**63, 2**64)
NEAR = st.builds(operator.add, st.sampled_from(EDGES), st.integers(-2, 2))
WHOLE = st.one_of(NEAR, NEAR.map(operator.neg), st.integers(-(2**63), 2**64 - 1))


@st.composite
def integers(draw: st.DrawFn) -> np.ndarray[Any, Any]:
    dtype = np.dtype(draw(st.sampled_from(["int64", "uint64"])))
    limits = np.iinfo(dtype)
    fits = WHOLE.filter(lambda x: int(limits.min) <= x <= int(limits.max))
    return np.array(draw(st.lists(fits, min_size=1, max_size=6)), dtype)


@st.composite
def floats(draw: st.DrawFn) -> np.ndarray[Any, Any]:
    dtype = draw(st.sampled_from(["float64", "float32", "float16"]))
    numbers = st.one_of(WHOLE.map(float), st.floats())
    with np.errstate(over="ignore"):
        return np.array(draw(st.lists(numbers, min_size=1, max_size=6))).astype(dtype)


@given(integers(), floats())
def test_integers_and_floats_are_compared_as_python_compares_them(a: Any, b: Any) -> None:
    for name, compare in COMPARISONS.items():
        expected = [[compare(x, y) for y in b.tolist()] for x in a.tolist()]
        found = op(name, dense(a[:, None]), dense(b))
        assert found.array().tolist() == expected
        turned = op(name, dense(b), dense(a[:, None]))
        assert turned.array().tolist() == [[compare(y, x) for y in b.tolist()] for x in a.tolist()]
        literal = float(b[0])
        assert op(name, dense(a), literal).array().tolist() == [compare(x, literal) for x in a.tolist()]
        whole = int(a[0])
        if b.dtype == np.float64 and whole < 2**63:
            assert op(name, dense(b), whole).array().tolist() == [compare(y, whole) for y in b.tolist()]


@given(integers(), floats())
def test_what_is_among_others_is_equal_to_one(a: Any, b: Any) -> None:
    assert op("isin", dense(a), dense(b)).array().tolist() == [x in b.tolist() for x in a.tolist()]
    assert op("isin", dense(b), dense(a)).array().tolist() == [x in a.tolist() for x in b.tolist()]


@given(integers(), floats())
def test_keys_of_joined_tables_are_equal_if_they_are_one_number(a: Any, b: Any) -> None:
    b = b[~np.isnan(b)]
    found = pairs(merge(numbered(dense(a), "i"), numbered(dense(b), "j"), sort=True))
    assert sorted(found) == [(i, j) for i, x in enumerate(a.tolist()) for j, y in enumerate(b.tolist()) if x == y]
    keys = [int(a[i]) for i, _ in found if i is not None]
    assert keys == sorted(keys)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_sparse_numbers_are_compared_by_value_too(dtype: str) -> None:
    a = np.array([[2**53 + 1, 0], [2**53, 3]])
    b = np.array([[2**53, 0], [2**53, 3]]).astype(dtype)
    for right in (csr(b), dense(b)):
        assert array_of(op("not_equal", csr(a), right)).tolist() == [[True, False], [False, False]]
        assert array_of(op("greater", csr(a), right)).tolist() == [[True, False], [False, False]]


def test_complex_numbers_are_equal_to_integers_by_value() -> None:
    a, b = dense(np.array([2**53 + 1, 2**53, 2])), dense(np.array([2**53, 2**53, 2 + 1j]))
    for found, expected in ((op("equal", a, b), [False, True, False]), (op("not_equal", b, a), [True, False, True])):
        assert isinstance(found, Tensor)
        assert found.array().tolist() == expected


def test_many_are_compared_block_by_block() -> None:
    whole = np.arange(2**53 - 100_000, 2**53 + 100_000)
    found = op("equal", dense(whole), dense(whole.astype(np.float64)))
    assert np.array_equal(found.array(), (whole <= 2**53) | (whole % 2 == 0))
