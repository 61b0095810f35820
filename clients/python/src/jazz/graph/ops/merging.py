"""Tables joined by keys."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.foreign_arguments import OF_MERGE, refusing
from jazz.graph.known import names_of_fields
from jazz.graph.node import Node, Operand, apply
from jazz.graph.sources import source_of
from jazz.graph.trace import current

_HOWS: Final = ("inner", "left", "right", "outer", "semi", "anti")
_SUFFIXES: Final = ("_x", "_y")
_VALIDATE: Final = {"1:1": "one_to_one", "1:m": "one_to_many", "m:1": "many_to_one", "m:m": "many_to_many"}


@refusing(OF_MERGE)
def merge(
    left: Operand,
    right: Operand,
    how: str = "inner",
    on: str | Sequence[str] | None = None,
    *,
    left_on: str | Sequence[str] | None = None,
    right_on: str | Sequence[str] | None = None,
    sort: bool = False,
    suffixes: Sequence[str | None] = _SUFFIXES,
    coalesce: bool = False,
    validate: str | None = None,
) -> Node:
    """Rows of two tables beside each other where their keys are equal: `left.merge(right, on="key")`, as in pandas.

    Each row of `left` stands beside each of `right` that has its keys, in the order of `left`. How many these are shows
    when it runs. Keys are vectors of anything that `==` compares, and that has an order. A key that is missing is equal
    to one that is, and NaN to NaN.

    Args:
        left: A table.
        right: A table.
        how: Which rows stay. "inner": those with a partner; "left" and "right": all of that table, in its order;
            "outer": all, in the order of the keys. "semi" and "anti" give the rows of `left` that have a partner, or
            none, with their labels and nothing beside them. Where there is no partner its fields are missing, in the
            types that they have; sparse ones are refused then.
        on: Names of keys in both tables; when these are not given, all names that both are known to have.
        left_on: Names of keys in `left`, when these have others in `right`.
        right_on: The names of these in `right`.
        sort: Whether rows are in the order of their keys, missing ones last.
        suffixes: What is put behind the names of fields that both have; None for nothing.
        coalesce: Whether keys of two names become one field, too, with the name in `left`, as in polars and R.
        validate: "one_to_one", "one_to_many" or "many_to_one" ("1:1", "1:m", "m:1"): keys that are there again where
            they are to be there once are refused.

    >>> print(jazz.pipeline(lambda t, u: t.merge(u, on=["k"], how="left")))
    <lambda>(t, u) -> result
      %0 = merge(t, u, how='left', left_on=('k'), right_on=('k'))
      result = %0
    """
    how = _one_of("how", how, _HOWS)  # first: whoever writes t.merge(u, "key") has named no keys, either
    left_names, right_names = _keys(left, right, on, left_on, right_on)
    validate = None if validate is None else _one_of("validate", _VALIDATE.get(validate, validate), _VALIDATE.values())
    return apply(
        "merge",
        left,
        right,
        left_on=left_names,
        right_on=right_names,
        how=None if how == "inner" else how,
        sort=settings.flag("sort", sort),
        suffixes=_suffixes(suffixes),
        coalesce=settings.flag("coalesce", coalesce),
        validate=validate,
    )


def _one_of(name: str, value: str, words: Collection[str]) -> str:
    if value not in words:
        raise tracing_error(name, f"one of {', '.join(map(repr, words))}", repr(value))
    return value


def _keys(
    left: Operand,
    right: Operand,
    on: str | Sequence[str] | None,
    left_on: str | Sequence[str] | None,
    right_on: str | Sequence[str] | None,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if on is not None and (left_on is not None or right_on is not None):
        raise tracing_error("on", "on, or left_on and right_on", "both")
    if on is not None:
        names = _names("on", on)
        return names, names
    if left_on is None and right_on is None:
        names = _common(left, right)
        return names, names
    if left_on is None or right_on is None:
        raise tracing_error("left_on" if left_on is None else "right_on", "left_on and right_on", "one of them")
    left_names, right_names = _names("left_on", left_on), _names("right_on", right_on)
    if len(left_names) != len(right_names):
        raise tracing_error("right_on", f"as many names as left_on has, {len(left_names)}", str(len(right_names)))
    return left_names, right_names


def _names(name: str, value: str | Sequence[str]) -> tuple[str, ...]:
    return settings.names(name, [value] if isinstance(value, str) else value)


def _common(left: Operand, right: Operand) -> tuple[str, ...]:
    """The names of fields that both tables are known to have."""
    found = []
    for name, table in (("left", left), ("right", right)):
        known = _known(table)
        if known is None:
            raise tracing_error(
                "on",
                "names of keys, such as on=['key']",
                f"none, and {name} is a table of which no fields are known",
                "which fields two tables have is not known when a pipeline is written, unless types of inputs say it, "
                "which the name of a kind does not: its text does",
            )
        found.append(known)
    names = tuple(name for name in found[0] if name in found[1])
    if not names:
        raise tracing_error("on", f"a field that both have, as one of {', '.join(map(repr, found[0]))}", "none")
    return names


def _known(table: Operand) -> tuple[str, ...] | None:
    trace = current()
    return None if trace is None else names_of_fields(source_of(table, trace))


def _suffixes(given: Sequence[str | None]) -> tuple[str, ...] | None:
    found = tuple("" if each is None else each for each in given) if isinstance(given, list | tuple) else ()
    if len(found) != 2 or not all(isinstance(each, str) for each in found):
        raise tracing_error("suffixes", "two texts, such as ('_x', '_y')", repr(given))
    if not all(map(settings.can_name, found)):
        raise tracing_error("suffixes", "texts that UTF-8 can encode, without NUL", ascii(given))
    return None if found == _SUFFIXES else found
