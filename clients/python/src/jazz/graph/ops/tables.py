"""Tables: their rows in the order of fields."""

from __future__ import annotations

from collections.abc import Sequence

from jazz.graph.errors import tracing_error
from jazz.graph.node import Node, Operand
from jazz.graph.ops.arrays import field, take
from jazz.graph.ops.ordering import argsort


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
    names = [by] if isinstance(by, str) else list(by)
    if not names or not all(isinstance(name, str) for name in names):
        raise tracing_error("by", "names of fields", repr(by))
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
