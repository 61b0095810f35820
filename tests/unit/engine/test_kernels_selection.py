"""Taking and joining parts of sparse matrices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.engine.kernel_cases import CONFIGURATIONS, Configuration, Draw, buffers, dense, draws, few, same

position_types = pytest.mark.parametrize(
    "types",
    [configuration for configuration in CONFIGURATIONS if configuration.value == "int64"],
    ids=lambda c: f"{c.index}-{'compiled' if c.compiled else 'source'}",
)


def rebuilt(types: Configuration, out: tuple[np.ndarray, np.ndarray, np.ndarray], columns: int) -> np.ndarray:
    """Return CSR buffers as a dense array."""
    indptr, indices, data = out
    array = np.zeros((len(indptr) - 1, columns), types.dtype)
    for row in range(len(indptr) - 1):
        here = slice(indptr[row], indptr[row + 1])
        array[row, indices[here]] = data[here]
    return array


@position_types
@few
@given(case=draws(), data=st.data())
def test_take_rows_in_any_order_and_repeatedly(types: Configuration, case: Draw, data: st.DataObject) -> None:
    a = case.csr(types)
    wanted = st.lists(st.integers(0, case.rows - 1), max_size=9) if case.rows else st.just([])
    rows = np.array(data.draw(wanted), np.int64)
    counts = np.full(len(rows), -1)
    types.run_rows("csr_take_rows_count", a.indptr, rows, counts, rows=len(rows))
    out = types.layout(counts)
    types.run_rows("csr_take_rows_fill", *buffers(a), rows, *out, rows=len(rows))
    same(rebuilt(types, out, case.columns), dense(a)[rows])
    assert int(out[0][-1]) == int(np.diff(a.indptr)[rows].sum())


@position_types
@few
@given(case=draws(), offset=st.integers(-9, 9))
def test_diagonal(types: Configuration, case: Draw, offset: int) -> None:
    a = case.csr(types)
    expected = np.diagonal(dense(a), offset) if -case.rows <= offset <= case.columns else np.zeros(0, types.dtype)
    places = np.full(len(expected), -9)
    types.run_rows("csr_diagonal", a.indptr, a.indices, places, offset, rows=len(expected))
    same(np.append(a.data, 0)[places], expected)


@position_types
@few
@given(case=draws())
def test_join_side_by_side(types: Configuration, case: Draw) -> None:
    a, b = case.csr(types), case.csr(types, (case.rows, case.inner), salt=1)
    out = types.layout(np.diff(a.indptr) + np.diff(b.indptr))
    cursors = out[0][:-1].astype(np.int64)
    offset = 0
    for part in (a, b):
        types.run_rows("csr_hstack_fill", *buffers(part), *out[1:], cursors, offset, rows=case.rows)
        offset += part.shape[1]
    same(rebuilt(types, out, offset), np.hstack([dense(a), dense(b)]))
    same(cursors, out[0][1:].astype(np.int64))
