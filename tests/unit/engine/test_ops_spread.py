"""Reductions and functions where arithmetic is delicate: large means, large exponents, long sparse lines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse as scipy_sparse
from scipy import special

from jazz.convert import to_value
from jazz.values import DataType, Layout, Tensor, dense
from jazz_server.engine.errors import OpError
from unit.engine.samples import apply as op

RNG = np.random.default_rng(11)


def tensor(value: Any) -> Tensor:
    found = to_value(value)
    assert isinstance(found, Tensor)
    return found


def huge() -> Tensor:
    """Two entries of 2^40 elements."""
    places = tuple(np.array([3, 5], np.int32) for _ in range(2))
    data = np.array([-2.0, 8.0])
    return Tensor(DataType("float64"), (1 << 20, 1 << 20), Layout.COO, data=data, indices=places)


def test_a_variance_does_not_cancel() -> None:
    x = 1e9 + np.array([4.0, 7.0, 13.0, 16.0])
    assert op("var", dense(x), correction=1).array() == 30
    assert op("var", tensor(scipy_sparse.csr_array(x[None])), correction=1).array() == 30
    assert op("std", dense(np.float32([4, 7, 13, 16]) + np.float32(1e5))).array() == np.float32(np.sqrt(22.5))


def test_a_variance_of_too_few_is_nan() -> None:
    assert np.isnan(op("var", dense(np.array([1.0])), correction=1).array())
    assert np.isnan(op("var", dense(np.zeros(0))).array())


def test_sums_of_exponentials_do_not_overflow() -> None:
    assert_allclose(op("logsumexp", dense(np.array([1e4, 1e4]))).array(), 1e4 + np.log(2))
    assert op("logsumexp", dense(np.array([-np.inf, -np.inf]))).array() == -np.inf
    assert op("logsumexp", dense(np.array([np.inf, 1.0]))).array() == np.inf
    assert_allclose(op("softmax", dense(np.array([1e4, 1e4, -1e4]))).array(), [0.5, 0.5, 0])


def test_functions_of_neurons_have_limits() -> None:
    ends = dense(np.array([-np.inf, -1e300, 1e300, np.inf]))
    assert_array_equal(op("gelu", ends).array(), [0, 0, 1e300, np.inf])
    assert_array_equal(op("gelu", ends, approximate="tanh").array(), [0, 0, 1e300, np.inf])
    assert_array_equal(op("softplus", ends).array(), [0, 0, 1e300, np.inf])
    tail = np.array([-10.0, -20.0, -30.0])
    assert_allclose(op("gelu", dense(tail)).array(), tail * special.ndtr(tail), rtol=1e-12)


def test_what_is_sparse_is_reduced_by_what_is_stored() -> None:
    x = huge()
    n = x.size
    assert op("prod", x).array() == 0
    assert op("any", x).array()
    assert not op("all", x).array()
    assert op("argmin", x).array() == 3 * (1 << 20) + 3
    assert_allclose(op("var", x).array(), 68 / n - (6 / n) ** 2)
    assert_allclose(op("logsumexp", x).array(), np.log(n - 2 + np.exp(-2) + np.exp(8)))
    assert_array_equal(op("quantile", x, q=(0, 0.5, 1)).array(), [-2, 0, 8])
    rows = op("quantile", x, q=0.0, axis=1).array()
    assert (rows[3], rows[5], rows[0]) == (-2, 0, 0)


@pytest.mark.parametrize("layout", ["dense", "csr", "csc", "coo"])
def test_long_lines_are_reduced_as_numpy_does(layout: str) -> None:
    matrix = scipy_sparse.random_array(
        (300, 500), density=0.3, rng=RNG, data_sampler=lambda size: RNG.normal(size=size)
    )
    array = matrix.toarray()
    x = dense(array) if layout == "dense" else op("to_sparse", dense(array), layout=layout)
    for axis in (0, 1, (0, 1)):
        assert_allclose(op("var", x, axis=axis).array(), array.var(axis), rtol=1e-12)
        assert_allclose(op("std", x, axis=axis, correction=1).array(), array.std(axis, ddof=1), rtol=1e-12)
        assert_allclose(op("logsumexp", x, axis=axis).array(), special.logsumexp(array, axis=axis), rtol=1e-12)
        for method in ("linear", "lower", "higher", "nearest", "midpoint"):
            found = op("quantile", x, q=(0.1, 0.35, 0.5, 0.9), axis=axis, method=method).array()
            assert_allclose(found, np.quantile(array, [0.1, 0.35, 0.5, 0.9], axis=axis, method=method), atol=1e-14)
    assert_allclose(op("softmax", x, axis=0).array(), special.softmax(array, axis=0), rtol=1e-12)
    assert_allclose(op("cumsum", x, axis=1).array(), array.cumsum(1), rtol=1e-12, atol=1e-12)


def test_quantiles_between_infinities_are_their_limits() -> None:
    x = dense(np.array([-np.inf, 1.0, np.inf, np.inf]))
    assert_array_equal(op("quantile", x, q=(0, 0.2, 0.5, 0.9)).array(), [-np.inf, -np.inf, np.inf, np.inf])


def test_integers_beyond_the_floats_are_picked_exactly() -> None:
    x = dense(np.array([2**62 + 1, 2**62 + 3, 5]))
    assert op("quantile", x, q=0.5, method="nearest").array() == 2**62 + 1
    assert op("quantile", tensor([2**62 + 1, None, 5]), q=1.0, method="lower", skipna=True).array() == 2**62 + 1


def test_logic_knows_what_does_not_depend_on_something_missing() -> None:
    x = tensor([True, False, None])
    nothing = op("take", tensor([None, True]), dense(np.zeros(3, np.int64)))
    both = {name: op(name, x, nothing) for name in ("logical_and", "logical_or")}
    assert [bool(both["logical_and"].array()[1]), both["logical_and"].missing] == [False, 2]
    assert [bool(both["logical_or"].array()[0]), both["logical_or"].missing] == [True, 2]
    assert op("logical_xor", x, True).missing == 1
    assert not op("logical_and", x, False).missing
    assert op("any", x).missing == 0
    assert op("all", x).missing == 0
    assert op("any", op("logical_and", x, tensor([False, True, True]))).missing == 1


def test_powers_know_what_does_not_depend_on_something_missing() -> None:
    x = tensor([2, 1, None])
    assert op("pow", x, 0).array().tolist() == [1, 1, 1]
    assert op("pow", 1, x).missing == 0
    assert op("pow", x, 2).missing == 1


def test_an_integer_to_a_negative_power_is_refused_when_it_shows() -> None:
    with pytest.raises(OpError) as caught:
        op("pow", dense(np.array([1, 2])), dense(np.array([1, -2])))
    assert (caught.value.field, caught.value.found) == ("b", "-2")
    assert op("pow", dense(np.array([1.0, 2])), dense(np.array([1, -2]))).array().tolist() == [1, 0.25]


def test_sums_of_float32_are_added_up_in_float64() -> None:
    x = np.full(1 << 20, np.float32(0.1))
    assert op("cumsum", dense(x)).array()[-1] == np.float32(np.float64(np.float32(0.1)) * (1 << 20))


@pytest.mark.parametrize("special", [[], [np.nan]])
@pytest.mark.parametrize("method", ["linear", "higher"])
def test_many_quantiles_are_those_of_numpy_in_the_order_asked_for(method: str, special: list[float]) -> None:
    x = np.concatenate((special, np.round(RNG.normal(size=500), 1)))
    q = (*RNG.random(30).tolist(), 0.0, 1.0, 0.5, 0.5)
    found = op("quantile", dense(x), q=q, method=method)
    assert_allclose(found.array(), np.quantile(x, q, method=method), rtol=1e-14)
