"""Whether a kind makes sense, before it is stored."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from jazz.kinds.words import is_line, is_paragraph
from jazz.values import DATA_TYPES, MAX_DEPTH, DataType, Layout
from jazz_server.kinds import describe, units
from jazz_server.kinds.agreement import disagreements
from jazz_server.kinds.bounds import fits_none, has_order, in_words
from jazz_server.kinds.match import joined
from jazz_server.kinds.parts import Resolve, parts_of
from jazz_server.kinds.suggestions import Suggestions
from jazz_server.kinds.types import FieldType, Kind, KindReference, Mismatch, Symbol, TableType, TensorType, Type

_Note: TypeAlias = Callable[[Mismatch], None]
_REFERENCE = re.compile(r"[a-z][a-z0-9_-]{0,62}(/[^/@\x00-\x1f\x7f]+)+(@[1-9][0-9]*)?")
_MAX_LENGTH = 2**63 - 1

MAX_EXTENDED: Final = 100
"""How many kinds one may extend."""

_COMPRESSED = {Layout.CSR, Layout.CSC}


def check_kind(
    kind: Kind | Type, resolve: Resolve | None = None, *, suggestions: Suggestions | None = None
) -> list[Mismatch]:
    """Everything that is wrong with a kind in itself.

    With `resolve` the kinds that it extends and refers to are looked up as well, at any depth: unknown ones and
    cycles are found, and what its parts ask for that no value can be at once. In `suggestions` units are looked for
    that may have been meant: the same ones for all kinds of one call.
    """
    found: list[Mismatch] = []
    looked_for = suggestions or Suggestions()
    if isinstance(kind, Kind):
        if len(kind.extends) > MAX_EXTENDED:
            found.append(Mismatch("extends", f"at most {MAX_EXTENDED} kinds", str(len(kind.extends))))
            return found
        for position, base in enumerate(kind.extends):
            _check_reference(base, f"extends[{position}]", found.append)
        if not is_paragraph(kind.doc):
            found.append(Mismatch("doc", "lines without control characters and space at their ends", repr(kind.doc)))
        if kind.extends and isinstance(kind.type, KindReference):
            found.append(Mismatch("", "a type of its own, or a reference without extended kinds", "both"))
        _check_type(kind.type, "", 1, found.append, looked_for)
    else:
        _check_type(kind, "", 1, found.append, looked_for)
    if resolve is not None and not found:
        _Contents(resolve, found.append).check(kind, (), "", 1)
        if not found:
            found += disagreements(kind, resolve)
    return found


def _check_type(type_: Type, path: str, depth: int, note: _Note, suggestions: Suggestions) -> None:
    if isinstance(type_, TensorType):
        _check_tensor(type_, path, note, suggestions)
    elif isinstance(type_, KindReference):
        _check_reference(type_, path, note)
    elif isinstance(type_, TableType):
        if depth > MAX_DEPTH:
            note(Mismatch(path, f"tables at most {MAX_DEPTH} deep", "a deeper one"))
            return
        _check_fields(type_.fields, path, note)
        for item in type_.fields:
            _check_type(item.type, joined(path, item.name), depth + 1, note, suggestions)


def _check_fields(fields: Sequence[FieldType], path: str, note: _Note) -> None:
    seen: set[str] = set()
    for position, item in enumerate(fields):
        if not item.name:
            note(Mismatch(joined(path, f"fields[{position}]"), "a name", "an empty one"))
        elif item.name in seen:
            note(Mismatch(joined(path, item.name), "fields with different names", "this name twice"))
        elif "\0" in item.name:
            note(Mismatch(joined(path, f"fields[{position}]"), "a name without NUL", repr(item.name)))
        if not is_line(item.doc):
            expected = "a doc of one line without control characters and space around it"
            note(Mismatch(joined(path, item.name), expected, repr(item.doc)))
        seen.add(item.name)


def _check_reference(reference: KindReference, path: str, note: _Note) -> None:
    if _REFERENCE.fullmatch(reference.name) is None:
        note(Mismatch(path, "a kind as space/name or space/name@version", repr(reference.name)))


def _check_tensor(type_: TensorType, path: str, note: _Note, suggestions: Suggestions) -> None:
    _check_dtypes(type_.dtypes, path, note)
    if len(set(type_.layouts)) != len(type_.layouts):
        note(Mismatch(path, "each layout once", describe.layouts(type_.layouts)))
    if type_.strict and not type_.layouts:
        note(Mismatch(path, "the layouts that a strict layout is one of", "none"))
    for position, dimension in enumerate(type_.shape or ()):
        if isinstance(dimension, Symbol):
            _check_symbol(dimension, path, note)
        elif dimension is not None and not 0 <= dimension <= _MAX_LENGTH:
            note(Mismatch(path, f"a length of 0 or more in dimension {position}", str(dimension)))
    if type_.shape is not None and len(type_.shape) != 2 and type_.layouts and set(type_.layouts) <= _COMPRESSED:
        note(Mismatch(path, f"two dimensions for {describe.layouts(type_.layouts)}", describe.rank(type_.shape)))
    _check_range(type_, path, note)
    _check_unit(type_, path, note, suggestions)


def _check_unit(type_: TensorType, path: str, note: _Note, suggestions: Suggestions) -> None:
    if not type_.unit:
        return
    wrong = units.unknown(type_.unit, suggestions)
    if wrong:
        note(Mismatch(path, "a unit in pint's vocabulary, such as m or kg/m**3", wrong))
    counted = [dtype for dtype in type_.dtypes if dtype.name in DATA_TYPES and not dtype.measurable]
    if counted:
        note(Mismatch(path, "element types that can have a unit", describe.dtypes(counted)))


def _check_dtypes(dtypes: Sequence[DataType], path: str, note: _Note) -> None:
    for dtype in dtypes:
        if dtype.name not in DATA_TYPES:
            note(Mismatch(path, "a known element type", f"{dtype.name}{describe.suggestion(dtype.name, DATA_TYPES)}"))
    if len(set(dtypes)) != len(dtypes):
        note(Mismatch(path, "each element type once", describe.dtypes(dtypes)))


def _check_symbol(symbol: Symbol, path: str, note: _Note) -> None:
    if not symbol.name.isidentifier():
        note(Mismatch(path, "a symbol that is an identifier", repr(symbol.name)))
    elif not unicodedata.is_normalized("NFC", symbol.name):
        note(Mismatch(path, "a symbol in Unicode normal form C", ascii(symbol.name)))


def _check_range(type_: TensorType, path: str, note: _Note) -> None:
    bounds = {"minimum": type_.minimum, "maximum": type_.maximum}
    given = {name: bound for name, bound in bounds.items() if bound is not None}
    for name, bound in given.items():
        if math.isnan(bound):
            note(Mismatch(path, f"a {name} that is a number", "nan"))
    crossed = type_.minimum is not None and type_.maximum is not None and type_.minimum > type_.maximum
    if crossed:
        note(Mismatch(path, f"a maximum of at least the minimum {type_.minimum:g}", f"{type_.maximum:g}"))
    unordered = [d for d in type_.dtypes if d.name in DATA_TYPES and not has_order(d)]
    if given and unordered:
        note(Mismatch(path, f"element types that can have a {describe.choices(given)}", describe.dtypes(unordered)))
    elif given and not crossed and _fits_none(type_):
        expected = f"element types that have {in_words(type_.minimum, type_.maximum)}"
        note(Mismatch(path, expected, describe.dtypes(type_.dtypes)))


def _fits_none(type_: TensorType) -> bool:
    known = type_.dtypes if {dtype.name for dtype in type_.dtypes} <= set(DATA_TYPES) else ()
    return bool(known) and all(fits_none(dtype, type_.minimum, type_.maximum) for dtype in known)


class _Contents:
    """The check of the kinds that one refers to, each of them once however many ways lead there."""

    def __init__(self, resolve: Resolve, note: _Note) -> None:
        self._resolve = resolve
        self._note = note
        self._checked: set[str] = set()

    def check(self, kind: Kind | Type, stack: tuple[str, ...], path: str, depth: int) -> None:
        if depth > MAX_DEPTH:
            self._note(Mismatch(path, f"tables at most {MAX_DEPTH} deep", "deeper ones"))
            return
        if isinstance(kind, KindReference) and kind.name not in stack:
            if kind.name in self._checked:
                return
            self._checked.add(kind.name)
        parts = parts_of(kind, self._resolve, stack, path, self._note)
        for item in parts.fields:
            self.check(item.type, parts.stack, joined(path, item.name), depth + 1)
