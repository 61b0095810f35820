"""Axes that tensors share: which are in sight, and which of several are one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from jazz.values import Axis, Null, Table, Tensor, Value

ROWS: Final = "rows"
"""The name of the axis of an index that has none."""


class Sight:
    """The axes that the dimensions of tensors somewhere in a value can refer to.

    Attributes:
        shown: Labels that were made objects already, so that arrays along one axis share them.
    """

    def __init__(self, axes: Mapping[str, Axis] | None = None, shown: dict[Axis, Any] | None = None) -> None:
        self._axes = dict(axes or {})
        self.shown: dict[Axis, Any] = {} if shown is None else shown

    def inside(self, value: Tensor | Table) -> Sight:
        """What is in sight inside a value: what was in sight around it, and what it declares."""
        if not value.declared:
            return self
        return Sight(self._axes | {axis.name: axis for axis in value.declared}, self.shown)

    def get(self, name: str) -> Axis | None:
        """The axis of a name, if it is in sight."""
        return self._axes.get(name)

    def of(self, tensor: Tensor) -> tuple[Axis | None, ...]:
        """The axis of each dimension of a tensor."""
        return tuple(self._axes.get(name) for name in tensor.axes or ("",) * tensor.ndim)


def same(left: Tensor, right: Tensor) -> bool:
    """Whether two tensors are the same to the bit: type, shape, layout, order, buffers, and what they declare."""
    alike = all(
        getattr(left, name) == getattr(right, name)
        for name in ("dtype", "shape", "layout", "order", "axes", "fill", "unit", "missing")
    )
    if not alike or len(left.declared) != len(right.declared):
        return False
    buffers, others = list(left.buffers()), list(right.buffers())
    if [buffer.dtype for buffer in buffers] != [buffer.dtype for buffer in others]:
        return False
    if any(one.tobytes() != other.tobytes() for one, other in zip(buffers, others, strict=True)):
        return False
    if not _same_or_none(left.categories, right.categories):
        return False
    return all(same_axis(one, other) for one, other in zip(left.declared, right.declared, strict=True))


def same_axis(left: Axis, right: Axis) -> bool:
    """Whether two axes have the same name, length and labels."""
    return (left.name, left.length) == (right.name, right.length) and _same_or_none(left.labels, right.labels)


def _same_or_none(left: Tensor | None, right: Tensor | None) -> bool:
    if left is None or right is None:
        return left is right
    return left is right or same(left, right)


def shared(fields: Mapping[str, Value]) -> Table:
    """The table of fields, in which axes that several of them declare alike are declared once, on the table.

    They are one axis if name, length and labels are the same in all fields that have an axis of the name. Rows that
    have neither a name nor labels are not: nothing but their number says that they are the same.
    """
    found: dict[str, list[Axis]] = {}
    for value in fields.values():
        if not isinstance(value, Null):
            for axis in value.declared:
                found.setdefault(axis.name, []).append(axis)
    inner = {axis.name for value in fields.values() for axis in declared_within(value)}
    lifted = {
        name: axes[0]
        for name, axes in found.items()
        if len(axes) > 1
        and name not in inner
        and (name != ROWS or axes[0].labels is not None)
        and all(same_axis(axes[0], axis) for axis in axes[1:])
    }
    return Table(tuple((name, _without(value, lifted)) for name, value in fields.items()), tuple(lifted.values()))


def declared_within(value: Value) -> Iterator[Axis]:
    """The axes that are declared by fields of a value, and by fields of those."""
    if isinstance(value, Table):
        for _, item in value.fields:
            if not isinstance(item, Null):
                yield from item.declared
            yield from declared_within(item)


def _without(value: Value, lifted: Mapping[str, Axis]) -> Value:
    if isinstance(value, Null) or not any(axis.name in lifted for axis in value.declared):
        return value
    return replace(value, declared=tuple(axis for axis in value.declared if axis.name not in lifted))
