"""Conversions between layouts."""

from __future__ import annotations

from itertools import pairwise

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
    long_types,
    same,
    same_csr,
)

index_types = pytest.mark.parametrize("types", [c for c in CONFIGURATIONS if c.value == "float64"], ids=str)


@all_types
@few
@given(case=draws())
def test_transpose_by_one_thread(types: Configuration, case: Draw) -> None:
    a = case.csr(types)
    counts = np.zeros(case.columns, np.int64)
    types.run_rows("csr_count_columns", a.indptr, a.indices, counts, rows=case.rows)
    indptr, indices, data = types.layout(counts)
    cursors = indptr[:-1].astype(np.int64)
    types.run_rows("csr_transpose_fill", *buffers(a), indices, data, cursors, rows=case.rows)
    expected = dense(a).T
    stored = dense(sp.csr_array((np.ones(a.nnz), a.indices, a.indptr), shape=a.shape)).T
    same_csr((indptr, indices, np.ones(a.nnz)), stored)
    same(data, expected[np.nonzero(stored)])


@all_types
@few
@given(case=draws())
def test_transpose_by_ranges_with_cursors_of_their_own(types: Configuration, case: Draw) -> None:
    a = case.csr(types)
    bounds = [0, case.rows // 2, case.rows]
    counts = np.zeros((2, case.columns), np.int64)
    for part in range(2):
        types.run("csr_count_columns", a.indptr, a.indices, counts[part], bounds[part], bounds[part + 1])
    indptr, indices, data = types.layout(counts.sum(axis=0))
    cursors = indptr[:-1] + np.concatenate((np.zeros((1, case.columns), np.int64), counts[:1]))
    for part in (1, 0):
        types.run("csr_transpose_fill", *buffers(a), indices, data, cursors[part], bounds[part], bounds[part + 1])
    expected = sp.csc_array(a)
    same(indices, expected.indices.astype(types.index))
    same(data, expected.data)


@all_types
@few
@given(case=draws())
def test_to_dense(types: Configuration, case: Draw) -> None:
    a = case.csr(types)
    out = types.empty(case.rows, case.columns)
    types.run_rows("csr_to_dense", *buffers(a), out, case.columns, rows=case.rows)
    same(out, dense(a))


@all_types
@few
@given(case=draws())
def test_from_dense_keeps_nan_and_drops_negative_zero(types: Configuration, case: Draw) -> None:
    a = case.values(types, (case.rows, case.columns))
    counts = np.full(case.rows, -1)
    types.run_rows("dense_count_nonzero", a, counts, case.columns, rows=case.rows)
    out = types.layout(counts)
    types.run_rows("dense_to_csr", a, *out, case.columns, rows=case.rows)
    same_csr(out, a)


@index_types
@few
@given(case=draws())
def test_coo_rows_and_back(types: Configuration, case: Draw) -> None:
    a = case.csr(types)
    rows = np.full(a.nnz, -1, types.index)
    types.run_rows("csr_row_ids", a.indptr, rows, rows=case.rows)
    same(rows, types.indices(np.repeat(np.arange(case.rows), np.diff(a.indptr))))
    indptr = np.full(case.rows + 1, a.nnz, types.index)
    types.run_rows("coo_to_csr", rows, indptr, a.nnz, rows=case.rows)
    same(indptr, a.indptr)


@long_types
@few
@given(case=draws(special=False), length=st.sampled_from([1, 15, 16, 17, 40, 200]))
def test_sorting_is_stable_and_duplicates_add_up(types: Configuration, case: Draw, length: int) -> None:
    random = np.random.default_rng(case.seed)
    lengths = random.integers(0, length + 1, size=case.rows)
    indptr, indices, data = types.layout(lengths)
    indices[:] = random.integers(0, max(1, length // 2), size=len(indices))
    data[:] = case.values(types, len(data))
    expected_indices, expected_data = indices.copy(), data.copy()
    for begin, end in pairwise(indptr):
        order = np.argsort(indices[begin:end], kind="stable")
        expected_indices[begin:end] = indices[begin:end][order]
        expected_data[begin:end] = data[begin:end][order]
    scratch = np.empty(length, types.index), np.empty(length, np.int64)
    types.run_rows("csr_sort_indices", indptr, indices, data.view(np.int64), *scratch, rows=case.rows)
    same(indices, expected_indices)
    same(data, expected_data)

    counts = np.full(case.rows, -1)
    types.run_rows("csr_count_unique", indptr, indices, counts, rows=case.rows)
    out = types.layout(counts)
    types.run_rows("csr_sum_duplicates", indptr, indices, data, *out, rows=case.rows)
    for row in range(case.rows):
        here = slice(indptr[row], indptr[row + 1])
        unique, inverse = np.unique(indices[here], return_inverse=True)
        sums = np.zeros(len(unique), types.dtype)
        np.add.at(sums, inverse, data[here])
        there = slice(out[0][row], out[0][row + 1])
        same(out[1][there], unique)
        same(out[2][there], sums)
