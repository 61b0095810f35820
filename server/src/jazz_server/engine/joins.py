"""Tables joined by keys: which fields the result has, of which types, and its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Table, Tensor, Value
from jazz_server.engine import arguments, frames, gaps, operands
from jazz_server.engine.beside import beside
from jazz_server.engine.errors import OpError
from jazz_server.engine.key_pairs import check_types, keys_of_pairs
from jazz_server.engine.op import Inference, Run
from jazz_server.engine.pairs import Pairs, matched, repeated, with_partner
from jazz_server.engine.rearranged import taken
from jazz_server.engine.stacked import Join, JoinTypes
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

_Positions: TypeAlias = NDArray[np.int64]


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

    def has_gaps(self, side: str) -> bool:
        """Whether rows of the other table may have no partner in that of a side, and stay."""
        return self.how in ("outer", "right" if side == "left" else "left")


@dataclass(frozen=True, slots=True)
class _Column:
    """A field of the result: that of one table, or the key of both.

    Attributes:
        name: Its name.
        left: Its name in the left table, if it is there.
        right: Its name in the right table, if it is there.
    """

    name: str
    left: str | None = None
    right: str | None = None

    @property
    def is_key(self) -> bool:
        """Whether it is a key of both tables."""
        return self.left is not None and self.right is not None


def _name_in(column: _Column, side: int) -> str | None:
    return column.right if side else column.left


def _columns(merge: Merge, left: Sequence[str], right: Sequence[str]) -> list[_Column]:
    """The fields of the result for the names of those of both tables: left ones in their places, then right ones."""
    shared = {one: other for one, other in merge.keys if merge.coalesce or one == other}
    beyond = [name for name in right if name not in shared.values()]
    behind = [dict.fromkeys(set(left) & set(beyond), suffix) for suffix in merge.suffixes]
    found = []
    for name in left:
        if name in shared:
            found.append(_Column(name, name, shared[name]))
        else:
            found.append(_Column(name + behind[0].get(name, ""), left=name))
    return found + [_Column(name + behind[1].get(name, ""), right=name) for name in beyond]


def _repeated_name(columns: Sequence[_Column]) -> str | None:
    return next((name for name, times in Counter(column.name for column in columns).items() if times > 1), None)


def joined_type(inference: Inference, merge: Merge, left: TableType, right: TableType, join: JoinTypes) -> TableType:
    """The type of two tables joined."""
    known, lengths = zip(
        *(frames.table_type(inference, side, table) for side, table in zip(SIDES, (left, right), strict=True)),
        strict=True,
    )
    found = [
        _with_keys(inference, side, names, table)
        for side, names, table in zip(SIDES, (merge.left_on, merge.right_on), known, strict=True)
    ]
    for one, other in merge.keys:
        pair = found[0][one].type, found[1][other].type
        if all(isinstance(type_, TensorType) for type_ in pair):
            names = f"left.{one}", f"right.{other}"
            check_types(inference, names, *pair)  # type: ignore[arg-type]
            arguments.same_unit(inference, names, pair)
    if merge.chooses:
        return frames.with_rows(TableType(tuple(found[0].values()), left.closed), inference.fresh())
    columns = _columns(merge, *map(list, found))
    sure = [column for column in columns if _is_sure(column, found, (left.closed, right.closed))]
    repeated_name = _repeated_name(sure)
    if repeated_name is not None:
        inference.mismatch("suffixes", "those that make names that no other field has", f"`{repeated_name}` again")
        return TableType()
    fields = tuple(_field_type(inference, merge, column, found, join) for column in sure)
    closed = left.closed and right.closed and len(sure) == len(columns)
    return frames.with_rows(TableType(fields, closed), _rows(inference, merge, *lengths))


def _with_keys(inference: Inference, side: str, names: Sequence[str], table: TableType) -> dict[str, FieldType]:
    """All that is known of the fields of a table, those that are keys included."""
    fields = {item.name: item for item in table.fields}
    for name in names:
        if name in fields:
            fields[name] = replace(fields[name], optional=False)
            if isinstance(fields[name].type, TableType):
                inference.mismatch(f"{side}.{name}", "a vector", describe.kind_of(fields[name].type))
        else:
            if table.closed:
                found = f"`{name}`{describe.suggestion(name, fields)}"
                inference.mismatch(f"{side}_on", f"some of the fields {describe.names(list(fields))}", found)
            fields[name] = FieldType(name, AnyType())
    return fields


def _is_sure(column: _Column, found: Sequence[Mapping[str, FieldType]], closed: Sequence[bool]) -> bool:
    """Whether a field of the result has that name, whatever else the tables have."""
    if column.is_key:
        return True
    side = int(column.left is None)
    name = _name_in(column, side)
    assert name is not None
    beside = found[1 - side].get(name)
    return closed[1 - side] if beside is None else not beside.optional and not found[side][name].optional


def _field_type(
    inference: Inference, merge: Merge, column: _Column, found: Sequence[Mapping[str, FieldType]], join: JoinTypes
) -> FieldType:
    if column.left is not None and column.right is not None:
        pair = found[0][column.left].type, found[1][column.right].type
        return FieldType(column.name, _key_type(merge, column, *pair, join))
    side = int(column.left is None)
    name = _name_in(column, side)
    assert name is not None
    item = found[side][name]
    type_ = item.type
    if merge.has_gaps(SIDES[side]):
        type_ = _gapped_type(inference, merge, f"{SIDES[side]}.{name}", type_)
    return FieldType(column.name, type_, item.optional)


def _key_type(merge: Merge, column: _Column, left: Type, right: Type, join: JoinTypes) -> Type:
    """The type of a key of both tables: that of the table whose rows stay, and that of both joined when all do."""
    if not isinstance(left, TensorType) or not isinstance(right, TensorType):
        known = right if merge.how == "right" else left
        return AnyType() if merge.how == "outer" else known
    if merge.how == "outer":
        unit = left.unit if left.unit == right.unit else ""
        return replace(join((f"left.{column.left}", f"right.{column.right}"), (left, right)), unit=unit)
    if merge.how == "right":
        return right
    # A key that is missing has a partner that is.
    return replace(left, nullable=left.nullable and right.nullable) if merge.how == "inner" else left


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


def _rows(inference: Inference, merge: Merge, left: Dimension, right: Dimension) -> Dimension:
    """How many rows the result has."""
    once = ONCE[merge.validate]
    for how, own, other in (("left", left, "right"), ("right", right, "left")):
        if merge.how == how and other in once and own is not None:
            return own
    return inference.fresh()


def joined(run: Run, merge: Merge, left: Table, right: Table, join: Join) -> Table:
    """Two tables joined.

    Raises:
        OpError: They have not the keys, or keys that cannot be compared, or a key again that is to be there once, or
            what cannot be missing where a row has no partner.
        MemoryLimit: There are too many rows.
    """
    own = [_keys_in(side, names, table) for side, names, table in _both(merge, left, right)]
    fields = [(f"left.{one}", f"right.{other}") for one, other in merge.keys]
    run.checkpoint()
    keys = keys_of_pairs(fields, list(zip(*own, strict=True)))
    run.checkpoint()
    rows = own[0][0].shape[0]
    codes = keys.codes[:rows], keys.codes[rows:]
    for side, found in zip(SIDES, codes, strict=True):
        again = repeated(found, keys.count) if side in ONCE[merge.validate] else None
        if again is not None:
            expected = f'each key once, as validate="{merge.validate}" has it'
            raise OpError(side, expected, f"the key of row {again[0]} again in row {again[1]}")
    if merge.chooses:
        there = with_partner(*codes, keys.count)
        return frames.rows_at(left, np.flatnonzero(there if merge.how == "semi" else ~there))
    pairs = _pairs(merge, *codes, keys.count)
    run.checkpoint()
    columns = _columns(merge, left.names, right.names)
    repeated_name = _repeated_name(columns)
    if repeated_name is not None:
        raise OpError("suffixes", "those that make names that no other field has", f"`{repeated_name}` again")
    return _assembled(merge, columns, (left, right), pairs, join)


def _both(merge: Merge, left: Table, right: Table) -> list[tuple[str, tuple[str, ...], Table]]:
    return [("left", merge.left_on, left), ("right", merge.right_on, right)]


def _keys_in(side: str, names: Sequence[str], table: Table) -> list[Tensor]:
    frames.columns_of(table, side)
    found = []
    for name in names:
        if name not in table.names:
            told = f"`{name}`{describe.suggestion(name, table.names)}"
            raise OpError(f"{side}_on", f"some of the fields {describe.names(table.names)}", told)
        key = table[name]
        if not isinstance(key, Tensor):
            raise OpError(f"{side}.{name}", "a vector", "a table")
        found.append(key)
    return found


def _pairs(merge: Merge, left: _Positions, right: _Positions, keys: int) -> Pairs:
    if merge.how == "right" and not merge.by_key:
        turned = matched(right, left, keys, left_alone=True, right_alone=False, by_key=False)
        return Pairs(turned.right, turned.left)
    return matched(
        left, right, keys,
        left_alone=merge.how in ("left", "outer"), right_alone=merge.how in ("right", "outer"),
        by_key=merge.by_key or merge.how == "outer",
    )  # fmt: skip


def _assembled(merge: Merge, columns: Sequence[_Column], tables: Sequence[Table], pairs: Pairs, join: Join) -> Table:
    """The fields of the result, in rows that have no labels."""
    bare = [frames.without_axis_of_rows(table) for table in tables]
    giver = {"right": 1, "outer": None}.get(merge.how, 0)
    moved: list[dict[str, Value]] = []
    for side, positions in enumerate((pairs.left, pairs.right)):
        own = [(_name_in(column, side), giver == side or not column.is_key) for column in columns]
        names = [name for name, wanted in own if name is not None and wanted]
        moved.append(_rows_of(merge, SIDES[side], bare[side], names, positions))
    fields: dict[str, Value] = {}
    for column in columns:
        if column.is_key and giver is None:
            fields[column.name] = _key_of_either(column, bare, pairs, join)
        else:
            side = giver if column.is_key and giver is not None else int(column.left is None)
            name = _name_in(column, side)
            assert name is not None
            fields[column.name] = moved[side][name]
    return beside(fields)


def _rows_of(merge: Merge, side: str, table: Table, names: Sequence[str], positions: _Positions) -> dict[str, Value]:
    """Fields of a table whose rows have no axis, at positions of which some may be nowhere."""
    chosen = Table(tuple((name, table[name]) for name in names), table.declared)
    if merge.has_gaps(side):
        for path, column in frames.columns_of(chosen, side).items():
            if operands.is_sparse(column):
                raise OpError(path, _dense_field(merge), describe.layouts([column.layout]))
        moved = frames.moved(chosen, lambda column: gaps.taken(column, positions), (len(positions),))
    else:
        moved = frames.moved(chosen, lambda column: taken(column, positions, 0), (len(positions),))
    return {name: frames.declaring(value, moved.declared) for name, value in moved.fields}


def _key_of_either(column: _Column, tables: Sequence[Table], pairs: Pairs, join: Join) -> Tensor:
    """The key of each row in the table that it is in."""
    names, found = [], []
    for place, table in enumerate(tables):
        name = _name_in(column, place)
        assert name is not None
        key = table[name]
        assert isinstance(key, Tensor)
        names.append(f"{SIDES[place]}.{name}")
        found.append(key)
    pool = join(names, [operands.whatever(name, key) for name, key in zip(names, found, strict=True)])
    rows = np.where(pairs.left != gaps.NOWHERE, pairs.left, found[0].shape[0] + pairs.right)
    return replace(taken(pool, rows, 0), unit=found[0].unit if found[0].unit == found[1].unit else "")
