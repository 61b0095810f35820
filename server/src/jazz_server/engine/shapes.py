"""Shapes of results, with dimensions that may be symbols or unknown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from jazz_server.engine.op import Inference, Settings
from jazz_server.kinds import describe
from jazz_server.kinds.types import Dimension

Shape: TypeAlias = tuple[Dimension, ...] | None
"""Dimensions; None when not even the rank is known."""


def same(inference: Inference, field: str, expected: Dimension, found: Dimension, noun: str) -> Dimension:
    """The dimension that both are; `noun` says in a mismatch what is counted."""
    if isinstance(expected, int) and isinstance(found, int):
        if expected != found:
            inference.mismatch(field, describe.count(expected, noun), describe.count(found, noun))
        return expected
    if expected is None or found is None:
        return found if expected is None else expected
    return inference.unify(field, expected, found)


def broadcast(inference: Inference, shapes: Sequence[tuple[str, Shape]]) -> Shape:
    """The shape that arguments of these names and shapes are stretched to.

    A dimension is stretched only where it is known to be 1: a symbol stands for any other length, and two that meet
    become one.
    """
    result: Shape = ()
    for field, shape in shapes:
        if shape is None or result is None:
            result = None
            continue
        rank = max(len(result), len(shape))
        left, right = ((1,) * (rank - len(dims)) + dims for dims in (result, shape))
        if any(isinstance(a, int) and isinstance(b, int) and _clash(a, b) for a, b in zip(left, right, strict=True)):
            expected = f"a shape that broadcasts with {describe.shape(result)}"
            inference.mismatch(field, expected, describe.shape(shape))
            continue
        result = tuple(_stretch(inference, field, a, b) for a, b in zip(left, right, strict=True))
    return result


def _clash(a: int, b: int) -> bool:
    return a not in (b, 1) and b != 1


def _stretch(inference: Inference, field: str, a: Dimension, b: Dimension) -> Dimension:
    if a == 1 or b == 1:
        return b if a == 1 else a
    if a is None or b is None:
        return b if a is None else a
    return inference.unify(field, a, b)


def concrete(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that arrays of these shapes broadcast to, which they do."""
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return tuple(next((n for n in lengths if n != 1), 1) for lengths in zip(*padded, strict=True))


def axis_of(inference: Inference, settings: Settings, shape: Shape, name: str = "axis") -> int | None:
    """The axis that is set, counted from 0; None when it is not set, is wrong, or the rank is unknown and it counts
    from the end.
    """
    axis = settings.get(name)
    if axis is None:
        return None
    if isinstance(axis, bool) or not isinstance(axis, int):
        inference.mismatch(name, "an integer", repr(axis))
        return None
    if shape is None:
        return axis if axis >= 0 else None
    rank = len(shape)
    if not -rank <= axis < rank:
        expected = f"an axis from {-rank} to {rank - 1} of {describe.shape(shape)}" if rank else "no axis for rank 0"
        inference.mismatch(name, expected, str(axis))
        return None
    return axis % rank


def axes_of(inference: Inference, settings: Settings, shape: Shape) -> tuple[int, ...] | None:
    """The axes that `axis` sets, one or several, counted from 0 and ascending; None as for `axis_of`."""
    given = settings.get("axis")
    if not isinstance(given, tuple):
        axis = axis_of(inference, settings, shape)
        return None if axis is None else (axis,)
    found = [axis_of(inference, {"axis": each}, shape) for each in given]
    if not given:
        inference.mismatch("axis", "one axis or more", "none")
    axes = sorted(axis for axis in found if axis is not None)
    if len(set(axes)) < len(axes):
        inference.mismatch("axis", "each axis once", describe.choices(map(str, given)))
        return None
    return tuple(axes) if axes and len(axes) == len(given) else None


def reduced(shape: Shape, axes: tuple[int, ...] | None, all_axes: bool, keepdims: bool) -> Shape:
    """The shape without some axes, or without any; where axes are kept, they are 1 long."""
    if all_axes:
        if keepdims:
            return None if shape is None else (1,) * len(shape)
        return ()
    if shape is None or axes is None:
        return None
    if keepdims:
        return tuple(1 if axis in axes else length for axis, length in enumerate(shape))
    return tuple(length for axis, length in enumerate(shape) if axis not in axes)
