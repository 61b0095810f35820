"""Arrays of numpy to tensors and tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from jazz.codec.header import known_zone
from jazz.convert.building import NumpyArray, fixed, storage_order, variable
from jazz.convert.errors import refuse
from jazz.convert.leaves import elements_tensor, place
from jazz.convert.times import known_gaps, times_array
from jazz.values import UNITS, DataType, Order, Table, Tensor, is_numeric, numeric_type

DAYS = np.iinfo(np.int32)


def array_value(array: NumpyArray, path: str) -> Tensor | Table:
    """The value of an array, masked or not; arrays of records become tables of their fields.

    Raises:
        InvalidArgument: Its type cannot be stored.
    """
    if array.dtype.names is not None:
        fields = [(name, array_value(array[name], f"{path}[{name!r}]")) for name in array.dtype.names]
        return Table(tuple(fields))
    return array_tensor(array, path)


def array_tensor(array: NumpyArray, path: str) -> Tensor:
    """The tensor of an array that is not one of records.

    Raises:
        InvalidArgument: Its type cannot be stored.
    """
    masked = isinstance(array, np.ma.MaskedArray)
    missing = np.ma.getmaskarray(array) if masked else None
    plain = np.asarray(np.ma.getdata(array) if masked else array)
    match plain.dtype.kind:
        case "b":
            return fixed(DataType("bool"), _truth(plain), missing)
        case "i" | "u" | "f" | "c" if is_numeric(plain.dtype):
            return fixed(numeric_type(plain.dtype), plain, missing)
        case "M" | "m":
            return _times(plain, missing, path)
        case "U" | "S" | "T" | "O":
            return _objects(plain, missing, path)
        case "f" | "c":
            return refuse(path, "float64 or complex128 at most: use .astype()", f"an array of {plain.dtype}")
        case _:
            return refuse(
                path, "an array of numbers, truth values, texts, bytes or times", f"an array of {plain.dtype}"
            )


def list_tensor(items: list[Any], shape: tuple[int, ...], path: str, order: Order = Order.C) -> Tensor:
    """A dense tensor of objects in storage order, as `elements_tensor` makes it, or of times of numpy and pandas.

    Raises:
        InvalidArgument: They are not of one family, or of none that can be stored.
    """
    elements = known_gaps(items)
    times = times_array(elements, lambda number: place(path, number, shape, order))
    if times is None:
        return elements_tensor(elements, shape, path, order)
    return _times(times.reshape(shape, order=order.value), None, path)


def _metadata(array: NumpyArray) -> dict[str, Any]:
    return dict(array.dtype.metadata or {})


def _truth(array: NumpyArray) -> NumpyArray:
    stored = array.view(np.uint8)
    # Memory that was reinterpreted as bool can hold other bytes than 0 and 1.
    return array if stored.max(initial=0) <= 1 else stored != 0


def _times(array: NumpyArray, missing: NumpyArray | None, path: str) -> Tensor:
    unit, step = np.datetime_data(array.dtype)
    absent = np.isnat(array) if missing is None else missing | np.isnat(array)
    counts = array.view(np.dtype(np.int64).newbyteorder(array.dtype.byteorder))
    if array.dtype.kind == "M" and (unit, step) == ("D", 1):
        outside = ~absent & ((counts < DAYS.min) | (counts > DAYS.max))
        if outside.any():
            refuse(path, "days that fit in 32 bits", str(array[outside].flat[0]))
        return fixed(DataType("date"), counts, absent)
    if step != 1 or unit not in UNITS:
        wanted = [f"{'datetime64' if array.dtype.kind == 'M' else 'timedelta64'}[{name}]" for name in UNITS]
        if array.dtype.kind == "M":
            wanted.append("datetime64[D]")
        refuse(path, f"one of {', '.join(wanted)}: use .astype()", str(array.dtype))
    if array.dtype.kind == "m":
        return fixed(DataType("duration", unit=unit), counts, absent)
    zone = _metadata(array).get("zone", "")
    if zone and not known_zone(zone):
        refuse(f"{path}.dtype.metadata", "a zone with an IANA name or an offset such as +02:00", repr(zone))
    return fixed(DataType("timestamp", unit=unit, zone=zone), counts, absent)


def _objects(array: NumpyArray, missing: NumpyArray | None, path: str) -> Tensor:
    order = storage_order(array)
    items: list[Any] = array.ravel(order=order.value).tolist()
    if array.dtype.kind == "T":
        items = [item if isinstance(item, str) else None for item in items]
    if missing is not None:
        gone = missing.ravel(order=order.value).tolist()
        items = [None if absent else item for item, absent in zip(items, gone, strict=True)]
    declared = _metadata(array).get("jazz") == "bytes"
    if array.dtype.kind == "S" or (declared and all(item is None or isinstance(item, bytes) for item in items)):
        return variable("bytes", items, array.shape, order)
    if array.dtype.kind in "UT" and all(item is None for item in items):
        return variable("string", items, array.shape, order)
    if not items:
        advice = "a type that says what it is empty of, such as numpy.dtypes.StringDType() or float64"
        refuse(path, advice, "an empty array of objects")
    return list_tensor(items, array.shape, path, order)
