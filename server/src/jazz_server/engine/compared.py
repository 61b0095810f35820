"""Comparing what is no number: texts by their bytes, all else by integers that are in the same order.

The bytes of UTF-8 are in the order of code points. Times are as their ticks are, in whatever units; elements of factors
as the numbers of their categories.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from jazz.values import UNITS, DataType, Tensor, dense
from jazz_server.engine import layouts, operands, structure
from jazz_server.engine.comparable import FIELDS, refusal
from jazz_server.engine.errors import OpError
from jazz_server.engine.launch import launch
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.missing import marked, unmarked
from jazz_server.engine.op import Scalar
from jazz_server.engine.promotion import INT64
from jazz_server.engine.shapes import concrete
from jazz_server.engine.texts import found_in, listed, single
from jazz_server.kinds import describe

Operand: TypeAlias = Tensor | Scalar
_Positions: TypeAlias = NDArray[np.int64]

_FAR: Final = 2**61
"""Beyond all that the ticks of a finer unit are in a coarser one."""

_INTEGERS: Final = {name: DataType(name) for name in ("int32", "int64")}


def check_comparable(a: Operand, b: Operand, fields: Sequence[str] = FIELDS, *, by_order: bool) -> None:
    """Checks what only shows when a pipeline runs if its types were not known.

    Raises:
        OpError: The elements cannot be compared.
    """
    one, other = (x.dtype if isinstance(x, Tensor) else x for x in (a, b))
    wrong = refusal(one, other, fields, by_order=by_order)
    if wrong is not None:
        raise OpError(wrong.field, wrong.expected, wrong.found)


def are_texts(a: Operand, b: Operand) -> bool:
    """Whether both are texts or bytes, and none a factor."""
    return all(isinstance(x, str) or (isinstance(x, Tensor) and x.dtype.variable) for x in (a, b))


def as_integers(a: Operand, b: Operand, *, by_order: bool) -> tuple[Operand, Operand]:
    """Integers that are equal, and less or greater, as times or elements of factors are: O(elements) at most.

    Raises:
        OpError: The categories have no common order.
    """
    if isinstance(a, Tensor) and isinstance(b, Tensor) and "factor" not in (a.dtype.name, b.dtype.name):
        return _ticks(a, b.dtype), _ticks(b, a.dtype)
    if isinstance(a, Tensor) and a.dtype.name == "factor":
        return _numbers(a), _codes(b, a, FIELDS[1], by_order=by_order)
    assert isinstance(b, Tensor)
    return _codes(a, b, FIELDS[0], by_order=by_order), _numbers(b)


def _numbers(x: Tensor) -> Tensor:
    """The integers that a tensor is stored as."""
    return replace(x, dtype=_INTEGERS[x.dtype.storage.name], categories=None)


def _ticks(x: Tensor, beside: DataType) -> Tensor:
    """Times as integers in the order of both sides: the ticks themselves, if they are of one unit.

    Else twice what they are in the coarser unit, and one more for what lies between two of its ticks. That is exact,
    and nothing overflows: what is coarse is cut off at `_FAR`, which lies beyond all that is fine.
    """
    unit, other = x.dtype.unit, beside.unit
    if unit == other:
        return _numbers(x)
    assert unit is not None
    assert other is not None
    assert x.data is not None
    check_bytes(3 * x.data.nbytes, "times in another unit")
    finer = UNITS.index(unit) - UNITS.index(other)
    if finer < 0:
        return replace(_numbers(x), data=2 * np.clip(x.data, -_FAR, _FAR))
    whole, rest = np.divmod(x.data, 1000**finer)
    return replace(_numbers(x), data=2 * whole + (rest > 0))


def _codes(x: Operand, factor: Tensor, field: str, *, by_order: bool) -> Operand:
    """The numbers of the categories of a factor that elements are; -1 for a text that is none of them."""
    categories = factor.categories
    assert categories is not None
    if isinstance(x, str):
        code = int(found_in(single(x), categories)[0])
        if by_order and code < 0:
            raise OpError(field, f"one of the categories {describe.names(listed(categories))}", repr(x))
        return code
    assert isinstance(x, Tensor)
    if x.dtype.name == "string":
        return Tensor(INT64, x.shape, order=x.order, data=found_in(x, categories), validity=x.validity)
    if structure.categories(x) == structure.categories(factor):
        return _numbers(x)
    assert x.categories is not None
    assert x.data is not None
    if by_order:
        expected = f"the categories {describe.names(listed(categories))} in this order"
        raise OpError(field, expected, describe.names(listed(x.categories)))
    codes = np.append(found_in(x.categories, categories), -1)
    return replace(_numbers(x), dtype=INT64, data=codes[x.data])


def compare_texts(name: str, a: Operand, b: Operand) -> Tensor:
    """The answers of a comparison of dense tensors of texts, or of bytes, or literals: O(bytes)."""
    left, right = (x if isinstance(x, Tensor) else single(str(x)) for x in (a, b))
    shape = concrete(left.shape, right.shape)
    check_bytes(6 * 8 * math.prod(shape), "pairs of texts")
    pool = structure.pooled((unmarked(left), unmarked(right)), None)
    numbers = (structure.numbered(left), structure.numbered(right, left.size))
    first, second = (np.broadcast_to(each, shape).reshape(-1) for each in numbers)
    result = dense(_ANSWERS[name](pool, first, second).reshape(shape))
    marks = [layouts.missing_array(x) for x in (left, right) if operands.has_missing(x)]
    return marked(result, functools.reduce(np.logical_or, marks)) if marks else result


def _differ(pool: Tensor, a: _Positions, b: _Positions) -> NDArray[np.bool_]:
    """Whether texts of a pool are not those that others are."""
    pairs = np.stack([a, b], axis=-1).reshape(-1)
    found = np.empty(len(pairs), np.bool_)
    launch("texts_differ", len(pairs), _work(pool, pairs), *_buffers(pool), pairs, found)
    return found[1::2]


def _precedes(pool: Tensor, a: _Positions, b: _Positions) -> NDArray[np.bool_]:
    """Whether texts of a pool are less than others."""
    # Two are sorted stably, the one that is asked for behind the other: where it comes first, it is less.
    pairs = np.stack([b, a], axis=-1).reshape(-1)
    ends = np.arange(0, len(pairs) + 1, 2)
    launch("texts_sort_runs", len(a), _work(pool, pairs), *_buffers(pool), ends, pairs, np.empty_like(pairs))
    return np.asarray(pairs[::2] == a)


def _buffers(pool: Tensor) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    assert pool.data is not None
    assert pool.offsets is not None
    return pool.offsets, pool.data


def _work(pool: Tensor, pairs: _Positions) -> int:
    assert pool.data is not None
    return len(pool.data) + len(pairs)


_ANSWERS: Final[Mapping[str, Callable[[Tensor, _Positions, _Positions], NDArray[np.bool_]]]] = {
    "equal": lambda pool, a, b: ~_differ(pool, a, b),
    "not_equal": _differ,
    "less": _precedes,
    "less_equal": lambda pool, a, b: ~_precedes(pool, b, a),
    "greater": lambda pool, a, b: _precedes(pool, b, a),
    "greater_equal": lambda pool, a, b: ~_precedes(pool, a, b),
}
