"""Entries of two sparse matrices side by side, and leaving some out."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from unit.engine.kernel_cases import Configuration, Draw, all_types, buffers, dense, draws, few, same, same_csr


@all_types
@few
@given(case=draws())
def test_a_union_has_zero_where_one_has_no_entry(types: Configuration, case: Draw) -> None:
    a, b = case.csr(types), case.csr(types, salt=1)
    counts = np.full(case.rows, -1)
    types.run_rows("csr_union_count", a.indptr, a.indices, b.indptr, b.indices, counts, rows=case.rows)
    indptr, indices, left = types.layout(counts)
    right = left.copy()
    types.run_rows("csr_union_fill", *buffers(a), *buffers(b), indptr, indices, left, right, rows=case.rows)
    side_by_side((indptr, indices, left, right), dense(a), dense(b), stored_mask(a) | stored_mask(b))


@all_types
@few
@given(case=draws())
def test_an_intersection_has_what_both_have(types: Configuration, case: Draw) -> None:
    a, b = case.csr(types), case.csr(types, salt=1)
    both = stored_mask(a) & stored_mask(b)
    indptr, indices, left = types.layout(np.count_nonzero(both, axis=1))
    right = left.copy()
    types.run_rows("csr_intersection_fill", *buffers(a), *buffers(b), indptr, indices, left, right, rows=case.rows)
    side_by_side((indptr, indices, left, right), dense(a), dense(b), both)


def side_by_side(found: tuple[np.ndarray, ...], a: np.ndarray, b: np.ndarray, stored: np.ndarray) -> None:
    """Assert that buffers hold the elements of two arrays in the places that are true, in order."""
    indptr, indices, left, right = found
    rows, columns = np.nonzero(stored)
    np.testing.assert_array_equal(np.diff(indptr), np.count_nonzero(stored, axis=1))
    np.testing.assert_array_equal(indices, columns)
    same(left, a[rows, columns])
    same(right, b[rows, columns])


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
    kept = a.data != 0
    counts = np.full(case.rows, -1)
    types.run_rows("csr_count_true", a.indptr, kept, counts, rows=case.rows)
    out = types.layout(counts)
    types.run_rows("csr_filter", *buffers(a), kept, *out, rows=case.rows)
    same_csr(out, dense(a))
