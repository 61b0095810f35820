"""Rows of tables in groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

_ALIKE: Final = {
    "amax": "max", "amin": "min", "average": "mean", "avg": "mean", "len": "size", "length": "size", "n": "size",
    "n_distinct": "nunique", "n_unique": "nunique", "sd": "std",
}  # fmt: skip
"""Functions of other libraries that do the same."""

_BY_PERIOD: Final = 'periods become a key as a field: t.assign(day=t["when"].dt.floor("D")).groupby("day")'

_BY_NAME: Final = (
    "functions of groups are written by name, and none of Python's is run on a server; what else is computed of fields "
    "stands before, or behind: t.assign(...)"
)


def aggregate(
    table: Operand,
    by: str | Sequence[str],
    /,
    *,
    skipna: bool = False,
    dropna: bool = False,
    correction: float = 0,
    **results: tuple[str, str],
) -> Node:
    """A row for each group of rows that are equal in some fields; `table.groupby("key").agg(total=("x", "sum"))`.

    The result has the keys, in the order in which `sort_by` has them, and then the fields that are asked for.

    Args:
        table: A table.
        by: Names of keys: vectors of anything that has an order. NaN is one key, behind all numbers.
        skipna: Whether missing elements are left out, as in reductions.
        dropna: Whether rows are left out of which a key is missing. Else that is a key, the last one.
        correction: What "var" and "std" take from the number of elements; 1 for a sample.
        results: By the name of each result, which is that of no key, a field and a function: "size", which counts rows;
            "count", elements that are not missing; "nunique", different ones of these; "first" or "last"; "median"; or
            the reduction "sum", "prod", "mean", "min", "max", "any", "all", "var" or "std", which takes and gives what
            it does in `jazz.ops`. Of a matrix each column for itself; of sparse ones all but "median" and "nunique".

    >>> print(jazz.pipeline(lambda t: jazz.ops.aggregate(t, "k", total=("x", "sum"), n=("x", "size"))))
    <lambda>(t) -> result
      %0 = aggregate(t, by=('k'), fields=('x', 'x'), functions=('sum', 'size'), names=('total', 'n'))
      result = %0
    """
    return told(table, by, results, skipna=skipna, dropna=dropna, correction=correction)


def told(
    table: Operand,
    by: str | Sequence[str],
    results: Mapping[str, object],
    *,
    skipna: bool = False,
    dropna: bool = False,
    correction: float = 0,
) -> Node:
    """As `aggregate`, with results of any names."""
    keys = keys_of(by)
    names = settings.names("names", list(results))
    for name in names:
        if name in keys:
            raise tracing_error("names", "names that no key has", repr(name))
    pairs = [_pair(name, given) for name, given in results.items()]
    return apply(
        "aggregate",
        table,
        by=keys,
        names=names,
        fields=tuple(field for field, _ in pairs),
        functions=tuple(function for _, function in pairs),
        skipna=settings.flag("skipna", skipna),
        dropna=settings.flag("dropna", dropna),
        correction=settings.real("correction", correction) or None,
    )


def _pair(name: str, given: object) -> tuple[str, str]:
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise tracing_error(name, 'a field and a function, such as ("x", "sum")', repr(given))
    field, function = given
    if not isinstance(field, str) or not field:
        raise tracing_error("fields", "names of fields", repr(field))
    return str(field), function_of(function)


def keys_of(by: object) -> tuple[str, ...]:
    """The names of keys."""
    if type(by).__name__.endswith("Grouper"):
        raise tracing_error("by", "names of fields", repr(by), _BY_PERIOD)
    return settings.names("by", [by] if isinstance(by, str) else by)


def function_of(given: object) -> str:
    """The name of a function of groups."""
    if isinstance(given, str) and given in FUNCTIONS:
        return str(given)
    expected = f"one of {', '.join(map(repr, FUNCTIONS))}"
    if callable(given):
        hint = _meant(getattr(given, "__name__", ""))
        raise tracing_error("functions", expected, f"{given!r}{hint}", _BY_NAME)
    hint = _meant(given) if isinstance(given, str) else ""
    raise tracing_error("functions", expected, f"{given!r}{hint}")


def _meant(name: str) -> str:
    """What else is likely meant by a name; nothing where none is."""
    likely = [_ALIKE[name]] if name in _ALIKE else get_close_matches(name, FUNCTIONS, n=1)
    return f" (did you mean {likely[0]!r}?)" if likely else ""
