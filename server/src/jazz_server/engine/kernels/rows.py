"""A row by a sparse matrix: pushed from what is active in the row, or pulled by each output.

For pulling, the matrix lies in *slices*: `LANES` outputs with about equally many inputs, one input of each after the
other (SELL-C-sigma: Kreutzer et al., SIAM J. Sci. Comput. 36, 2014), so that a slice is a sum of vectors. Shorter
outputs are filled up with weights that are zero.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from numpy.typing import NDArray

from jazz_server.engine.kernels.declare import (
    INDEX,
    Index,
    Int32s,
    Int64s,
    Int64sOut,
    Pointer,
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

Inputs = Annotated[NDArray[Any], Pointer("narrow")]


@kernel(contract=True, index=INDEX, narrow=NARROW, value=FLOAT)
def row_product(
    indptr: Index,
    indices: Index,
    data: Values,
    columns: Size,
    starts: Int64s,
    inputs: Inputs,
    weights: Values,
    places: Int32s,
    rows: Size,
    most: Size,
    slice_begin: Size,
    slice_end: Size,
    active: Int64sOut,
    sums: ValuesOut,
    x: Values,
    out: ValuesOut,
) -> int:
    """Compute ``x @ w`` into `out` (columns + AT_A_TIME), and return at how many positions x (rows) is not zero.

    Up to `most` of them are pushed, in ascending order, and any number where not all of x is finite. Otherwise outputs
    pull, those of some slices, and -1 is returned. With no `rows` and a `most` of -1, x is not looked at before.

    Slice s has the entries ``starts[s] <= p < starts[s + 1]``, and its sums are ``sums[s * LANES]`` and following. The
    slices compute as many outputs as there are sums in them, at the same positions: output j is the sum ``places[j]``.

    `active` (rows + rows / WORD + 1) and `sums` (slices * LANES) are scratch, and so is the end of `out`, which takes
    entries that are not there.
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
        active[rows + begin // WORD] = word
        while word != 0:
            word &= word - 1
            count += 1
    odd = False
    if count > most:
        for t in range(rows):
            odd |= (x[t] - x[t]) != 0
    if count > most and not odd:
        for s in range(slice_begin, slice_end):
            first = s * LANES
            for t in range(LANES):
                sums[first + t] = 0
            for begin in range(starts[s], starts[s + 1], LANES):
                for t in range(LANES):
                    sums[first + t] += weights[begin + t] * x[inputs[begin + t]]
        for j in range(slice_begin * LANES, min(slice_end * LANES, columns)):
            out[j] = sums[places[j]]
        return -1
    listed = 0
    for begin in range(0, rows, WORD):
        word = active[rows + begin // WORD]
        while word != 0:
            active[listed] = begin + lowest_one(word)
            word &= word - 1
            listed += 1
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
