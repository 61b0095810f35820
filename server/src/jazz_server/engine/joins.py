"""Tables joined by keys: which fields the result has, and of which types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from jazz.values import Layout
from jazz_server.engine import arguments, frames
from jazz_server.engine.key_pairs import check_one_type, check_types
from jazz_server.engine.names import unknown
from jazz_server.engine.op import Inference
from jazz_server.engine.stacked import JoinTypes
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, Dimension, FieldType, TableType, TensorType, Type

HOWS: Final = ("inner", "left", "right", "outer", "semi", "anti")
"""Which rows stay."""

ONCE: Final[Mapping[str, tuple[str, ...]]] = {
    "one_to_one": ("left", "right"),
    "one_to_many": ("left",),
    "many_to_one": ("right",),
    "many_to_many": (),
}
"""How often keys may be there, and in which tables that is once."""

SIDES: Final = ("left", "right")

Fields: TypeAlias = Mapping[str, FieldType]
"""The fields of a table by their names."""


@dataclass(frozen=True, slots=True)
class Merge:
    """How two tables are joined.

    Attributes:
        left_on: The names of the keys in the left table.
        right_on: Those in the right one, each equal to the one in the same place.
        how: One of `HOWS`.
        suffixes: What is put behind the names of fields that both tables have, of the left one and the right one.
        coalesce: Whether keys of different names become one field, too.
        by_key: Whether rows are ordered by their keys.
        validate: One of `ONCE`.
    """

    left_on: tuple[str, ...]
    right_on: tuple[str, ...]
    how: str
    suffixes: tuple[str, str]
    coalesce: bool
    by_key: bool
    validate: str

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The names of the keys in both tables."""
        return tuple(zip(self.left_on, self.right_on, strict=True))

    @property
    def chooses(self) -> bool:
        """Whether the result has rows of the left table and nothing else."""
        return self.how in ("semi", "anti")

    @property
    def giver(self) -> int | None:
        """The side that keys of both tables are taken from; None where some rows are there on the other side alone."""
        return {"right": 1, "outer": None}.get(self.how, 0)

    def has_gaps(self, side: int) -> bool:
        """Whether rows of the other table stay that have no partner on a side."""
        return self.how in ("outer", SIDES[1 - side])


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the result: that of one table, or a key of both.

    Attributes:
        name: Its name.
        side: Which table has it; None for both.
        names: Its name there; of a key of both its names in both.
    """

    name: str
    side: int | None
    names: tuple[str, ...]

    def source(self, giver: int) -> tuple[int, str]:
        """The side that it is taken from and its name there, where one side gives the keys of both."""
        return (giver, self.names[giver]) if self.side is None else (self.side, self.names[0])


def columns(merge: Merge, left: Sequence[str], right: Sequence[str]) -> list[Column]:
    """The fields of the result for the names of those of both tables: left ones in their places, then right ones."""
    shared = {one: other for one, other in merge.keys if merge.coalesce or one == other}
    keys = set(shared.values())
    beyond = [name for name in right if name not in keys]
    clashes = set(left) & set(beyond)
    behind = [dict.fromkeys(clashes, suffix) for suffix in merge.suffixes]
    found = [
        Column(name, None, (name, shared[name]))
        if name in shared
        else Column(name + behind[0].get(name, ""), 0, (name,))
        for name in left
    ]
    return found + [Column(name + behind[1].get(name, ""), 1, (name,)) for name in beyond]


def _repeated_name(placed: Sequence[Column]) -> str | None:
    return next((name for name, times in Counter(column.name for column in placed).items() if times > 1), None)


def joined_type(inference: Inference, merge: Merge, tables: Sequence[TableType], join: JoinTypes) -> TableType:
    """The type of two tables joined.

    Args:
        inference: Where it is noted what is wrong with them.
        merge: How they are joined.
        tables: What is known of the left one and the right one.
        join: Joins types of tensors along their first dimension.
    """
    known = [frames.table_type(inference, side, table) for side, table in zip(SIDES, tables, strict=True)]
    found = [
        _with_keys(inference, side, names, table)
        for side, names, (table, _) in zip(SIDES, (merge.left_on, merge.right_on), known, strict=True)
    ]
    for one, other in merge.keys:
        check_types(inference, (f"left.{one}", f"right.{other}"), (found[0][one].type, found[1][other].type))
    if merge.chooses:
        return frames.with_rows(TableType(tuple(found[0].values()), tables[0].closed), inference.fresh())
    placed = columns(merge, *map(list, found))
    sure = [column for column in placed if _is_sure(column, found, [table.closed for table in tables])]
    repeated_name = _repeated_name(sure)
    if repeated_name is not None:
        inference.mismatch("suffixes", "those that make names that no other field has", f"`{repeated_name}` again")
        return TableType()
    fields = tuple(_field_type(inference, merge, column, found, join) for column in sure)
    closed = all(table.closed for table in tables) and len(sure) == len(placed)
    return frames.with_rows(TableType(fields, closed), _rows(inference, merge, [rows for _, rows in known]))


def _with_keys(inference: Inference, side: str, names: Sequence[str], table: TableType) -> dict[str, FieldType]:
    """All that is known of the fields of a table, those that are keys included."""
    fields = {item.name: item for item in table.fields}
    for name in names:
        if name in fields:
            fields[name] = replace(fields[name], optional=False)
        else:
            if table.closed:
                found = unknown(inference, name, table.names)
                inference.mismatch(f"{side}_on", f"some of the fields {describe.names(table.names)}", found)
            fields[name] = FieldType(name, AnyType())
    return fields


def _is_sure(column: Column, found: Sequence[Fields], closed: Sequence[bool]) -> bool:
    """Whether a field of the result has that name, whatever else the tables have."""
    if column.side is None:
        return True
    (name,), other = column.names, 1 - column.side
    if name not in found[other]:
        return closed[other]
    return not any(fields[name].optional for fields in found)


def _field_type(
    inference: Inference, merge: Merge, column: Column, found: Sequence[Fields], join: JoinTypes
) -> FieldType:
    if column.side is None:
        return FieldType(column.name, _key_type(inference, merge, column, found, join))
    (name,) = column.names
    item = found[column.side][name]
    if not merge.has_gaps(column.side):
        return replace(item, name=column.name)
    return replace(
        item, name=column.name, type=_gapped_type(inference, merge, f"{SIDES[column.side]}.{name}", item.type)
    )


def _key_type(inference: Inference, merge: Merge, column: Column, found: Sequence[Fields], join: JoinTypes) -> Type:
    """The type of a key of both tables: that of the table whose rows stay, and that of both joined when all do."""
    left, right = (fields[name].type for fields, name in zip(found, column.names, strict=True))
    if not isinstance(left, TensorType) or not isinstance(right, TensorType):
        return AnyType() if merge.giver is None else (left, right)[merge.giver]
    if merge.how == "inner":  # where a key that is missing has a partner that is
        return replace(left, nullable=left.nullable and right.nullable)
    if merge.giver is not None:
        return (left, right)[merge.giver]
    paths = [f"{side}.{name}" for side, name in zip(SIDES, column.names, strict=True)]
    check_one_type(inference, paths, (left, right))
    return replace(join(paths, (left, right)), unit=left.unit if left.unit == right.unit else "")


def _gapped_type(inference: Inference, merge: Merge, path: str, type_: Type) -> Type:
    """The type of a field of which rows may be missing."""
    if isinstance(type_, TableType):
        fields = [replace(f, type=_gapped_type(inference, merge, f"{path}.{f.name}", f.type)) for f in type_.fields]
        return replace(type_, fields=tuple(fields))
    if not isinstance(type_, TensorType):
        return type_
    if Layout.DENSE not in type_.layouts:
        inference.mismatch(path, _dense_field(merge), describe.layouts(type_.layouts))
    return replace(type_, layouts=arguments.DENSE, nullable=True, fill=0)


def _dense_field(merge: Merge) -> str:
    return f'a dense field, of which rows without a partner can be missing, or how="inner" for "{merge.how}"'


def _rows(inference: Inference, merge: Merge, lengths: Sequence[Dimension]) -> Dimension:
    """How many rows the result has: those of a table all of whose rows stay, where keys are in the other one once."""
    for side, rows in enumerate(lengths):
        if merge.how == SIDES[side] and SIDES[1 - side] in ONCE[merge.validate] and rows is not None:
            return rows
    return inference.fresh()
