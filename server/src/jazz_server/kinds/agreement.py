"""Whether the parts of a kind can hold together: what it says itself and what the kinds say that it extends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Final, TypeAlias

from jazz.values import DataType
from jazz_server.kinds import describe, units
from jazz_server.kinds.bounds import fits_none, in_words
from jazz_server.kinds.match import joined
from jazz_server.kinds.parts import Resolve, parts_of
from jazz_server.kinds.types import AnyType, FieldType, Kind, KindReference, Mismatch, Symbol, TensorType, Type
from jazz_server.kinds.unify import DimensionConflict, Unifier

_Asked: TypeAlias = tuple[Kind | Type, str]
"""What is asked of a value, and the scope of its symbols."""

_AGREE: Final = "parts of the kind that can hold together"


def disagreements(kind: Kind | Type, resolve: Resolve) -> list[Mismatch]:
    """What no value can be at once, though the kind asks for it.

    Only what is asked twice is looked at: fields that recur among the kinds that are extended. Kinds that it refers to
    were looked at when they were stored. Fields that may be absent hold together by being absent.
    """
    found: list[Mismatch] = []
    _Agreement(resolve, found.append).check([(kind, "")], "")
    return found


class _Agreement:
    def __init__(self, resolve: Resolve, note: Callable[[Mismatch], None]) -> None:
        self._resolve = resolve
        self._note = note
        self._unifier = Unifier()
        self._scopes = count(1)
        self._seen: set[tuple[Kind | Type, ...]] = set()

    def check(self, asked: Sequence[_Asked], path: str) -> None:
        """Notes where what is asked of the value at a path disagrees."""
        whole = tuple(kind for kind, _ in asked)
        if (len(asked) == 1 and isinstance(whole[0], KindReference)) or whole in self._seen:
            return
        self._seen.add(whole)
        parts = [
            (parts_of(kind, self._resolve, (), path, self._note), self._scope(kind, scope)) for kind, scope in asked
        ]
        types = [(type_, scope) for part, scope in parts for type_ in part.types if not isinstance(type_, AnyType)]
        tensors = [_scoped(type_, scope) for type_, scope in types if isinstance(type_, TensorType)]
        kinds = {describe.kind_of(type_) for type_, _ in types if not isinstance(type_, TensorType)}
        kinds |= {"a tensor"} if tensors else set()
        kinds |= {"a table"} if any(part.is_table for part, _ in parts) else set()
        if len(kinds) > 1:
            self._note(Mismatch(path, _AGREE, " and ".join(sorted(kinds))))
            return
        if len(tensors) > 1:
            self._tensors(tensors, path)
        self._fields([(item, scope) for part, scope in parts for item in part.fields], path)

    def _scope(self, kind: Kind | Type, scope: str) -> str:
        return f"{next(self._scopes)}" if isinstance(kind, KindReference) else scope

    def _fields(self, fields: Sequence[tuple[FieldType, str]], path: str) -> None:
        named: dict[str, list[tuple[FieldType, str]]] = {}
        for item in fields:
            named.setdefault(item[0].name, []).append(item)
        for name, items in named.items():
            if not all(field.optional for field, _ in items):
                asked = [(field.type, scope) for field, scope in items]
                self.check(asked, joined(path, name))

    def _tensors(self, types: Sequence[TensorType], path: str) -> None:
        """Notes what no tensor can be at once."""
        dtypes = self._dtypes([type_.dtypes for type_ in types if type_.dtypes], path)
        layouts = [type_.layouts for type_ in types if type_.strict]
        if layouts and not set.intersection(*map(set, layouts)):
            self._disagree(path, [describe.layouts(each) for each in layouts])
        self._units([type_.unit for type_ in types if type_.unit], dtypes, path)
        self._ranges(types, dtypes, path)
        self._shapes(types, path)

    def _dtypes(self, given: Sequence[tuple[DataType, ...]], path: str) -> tuple[DataType, ...]:
        """The element types that all of them allow; none when that is any, or when they disagree."""
        if not given:
            return ()
        common = set.intersection(*map(set, given))
        if not common:
            self._disagree(path, [describe.dtypes(each) for each in given])
        return tuple(dtype for dtype in given[0] if dtype in common)

    def _units(self, given: Sequence[str], dtypes: Sequence[DataType], path: str) -> None:
        if any(units.difference(given[0], unit) is not None for unit in given):
            self._disagree(path, given)
        elif given and dtypes and not any(dtype.measurable for dtype in dtypes):
            self._disagree(path, [f"elements in {given[0]}", describe.dtypes(dtypes)])

    def _ranges(self, types: Sequence[TensorType], dtypes: Sequence[DataType], path: str) -> None:
        least = max((type_.minimum for type_ in types if type_.minimum is not None), default=None)
        most = min((type_.maximum for type_ in types if type_.maximum is not None), default=None)
        if least is not None and most is not None and least > most:
            self._disagree(path, [f"elements of at least {least:g}", f"of at most {most:g}"])
        elif dtypes and all(fits_none(dtype, least, most) for dtype in dtypes):
            self._disagree(path, [in_words(least, most), describe.dtypes(dtypes)])

    def _shapes(self, types: Sequence[TensorType], path: str) -> None:
        shapes = [type_.shape for type_ in types if type_.shape is not None]
        for shape in shapes[1:]:
            if len(shape) != len(shapes[0]):
                self._disagree(path, [describe.rank(shapes[0]), describe.rank(shape)])
                continue
            for position, (one, other) in enumerate(zip(shapes[0], shape, strict=True)):
                try:
                    self._unifier.unify(one, other)
                except DimensionConflict as conflict:
                    lengths = (conflict.expected, conflict.found)
                    self._disagree(path, [describe.length(each, len(shape), position) for each in lengths])

    def _disagree(self, path: str, words: Sequence[str]) -> None:
        self._note(Mismatch(path, _AGREE, " and ".join(dict.fromkeys(words))))


def _scoped(type_: TensorType, scope: str) -> TensorType:
    """The type with symbols that are those of a scope alone."""
    if not scope or not type_.symbolic:
        return type_
    assert type_.shape is not None
    shape = tuple(Symbol(f"{d.name} {scope}") if isinstance(d, Symbol) else d for d in type_.shape)
    return replace(type_, shape=shape)
