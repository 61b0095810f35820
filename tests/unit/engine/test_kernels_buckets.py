"""The transpose of large matrices, by buckets of columns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jazz_server.engine import compressed
from jazz_server.engine.compressed import Compressed
from unit.engine.kernel_cases import Configuration, Draw, all_types, buffers, draws, few, same


@all_types
@few
@given(case=draws(), shift=st.integers(0, 4))
def test_buckets_of_any_width_give_the_transpose(types: Configuration, case: Draw, shift: int) -> None:
    a = case.csr(types)
    width, buckets = 1 << shift, (case.columns >> shift) + 1
    middle = case.rows // 3
    cursors = np.zeros((2, buckets), np.int64)
    ranges = ((0, middle), (middle, case.rows))
    for part, rows in enumerate(ranges):
        types.run("csr_count_buckets", a.indptr, a.indices, cursors[part], shift, *rows)
    starts = np.concatenate(([0], np.cumsum(cursors.sum(axis=0))))
    cursors = np.cumsum(cursors, axis=0) - cursors + starts[:-1]
    entries = types.indices(np.zeros(a.nnz)), types.indices(np.zeros(a.nnz)), types.empty(a.nnz)
    for part, rows in enumerate(ranges):
        types.run("csr_to_buckets", *buffers(a), cursors[part], *entries, shift, *rows)
    indptr = types.indices(np.zeros(buckets * width + 1))
    indices, data = types.indices(np.zeros(a.nnz)), types.empty(a.nnz)
    scratch = np.empty(width, np.int64)
    types.run_rows("buckets_to_csc", *entries, starts, indptr, indices, data, scratch, width, rows=buckets)
    indptr[case.columns] = a.nnz
    order = np.argsort(a.indices, kind="stable")
    same(indptr[: case.columns + 1], types.indices(np.searchsorted(a.indices[order], np.arange(case.columns + 1))))
    same(indices, types.indices(np.repeat(np.arange(case.rows), np.diff(a.indptr)))[order])
    same(data, a.data[order])


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool", "uint16", "complex128"])
@pytest.mark.parametrize(("rows", "columns"), [(70_000, 300_000), (200_000, 3), (2, 200_000)])
def test_a_large_matrix_is_transposed_as_a_small_one_is(rows: int, columns: int, dtype: str) -> None:
    random = np.random.default_rng(1)
    places = np.unique(random.integers(0, rows * columns, 150_000))
    indptr = np.searchsorted(places // columns, np.arange(rows + 1)).astype(np.int32)
    data = random.integers(0, 100, len(places)).astype(dtype)
    made = compressed.transpose(Compressed(rows, columns, indptr, (places % columns).astype(np.int32), data))
    order = np.argsort(places % columns, kind="stable")
    assert (made.rows, made.columns) == (columns, rows)
    np.testing.assert_array_equal(made.indptr, np.searchsorted((places % columns)[order], np.arange(columns + 1)))
    np.testing.assert_array_equal(made.indices, (places // columns)[order])
    np.testing.assert_array_equal(made.data, data[order])
    assert made.data.dtype == dtype
    assert made.indices.dtype == made.indptr.dtype == np.int32
