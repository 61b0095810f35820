"""Keys of two tables as one: what is equal in both is equal there, and in the order that both have.

NaN is equal to NaN there, and what is missing to what is missing, as pandas and R have it when they join tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from jazz.values import UNITS, DataType, Tensor, dense
from jazz_server.engine import comparable, compared, gaps, layouts, operands, structure
from jazz_server.engine.errors import OpError
from jazz_server.engine.keys import Keys, keys_of_rows
from jazz_server.engine.missing import missing_entries
from jazz_server.engine.op import Inference
from jazz_server.engine.promotion import INT64
from jazz_server.kinds import describe
from jazz_server.kinds.types import TensorType

_UINT64 = DataType("uint64")
_ORDERED = "elements that have an order"


def check_types(inference: Inference, fields: Sequence[str], a: TensorType, b: TensorType) -> None:
    """Notes fields of these names that are no keys, or cannot be compared with each other."""
    for field, key in zip(fields, (a, b), strict=True):
        if key.shape is not None and len(key.shape) != 1:
            inference.mismatch(field, "a vector", describe.rank(key.shape))
        if key.dtypes and not any(map(_has_order, key.dtypes)):
            inference.mismatch(field, _ORDERED, describe.dtypes(key.dtypes))
    comparable.check(inference, (a, b), (a, b), fields, by_order=False)


def keys_of_pairs(fields: Sequence[tuple[str, str]], pairs: Sequence[tuple[Tensor, Tensor]]) -> Keys:
    """The keys of the rows of a table, and behind them of those of another one.

    Args:
        fields: The names of the vectors.
        pairs: The vectors of both tables, each beside its like.

    Raises:
        OpError: They are no vectors, or not of elements that can be compared and have an order.
    """
    return keys_of_rows([each for names, (a, b) in zip(fields, pairs, strict=True) for each in _common(names, a, b)])


def _has_order(dtype: DataType) -> bool:
    return dtype.storage.kind != "c"


def _common(names: Sequence[str], *given: Tensor) -> tuple[Tensor, ...]:
    """Vectors with the elements of one and behind them those of another one: one, or two for what one cannot hold."""
    for name, vector in zip(names, given, strict=True):
        if vector.ndim != 1:
            raise OpError(name, "a vector", describe.rank(vector.shape))
        if not _has_order(vector.dtype):
            raise OpError(name, _ORDERED, str(vector.dtype))
    a, b = (layouts.to_dense(operands.tensor(name, each)) for name, each in zip(names, given, strict=True))
    compared.check_comparable(a, b, names, by_order=False)
    if a.dtype.numeric:
        return _numbers(a, b)
    if "factor" in (a.dtype.name, b.dtype.name):
        alike = a.dtype.name == b.dtype.name and structure.categories(a) == structure.categories(b)
        return (_below(a, b) if alike else _below(_texts(a), _texts(b)),)
    if a.dtype.unit == b.dtype.unit:
        return (_below(a, b),)
    return _times(a, b)


def _below(a: Tensor, b: Tensor) -> Tensor:
    return structure.pooled((a, b), None)


def _numbers(a: Tensor, b: Tensor) -> tuple[Tensor, ...]:
    common = np.result_type(a.dtype.storage, b.dtype.storage)
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
