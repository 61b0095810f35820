"""Functions that kernels call and that are written as LLVM IR on vectors, which loops would not reliably become.

Each stands for the Python function of the same name that is declared with `emitted`; that source says what it means.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numba
from llvmlite import ir
from numba.extending import intrinsic

from jazz_server.engine.kernels.tiles import LANES, MOST_LANES

_numba: Any = numba
types = _numba.types
_INT64: Final = ir.IntType(64)

_REGISTERS: Final = 8
"""How many vectors of 64 bytes are summed up at a time: sums wait for themselves, and others fill that time."""

_SHARING: Final = 16
"""The same for neurons that share their inputs: each vector that is read is used by several sums."""

_COUNTED: Final = 8
"""How many neurons that share their inputs are counted at a time."""


@intrinsic
def _tile_neurons(
    _: Any,
    tiles: Any, source: Any, target: Any, stride: Any, width: Any, indptr: Any, indices: Any, data: Any, same: Any,
    weight: Any, bias: Any, bias_stride: Any, upper: Any, shared: Any, grouped: Any, low: Any, high: Any,
    first: Any, last: Any,
) -> tuple[Any, Callable[..., Any]]:  # fmt: skip
    """Sums of vectors over the edges of each neuron; see `kernels.tiles.tile_neurons`."""
    arguments = (
        tiles, source, target, stride, width, indptr, indices, data, same, weight,
        bias, bias_stride, upper, shared, grouped, low, high, first, last,
    )  # fmt: skip
    unsigned = indices.dtype == types.uint16

    def emit(_context: Any, builder: Any, _signature: Any, values: Any) -> None:
        a = _Arguments(*values)
        uniform = builder.icmp_signed("!=", a.same, ir.Constant(_INT64, 0))
        for number in _widths(builder, a.width):
            with builder.if_else(uniform) as (same, different):
                with same:
                    _Sums(builder, a, number, True, unsigned).emit()
                with different:
                    _Sums(builder, a, number, False, unsigned).emit()

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
        none = ir.Constant(_INT64, 0)
        a = _Arguments(tiles, none, target, stride, width, indptr, indices, tiles, none, unit, *others)
        for number in _widths(builder, a.width):
            _Counts(builder, a, number, cells, unsigned).emit()

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


@dataclass(frozen=True)
class _Arguments:
    tiles: ir.Value
    source: ir.Value
    target: ir.Value
    stride: ir.Value
    width: ir.Value
    indptr: ir.Value
    indices: ir.Value
    data: ir.Value
    same: ir.Value
    weight: ir.Value
    bias: ir.Value
    bias_stride: ir.Value
    upper: ir.Value
    shared: ir.Value
    grouped: ir.Value
    low: ir.Value
    high: ir.Value
    first: ir.Value
    last: ir.Value


def _widths(builder: Any, width: Any) -> Iterator[int]:
    """Gives each number of vectors that rows can fill; what is emitted then runs when they do."""
    done = builder.append_basic_block("done")
    groups = builder.udiv(width, ir.Constant(_INT64, LANES))
    switch = builder.switch(groups, done)
    for number in range(1, MOST_LANES // LANES + 1):
        block = builder.append_basic_block(f"vectors{number}")
        switch.add_case(ir.Constant(_INT64, number), block)
        builder.position_at_end(block)
        yield number
        builder.branch(done)
    builder.position_at_end(done)


class _Vectors:
    """Vectors of `LANES` numbers of a type, and loops."""

    def __init__(self, builder: Any, number: Any, unsigned: bool) -> None:
        self._b = builder
        self._extend = builder.zext if unsigned else builder.sext
        self._vector = ir.VectorType(number, LANES)
        self._size = 4 if isinstance(number, ir.FloatType) else 8
        self._suffix = f"v{LANES}f{8 * self._size}"
        self._zero = ir.Constant(self._vector, [0.0] * LANES)

    def _intrinsic(self, name: str, *arguments: Any) -> Any:
        """What gives a vector of several arguments."""
        found = self._b.module.globals.get(f"llvm.{name}")
        kind = ir.FunctionType(self._vector, arguments)
        return ir.Function(self._b.module, kind, f"llvm.{name}") if found is None else found

    def _broadcast(self, number: Any) -> Any:
        empty = ir.Constant(self._vector, ir.Undefined)
        one = self._b.insert_element(empty, number, ir.Constant(ir.IntType(32), 0))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        return self._b.shuffle_vector(one, empty, mask)

    def _at(self, array: Any, position: Any) -> Any:
        return self._b.bitcast(self._b.gep(array, [position]), self._vector.as_pointer())

    def _plus(self, position: Any, number: int) -> Any:
        return self._b.add(position, ir.Constant(_INT64, number * LANES)) if number else position

    def _index(self, array: Any, position: Any) -> Any:
        value = self._b.load(self._b.gep(array, [position]))
        return value if value.type == _INT64 else self._extend(value, _INT64)

    @contextmanager
    def _loop(self, first: Any, last: Any, initial: list[Any]) -> Iterator[tuple[Any, list[Any], Callable[..., None]]]:
        """A loop that carries values: gives the counter, the values, and what sets those of the next turn.

        That takes the values and, unless it is 1, the step to the next turn. After the loop, the values are those that
        the last turn set.
        """
        b = self._b
        before = b.block
        head, body, after = (b.append_basic_block(name) for name in ("head", "body", "after"))
        b.branch(head)
        b.position_at_end(head)
        counter = b.phi(_INT64)
        carried = [b.phi(value.type) for value in initial]
        b.cbranch(b.icmp_signed("<", counter, last), body, after)
        b.position_at_end(body)
        following: list[Any] = []
        steps = [ir.Constant(_INT64, 1)]

        def follow(values: list[Any], step: Any = None) -> None:
            following.extend(values)
            steps[0] = step or steps[0]

        yield counter, carried, follow
        counter.add_incoming(first, before)
        counter.add_incoming(b.add(counter, steps[0]), b.block)
        for phi, value, then in zip(carried, initial, following, strict=True):
            phi.add_incoming(value, before)
            phi.add_incoming(then, b.block)
        b.branch(head)
        b.position_at_end(after)


class _Move(_Vectors):
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
            mask = b.load(b.gep(masks, [ir.Constant(_INT64, v)]))
            for shift in range(0, LANES, lanes):
                part = b.trunc(b.lshr(mask, ir.Constant(_INT64, shift)), ir.IntType(lanes))
                kept.append(b.bitcast(part, bits))
                places.append(b.add(places[-1], b.zext(b.ctpop(part), _INT64)))
        with self._loop(ir.Constant(_INT64, 0), neurons, []) as (j, _, following):
            begin = b.mul(j, stride)
            # Vectors are stored whole: what they cover of the next neuron is put back.
            behind = self._at(tiles, b.add(b.add(begin, stride), row))
            covered = b.load(behind, align=self._size)
            for k, mask in enumerate(kept):
                position = b.add(b.add(source, begin), ir.Constant(_INT64, k * lanes))
                x = b.load(b.bitcast(b.gep(tiles, [position]), vector.as_pointer()), align=self._size)
                some = b.call(compress, [x, mask, ir.Constant(vector, ir.Undefined)])
                place = b.gep(tiles, [b.add(places[k], begin)])
                b.store(some, b.bitcast(place, vector.as_pointer()), align=self._size)
            b.store(covered, behind, align=self._size)
            following([])


class _Layer(_Vectors, ABC):
    """All neurons of a layer, for so many vectors of rows."""

    def __init__(self, builder: Any, a: _Arguments, vectors: int, unsigned: bool) -> None:
        super().__init__(builder, a.upper.type, unsigned)
        self._a = a
        self._n = vectors
        self._upper = self._broadcast(a.upper)
        self._fma = self._intrinsic(f"fma.{self._suffix}", *[self._vector] * 3)
        self._min = self._intrinsic(f"minnum.{self._suffix}", *[self._vector] * 2)
        self._max = self._intrinsic(f"maxnum.{self._suffix}", *[self._vector] * 2)
        self._sharing, self._alike = 1, 1

    def emit(self) -> None:
        """Neurons in groups, those that share inputs or are as many, so that sums need not wait for each other."""
        b, a, n = self._b, self._a, self._n
        with self._loop(a.first, a.last, [self._upper] * n + [self._zero] * n) as (q, bounds, following):
            groups = [(1, False, b.append_basic_block("single"))]
            if self._alike > 1:
                groups.append((self._alike, False, b.append_basic_block("alike")))
            if self._sharing > 1:
                groups.append((self._sharing, True, b.append_basic_block("sharing")))
            joined, ends = b.append_basic_block("joined"), []
            self._choose(q, [block for *_, block in groups])
            for neurons, shared, block in groups:
                b.position_at_end(block)
                found = self._neurons(q, neurons, shared, bounds)
                ends.append((b.block, ir.Constant(_INT64, neurons), found))
                b.branch(joined)
            b.position_at_end(joined)
            step = b.phi(_INT64)
            phis = [b.phi(self._vector) for _ in bounds]
            for block, number, found in ends:
                step.add_incoming(number, block)
                for phi, value in zip(phis, found, strict=True):
                    phi.add_incoming(value, block)
            following(phis, step)
        for v, (low, high) in enumerate(zip(bounds[:n], bounds[n:], strict=True)):
            b.store(low, self._at(a.low, ir.Constant(_INT64, v * LANES)), align=self._size)
            b.store(high, self._at(a.high, ir.Constant(_INT64, v * LANES)), align=self._size)

    def _choose(self, q: Any, blocks: list[Any]) -> None:
        """Branch to the last of the blocks whose group begins with neuron `q`."""
        b, a = self._b, self._a
        may = b.icmp_signed("!=", a.grouped, ir.Constant(_INT64, 0))
        if self._sharing > 1:
            other = b.append_basic_block("other")
            sharing = b.zext(b.load(b.gep(a.shared, [q])), _INT64)
            here = b.icmp_signed(">=", sharing, ir.Constant(_INT64, self._sharing))
            b.cbranch(b.and_(may, here), blocks.pop(), other)
            b.position_at_end(other)
        if self._alike > 1:
            b.cbranch(b.and_(may, self._are_alike(q, self._alike)), blocks.pop(), blocks[0])
        else:
            b.branch(blocks[0])

    def _are_alike(self, q: Any, together: int) -> Any:
        """Whether there are so many neurons more, and all with as many inputs as the first."""
        b, a = self._b, self._a
        here = b.icmp_signed("<=", b.add(q, ir.Constant(_INT64, together)), a.last)
        # The pointers of the last neurons are read again rather than those beyond the end.
        starts = [b.select(here, b.add(q, ir.Constant(_INT64, k)), q) for k in range(together + 1)]
        pointers = [b.load(b.gep(a.indptr, [start])) for start in starts]
        counts = [b.sub(after, before) for before, after in pairwise(pointers)]
        for count in counts[1:]:
            here = b.and_(here, b.icmp_signed("==", count, counts[0]))
        return here

    def _neurons(self, q: Any, together: int, shared: bool, bounds: list[Any]) -> list[Any]:
        """Compute some neurons with equally many inputs; gives the bounds that include their results."""
        b, a, n = self._b, self._a, self._n
        base = b.gep(a.tiles, [a.target])
        for k, sums in enumerate(self._summed(q, together, shared)):
            neuron = b.add(q, ir.Constant(_INT64, k))
            bias = self._broadcast(b.load(b.gep(a.bias, [b.mul(neuron, a.bias_stride)])))
            out = b.mul(b.sub(neuron, a.first), a.stride)
            results = []
            for v in range(n):
                x = self._biased(sums, v, bias)
                results.append(b.call(self._min, [b.call(self._max, [x, self._zero]), self._upper]))
                b.store(results[-1], self._at(base, self._plus(out, v)), align=self._size)
            low = [b.call(self._min, [old, x]) for old, x in zip(bounds[:n], results, strict=True)]
            bounds = low + [b.call(self._max, [old, x]) for old, x in zip(bounds[n:], results, strict=True)]
        return bounds

    def _begins(self, q: Any, together: int) -> list[Any]:
        b, a = self._b, self._a
        return [b.load(b.gep(a.indptr, [b.add(q, ir.Constant(_INT64, k))])) for k in range(together + 1)]

    @abstractmethod
    def _summed(self, q: Any, together: int, shared: bool) -> list[Any]:
        """The sums of some neurons."""

    @abstractmethod
    def _biased(self, sums: Any, v: int, bias: Any) -> Any:
        """A vector of sums with the bias."""


class _Sums(_Layer):
    """Sums of weighted activations."""

    def __init__(self, builder: Any, a: _Arguments, vectors: int, uniform: bool, unsigned: bool) -> None:
        super().__init__(builder, a, vectors, unsigned)
        self._weight = self._broadcast(a.weight) if uniform else None
        bytes_ = vectors * LANES * self._size
        self._alike = max(1, min(4, _REGISTERS * 64 // bytes_))
        self._sharing = 1 << (_SHARING * 64 // bytes_).bit_length() - 1

    def _summed(self, q: Any, together: int, shared: bool) -> list[Any]:
        b, a, n = self._b, self._a, self._n
        begins = self._begins(q, together)
        base = b.gep(a.tiles, [a.source])
        count, nothing = b.sub(begins[1], begins[0]), [self._zero] * n * together
        with self._loop(ir.Constant(_INT64, 0), count, nothing) as (e, sums, following):
            totals, xs = [], []
            for k in range(together):
                p = b.add(begins[k], e)
                w = self._weight or self._broadcast(b.load(b.gep(a.data, [p])))
                if k == 0 or not shared:
                    place = b.mul(self._index(a.indices, p), a.stride)
                    xs = [b.load(self._at(base, self._plus(place, v)), align=self._size) for v in range(n)]
                totals += [b.call(self._fma, [w, x, sums[k * n + v]]) for v, x in enumerate(xs)]
            following(totals)
        return [sums[k * n : k * n + n] for k in range(together)]

    def _biased(self, sums: Any, v: int, bias: Any) -> Any:
        return self._b.fadd(sums[v], bias)


class _Counts(_Layer):
    """Numbers of inputs that are there, times what one gives."""

    def __init__(self, builder: Any, a: _Arguments, vectors: int, cells: Any, unsigned: bool) -> None:
        super().__init__(builder, a, vectors, unsigned)
        self._cells = cells
        self._unit = self._broadcast(a.weight)
        self._bits, self._bytes = (ir.VectorType(ir.IntType(size), MOST_LANES) for size in (1, 8))
        self._sharing = _COUNTED

    def _summed(self, q: Any, together: int, shared: bool) -> list[Any]:
        b, a = self._b, self._a
        begins = self._begins(q, together)
        count, nothing = b.sub(begins[1], begins[0]), [ir.Constant(self._bytes, [0] * MOST_LANES)] * together
        with self._loop(ir.Constant(_INT64, 0), count, nothing) as (e, sums, following):
            place = self._index(a.indices, b.add(begins[0], e))
            ones = b.sext(b.bitcast(b.load(b.gep(self._cells, [place])), self._bits), self._bytes)
            following([b.sub(total, ones) for total in sums])
        return sums

    def _biased(self, sums: Any, v: int, bias: Any) -> Any:
        b = self._b
        lanes = ir.Constant(ir.VectorType(ir.IntType(32), LANES), list(range(v * LANES, (v + 1) * LANES)))
        part = b.shuffle_vector(sums, sums, lanes)
        counts = b.uitofp(b.zext(part, ir.VectorType(ir.IntType(32), LANES)), self._vector)
        return b.call(self._fma, [counts, self._unit, bias])
