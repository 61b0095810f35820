"""How large values are, and what that says of the work that a step is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from jazz.values import Layout, Table, Tensor, Value
from jazz_server.engine.errors import MemoryLimit
from jazz_server.engine.memory import limit_bytes, room_left, size_words
from jazz_server.engine.op import Cost, CostSettings, Host, Op, Scalar, Settings, Size
from jazz_server.kinds.types import TableType, TensorType, Type

_LITERAL: Final = Size((), 1, 8)
_INDEX_BYTES: Final = 4
"""An index, where it is not known whether it takes 4 or 8."""


def size_of(value: Value | Scalar) -> Size:
    """The size of a value."""
    if isinstance(value, Tensor):
        return Size(value.shape, value.stored, value.nbytes, value.layout is not Layout.DENSE)
    if isinstance(value, Table):
        parts = [size_of(field) for _, field in value.fields]
        return Size((), sum(part.stored for part in parts), sum(part.bytes for part in parts))
    return _LITERAL


def size_of_type(type_: Type | Scalar, stored: float = math.nan) -> Size | None:
    """What is known of the size of a value of a type; None when not even its rank is.

    Args:
        type_: The type.
        stored: How many entries are stored of a sparse tensor, where that is known or guessed.
    """
    if isinstance(type_, TensorType):
        return _tensor_size(type_, stored)
    if isinstance(type_, TableType):
        parts = [size_of_type(field.type) for field in type_.fields]
        known = [part for part in parts if part is not None]
        unknown = math.nan if len(known) < len(parts) or not type_.closed else 0
        return Size((), sum(p.stored for p in known) + unknown, sum(p.bytes for p in known) + unknown)
    return _LITERAL if isinstance(type_, bool | int | float | str) else None


def _tensor_size(type_: TensorType, stored: float) -> Size | None:
    if type_.shape is None:
        return None
    shape = tuple(d if isinstance(d, int) else math.nan for d in type_.shape)
    dtype, layout = type_.dtype, type_.layout
    item = math.nan if dtype is None or dtype.variable else dtype.storage.itemsize
    if layout is Layout.DENSE:
        return Size(shape, math.prod(shape), math.prod(shape) * item)
    if layout is None:
        return Size(shape, math.nan, math.nan)
    stored = min(stored, math.prod(shape)) if stored == stored else stored
    indices, lines = len(shape) * stored, 0.0
    if layout is not Layout.COO:
        indices, lines = stored, shape[0 if layout is Layout.CSR else 1] + 1
    return Size(shape, stored, stored * item + (indices + lines) * _INDEX_BYTES, sparse=True)


def estimated(
    op: Op, arguments: Sequence[Size | None], settings: CostSettings, types: Sequence[Type]
) -> tuple[Cost, list[Size | None]]:
    """About how much work a step is, with its bytes, and the sizes of its results.

    Args:
        op: The operation.
        arguments: The sizes of its arguments; None for those whose rank is not known.
        settings: Its parameters, with the cost of running each sub-graph once in its place.
        types: The types of its results.
    """
    given = [size for size in arguments if size is not None]
    most = _largest([size.stored for size in given])
    results = [size_of_type(type_, most) for type_ in types]
    made = [size for size in results if size is not None]
    if len(given) < len(arguments) or len(made) < len(results):
        return Cost(math.nan, math.nan), results
    if op.cost is None:
        cost = Cost(_largest([size.stored for size in (*given, *made)]))
    else:
        cost = op.cost(given, settings, made)
    if cost.stored is not None:
        results = [size_of_type(type_, cost.stored) for type_ in types]
        made = [size for size in results if size is not None]
    moved = sum(size.bytes for size in (*given, *made)) if cost.bytes is None else cost.bytes
    return replace(cost, bytes=moved), results


def _largest(numbers: Sequence[float]) -> float:
    """The greatest; NaN when one is not known."""
    return math.nan if any(number != number for number in numbers) else max(numbers, default=0)


def check_host(host: Host, arguments: Sequence[Value | Scalar], settings: Settings) -> None:
    """Refuses the call of a library that may take more memory than there is.

    Raises:
        MemoryLimit: Its bound is above what one result, or the run, may take.
    """
    left = room_left()
    most = limit_bytes() if left is None else min(left, limit_bytes())
    bound = host.memory([size_of(value) for value in arguments], settings)
    if bound > most:
        found = f"{host.library} may take {size_words(bound)}; at most {size_words(most)} are left"
        raise MemoryLimit(found)
