"""What groups of rows are reduced to: compiled and as their source."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from unit.engine.kernel_cases import Configuration, Draw, all_types, buffers, draws, few, same

operations = pytest.mark.parametrize("operation", ["add", "multiply", "minimum", "maximum"])


def codes_of(case: Draw) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The group of each row, of which there are three and some in none; rows by group; and where each group begins."""
    codes = np.random.default_rng(case.seed).integers(-1, 3, case.rows)
    rows = np.argsort(codes, kind="stable")[np.count_nonzero(codes < 0) :]
    return codes, rows, np.searchsorted(codes[rows], np.arange(4))


def reduced(case: Draw, types: Configuration, operation: str, matrix: Any, out: np.ndarray) -> np.ndarray:
    """What numpy makes of the stored elements of three groups of rows, and of what is in `out` before."""
    codes, _, _ = codes_of(case)
    found = out.copy()
    places = matrix.tocoo()
    kept = codes[places.row] >= 0
    with np.errstate(all="ignore"):
        at = (codes[places.row][kept], places.col[kept])
        getattr(np, operation).at(found, at, places.data[kept].astype(types.wide))
    return found


def squares(case: Draw, array: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """The sums of the squares of how far elements of three groups of rows are from a center of each column."""
    codes, _, _ = codes_of(case)
    with np.errstate(all="ignore"):
        return np.array([np.square(array[codes == group] - centers[group]).sum(axis=0) for group in range(3)])


def centers_of(case: Draw) -> np.ndarray:
    return np.random.default_rng(case.seed).choice([-1.5, 0.0, 2.0], (3, case.columns))


@all_types
@operations
@few
@given(case=draws())
def test_entries_of_rows_are_reduced_by_group(types: Configuration, operation: str, case: Draw) -> None:
    a = case.csr(types)
    _, rows, starts = codes_of(case)
    out = np.full((3, case.columns), 2, types.wide)
    expected = reduced(case, types, operation, a, out)
    types.run_rows("csr_reduce_groups", rows, starts, *buffers(a), out, case.columns, rows=3, operation=operation)
    same(out, expected)


@all_types
@operations
@few
@given(case=draws())
def test_entries_of_columns_are_reduced_by_group(types: Configuration, operation: str, case: Draw) -> None:
    a = case.csr(types)
    turned = a.T.tocsr()
    turned.sort_indices()
    out = np.full((case.columns, 3), 2, types.wide)
    expected = reduced(case, types, operation, a, out.T)
    codes, _, _ = codes_of(case)
    types.run_rows("csc_reduce_groups", codes, *buffers(turned), out, 3, rows=case.columns, operation=operation)
    same(out.T, expected)


@all_types
@pytest.mark.parametrize("operation", ["multiply", "minimum", "maximum"])
@few
@given(case=draws())
def test_arrays_are_reduced_by_group(types: Configuration, operation: str, case: Draw) -> None:
    array = case.values(types, (case.rows, case.columns))
    out = np.full((3, case.columns), 2, types.wide)
    codes, _, _ = codes_of(case)
    expected = out.copy()
    for group, row in zip(codes, array, strict=True):
        if group >= 0:
            with np.errstate(all="ignore"):
                expected[group] = getattr(np, operation)(expected[group], row.astype(types.wide))
    given_ = (codes, array, out, case.rows, case.columns)
    types.run_rows("dense_reduce_groups", *given_, rows=case.columns, operation=operation)
    same(out, expected)


@all_types
@few
@given(case=draws(special=False))
def test_arrays_are_added_up_by_group(types: Configuration, case: Draw) -> None:
    array = case.values(types, (case.rows, case.columns))
    codes, _, _ = codes_of(case)
    out, lost = (np.zeros((3, case.columns), types.wide) for _ in range(2))
    types.run_rows("dense_sum_groups", codes, array, out, lost, case.rows, case.columns, rows=case.columns)
    same(out + lost, np.array([array[codes == group].sum(axis=0, dtype=types.wide) for group in range(3)]))


@pytest.mark.parametrize("compiled", [True, False])
def test_what_rounding_takes_from_sums_is_kept(compiled: bool) -> None:
    types = Configuration("int64", "float64", compiled)
    array, out, lost = np.array([1.0, 1e100, 1.0, -1e100]), np.zeros(1), np.zeros(1)
    types.run("dense_sum_groups", np.zeros(4, np.int64), array, out, lost, 4, 1, 0, 1)
    assert (out + lost).tolist() == [2.0]


@all_types
@few
@given(case=draws(special=False))
def test_squares_of_arrays_are_added_up_by_group(types: Configuration, case: Draw) -> None:
    array, centers = case.values(types, (case.rows, case.columns)), centers_of(case)
    out, lost = (np.zeros((3, case.columns)) for _ in range(2))
    given_ = (codes_of(case)[0], array, centers, out, lost, case.rows, case.columns)
    types.run_rows("dense_square_groups", *given_, rows=case.columns)
    same(out + lost, squares(case, array, centers))


@all_types
@few
@given(case=draws(special=False))
def test_squares_of_entries_are_added_up_by_group(types: Configuration, case: Draw) -> None:
    a, centers = case.csr(types), centers_of(case)
    codes, rows, starts = codes_of(case)
    expected, places = np.zeros((3, case.columns)), a.tocoo()
    for row, column, x in zip(places.row, places.col, places.data, strict=True):
        if codes[row] >= 0:
            expected[codes[row], column] += np.square(x - centers[codes[row], column])
    out = np.zeros((3, case.columns))
    types.run_rows("csr_square_groups", rows, starts, *buffers(a), centers, out, case.columns, rows=3)
    same(out, expected)
    turned, out = a.T.tocsr(), np.zeros((case.columns, 3))
    turned.sort_indices()
    given_ = (codes, *buffers(turned), np.ascontiguousarray(centers.T), out, 3)
    types.run_rows("csc_square_groups", *given_, rows=case.columns)
    same(out.T, expected)


@all_types
@few
@given(case=draws())
def test_elements_are_brought_together_by_group(types: Configuration, case: Draw) -> None:
    codes, rows, starts = codes_of(case)
    data, out = case.values(types, case.rows), types.empty(len(rows))
    counts = np.zeros(3, np.int64)
    types.run_rows("group_counts", codes, counts, rows=case.rows)
    same(counts, np.diff(starts))
    types.run_rows("rows_to_groups", codes, data, starts[:-1].copy(), out, rows=case.rows)
    same(out, data[rows])


@pytest.mark.parametrize("compiled", [True, False])
@few
@given(case=draws())
def test_groups_have_sizes_and_first_rows(compiled: bool, case: Draw) -> None:
    codes = codes_of(case)[0] + 1
    sizes, first = np.zeros(4, np.int64), np.full(4, -7)
    Configuration("int64", "int64", compiled).run("group_sizes", codes, sizes, first, 0, case.rows)
    same(sizes, np.bincount(codes, minlength=4))
    assert all(first[code] == codes.tolist().index(code) for code in codes)
