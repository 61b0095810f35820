"""Tables: made of fields, with others, without some, and their rows in the order of fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.known import rank_of_field
from jazz.graph.node import Node, Operand, apply
from jazz.graph.ops.arrays import field, take
from jazz.graph.ops.ordering import argsort
from jazz.graph.sources import source_of
from jazz.graph.trace import current

Column: TypeAlias = Operand | Callable[[Any], Operand]
"""What becomes a field of a table; a function gets the table as it is so far."""


def frame(fields: Mapping[str, Operand]) -> Node:
    """A table of values beside each other, in their order: what pandas and R call a data frame.

    Fields are tensors of rank 1 or more, of any type and layout, or tables, all with the same number of rows. A number,
    a text or a value of rank 0 stands in every row, beside others that have rows. Rows have the labels that fields
    have: those of all that have some must be the same, and nothing is matched by them.

    >>> print(jazz.pipeline(lambda x, y: jazz.ops.frame({"x": x, "ratio": x / y, "known": True})))
    <lambda>(x, y) -> result
      %0 = divide(x, y)
      %1 = frame(x, %0, True, names=('x', 'ratio', 'known'))
      result = %1
    """
    _check_fields(fields)
    return apply("frame", *fields.values(), names=settings.names("fields", list(fields)))


def assign(table: Operand, fields: Mapping[str, Column]) -> Node:
    """The table with these fields in the place of those of the same names, and others behind: `table.assign(a=x)`.

    As in pandas: a function is called with the table, which has the fields already that come before it. All else is as
    for `frame`.

    >>> print(jazz.pipeline(lambda t: t.assign(ratio=t["x"] / t["y"], part=lambda t: t["ratio"] / 2)))
    <lambda>(t) -> result
      %0 = field(t, name='x')
      %1 = field(t, name='y')
      %2 = divide(%0, %1)
      %3 = assign(t, %2, names=('ratio'))
      %4 = field(%3, name='ratio')
      %5 = divide(%4, 2)
      %6 = assign(%3, %5, names=('part'))
      result = %6
    """
    _check_fields(fields)
    pending: dict[str, Operand] = {}
    for name, column in fields.items():
        if not callable(column):
            pending[name] = column
            continue
        if pending:
            table, pending = _assigned(table, pending), {}
        pending[name] = column(table)
    return _assigned(table, pending)


def _assigned(table: Operand, fields: Mapping[str, Operand]) -> Node:
    return apply("assign", table, *fields.values(), names=settings.names("fields", list(fields)))


def _check_fields(fields: Mapping[str, Column]) -> None:
    if not isinstance(fields, Mapping) or not fields:
        raise tracing_error("fields", 'a dict of one field or more, such as {"a": x}', repr(fields))


def drop(table: Operand, names: str | Sequence[str]) -> Node:
    """The table without a field, or without several: `table.drop(columns=["a"])`.

    >>> print(jazz.pipeline(lambda t: t.drop(columns=["a", "b"])))
    <lambda>(t) -> result
      %0 = drop(t, names=('a', 'b'))
      result = %0
    """
    return apply("drop", table, names=settings.names("names", [names] if isinstance(names, str) else names))


def sort_by(table: Operand, by: str | Sequence[str], *, descending: bool | Sequence[bool] = False) -> Node:
    """The rows of a table in the order of a field, or of several, which are vectors.

    What is equal in the first field is ordered by the second, and so on; rows that are equal in all stay in their
    order. What is missing is last, after NaN, whichever way round.

    >>> print(jazz.pipeline(lambda t: jazz.ops.sort_by(t, "age", descending=True)))
    <lambda>(t) -> result
      %0 = field(t, name='age')
      %1 = argsort(%0, descending=True)
      %2 = take(t, %1)
      result = %2
    """
    names = settings.names("by", [by] if isinstance(by, str) else by)
    trace = current()
    for name in names:
        rank = None if trace is None else rank_of_field(source_of(table, trace), name)
        if rank not in (None, 1):
            raise tracing_error("by", "fields that are vectors", f"{name!r} of rank {rank}")
    ways = [descending] * len(names) if isinstance(descending, bool) else list(descending)
    if len(ways) != len(names):
        raise tracing_error("descending", f"one truth value, or one for each of {len(names)} fields", repr(descending))
    order: Node | None = None
    for name, way in reversed([*zip(names, ways, strict=True)]):
        key = field(table, name)
        if order is None:
            order = argsort(key, descending=way)
        else:
            order = take(order, argsort(take(key, order), descending=way))
    assert order is not None
    return take(table, order)
