"""One row by a sparse matrix, pushed or pulled."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from jazz_server.engine.compressed import Compressed
from jazz_server.engine.kernels.rows import AT_A_TIME
from jazz_server.engine.row_product import RowProduct
from unit.engine.kernel_cases import CONFIGURATIONS, Configuration, Draw, buffers, dense, draws, few, same

float_types = pytest.mark.parametrize("types", [c for c in CONFIGURATIONS if c.value.startswith("float")], ids=str)
kinds = pytest.mark.parametrize(("index", "value"), [("int32", "float32"), ("int64", "float64")])


def product(w: sp.csr_array, index: str = "int32") -> RowProduct:
    return RowProduct(Compressed(*w.shape, w.indptr.astype(index), w.indices.astype(index), w.data))


@float_types
@few
@given(case=draws(special=False), rows=st.integers(0, 140), columns=st.integers(0, 40))
def test_a_row_pushes_what_is_active(types: Configuration, case: Draw, rows: int, columns: int) -> None:
    w = case.csr(types, (rows, columns))
    x = case.values(types, rows, salt=3)
    active, out = np.full(rows + 1, -1, np.int32), types.empty(columns + AT_A_TIME)
    count = types.run("row_push", *buffers(w), rows, columns, rows, active, x, out)
    same(active[:count], np.flatnonzero(x).astype(np.int32))
    np.testing.assert_allclose(out[:columns], x @ dense(w), rtol=1e-6, atol=1e-6)


@float_types
def test_a_row_is_not_pushed_when_more_is_active_than_is_wanted(types: Configuration) -> None:
    w = types.indices([0, 3, 3, 5]), types.indices([0, 1, 2, 1, 2]), np.ones(5, types.dtype)
    x, active, out = np.array([1, 0, 1], types.dtype), np.zeros(4, np.int32), types.empty(3 + AT_A_TIME)
    assert types.run("row_push", *w, 3, 3, 2, active, x, out) == 2
    assert out[:3].tolist() == [1, 2, 2]
    assert types.run("row_push", *w, 3, 3, 1, active, x, out) == -1
    x[0] = np.inf
    assert types.run("row_push", *w, 3, 3, 1, active, x, out) == 2


@float_types
def test_outputs_pull_from_slices(types: Configuration) -> None:
    lanes = 16
    random = np.random.default_rng(1)
    indices = random.integers(0, 9, 3 * lanes).astype(np.uint16)
    data, x = random.random(3 * lanes).astype(types.dtype), random.random(9).astype(types.dtype)
    order = np.concatenate((np.arange(19, -1, -1), np.full(12, 20))).astype(np.int32)
    out = types.empty(21 + lanes)
    starts = np.array([0, 2 * lanes, 3 * lanes])
    types.run("row_pull", starts, indices, data, order, 21, x, out, 0, 2, index="uint16")
    terms = (data * x[indices]).reshape(3, lanes)
    expected = np.concatenate((terms[0] + terms[1], terms[2]))[:20][::-1]
    np.testing.assert_allclose(out[:20], expected, rtol=1e-6)


@kinds
@given(
    seed=st.integers(0, 1000),
    shape=st.tuples(st.integers(0, 70), st.integers(0, 70)),
    density=st.floats(0, 1),
    active=st.floats(0, 1),
)
@few
def test_pushed_or_pulled_it_is_the_product(
    index: str, value: str, seed: int, shape: tuple[int, int], density: float, active: float
) -> None:
    random = np.random.default_rng(seed)
    w = sp.csr_array(np.where(random.random(shape) < density, random.random(shape), 0).astype(value))
    x = np.where(random.random(shape[0]) < active, random.random(shape[0]), 0).astype(value)
    row = product(w, index)
    expected = x @ w.toarray()
    for most in (-1, shape[0]):
        row.most_pushed = most
        np.testing.assert_allclose(row(x), expected, rtol=1e-5)


@kinds
def test_what_is_not_finite_comes_through_where_it_has_weights(index: str, value: str) -> None:
    w = sp.csr_array(np.array([[1, 0, 2], [0, 3, 0], [0, 0, 4]], value))
    row = product(w, index)
    row.most_pushed = -1
    np.testing.assert_array_equal(row(np.array([np.inf, 1, np.nan], value)), np.array([np.inf, 3, np.nan], value))


@kinds
def test_large_products_are_pulled_in_parallel(index: str, value: str) -> None:
    random = np.random.default_rng(2)
    w = sp.random_array((3000, 70_000), density=0.01, format="csr", rng=random, dtype=np.dtype(value))
    x = random.random(3000).astype(value)
    np.testing.assert_allclose(product(w, index)(x), x @ w, rtol=1e-4)


def test_more_inputs_than_sixteen_bits_can_count() -> None:
    w = sp.csr_array((np.array([2.0, 3.0]), ([0, 69_999], [1, 0])), shape=(70_000, 2))
    row = product(w)
    row.most_pushed = -1
    np.testing.assert_array_equal(row(np.ones(70_000)), [3.0, 2.0])
