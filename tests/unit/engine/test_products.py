"""Products of a sparse matrix and large dense ones."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from jazz.convert import to_value
from jazz.values import Tensor
from jazz_server.engine import memory, products
from jazz_server.engine.errors import MemoryLimit
from jazz_server.engine.promotion import Array

FLOAT32 = np.dtype(np.float32)
SHAPE = (2000, 33)


@pytest.fixture(autouse=True)
def _all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Matrices of tests are copied as large ones are."""
    monkeypatch.setattr(products, "_LARGE", 0)


def sparse() -> tuple[sp.csr_array, Tensor]:
    random = np.random.default_rng(1)
    matrix = sp.random_array((500, SHAPE[0]), density=0.05, format="csr", rng=random, dtype=FLOAT32)
    value = to_value(matrix)
    assert isinstance(value, Tensor)
    return matrix, value


def received(array: Array) -> Array:
    """An array whose memory is not numpy's."""
    return np.frombuffer(bytearray(array.tobytes()), array.dtype).reshape(array.shape)


def test_where_a_matrix_lies_makes_no_difference() -> None:
    _, a = sparse()
    b = np.random.default_rng(2).random(SHAPE, np.float32)
    expected = products.sparse_by_dense(a, b, FLOAT32)
    np.testing.assert_array_equal(products.sparse_by_dense(a, received(b), FLOAT32), expected)
    np.testing.assert_array_equal(products.sparse_by_dense(a, np.asfortranarray(b), FLOAT32), expected)
    np.testing.assert_array_equal(products.sparse_by_dense(a, b.astype(np.float64), FLOAT32), expected)


def test_the_product_is_that_of_scipy() -> None:
    matrix, a = sparse()
    b = received(np.random.default_rng(2).random(SHAPE, np.float32))
    np.testing.assert_allclose(products.sparse_by_dense(a, b, FLOAT32), matrix @ b, rtol=1e-4)


def test_a_matrix_is_read_where_it_lies_if_there_is_no_room_for_a_copy() -> None:
    _, a = sparse()
    b = received(np.ones(SHAPE, np.float32))
    expected = products.sparse_by_dense(a, b, FLOAT32)
    with memory.room(expected.nbytes):
        np.testing.assert_array_equal(products.sparse_by_dense(a, b, FLOAT32), expected)
    with memory.room(expected.nbytes - 1), pytest.raises(MemoryLimit):
        products.sparse_by_dense(a, b, FLOAT32)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (2, 5)])
def test_aligned_memory_begins_with_a_line_of_the_cache(shape: tuple[int, int]) -> None:
    array = memory.empty_aligned(shape, np.dtype(np.float64))
    assert array.shape == shape
    assert array.flags.c_contiguous
    assert array.ctypes.data % 64 == 0 or array.size == 0
