"""What is written as LLVM IR on vectors: loops, and vectors of as many numbers as there are rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from llvmlite import ir

from jazz_server.engine.kernels.tiles import LANES

INT64: Final = ir.IntType(64)

_PREFETCH: Final = (0, 3, 1)
"""For reading, into the first-level cache, of data."""


class Vectors:
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
        return self._b.add(position, ir.Constant(INT64, number * LANES)) if number else position

    def _index(self, array: Any, position: Any) -> Any:
        value = self._b.load(self._b.gep(array, [position]))
        return value if value.type == INT64 else self._extend(value, INT64)

    def _prefetch(self, place: Any) -> None:
        """Ask for a line of the cache that will be read; nothing happens where there is none."""
        b, number = self._b, ir.IntType(32)
        place = b.bitcast(place, ir.IntType(8).as_pointer())
        ask = b.module.globals.get("llvm.prefetch.p0")
        if ask is None:
            kind = ir.FunctionType(ir.VoidType(), [place.type, number, number, number])
            ask = ir.Function(b.module, kind, "llvm.prefetch.p0")
        b.call(ask, [place, *(ir.Constant(number, choice) for choice in _PREFETCH)])

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
        counter = b.phi(INT64)
        carried = [b.phi(value.type) for value in initial]
        b.cbranch(b.icmp_signed("<", counter, last), body, after)
        b.position_at_end(body)
        following: list[Any] = []
        steps = [ir.Constant(INT64, 1)]

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
