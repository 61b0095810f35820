"""Texts element by element; `x.str` has the same by the names that pandas has."""

from __future__ import annotations

from typing import Literal

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.node import Node, Operand, apply

SIDES = ("both", "left", "right")
"""Where white space is stripped."""


def str_len(x: Operand) -> Node:
    """How many code points each text has: int64.

    >>> print(jazz.pipeline(lambda x: jazz.ops.str_len(x)))
    <lambda>(x) -> result
      %0 = str_len(x)
      result = %0
    """
    return apply("str_len", x)


def str_upper(x: Operand) -> Node:
    """Texts in upper case, as Python's `str.upper` has it.

    >>> print(jazz.pipeline(lambda x: jazz.ops.str_upper(x)))
    <lambda>(x) -> result
      %0 = str_upper(x)
      result = %0
    """
    return apply("str_upper", x)


def str_lower(x: Operand) -> Node:
    """Texts in lower case, as Python's `str.lower` has it.

    >>> print(jazz.pipeline(lambda x: jazz.ops.str_lower(x)))
    <lambda>(x) -> result
      %0 = str_lower(x)
      result = %0
    """
    return apply("str_lower", x)


def str_strip(x: Operand, side: Literal["both", "left", "right"] = "both") -> Node:
    """Texts without the white space at their ends, or at one of them, as Python's `str.strip` has it.

    >>> print(jazz.pipeline(lambda x: jazz.ops.str_strip(x, "left")))
    <lambda>(x) -> result
      %0 = str_strip(x, side='left')
      result = %0
    """
    chosen = settings.one_of("side", side, SIDES)
    return apply("str_strip", x, side=None if chosen == "both" else chosen)


def str_slice(x: Operand, start: int | None = None, stop: int | None = None) -> Node:
    """The code points of each text from `start` up to `stop`, from its end where negative, as Python slices.

    >>> print(jazz.pipeline(lambda x: jazz.ops.str_slice(x, 1, -1)))
    <lambda>(x) -> result
      %0 = str_slice(x, start=1, stop=-1)
      result = %0
    """
    first = None if start is None else settings.integer("start", start) or None
    return apply("str_slice", x, start=first, stop=None if stop is None else settings.integer("stop", stop))


def str_startswith(x: Operand, prefix: Operand) -> Node:
    """Whether each text starts with another one: bool. Shapes broadcast as in numpy.

    >>> print(jazz.pipeline(lambda x: jazz.ops.str_startswith(x, "a")))
    <lambda>(x) -> result
      %0 = str_startswith(x, 'a')
      result = %0
    """
    return apply("str_startswith", x, prefix)


def str_endswith(x: Operand, suffix: Operand) -> Node:
    """Whether each text ends with another one: bool. Shapes broadcast as in numpy.

    >>> print(jazz.pipeline(lambda x: jazz.ops.str_endswith(x, ".csv")))
    <lambda>(x) -> result
      %0 = str_endswith(x, '.csv')
      result = %0
    """
    return apply("str_endswith", x, suffix)


def str_contains(x: Operand, text: Operand) -> Node:
    """Whether another text, which is no regular expression, is anywhere in each: bool. Shapes broadcast as in numpy.

    >>> print(jazz.pipeline(lambda x: jazz.ops.str_contains(x, "a.b")))
    <lambda>(x) -> result
      %0 = str_contains(x, 'a.b')
      result = %0
    """
    return apply("str_contains", x, text)


def str_replace(x: Operand, old: Operand, new: Operand) -> Node:
    """Texts with a new text in the place of each occurrence of an old one, which is no regular expression.

    Args:
        x: Texts.
        old: What is replaced, from the left; it is not empty.
        new: What is there instead. Shapes broadcast as in numpy.

    >>> print(jazz.pipeline(lambda x: jazz.ops.str_replace(x, ",", ".")))
    <lambda>(x) -> result
      %0 = str_replace(x, ',', '.')
      result = %0
    """
    if isinstance(old, str) and not old:
        raise tracing_error("old", "a text that is not empty", "''")
    return apply("str_replace", x, old, new)
