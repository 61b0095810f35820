"""A row by a sparse matrix: pushed from what is active in the row, or pulled by each output.

For pulling, the matrix lies in *slices*: `LANES` outputs with about equally many inputs, one input of each after the
other (SELL-C-sigma: Kreutzer et al., SIAM J. Sci. Comput. 36, 2014), so that a slice is a sum of vectors. Shorter
outputs are filled up with weights that are zero.
"""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    INDEX,
    Index,
    Int32s,
    Int64s,
    Int64sOut,
    Size,
    Values,
    ValuesOut,
    kernel,
)
from jazz_server.engine.kernels.tiles import FLOAT, LANES, NARROW


@kernel(index=INDEX, value=FLOAT)
def row_active(indptr: Index, active: Int64sOut, most: Size, rows: Size, x: Values) -> int:
    """List the positions of x (rows) that are not zero in `active` (rows).

    Returns their number; or -1, the list not being complete, when all of x is finite and those rows of the matrix have
    more than `most` entries together.
    """
    count = 0
    entries = 0
    finite = True
    for begin in range(0, rows, LANES):
        end = min(begin + LANES, rows)
        some = 0
        for t in range(begin, end):
            some += x[t] != 0
        if some != 0:
            for t in range(begin, end):
                active[count] = t
                there = x[t] != 0
                count += there
                entries += there * (indptr[t + 1] - indptr[t])
            if entries > most:
                for t in range(rows):
                    finite = finite & (x[t] - x[t] == 0)
                if finite:
                    return -1
                most = indptr[rows] - indptr[0]
    return count


@kernel(contract=True, index=INDEX, value=FLOAT)
def row_push(
    indptr: Index,
    indices: Index,
    data: Values,
    active: Int64s,
    columns: Size,
    count: Size,
    x: Values,
    out: ValuesOut,
) -> None:
    """Compute ``x @ w`` into `out` (columns) from the `count` positions of x that `active` lists, ascending."""
    for j in range(columns):
        out[j] = 0
    for a in range(count):
        k = active[a]
        v = x[k]
        for p in range(indptr[k], indptr[k + 1]):
            out[indices[p]] += v * data[p]


@kernel(contract=True, index=NARROW, value=FLOAT)
def row_pull(
    starts: Int64s,
    indices: Index,
    data: Values,
    order: Int32s,
    sums: ValuesOut,
    x: Values,
    out: ValuesOut,
    slice_begin: Size,
    slice_end: Size,
) -> None:
    """Compute ``x @ w`` for the outputs of some slices.

    Slice s has the entries ``starts[s] <= p < starts[s + 1]`` and computes the outputs ``order[s * LANES]`` and
    following. What fills up the last slice is one output more than there are. `sums` (LANES) is scratch.
    """
    for s in range(slice_begin, slice_end):
        for t in range(LANES):
            sums[t] = 0
        for begin in range(starts[s], starts[s + 1], LANES):
            for t in range(LANES):
                sums[t] += data[begin + t] * x[indices[begin + t]]
        for t in range(LANES):
            out[order[s * LANES + t]] = sums[t]
