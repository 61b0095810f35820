"""Operations that make one number of many, and the search for the greatest.

A missing element makes the result missing, unless `skipna` leaves it out. NaN is not missing and never left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.foreign_arguments import OF_SPREADS, refusing
from jazz.graph.node import Node, Operand, apply, apply_many
from jazz.graph.settings import Axis


def sum(x: Operand, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:  # noqa: A001 - numpy's name
    """The sum of the elements; bool and small integers are summed as int64, as in numpy. Dense.

    Also of durations.

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


def prod(x: Operand, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
    """The product of the elements; bool and small integers are multiplied as int64, as in numpy. Dense.

    Args:
        x: A tensor.
        axis: The axis to reduce, or several; all of them when None.
        keepdims: Whether reduced axes stay, with length 1.
        skipna: Whether missing elements are left out; 1 where nothing is left.

    >>> print(jazz.pipeline(lambda x: jazz.ops.prod(x, axis=0)))
    <lambda>(x) -> result
      %0 = prod(x, axis=0)
      result = %0
    """
    return apply("prod", x, **settings.reduction(axis, keepdims, skipna))


def mean(x: Operand, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
    """The arithmetic mean of the elements, stored or not: `sum / n`; NaN where there are none. Dense.

    Also of durations and timestamps, cut off towards zero.

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


@refusing(OF_SPREADS)
def var(x: Operand, axis: Axis = None, *, correction: float = 0, keepdims: bool = False, skipna: bool = False) -> Node:
    """The variance, `sum(|x - mean|**2) / (n - correction)`; NaN where there are no elements. Dense.

    Args:
        x: A tensor.
        axis: The axis to reduce, or several; all of them when None.
        correction: What is taken from the number of elements `n`; 1 for the variance of a sample.
        keepdims: Whether reduced axes stay, with length 1.
        skipna: Whether missing elements are left out; missing where nothing is left.

    >>> print(jazz.pipeline(lambda x: jazz.ops.var(x, axis=0, correction=1)))
    <lambda>(x) -> result
      %0 = var(x, axis=0, correction=1)
      result = %0
    """
    return apply("var", x, **settings.spread(axis, correction, keepdims, skipna))


@refusing(OF_SPREADS)
def std(x: Operand, axis: Axis = None, *, correction: float = 0, keepdims: bool = False, skipna: bool = False) -> Node:
    """The standard deviation, the square root of `var`. Dense.

    Args:
        x: A tensor.
        axis: The axis to reduce, or several; all of them when None.
        correction: What is taken from the number of elements `n`; 1 for the variance of a sample.
        keepdims: Whether reduced axes stay, with length 1.
        skipna: Whether missing elements are left out; missing where nothing is left.

    >>> print(jazz.pipeline(lambda x: jazz.ops.std(x, axis=0, correction=1)))
    <lambda>(x) -> result
      %0 = std(x, axis=0, correction=1)
      result = %0
    """
    return apply("std", x, **settings.spread(axis, correction, keepdims, skipna))


def quantile(
    x: Operand,
    q: float | Sequence[float],
    axis: Axis = None,
    *,
    method: Literal["linear", "lower", "higher", "nearest", "midpoint"] = "linear",
    keepdims: bool = False,
    skipna: bool = False,
) -> Node:
    """The number below which the share `q` of the elements is, NaN if one is; numpy's `quantile`. Dense.

    Args:
        x: A tensor of real numbers.
        q: The share, from 0 to 1; or several, which are the first axis of the result.
        axis: The axis to reduce, or several; all of them when None.
        method: What stands between the two elements that are next to `q * (n - 1)`.
        keepdims: Whether reduced axes stay, with length 1.
        skipna: Whether missing elements are left out; missing where nothing is left.

    >>> print(jazz.pipeline(lambda x: jazz.ops.quantile(x, [0.25, 0.75], axis=0)))
    <lambda>(x) -> result
      %0 = quantile(x, axis=0, q=(0.25, 0.75))
      result = %0
    """
    if method not in ("linear", "lower", "higher", "nearest", "midpoint"):
        raise tracing_error("method", "'linear', 'lower', 'higher', 'nearest' or 'midpoint'", repr(method))
    chosen = None if method == "linear" else method
    return apply("quantile", x, q=settings.shares("q", q), method=chosen, **settings.reduction(axis, keepdims, skipna))


def max(x: Operand, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:  # noqa: A001 - numpy's name
    """The greatest element, NaN if there is one. Dense.

    Also of times, texts, bytes and ordered factors.

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

    Also of times, texts, bytes and ordered factors.

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


def any(x: Operand, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:  # noqa: A001 - numpy's name
    """Whether any element is not zero: bool; false where there are none. Dense.

    Args:
        x: A tensor.
        axis: The axis to reduce, or several; all of them when None.
        keepdims: Whether reduced axes stay, with length 1.
        skipna: Whether missing elements are left out; false where nothing is left.

    >>> print(jazz.pipeline(lambda x: jazz.ops.any(x, axis=0)))
    <lambda>(x) -> result
      %0 = any(x, axis=0)
      result = %0
    """
    return apply("any", x, **settings.reduction(axis, keepdims, skipna))


def all(x: Operand, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:  # noqa: A001 - numpy's name
    """Whether no element is zero: bool; true where there are none. Dense.

    Args:
        x: A tensor.
        axis: The axis to reduce, or several; all of them when None.
        keepdims: Whether reduced axes stay, with length 1.
        skipna: Whether missing elements are left out; true where nothing is left.

    >>> print(jazz.pipeline(lambda x: jazz.ops.all(x, axis=0)))
    <lambda>(x) -> result
      %0 = all(x, axis=0)
      result = %0
    """
    return apply("all", x, **settings.reduction(axis, keepdims, skipna))


def logsumexp(x: Operand, axis: Axis = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
    """`log(sum(exp(x)))`, without overflow; -inf where there are no elements. Dense.

    Args:
        x: A tensor.
        axis: The axis to reduce, or several; all of them when None.
        keepdims: Whether reduced axes stay, with length 1.
        skipna: Whether missing elements are left out; -inf where nothing is left.

    >>> print(jazz.pipeline(lambda x: jazz.ops.logsumexp(x, axis=0)))
    <lambda>(x) -> result
      %0 = logsumexp(x, axis=0)
      result = %0
    """
    return apply("logsumexp", x, **settings.reduction(axis, keepdims, skipna))


def norm(
    x: Operand,
    *,
    ord: float | Literal["fro"] = 2,  # noqa: A002 - numpy's name
    axis: Axis = None,
    keepdims: bool = False,
    skipna: bool = False,
) -> Node:
    """The vector norm along an axis, or of all elements: `sum(|x| ** ord) ** (1 / ord)`, the greatest `|x|` for inf.

    Args:
        x: A tensor.
        ord: 1, 2 or `math.inf`; "fro", Frobenius' norm of a matrix, is 2 along both axes.
        axis: The axis that the vectors lie along, or several; all elements are one vector when None.
        keepdims: Whether the reduced axes stay, with length 1.
        skipna: Whether missing elements are left out; 0 where nothing is left.

    >>> print(jazz.pipeline(lambda x: jazz.ops.norm(x, ord=1, axis=1)))
    <lambda>(x) -> result
      %0 = norm(x, axis=1, ord=1)
      result = %0
    """
    if isinstance(ord, bool) or ord not in (1, 2, float("inf"), "fro"):
        raise tracing_error("ord", "1, 2, math.inf or 'fro'", repr(ord))
    order = 1 if ord == 1 else float("inf") if ord == float("inf") else None
    return apply("norm", x, ord=order, **settings.reduction(axis, keepdims, skipna))


def argmax(x: Operand, axis: int | None = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
    """The position of the greatest element along an axis, the first of equal ones: int64. Of all elements when None.

    With `skipna` the greatest of those that are there; missing where there is none.

    >>> print(jazz.pipeline(lambda x: jazz.ops.argmax(x, axis=1)))
    <lambda>(x) -> result
      %0 = argmax(x, axis=1)
      result = %0
    """
    return apply("argmax", x, **settings.line(axis, keepdims, skipna))


def argmin(x: Operand, axis: int | None = None, *, keepdims: bool = False, skipna: bool = False) -> Node:
    """The position of the least element along an axis, the first of equal ones: int64. Of all elements when None.

    With `skipna` the least of those that are there; missing where there is none.

    >>> print(jazz.pipeline(lambda x: jazz.ops.argmin(x, axis=1)))
    <lambda>(x) -> result
      %0 = argmin(x, axis=1)
      result = %0
    """
    return apply("argmin", x, **settings.line(axis, keepdims, skipna))


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
