"""Values beside each other as fields of a table: one number of rows, one axis of them, single values in every row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from jazz.convert.axes import ROWS, Sight, same_axis, shared
from jazz.values import Axis, Table, Tensor, Value
from jazz_server.engine import arguments, frames, operands, shapes, structure, texts
from jazz_server.engine.errors import OpError
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.op import Inference, Scalar
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, Dimension, FieldType, NullType, TableType, TensorType, Type

_SOME_ROWS = "a field of rank 1 or more, which says how many rows there are"


def field_types(
    inference: Inference, names: Sequence[str], given: Sequence[Type | Scalar], rows: Dimension = None
) -> list[FieldType]:
    """The types of fields that are put beside each other, in so many rows if that is known."""
    found: dict[str, Type] = {}
    for name, argument in zip(names, given, strict=True):
        known, length = _field_type(inference, name, argument)
        rows = shapes.same(inference, name, rows, length, "row")
        found[name] = known
    whole = TableType(tuple(FieldType(name, type_) for name, type_ in found.items()))
    whole = frames.changed_type(whole, lambda type_: replace(type_, shape=(rows,)) if type_.shape == () else type_)
    return list((whole if rows is None else frames.with_rows(whole, rows)).fields)


def is_single(argument: Type | Scalar) -> bool:
    """Whether an argument is known to be a single value, which says nothing of rows."""
    return not isinstance(argument, Type) or (isinstance(argument, TensorType) and argument.shape == ())


def check_rows(inference: Inference, given: Sequence[Type | Scalar]) -> None:
    """Notes fields of which none has rows."""
    if all(is_single(argument) for argument in given):
        inference.mismatch("fields", _SOME_ROWS, "single values alone")


def _field_type(inference: Inference, name: str, argument: Type | Scalar) -> tuple[Type, Dimension]:
    if isinstance(argument, str):
        return TensorType((texts.STRING,), (), arguments.DENSE), None
    if isinstance(argument, TableType):
        return frames.table_type(inference, name, argument)
    if isinstance(argument, NullType):
        inference.mismatch(name, "a tensor or a table", "null")
        return AnyType(), None
    if frames.is_unknown(argument):
        return AnyType(), None
    known = arguments.tensor(inference, name, argument, (), fill=None)
    unit = argument.unit if isinstance(argument, TensorType) else ""
    return replace(known, unit=unit), known.shape[0] if known.shape else None


def beside(fields: Mapping[str, Value | Scalar]) -> Table:
    """A table of values, with the axis of rows that they have.

    Their rows have one name, and labels if any of them has some; `rows` where none has a name. Single values stand in
    every row. What has labels has the same ones: rows are never matched by them.

    Raises:
        OpError: They have not the same number of rows, or not the same axis of rows, or none has any.
    """
    values = {name: _value(name, value) for name, value in fields.items()}
    columns = {name: list(_columns(name, value, Sight())) for name, value in values.items()}
    rows = _rows([column for own in columns.values() for column in own])
    placed = {}
    for name, value in values.items():
        found = tuple(column.axis for column in columns[name] if column.axis is not None)
        placed[name] = _along(_filled(value, rows.length), rows, found, Sight())
    table = shared(placed)
    return Table(table.fields, (rows, *table.declared))


@dataclass(frozen=True, slots=True)
class _Column:
    """A tensor somewhere in a field.

    Attributes:
        path: The names of the fields that it is in.
        length: How many rows it has.
        axis: The axis that they lie along, if they have a name.
    """

    path: str
    length: int
    axis: Axis | None


def _value(name: str, value: Any) -> Tensor | Table:
    if isinstance(value, Table):
        frames.columns_of(value, name)
        return value
    if isinstance(value, str):
        return texts.single(value)
    return value if isinstance(value, Tensor) else operands.tensor(name, value)


def _columns(path: str, value: Value, sight: Sight) -> Iterator[_Column]:
    """The tensors in a field; none of a single value."""
    if isinstance(value, Table):
        for name, item in value.fields:
            yield from _columns(f"{path}.{name}", item, sight.inside(value))
    elif isinstance(value, Tensor) and value.ndim:
        yield _Column(path, value.shape[0], sight.inside(value).of(value)[0])


def _rows(columns: Sequence[_Column]) -> Axis:
    """The axis of rows that columns share."""
    if not columns:
        raise OpError("fields", _SOME_ROWS, "single values alone")
    first = columns[0]
    for column in columns:
        if column.length != first.length:
            expected = f"{describe.count(first.length, 'row')}, as {first.path}"
            raise OpError(column.path, expected, describe.count(column.length, "row"))
    named = [(column.path, column.axis) for column in columns if column.axis is not None and _tells(column.axis)]
    if not named:
        return Axis(ROWS, first.length)
    path, rows = next((each for each in named if each[1].labels is not None), named[0])
    for other, axis in named:
        if axis.name != rows.name:
            raise OpError(other, f"rows along the axis `{rows.name}`, as {path}", f"rows along `{axis.name}`")
        if axis is not rows and axis.labels is not None and not same_axis(axis, rows):
            raise OpError(other, f"the labels of rows that {path} has", "other labels")
    return rows


def _tells(axis: Axis) -> bool:
    """Whether it says more of rows than how many they are: that of a frame without an index does not."""
    return axis.name != ROWS or axis.labels is not None


def _filled(value: Tensor | Table, rows: int) -> Tensor | Table:
    """The value, or a single one in so many rows."""
    if isinstance(value, Table) or value.ndim:
        return value
    check_bytes(rows * 8, "the rows of a single value")
    vector = replace(value, shape=(1,), axes=(), declared=())
    return replace(structure.taken(vector, np.zeros(rows, np.int64), 0), unit=value.unit)


def _along(value: Value, rows: Axis, found: Sequence[Axis], sight: Sight) -> Value:
    """The value with rows along an axis that is declared around it, in the place of those that it was found along."""
    gone = {rows.name, *(axis.name for axis in found)}
    if isinstance(value, Table):
        inside = sight.inside(value)
        fields = tuple((name, _along(item, rows, found, inside)) for name, item in value.fields)
        return Table(fields, tuple(axis for axis in value.declared if axis.name not in gone))
    assert isinstance(value, Tensor)

    def name_of(axis: Axis | None) -> str:
        # Another dimension along the rows still is; one along another axis of that name has no name then.
        if axis is None or axis.name not in gone:
            return "" if axis is None else axis.name
        return rows.name if any(axis is each for each in found) else ""

    axes = (rows.name, *map(name_of, sight.inside(value).of(value)[1:]))
    return replace(value, axes=axes, declared=tuple(axis for axis in value.declared if axis.name not in gone))
