"""Reductions over rows and columns, absent entries being zeros."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given

from unit.engine.kernel_cases import Configuration, Draw, all_types, buffers, dense, draws, few, numeric_types, same


@numeric_types
@few
@given(case=draws())
def test_sums_of_rows(types: Configuration, case: Draw) -> None:
    a = case.csr(types)
    out = np.full(case.rows, 9, types.wide)
    types.run_rows("csr_sum_rows", a.indptr, a.data, out, rows=case.rows)
    with np.errstate(all="ignore"):
        same(out, dense(a).astype(types.wide).sum(axis=1))


@all_types
@few
@given(case=draws())
def test_sums_of_columns(types: Configuration, case: Draw) -> None:
    a = case.csr(types)
    out = np.zeros(case.columns, types.wide)
    types.run_rows("csr_sum_columns", *buffers(a), out, rows=case.rows)
    with np.errstate(all="ignore"):
        same(out, dense(a).astype(types.wide).sum(axis=0))


@numeric_types
@pytest.mark.parametrize("greatest", [0, 1])
@few
@given(case=draws(least_columns=1))
def test_extremes_of_rows(types: Configuration, greatest: int, case: Draw) -> None:
    a = case.csr(types)
    out = types.empty(case.rows)
    types.run_rows("csr_extreme_rows", a.indptr, a.data, out, greatest, case.columns, rows=case.rows)
    same(out, (np.minimum, np.maximum)[greatest].reduce(dense(a), axis=1))


@numeric_types
@pytest.mark.parametrize("greatest", [0, 1])
@few
@given(case=draws(least_columns=1))
def test_places_of_extremes(types: Configuration, greatest: int, case: Draw) -> None:
    a = case.csr(types)
    out = np.full(case.rows, -1)
    types.run_rows("csr_arg_extreme_rows", *buffers(a), out, greatest, case.columns, rows=case.rows)
    with warnings.catch_warnings():
        same(out, (np.argmin, np.argmax)[greatest](dense(a), axis=1))
