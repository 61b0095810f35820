"""Rows on their way through runs of layers, in tiles that stay in cache.

A tile holds some rows of activations *feature-major*: the entry of neuron j and row t is at ``j * stride + t``, so that
the inner loop runs over rows and is a sum of vectors. Its first `width` columns are in use, a multiple of `LANES` not
above `stride`; what is in those at and beyond the number of rows held means nothing.

The weights of all layers are one CSR matrix by output neuron: the transposes of the layers' matrices, stacked. Layer l
has the stacked rows ``starts[l] <= neuron < starts[l + 1]``, and its column indices are neurons of the layer before.

Layers fall into *stages*. Rows that come out of one wait in a tile for the next until it is full, so that rows that die
leave no gaps; that tile is then in cache, too.
"""

from __future__ import annotations

from typing import Final

from jazz_server.engine.kernels.declare import (
    Bytes,
    FlagsOut,
    Halves,
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

EACH: Final = 0
SAME: Final = 1
HALVES: Final = 2
"""How the weights of a layer are kept: each one, one for all that are the same, or each one as float16."""


@emitted
def tile_neurons(
    tiles: ValuesOut,
    source: Size,
    target: Size,
    stride: Size,
    width: Size,
    indptr: Index,
    indices: Index,
    data: Values,
    halves: Halves,
    kept: Size,
    shift: Size,
    weight: Value,
    bias: Values,
    bias_stride: Size,
    upper: Value,
    shared: Bytes,
    grouped: Size,
    low: ValuesOut,
    high: ValuesOut,
    first: Size,
    last: Size,
) -> None:
    """Compute the stacked neurons `first` to `last`, and the least and the greatest of all results of each row.

    Activations are read from the tile at `source` and written to that at `target`. Sums run over ascending inputs and
    the bias comes last, as in `csr_layer`: in floating point the order is part of the answer. Each product is added
    without rounding it before. Weights are `kept` in `data` or in `halves`, at the positions of edges plus `shift`, or
    all are `weight`. No half is subnormal, and `LANES` of them can be read from each one on. With `grouped`, some
    neurons are computed at a time, which is faster where there are registers for so many sums; those of which `shared`
    says that they have the same inputs read them once.
    """
    for t in range(width):
        low[t] = upper
        high[t] = 0
    for neuron in range(first, last):
        for t in range(width):
            total = upper * 0
            for p in range(indptr[neuron], indptr[neuron + 1]):
                if kept != SAME:
                    weight = halves[shift + p] if kept == HALVES else data[shift + p]
                total += weight * tiles[source + indices[p] * stride + t]
            x = min(max(total + bias[neuron * bias_stride], 0), upper)
            tiles[target + (neuron - first) * stride + t] = x
            low[t] = min(low[t], x)
            high[t] = max(high[t], x)


@emitted
def tile_counts(
    cells: Int64s,
    tiles: ValuesOut,
    target: Size,
    stride: Size,
    width: Size,
    indptr: Index,
    indices: Index,
    unit: Value,
    bias: Values,
    bias_stride: Size,
    upper: Value,
    shared: Bytes,
    grouped: Size,
    low: ValuesOut,
    high: ValuesOut,
    first: Size,
    last: Size,
) -> None:
    """Do as `tile_neurons` where inputs are 0 or 1 and are counted, at most 255 of a neuron; each one gives `unit`.

    Bit t of ``cells[j]`` says whether row t has input j.
    """
    for t in range(width):
        low[t] = upper
        high[t] = 0
    for neuron in range(first, last):
        for t in range(width):
            count = 0
            for p in range(indptr[neuron], indptr[neuron + 1]):
                count += cells[indices[p]] >> t & 1
            x = min(max(count * unit + bias[neuron * bias_stride], 0), upper)
            tiles[target + (neuron - first) * stride + t] = x
            low[t] = min(low[t], x)
            high[t] = max(high[t], x)


@emitted
def tile_move(
    tiles: ValuesOut,
    source: Size,
    target: Size,
    column: Size,
    masks: Int64s,
    stride: Size,
    width: Size,
    neurons: Size,
) -> None:
    """Copy columns of the tile at `source` to that at `target`, side by side from `column` on.

    Bit t % LANES of ``masks[t // LANES]`` says whether column t is copied. Behind a tile there is room for a vector.
    """
    for j in range(neurons):
        place = target + j * stride + column
        for t in range(width):
            if masks[t // LANES] >> t % LANES & 1:
                tiles[place] = tiles[source + j * stride + t]
                place += 1


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
    tiles: ValuesOut,
    begin: Size,
    slots: Int64sOut,
    slot: Size,
    low: Values,
    high: Values,
    upper: Value,
    retire: Size,
    retired: FlagsOut,
    moves: Int64sOut,
    neurons: Size,
    stride: Size,
    rows: Size,
) -> int:
    """Move rows from the end of a tile to where dead and full rows were, flag full ones, and return the number left.

    The tile is at `begin`, its rows are listed from `slot` on. `moves` (2 * stride) is scratch.
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
            retired[slots[slot + t]] = True
        kept -= 1
        while kept > t:
            last = leaves(low[kept], high[kept], upper, retire)
            if last == 0:
                break
            if last == 2:
                retired[slots[slot + kept]] = True
            kept -= 1
        if kept > t:
            slots[slot + t] = slots[slot + kept]
            moves[2 * count] = kept
            moves[2 * count + 1] = t
            count += 1
            t += 1
    for j in range(neurons):
        position = begin + j * stride
        for move in range(count):
            tiles[position + moves[2 * move + 1]] = tiles[position + moves[2 * move]]
    return kept


@inlined
def fill_tile(
    indptr: Int64s,
    indices: Int32s,
    data: Values,
    tiles: ValuesOut,
    begin: Size,
    slots: Int64sOut,
    rows: Int64s,
    neurons: Size,
    stride: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Fill the tile (neurons, stride) at `begin` with some of the CSR rows that `rows` lists, and zeros elsewhere."""
    for i in range(neurons * stride):
        tiles[begin + i] = 0
    for t in range(row_begin, row_end):
        row = rows[t]
        slots[t - row_begin] = row
        for p in range(indptr[row], indptr[row + 1]):
            tiles[begin + indices[p] * stride + t - row_begin] = data[p]


@inlined
def fill_cells(
    indptr: Int64s,
    indices: Int32s,
    cells: Int64sOut,
    slots: Int64sOut,
    rows: Int64s,
    neurons: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Do as `fill_tile` with a bit for each entry; bit t of ``cells[j]`` is that of row t and input j."""
    for i in range(neurons):
        cells[i] = 0
    for t in range(row_begin, row_end):
        lane, row = t - row_begin, rows[t]
        slots[lane] = row
        bit = (1 if lane < 63 else -1) << lane
        for p in range(indptr[row], indptr[row + 1]):
            cells[indices[p]] |= bit


@inlined
def list_rows(
    slots: Int64sOut,
    columns: Int64sOut,
    begin: Size,
    low: Values,
    high: Values,
    upper: Value,
    retire: Size,
    retired: FlagsOut,
    rows: Size,
) -> int:
    """List the columns of rows that do not leave, move the names of those to the front, flag full rows.

    Both are listed from `begin` on. Returns how many there are.
    """
    kept = 0
    for t in range(rows):
        fate = leaves(low[t], high[t], upper, retire)
        slot = slots[begin + t]
        if fate == 2:
            retired[slot] = True
        if fate == 0:
            columns[begin + kept] = t
            slots[begin + kept] = slot
            kept += 1
    return kept


ROWS: Final = 0
TAKEN: Final = 1
DONE: Final = 2
"""What `held` has of a stage: the rows that wait for it, and of those that came out, how many went on, and of what."""


@kernel(contract=True, index=NARROW, value=FLOAT)
def rows_through_layers(
    tiles: ValuesOut,
    slots: Int64sOut,
    columns: Int64sOut,
    held: Int64sOut,
    cells: Int64sOut,
    low: ValuesOut,
    high: ValuesOut,
    moves: Int64sOut,
    stride: Size,
    room: Size,
    indptr: Int64s,
    indices: Index,
    data: Values,
    halves: Halves,
    weights: Int64s,
    bias: Values,
    bias_stride: Size,
    upper: Value,
    starts: Int64s,
    shared: Bytes,
    full_from: Size,
    grouped: Size,
    stops: Int64s,
    stages: Size,
    indptr_x: Int64s,
    indices_x: Int32s,
    data_x: Values,
    inputs: Size,
    counted: Size,
    unit: Value,
    rows: Int64s,
    retired: FlagsOut,
    flush: Size,
    row_begin: Size,
    row_end: Size,
) -> int:
    """Take rows through ``min(max(w.T @ x + bias, 0), upper)`` for all layers, one on another.

    The rows of the CSR matrix x that `rows` lists from `row_begin` to `row_end` come in; no other entries of `slots`
    ever leave. Stage s has the layers ``stops[s] <= layer < stops[s + 1]``, a tile at ``(s + 1) * room`` and the
    names of its rows at ``s * stride``; the tile at 0 takes turns with it. Each stage but the last has an even number
    of layers. `held` (stages, 3) has what waits where and is kept up, so that rows may come in by several calls. With
    `flush`, rows go on also in tiles that are not full.

    The bias, one per stacked neuron (`bias_stride` 1) or one number (`bias_stride` 0), is added everywhere; that equals
    the rule of `csr_layer` where ``bias <= 0``. Then a row of zeros stays one, and leaves its tile. A row of which all
    is `upper` stays one from layer `full_from` on: it leaves, too, and is flagged in `retired`. `weights` (layers, 2)
    says how those of each layer are kept and how much they are shifted, as in `tile_neurons`; one that is the same for
    all of a layer is in `data` at the shift itself. `shared` says of each neuron how many of it and those that follow
    have the same inputs. `grouped` as in `tile_neurons`. With `counted` all entries of x are the same, an input of the
    first layer gives `unit` where one is, and no multiple of that is rounded.

    Returns the position in `rows` of the first that has not come in: `row_end`, unless the last stage has results. They
    have to be taken before the next call: `held` then says how many there are, and `columns` (stages, stride) where, in
    the tile of that stage after an even number of layers, else in the one at 0.

    `cells` (inputs), `low` and `high` (stride) and `moves` (2 * stride) are scratch. A tile has `room` for the
    widest layer, and `stride` is a multiple of `LANES`, at most `MOST_LANES`.
    """
    position = row_begin
    while True:
        # What is furthest on goes first, so that each tile is empty when rows come in.
        stage = stages - 1
        while stage >= 0 and held[3 * stage + TAKEN] == held[3 * stage + DONE]:
            stage -= 1
        if stage == stages - 1:
            return position
        if stage >= 0:
            following = stage + 1
            count = min(
                held[3 * stage + DONE] - held[3 * stage + TAKEN],
                stride - held[3 * following + ROWS],
            )
            taken = held[3 * stage + TAKEN]
            place = held[3 * following + ROWS]
            for v in range(stride // LANES):
                moves[v] = 0
            for row in range(taken, taken + count):
                column = columns[stage * stride + row]
                moves[column // LANES] |= 1 << column % LANES
                slots[following * stride + place + row - taken] = slots[stage * stride + row]
            layer = stops[following]
            tile_move(
                tiles, following * room, (following + 1) * room, place, moves, stride, stride,
                starts[layer] - starts[layer - 1],
            )  # fmt: skip
            held[3 * stage + TAKEN] += count
            held[3 * following + ROWS] += count
            stage = following
            if held[3 * stage + ROWS] < stride:
                continue
        elif position < row_end:
            stage = 0
            count = min(row_end - position, stride)
            if counted != 0:
                fill_cells(
                    indptr_x, indices_x, cells, slots, rows, inputs, position, position + count
                )  # fmt: skip
            else:
                fill_tile(
                    indptr_x, indices_x, data_x, tiles, room, slots, rows, inputs, stride, position, position + count
                )  # fmt: skip
            held[ROWS] = count
            position += count
        else:
            stage = 0
            while stage < stages and held[3 * stage + ROWS] == 0:
                stage += 1
            if flush == 0 or stage == stages:
                return position
        tile_rows = held[3 * stage + ROWS]
        for layer in range(stops[stage], stops[stage + 1]):
            if tile_rows == 0:
                break
            first = starts[layer]
            last = starts[layer + 1]
            turn = (layer - stops[stage]) % 2
            source = (stage + 1) * room * (1 - turn)
            target = (stage + 1) * room * turn
            width = (tile_rows + LANES - 1) // LANES * LANES
            retire = 1 if layer + 1 >= full_from else 0
            if counted != 0 and layer == 0:
                tile_counts(
                    cells, tiles, target, stride, width, indptr, indices, unit,
                    bias, bias_stride, upper, shared, grouped, low, high, first, last,
                )  # fmt: skip
            else:
                kept = weights[2 * layer]
                shift = weights[2 * layer + 1]
                tile_neurons(
                    tiles, source, target, stride, width, indptr, indices, data, halves, kept, shift,
                    data[shift if kept == SAME else 0],
                    bias, bias_stride, upper, shared, grouped, low, high, first, last,
                )  # fmt: skip
            if layer + 1 == stops[stage + 1]:
                tile_rows = list_rows(
                    slots, columns, stage * stride, low, high, upper, retire, retired, tile_rows
                )  # fmt: skip
                break
            going = 0
            for t in range(tile_rows):
                going += leaves(low[t], high[t], upper, retire) != 0
            if tile_rows - going <= width - LANES:
                tile_rows = drop_rows(
                    tiles, target, slots, stage * stride, low, high, upper, retire, retired, moves,
                    last - first, stride, tile_rows,
                )  # fmt: skip
        held[3 * stage + ROWS] = 0
        held[3 * stage + TAKEN] = 0
        held[3 * stage + DONE] = tile_rows
