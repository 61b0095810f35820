"""Fused layers of sparse networks."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from unit.engine.kernel_cases import Configuration, Draw, buffers, draws, few, numeric_types, same_csr


def reference(x: sp.csr_array, w: sp.csr_array, bias: np.ndarray, lower: float, upper: float) -> np.ndarray:
    """Compute a layer densely; only sums that have a term get a bias."""
    sums = np.zeros((x.shape[0], w.shape[1]), x.data.dtype)
    has_term = np.zeros(sums.shape, bool)
    with np.errstate(all="ignore"):
        for row in range(x.shape[0]):
            for p in range(x.indptr[row], x.indptr[row + 1]):
                here = slice(w.indptr[x.indices[p]], w.indptr[x.indices[p] + 1])
                sums[row, w.indices[here]] += x.data[p] * w.data[here]
                has_term[row, w.indices[here]] = True
        return np.where(has_term, np.clip(sums + bias, lower, upper), 0).astype(x.data.dtype)


@numeric_types
@few
@given(case=draws(), per_column=st.booleans(), slack=st.integers(1, 20))
def test_a_layer_in_as_many_calls_as_the_capacity_asks_for(
    types: Configuration, case: Draw, per_column: bool, slack: int
) -> None:
    x = case.csr(types, (case.rows, case.inner))
    w = case.csr(types, (case.inner, case.columns), salt=1)
    bias = case.values(types, case.columns if per_column else 1, salt=2)
    lower, upper = types.dtype.type(0), types.dtype.type(2)
    columns, capacity = case.columns, case.columns + slack
    counts = np.full(case.rows, -1)
    pieces = []
    scratch = (
        np.empty(columns, types.index),
        types.empty(columns),
        np.empty(columns + 1, types.index),
        np.full((columns + 31) // 32, 77),
        np.empty(columns, types.index),
    )
    row = 0
    while row < case.rows:
        indices, data = np.empty(capacity, types.index), types.empty(capacity)
        done = types.run(
            "csr_layer",
            *buffers(x),
            *buffers(w),
            bias,
            int(per_column),
            lower,
            upper,
            counts,
            indices,
            data,
            capacity,
            *scratch,
            columns,
            row,
            case.rows,
        )
        assert done >= 1
        filled = counts[row : row + done].sum()
        pieces.append((indices[:filled], data[:filled]))
        row += done
    indptr = np.concatenate(([0], np.cumsum(counts)))
    indices = np.concatenate([np.empty(0, types.index), *(piece[0] for piece in pieces)])
    data = np.concatenate([types.empty(0), *(piece[1] for piece in pieces)])
    same_csr((indptr, indices, data), reference(x, w, bias, lower, upper))
