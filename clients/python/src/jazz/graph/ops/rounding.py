"""Numbers without what stands behind the point."""

from __future__ import annotations

from jazz.graph import settings
from jazz.graph.node import Node, Operand, apply


def round(x: Operand, decimals: int = 0) -> Node:  # noqa: A001 - numpy's name
    """`x` to a number of decimals, half to even, as numpy does; tens, hundreds, ... when it is negative.

    >>> print(jazz.pipeline(lambda x: jazz.ops.round(x, 2)))
    <lambda>(x) -> result
      %0 = round(x, decimals=2)
      result = %0
    """
    return apply("round", x, decimals=settings.integer("decimals", decimals) or None)


def floor(x: Operand) -> Node:
    """The greatest whole number that is not greater, element by element; sparse stays sparse.

    >>> print(jazz.pipeline(lambda x: jazz.ops.floor(x)))
    <lambda>(x) -> result
      %0 = floor(x)
      result = %0
    """
    return apply("floor", x)


def ceil(x: Operand) -> Node:
    """The least whole number that is not less, element by element; sparse stays sparse.

    >>> print(jazz.pipeline(lambda x: jazz.ops.ceil(x)))
    <lambda>(x) -> result
      %0 = ceil(x)
      result = %0
    """
    return apply("ceil", x)


def trunc(x: Operand) -> Node:
    """The whole number next to `x` towards zero, element by element; sparse stays sparse.

    >>> print(jazz.pipeline(lambda x: jazz.ops.trunc(x)))
    <lambda>(x) -> result
      %0 = trunc(x)
      result = %0
    """
    return apply("trunc", x)
