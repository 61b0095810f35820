"""Rows of dense matrices summed up in registers, and single instructions, written as LLVM IR.

Each function stands for the Python function of the same name that is declared with `emitted`; that source says what it
means.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numba
import numba.core.cgutils
from llvmlite import ir
from numba.extending import intrinsic

from jazz_server.engine.kernels.products import LANES

_numba: Any = numba
types = _numba.types
cgutils: Any = _numba.core.cgutils
_INT32: Final = ir.IntType(32)
_INT64: Final = ir.IntType(64)
_BYTES: Final = ir.IntType(8).as_pointer()
_BLOCKS: Final = (4, 2, 1)
"""How many vectors of a row of the result are summed up at a time: as many as fit, the largest number first."""

_AHEAD: Final = 32
"""How many entries before its turn a row of the dense matrix is asked for."""

_LINE: Final = 64
_READ: Final = (0, 2, 1)
"""A prefetch for reading, into the second-level cache, of data."""


@intrinsic
def _sum_rows(
    _: Any, indices: Any, data: Any, dense: Any, out: Any, start: Any, columns: Any, begin: Any, end: Any, last: Any
) -> tuple[Any, Callable[..., Any]]:
    """Sums of vectors over the entries of a row; see `kernels.products.sum_rows`."""
    floats = isinstance(data.dtype, types.Float)

    def emit(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return _Sums(builder, values).emit() if floats else _int64(0)

    return types.int64(indices, data, dense, out, *[types.int64] * 5), emit


class _Sums:
    """The sums of blocks of columns, one block after another."""

    def __init__(self, builder: Any, arguments: Sequence[Any]) -> None:
        self._b = builder
        self._indices, self._data, self._dense, self._out = arguments[:4]
        self._start, self._columns, self._begin, self._end, self._last = arguments[4:]
        number = self._data.type.pointee
        self._size = 4 if isinstance(number, ir.FloatType) else 8
        self._vector = ir.VectorType(number, LANES)
        self._zero = ir.Constant(self._vector, [0.0] * LANES)
        self._fma = _declared(builder, f"fma.v{LANES}f{8 * self._size}", self._vector, *[self._vector] * 3)
        self._done = cgutils.alloca_once_value(builder, _int64(0))

    def emit(self) -> Any:
        """Gives the number of columns that are done."""
        b, most = self._b, _BLOCKS[0]
        head, body, after = (b.append_basic_block(name) for name in ("head", "body", "after"))
        b.branch(head)
        b.position_at_end(head)
        b.cbranch(self._has_room(most), body, after)
        b.position_at_end(body)
        self._block(most)
        b.branch(head)
        b.position_at_end(after)
        for vectors in _BLOCKS[1:]:
            with b.if_then(self._has_room(vectors)):
                self._block(vectors)
        return b.load(self._done)

    def _has_room(self, vectors: int) -> Any:
        left = self._b.sub(self._columns, self._b.load(self._done))
        return self._b.icmp_signed(">=", left, _int64(vectors * LANES))

    def _block(self, vectors: int) -> None:
        b = self._b
        first = b.load(self._done)
        sums = [cgutils.alloca_once(b, self._vector) for _ in range(vectors)]
        for total in sums:
            b.store(self._zero, total)
        with cgutils.for_range_slice(b, self._begin, self._end, _int64(1)) as (p, _):
            self._ask_for(p, first, vectors)
            weight = self._broadcast(b.load(b.gep(self._data, [p])))
            source = self._source(p, first)
            for v, total in enumerate(sums):
                x = b.load(self._at(self._dense, source, v), align=self._size)
                b.store(b.call(self._fma, [weight, x, b.load(total)]), total)
        target = b.add(self._start, first)
        for v, total in enumerate(sums):
            b.store(b.load(total), self._at(self._out, target, v), align=self._size)
        b.store(b.add(first, _int64(vectors * LANES)), self._done)

    def _ask_for(self, p: Any, first: Any, vectors: int) -> None:
        """Prefetch what a later entry needs, into the second-level cache: in the first one there is no room for all."""
        b = self._b
        later = b.add(p, _int64(_AHEAD))
        later = b.select(b.icmp_signed("<", later, self._last), later, self._last)
        place = b.bitcast(b.gep(self._dense, [self._source(later, first)]), _BYTES)
        prefetch = _declared(b, "prefetch.p0", ir.VoidType(), _BYTES, *[_INT32] * 3)
        for line in range(0, vectors * LANES * self._size, _LINE):
            b.call(prefetch, [b.gep(place, [_int64(line)]), *(ir.Constant(_INT32, number) for number in _READ)])

    def _source(self, p: Any, first: Any) -> Any:
        """Where in the dense matrix the columns from `first` are that an entry multiplies."""
        index = self._b.load(self._b.gep(self._indices, [p]))
        index = index if index.type == _INT64 else self._b.sext(index, _INT64)
        return self._b.add(self._b.mul(index, self._columns), first)

    def _at(self, array: Any, position: Any, vector: int) -> Any:
        place = self._b.gep(array, [self._b.add(position, _int64(vector * LANES))])
        return self._b.bitcast(place, self._vector.as_pointer())

    def _broadcast(self, number: Any) -> Any:
        empty = ir.Constant(self._vector, ir.Undefined)
        one = self._b.insert_element(empty, number, ir.Constant(_INT32, 0))
        return self._b.shuffle_vector(one, empty, ir.Constant(ir.VectorType(_INT32, LANES), [0] * LANES))


@intrinsic
def _lowest_one(_: Any, word: Any) -> tuple[Any, Callable[..., Any]]:
    """Count the zeros behind it; see `kernels.instructions.lowest_one`."""

    def emit(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        never_zero = ir.Constant(ir.IntType(1), 1)
        count = _declared(builder, "cttz.i64", _INT64, _INT64, never_zero.type)
        return builder.call(count, [values[0], never_zero])

    return types.int64(types.int64), emit


def _int64(number: int) -> Any:
    return ir.Constant(_INT64, number)


def _declared(builder: Any, name: str, returned: Any, *arguments: Any) -> Any:
    found = builder.module.globals.get(f"llvm.{name}")
    return found or ir.Function(builder.module, ir.FunctionType(returned, arguments), f"llvm.{name}")


INTRINSICS: Final[dict[str, Any]] = {"sum_rows": _sum_rows, "lowest_one": _lowest_one}
"""What is compiled in the place of each function, by its name."""
