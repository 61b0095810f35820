"""Functions of `kernels.tiles` that are written as LLVM IR on vectors, which loops would not reliably become.

Each stands for the Python function of the same name that is declared with `emitted`; that source says what it means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numba
from llvmlite import ir
from numba.extending import intrinsic

from jazz_server.engine.aot.tile_sums import Arguments, Counts, Sums, SumsOfHalves, SumsOfSame
from jazz_server.engine.aot.vectors import INT64, Vectors
from jazz_server.engine.kernels.tiles import EACH, HALVES, LANES, MOST_LANES, SAME

_numba: Any = numba
types = _numba.types

_SUMS: Final = {EACH: Sums, SAME: SumsOfSame, HALVES: SumsOfHalves}
"""What sums up a layer, by how its weights are kept."""


@intrinsic
def _tile_neurons(
    _: Any,
    tiles: Any, source: Any, target: Any, stride: Any, width: Any, indptr: Any, indices: Any, data: Any, halves: Any,
    kept: Any, shift: Any, weight: Any, bias: Any, bias_stride: Any, upper: Any, shared: Any, grouped: Any,
    low: Any, high: Any, first: Any, last: Any,
) -> tuple[Any, Callable[..., Any]]:  # fmt: skip
    """Sums of vectors over the edges of each neuron; see `kernels.tiles.tile_neurons`."""
    arguments = (
        tiles, source, target, stride, width, indptr, indices, data, halves, kept, shift, weight,
        bias, bias_stride, upper, shared, grouped, low, high, first, last,
    )  # fmt: skip
    unsigned = indices.dtype == types.uint16

    def emit(_context: Any, builder: Any, _signature: Any, values: Any) -> None:
        a = Arguments(*values)
        for number in _widths(builder, a.width):
            done = builder.append_basic_block("summed")
            switch = builder.switch(a.kept, done)
            for kept, sums in _SUMS.items():
                block = builder.append_basic_block(f"kept{kept}")
                switch.add_case(ir.Constant(INT64, kept), block)
                builder.position_at_end(block)
                sums(builder, a, number, unsigned).emit()
                builder.branch(done)
            builder.position_at_end(done)

    return types.void(*arguments), emit


@intrinsic
def _tile_counts(
    _: Any,
    cells: Any, tiles: Any, target: Any, stride: Any, width: Any, indptr: Any, indices: Any, unit: Any,
    bias: Any, bias_stride: Any, upper: Any, shared: Any, grouped: Any, low: Any, high: Any, first: Any, last: Any,
) -> tuple[Any, Callable[..., Any]]:  # fmt: skip
    """Sums of bits over the edges of each neuron; see `kernels.tiles.tile_counts`."""
    arguments = (
        cells, tiles, target, stride, width, indptr, indices, unit,
        bias, bias_stride, upper, shared, grouped, low, high, first, last,
    )  # fmt: skip
    unsigned = indices.dtype == types.uint16

    def emit(_context: Any, builder: Any, _signature: Any, values: Any) -> None:
        cells, tiles, target, stride, width, indptr, indices, unit, *others = values
        none = ir.Constant(INT64, 0)
        a = Arguments(tiles, none, target, stride, width, indptr, indices, tiles, none, none, none, unit, *others)
        for number in _widths(builder, a.width):
            Counts(builder, a, number, cells, unsigned).emit()

    return types.void(*arguments), emit


@intrinsic
def _tile_move(
    _: Any, tiles: Any, source: Any, target: Any, column: Any, masks: Any, stride: Any, width: Any, neurons: Any
) -> tuple[Any, Callable[..., Any]]:
    """Vectors whose chosen numbers are stored side by side; see `kernels.tiles.tile_move`."""
    arguments = (tiles, source, target, column, masks, stride, width, neurons)

    def emit(_context: Any, builder: Any, _signature: Any, values: Any) -> None:
        tiles, source, target, column, masks, stride, width, neurons = values
        for number in _widths(builder, width):
            move = _Move(builder, tiles.type.pointee, False)
            move.emit(tiles, source, target, column, masks, stride, neurons, number)

    return types.void(*arguments), emit


INTRINSICS: Final[dict[str, Any]] = {
    "tile_neurons": _tile_neurons,
    "tile_counts": _tile_counts,
    "tile_move": _tile_move,
}
"""What is compiled in the place of each function, by its name."""


def _widths(builder: Any, width: Any) -> Iterator[int]:
    """Gives each number of vectors that rows can fill; what is emitted then runs when they do."""
    done = builder.append_basic_block("done")
    groups = builder.udiv(width, ir.Constant(INT64, LANES))
    switch = builder.switch(groups, done)
    for number in range(1, MOST_LANES // LANES + 1):
        block = builder.append_basic_block(f"vectors{number}")
        switch.add_case(ir.Constant(INT64, number), block)
        builder.position_at_end(block)
        yield number
        builder.branch(done)
    builder.position_at_end(done)


class _Move(Vectors):
    """Columns of a tile that are copied to another."""

    def emit(
        self, tiles: Any, source: Any, row: Any, column: Any, masks: Any, stride: Any, neurons: Any, vectors: int
    ) -> None:
        """Copy the columns that masks choose from so many vectors of each neuron."""
        b, lanes = self._b, 64 // self._size
        # What the compiler makes of vectors that do not fit in a register (LLVM 22) ends the process.
        vector, bits = ir.VectorType(self._zero.type.element, lanes), ir.VectorType(ir.IntType(1), lanes)
        kind = ir.FunctionType(vector, [vector, bits, vector])
        name = f"llvm.experimental.vector.compress.v{lanes}f{8 * self._size}"
        compress = b.module.globals.get(name) or ir.Function(b.module, kind, name)
        kept, places = [], [b.add(row, column)]
        for v in range(vectors):
            mask = b.load(b.gep(masks, [ir.Constant(INT64, v)]))
            for shift in range(0, LANES, lanes):
                part = b.trunc(b.lshr(mask, ir.Constant(INT64, shift)), ir.IntType(lanes))
                kept.append(b.bitcast(part, bits))
                places.append(b.add(places[-1], b.zext(b.ctpop(part), INT64)))
        with self._loop(ir.Constant(INT64, 0), neurons, []) as (j, _, following):
            begin = b.mul(j, stride)
            # Vectors are stored whole: what they cover of the next neuron is put back.
            behind = self._at(tiles, b.add(b.add(begin, stride), row))
            covered = b.load(behind, align=self._size)
            for k, mask in enumerate(kept):
                position = b.add(b.add(source, begin), ir.Constant(INT64, k * lanes))
                x = b.load(b.bitcast(b.gep(tiles, [position]), vector.as_pointer()), align=self._size)
                some = b.call(compress, [x, mask, ir.Constant(vector, ir.Undefined)])
                place = b.gep(tiles, [b.add(places[k], begin)])
                b.store(some, b.bitcast(place, vector.as_pointer()), align=self._size)
            b.store(covered, behind, align=self._size)
            following([])
