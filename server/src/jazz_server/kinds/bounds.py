"""The least and the greatest element that a type allows."""

from __future__ import annotations

import math

import numpy as np

from jazz.values import DataType


def has_order(dtype: DataType) -> bool:
    """Whether elements are real numbers or truth values, so that they have a least and a greatest."""
    return dtype.numeric and dtype.storage.kind != "c"


def fits_none(dtype: DataType, minimum: float | None, maximum: float | None) -> bool:
    """Whether no integer or truth value of a type is within bounds; there always is a float, if it is infinity.

    >>> fits_none(DataType("uint8"), 300, None), fits_none(DataType("uint8"), 0.2, 0.8)
    (True, True)
    >>> fits_none(DataType("bool"), 1, None)
    False
    """
    if not has_order(dtype) or dtype.storage.kind == "f":
        return False
    truth = dtype.storage.kind == "b"
    least, greatest = (0, 1) if truth else (np.iinfo(dtype.storage).min, np.iinfo(dtype.storage).max)
    if minimum is not None and minimum > least:
        least = math.ceil(minimum) if minimum <= greatest else greatest + 1
    if maximum is not None and maximum < greatest:
        greatest = math.floor(maximum) if maximum >= least else least - 1
    return least > greatest


def in_words(minimum: float | None, maximum: float | None) -> str:
    """Bounds, of which there is one at least, in words."""
    if maximum is None:
        return f"elements of at least {minimum:g}"
    if minimum is None:
        return f"elements of at most {maximum:g}"
    return f"elements from {minimum:g} to {maximum:g}"
