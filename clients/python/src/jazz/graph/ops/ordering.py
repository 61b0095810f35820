"""Elements in their order: numbers by value with NaN last, texts by code points, factors by their categories."""

from __future__ import annotations

from typing import NamedTuple

from jazz.graph import settings
from jazz.graph.node import Node, Operand, apply, apply_many


class Unique(NamedTuple):
    """Each element once, and where they are."""

    values: Node
    """Each element once, in order: a vector."""
    indices: Node
    """Where each is first, counted in C order."""
    inverse: Node
    """Which of `values` each element is, in the shape and layout of the tensor."""
    counts: Node
    """How often each is there."""


def sort(x: Operand, axis: int = -1, *, descending: bool = False) -> Node:
    """The elements of each line along an axis in their order. Sparse stays sparse.

    What is missing is last, after NaN, whichever way round.

    >>> print(jazz.pipeline(lambda x: jazz.ops.sort(x, descending=True)))
    <lambda>(x) -> result
      %0 = sort(x, descending=True)
      result = %0
    """
    return apply("sort", x, axis=settings.last_axis(axis), descending=settings.flag("descending", descending))


def argsort(x: Operand, axis: int = -1, *, descending: bool = False) -> Node:
    """Where the elements of `sort` are along the axis: int64, dense. Equal elements stay in the order of their indices.

    >>> print(jazz.pipeline(lambda x, y: y[jazz.ops.argsort(x)]))
    <lambda>(x, y) -> result
      %0 = argsort(x)
      %1 = take(y, %0)
      result = %1
    """
    return apply("argsort", x, axis=settings.last_axis(axis), descending=settings.flag("descending", descending))


def unique(x: Operand) -> Unique:
    """Each element once, where it is first, which of them each element is, and how often it is there.

    It is the array API's `unique_all`, with NaN once, and one missing element, the last one, if any is missing. In the
    inverse of a sparse tensor absent entries stand for the index of zero: `to_dense` makes them so.

    >>> print(jazz.pipeline(lambda x: jazz.ops.unique(x).counts))
    <lambda>(x) -> result
      %0 = unique(x)
      result = %0[3]
    """
    return Unique(*apply_many("unique", (x,), {}, 4))
