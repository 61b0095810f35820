"""Which elements are among others: texts by their hashes, all else by its place among those others in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor, dense
from jazz_server.engine import compared, layouts, operands, structure
from jazz_server.engine.by_value import by_value
from jazz_server.engine.compressed import elements
from jazz_server.engine.dense import elementwise, quiet
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.missing import presence
from jazz_server.engine.ordering import ranks_of_texts
from jazz_server.engine.promotion import BOOL, Array, Function
from jazz_server.engine.texts import found_in


def there(values: Tensor) -> Tensor:
    """A vector of the elements of a tensor that are not missing, in any order; what is absent of it is one zero."""
    parts = [replace(values, fill=b"")]
    if values.stored < values.size:
        parts.append(replace(dense(np.zeros(1, values.dtype.storage)), dtype=values.dtype))
    pool = structure.pooled(parts, None)
    present = presence(pool)
    return pool if present is None else _at(pool, np.flatnonzero(present))


def among(x: Tensor, known: Tensor) -> NDArray[np.bool_]:
    """Which elements of a tensor are equal to one of a vector that can be compared with it, as an array of its shape.

    O(bytes) for n and k texts, else O((n + k) log k). What is missing of `x` is taken for what lies below its mark.
    """
    if compared.are_texts(x, known):
        return _texts_among(x, known)
    if not x.dtype.numeric:
        a, b = compared.as_integers(x, known, by_order=False)
        assert isinstance(a, Tensor)
        assert isinstance(b, Tensor)
        x, known = a, b
    of_known = _finder(_ordered(known.array(), x.dtype.storage))
    storage = np.dtype(np.bool_)
    if not operands.is_sparse(x):
        return elementwise(of_known, [x.array()], storage).array()
    stored = elementwise(of_known, [elements(x)], storage).data
    absent = bool(of_known(np.zeros(1, x.dtype.storage))[0])
    found = replace(x, dtype=BOOL, data=stored, validity=None, fill=np.bool_(absent).tobytes())
    return np.asarray(layouts.array_of(found))


def _texts_among(x: Tensor, known: Tensor) -> NDArray[np.bool_]:
    check_bytes(2 * 8 * (x.stored + known.stored), "hashes of texts")
    _, first = np.unique(ranks_of_texts(known), return_index=True)
    found = found_in(x, _at(known, first)) >= 0
    return found.reshape(x.shape, order=x.order.value)


def _at(vector: Tensor, positions: NDArray[np.int64]) -> Tensor:
    return replace(structure.picked(vector, positions), shape=(len(positions),), layout=Layout.DENSE)


def _ordered(known: Array, beside: np.dtype[Any]) -> Array:
    """Those of some numbers that numbers of another type can be equal to, as that type, in order: NaN is none."""
    with quiet():
        found = (known.real if beside.kind != "c" else known).astype(beside, copy=False)
        return np.unique(found[by_value(np.equal)(found, known)])


def _finder(known: Array) -> Function:
    """Whether each element of an array is one of several in order."""

    def found(part: Array) -> Array:
        if not len(known):
            return np.zeros(part.shape, np.bool_)
        places = np.minimum(np.searchsorted(known, part), len(known) - 1)
        return np.asarray(known[places] == part)

    return found
