"""Rules of a kind about the elements themselves: the least and the greatest that fit."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from jazz.values import Layout, Order, Table, Tensor, Value
from jazz_server.kinds.bounds import has_order, in_words
from jazz_server.kinds.match import Match, joined, match, type_of
from jazz_server.kinds.parts import Resolve, parts_of
from jazz_server.kinds.types import Kind, KindReference, Mismatch, TensorType, Type

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def match_value(kind: Kind | Type, value: Value, resolve: Resolve | None = None) -> Match:
    """Matches a value with a kind or type, its elements included.

    The elements are looked at only when the type fits: O(stored elements) for tensors that have a range, else O(1).
    """
    found = match(kind, type_of(value), resolve)
    if not found.matches:
        return found
    mismatches: list[Mismatch] = []
    _check(kind, value, resolve, (), "", mismatches)
    return Match(found.bindings, tuple(mismatches))


def _check(
    kind: Kind | Type, value: Value, resolve: Resolve | None, stack: tuple[str, ...], path: str, out: list[Mismatch]
) -> None:
    parts = parts_of(kind, resolve, stack, path, out.append)
    if isinstance(value, Table):
        values = dict(value.fields)
        for item in parts.fields:
            if item.name in values:
                inner = () if isinstance(item.type, KindReference) else parts.stack
                _check(item.type, values[item.name], resolve, inner, joined(path, item.name), out)
    for type_ in parts.types:
        if isinstance(value, Tensor) and isinstance(type_, TensorType) and has_order(value.dtype):
            _check_range(type_, value, path, out)


def _check_range(type_: TensorType, value: Tensor, path: str, out: list[Mismatch]) -> None:
    """Notes the elements that are out of range: the first, and how many more. What is missing is not one of them."""
    if type_.minimum is None and type_.maximum is None:
        return
    stored = np.ones(value.stored, np.bool_) if value.data is None else value.data
    wrong = _out_of_range(stored, type_)
    if value.validity is not None:
        wrong &= np.unpackbits(value.validity, count=value.stored, bitorder="little").astype(np.bool_)
    count = int(np.count_nonzero(wrong))
    if count:
        first = int(np.argmax(wrong))
        more = f", and {count - 1} more" if count > 1 else ""
        out.append(
            Mismatch(
                path,
                in_words(type_.minimum, type_.maximum),
                f"{_shown(stored[first])} at {position_of(value, first)}{more}",
            )
        )
    if value.layout is not Layout.DENSE and value.stored < value.size:
        absent = np.frombuffer(value.fill, value.dtype.storage) if value.fill else np.zeros(1, value.dtype.storage)
        if _out_of_range(absent, type_).any():
            out.append(Mismatch(path, _range(type_), f"absent entries, which are {_shown(absent[0])}"))


def _out_of_range(elements: Array, type_: TensorType) -> Array:
    """Which elements are less than the least that fits or greater than the greatest; NaN is neither, and out of it.

    A bound is rounded to the type of the elements, so that 0.1 as a float32 is not less than 0.1.
    """
    with np.errstate(over="ignore"):
        inside = np.ones(elements.shape, np.bool_)
        if type_.minimum is not None:
            inside &= elements >= _bound(type_.minimum, elements, math.ceil)
        if type_.maximum is not None:
            inside &= elements <= _bound(type_.maximum, elements, math.floor)
    return ~inside


def _bound(bound: float, elements: Array, rounded: Callable[[float], int]) -> float:
    """A bound that compares exactly: with integers, an integer."""
    return rounded(bound) if elements.dtype.kind in "iu" and math.isfinite(bound) else bound


def position_of(value: Tensor, stored: int) -> str:
    """Where a stored element lies in a tensor.

    >>> from jazz.values import dense
    >>> position_of(dense(np.zeros((2, 3))), 4)
    '[1, 1]'
    """
    where: tuple[Any, ...]
    if value.layout is Layout.DENSE:
        where = np.unravel_index(stored, value.shape, order="F" if value.order is Order.F else "C")
    elif value.layout is Layout.COO:
        where = tuple(index[stored] for index in value.indices)
    else:
        assert value.indptr is not None
        major = int(np.searchsorted(value.indptr, stored, side="right")) - 1
        minor = value.indices[0][stored]
        where = (major, minor) if value.layout is Layout.CSR else (minor, major)
    return f"[{', '.join(str(int(index)) for index in where)}]"


def _shown(element: Any) -> str:
    return "NaN" if element != element else str(element)


def _range(type_: TensorType) -> str:
    return in_words(type_.minimum, type_.maximum)
