"""Truth values, and questions whether numbers are numbers."""

from __future__ import annotations

from jazz.graph.node import Node, Operand, apply


def logical_and(a: Operand, b: Operand) -> Node:
    """Whether `a` and `b` are true, `a & b`, element by element: bool. Of truth values: numbers are compared first.

    Shapes broadcast as in numpy.

    False beside something missing is false.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.logical_and(a, b)))
    <lambda>(a, b) -> result
      %0 = logical_and(a, b)
      result = %0
    """
    return apply("logical_and", a, b)


def logical_or(a: Operand, b: Operand) -> Node:
    """Whether `a` or `b` is true, `a | b`, element by element: bool. Of truth values: numbers are compared first.

    Shapes broadcast as in numpy.

    True beside something missing is true.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.logical_or(a, b)))
    <lambda>(a, b) -> result
      %0 = logical_or(a, b)
      result = %0
    """
    return apply("logical_or", a, b)


def logical_xor(a: Operand, b: Operand) -> Node:
    """Whether one of `a` and `b` is true and the other is not, `a ^ b`, element by element: bool. Of truth values only.

    Shapes broadcast as in numpy.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.logical_xor(a, b)))
    <lambda>(a, b) -> result
      %0 = logical_xor(a, b)
      result = %0
    """
    return apply("logical_xor", a, b)


def logical_not(x: Operand) -> Node:
    """Whether `x` is false, `~x`, element by element: bool. Of truth values only; dense, since not false is true.

    >>> print(jazz.pipeline(lambda x: jazz.ops.logical_not(x)))
    <lambda>(x) -> result
      %0 = logical_not(x)
      result = %0
    """
    return apply("logical_not", x)


def isnan(x: Operand) -> Node:
    """Whether elements are NaN: bool. What is missing is not NaN: `is_na` asks for that. Sparse stays sparse.

    >>> print(jazz.pipeline(lambda x: jazz.ops.isnan(x)))
    <lambda>(x) -> result
      %0 = isnan(x)
      result = %0
    """
    return apply("isnan", x)


def isinf(x: Operand) -> Node:
    """Whether elements are infinite, with either sign: bool. Sparse stays sparse.

    >>> print(jazz.pipeline(lambda x: jazz.ops.isinf(x)))
    <lambda>(x) -> result
      %0 = isinf(x)
      result = %0
    """
    return apply("isinf", x)


def isfinite(x: Operand) -> Node:
    """Whether elements are neither infinite nor NaN: bool; dense, since 0 is finite.

    >>> print(jazz.pipeline(lambda x: jazz.ops.isfinite(x)))
    <lambda>(x) -> result
      %0 = isfinite(x)
      result = %0
    """
    return apply("isfinite", x)
