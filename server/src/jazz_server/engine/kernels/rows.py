"""A row by a sparse matrix: pushed from what is active in the row, or pulled by each output.

For pulling, the matrix lies in *slices*: `LANES` outputs with about equally many inputs, one input of each after the
other (SELL-C-sigma: Kreutzer et al., SIAM J. Sci. Comput. 36, 2014), so that a slice is a sum of vectors. Shorter
outputs are filled up with weights that are zero.
"""

from __future__ import annotations

from typing import Final

from jazz_server.engine.kernels.declare import (
    INDEX,
    Index,
    Int32s,
    Int32sOut,
    Int64s,
    Size,
    Values,
    ValuesOut,
    kernel,
)
from jazz_server.engine.kernels.instructions import lowest_one
from jazz_server.engine.kernels.tiles import FLOAT, LANES, NARROW

WORD: Final = 64

AT_A_TIME: Final = 8
"""So many entries of an input are taken at a time, there or not: no branch then depends on how short it is."""


@kernel(contract=True, index=INDEX, value=FLOAT)
def row_push(
    indptr: Index,
    indices: Index,
    data: Values,
    rows: Size,
    columns: Size,
    most: Size,
    active: Int32sOut,
    x: Values,
    out: ValuesOut,
) -> int:
    """Compute ``x @ w`` into `out` (columns + AT_A_TIME) from what is not zero in x (rows), in ascending order.

    Nothing is computed, and -1 returned, when all of x is finite and more than `most` positions are not zero; else the
    number of those. `active` (rows + 1) is scratch, and so is the end of `out`, which takes entries that are not there.
    """
    count = 0
    for begin in range(0, rows, WORD):
        word = 0
        if begin + WORD <= rows:
            for t in range(WORD):
                word |= (x[begin + t] != 0) << t
        else:
            for t in range(rows - begin):
                word |= (x[begin + t] != 0) << t
        while word != 0:
            active[count] = begin + lowest_one(word)
            word &= word - 1
            count += 1
        if count > most:
            odd = 0
            for t in range(rows):
                odd += (x[t] - x[t]) != 0
            if odd == 0:
                return -1
            most = rows
    for j in range(columns):
        out[j] = 0
    for a in range(count):
        k = active[a]
        v = x[k]
        end = indptr[k + 1]
        for begin in range(indptr[k], end, AT_A_TIME):
            for t in range(AT_A_TIME):
                there = begin + t < end
                p = begin + t if there else begin
                j = indices[p] if there else columns + t
                out[j] += v * data[p]
    return count


@kernel(contract=True, index=NARROW, value=FLOAT)
def row_pull(
    starts: Int64s,
    indices: Index,
    data: Values,
    order: Int32s,
    sums: Size,
    x: Values,
    out: ValuesOut,
    slice_begin: Size,
    slice_end: Size,
) -> None:
    """Compute ``x @ w`` for the outputs of some slices.

    Slice s has the entries ``starts[s] <= p < starts[s + 1]`` and computes the outputs ``order[s * LANES]`` and
    following. What fills up the last slice is one output more than there are. ``out[sums : sums + LANES]`` is scratch.
    """
    for s in range(slice_begin, slice_end):
        for t in range(LANES):
            out[sums + t] = 0
        for begin in range(starts[s], starts[s + 1], LANES):
            for t in range(LANES):
                out[sums + t] += data[begin + t] * x[indices[begin + t]]
        for t in range(LANES):
            out[order[s * LANES + t]] = out[sums + t]
