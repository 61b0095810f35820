"""Whether a value is of a kind: what its symbols stand for, or every reason why it is not.

Symbols are unified over all fields of a kind, those of nested tables and of the kinds that it extends included. A kind
that a field *refers to* has symbols of its own: two images in one table need not be of one size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from jazz.values import DataType, Null, Table, Tensor, Value
from jazz_server.kinds import describe, units
from jazz_server.kinds.parts import Parts, Resolve, is_unknown, parts_of
from jazz_server.kinds.suggestions import Suggestions
from jazz_server.kinds.types import (
    AnyType,
    FieldType,
    Kind,
    KindReference,
    Mismatch,
    NullType,
    Symbol,
    TableType,
    TensorType,
    Type,
)
from jazz_server.kinds.unify import DimensionConflict, Unifier

Note: TypeAlias = Callable[[Mismatch], None]


@dataclass(frozen=True, slots=True)
class Match:
    """What came of matching.

    Attributes:
        bindings: The length of every symbol of the kind that has one, by name.
        mismatches: Every reason why it does not match; empty when it does.
    """

    bindings: Mapping[str, int]
    mismatches: tuple[Mismatch, ...]

    @property
    def matches(self) -> bool:
        """Whether it matches."""
        return not self.mismatches


def type_of(value: Value) -> Type:
    """The exact type of a value: its element type, lengths and layout; nullable if and only if something is missing."""
    if isinstance(value, Tensor):
        missing = value.missing > 0
        fill = fill_of(value.fill, value.dtype)
        return TensorType((value.dtype,), value.shape, (value.layout,), nullable=missing, unit=value.unit, fill=fill)
    if isinstance(value, Table):
        return TableType(tuple(FieldType(name, type_of(item)) for name, item in value.fields), closed=True)
    assert isinstance(value, Null)
    return NullType()


def fill_of(fill: bytes, dtype: DataType) -> complex:
    """What absent entries of a tensor stand for, from the bytes of that element; there is only one NaN."""
    if not any(fill) or not dtype.numeric:
        return 0
    element: complex = np.frombuffer(fill, dtype.storage)[0].item()
    return element if element == element else math.nan


def match(
    kind: Kind | Type,
    found: Type,
    resolve: Resolve | None = None,
    *,
    computed: bool = False,
    suggestions: Suggestions | None = None,
) -> Match:
    """Matches what is known of a value with a kind or type.

    What is not known of `found` (a None dimension, several element types, any value) does not contradict.

    Args:
        kind: What is expected.
        found: The type of the value, as `type_of` gives it.
        resolve: Gives a stored kind by name; raises `LookupError` when there is none.
        computed: Whether `found` is about what a pipeline computes, whose units are not known where it says none.
        suggestions: Where fields are looked for that may have been meant.
    """
    mismatches: list[Mismatch] = []
    matching = _Matching(resolve, mismatches.append, computed, suggestions=suggestions or Suggestions())
    matching.kind(kind, found, "")
    return Match(matching.unifier.bindings(), tuple(mismatches))


@dataclass(frozen=True)
class _Matching:
    resolve: Resolve | None
    note: Note
    computed: bool = False
    stack: tuple[str, ...] = ()
    unifier: Unifier = field(default_factory=Unifier)
    suggestions: Suggestions = field(default_factory=Suggestions)

    def mismatch(self, path: str, expected: str, found: str) -> None:
        self.note(Mismatch(path, expected, found))

    def kind(self, kind: Kind | Type, found: Type, path: str) -> None:
        parts = parts_of(kind, self.resolve, self.stack, path, self.note)
        for type_ in parts.types:
            self.type(type_, found, path)
        if parts.is_table:
            self.table(parts, found, path)

    def type(self, expected: Type, found: Type, path: str) -> None:
        if isinstance(expected, AnyType) or is_unknown(found):
            return
        if isinstance(expected, KindReference):
            replace(self, unifier=Unifier()).kind(expected, found, path)
        elif isinstance(expected, TableType):
            self.kind(expected, found, path)
        elif isinstance(expected, NullType):
            if not isinstance(found, NullType):
                self.mismatch(path, "null", describe.kind_of(found))
        elif isinstance(found, TensorType):
            self.tensor(expected, found, path)
        else:
            self.mismatch(path, describe.kind_of(expected), describe.kind_of(found))

    def table(self, expected: Parts, found: Type, path: str) -> None:
        if is_unknown(found):
            return
        if not isinstance(found, TableType):
            self.mismatch(path, f"a table with {describe.names(expected.names)}", describe.kind_of(found))
            return
        fields = {item.name: item for item in found.fields}
        within = replace(self, stack=expected.stack)
        for item in expected.fields:
            where = joined(path, item.name)
            present = fields.get(item.name)
            if present is not None:
                within.type(item.type, present.type, where)
            elif found.closed and not item.optional:
                wanted = f"a field that is {describe.kind_of(item.type)}"
                close = self.suggestions.question(item.name, fields)
                self.mismatch(where, wanted, f"fields {describe.names(list(fields))}{close}")
        if expected.closed:
            names = set(expected.names)
            for name in (name for name in fields if name not in names):
                close = self.suggestions.question(name, expected.names)
                self.mismatch(joined(path, name), f"no fields but {describe.names(expected.names)}{close}", "this one")

    def tensor(self, expected: TensorType, found: TensorType, path: str) -> None:
        if expected.dtypes and found.dtypes and not set(expected.dtypes) & set(found.dtypes):
            self.mismatch(path, describe.dtypes(expected.dtypes), describe.dtypes(found.dtypes))
        if expected.strict and expected.layouts and found.layouts and not set(expected.layouts) & set(found.layouts):
            self.mismatch(path, describe.layouts(expected.layouts), describe.layouts(found.layouts))
        if found.nullable and not expected.nullable:
            self.mismatch(path, "no missing elements", "a tensor with missing elements")
        if expected.unit and (found.unit or not self.computed):
            difference = units.difference(expected.unit, found.unit)
            if difference is not None:
                self.mismatch(path, difference.expected, difference.found)
        self.shape(expected, found, path)

    def shape(self, expected: TensorType, found: TensorType, path: str) -> None:
        if expected.shape is None or found.shape is None:
            return
        if len(expected.shape) != len(found.shape):
            self.mismatch(path, describe.rank(expected.shape), describe.rank(found.shape))
            return
        for position, (dimension, length) in enumerate(zip(expected.shape, found.shape, strict=True)):
            if not isinstance(length, int):
                continue
            try:
                self.unifier.unify(dimension, length, path)
            except DimensionConflict as conflict:
                rank = len(expected.shape)
                wanted = describe.length(conflict.expected, rank, position)
                by = _origin(dimension, conflict) if isinstance(dimension, Symbol) else ""
                self.mismatch(path, wanted + by, describe.length(length, rank, position))


def _origin(symbol: Symbol, conflict: DimensionConflict) -> str:
    by = f"`{conflict.origin}` set it" if conflict.origin else "an earlier dimension set it"
    return f" (`{symbol}` as {by})"


def joined(path: str, name: str) -> str:
    """The path of a field of what is at `path`."""
    return f"{path}.{name}" if path else name
