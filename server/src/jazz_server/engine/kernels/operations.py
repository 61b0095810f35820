"""Scalar operations that kernels use. They follow numpy where values are NaN."""

from __future__ import annotations

from typing import Any

from jazz_server.engine.kernels.declare import inlined


@inlined
def minimum(a: Any, b: Any) -> Any:
    """Return the smaller operand; NaN if either is NaN."""
    return a if a < b or a != a else b


@inlined
def maximum(a: Any, b: Any) -> Any:
    """Return the larger operand; NaN if either is NaN."""
    return a if a > b or a != a else b


@inlined
def add(a: Any, b: Any) -> Any:
    """Return the sum."""
    return a + b


@inlined
def multiply(a: Any, b: Any) -> Any:
    """Return the product."""
    return a * b
