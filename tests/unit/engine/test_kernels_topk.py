"""The k largest of each row."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unit.engine.kernel_cases import Configuration, Draw, buffers, dense, draws, few, numeric_types, same


def reference(rows: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the k largest values of each row and their columns: lower column first, NaN last."""
    order = np.empty((len(rows), k), np.int64)
    for number, row in enumerate(rows.astype(np.float64)):
        order[number] = sorted(range(len(row)), key=lambda j: (np.isnan(row[j]), -row[j], j))[:k]
    return np.take_along_axis(rows, order, axis=1), order


@numeric_types
@few
@given(case=draws(least_columns=1), data=st.data())
def test_of_dense_rows(types: Configuration, case: Draw, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, case.columns))
    a = case.values(types, (case.rows, case.columns))
    values, columns = types.empty(case.rows, k), np.full((case.rows, k), -1)
    types.run_rows("dense_topk", a, values, columns, case.columns, k, rows=case.rows)
    expected_values, expected_columns = reference(a, k)
    same(columns, expected_columns)
    same(values, expected_values)


@numeric_types
@few
@given(case=draws(least_columns=1), data=st.data())
def test_of_sparse_rows_equals_that_of_dense_rows(types: Configuration, case: Draw, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, case.columns))
    a = case.csr(types)
    values, columns = types.empty(case.rows, k), np.full((case.rows, k), -1)
    types.run_rows("csr_topk", *buffers(a), values, columns, case.columns, k, rows=case.rows)
    expected_values, expected_columns = reference(dense(a), k)
    same(columns, expected_columns)
    same(values, expected_values)
