"""Runs of layers on a tile of rows that stays in cache.

A tile holds some rows of activations *feature-major*: the entry of neuron j and row t is at ``j * stride + t``, so that
the inner loop runs over rows and is a sum of vectors. Its first `width` columns are in use, a multiple of `LANES` not
above `stride`; what is in those at and beyond the number of rows held means nothing.

The weights of all layers are one CSR matrix by output neuron: the transposes of the layers' matrices, stacked. Layer l
has the stacked rows ``starts[l] <= neuron < starts[l + 1]``, and its column indices are neurons of the layer before.
"""

from __future__ import annotations

from typing import Final

from jazz_server.engine.kernels.declare import (
    INDEX,
    Index,
    Int32s,
    Int64s,
    Int64sOut,
    Size,
    Value,
    Values,
    ValuesOut,
    emitted,
    inlined,
    kernel,
)

LANES: Final = 16
MOST_LANES: Final = 64
"""The greatest stride of a tile."""

FLOAT = ("float32", "float64")
NARROW = ("uint16", "int32")
"""Types of the indices of weights."""


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
    tile: Values,
    slots: Int64s,
    places: Int32s,
    out: ValuesOut,
    neurons: Size,
    stride: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Write the columns `row_begin` to `row_end` of a tile as the rows `slots` of `out` (rows, neurons; C order).

    Neuron j of `out` is at `places[j]` in the tile.
    """
    for t in range(row_begin, row_end):
        target = slots[t] * neurons
        for j in range(neurons):
            out[target + j] = tile[places[j] * stride + t]


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


@emitted
def tile_neurons(
    source: Values,
    target: ValuesOut,
    stride: Size,
    width: Size,
    indptr: Index,
    indices: Index,
    data: Values,
    same: Size,
    weight: Value,
    bias: Values,
    bias_stride: Size,
    upper: Value,
    grouped: Size,
    low: ValuesOut,
    high: ValuesOut,
    first: Size,
    last: Size,
) -> None:
    """Compute the stacked neurons `first` to `last`, and the least and the greatest of all results of each row.

    Sums run over ascending inputs and the bias comes last, as in `csr_layer`: in floating point the order is part of
    the answer. Each product is added without rounding it before. With `same`, all weights are `weight`. With
    `grouped`, some neurons are computed at a time, which is faster where there are registers for so many sums.
    """
    for t in range(width):
        low[t] = upper
        high[t] = 0
    for neuron in range(first, last):
        for t in range(width):
            total = upper * 0
            for p in range(indptr[neuron], indptr[neuron + 1]):
                total += (weight if same else data[p]) * source[indices[p] * stride + t]
            x = min(max(total + bias[neuron * bias_stride], 0), upper)
            target[(neuron - first) * stride + t] = x
            low[t] = min(low[t], x)
            high[t] = max(high[t], x)


@inlined
def leaves(low: Value, high: Value, upper: Value, retire: Size) -> int:
    """Tell what becomes of a row: 1 when it is dead, 2 when it is full and full rows retire, else 0."""
    if high == 0:
        return 1
    if retire != 0 and low == upper:
        return 2
    return 0


@inlined
def drop_rows(
    tile: ValuesOut,
    slots: Int64sOut,
    low: Values,
    high: Values,
    upper: Value,
    retire: Size,
    full: Int64sOut,
    retired: Size,
    moves: Int64sOut,
    neurons: Size,
    stride: Size,
    rows: Size,
) -> int:
    """Move rows from the end to where dead and full rows were, list full ones in `full`, and return the number left.

    `moves` (2 * stride) is scratch.
    """
    kept = rows
    count = 0
    t = 0
    while t < kept:
        fate = leaves(low[t], high[t], upper, retire)
        if fate == 0:
            t += 1
            continue
        if fate == 2:
            full[retired] = slots[t]
            retired += 1
        kept -= 1
        while kept > t:
            last = leaves(low[kept], high[kept], upper, retire)
            if last == 0:
                break
            if last == 2:
                full[retired] = slots[kept]
                retired += 1
            kept -= 1
        if kept > t:
            slots[t] = slots[kept]
            moves[2 * count] = kept
            moves[2 * count + 1] = t
            count += 1
            t += 1
    for j in range(neurons):
        position = j * stride
        for move in range(count):
            tile[position + moves[2 * move + 1]] = tile[position + moves[2 * move]]
    return kept


@kernel(contract=True, index=NARROW, value=FLOAT)
def tile_layers(
    tile: ValuesOut,
    other: ValuesOut,
    slots: Int64sOut,
    full: Int64sOut,
    counts: Int64sOut,
    low: ValuesOut,
    high: ValuesOut,
    moves: Int64sOut,
    stride: Size,
    indptr: Int64s,
    indices: Index,
    data: Values,
    same: Size,
    bias: Values,
    bias_stride: Size,
    upper: Value,
    starts: Int64s,
    full_from: Size,
    grouped: Size,
    layer_begin: Size,
    layer_end: Size,
) -> None:
    """Compute ``min(max(w.T @ tile + bias, 0), upper)`` for layers `layer_begin` to `layer_end`, one on another.

    The two tiles take turns: the result is in `tile` after an even number of layers, in `other` after an odd one. The
    bias, one per stacked neuron (`bias_stride` 1) or one number (`bias_stride` 0), is added everywhere; that equals the
    rule of `csr_layer` where ``bias <= 0``. Then a row of zeros stays one, and leaves the tile. A row of which all is
    `upper` stays one from layer `full_from` on: it leaves, too, and is listed in `full` (stride). `data` has a weight
    for each edge or, with `same`, for each layer. `grouped` as in `tile_neurons`.

    `counts` has the numbers of rows held and of rows in `full`, and is kept up; `slots` (stride), the names of the
    rows, moves along. `low` and `high` (stride) and `moves` (2 * stride) are scratch. Both tiles hold the widest
    layer, and `stride` is a multiple of `LANES`, at most `MOST_LANES`.
    """
    rows = counts[0]
    for layer in range(layer_begin, layer_end):
        if rows == 0:
            break
        first = starts[layer]
        last = starts[layer + 1]
        width = (rows + LANES - 1) // LANES * LANES
        weight = data[layer * same]
        retire = 1 if layer + 1 >= full_from else 0
        if (layer - layer_begin) % 2 == 0:
            tile_neurons(
                tile, other, stride, width, indptr, indices, data, same, weight,
                bias, bias_stride, upper, grouped, low, high, first, last,
            )  # fmt: skip
        else:
            tile_neurons(
                other, tile, stride, width, indptr, indices, data, same, weight,
                bias, bias_stride, upper, grouped, low, high, first, last,
            )  # fmt: skip
        going = 0
        ending = 0
        for t in range(rows):
            fate = leaves(low[t], high[t], upper, retire)
            going += fate != 0
            ending += fate == 2
        kept = rows - going
        if going > 0 and (layer + 1 == layer_end or (kept + LANES - 1) // LANES * LANES < width):
            if (layer - layer_begin) % 2 == 0:
                drop_rows(other, slots, low, high, upper, retire, full, counts[1], moves, last - first, stride, rows)
            else:
                drop_rows(tile, slots, low, high, upper, retire, full, counts[1], moves, last - first, stride, rows)
            rows = kept
            counts[1] += ending
    counts[0] = rows
