"""Tables of vectors of one length, and some of their rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from jazz.values import Axis, Table, Tensor
from jazz_server.engine import arguments, shapes, structure
from jazz_server.engine.errors import OpError
from jazz_server.engine.op import Inference
from jazz_server.engine.rearranged import taken
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, Dimension, FieldType, KindReference, TableType


def rows_type(inference: Inference, table: TableType, *, complete: bool) -> tuple[TableType, Dimension]:
    """The type of some rows of a table, of which nothing is missing if they are complete, and how many it has."""
    rows: Dimension = None
    left = inference.fresh()
    fields: list[FieldType] = []
    for item in table.fields:
        if isinstance(item.type, AnyType | KindReference):
            fields.append(replace(item, type=AnyType()))
            continue
        column = arguments.tensor(inference, f"x.{item.name}", item.type, ())
        if arguments.rank_in(inference, f"x.{item.name}", column, (1,)) and column.shape is not None:
            rows = shapes.same(inference, f"x.{item.name}", rows, column.shape[0], "row")
        nullable = column.nullable and not complete
        fields.append(replace(item, type=replace(column, shape=(left,), nullable=nullable)))
    return TableType(tuple(fields), table.closed), rows


def columns_of(table: Table) -> dict[str, Tensor]:
    """The fields of a table of vectors of one length.

    Raises:
        OpError: It is none.
    """
    columns = {name: column for name, column in table.fields if isinstance(column, Tensor) and column.ndim == 1}
    others = [name for name in table.names if name not in columns]
    lengths = {column.shape for column in columns.values()}
    if others or len(lengths) > 1:
        found = f"`{others[0]}`, which is not" if others else f"lengths {describe.choices(map(str, sorted(lengths)))}"
        raise OpError("x", "a table of vectors of one length", found)
    return columns


def rows_at(table: Table, positions: NDArray[np.int64]) -> Table:
    """The rows of a table of vectors of one length at positions, with the labels that they have."""
    columns = columns_of(table)
    names = {name for column in columns.values() for name in column.axes if name}
    axes = tuple(_shortened(axis, positions) if axis.name in names else axis for axis in table.declared)
    known = {axis.name for axis in axes}
    fields = []
    for name, column in columns.items():
        inner = tuple(_shortened(axis, positions) for axis in column.declared)
        seen = known | {axis.name for axis in inner}
        refers = tuple(axis if axis in seen else "" for axis in column.axes)
        short = replace(
            taken(column, positions, 0), declared=inner, axes=refers if any(refers) else (), unit=column.unit
        )
        fields.append((name, short))
    return Table(tuple(fields), axes)


def _shortened(axis: Axis, positions: NDArray[np.int64]) -> Axis:
    labels = None if axis.labels is None else structure.taken(axis.labels, positions, 0)
    return Axis(axis.name, len(positions), labels)
