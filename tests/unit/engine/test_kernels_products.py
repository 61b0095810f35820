"""Products: sparse by dense, dense by sparse, sparse by sparse."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from unit.engine.kernel_cases import (
    CONFIGURATIONS,
    Configuration,
    Draw,
    all_types,
    buffers,
    dense,
    draws,
    few,
    same,
    same_csr,
)


def reference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the product of dense arrays, in which every entry counts."""
    with np.errstate(all="ignore"):
        return a @ b


def sparse_product(matrix: sp.csr_array, other: np.ndarray) -> np.ndarray:
    """Return a sparse matrix times a dense one: absent entries are not multiplied."""
    out = np.zeros((matrix.shape[0], other.shape[1]), other.dtype)
    with np.errstate(all="ignore"):
        for row in range(matrix.shape[0]):
            for p in range(matrix.indptr[row], matrix.indptr[row + 1]):
                out[row] += matrix.data[p] * other[matrix.indices[p]]
    return out


@all_types
@few
@given(case=draws())
def test_csr_times_dense(types: Configuration, case: Draw) -> None:
    a = case.csr(types, (case.rows, case.inner))
    b = case.values(types, (case.inner, case.columns), salt=1)
    out = types.empty(case.rows, case.columns)
    types.run_rows("csr_matmul_dense", *buffers(a), b, out, case.columns, rows=case.rows)
    same(out, sparse_product(a, b))


@all_types
@few
@given(case=draws())
def test_csr_times_vector(types: Configuration, case: Draw) -> None:
    a = case.csr(types)
    x = case.values(types, (case.columns, 1), salt=1)
    out = types.empty(case.rows, 1)
    types.run_rows("csr_matmul_dense", *buffers(a), x, out, 1, rows=case.rows)
    same(out, sparse_product(a, x))


@all_types
@pytest.mark.parametrize("columns", [15, 16, 37, 64, 112])
def test_csr_times_dense_of_many_columns(types: Configuration, columns: int) -> None:
    case = Draw(rows=7, columns=columns, inner=40, density=0.8, special=False, seed=columns)
    a = case.csr(types, (case.rows, case.inner))
    b = case.values(types, (case.inner, columns), salt=1)
    out = types.empty(case.rows, columns)
    types.run_rows("csr_matmul_dense", *buffers(a), b, out, columns, rows=case.rows)
    same(out, sparse_product(a, b))


@all_types
@few
@given(case=draws())
def test_dense_times_csr(types: Configuration, case: Draw) -> None:
    a = case.values(types, (case.rows, case.inner))
    b = case.csr(types, (case.inner, case.columns), salt=1)
    out = types.empty(case.rows, case.columns)
    types.run_rows("dense_matmul_csr", a, *buffers(b), out, case.inner, case.columns, 0, rows=case.rows)
    same(out, sparse_product(sp.csr_array(b.T), np.ascontiguousarray(a.T)).T)


@all_types
@few
@given(case=draws(special=False))
def test_skipping_zeros_changes_nothing_when_the_matrix_is_finite(types: Configuration, case: Draw) -> None:
    a = case.values(types, (case.rows, case.inner))
    b = case.csr(types, (case.inner, case.columns), salt=1)
    out = types.empty(case.rows, case.columns)
    types.run_rows("dense_matmul_csr", a, *buffers(b), out, case.inner, case.columns, 1, rows=case.rows)
    same(out, reference(a, dense(b)))


def multiplied(types: Configuration, a: sp.csr_array, b: sp.csr_array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Multiply through the two passes."""
    rows, columns = a.shape[0], b.shape[1]
    counts = np.full(rows, -1)
    stamps = np.empty(columns, types.index)
    types.run_rows("csr_matmul_csr_count", a.indptr, a.indices, b.indptr, b.indices, counts, stamps, columns, rows=rows)
    out = types.layout(counts)
    words = columns // 64 + 1
    scratch = (
        types.empty(columns),
        np.full(words, 77),
        np.full(columns // 4096 + 1, 77),
        np.empty(words + 1, types.index),
        np.empty(words + 1, types.index),
    )
    types.run_rows("csr_matmul_csr", *buffers(a), *buffers(b), *out, *scratch, columns, rows=rows)
    return out


@all_types
@few
@given(case=draws())
def test_csr_times_csr_keeps_every_structural_entry_in_order(types: Configuration, case: Draw) -> None:
    a = case.csr(types, (case.rows, case.inner))
    b = case.csr(types, (case.inner, case.columns), salt=1)
    indptr, indices, data = multiplied(types, a, b)
    ones = [sp.csr_array((np.ones(m.nnz), m.indices, m.indptr), shape=m.shape) for m in (a, b)]
    pattern = (ones[0] @ ones[1]).toarray()
    same_csr((indptr, indices, np.ones(len(data))), (pattern != 0).astype(float))
    rows = np.repeat(np.arange(case.rows), np.diff(indptr))
    expected = np.zeros((case.rows, case.columns), types.dtype)
    for row in range(case.rows):
        for p in range(a.indptr[row], a.indptr[row + 1]):
            k = a.indices[p]
            at = b.indices[b.indptr[k] : b.indptr[k + 1]]
            with np.errstate(all="ignore"):
                expected[row, at] += a.data[p] * b.data[b.indptr[k] : b.indptr[k + 1]]
    same(data, expected[rows, indices])


@pytest.mark.parametrize("types", [c for c in CONFIGURATIONS if c.value == "float64"], ids=str)
@pytest.mark.parametrize("columns", [100, 1000, 20000, 200000])
@few
@given(seed=st.integers(0, 99))
def test_rows_are_sorted_full_or_sparse(types: Configuration, columns: int, seed: int) -> None:
    """Blocks of words of a bitmap are looked through; where few words have bits, their numbers are sorted."""
    if not types.compiled and seed % 8:
        return
    random = np.random.default_rng(seed)
    b = sp.random_array((6, columns), density=0.03 * random.random() ** 8, format="csr", rng=random)
    a = sp.csr_array(np.ones((1, 6)))
    a, b = (
        sp.csr_array((m.data, m.indices.astype(types.index), m.indptr.astype(types.index)), shape=m.shape)
        for m in (a, b)
    )
    b.sort_indices()
    indptr, indices, data = multiplied(types, a, b)
    expected = b.sum(axis=0)
    np.testing.assert_array_equal(indices, np.flatnonzero(expected))
    np.testing.assert_allclose(data, expected[indices])
    assert indptr[-1] == len(data)
