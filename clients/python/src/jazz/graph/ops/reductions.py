"""Operations that make one number of many, and the search for the greatest.

A missing element makes the result missing, unless `skipna` leaves it out. NaN is not missing and never left out.
"""

from __future__ import annotations

from typing import NamedTuple

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.node import Node, Operand, apply, apply_many
from jazz.graph.settings import Axis


def sum(x: Operand, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:  # noqa: A001 - numpy's name
    """The sum of the elements; bool and small integers are summed as int64, as in numpy. Dense.

    Args:
        x: A tensor.
        axis: The axis to reduce, or several; all of them when None.
        keepdims: Whether reduced axes stay, with length 1.
        skipna: Whether missing elements are left out; 0 where nothing is left.

    >>> print(jazz.pipeline(lambda x: jazz.ops.sum(x, axis=0)))
    <lambda>(x) -> result
      %0 = sum(x, axis=0)
      result = %0
    """
    return apply("sum", x, **settings.reduction(axis, keepdims, skipna))


def mean(x: Operand, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
    """The arithmetic mean of the elements, stored or not: `sum / n`; NaN where there are none. Dense.

    Args:
        x: A tensor.
        axis: The axis to reduce, or several; all of them when None.
        keepdims: Whether reduced axes stay, with length 1.
        skipna: Whether missing elements are left out; missing where nothing is left.

    >>> print(jazz.pipeline(lambda x: jazz.ops.mean(x, axis=0)))
    <lambda>(x) -> result
      %0 = mean(x, axis=0)
      result = %0
    """
    return apply("mean", x, **settings.reduction(axis, keepdims, skipna))


def max(x: Operand, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:  # noqa: A001 - numpy's name
    """The greatest element, NaN if there is one. Dense.

    Args:
        x: A tensor.
        axis: The axis to reduce, or several; all of them when None.
        keepdims: Whether reduced axes stay, with length 1.
        skipna: Whether missing elements are left out; missing where nothing is left.

    >>> print(jazz.pipeline(lambda x: jazz.ops.max(x, axis=0)))
    <lambda>(x) -> result
      %0 = max(x, axis=0)
      result = %0
    """
    return apply("max", x, **settings.reduction(axis, keepdims, skipna))


def min(x: Operand, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:  # noqa: A001 - numpy's name
    """The least element, NaN if there is one. Dense.

    Args:
        x: A tensor.
        axis: The axis to reduce, or several; all of them when None.
        keepdims: Whether reduced axes stay, with length 1.
        skipna: Whether missing elements are left out; missing where nothing is left.

    >>> print(jazz.pipeline(lambda x: jazz.ops.min(x, axis=0)))
    <lambda>(x) -> result
      %0 = min(x, axis=0)
      result = %0
    """
    return apply("min", x, **settings.reduction(axis, keepdims, skipna))


def norm(x: Operand, *, ord: float = 2, axis: int | None = None, keepdims: bool = False, skipna: bool = False) -> Node:  # noqa: A002
    """The vector norm along an axis, or of all elements: `sum(|x| ** ord) ** (1 / ord)`, the greatest `|x|` for inf.

    Args:
        x: A tensor.
        ord: 1, 2 or `math.inf`.
        axis: The axis that the vectors lie along; all elements are one vector when None.
        keepdims: Whether the reduced axes stay, with length 1.
        skipna: Whether missing elements are left out; 0 where nothing is left.

    >>> print(jazz.pipeline(lambda x: jazz.ops.norm(x, ord=1, axis=1)))
    <lambda>(x) -> result
      %0 = norm(x, axis=1, ord=1)
      result = %0
    """
    if isinstance(ord, bool) or ord not in (1, 2, float("inf")):
        raise tracing_error("ord", "1, 2 or math.inf", repr(ord))
    order = None if ord == 2 else 1 if ord == 1 else float("inf")
    return apply("norm", x, ord=order, **settings.reduction(axis, keepdims, skipna))


def argmax(x: Operand, axis: int | None = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
    """The position of the greatest element along an axis, the first of equal ones: int64. Of all elements when None.

    With `skipna` the greatest of those that are there; missing where there is none.

    >>> print(jazz.pipeline(lambda x: jazz.ops.argmax(x, axis=1)))
    <lambda>(x) -> result
      %0 = argmax(x, axis=1)
      result = %0
    """
    return apply("argmax", x, **settings.reduction(axis, keepdims, skipna))


def count_nonzero(x: Operand, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
    """How many elements are not zero, along an axis, along several, or in all: int64.

    With `skipna` of those that are there.

    >>> print(jazz.pipeline(lambda x: jazz.ops.count_nonzero(x, axis=1)))
    <lambda>(x) -> result
      %0 = count_nonzero(x, axis=1)
      result = %0
    """
    return apply("count_nonzero", x, **settings.reduction(axis, keepdims, skipna))


class TopK(NamedTuple):
    """What `topk` gives."""

    values: Node
    indices: Node


def topk(x: Operand, k: int) -> TopK:
    """The `k` greatest elements along the last axis, and where they are: `[..., n] -> [..., k]` twice.

    `k` is at most `n`.

    Greatest first; of equal ones the one with the lower index first; NaN last, and after it what is missing. Indices
    are int64.

    >>> print(jazz.pipeline(lambda x: jazz.ops.topk(x, 3)))
    <lambda>(x) -> values, indices
      %0 = topk(x, k=3)
      values = %0[0]
      indices = %0[1]
    """
    return TopK(*apply_many("topk", (x,), {"k": settings.integer("k", k, least=0)}, 2))


def size(x: Operand, axis: int | None = None) -> Node:
    """The length of an axis, or the number of elements, stored or not: an int64 scalar.

    >>> print(jazz.pipeline(lambda x: jazz.ops.sum(x, axis=0) / jazz.ops.size(x, axis=0)))
    <lambda>(x) -> result
      %0 = sum(x, axis=0)
      %1 = size(x, axis=0)
      %2 = divide(%0, %1)
      result = %2
    """
    return apply("size", x, axis=None if axis is None else settings.integer("axis", axis))
