"""The rows of tables that are joined by keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from jazz.values import Table, Tensor, Value
from jazz_server.engine import frames, gaps, operands
from jazz_server.engine.beside import beside
from jazz_server.engine.errors import OpError
from jazz_server.engine.joins import ONCE, SIDES, Column, Merge, columns
from jazz_server.engine.key_pairs import check_held, keys_of_pairs
from jazz_server.engine.op import Run
from jazz_server.engine.pairs import Pairs, matched, repeated, with_partner
from jazz_server.engine.rearranged import taken
from jazz_server.engine.stacked import Join

_Positions: TypeAlias = NDArray[np.int64]


def joined(run: Run, merge: Merge, tables: Sequence[Table], join: Join) -> Table:
    """Two tables joined.

    Args:
        run: The run.
        merge: How they are joined.
        tables: The left one and the right one, with which `joined_type` finds no fault.
        join: Joins tensors along their first dimension.

    Raises:
        OpError: A key is there again that is to be there once, or rows lie along several axes.
        MemoryLimit: There are too many rows.
    """
    left, right = tables
    rows, _ = (_rows_in(side, table) for side, table in zip(SIDES, tables, strict=True))
    run.checkpoint()
    fields = [(f"left.{one}", f"right.{other}") for one, other in merge.keys]
    keys = keys_of_pairs(fields, [(left[one], right[other]) for one, other in merge.keys])
    run.checkpoint()
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
    return _assembled(merge, tables, pairs, join)


def _rows_in(side: str, table: Table) -> int:
    return next(column.shape[0] for column in frames.columns_of(table, side).values())


def _pairs(merge: Merge, left: _Positions, right: _Positions, keys: int) -> Pairs:
    if merge.how == "right" and not merge.by_key:
        turned = matched(right, left, keys, left_alone=True, right_alone=False, by_key=False)
        return Pairs(turned.right, turned.left)
    return matched(
        left, right, keys,
        left_alone=merge.how in ("left", "outer"), right_alone=merge.how in ("right", "outer"),
        by_key=merge.by_key or merge.how == "outer",
    )  # fmt: skip


def _assembled(merge: Merge, tables: Sequence[Table], pairs: Pairs, join: Join) -> Table:
    """The fields of the result, in rows that have no labels."""
    bare = [frames.without_axis_of_rows(table) for table in tables]
    placed, giver = columns(merge, *(table.names for table in tables)), merge.giver
    sources = {
        column.name: column.source(giver or 0) for column in placed if giver is not None or column.side is not None
    }
    moved = [
        _rows_of(bare[side], [name for own, name in sources.values() if own == side], positions, merge.has_gaps(side))
        for side, positions in enumerate((pairs.left, pairs.right))
    ]
    fields: dict[str, Value] = {}
    for column in placed:
        if column.name in sources:
            side, name = sources[column.name]
            fields[column.name] = moved[side][name]
        else:
            fields[column.name] = _key_of_either(column, bare, pairs, join)
    return beside(fields)


def _rows_of(table: Table, names: Sequence[str], positions: _Positions, gapped: bool) -> dict[str, Value]:
    """Fields of a table whose rows have no axis, at positions of which some may be nowhere."""
    chosen = Table(tuple((name, table[name]) for name in names), table.declared)
    take = gaps.taken if gapped else partial(taken, axis=0)
    moved = frames.moved(chosen, lambda column: take(column, positions), (len(positions),))
    return {name: frames.declaring(value, moved.declared) for name, value in moved.fields}


def _key_of_either(column: Column, tables: Sequence[Table], pairs: Pairs, join: Join) -> Tensor:
    """The key of each row in the table that it is in."""
    paths = [f"{side}.{name}" for side, name in zip(SIDES, column.names, strict=True)]
    keys = [table[name] for table, name in zip(tables, column.names, strict=True)]
    left, right = (operands.whatever(path, key) for path, key in zip(paths, keys, strict=True))
    rows = np.where(pairs.left != gaps.NOWHERE, pairs.left, left.shape[0] + pairs.right)
    units = {key.unit for key in keys if isinstance(key, Tensor)}
    both = join(paths, (left, right))
    check_held(paths, (left, right), both.dtype)
    return replace(taken(both, rows, 0), unit=units.pop() if len(units) == 1 else "")
