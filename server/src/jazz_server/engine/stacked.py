"""Tables one below the other: fields of one name are joined, and the labels of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from jazz.convert.axes import Sight, same_axis
from jazz.values import Axis, Table, Tensor, Value
from jazz_server.engine import arguments, frames, operands, structure
from jazz_server.engine.errors import OpError
from jazz_server.engine.op import Inference, Scalar
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, Dimension, FieldType, TableType, TensorType, Type

JoinTypes: TypeAlias = Callable[[Sequence[str], Sequence[Type | Scalar]], TensorType]
"""The type of tensors of these names that are joined along their first dimension."""

Join: TypeAlias = Callable[[Sequence[str], Sequence[Tensor]], Tensor]
"""Tensors of these names, joined along their first dimension."""


def stacked_type(
    inference: Inference, names: Sequence[str], given: Sequence[Type | Scalar], join: JoinTypes
) -> TableType:
    """The type of tables that are joined, of which some may not be known to be tables."""
    total: Dimension = 0
    tables = []
    for name, type_ in zip(names, given, strict=True):
        table, rows = TableType(), None
        if isinstance(type_, TableType):
            table, rows = frames.table_type(inference, name, type_)
        elif not frames.is_unknown(type_):
            found = describe.kind_of(type_) if not arguments.is_scalar(type_) else repr(type_)  # type: ignore[arg-type]
            inference.mismatch(name, "a table, as others are", found)
        tables.append(table)
        total = total + rows if isinstance(total, int) and isinstance(rows, int) else None
    result = _joined_types(inference, names, tables, join)
    return frames.with_rows(result, inference.fresh() if total is None else total)


def _joined_types(
    inference: Inference, names: Sequence[str], tables: Sequence[TableType], join: JoinTypes
) -> TableType:
    found = [{item.name: item for item in table.fields} for table in tables]
    closed = next((place for place, table in enumerate(tables) if table.closed), None)
    possible = dict.fromkeys(name for own in found for name in own)
    known = [n for n in possible if all(n in own or not t.closed for own, t in zip(found, tables, strict=True))]
    if closed is not None:
        _check_names(inference, names, tables, closed)
    fields = []
    for name in known:
        paths = [f"{path}.{name}" for path in names]
        parts = [own.get(name, FieldType(name, AnyType(), optional=True)) for own in found]
        joined = _joined_field(inference, paths, [part.type for part in parts], join)
        fields.append(FieldType(name, joined, optional=all(part.optional for part in parts)))
    return TableType(tuple(fields), closed is not None)


def _check_names(inference: Inference, names: Sequence[str], tables: Sequence[TableType], closed: int) -> None:
    """Notes fields that a table has and another one has not."""
    known = {item.name: item for item in tables[closed].fields}
    for name, table in zip(names, tables, strict=True):
        own = {item.name for item in table.fields}
        beyond = [item.name for item in table.fields if item.name not in known and not item.optional]
        absent = [field for field, item in known.items() if field not in own and not item.optional]
        if beyond or (absent and table.closed):
            inference.mismatch(name, f"the fields of {names[closed]}", _told(beyond, absent))


def _joined_field(inference: Inference, paths: Sequence[str], types: Sequence[Type], join: JoinTypes) -> Type:
    if all(isinstance(type_, AnyType) for type_ in types):
        return AnyType()
    if any(isinstance(type_, TableType) for type_ in types):
        for path, type_ in zip(paths, types, strict=True):
            if not isinstance(type_, TableType | AnyType):
                inference.mismatch(path, "a table, as others are", describe.kind_of(type_))
        nested = [type_ if isinstance(type_, TableType) else TableType() for type_ in types]
        return _joined_types(inference, paths, nested, join)
    units = {type_.unit if isinstance(type_, TensorType) else "" for type_ in types}
    return replace(join(paths, types), unit=units.pop() if len(units) == 1 else "")


def stacked(names: Sequence[str], tables: Sequence[Table], join: Join) -> Table:
    """Tables one below the other.

    Rows have the axis of the first table, with labels where those of all tables are of one type; other dimensions have
    the axes that are the same in all.

    Raises:
        OpError: The tables have not the same fields, or one that has no rows.
    """
    columns = [frames.columns_of(table, name) for name, table in zip(names, tables, strict=True)]
    rows = sum(next((column.shape[0] for column in own.values()), 0) for own in columns)
    named = {frames.axis_of_rows(column) for own in columns for column in own.values()} - {""}
    return _Stack(join, rows, frozenset(named)).table(names, tables, [Sight() for _ in tables])


@dataclass(frozen=True, slots=True)
class _Stack:
    """What is the same wherever in tables that are joined.

    Attributes:
        join: Joins tensors.
        rows: How many rows there are in all.
        named: The names of the axes of rows; they have none afterwards if these are several.
    """

    join: Join
    rows: int
    named: frozenset[str]

    def table(self, names: Sequence[str], tables: Sequence[Table], around: Sequence[Sight]) -> Table:
        """The tables as one."""
        sights = [sight.inside(table) for sight, table in zip(around, tables, strict=True)]
        found = [dict(table.fields) for table in tables]
        for name, own in zip(names, found, strict=True):
            beyond = [field for field in own if field not in found[0]]
            absent = [field for field in found[0] if field not in own]
            if beyond or absent:
                raise OpError(name, f"the fields of {names[0]}", _told(beyond, absent))
        fields = [
            (field, self._field([f"{name}.{field}" for name in names], [own[field] for own in found], sights))
            for field in tables[0].names
        ]
        return Table(tuple(fields), self._declared(tables[0].declared, sights))

    def _field(self, paths: Sequence[str], values: Sequence[Value], around: Sequence[Sight]) -> Value:
        tables = [value for value in values if isinstance(value, Table)]
        if len(tables) == len(values):
            return self.table(paths, tables, around)
        columns = [value for value in values if isinstance(value, Tensor)]
        if len(columns) < len(values):
            path = next(path for path, value in zip(paths, values, strict=True) if isinstance(value, Tensor))
            raise OpError(path, "a table, as others are", "a tensor")
        return self._column(paths, columns, around)

    def _column(self, paths: Sequence[str], columns: Sequence[Tensor], around: Sequence[Sight]) -> Tensor:
        found = self.join(paths, [operands.whatever(path, part) for path, part in zip(paths, columns, strict=True)])
        first = columns[0]
        sights = [sight.inside(column) for sight, column in zip(around, columns, strict=True)]
        seen = [sight.of(column) for sight, column in zip(sights, columns, strict=True)]
        lead = first.axes[0] if first.axes and len(self.named) == 1 else ""
        axes = (lead, *(self._shared(own) for own in list(zip(*seen, strict=True))[1:]))
        units = {column.unit for column in columns}
        return replace(
            found,
            axes=axes if any(axes) else (),
            declared=self._declared(first.declared, sights),
            unit=units.pop() if len(units) == 1 else "",
        )

    def _shared(self, axes: Sequence[Axis | None]) -> str:
        """The name of the axis that dimensions lie along, which is not that of rows; "" when it is not one."""
        first, *others = axes
        if first is None or first.name in self.named:
            return ""
        return first.name if all(axis is not None and same_axis(first, axis) for axis in others) else ""

    def _declared(self, own: Sequence[Axis], sights: Sequence[Sight]) -> tuple[Axis, ...]:
        """The axes that the first of several values declares, as they are afterwards."""
        kept = []
        for axis in own:
            if axis.name not in self.named:
                kept.append(axis)
            elif len(self.named) == 1:
                kept.append(Axis(axis.name, self.rows, self._labels([sight.get(axis.name) for sight in sights])))
        return tuple(kept)

    def _labels(self, axes: Sequence[Axis | None]) -> Tensor | None:
        labels = [axis.labels for axis in axes if axis is not None and axis.labels is not None]
        if len(labels) < len(axes):
            return None
        first = labels[0]
        alike = all(
            (each.dtype, each.unit, structure.categories(each))
            == (first.dtype, first.unit, structure.categories(first))
            for each in labels
        )
        return replace(self.join(["labels"] * len(labels), labels), unit=first.unit) if alike else None


def _told(beyond: Sequence[str], absent: Sequence[str]) -> str:
    return f"{describe.names(beyond)} more" if beyond else f"no {describe.names(absent)}"
