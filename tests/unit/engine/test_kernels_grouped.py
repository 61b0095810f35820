"""Sums over groups of rows: compiled and as their source."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from unit.engine.kernel_cases import Configuration, Draw, all_types, buffers, draws, few, same


def codes_of(case: Draw) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The group of each row, of which there are three and some in none; rows by group; and where each group begins."""
    codes = np.random.default_rng(case.seed).integers(-1, 3, case.rows)
    rows = np.argsort(codes, kind="stable")[np.count_nonzero(codes < 0) :]
    return codes, rows, np.searchsorted(codes[rows], np.arange(4))


def expected(case: Draw, types: Configuration, array: np.ndarray) -> np.ndarray:
    codes, _, _ = codes_of(case)
    with np.errstate(all="ignore"):
        return np.array([array[codes == group].sum(axis=0, dtype=types.wide) for group in range(3)])


@all_types
@few
@given(case=draws())
def test_rows_of_groups_are_added_up(types: Configuration, case: Draw) -> None:
    a = case.csr(types)
    _, rows, starts = codes_of(case)
    out = np.zeros((3, case.columns), types.wide)
    types.run_rows("csr_sum_groups", rows, starts, *buffers(a), out, case.columns, rows=3)
    same(out, expected(case, types, a.toarray()))


@all_types
@few
@given(case=draws())
def test_columns_are_added_up_by_group(types: Configuration, case: Draw) -> None:
    a = case.csr(types)
    turned = a.T.tocsr()
    turned.sort_indices()
    out = np.zeros((case.columns, 3), types.wide)
    types.run_rows("csc_sum_groups", codes_of(case)[0], *buffers(turned), out, 3, rows=case.columns)
    same(out.T, expected(case, types, a.toarray()))


@all_types
@few
@given(case=draws(special=False))
def test_arrays_are_added_up_by_group(types: Configuration, case: Draw) -> None:
    array = case.values(types, (case.rows, case.columns))
    out, lost = (np.zeros((3, case.columns), types.wide) for _ in range(2))
    given_ = (codes_of(case)[0], array, out, lost, case.rows, case.columns)
    types.run_rows("dense_sum_groups", *given_, rows=case.columns)
    same(out + lost, expected(case, types, array))


@pytest.mark.parametrize("compiled", [True, False])
def test_what_rounding_takes_from_sums_is_kept(compiled: bool) -> None:
    types = Configuration("int64", "float64", compiled)
    array, out, lost = np.array([1.0, 1e100, 1.0, -1e100]), np.zeros(1), np.zeros(1)
    types.run("dense_sum_groups", np.zeros(4, np.int64), array, out, lost, 4, 1, 0, 1)
    assert (out + lost).tolist() == [2.0]
