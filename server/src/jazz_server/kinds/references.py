"""The kinds that kinds and types refer to by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from jazz_server.kinds.types import Kind, KindReference, TableType, Type


def references(part: Kind | Type) -> Iterator[str]:
    """The names of the kinds that it extends and contains, as they are written there, in their order."""
    match part:
        case Kind():
            for base in part.extends:
                yield base.name
            yield from references(part.type)
        case TableType():
            for field in part.fields:
                yield from references(field.type)
        case KindReference():
            yield part.name


def renamed_kind(kind: Kind, name: Callable[[str], str]) -> Kind:
    """The kind with other names for the kinds that it refers to."""
    extends = tuple(KindReference(name(base.name)) for base in kind.extends)
    return replace(kind, type=renamed_type(kind.type, name), extends=extends)


def renamed_type(type_: Type, name: Callable[[str], str]) -> Type:
    """The type with other names for the kinds that it refers to."""
    match type_:
        case TableType():
            return replace(type_, fields=tuple(replace(f, type=renamed_type(f.type, name)) for f in type_.fields))
        case KindReference():
            return KindReference(name(type_.name))
        case _:
            return type_
