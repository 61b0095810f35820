"""Element-wise work on dense arrays by numpy's functions, over several threads where that pays.

Division by zero, overflow and invalid operations give IEEE's results, silently.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from jazz.values import Tensor, dense
from jazz_server.engine.memory import check_shape
from jazz_server.engine.parallel import for_ranges
from jazz_server.engine.promotion import Array, Function
from jazz_server.engine.shapes import concrete

quiet: Final = partial(np.errstate, all="ignore")
"""The context in which numpy computes without warnings; it counts for the calling thread alone."""

_GRAIN = 1 << 16
_BLOCK_BYTES = 1 << 18
"""How much of the widest array is computed at a time: what a function holds between its steps stays in the cache, and
threads rarely wait for each other to begin the next step."""


def elementwise(function: Function, operands: Sequence[Any], dtype: np.dtype[Any]) -> Tensor:
    """Applies a function of arrays and Python numbers element by element, with broadcasting.

    Args:
        function: The function; each of its elements depends on the elements in the same place only.
        operands: Arrays and Python numbers.
        dtype: The element type of the result.
    """
    arrays = [operand for operand in operands if isinstance(operand, np.ndarray)]
    shape = concrete(*(array.shape for array in arrays)) if arrays else ()
    check_shape(shape, dtype)
    with quiet():
        if math.prod(shape) <= _GRAIN:
            return dense(np.asarray(function(*operands)).astype(dtype, copy=False))
    fortran = all(array.flags.f_contiguous for array in arrays if array.ndim > 1)
    if fortran and any(array.ndim > 1 for array in arrays):
        out = np.empty(shape, dtype, order="F")
        _fill(function, operands, out, len(shape) - 1)
    else:
        out = np.empty(shape, dtype)
        _fill(function, operands, out, 0)
    return dense(out)


def _fill(function: Function, operands: Sequence[Any], out: Array, axis: int) -> None:
    """Computes ranges along an axis in parallel, so that each is contiguous in the result."""
    rank, length = out.ndim, out.shape[axis]

    def part(operand: Any, begin: int, end: int) -> Any:
        own = axis - rank + operand.ndim if isinstance(operand, np.ndarray) else -1
        if own < 0 or operand.shape[own] == 1:
            return operand
        return operand[(slice(None),) * own + (slice(begin, end),)]

    def compute(begin: int, end: int) -> None:
        target = out[(slice(None),) * axis + (slice(begin, end),)]
        parts = [part(x, begin, end) for x in operands]
        if isinstance(function, np.ufunc):
            function(*parts, out=target)
        else:
            target[...] = function(*parts)

    widest = max(array.itemsize for array in (*operands, out) if isinstance(array, np.ndarray))
    step = max(1, length * _BLOCK_BYTES // max(out.size * widest, 1))

    def work(begin: int, end: int) -> None:
        with quiet():
            for first in range(begin, end, step):
                compute(first, min(first + step, end))

    for_ranges(length, work, grain=max(1, length * _GRAIN // max(out.size, 1)))
