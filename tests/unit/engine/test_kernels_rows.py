"""One row by a sparse matrix, pushed or pulled."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from jazz_server.engine.compressed import Compressed
from jazz_server.engine.kernels.rows import AT_A_TIME, WORD
from jazz_server.engine.kernels.tiles import LANES
from jazz_server.engine.row_product import RowProduct
from unit.engine.kernel_cases import CONFIGURATIONS, Configuration, Draw, buffers, dense, draws, few, same

float_types = pytest.mark.parametrize("types", [c for c in CONFIGURATIONS if c.value.startswith("float")], ids=str)
kinds = pytest.mark.parametrize(("index", "value"), [("int32", "float32"), ("int64", "float64")])


def product(w: sp.csr_array, index: str = "int32", most_pushed: int | None = None) -> RowProduct:
    matrix = Compressed(*w.shape, w.indptr.astype(index), w.indices.astype(index), w.data)
    return RowProduct(matrix, most_pushed=most_pushed)


def run(
    types: Configuration,
    matrix: tuple[np.ndarray, np.ndarray, np.ndarray],
    slices: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    x: np.ndarray,
    columns: int,
    *,
    rows: int,
    most: int,
    pulled: tuple[int, int],
) -> tuple[int, np.ndarray, np.ndarray]:
    """What the kernel returns, what is active, and the outputs."""
    active = np.full(len(x) + len(x) // WORD + 1, -1, np.int64)
    sums, out = types.empty((len(slices[0]) - 1) * LANES), types.empty(columns + AT_A_TIME)
    found = types.run(
        "row_product", *matrix, columns, *slices, rows, most, *pulled, active, sums, x, out, narrow="uint16"
    )
    return found, active, out[:columns]


def no_slices(types: Configuration) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    return np.zeros(1, np.int64), np.empty(0, np.uint16), types.empty(0), np.empty(0, np.int32)


@float_types
@few
@given(case=draws(special=False), rows=st.integers(0, 140), columns=st.integers(0, 40))
def test_a_row_pushes_what_is_active(types: Configuration, case: Draw, rows: int, columns: int) -> None:
    w = case.csr(types, (rows, columns))
    x = case.values(types, rows, salt=3)
    count, active, out = run(types, buffers(w), no_slices(types), x, columns, rows=rows, most=rows, pulled=(0, 0))
    same(active[:count], np.flatnonzero(x))
    np.testing.assert_allclose(out, x @ dense(w), rtol=1e-6, atol=1e-6)


@float_types
def test_a_row_is_not_pushed_when_more_is_active_than_is_wanted(types: Configuration) -> None:
    w = types.indices([0, 3, 3, 5]), types.indices([0, 1, 2, 1, 2]), np.ones(5, types.dtype)
    x = np.array([1, 0, 1], types.dtype)

    def pushed(most: int) -> tuple[int, np.ndarray]:
        count, _, out = run(types, w, no_slices(types), x, 3, rows=3, most=most, pulled=(0, 0))
        return count, out

    count, out = pushed(2)
    assert (count, out.tolist()) == (2, [1, 2, 2])
    assert pushed(1)[0] == -1
    x[0] = np.inf
    assert pushed(1)[0] == 2


@float_types
@pytest.mark.parametrize("looked_at", [True, False])
def test_outputs_pull_from_slices(types: Configuration, looked_at: bool) -> None:
    random = np.random.default_rng(1)
    inputs = random.integers(0, 9, 3 * LANES).astype(np.uint16)
    weights, x = random.random(3 * LANES).astype(types.dtype), random.random(9).astype(types.dtype)
    places = np.arange(19, -1, -1, dtype=np.int32)
    slices = np.array([0, 2 * LANES, 3 * LANES]), inputs, weights, places
    w = types.indices([0] * 10), types.indices([]), types.empty(0)
    rows = 9 if looked_at else 0
    count, _, out = run(types, w, slices, x, 20, rows=rows, most=rows - 1, pulled=(0, 2))
    terms = (weights * x[inputs]).reshape(3, LANES)
    expected = np.concatenate((terms[0] + terms[1], terms[2]))[:20][::-1]
    assert count == -1
    np.testing.assert_allclose(out, expected, rtol=1e-6)


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
    for most in (-1, shape[0]):
        np.testing.assert_allclose(product(w, index, most)(x), x @ w.toarray(), rtol=1e-5)


@kinds
def test_what_is_not_finite_comes_through_where_it_has_weights(index: str, value: str) -> None:
    w = sp.csr_array(np.array([[1, 0, 2], [0, 3, 0], [0, 0, 4]], value))
    row = product(w, index, most_pushed=-1)
    np.testing.assert_array_equal(row(np.array([np.inf, 1, np.nan], value)), np.array([np.inf, 3, np.nan], value))


@kinds
def test_large_products_are_pulled_in_parallel(index: str, value: str) -> None:
    random = np.random.default_rng(2)
    w = sp.random_array((3000, 70_000), density=0.01, format="csr", rng=random, dtype=np.dtype(value))
    x = random.random(3000).astype(value)
    np.testing.assert_allclose(product(w, index)(x), x @ w, rtol=1e-4)


def test_more_inputs_than_sixteen_bits_can_count() -> None:
    w = sp.csr_array((np.array([2.0, 3.0]), ([0, 69_999], [1, 0])), shape=(70_000, 2))
    row = product(w, most_pushed=-1)
    np.testing.assert_array_equal(row(np.ones(70_000)), [3.0, 2.0])
