"""Times of numpy and pandas one by one and in lists: exact, in the finest unit among them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from jazz.convert.building import NumpyArray
from jazz.convert.errors import refuse
from jazz.convert.zones import zone_name

_UNITS: Final = ("s", "ms", "us", "ns")
_Where = Callable[[int], str]


def known_gaps(elements: list[Any]) -> list[Any]:
    """The elements with None in the place of pandas's NaT, which says nothing of a type."""
    pandas = sys.modules.get("pandas")
    if pandas is None or type(pandas.NaT) not in set(map(type, elements)):
        return elements
    return [None if element is pandas.NaT else element for element in elements]


def times_array(elements: list[Any], where: _Where) -> NumpyArray | None:
    """Times of numpy and pandas as an array of `datetime64` or `timedelta64`; None if no element is one.

    What is None is NaT. A zone is in the metadata of the dtype, as in arrays that `jazz.get` gives.

    Args:
        elements: The elements.
        where: What to call an element in errors.

    Raises:
        InvalidArgument: They are not all of one kind and one zone, or do not fit in the finest unit among them.
    """
    if not any(issubclass(each, _types()) for each in set(map(type, elements))):
        return None
    first = next(number for number, element in enumerate(elements) if isinstance(element, _types()))
    for number, element in enumerate(elements):
        if element is not None and _said(element, where(number)) != _said(elements[first], where(first)):
            expected = f"{_said(elements[first], where(first))}, as at {where(first)}"
            refuse(where(number), expected, f"{element!r} ({_said(element, where(number))})")
    scalars = [None if element is None else _numpy(element) for element in elements]
    dtype = _finest(scalars, where)
    array = np.empty(len(scalars), dtype)
    for number, scalar in enumerate(scalars):
        array[number] = "NaT" if scalar is None else scalar.astype(dtype)
        if scalar is not None and not np.isnat(scalar) and array[number].astype(scalar.dtype) != scalar:
            refuse(where(number), f"a time that fits in {dtype}, as others are", str(elements[number]))
    zone = _zone(elements[first], where(first))
    return array.view(np.dtype(dtype, metadata={"zone": zone})) if zone else array


def _types() -> tuple[type, ...]:
    pandas = sys.modules.get("pandas")
    own = (np.datetime64, np.timedelta64)
    return own if pandas is None else (*own, pandas.Timestamp, pandas.Timedelta)


def _numpy(element: Any) -> Any:
    return element if isinstance(element, np.generic) else element.asm8


def _said(element: Any, where: str) -> str:
    """What kind of time an element is."""
    if not isinstance(element, _types()):
        return type(element).__name__
    if _numpy(element).dtype.kind == "m":
        return "a duration"
    zone = _zone(element, where)
    return f"a time in the zone {zone}" if zone else "a time without a zone"


def _zone(element: Any, where: str) -> str:
    zone = getattr(element, "tzinfo", None)
    return "" if zone is None else zone_name(zone, where)


def _finest(scalars: list[Any], where: _Where) -> np.dtype[Any]:
    """The dtype of the finest unit; units other than those from s to ns have to be the same."""
    found: dict[np.dtype[Any], int] = {
        scalar.dtype: number for number, scalar in reversed(list(enumerate(scalars))) if scalar is not None
    }
    first = min(found, key=found.__getitem__)
    if len(found) == 1:
        return first
    units = {dtype: np.datetime_data(dtype) for dtype in found}
    for dtype, number in found.items():
        if units[dtype] not in [(unit, 1) for unit in _UNITS]:
            refuse(where(number), f"one unit, or units from s to ns, as in {first}", str(dtype))
    return max(found, key=lambda dtype: _UNITS.index(units[dtype][0]))
