"""Reductions over rows and columns, absent entries being zeros."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given

from unit.engine.kernel_cases import Configuration, Draw, all_types, buffers, dense, draws, few, same

TERMS = {"identity": lambda x: x, "square": np.square, "absolute": np.abs}


@all_types
@pytest.mark.parametrize("term", TERMS)
@few
@given(case=draws())
def test_sums(types: Configuration, term: str, case: Draw) -> None:
    a = case.csr(types)
    by_row, by_column = np.full(case.rows, 9, types.wide), np.zeros(case.columns, types.wide)
    types.run_rows("csr_sum_rows", a.indptr, a.data, by_row, term=term, rows=case.rows)
    types.run_rows("csr_sum_columns", *buffers(a), by_column, term=term, rows=case.rows)
    with np.errstate(all="ignore"):
        terms = TERMS[term](dense(a).astype(types.wide))
        same(by_row, terms.sum(axis=1))
        same(by_column, terms.sum(axis=0))


@all_types
@few
@given(case=draws())
def test_counts_of_nonzero(types: Configuration, case: Draw) -> None:
    a = case.csr(types)
    by_row, by_column = np.full(case.rows, -1), np.zeros(case.columns, np.int64)
    types.run_rows("csr_count_nonzero_rows", a.indptr, a.data, by_row, rows=case.rows)
    types.run_rows("csr_count_nonzero_columns", *buffers(a), by_column, rows=case.rows)
    same(by_row, np.count_nonzero(dense(a), axis=1))
    same(by_column, np.count_nonzero(dense(a), axis=0))


@all_types
@pytest.mark.parametrize("op", ["minimum", "maximum"])
@few
@given(case=draws(least_columns=1))
def test_extremes_of_rows(types: Configuration, op: str, case: Draw) -> None:
    a = case.csr(types)
    out = types.empty(case.rows)
    types.run_rows("csr_extreme_rows", a.indptr, a.data, out, case.columns, op=op, rows=case.rows)
    same(out, getattr(np, op).reduce(dense(a), axis=1))


@all_types
@pytest.mark.parametrize("op", ["minimum", "maximum"])
@few
@given(case=draws(least_columns=1))
def test_extremes_of_columns(types: Configuration, op: str, case: Draw) -> None:
    if case.rows == 0:
        return
    a = case.csr(types)
    take = getattr(np, op)
    start: object = op == "minimum"
    if types.dtype.kind == "f":
        start = np.inf if op == "minimum" else -np.inf
    elif types.dtype.kind == "i":
        start = np.iinfo(types.dtype).max if op == "minimum" else np.iinfo(types.dtype).min
    out = np.full(case.columns, start, types.dtype)
    types.run_rows("csr_extreme_columns", *buffers(a), out, op=op, rows=case.rows)
    counts = np.zeros(case.columns, np.int64)
    types.run_rows("csr_count_columns", a.indptr, a.indices, counts, rows=case.rows)
    zero = types.dtype.type(0)
    same(np.where(counts < case.rows, take(out, zero), out), take.reduce(dense(a), axis=0))


@all_types
@pytest.mark.parametrize(("better", "function"), [("less", np.argmin), ("greater", np.argmax)])
@few
@given(case=draws(least_columns=1))
def test_places_of_extremes(types: Configuration, better: str, function: object, case: Draw) -> None:
    a = case.csr(types)
    out = np.full(case.rows, -1)
    types.run_rows("csr_arg_extreme_rows", *buffers(a), out, case.columns, better=better, rows=case.rows)
    with warnings.catch_warnings():
        same(out, function(dense(a), axis=1))  # type: ignore[operator]
