"""Keys of two tables as one: what is equal in both is equal there, and in the order that both have.

NaN is equal to NaN there, and what is missing to what is missing, as pandas and R have it when they join tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from jazz.values import UNITS, DataType, Tensor, Value, dense
from jazz_server.engine import arguments, comparable, gaps, layouts, operands, structure
from jazz_server.engine.by_value import mixed, parts
from jazz_server.engine.categories import united
from jazz_server.engine.errors import OpError
from jazz_server.engine.keys import Keys, keys_of_rows
from jazz_server.engine.missing import missing_entries
from jazz_server.engine.op import Inference
from jazz_server.engine.promotion import INT64
from jazz_server.kinds import describe
from jazz_server.kinds.types import TensorType, Type

_UINT64 = DataType("uint64")


def check_types(inference: Inference, fields: Sequence[str], given: Sequence[Type]) -> None:
    """Notes fields of two tables that are no keys, or cannot be compared with each other."""
    keys = [arguments.with_order(inference, field, key) for field, key in zip(fields, given, strict=True)]
    for field, key in zip(fields, keys, strict=True):
        if key.shape is not None and len(key.shape) != 1:
            inference.mismatch(field, "a vector", describe.rank(key.shape))
    comparable.check(inference, keys, keys, fields, by_order=False)
    arguments.same_unit(inference, fields, given)


def keys_of_pairs(fields: Sequence[tuple[str, str]], pairs: Sequence[tuple[Value, Value]]) -> Keys:
    """The keys of the rows of a table, and behind them of those of another one.

    Args:
        fields: The names of vectors of both tables.
        pairs: These vectors, each beside its like, of elements that can be compared and have an order.
    """
    return keys_of_rows([vector for names, pair in zip(fields, pairs, strict=True) for vector in _common(names, pair)])


def _common(names: Sequence[str], pair: Sequence[Value]) -> tuple[Tensor, ...]:
    """Vectors with the elements of one and behind them those of another one: one, or two for what one cannot hold."""
    a, b = (layouts.to_dense(operands.tensor(name, vector)) for name, vector in zip(names, pair, strict=True))
    if a.dtype.numeric:
        return _numbers(a, b)
    if a.dtype.name == b.dtype.name == "factor":
        return (_below(*united((a, b))),)
    if "factor" in (a.dtype.name, b.dtype.name):
        return (_below(_texts(a), _texts(b)),)
    if a.dtype.unit == b.dtype.unit:
        return (_below(a, b),)
    return _times(a, b)


def _below(a: Tensor, b: Tensor) -> Tensor:
    return structure.pooled((a, b), None)


def _numbers(a: Tensor, b: Tensor) -> tuple[Tensor, ...]:
    common = np.result_type(a.dtype.storage, b.dtype.storage)
    if mixed(a.dtype.storage, b.dtype.storage):
        # What lies beside the nearest floats is told apart by another vector, if there is anything.
        (near, beyond), (near_too, beyond_too) = _parts(a), _parts(b)
        told_apart = (_below(beyond, beyond_too),) if any(x.array().any() for x in (beyond, beyond_too)) else ()
        return (_below(near, near_too), *told_apart)
    if common.kind == "f" and a.dtype.storage.kind + b.dtype.storage.kind in ("iu", "ui"):
        # No number of 64 bits holds both: what lies beyond int64 is told apart by another vector.
        (above, low), (above_too, low_too) = _halves(a), _halves(b)
        return _below(above, above_too), _below(low, low_too)
    return (replace(structure.pooled((a, b), common), dtype=DataType(common.name)),)


def _halves(x: Tensor) -> tuple[Tensor, Tensor]:
    array = x.array()
    above = array > np.iinfo(np.int64).max if x.dtype == _UINT64 else np.zeros(array.shape, np.bool_)
    low = Tensor(INT64, x.shape, data=array.astype(np.int64), validity=x.validity)
    return replace(dense(above), validity=x.validity), low


def _parts(x: Tensor) -> tuple[Tensor, Tensor]:
    """The nearest floats of numbers, and how far integers are beyond them."""
    near, beyond = x.array().astype(np.float64, copy=False), np.zeros(x.shape, np.int64)
    if x.dtype.storage.kind in "iu":
        near, beyond = parts(x.array())
    return replace(dense(near), validity=x.validity), replace(dense(beyond), validity=x.validity)


def check_one_type(inference: Inference, fields: Sequence[str], keys: Sequence[TensorType]) -> None:
    """Notes keys of two tables that no type holds both of: uint64 beside integers that may be below 0."""
    left, right = (key.dtypes for key in keys)
    pairs = product(left, right)
    if left and right and all(_UINT64 in pair and {x.storage.kind for x in pair} == {"i", "u"} for pair in pairs):
        expected = f"{describe.dtypes(left)}, as {fields[0]} has, since no type holds both: cast one of them"
        inference.mismatch(fields[1], expected, describe.dtypes(right))


def check_held(names: Sequence[str], keys: Sequence[Tensor], dtype: DataType) -> None:
    """Checks that keys of two tables are still what they were as elements of another type.

    Raises:
        OpError: One is an integer that is none of its floats.
    """
    for name, other, key in zip(names, reversed(names), keys, strict=True):
        if not mixed(key.dtype.storage, dtype.storage):
            continue
        whole = layouts.array_of(key)
        lost = np.flatnonzero((parts(whole)[1] != 0) & ~layouts.missing_array(key))
        if len(lost):
            expected = f"integers that are numbers of {dtype} as well, the type of {other}: cast one of them"
            raise OpError(name, expected, str(whole[lost[0]]))


def _texts(x: Tensor) -> Tensor:
    """Elements of a factor as texts, or texts as they are."""
    if x.dtype.name != "factor":
        return x
    assert x.categories is not None
    assert x.data is not None
    pool = gaps.with_gap(x.categories)
    return structure.arranged(pool, np.where(missing_entries(x), pool.size - 1, x.data))


def _times(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Times of two units: whole ticks of the coarser one, and what there is beside."""
    units = [UNITS.index(x.dtype.unit or "") for x in (a, b)]
    parts = [_ticks(x, 1000 ** (unit - min(units))) for x, unit in zip((a, b), units, strict=True)]
    return _below(parts[0][0], parts[1][0]), _below(parts[0][1], parts[1][1])


def _ticks(x: Tensor, ratio: int) -> tuple[Tensor, Tensor]:
    whole, rest = np.divmod(x.array(), ratio)
    return Tensor(INT64, x.shape, data=whole, validity=x.validity), Tensor(
        INT64, x.shape, data=rest, validity=x.validity
    )
