"""Values, as `jazz.codec` decodes them, to their descriptions."""

from __future__ import annotations

from typing import Any

import numpy as np

from golden.encoding import Description
from jazz.values import Axis, Layout, Null, Order, Table, Tensor, Value


def described(value: Value) -> Description:
    """The description of a value, without the words about it."""
    if isinstance(value, Null):
        return {"null": True}
    found: Description = {"axes": [_axis(axis) for axis in value.declared]} if value.declared else {}
    if isinstance(value, Table):
        return found | {"table": [{"name": name, "value": described(field)} for name, field in value.fields]}
    return found | {"tensor": _tensor(value)}


def _axis(axis: Axis) -> Description:
    found: Description = {"name": axis.name, "length": axis.length}
    return found if axis.labels is None else found | {"labels": _tensor(axis.labels)}


def _tensor(tensor: Tensor) -> Description:
    dtype = tensor.dtype
    dense = tensor.layout is Layout.DENSE
    found: Description = {"type": dtype.name, "shape": list(tensor.shape), "layout": tensor.layout.value}
    if dense:
        found["order"] = {Order.C: "c", Order.F: "fortran"}[tensor.order]
    else:
        found["index_type"] = tensor.indices[0].dtype.name
    if tensor.categories is not None:
        found["categories"] = [item.decode() for item in _contents(tensor.categories)]
    further = {
        "time_unit": dtype.unit,
        "time_zone": dtype.zone,
        "ordered": dtype.ordered,
        "axes": list(tensor.axes),
        "unit": tensor.unit,
        "pattern": tensor.data is None,
        "fill": tensor.fill and _element(np.frombuffer(tensor.fill, dtype.storage)[0]),
    }
    found |= {name: said for name, said in further.items() if said}
    items = _items(tensor)
    places = list(zip(*_coordinates(tensor), strict=True)) if tensor.ndim else [()] * len(items)
    listed = sorted(zip(places, items, strict=True), key=lambda entry: entry[0])
    if dense:
        found["elements"] = [item for _, item in listed]
    elif tensor.data is None:
        found["entries"] = [{"at": list(place)} for place, _ in listed]
    else:
        found["entries"] = [{"at": list(place), "is": item} for place, item in listed]
    return found


def _coordinates(tensor: Tensor) -> list[list[int]]:
    """For each dimension the positions of the elements (stored entries) in storage order."""
    if tensor.layout is Layout.DENSE:
        places = np.unravel_index(np.arange(tensor.size), tensor.shape, order=tensor.order.value)
        return [axis.tolist() for axis in places]
    if tensor.indptr is None:
        return [axis.tolist() for axis in tensor.indices]
    major = np.repeat(np.arange(len(tensor.indptr) - 1), np.diff(tensor.indptr)).tolist()
    minor = tensor.indices[0].tolist()
    return [major, minor] if tensor.layout is Layout.CSR else [minor, major]


def _items(tensor: Tensor) -> list[Any]:
    """The elements (stored entries) in storage order, None where they are missing."""
    if tensor.data is None:
        return [True] * tensor.stored
    if tensor.dtype.variable:
        text = tensor.dtype.name == "string"
        items: list[Any] = [item.decode() if text else item.hex() for item in _contents(tensor)]
    elif tensor.categories is not None:
        names = [item.decode() for item in _contents(tensor.categories)] or [""]
        items = [names[code] for code in tensor.data]
    else:
        items = [_element(item) for item in tensor.data]
    if tensor.validity is None:
        return items
    there = np.unpackbits(tensor.validity, count=len(items), bitorder="little")
    return [item if bit else None for item, bit in zip(items, there, strict=True)]


def _contents(tensor: Tensor) -> list[bytes]:
    assert tensor.offsets is not None
    assert tensor.data is not None
    data = tensor.data.tobytes()
    return [data[start:stop] for start, stop in zip(tensor.offsets, tensor.offsets[1:], strict=False)]


def _element(item: Any) -> Any:
    match item.dtype.kind:
        case "b":
            return bool(item)
        case "c":
            return [_real(item.real), _real(item.imag)]
        case "f":
            return _real(item)
        case _:
            return str(item)


def _real(item: Any) -> str:
    """A float as hexadecimal text; NaN with all its bits."""
    if np.isnan(item):
        # The item stays in its own type all the way: a conversion could change the bits of a NaN.
        return f"nan({int(item.view(f'u{item.itemsize}')):#x})"
    if np.isinf(item):
        return "inf" if item > 0 else "-inf"
    digits, exponent = float(item).hex().split("p")
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits}p{exponent}"
