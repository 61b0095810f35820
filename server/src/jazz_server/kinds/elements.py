"""Rules of a kind about the elements themselves: the least and the greatest that fit."""

from __future__ import annotations

from typing import Any

import numpy as np

from jazz.values import Layout, Table, Tensor, Value
from jazz_server.kinds.check import has_order
from jazz_server.kinds.match import Match, joined, match, type_of
from jazz_server.kinds.parts import Resolve, parts_of
from jazz_server.kinds.types import Kind, KindReference, Mismatch, TensorType, Type


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
    if type_.minimum is None and type_.maximum is None:
        return
    elements = _elements(value)
    if not len(elements):
        return
    least, greatest = elements.min(), elements.max()
    if least != least:
        out.append(Mismatch(path, _range(type_), "NaN"))
    elif type_.minimum is not None and least < type_.minimum:
        out.append(Mismatch(path, _range(type_), str(least)))
    elif type_.maximum is not None and greatest > type_.maximum:
        out.append(Mismatch(path, _range(type_), str(greatest)))


def _elements(value: Tensor) -> np.ndarray[Any, np.dtype[Any]]:
    """The elements that are there, each value at least once: an absent entry is one of `fill`, or zero."""
    data = np.ones(value.stored, np.bool_) if value.data is None else value.data
    if value.validity is not None:
        data = data[np.unpackbits(value.validity, count=value.stored, bitorder="little").astype(np.bool_)]
    if value.layout is not Layout.DENSE and value.stored < value.size:
        absent = np.frombuffer(value.fill, value.dtype.storage) if value.fill else np.zeros(1, value.dtype.storage)
        data = np.concatenate((data, absent))
    return data


def _range(type_: TensorType) -> str:
    if type_.maximum is None:
        return f"elements of at least {type_.minimum:g}"
    if type_.minimum is None:
        return f"elements of at most {type_.maximum:g}"
    return f"elements from {type_.minimum:g} to {type_.maximum:g}"
