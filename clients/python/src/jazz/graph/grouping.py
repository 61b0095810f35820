"""`GroupBy`: rows of a table of a pipeline in groups, with pandas's methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NoReturn, TypeAlias

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.foreign_arguments import OF_FUNCTIONS, refused, refusing
from jazz.graph.known import names_of_fields
from jazz.graph.node import Node
from jazz.graph.ops.groups import FUNCTIONS, function_of, keys_of, told
from jazz.graph.suggestions import CLOSE, OF_GROUPS
from jazz.graph.traced import cannot_be

Told: TypeAlias = str | tuple[str, str]
"""A function of the one field that is chosen, or a field and a function of it."""

Results: TypeAlias = Mapping[str, object]
"""For the name of each result a field and a function of it."""


@dataclass(frozen=True, slots=True)
class GroupBy:
    """Rows in groups: `table.groupby("key")`. What is told of them is a table with a row for each group.

    It has the keys as fields, as pandas does with `as_index=False`, in their order, and then what is asked for.
    `g["x"]` and `g[["x", "y"]]` are the same groups, of which some fields are told.

    Attributes:
        table: The table.
        by: The names of the keys.
        dropna: Whether rows are left out of which a key is missing.
        chosen: The names of the fields that are told of; all but the keys when None.
    """

    table: Node
    by: tuple[str, ...]
    dropna: bool = False
    chosen: tuple[str, ...] | None = None

    def __getitem__(self, fields: str | Sequence[str]) -> GroupBy:
        """The same groups, of which a field is told, or several."""
        names = settings.names("fields", [fields] if isinstance(fields, str) else fields)
        return GroupBy(self.table, self.by, self.dropna, names)

    def agg(
        self,
        functions: str | Sequence[str] | Mapping[str, Any] | None = None,
        /,
        *,
        skipna: bool = False,
        correction: float = 0,
        **results: Told,
    ) -> Node:
        """What functions give of fields: `g.agg(total=("x", "sum"), rows=("x", "size"))`, `g.agg({"x": "sum"})`.

        `g.agg("sum")` is told of each field. Of one field, `g["x"].agg(["min", "max"])` and `g["x"].agg(low="min")`.

        Args:
            functions: One of all fields, several of one, or one for each of some fields.
            skipna: Whether missing elements are left out.
            correction: What "var" and "std" take from the number of elements; 1 for a sample.
            results: By the name of each result a field and a function.
        """
        for name, value in results.items():
            if name in OF_FUNCTIONS and not isinstance(value, str | tuple | list):
                raise refused(name, value, ("skipna", "correction"), OF_FUNCTIONS)
        if (functions is None) == (not results):
            raise tracing_error("functions", _EXAMPLE, "nothing" if functions is None else "both")
        asked = self._named(results) if functions is None else self._unnamed(functions)
        return self._told(asked, skipna=skipna, correction=correction)

    @refusing(OF_FUNCTIONS)
    def size(self) -> Node:
        """How many rows there are, in a field `size`."""
        return self._told({"size": (self.by[0], "size")})

    @refusing(OF_FUNCTIONS)
    def count(self) -> Node:
        """How many elements of each field are not missing."""
        return self._each("count")

    @refusing(OF_FUNCTIONS)
    def nunique(self) -> Node:
        """How many different elements of each field are not missing; NaN is one."""
        return self._each("nunique")

    @refusing(OF_FUNCTIONS)
    def first(self, *, skipna: bool = False) -> Node:
        """The first elements, of those that are not missing with `skipna`."""
        return self._each("first", skipna=skipna)

    @refusing(OF_FUNCTIONS)
    def last(self, *, skipna: bool = False) -> Node:
        """The last elements, of those that are not missing with `skipna`."""
        return self._each("last", skipna=skipna)

    @refusing(OF_FUNCTIONS)
    def sum(self, *, skipna: bool = False) -> Node:
        """The sums: `jazz.ops.sum`."""
        return self._each("sum", skipna=skipna)

    @refusing(OF_FUNCTIONS)
    def prod(self, *, skipna: bool = False) -> Node:
        """The products: `jazz.ops.prod`."""
        return self._each("prod", skipna=skipna)

    @refusing(OF_FUNCTIONS)
    def mean(self, *, skipna: bool = False) -> Node:
        """The arithmetic means: `jazz.ops.mean`."""
        return self._each("mean", skipna=skipna)

    @refusing(OF_FUNCTIONS)
    def median(self, *, skipna: bool = False) -> Node:
        """The medians: `jazz.ops.quantile` of 0.5."""
        return self._each("median", skipna=skipna)

    @refusing(OF_FUNCTIONS)
    def min(self, *, skipna: bool = False) -> Node:
        """The least elements: `jazz.ops.min`."""
        return self._each("min", skipna=skipna)

    @refusing(OF_FUNCTIONS)
    def max(self, *, skipna: bool = False) -> Node:
        """The greatest elements: `jazz.ops.max`."""
        return self._each("max", skipna=skipna)

    @refusing(OF_FUNCTIONS)
    def any(self, *, skipna: bool = False) -> Node:
        """Whether any element is true: `jazz.ops.any`."""
        return self._each("any", skipna=skipna)

    @refusing(OF_FUNCTIONS)
    def all(self, *, skipna: bool = False) -> Node:
        """Whether all elements are true: `jazz.ops.all`."""
        return self._each("all", skipna=skipna)

    @refusing(OF_FUNCTIONS)
    def var(self, *, correction: float = 0, skipna: bool = False) -> Node:
        """The variances: `jazz.ops.var`."""
        return self._each("var", skipna=skipna, correction=correction)

    @refusing(OF_FUNCTIONS)
    def std(self, *, correction: float = 0, skipna: bool = False) -> Node:
        """The standard deviations: `jazz.ops.std`."""
        return self._each("std", skipna=skipna, correction=correction)

    def __getattr__(self, name: str) -> NoReturn:
        instead = "" if name.startswith("_") else f"; {self._instead_of(name)}"
        raise AttributeError(f"groups of rows have no {name}{instead}")

    def __iter__(self) -> NoReturn:
        raise cannot_be("taken group by group", _OF_ALL)

    def __len__(self) -> NoReturn:
        raise cannot_be("asked how many groups it has", f"jazz.ops.size({_OF_SIZE}), a value of the pipeline too")

    def _instead_of(self, name: str) -> str:
        """What to write for a method or a field of this name."""
        if name in (names_of_fields(self.table._source) or ()):
            return f'the field of that name is g["{name}"]'
        if name in OF_GROUPS:
            return f"use {OF_GROUPS[name]}"
        known = ("agg", *FUNCTIONS)
        close = get_close_matches(name, known, n=2, cutoff=CLOSE)
        return f"they have {', '.join(close or known)}" + ("" if close else f', and fields: g["{name}"]')

    def _each(self, function: str, *, skipna: bool = False, correction: float = 0) -> Node:
        results = {name: (name, function) for name in self._fields()}
        return self._told(results, skipna=skipna, correction=correction)

    def _fields(self) -> tuple[str, ...]:
        """The names of the fields that are told of."""
        if self.chosen is not None:
            return self.chosen
        known = names_of_fields(self.table._source)
        if known is None:
            raise tracing_error(
                "fields",
                'names of fields, such as t.groupby("key")[["x"]]',
                "none, and a table of which no fields are known",
                "which fields a table has is not known when a pipeline is written, unless types of inputs say it, "
                "which the name of a kind does not: its text does",
            )
        names = tuple(name for name in known if name not in self.by)
        if not names:
            raise tracing_error("fields", "a field that is no key", "none")
        return names

    @property
    def _one(self) -> str | None:
        """The field that is told of if it is one that was chosen."""
        return self.chosen[0] if self.chosen is not None and len(self.chosen) == 1 else None

    def _named(self, given: Mapping[str, Told]) -> Results:
        one = self._one
        return {name: each if one is None or not isinstance(each, str) else (one, each) for name, each in given.items()}

    def _unnamed(self, functions: str | Sequence[str] | Mapping[str, Any]) -> Results:
        if isinstance(functions, str):
            return {name: (name, functions) for name in self._fields()}
        if isinstance(functions, Mapping):
            for name, function in functions.items():
                if isinstance(function, list | tuple):
                    plain = ", ".join(f'{name}_{each}=("{name}", "{each}")' for each in map(function_of, function))
                    raise tracing_error(name, "the name of a function", repr(function), f"write agg({plain})")
            return {name: (name, function) for name, function in functions.items()}
        if isinstance(functions, list | tuple) and self._one is not None:
            return {name: (self._one, name) for name in map(function_of, functions)}
        if callable(functions):
            function_of(functions)
        raise tracing_error("functions", _EXAMPLE, repr(functions))

    def _told(self, results: Results, *, skipna: bool = False, correction: float = 0) -> Node:
        return told(self.table, self.by, results, skipna=skipna, dropna=self.dropna, correction=correction)


_OF_ALL = 'g.agg(total=("x", "sum")), which has a row for each'
_OF_SIZE = 'g.size()["size"]'
_EXAMPLE = 'names, each with a field and a function, such as agg(total=("x", "sum")), or a function'


def grouped(table: Node, by: str | Sequence[str], *, dropna: bool = False) -> GroupBy:
    """Rows in groups that are equal in a field, or in several."""
    settings.flag("dropna", dropna)
    return GroupBy(table, keys_of(by), bool(dropna))
