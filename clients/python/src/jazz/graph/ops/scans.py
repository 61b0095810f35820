"""Operations along a line that keep its length."""

from __future__ import annotations

from jazz.graph import settings
from jazz.graph.node import Node, Operand, apply


def cumsum(x: Operand, axis: int | None = None, *, skipna: bool = False) -> Node:
    """The sum of each element and all before it along an axis; of all elements as a vector when None. Dense.

    Missing from the first missing element on; with `skipna` only where `x` is.

    >>> print(jazz.pipeline(lambda x: jazz.ops.cumsum(x, axis=0)))
    <lambda>(x) -> result
      %0 = cumsum(x, axis=0)
      result = %0
    """
    along = None if axis is None else settings.integer("axis", axis)
    return apply("cumsum", x, axis=along, skipna=settings.flag("skipna", skipna))


def softmax(x: Operand, axis: int = -1, *, skipna: bool = False) -> Node:
    """`exp(x)` divided by the sum of `exp(x)` along an axis, without overflow. Dense.

    Missing where any element of the line is; with `skipna` only where `x` is, and the others have the whole sum.

    >>> print(jazz.pipeline(lambda x: jazz.ops.softmax(x)))
    <lambda>(x) -> result
      %0 = softmax(x)
      result = %0
    """
    along = settings.integer("axis", axis)
    return apply("softmax", x, axis=None if along == -1 else along, skipna=settings.flag("skipna", skipna))
