"""Sums over the edges of neurons, for the rows of a tile at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from llvmlite import ir

from jazz_server.engine.aot.vectors import INT64, Vectors
from jazz_server.engine.kernels.tiles import LANES, MOST_LANES

_REGISTERS: Final = 8
"""How many vectors of 64 bytes are summed up at a time: sums wait for themselves, and others fill that time."""

_SHARING: Final = 16
"""The same for neurons that share their inputs: each vector that is read is used by several sums."""

_WAITED_FOR: Final = 128
"""Of how many bytes of a row are tiles, at most, whose layers are so wide that what is read has to be waited for."""

_COUNTED: Final = 8
"""How many neurons that share their inputs are counted at a time."""


@dataclass(frozen=True)
class Arguments:
    """Those of `kernels.tiles.tile_neurons`."""

    tiles: ir.Value
    source: ir.Value
    target: ir.Value
    stride: ir.Value
    width: ir.Value
    indptr: ir.Value
    indices: ir.Value
    data: ir.Value
    halves: ir.Value
    kept: ir.Value
    shift: ir.Value
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


class Layer(Vectors, ABC):
    """All neurons of a layer, for so many vectors of rows."""

    def __init__(self, builder: Any, a: Arguments, vectors: int, unsigned: bool) -> None:
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
                ends.append((b.block, ir.Constant(INT64, neurons), found))
                b.branch(joined)
            b.position_at_end(joined)
            step = b.phi(INT64)
            phis = [b.phi(self._vector) for _ in bounds]
            for block, number, found in ends:
                step.add_incoming(number, block)
                for phi, value in zip(phis, found, strict=True):
                    phi.add_incoming(value, block)
            following(phis, step)
        for v, (low, high) in enumerate(zip(bounds[:n], bounds[n:], strict=True)):
            b.store(low, self._at(a.low, ir.Constant(INT64, v * LANES)), align=self._size)
            b.store(high, self._at(a.high, ir.Constant(INT64, v * LANES)), align=self._size)

    def _choose(self, q: Any, blocks: list[Any]) -> None:
        """Branch to the last of the blocks whose group begins with neuron `q`."""
        b, a = self._b, self._a
        may = b.icmp_signed("!=", a.grouped, ir.Constant(INT64, 0))
        if self._sharing > 1:
            other = b.append_basic_block("other")
            sharing = b.zext(b.load(b.gep(a.shared, [q])), INT64)
            here = b.icmp_signed(">=", sharing, ir.Constant(INT64, self._sharing))
            b.cbranch(b.and_(may, here), blocks.pop(), other)
            b.position_at_end(other)
        if self._alike > 1:
            b.cbranch(b.and_(may, self._are_alike(q, self._alike)), blocks.pop(), blocks[0])
        else:
            b.branch(blocks[0])

    def _are_alike(self, q: Any, together: int) -> Any:
        """Whether there are so many neurons more, and all with as many inputs as the first."""
        b, a = self._b, self._a
        here = b.icmp_signed("<=", b.add(q, ir.Constant(INT64, together)), a.last)
        # The pointers of the last neurons are read again rather than those beyond the end.
        starts = [b.select(here, b.add(q, ir.Constant(INT64, k)), q) for k in range(together + 1)]
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
            neuron = b.add(q, ir.Constant(INT64, k))
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
        return [b.load(b.gep(a.indptr, [b.add(q, ir.Constant(INT64, k))])) for k in range(together + 1)]

    @abstractmethod
    def _summed(self, q: Any, together: int, shared: bool) -> list[Any]:
        """The sums of some neurons."""

    @abstractmethod
    def _biased(self, sums: Any, v: int, bias: Any) -> Any:
        """A vector of sums with the bias."""


class Sums(Layer):
    """Sums of activations, each times a weight of its own."""

    def __init__(self, builder: Any, a: Arguments, vectors: int, unsigned: bool) -> None:
        super().__init__(builder, a, vectors, unsigned)
        bytes_ = vectors * LANES * self._size
        self._alike = max(1, min(4, _REGISTERS * 64 // bytes_))
        self._sharing = 1 << (_SHARING * 64 // bytes_).bit_length() - 1
        self._most_rows = _WAITED_FOR // self._size
        self._is_wide = builder.icmp_signed("<=", a.stride, ir.Constant(INT64, self._most_rows))

    def _summed(self, q: Any, together: int, shared: bool) -> list[Any]:
        n, begins = self._n, self._begins(q, together)
        sums = self._over_edges(begins, [self._zero] * n * together, shared)
        return [sums[k * n : k * n + n] for k in range(together)]

    def _over_edges(self, begins: list[Any], sums: list[Any], shared: bool) -> list[Any]:
        """The sums with all edges of neurons that begin at `begins`, of which the last is where they end."""
        count = self._b.sub(begins[1], begins[0])
        return self._some_edges(begins, ir.Constant(INT64, 0), count, sums, shared)

    def _some_edges(self, begins: list[Any], first: Any, last: Any, sums: list[Any], shared: bool) -> list[Any]:
        """The sums with some edges of each neuron."""
        b, a, n = self._b, self._a, self._n
        base = b.gep(a.tiles, [a.source])
        with self._loop(first, last, sums) as (e, sums, following):
            if shared and n * LANES <= self._most_rows:
                with b.if_then(self._is_wide):
                    self._ask_ahead(begins, e, base)
            totals, xs = [], []
            for k, begin in enumerate(begins[:-1]):
                p = b.add(begin, e)
                w = self._weight(p, b.sub(e, first), k)
                if k == 0 or not shared:
                    xs = [b.load(place, align=self._size) for place in self._activations(base, p)]
                totals += [b.call(self._fma, [w, x, sums[k * n + v]]) for v, x in enumerate(xs)]
            following(totals)
        return sums

    def _weight(self, p: Any, turn: Any, k: int) -> Any:
        """A vector of the weight of an edge, which is one of the neuron k of those that are summed together."""
        return self._broadcast(self._b.load(self._b.gep(self._a.data, [self._b.add(p, self._a.shift)])))

    def _activations(self, base: Any, p: Any) -> list[Any]:
        """Where the vectors of the input are that an edge begins at."""
        place = self._b.mul(self._index(self._a.indices, p), self._a.stride)
        return [self._at(base, self._plus(place, v)) for v in range(self._n)]

    def _ask_ahead(self, begins: list[Any], e: Any, base: Any) -> None:
        """Ask for what as many neurons after these read in the same turn if they share as many inputs.

        It is so far apart that the CPU would not ask for it by itself, and there are many sums until it is read.
        """
        b, a, end = self._b, self._a, begins[-1]
        self._ask_for_weights(b.add(end, b.mul(e, ir.Constant(INT64, len(begins) - 1))))
        p = b.add(end, e)
        self._prefetch(b.gep(a.indices, [b.add(p, b.sub(end, begins[0]))]))
        # The last input of the layer is asked for again rather than what is beyond its end.
        last = b.sub(b.load(b.gep(a.indptr, [a.last])), ir.Constant(INT64, 1))
        for place in self._activations(base, b.select(b.icmp_signed("<", p, last), p, last)):
            self._prefetch(place)

    def _ask_for_weights(self, p: Any) -> None:
        self._prefetch(self._b.gep(self._a.data, [self._b.add(p, self._a.shift)]))

    def _biased(self, sums: Any, v: int, bias: Any) -> Any:
        return self._b.fadd(sums[v], bias)


class SumsOfSame(Sums):
    """Sums of activations times one weight."""

    def __init__(self, builder: Any, a: Arguments, vectors: int, unsigned: bool) -> None:
        super().__init__(builder, a, vectors, unsigned)
        self._same = self._broadcast(a.weight)

    def _weight(self, p: Any, turn: Any, k: int) -> Any:
        return self._same

    def _ask_for_weights(self, p: Any) -> None:
        pass


class SumsOfHalves(Sums):
    """Sums of activations times float16 weights, some of each neuron at a time made wide beforehand."""

    def __init__(self, builder: Any, a: Arguments, vectors: int, unsigned: bool) -> None:
        super().__init__(builder, a, vectors, unsigned)
        self._alike = 1
        with builder.goto_entry_block():
            self._wide = builder.alloca(self._vector, _SHARING)

    def _over_edges(self, begins: list[Any], sums: list[Any], shared: bool) -> list[Any]:
        b, a, neurons, some = self._b, self._a, len(begins) - 1, ir.Constant(INT64, LANES)
        half, halves = ir.IntType(16), b.gep(a.halves, [a.shift])
        count = b.sub(begins[1], begins[0])
        with self._loop(ir.Constant(INT64, 0), count, sums) as (e, sums, following):
            ahead = b.add(begins[-1], b.mul(e, ir.Constant(INT64, neurons)))
            for k, begin in enumerate(begins[:-1]):
                place = b.bitcast(b.gep(halves, [b.add(begin, e)]), ir.VectorType(half, LANES).as_pointer())
                b.store(self._widened(b.load(place, align=2)), b.gep(self._wide, [ir.Constant(INT64, k)]))
                if shared and k % 2 == 0:  # A line has those of two neurons.
                    self._prefetch(b.gep(halves, [self._plus(ahead, k)]))
            end = b.add(e, some)
            end = b.select(b.icmp_signed("<", end, count), end, count)
            following(self._some_edges(begins, e, end, sums, shared), some)
        return sums

    def _widened(self, halves: Any) -> Any:
        """Numbers of float16, none of them subnormal.

        Fractions and signs are put in their places in float32, whose exponents then are too small by 112. Not all CPUs
        have an instruction for that, without which it would be a call.
        """
        b, bits, floats = self._b, *(ir.VectorType(number, LANES) for number in (ir.IntType(32), ir.FloatType()))
        moved = b.shl(b.sext(halves, bits), ir.Constant(bits, [13] * LANES))
        placed = b.bitcast(b.and_(moved, ir.Constant(bits, [0x8FFFE000] * LANES)), floats)
        wide = b.fmul(placed, ir.Constant(floats, [2.0**112] * LANES))
        return wide if self._vector == floats else b.fpext(wide, self._vector)

    def _weight(self, p: Any, turn: Any, k: int) -> Any:
        b = self._b
        wide = b.bitcast(self._wide, self._vector.element.as_pointer())
        return self._broadcast(b.load(b.gep(wide, [self._plus(turn, k)])))

    def _ask_for_weights(self, p: Any) -> None:
        """Done for some at a time."""


class Counts(Layer):
    """Numbers of inputs that are there, times what one gives."""

    def __init__(self, builder: Any, a: Arguments, vectors: int, cells: Any, unsigned: bool) -> None:
        super().__init__(builder, a, vectors, unsigned)
        self._cells = cells
        self._unit = self._broadcast(a.weight)
        self._bits, self._bytes = (ir.VectorType(ir.IntType(size), MOST_LANES) for size in (1, 8))
        self._sharing = _COUNTED

    def _summed(self, q: Any, together: int, shared: bool) -> list[Any]:
        b, a = self._b, self._a
        begins = self._begins(q, together)
        count, nothing = b.sub(begins[1], begins[0]), [ir.Constant(self._bytes, [0] * MOST_LANES)] * together
        with self._loop(ir.Constant(INT64, 0), count, nothing) as (e, sums, following):
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
