"""Operations that change the shape, and those that cut out parts. They take any element type and keep the layout."""

from __future__ import annotations

from collections.abc import Sequence

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.node import Node, Operand, apply, apply_many
from jazz.graph.settings import Axis


def reshape(x: Operand, shape: int | Sequence[int]) -> Node:
    """The elements in C order in another shape, `x.reshape(shape)`; one length may be -1 and follows from the others.

    >>> print(jazz.pipeline(lambda x: jazz.ops.reshape(x, (-1, 3))))
    <lambda>(x) -> result
      %0 = reshape(x, shape=(-1, 3))
      result = %0
    """
    return apply("reshape", x, shape=settings.integers("shape", shape))


def expand_dims(x: Operand, axis: int = 0) -> Node:
    """A new axis of length 1, which is `axis` in the result: for 0 `x[None]`.

    >>> print(jazz.pipeline(lambda x: jazz.ops.expand_dims(x, 1)))
    <lambda>(x) -> result
      %0 = expand_dims(x, axis=1)
      result = %0
    """
    return apply("expand_dims", x, axis=settings.first_axis(axis))


def squeeze(x: Operand, axis: Axis = None) -> Node:
    """Without an axis of length 1, without several, or without all of that length, `x.squeeze(axis)`.

    >>> print(jazz.pipeline(lambda x: jazz.ops.squeeze(x, 0)))
    <lambda>(x) -> result
      %0 = squeeze(x, axis=0)
      result = %0
    """
    return apply("squeeze", x, axis=settings.axes(axis))


def flip(x: Operand, axis: Axis = None) -> Node:
    """The elements in reverse along an axis, along several, or along all: for axis 0 `x[::-1]`; of a table its rows.

    >>> print(jazz.pipeline(lambda x: jazz.ops.flip(x, 0)))
    <lambda>(x) -> result
      %0 = flip(x, axis=0)
      result = %0
    """
    return apply("flip", x, axis=settings.axes(axis))


def tile(x: Operand, repetitions: int | Sequence[int]) -> Node:
    """`x` repeated along its axes; of axes and repetitions the fewer are preceded by ones, as in `numpy.tile`.

    >>> print(jazz.pipeline(lambda x: jazz.ops.tile(x, (2, 1))))
    <lambda>(x) -> result
      %0 = tile(x, repetitions=(2, 1))
      result = %0
    """
    return apply("tile", x, repetitions=settings.integers("repetitions", repetitions))


def stack(arrays: Sequence[Operand], *, axis: int = 0) -> Node:
    """Arrays of one shape beside each other along a new axis, which is `axis` in the result.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.stack([a, b], axis=1)))
    <lambda>(a, b) -> result
      %0 = stack(a, b, axis=1)
      result = %0
    """
    if not isinstance(arrays, list | tuple) or not arrays:
        raise tracing_error("arrays", "a list of one array or more", repr(arrays))
    return apply("stack", *arrays, axis=settings.first_axis(axis))


def slice(  # noqa: A001 - Python's name
    x: Operand, start: int | None = None, stop: int | None = None, step: int = 1, *, axis: int = 0
) -> Node:
    """The elements from `start` up to `stop` along an axis, every `step`-th: for axis 0 `x[start:stop:step]`.

    Of a table the rows.

    >>> print(jazz.pipeline(lambda x: x[1:-1]))
    <lambda>(x) -> result
      %0 = slice(x, start=1, stop=-1)
      result = %0
    """
    bounds = {"start": start, "stop": stop}
    found = {name: None if bound is None else settings.integer(name, bound) for name, bound in bounds.items()}
    far = settings.integer("step", step)
    if far == 0:
        raise tracing_error("step", "an integer that is not 0", "0")
    return apply("slice", x, **found, step=None if far == 1 else far, axis=settings.first_axis(axis))


def split(
    x: Operand, *, sections: int | None = None, indices: int | Sequence[int] | None = None, axis: int = 0
) -> tuple[Node, ...]:
    """Equal parts along an axis, as many as there are sections; or parts that begin at indices, and the one before.

    >>> @jazz.pipeline
    ... def f(x):
    ...     first, rest = jazz.ops.split(x, indices=3)
    ...     return first.sum() / rest.sum()
    >>> print(f)
    f(x) -> result
      %0 = split(x, indices=3)
      %1 = sum(%0[0])
      %2 = sum(%0[1])
      %3 = divide(%1, %2)
      result = %3
    """
    if (sections is None) == (indices is None):
        raise tracing_error("sections", "either sections or indices", "neither" if sections is None else "both")
    given = None if indices is None else settings.integers("indices", indices)
    count = settings.integer("sections", sections, least=1) if sections is not None else None
    parts = count if count is not None else len(given) + 1 if isinstance(given, tuple) else 2
    if parts > 4096:
        raise tracing_error("sections", "at most 4096 parts", str(parts))
    options = {"sections": count, "indices": given, "axis": settings.first_axis(axis)}
    return apply_many("split", (x,), options, parts)


def filter(x: Operand, mask: Operand, *, axis: int = 0) -> Node:  # noqa: A001 - what it is called
    """The slices along an axis where a mask, a vector of truth values, is true: for axis 0 `x[mask]`; rows of a table.

    >>> print(jazz.pipeline(lambda x: x[x.sum(axis=1) > 0]))
    <lambda>(x) -> result
      %0 = sum(x, axis=1)
      %1 = greater(%0, 0)
      %2 = filter(x, %1)
      result = %2
    """
    return apply("filter", x, mask, axis=settings.first_axis(axis))
