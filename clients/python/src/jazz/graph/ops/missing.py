"""Operations on what is missing, for every element type. Missing is not NaN."""

from __future__ import annotations

from jazz.graph import settings
from jazz.graph.node import Node, Operand, apply
from jazz.graph.settings import Axis


def is_na(x: Operand) -> Node:
    """Whether elements are missing: bool. Of a sparse tensor it is stored where entries are missing.

    >>> print(jazz.pipeline(lambda x: jazz.ops.is_na(x)))
    <lambda>(x) -> result
      %0 = is_na(x)
      result = %0
    """
    return apply("is_na", x)


def fill_na(x: Operand, value: Operand) -> Node:
    """`x` with a value in the place of what is missing; its element type stays.

    Args:
        x: A tensor of any element type.
        value: A number or truth value; a text for strings, or a category for factors; or a tensor of the type of `x`
            whose shape broadcasts to that of `x`, such as the date `datetime.date(2024, 2, 29)`. Where it is missing,
            too, the result is.

    >>> print(jazz.pipeline(lambda x: jazz.ops.fill_na(x, jazz.ops.mean(x, axis=0, skipna=True))))
    <lambda>(x) -> result
      %0 = mean(x, axis=0, skipna=True)
      %1 = fill_na(x, %0)
      result = %1
    """
    return apply("fill_na", x, value)


def drop_na(x: Operand, *, axis: int = 0) -> Node:
    """The slices along an axis in which nothing is missing; of a frame the rows in which nothing is, with their labels.

    How many are left shows when the pipeline runs.

    Args:
        x: A tensor, or a table.
        axis: The axis of the slices; 0, the rows, for a table.

    >>> print(jazz.pipeline(lambda frame: jazz.ops.mean(jazz.ops.drop_na(frame)["age"])))
    <lambda>(frame) -> result
      %0 = drop_na(frame)
      %1 = field(%0, name='age')
      %2 = mean(%1)
      result = %2
    """
    return apply("drop_na", x, axis=settings.first_axis(axis))


def count_na(x: Operand, axis: Axis = None, *, keepdims: bool = False) -> Node:
    """How many elements are missing, along an axis, along several, or in all: int64.

    >>> print(jazz.pipeline(lambda x: jazz.ops.count_na(x, axis=0)))
    <lambda>(x) -> result
      %0 = count_na(x, axis=0)
      result = %0
    """
    return apply("count_na", x, **settings.reduction(axis, keepdims))
