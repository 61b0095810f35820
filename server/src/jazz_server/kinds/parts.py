"""What a kind is made of once the kinds that it extends and refers to are looked up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from jazz_server.kinds.types import AnyType, FieldType, Kind, KindReference, Mismatch, TableType, Type

MAX_REFERENCES: Final = 32
"""How many kinds may lead from one to another."""

Resolve: TypeAlias = Callable[[str], Kind]
"""Gives a stored kind by name; raises `LookupError` when there is none."""


@dataclass(frozen=True, slots=True)
class Parts:
    """All that a kind asks of a value.

    Attributes:
        types: Types that are no tables and no references.
        fields: The fields of all its tables; a name can recur, and then all its types are asked for.
        closed: Whether further fields are refused.
        is_table: Whether it asks for a table.
        stack: The kinds that led here, innermost last; another reference to one of them is a cycle.
    """

    types: tuple[Type, ...] = ()
    fields: tuple[FieldType, ...] = ()
    closed: bool = False
    is_table: bool = False
    stack: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields."""
        return tuple(dict.fromkeys(item.name for item in self.fields))


def is_unknown(type_: Type) -> bool:
    """Whether nothing is known of a value of this type."""
    return isinstance(type_, AnyType | KindReference)


def parts_of(
    kind: Kind | Type, resolve: Resolve | None, stack: tuple[str, ...], path: str, note: Callable[[Mismatch], None]
) -> Parts:
    """Looks up everything that a kind extends and refers to at its top; what is wrong with that is noted.

    What is extended along several ways is asked for once, so that this is linear in the kinds that there are.
    """
    return _parts_of(kind, resolve, stack, path, note, set())


def _parts_of(
    kind: Kind | Type,
    resolve: Resolve | None,
    stack: tuple[str, ...],
    path: str,
    note: Callable[[Mismatch], None],
    seen: set[str],
) -> Parts:
    if isinstance(kind, Kind):
        own = _parts_of(kind.type, resolve, stack, path, note, seen)
        return _merged([_parts_of(base, resolve, stack, path, note, seen) for base in kind.extends], own)
    if isinstance(kind, TableType):
        return Parts(fields=kind.fields, closed=kind.closed, is_table=True, stack=stack)
    if not isinstance(kind, KindReference):
        return Parts(types=(kind,), stack=stack)
    if kind.name in stack:
        note(Mismatch(path, "kinds that do not contain themselves", " -> ".join((*stack, kind.name))))
        return Parts(stack=stack)
    if kind.name in seen:
        return Parts(stack=stack)
    seen.add(kind.name)
    if len(stack) >= MAX_REFERENCES:
        note(Mismatch(path, f"kinds that lead to others at most {MAX_REFERENCES} deep", "deeper ones"))
        return Parts(stack=stack)
    target = look_up(kind, resolve)
    if target is None:
        note(Mismatch(path, f"a stored kind {kind.name}", "none of that name"))
        return Parts(stack=stack)
    return _parts_of(target, resolve, (*stack, kind.name), path, note, seen)


def look_up(reference: KindReference, resolve: Resolve | None) -> Kind | None:
    """The kind that is meant, None when there is none."""
    if resolve is None:
        return None
    try:
        return resolve(reference.name)
    except LookupError:
        return None


def _merged(bases: list[Parts], own: Parts) -> Parts:
    """All that is asked of a value of a kind. What it extends is no part of the way to its fields: a field of an
    extended kind is no cycle, and a true one comes by again.
    """
    parts = [*bases, own]
    return Parts(
        types=tuple(type_ for part in parts for type_ in part.types),
        fields=tuple(item for part in parts for item in part.fields),
        closed=any(part.closed for part in parts),
        is_table=any(part.is_table for part in parts),
        stack=own.stack,
    )
