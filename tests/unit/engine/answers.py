"""Answers of operations for arrays of any type that numpy has, times and texts among them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jazz.convert import to_value
from jazz.values import Tensor
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import OpError
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import TensorType
from unit.engine.samples import apply, infer, missing_of


def tensor(value: Any) -> Tensor:
    found = to_value(value)
    assert isinstance(found, Tensor)
    return found


def zoned(array: Any, zone: str) -> Any:
    return array.view(np.dtype(array.dtype, metadata={"zone": zone}))


def answered(name: str, *args: Any, **settings: Any) -> Tensor:
    """The answer for arrays; its type is the one that was inferred."""
    values = [arg if isinstance(arg, bool | int | float | str) else tensor(arg) for arg in args]
    (type_,), wrong = infer(CATALOGUE[name], types(values), **settings)
    assert not wrong, wrong
    found = apply(name, *values, **settings)
    assert isinstance(type_, TensorType)
    assert type_.dtypes == (found.dtype,)
    assert type_.shape == found.shape
    assert type_.nullable or not found.missing
    return found


def types(values: list[Any]) -> list[Any]:
    return [type_of(value) if isinstance(value, Tensor) else value for value in values]


def mismatch(name: str, *args: Any, **settings: Any) -> str:
    values = [arg if isinstance(arg, bool | int | float | str) else tensor(arg) for arg in args]
    _, wrong = infer(CATALOGUE[name], types(values), **settings)
    assert len(wrong) == 1, wrong
    return wrong[0]


def shown(found: Tensor) -> Any:
    """The answer as an array of numpy's."""
    codes = {"timestamp": "M8", "duration": "m8"}
    array = found.array()
    if found.dtype.name == "date":
        array = array.astype("M8[D]")
    elif found.dtype.name in codes:
        array = array.view(f"{codes[found.dtype.name]}[{found.dtype.unit}]")
    if found.validity is None:
        return array
    nothing = "NaT" if array.dtype.kind in "mM" else np.nan
    return np.where(missing_of(found), np.array(nothing, array.dtype), array)


def refused(name: str, *args: Any, **settings: Any) -> OpError:
    with pytest.raises(OpError) as caught:
        answered(name, *args, **settings)
    return caught.value
