"""Functions of single numbers that numpy has not."""

from __future__ import annotations

import math
from typing import Any

from jazz_server.engine.kernels.declare import Operation, Size, Values, ValuesOut, inlined, kernel

REALS = ("float32", "float64")
_ROOT_HALF = 0.7071067811865476


@inlined
def gelu(a: Any) -> Any:
    """Return a times the probability that a normal variable is less than a; -0 where that is below all numbers."""
    if a < -40:
        return -0.0
    return 0.5 * a * math.erfc(-_ROOT_HALF * a)


@kernel(op=(gelu,), value=REALS)
def map_values(op: Operation, x: Values, out: ValuesOut, begin: Size, end: Size) -> None:
    """Compute ``op(x)`` of each value, into `out`."""
    for i in range(begin, end):
        out[i] = op(x[i])
