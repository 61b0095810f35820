"""Element-wise operations on two sparse matrices, and those that keep a pattern."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from unit.engine.kernel_cases import (
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

ARITHMETIC = ["add", "subtract", "minimum", "maximum"]
COMPARISON = ["not_equal", "less", "greater"]


@all_types
@pytest.mark.parametrize("op", ARITHMETIC + COMPARISON)
@few
@given(case=draws())
def test_union(types: Configuration, op: str, case: Draw) -> None:
    if op == "subtract" and types.value == "bool":
        return  # numpy has no difference of booleans
    a, b = case.csr(types), case.csr(types, salt=1)
    counts = np.full(case.rows, -1)
    types.run_rows("csr_union_count", *buffers(a), *buffers(b), counts, op=op, rows=case.rows)
    indptr, indices, data = types.layout(counts)
    fill = "csr_union_fill"
    if op in COMPARISON:
        fill, data = "csr_compare_fill", np.zeros(len(data), np.bool_)
    types.run_rows(fill, *buffers(a), *buffers(b), indptr, indices, data, op=op, rows=case.rows)
    with np.errstate(all="ignore"):
        same_csr((indptr, indices, data), getattr(np, op)(dense(a), dense(b)))


@all_types
@few
@given(case=draws())
def test_intersection_treats_absent_as_zero_times_anything(types: Configuration, case: Draw) -> None:
    a, b = case.csr(types), case.csr(types, salt=1)
    counts = np.full(case.rows, -1)
    types.run_rows("csr_intersection_count", *buffers(a), *buffers(b), counts, op="multiply", rows=case.rows)
    out = types.layout(counts)
    types.run_rows("csr_intersection_fill", *buffers(a), *buffers(b), *out, op="multiply", rows=case.rows)
    stored = stored_mask(a) & stored_mask(b)
    with np.errstate(all="ignore"):
        same_csr(out, np.where(stored, dense(a) * dense(b), types.dtype.type(0)))


def stored_mask(matrix: object) -> np.ndarray:
    """Tell which entries are stored, zeros included."""
    ones = matrix.copy()  # type: ignore[attr-defined]
    ones.data = np.ones(len(ones.data), np.bool_)
    return dense(ones)


@all_types
@few
@given(case=draws())
def test_dropping_zeros_keeps_nan(types: Configuration, case: Draw) -> None:
    a = case.csr(types)
    counts = np.full(case.rows, -1)
    types.run_rows("csr_count_nonzero_rows", a.indptr, a.data, counts, rows=case.rows)
    out = types.layout(counts)
    types.run_rows("csr_drop_zeros", *buffers(a), *out, rows=case.rows)
    same_csr(out, dense(a))


@all_types
@few
@given(case=draws())
def test_scaling_keeps_the_pattern(types: Configuration, case: Draw) -> None:
    a = case.csr(types)
    rows = np.repeat(np.arange(case.rows), np.diff(a.indptr))
    by_row, by_column = case.values(types, case.rows, 1), case.values(types, case.columns, 2)
    everywhere = case.values(types, (case.rows, case.columns), 3)
    out = types.empty(a.nnz)
    with np.errstate(all="ignore"):
        types.run_rows("csr_scale_rows", a.indptr, a.data, by_row, out, rows=case.rows)
        same(out, a.data * by_row[rows])
        types.run_rows("csr_scale_columns", *buffers(a), by_column, out, rows=case.rows)
        same(out, a.data * by_column[a.indices])
        types.run_rows("csr_multiply_dense", *buffers(a), everywhere, out, case.columns, rows=case.rows)
        same(out, a.data * everywhere[rows, a.indices])
