"""Functions of single numbers that numpy has not, or has in many steps."""

from __future__ import annotations

import math
from typing import Any

from jazz_server.engine.kernels.declare import Operation, Size, Values, ValuesOut, inlined, kernel

REALS = ("float32", "float64")
_ROOT_HALF = 0.7071067811865476
_TWICE_ROOT_2_PI = 1.5957691216057308


@inlined
def gelu(a: Any) -> Any:
    """Return a times the probability that a normal variable is less than a; -0 where that is below all numbers."""
    if a < -40:
        return -0.0
    return 0.5 * a * math.erfc(-_ROOT_HALF * a)


@inlined
def gelu_tanh(a: Any) -> Any:
    """Return the approximation a / (1 + exp(-2 u)), u = sqrt(2 / pi) (a + 0.044715 a^3), which is that by tanh(u)."""
    if a < -40:
        return -0.0
    return a / (1.0 + math.exp(-_TWICE_ROOT_2_PI * (a + 0.044715 * a * a * a)))


@inlined
def sigmoid(a: Any) -> Any:
    """Return 1 / (1 + exp(-a)); exp is infinite where that is 0."""
    return 1.0 / (1.0 + math.exp(-a))


@inlined
def softplus(a: Any) -> Any:
    """Return log(1 + exp(a)) without overflow."""
    return max(a, 0.0) + math.log1p(math.exp(-abs(a)))


@kernel(op=(gelu, gelu_tanh, sigmoid, softplus), value=REALS)
def map_values(op: Operation, x: Values, out: ValuesOut, begin: Size, end: Size) -> None:
    """Compute ``op(x)`` of each value, into `out`."""
    for i in range(begin, end):
        out[i] = op(x[i])
