"""Factors with the categories of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from jazz.values import Tensor
from jazz_server.engine import structure
from jazz_server.engine.missing import missing_entries
from jazz_server.engine.texts import found_in

_Codes: TypeAlias = NDArray[np.int64]


def united(factors: Sequence[Tensor]) -> list[Tensor]:
    """The same elements, with one list of categories: those of the first, then those that others have besides.

    O(elements and bytes of categories) for two, as often as there are lists of categories for more.
    """
    known = factors[0].categories
    assert known is not None
    codes: dict[object, _Codes] = {structure.categories(factors[0]): np.arange(known.size)}
    for factor in factors[1:]:
        categories, key = factor.categories, structure.categories(factor)
        assert categories is not None
        if key not in codes:
            known, codes[key] = _extended(known, categories)
    if len(codes) == 1:
        return list(factors)
    return [_with_categories(factor, known, codes[structure.categories(factor)]) for factor in factors]


def _extended(known: Tensor, categories: Tensor) -> tuple[Tensor, _Codes]:
    """Categories with others behind them that are none of them, and where these are there."""
    codes = found_in(categories, known)
    beyond = np.flatnonzero(codes < 0)
    codes[beyond] = known.size + np.arange(len(beyond))
    return structure.pooled((known, structure.taken(categories, beyond, 0)), None), codes


def _with_categories(factor: Tensor, categories: Tensor, codes: _Codes) -> Tensor:
    assert factor.data is not None
    data = np.zeros(factor.data.shape, factor.data.dtype)  # what is missing has zeros
    there = ~missing_entries(factor)
    data[there] = codes[factor.data[there]]
    return replace(factor, data=data, categories=categories)
