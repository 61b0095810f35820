"""Results of rows that went through layers: out of tiles, and to the places of the rows that are left."""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    INDEX,
    Index,
    IndexOut,
    Int32s,
    Int64s,
    Size,
    Value,
    Values,
    ValuesOut,
    kernel,
)
from jazz_server.engine.kernels.tiles import FLOAT


@kernel(value=FLOAT)
def tile_to_dense(
    tiles: Values,
    begin: Size,
    columns: Int64s,
    places: Int32s,
    out: ValuesOut,
    neurons: Size,
    stride: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Write those columns of the tile at `begin` that `columns` lists as rows of `out` (rows, neurons; C order).

    Neuron j of `out` is at `places[j]` in the tile.
    """
    for row in range(row_begin, row_end):
        for j in range(neurons):
            out[row * neurons + j] = tiles[begin + places[j] * stride + columns[row]]


@kernel(index=INDEX, value=FLOAT)
def put_rows(
    indptr: Index,
    indices: Index,
    data: Values,
    rows: Int64s,
    indptr_out: Index,
    indices_out: IndexOut,
    data_out: ValuesOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Copy CSR rows to a larger matrix, in which row i is the row ``rows[i]`` and has as many entries."""
    for i in range(row_begin, row_end):
        shift = indptr_out[rows[i]] - indptr[i]
        for p in range(indptr[i], indptr[i + 1]):
            indices_out[shift + p] = indices[p]
            data_out[shift + p] = data[p]


@kernel(index=INDEX, value=FLOAT)
def put_full_rows(
    rows: Int64s,
    upper: Value,
    indptr_out: Index,
    indices_out: IndexOut,
    data_out: ValuesOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Fill the rows of a CSR matrix that `rows` lists: all columns are there, and all entries are `upper`."""
    for i in range(row_begin, row_end):
        begin = indptr_out[rows[i]]
        for j in range(indptr_out[rows[i] + 1] - begin):
            indices_out[begin + j] = j
            data_out[begin + j] = upper
