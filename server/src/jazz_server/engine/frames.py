"""Rows of tables: the first dimension of every field, of tables in tables too, moved without a look at elements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from jazz.values import Axis, Table, Tensor, Value
from jazz_server.engine import arguments, operands, shapes
from jazz_server.engine.errors import OpError
from jazz_server.engine.op import Inference, Scalar, Settings
from jazz_server.engine.rearranged import cut, taken
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, Dimension, KindReference, TableType, TensorType, Type

Move: TypeAlias = Callable[[Tensor], Tensor]
"""What takes some slices of a tensor along its first dimension, in some order."""


def is_unknown(argument: Type | Scalar) -> bool:
    """Whether an argument may be a table as well as a tensor."""
    return isinstance(argument, AnyType | KindReference)


def known_table(inference: Inference, field: str, argument: Type | Scalar) -> TableType | None:
    """What is known of an argument that is a table; None, and a mismatch, when it is none."""
    if isinstance(argument, TableType):
        return argument
    if is_unknown(argument):
        return TableType()
    found = describe.kind_of(argument) if isinstance(argument, Type) else repr(argument)
    inference.mismatch(field, "a table", found)
    return None


def checked_table(field: str, argument: Value | Scalar) -> Table:
    """An argument that is a table.

    Raises:
        OpError: It is none.
    """
    if not isinstance(argument, Table):
        raise OpError(field, "a table", type(argument).__name__.lower())
    return argument


def check_axis(inference: Inference, settings: Settings) -> None:
    """Notes an axis of a table that is not that of its rows."""
    axis = settings.get("axis")
    if axis not in (None, 0, -1, (0,), (-1,)):
        inference.mismatch("axis", "0, the axis of the rows of a table", repr(axis))


def table_type(inference: Inference, field: str, table: TableType) -> tuple[TableType, Dimension]:
    """All that is known of a table whose fields have rows, and how many; what has none is noted."""
    rows: Dimension = None
    fields = []
    for item in table.fields:
        name, found = f"{field}.{item.name}", item.type
        known: Type = AnyType()
        length: Dimension = None
        if isinstance(found, TableType):
            known, length = table_type(inference, name, found)
        elif not is_unknown(found):
            tensor = arguments.tensor(inference, name, found, (), fill=None)
            if arguments.rank_at_least(inference, name, tensor, 1) and tensor.shape is not None:
                length = tensor.shape[0]
            known = replace(tensor, unit=found.unit) if isinstance(found, TensorType) else tensor
        rows = shapes.same(inference, name, rows, length, "row")
        fields.append(replace(item, type=known))
    return TableType(tuple(fields), table.closed), rows


def changed_type(table: TableType, change: Callable[[TensorType], TensorType]) -> TableType:
    """The type of a table of which every tensor is changed."""

    def changed(type_: Type) -> Type:
        if isinstance(type_, TableType):
            return changed_type(type_, change)
        return change(type_) if isinstance(type_, TensorType) else type_

    return TableType(tuple(replace(item, type=changed(item.type)) for item in table.fields), table.closed)


def with_rows(table: TableType, rows: Dimension) -> TableType:
    """The type of a table with so many rows."""

    def resized(type_: TensorType) -> TensorType:
        return type_ if not type_.shape else replace(type_, shape=(rows, *type_.shape[1:]))

    return changed_type(table, resized)


def rows_type(inference: Inference, table: TableType, *, complete: bool) -> tuple[TableType, Dimension]:
    """The type of some rows of a table, of which nothing is missing if they are complete, and how many it has."""
    known, rows = table_type(inference, "x", table)
    some = with_rows(known, inference.fresh())
    return (changed_type(some, lambda type_: replace(type_, nullable=False)) if complete else some), rows


def columns_of(table: Table, field: str = "x") -> dict[str, Tensor]:
    """The tensors in a table, also of tables in it, by their paths.

    Raises:
        OpError: They have not the same number of rows, along one axis.
    """
    columns = dict(_tensors(table, field))
    first = next(iter(columns.items()), None)
    named = next(((name, column.axes[0]) for name, column in columns.items() if axis_of_rows(column)), None)
    for name, column in columns.items():
        assert first is not None
        rows = first[1].shape[0]
        if column.shape[0] != rows:
            raise OpError(name, f"{describe.count(rows, 'row')}, as {first[0]}", describe.count(column.shape[0], "row"))
        axis = axis_of_rows(column)
        if named is not None and axis and axis != named[1]:
            raise OpError(name, f"rows along the axis `{named[1]}`, as {named[0]}", f"rows along `{axis}`")
    return columns


def axis_of_rows(column: Tensor) -> str:
    """The name of the axis of the rows; "" when it has none."""
    return column.axes[0] if column.axes else ""


def _tensors(table: Table, field: str) -> Iterator[tuple[str, Tensor]]:
    for name, value in table.fields:
        path = f"{field}.{name}"
        if isinstance(value, Table):
            yield from _tensors(value, path)
        elif isinstance(value, Tensor) and value.ndim:
            yield path, value
        else:
            raise OpError(path, "rank 1 or more", "rank 0" if isinstance(value, Tensor) else "null")


def declaring(value: Value, declared: Sequence[Axis]) -> Value:
    """The value with those axes of the table around it that it refers to."""
    if not isinstance(value, Tensor | Table) or not declared:
        return value
    own = {axis.name for axis in value.declared}
    used = axes_in(value)
    added = tuple(axis for axis in declared if axis.name in used and axis.name not in own)
    return replace(value, declared=(*added, *value.declared)) if added else value


def axes_in(value: Value) -> set[str]:
    """The names of the axes that dimensions in a value lie along."""
    if isinstance(value, Tensor):
        return set(value.axes) - {""}
    if isinstance(value, Table):
        return set().union(*(axes_in(item) for _, item in value.fields))
    return set()


def without_axis_of_rows(table: Table) -> Table:
    """A table whose rows lie along no axis, and so have no labels; other dimensions along theirs do not, either."""
    named = next((name for name in map(axis_of_rows, columns_of(table).values()) if name), "")
    return _without_axis(table, named) if named else table


def _without_axis(value: Value, named: str) -> Any:
    assert isinstance(value, Tensor | Table)
    declared = tuple(axis for axis in value.declared if axis.name != named)
    if isinstance(value, Table):
        return Table(tuple((name, _without_axis(item, named)) for name, item in value.fields), declared)
    axes = tuple("" if name == named else name for name in value.axes)
    return replace(value, axes=axes if any(axes) else (), declared=declared)


def rows_at(table: Table, positions: NDArray[np.int64]) -> Table:
    """The rows of a table at positions, with the labels that they have."""
    return moved(table, lambda column: taken(column, positions, 0), (len(positions),))


def rows_between(table: Table, part: slice) -> Table:
    """The rows of a table that are in a slice, with the labels that they have."""
    columns = columns_of(table)
    positions = range(*part.indices(next(iter(columns.values())).shape[0])) if columns else range(0)
    return moved(table, lambda column: cut(column, 0, positions), (len(positions),))


def moved(table: Table, move: Move, rows: tuple[int, ...]) -> Table:
    """A table of which every field is moved, and the labels of its rows.

    Args:
        table: The table.
        move: What is done to each field, and to labels.
        rows: The lengths that are in the place of the number of rows then: one, unless rows are none afterwards.

    Raises:
        OpError: It has no rows.
    """
    columns = columns_of(table)
    named = next((name for name in map(axis_of_rows, columns.values()) if name), "")
    return _moved_table(table, move, rows, named)


def _moved_table(table: Table, move: Move, rows: tuple[int, ...], named: str) -> Table:
    def moved_value(value: Value) -> Value:
        if isinstance(value, Table):
            return _moved_table(value, move, rows, named)
        assert isinstance(value, Tensor)
        return _moved_column(value, move, rows, named)

    fields = tuple((name, moved_value(value)) for name, value in table.fields)
    return Table(fields, _moved_axes(table.declared, move, rows, named))


def _moved_column(column: Tensor, move: Move, rows: tuple[int, ...], named: str) -> Tensor:
    found = move(operands.whatever("x", column))
    if not column.axes:
        return replace(found, unit=column.unit)
    lead = (column.axes[0],) if len(rows) == 1 else ("",) * len(rows)
    # A dimension behind that lies along the same axis is as long as before, and so along none that there is.
    axes = (*lead, *("" if name == named else name for name in column.axes[1:]))
    declared = _moved_axes(column.declared, move, rows, named)
    return replace(found, axes=axes if any(axes) else (), declared=declared, unit=column.unit)


def _moved_axes(declared: Sequence[Axis], move: Move, rows: tuple[int, ...], named: str) -> tuple[Axis, ...]:
    if len(rows) != 1:
        return tuple(axis for axis in declared if axis.name != named)
    return tuple(_moved_axis(axis, move, rows[0]) if axis.name == named else axis for axis in declared)


def _moved_axis(axis: Axis, move: Move, rows: int) -> Axis:
    labels = None if axis.labels is None else replace(move(axis.labels), unit=axis.labels.unit)
    return Axis(axis.name, rows, labels)
