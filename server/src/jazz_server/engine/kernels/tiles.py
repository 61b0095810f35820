"""Runs of layers on a tile of rows that stays in cache.

A tile holds some rows of activations *feature-major*: the entry of neuron j and row t is at ``j * stride + t``, so that
the inner loop runs over rows and is a sum of vectors. Its first `width` columns are in use, a multiple of `LANES` not
above `stride`; those at and beyond the number of rows held are zero.

The weights of all layers are one CSR matrix by output neuron: the transposes of the layers' matrices, stacked. Layer l
has the stacked rows ``starts[l] <= neuron < starts[l + 1]``, and its column indices are neurons of the layer before.
"""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    INDEX,
    FlagsOut,
    Index,
    Int64s,
    Int64sOut,
    Size,
    Value,
    Values,
    ValuesOut,
    inlined,
    kernel,
)

LANES = 16
FLOAT = ("float32", "float64")


@kernel(index=INDEX, value=FLOAT)
def csr_to_tile(
    indptr: Index,
    indices: Index,
    data: Values,
    tile: ValuesOut,
    slots: Int64s,
    neurons: Size,
    stride: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Fill a tile (neurons, stride) with the rows that `slots` lists from `row_begin` to `row_end`, zero elsewhere."""
    for i in range(neurons * stride):
        tile[i] = 0
    for t in range(row_begin, row_end):
        row = slots[t]
        for p in range(indptr[row], indptr[row + 1]):
            tile[indices[p] * stride + t - row_begin] = data[p]


@kernel(value=FLOAT)
def tile_to_dense(
    tile: Values, slots: Int64s, out: ValuesOut, neurons: Size, stride: Size, row_begin: Size, row_end: Size
) -> None:
    """Write the columns `row_begin` to `row_end` of a tile as the rows `slots` of `out` (rows, neurons; C order)."""
    for t in range(row_begin, row_end):
        target = slots[t] * neurons
        for j in range(neurons):
            out[target + j] = tile[j * stride + t]


@kernel(value=FLOAT)
def tile_count_nonzero(
    tile: Values, counts: Int64sOut, neurons: Size, stride: Size, row_begin: Size, row_end: Size
) -> None:
    """Count what is not zero in the columns `row_begin` to `row_end` of a tile, into `counts`."""
    for t in range(row_begin, row_end):
        count = 0
        for j in range(neurons):
            count += tile[j * stride + t] != 0
        counts[t] = count


@kernel(value=FLOAT)
def tile_copy_rows(
    tile: Values,
    out: ValuesOut,
    neurons: Size,
    stride: Size,
    out_begin: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Copy the columns `row_begin` to `row_end` of a tile to one of the same stride, from its column `out_begin`."""
    for j in range(neurons):
        source = j * stride
        shift = source + out_begin - row_begin
        for t in range(row_begin, row_end):
            out[shift + t] = tile[source + t]


@inlined
def compute_layer(
    source: Values,
    target: ValuesOut,
    stride: Size,
    width: Size,
    indptr: Index,
    indices: Index,
    data: Values,
    bias: Values,
    bias_stride: Size,
    lower: Value,
    upper: Value,
    first: Size,
    last: Size,
) -> None:
    """Compute the neurons `first` to `last` of the stacked weights, eight edges at a time.

    Sums run over ascending inputs and the bias comes last, as in `csr_layer`: in floating point the order is part of
    the answer.
    """
    for neuron in range(first, last):
        out = (neuron - first) * stride
        b = bias[neuron * bias_stride]
        for t in range(width):
            target[out + t] = 0
        begin = indptr[neuron]
        end = indptr[neuron + 1]
        blocked = end - (end - begin) % 8
        for p in range(begin, blocked, 8):
            w0, w1, w2, w3 = data[p], data[p + 1], data[p + 2], data[p + 3]
            w4, w5, w6, w7 = data[p + 4], data[p + 5], data[p + 6], data[p + 7]
            s0 = indices[p] * stride
            s1 = indices[p + 1] * stride
            s2 = indices[p + 2] * stride
            s3 = indices[p + 3] * stride
            s4 = indices[p + 4] * stride
            s5 = indices[p + 5] * stride
            s6 = indices[p + 6] * stride
            s7 = indices[p + 7] * stride
            for lane in range(0, width, LANES):
                for t in range(lane, lane + LANES):
                    target[out + t] = (
                        target[out + t]
                        + w0 * source[s0 + t]
                        + w1 * source[s1 + t]
                        + w2 * source[s2 + t]
                        + w3 * source[s3 + t]
                        + w4 * source[s4 + t]
                        + w5 * source[s5 + t]
                        + w6 * source[s6 + t]
                        + w7 * source[s7 + t]
                    )
        for p in range(blocked, end):
            w0 = data[p]
            s0 = indices[p] * stride
            for t in range(width):
                target[out + t] = target[out + t] + w0 * source[s0 + t]
        for t in range(width):
            x = target[out + t] + b
            if x < lower:
                x = lower
            if x > upper:
                x = upper
            target[out + t] = x


@inlined
def drop_dead_rows(
    tile: ValuesOut,
    slots: Int64sOut,
    alive: FlagsOut,
    neurons: Size,
    stride: Size,
    width: Size,
    rows: Size,
) -> int:
    """Move the rows that are not all zero to the front if that saves lanes, and return their number."""
    for t in range(width):
        alive[t] = False
    for j in range(neurons):
        for t in range(width):
            alive[t] = alive[t] | (tile[j * stride + t] != 0)
    kept = 0
    for t in range(rows):
        kept += alive[t]
    if (kept + LANES - 1) // LANES == width // LANES:
        return rows
    for j in range(neurons):
        position = j * stride
        for t in range(rows):
            if alive[t]:
                tile[position] = tile[j * stride + t]
                position += 1
        for i in range(position, j * stride + width):
            tile[i] = 0
    kept = 0
    for t in range(rows):
        if alive[t]:
            slots[kept] = slots[t]
            kept += 1
    return kept


@kernel(contract=True, index=INDEX, value=FLOAT)
def tile_layers(
    tile: ValuesOut,
    other: ValuesOut,
    slots: Int64sOut,
    alive: FlagsOut,
    rows: Size,
    stride: Size,
    indptr: Index,
    indices: Index,
    data: Values,
    bias: Values,
    bias_stride: Size,
    lower: Value,
    upper: Value,
    starts: Int64s,
    drop_dead: Size,
    layer_begin: Size,
    layer_end: Size,
) -> int:
    """Compute ``min(max(w.T @ tile + bias, lower), upper)`` for layers `layer_begin` to `layer_end`, one on another.

    The two tiles take turns: the result is in `tile` after an even number of layers, in `other` after an odd one. The
    bias, one per stacked neuron (`bias_stride` 1) or one number (`bias_stride` 0), is added everywhere; that equals the
    rule of `csr_layer` where ``bias <= 0`` and ``lower == 0``. Then, too, a row of zeros stays one, and with
    `drop_dead` such rows leave the tile: `slots` (stride), the names of its rows, moves along. `alive` (stride) is
    scratch.

    Returns the number of rows left, 0 as soon as all are dead. Both tiles hold the widest layer, and `stride` is a
    multiple of `LANES`.
    """
    for layer in range(layer_begin, layer_end):
        first = starts[layer]
        last = starts[layer + 1]
        width = (rows + LANES - 1) // LANES * LANES
        if (layer - layer_begin) % 2 == 0:
            compute_layer(
                tile, other, stride, width, indptr, indices, data, bias, bias_stride, lower, upper, first, last
            )
            if drop_dead != 0:
                rows = drop_dead_rows(other, slots, alive, last - first, stride, width, rows)
        else:
            compute_layer(
                other, tile, stride, width, indptr, indices, data, bias, bias_stride, lower, upper, first, last
            )
            if drop_dead != 0:
                rows = drop_dead_rows(tile, slots, alive, last - first, stride, width, rows)
        if rows == 0:
            return 0
    return rows
