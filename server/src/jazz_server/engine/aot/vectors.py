"""Functions that kernels call and that are written as LLVM IR on vectors, which loops would not reliably become.

Each stands for the Python function of the same name that is declared with `emitted`; that source says what it means.
"""

from __future__ import annotations

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


@intrinsic
def _tile_neurons(
    _: Any,
    source: Any, target: Any, stride: Any, width: Any, indptr: Any, indices: Any, data: Any, same: Any, weight: Any,
    bias: Any, bias_stride: Any, upper: Any, grouped: Any, low: Any, high: Any, first: Any, last: Any,
) -> tuple[Any, Callable[..., Any]]:  # fmt: skip
    """Sums of vectors over the edges of each neuron; see `kernels.tiles.tile_neurons`."""
    arguments = (
        source, target, stride, width, indptr, indices, data, same, weight,
        bias, bias_stride, upper, grouped, low, high, first, last,
    )  # fmt: skip
    unsigned = indices.dtype == types.uint16
    return types.void(*arguments), lambda context, builder, signature, values: _emit(builder, values, unsigned)


INTRINSICS: Final[dict[str, Any]] = {"tile_neurons": _tile_neurons}
"""What is compiled in the place of each function, by its name."""


@dataclass(frozen=True)
class _Arguments:
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
    grouped: ir.Value
    low: ir.Value
    high: ir.Value
    first: ir.Value
    last: ir.Value


def _emit(builder: Any, values: Any, unsigned: bool) -> None:
    a = _Arguments(*values)
    done = builder.append_basic_block("done")
    groups = builder.udiv(a.width, ir.Constant(_INT64, LANES))
    uniform = builder.icmp_signed("!=", a.same, ir.Constant(_INT64, 0))
    switch = builder.switch(groups, done)
    for number in range(1, MOST_LANES // LANES + 1):
        block = builder.append_basic_block(f"vectors{number}")
        switch.add_case(ir.Constant(_INT64, number), block)
        builder.position_at_end(block)
        with builder.if_else(uniform) as (same, different):
            with same:
                _Layer(builder, a, number, True, unsigned).emit()
            with different:
                _Layer(builder, a, number, False, unsigned).emit()
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


class _Layer(_Vectors):
    """All neurons of a layer, for so many vectors of rows."""

    def __init__(self, builder: Any, a: _Arguments, vectors: int, uniform: bool, unsigned: bool) -> None:
        super().__init__(builder, a.upper.type, unsigned)
        self._a = a
        self._n = vectors
        self._upper = self._broadcast(a.upper)
        self._weight = self._broadcast(a.weight) if uniform else None
        self._fma = self._intrinsic(f"fma.{self._suffix}", *[self._vector] * 3)
        self._min = self._intrinsic(f"minnum.{self._suffix}", *[self._vector] * 2)
        self._max = self._intrinsic(f"maxnum.{self._suffix}", *[self._vector] * 2)

    def emit(self) -> None:
        """Neurons in groups as long as they have equally many inputs, so that sums need not wait for each other."""
        b, a, n = self._b, self._a, self._n
        together = max(1, min(4, _REGISTERS * 64 // (n * LANES * self._size)))
        with self._loop(a.first, a.last, [self._upper] * n + [self._zero] * n) as (q, bounds, following):
            group, single, joined = (b.append_basic_block(name) for name in ("group", "single", "joined"))
            b.cbranch(self._alike(q, together), group, single)
            ends = []
            for block, neurons in ((group, together), (single, 1)):
                b.position_at_end(block)
                found = self._neurons(q, neurons, bounds)
                ends.append((b.block, ir.Constant(_INT64, neurons), found))
                b.branch(joined)
            b.position_at_end(joined)
            step = b.phi(_INT64)
            phis = [b.phi(self._vector) for _ in bounds]
            for block, neurons, found in ends:
                step.add_incoming(neurons, block)
                for phi, value in zip(phis, found, strict=True):
                    phi.add_incoming(value, block)
            following(phis, step)
        for v, (low, high) in enumerate(zip(bounds[:n], bounds[n:], strict=True)):
            b.store(low, self._at(a.low, ir.Constant(_INT64, v * LANES)), align=self._size)
            b.store(high, self._at(a.high, ir.Constant(_INT64, v * LANES)), align=self._size)

    def _alike(self, q: Any, together: int) -> Any:
        """Whether there are so many neurons more, and all with as many inputs as the first."""
        b, a = self._b, self._a
        here = b.icmp_signed("<=", b.add(q, ir.Constant(_INT64, together)), a.last)
        here = b.and_(here, b.icmp_signed("!=", a.grouped, ir.Constant(_INT64, 0)))
        # The pointers of the last neurons are read again rather than those beyond the end.
        starts = [b.select(here, b.add(q, ir.Constant(_INT64, k)), q) for k in range(together + 1)]
        pointers = [b.load(b.gep(a.indptr, [start])) for start in starts]
        counts = [b.sub(after, before) for before, after in pairwise(pointers)]
        for count in counts[1:]:
            here = b.and_(here, b.icmp_signed("==", count, counts[0]))
        return here

    def _neurons(self, q: Any, together: int, bounds: list[Any]) -> list[Any]:
        """Compute some neurons with equally many inputs; gives the bounds that include their results."""
        b, a, n = self._b, self._a, self._n
        begins = [b.load(b.gep(a.indptr, [b.add(q, ir.Constant(_INT64, k))])) for k in range(together + 1)]
        count = b.sub(begins[1], begins[0])
        none = ir.Constant(_INT64, 0)
        with self._loop(none, count, [self._zero] * n * together) as (e, sums, following):
            totals = []
            for k in range(together):
                p = b.add(begins[k], e)
                w = self._weight or self._broadcast(b.load(b.gep(a.data, [p])))
                place = b.mul(self._index(a.indices, p), a.stride)
                for v in range(n):
                    x = b.load(self._at(a.source, self._plus(place, v)), align=self._size)
                    totals.append(b.call(self._fma, [w, x, sums[k * n + v]]))
            following(totals)
        for k in range(together):
            neuron = b.add(q, ir.Constant(_INT64, k))
            bias = self._broadcast(b.load(b.gep(a.bias, [b.mul(neuron, a.bias_stride)])))
            out = b.mul(b.sub(neuron, a.first), a.stride)
            results = []
            for v in range(n):
                x = b.fadd(sums[k * n + v], bias)
                results.append(b.call(self._min, [b.call(self._max, [x, self._zero]), self._upper]))
                b.store(results[-1], self._at(a.target, self._plus(out, v)), align=self._size)
            low = [b.call(self._min, [old, x]) for old, x in zip(bounds[:n], results, strict=True)]
            bounds = low + [b.call(self._max, [old, x]) for old, x in zip(bounds[n:], results, strict=True)]
        return bounds
