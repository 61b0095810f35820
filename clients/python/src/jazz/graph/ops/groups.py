"""Rows of tables in groups."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.node import Node, Operand, apply

FUNCTIONS: Final = (
    "size", "count", "sum", "prod", "mean", "min", "max", "any", "all", "median", "var", "std", "nunique", "first",
    "last",
)  # fmt: skip
"""What can be told of groups."""


def aggregate(
    table: Operand,
    by: str | Sequence[str],
    names: Sequence[str],
    fields: Sequence[str],
    functions: Sequence[str],
    *,
    skipna: bool = False,
    dropna: bool = False,
    correction: float = 0,
) -> Node:
    """A row for each group of rows that are equal in some fields; `table.groupby("key").agg(total=("x", "sum"))`.

    The result has the keys, in the order in which `sort_by` has them, and then the fields of these names.

    Args:
        table: A table.
        by: Names of keys: vectors of anything that has an order. NaN is one key, behind all numbers.
        names: Names of results, none of which is that of a key.
        fields: For each name the field that it tells of.
        functions: For each name "size", which counts rows; "count", elements that are not missing; "nunique",
            different ones of these; "first" or "last"; "median"; or the reduction "sum", "prod", "mean", "min", "max",
            "any", "all", "var" or "std", which takes and gives what it does in `jazz.ops`. Of a matrix each column for
            itself; of sparse ones all but "median" and "nunique".
        skipna: Whether missing elements are left out, as in reductions.
        dropna: Whether rows are left out of which a key is missing. Else that is a key, the last one.
        correction: What "var" and "std" take from the number of elements; 1 for a sample.

    >>> print(jazz.pipeline(lambda t: jazz.ops.aggregate(t, "k", ["total", "n"], ["x", "x"], ["sum", "size"])))
    <lambda>(t) -> result
      %0 = aggregate(t, by=('k'), fields=('x', 'x'), functions=('sum', 'size'), names=('total', 'n'))
      result = %0
    """
    keys = settings.names("by", [by] if isinstance(by, str) else by)
    results = settings.names("names", names)
    for name in results:
        if name in keys:
            raise tracing_error("names", "names that no key has", repr(name))
    for setting, given, noun in (("fields", fields, "the name of a field"), ("functions", functions, "a function")):
        if not isinstance(given, list | tuple) or len(given) != len(results):
            raise tracing_error(setting, f"{noun} for each of {len(results)} names", repr(given))
    return apply(
        "aggregate",
        table,
        by=keys,
        names=results,
        fields=tuple(_field(field) for field in fields),
        functions=tuple(_function(function) for function in functions),
        skipna=settings.flag("skipna", skipna),
        dropna=settings.flag("dropna", dropna),
        correction=settings.real("correction", correction) or None,
    )


def _field(name: object) -> str:
    if not isinstance(name, str) or not name:
        raise tracing_error("fields", "names of fields", repr(name))
    return str(name)


def _function(name: object) -> str:
    if not isinstance(name, str) or name not in FUNCTIONS:
        close = get_close_matches(name, FUNCTIONS, n=1) if isinstance(name, str) else []
        hint = f" (did you mean {close[0]!r}?)" if close else ""
        raise tracing_error("functions", f"one of {', '.join(map(repr, FUNCTIONS))}", f"{name!r}{hint}")
    return str(name)
