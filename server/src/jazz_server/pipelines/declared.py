"""What inputs take: kinds looked up, symbols of their own, and what a value that is given adds to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import reduce
from typing import Final

from jazz.values import Layout
from jazz_server.kinds.parts import Resolve, parts_of
from jazz_server.kinds.types import (
    AnyType,
    Dimension,
    FieldType,
    KindReference,
    Mismatch,
    Symbol,
    TableType,
    TensorType,
    Type,
)
from jazz_server.kinds.unify import DimensionConflict, Unifier, is_fresh

Note = Callable[[Mismatch], None]

MAX_FIELDS: Final = 100_000
"""How many fields the kinds that a declaration refers to may have, those of kinds counted wherever they are used."""


class Scope:
    """The symbols of one declaration.

    Those of a pipeline's inputs are shared by all of them; those of a sub-graph and of a kind that is referred to are
    their own, so they are replaced by fresh ones.
    """

    def __init__(self, unifier: Unifier, *, shared: bool, outer: Scope | None = None) -> None:
        self._unifier = unifier
        self._shared = shared
        self._own: dict[Symbol, Symbol] = {}
        self._outermost: Scope = self if outer is None else outer._outermost
        self._fields = 0

    def dimension(self, declared: Dimension) -> Dimension:
        """The dimension that stands for a declared one; "any" is one that nothing is known of."""
        if declared is None:
            return self._unifier.fresh()
        if isinstance(declared, int):
            return declared
        if self._shared:
            self._unifier.resolve(declared)
            return declared
        if declared not in self._own:
            self._own[declared] = self._unifier.fresh()
        return self._own[declared]

    def inner(self) -> Scope:
        """The scope of a kind that is referred to."""
        return Scope(self._unifier, shared=False, outer=self)

    def spend(self, fields: int) -> bool:
        """Counts fields of kinds; whether there are not too many."""
        self._outermost._fields += fields
        return self._outermost._fields <= MAX_FIELDS


def looked_up(declared: Type, kinds: Resolve | None, scope: Scope, note: Note, stack: tuple[str, ...] = ()) -> Type:
    """The type with all kinds in it replaced by their types, and its dimensions by those that stand for them.

    Kinds that are not there, or contain themselves, are noted; any value is put in their place. What several kinds ask
    for is as the first says, in the ranges of all.
    """
    if isinstance(declared, TensorType):
        shape = None if declared.shape is None else tuple(map(scope.dimension, declared.shape))
        return replace(declared, shape=shape)
    if isinstance(declared, TableType):
        fields = tuple(replace(f, type=looked_up(f.type, kinds, scope, note, stack)) for f in declared.fields)
        return replace(declared, fields=fields)
    if isinstance(declared, KindReference):
        parts = parts_of(declared, kinds, stack, "", note)
        inner = scope.inner()
        if not inner.spend(1 + len(parts.fields)):
            note(Mismatch("", f"kinds of at most {MAX_FIELDS} fields, those of kinds in them counted", "more"))
            return AnyType()
        if parts.is_table:
            found = [replace(f, type=looked_up(f.type, kinds, inner, note, parts.stack)) for f in parts.fields]
            return TableType(_joined(found), parts.closed)
        types = [looked_up(type_, kinds, inner, note, parts.stack) for type_ in parts.types]
        anything: Type = AnyType()
        return reduce(_narrowed, types, anything)
    return declared


def _narrowed(first: Type, other: Type) -> Type:
    """What the first of two types says that a value has to be of, with the fields and ranges of the other."""
    if isinstance(first, AnyType):
        return other
    if isinstance(first, TableType) and isinstance(other, TableType):
        return TableType(_joined([*first.fields, *other.fields]), first.closed or other.closed)
    if isinstance(first, TensorType) and isinstance(other, TensorType):
        least = [bound for bound in (first.minimum, other.minimum) if bound is not None]
        greatest = [bound for bound in (first.maximum, other.maximum) if bound is not None]
        return replace(first, minimum=max(least, default=None), maximum=min(greatest, default=None))
    return first


def _joined(fields: Iterable[FieldType]) -> tuple[FieldType, ...]:
    """The fields in their order, each name once."""
    joined: dict[str, FieldType] = {}
    for field in fields:
        first = joined.get(field.name)
        joined[field.name] = field if first is None else replace(first, type=_narrowed(first.type, field.type))
    return tuple(joined.values())


def refined(declared: Type, given: Type, unifier: Unifier, note: Note, path: str = "") -> Type:
    """What steps see of a value of the type `given` where an input is declared: the value, in a layout asked for.

    The value matches the declaration. Lengths that contradict those of other inputs are noted, and so are layouts that
    a value cannot be converted to.
    """
    if isinstance(given, AnyType | KindReference):
        return bare(declared)
    if isinstance(declared, TensorType) and isinstance(given, TensorType):
        return _refined_tensor(declared, given, unifier, note, path)
    if isinstance(declared, TableType) and isinstance(given, TableType):
        known = {f.name: f.type for f in declared.fields}
        fields = [
            replace(f, type=refined(known.get(f.name, AnyType()), f.type, unifier, note, f"{path}.{f.name}"))
            for f in given.fields
        ]
        present = {f.name for f in given.fields}
        if not given.closed:
            fields += [replace(f, type=bare(f.type)) for f in declared.fields if f.name not in present]
        return TableType(tuple(fields), given.closed)
    return given


def _refined_tensor(declared: TensorType, given: TensorType, unifier: Unifier, note: Note, path: str) -> TensorType:
    shape = given.shape if declared.shape is None else declared.shape
    if declared.shape is not None and given.shape is not None:
        for position, (ours, theirs) in enumerate(zip(declared.shape, given.shape, strict=True)):
            try:
                unifier.unify(ours, theirs, path)
            except DimensionConflict as conflict:
                expected, found = conflict_words(conflict)
                note(Mismatch(path, f"{expected} in dimension {position}", found))
    dtypes = given.dtypes or declared.dtypes
    if given.dtypes and declared.dtypes:
        dtypes = tuple(dtype for dtype in given.dtypes if dtype in declared.dtypes)
    layouts = given.layouts or declared.layouts
    if declared.layouts and given.layouts:
        layouts = tuple(layout for layout in given.layouts if layout in declared.layouts)
        if not layouts:
            layouts = _converted(declared, given, note, path)
    unit, fill = given.unit or declared.unit, 0 if layouts == (Layout.DENSE,) else given.fill
    return TensorType(dtypes, shape, layouts, nullable=given.nullable, unit=unit, fill=fill)


def _converted(declared: TensorType, given: TensorType, note: Note, path: str) -> tuple[Layout, ...]:
    """The layout that a value in another one than those declared is converted to."""
    asked = " or ".join(layout.value for layout in declared.layouts)
    if any(not dtype.numeric for dtype in given.dtypes):
        note(Mismatch(path, f"layout {asked}", f"{given}, which cannot be converted"))
        return declared.layouts
    for layout in declared.layouts:
        if layout in (Layout.DENSE, Layout.COO) or given.shape is None or len(given.shape) == 2:
            return (layout,)
    note(Mismatch(path, f"layout {asked}, which takes rank 2", str(given)))
    return declared.layouts


def conflict_words(conflict: DimensionConflict) -> tuple[str, str]:
    """What was expected and what was found, for people."""
    symbol = conflict.symbol
    if symbol is None:
        return str(conflict.expected), str(conflict.found)
    name = "" if is_fresh(symbol) else f"{symbol} = "
    known = conflict.expected
    by = f" as {conflict.origin} set it" if conflict.origin else ""
    return f"{name}{known}{by}", str(conflict.found)


def bare(declared: Type) -> Type:
    """The type without the rules that say what an input takes, which say nothing about results."""
    if isinstance(declared, TensorType):
        return replace(declared, strict=False, minimum=None, maximum=None)
    if isinstance(declared, TableType):
        return replace(declared, fields=tuple(replace(f, type=bare(f.type)) for f in declared.fields))
    return declared


def dressed(declared: Type, found: Type) -> Type:
    """What an input takes: all that is found out about it, with the rules of its declaration."""
    if isinstance(declared, TensorType) and isinstance(found, TensorType):
        rules = replace(found, strict=declared.strict, minimum=declared.minimum, maximum=declared.maximum)
        return replace(rules, nullable=declared.nullable)
    if isinstance(declared, TableType) and isinstance(found, TableType):
        known = {f.name: f for f in declared.fields}
        fields = [
            replace(known.get(f.name, f), type=dressed(known[f.name].type if f.name in known else f.type, f.type))
            for f in found.fields
        ]
        return TableType(tuple(fields), declared.closed)
    return found
