"""Scalar operations that kernels are compiled for. They follow numpy where values are NaN."""

from __future__ import annotations

from typing import Any

from jazz_server.engine.kernels.declare import inlined


@inlined
def add(a: Any, b: Any) -> Any:
    """Return the sum."""
    return a + b


@inlined
def subtract(a: Any, b: Any) -> Any:
    """Return the difference."""
    return a - b


@inlined
def multiply(a: Any, b: Any) -> Any:
    """Return the product."""
    return a * b


@inlined
def minimum(a: Any, b: Any) -> Any:
    """Return the smaller operand; NaN if either is NaN."""
    return a if a < b or a != a else b


@inlined
def maximum(a: Any, b: Any) -> Any:
    """Return the larger operand; NaN if either is NaN."""
    return a if a > b or a != a else b


@inlined
def not_equal(a: Any, b: Any) -> Any:
    """Tell whether the operands differ."""
    return a != b


@inlined
def less(a: Any, b: Any) -> Any:
    """Tell whether the first operand is smaller."""
    return a < b


@inlined
def greater(a: Any, b: Any) -> Any:
    """Tell whether the first operand is larger."""
    return a > b


@inlined
def identity(a: Any) -> Any:
    """Return the operand."""
    return a


@inlined
def square(a: Any) -> Any:
    """Return the operand times itself."""
    return a * a


@inlined
def absolute(a: Any) -> Any:
    """Return the magnitude."""
    return -a if a < 0 else a
