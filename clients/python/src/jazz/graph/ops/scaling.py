"""Fewer entries, rows and columns brought to scale, and products where they are asked for."""

from __future__ import annotations

from typing import Literal

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.node import Node, Operand, apply


def prune(x: Operand, mask: Operand | None = None, *, threshold: float = 0, k: int | None = None) -> Node:
    """The elements above a threshold in magnitude, and not 0 in the mask, of each row at most the `k` of greatest.

    Sparse. Without anything set it leaves out stored zeros. What is missing stays, and does not count among the `k`.

    >>> print(jazz.pipeline(lambda x: jazz.ops.prune(x, threshold=0.5)))
    <lambda>(x) -> result
      %0 = prune(x, threshold=0.5)
      result = %0
    """
    most = None if k is None else settings.integer("k", k, least=0)
    options = {"threshold": settings.magnitude("threshold", threshold) or None, "k": most}
    return apply("prune", x, **options) if mask is None else apply("prune", x, mask, **options)


def keep_topk(x: Operand, k: int) -> Node:
    """The `k` greatest elements of each row, the last axis; the others are zero. Sparse: the `k` most active stay.

    >>> print(jazz.pipeline(lambda x, w: jazz.ops.keep_topk(jazz.ops.relu(x @ w), 32)))
    <lambda>(x, w) -> result
      %0 = matmul(x, w)
      %1 = relu(%0)
      %2 = keep_topk(%1, k=32)
      result = %2
    """
    return apply("keep_topk", x, k=settings.integer("k", k, least=0))


def sampled_matmul(mask: Operand, a: Operand, b: Operand) -> Node:
    """The elements of `a @ b` where the mask is not 0, and no others computed. Sparse; `a` and `b` are dense.

    >>> print(jazz.pipeline(lambda links, x: jazz.ops.sampled_matmul(links, x, x.T)))
    <lambda>(links, x) -> result
      %0 = transpose(x)
      %1 = sampled_matmul(links, x, %0)
      result = %1
    """
    return apply("sampled_matmul", mask, a, b)


def scale_rows(x: Operand, scale: Operand) -> Node:
    """Each row of a matrix times a number of a vector, `diag(scale) @ x`; the layout stays.

    >>> print(jazz.pipeline(lambda x: jazz.ops.scale_rows(x, 1 / x.sum(axis=1))))
    <lambda>(x) -> result
      %0 = sum(x, axis=1)
      %1 = divide(1, %0)
      %2 = scale_rows(x, %1)
      result = %2
    """
    return apply("scale_rows", x, scale)


def scale_columns(x: Operand, scale: Operand) -> Node:
    """Each column of a matrix times a number of a vector, `x @ diag(scale)`; the layout stays.

    >>> print(jazz.pipeline(lambda x, w: jazz.ops.scale_columns(x, w)))
    <lambda>(x, w) -> result
      %0 = scale_columns(x, w)
      result = %0
    """
    return apply("scale_columns", x, scale)


def normalize(x: Operand, norm: Literal["l1", "l2", "max"] = "l2", *, axis: int = -1) -> Node:
    """Each line along an axis divided by its norm; lines of norm 0 stay. The layout stays.

    >>> print(jazz.pipeline(lambda x: jazz.ops.normalize(x, "l1")))
    <lambda>(x) -> result
      %0 = normalize(x, norm='l1')
      result = %0
    """
    if norm not in ("l1", "l2", "max"):
        raise tracing_error("norm", "'l1', 'l2' or 'max'", repr(norm))
    return apply("normalize", x, norm=None if norm == "l2" else norm, axis=settings.last_axis(axis))


def standardize(x: Operand, axis: int = 0, *, with_mean: bool = True, skipna: bool = False) -> Node:
    """`(x - mean) / deviation` of each line along an axis; constant lines are not divided.

    Args:
        x: A tensor of real numbers.
        axis: The axis along which mean and deviation are taken: 0 for those of the columns of a matrix.
        with_mean: Whether the mean is subtracted, which makes the result dense; else the layout stays.
        skipna: Whether missing elements are left out; else they make their line missing.

    >>> print(jazz.pipeline(lambda x: jazz.ops.standardize(x, with_mean=False)))
    <lambda>(x) -> result
      %0 = standardize(x, with_mean=False)
      result = %0
    """
    subtracted = settings.flag("with_mean", with_mean)
    options = {"with_mean": None if subtracted else False, "skipna": settings.flag("skipna", skipna)}
    return apply("standardize", x, axis=settings.first_axis(axis), **options)
