"""Python's own numbers, texts, bytes and times, alone, in lists and in arrays of objects."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from jazz.convert.building import NumpyArray, fixed, variable
from jazz.convert.errors import refuse
from jazz.convert.zones import zone_name
from jazz.values import DATA_TYPES, DataType, Order, Tensor, numeric_type

_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND: Final = datetime.timedelta(microseconds=1)
_MAX_RANK: Final = 64

SCALARS: Final = (
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    bytearray,
    datetime.datetime,
    datetime.date,
    datetime.timedelta,
)
"""The types of Python's own that are elements."""

STORABLE: Final = (
    "a number, text, bytes, a date or time, None, a list or dict of such, or an array, sparse matrix or frame"
    " (docs/types.md)"
)
"""What can be stored, for error messages."""


_ELEMENTS: Final = "numbers, texts, bytes, dates or times, or None in a list"


def rectangle(items: Sequence[Any], path: str) -> tuple[tuple[int, ...], list[Any]]:
    """The shape of nested lists and their elements in C order.

    Raises:
        InvalidArgument: They are ragged, or nested too deep.
    """
    shape: list[int] = []
    row: Sequence[Any] = items
    while isinstance(row, (list, tuple)):
        shape.append(len(row))
        if len(shape) > _MAX_RANK:
            refuse(path, f"lists nested at most {_MAX_RANK} deep", "deeper ones")
        if not row:
            break
        row = row[0]
    elements: list[Any] = list(items)
    for depth, length in enumerate(shape[1:], 1):
        deeper: list[Any] = []
        for number, part in enumerate(elements):
            if not isinstance(part, (list, tuple)) or len(part) != length:
                found = f"{len(part)} elements" if isinstance(part, (list, tuple)) else _described(part)
                refuse(place(path, number, tuple(shape[:depth])), f"{length} elements, as in the first row", found)
            deeper.extend(part)
        elements = deeper
    for number, element in enumerate(elements):
        if isinstance(element, (list, tuple)):
            refuse(place(path, number, tuple(shape)), "an element, as in the first row", f"{len(element)} elements")
    return tuple(shape), elements


def place(path: str, number: int, shape: tuple[int, ...], order: Order = Order.C) -> str:
    """Where the element with a number in storage order is.

    >>> place("value['a']", 5, (2, 3))
    "value['a'][1][2]"
    """
    if not shape:
        return path
    index = np.unravel_index(number, shape, order=order.value)
    return path + "".join(f"[{int(position)}]" for position in index)


def elements_tensor(elements: list[Any], shape: tuple[int, ...], path: str, order: Order = Order.C) -> Tensor:
    """A dense tensor of Python objects of one family, None where they are missing.

    int becomes int64, or uint64 when it must; with floats among them, float64 if that is exact.

    Args:
        elements: The objects, in storage order.
        shape: The shape.
        path: What to call it in errors.
        order: The order of storage.

    Raises:
        InvalidArgument: They are not of one family, or of none that can be stored.
    """
    families = _families(elements)

    def where(number: int) -> str:
        return place(path, number, shape, order)

    for family, number in families.items():
        if family not in _BUILDERS and not family.startswith(_NUMPY):
            refuse(where(number), _element_instead(elements[number], in_list=bool(shape)), _described(elements[number]))
    if not families:
        refuse(path, "an element that is not None, or an array, to tell the type", "None only")
    family = _joint(families, elements, where)
    missing = np.fromiter((element is None for element in elements), np.bool_, len(elements))
    build = _BUILDERS.get(family, _numpy_scalars)
    return build(_Elements(elements, missing, shape, order, where))


class _Elements:
    """Elements of one family in storage order."""

    def __init__(
        self,
        items: list[Any],
        missing: NumpyArray,
        shape: tuple[int, ...],
        order: Order,
        where: Callable[[int], str],
    ) -> None:
        self.items = items
        self.missing = missing
        self.shape = shape
        self.order = order
        self.where = where

    def fixed(self, dtype: DataType, values: NumpyArray) -> Tensor:
        """The tensor of these values in storage order."""
        return fixed(dtype, self._placed(values), self._placed(self.missing))

    def _placed(self, flat: NumpyArray) -> NumpyArray:
        return flat.reshape(self.shape, order=self.order.value)

    def filled(self, filler: Any) -> list[Any]:
        """The elements, with something in the place of missing ones."""
        return [filler if item is None else item for item in self.items]


_NUMPY: Final = "numpy "
_NUMBERS: Final = ("int", "float", "complex")


_PLAIN: Final = frozenset({bool, int, float, complex, str, bytes, type(None)})


def _families(elements: list[Any]) -> dict[str, int]:
    """The families of the elements that are not missing, each with its first element."""
    types = list(map(type, elements))
    distinct = set(types)
    # Objects of these types are of one family each, so that one of each tells; of others every one must be asked.
    asked = sorted(map(types.index, distinct)) if distinct <= _PLAIN else range(len(elements))
    families: dict[str, int] = {}
    for number in asked:
        if elements[number] is not None:
            families.setdefault(_family(elements[number]), number)
    return families


def _family(element: Any) -> str:
    """What an element is: a key of `_BUILDERS`, "numpy " and a type, or the name of a type that cannot be stored."""
    match element:
        case bool() | np.bool_():
            return "bool"
        case np.float64():
            return "float"
        case np.complex128():
            return "complex"
        case str():
            return "string"
        case bytes() | bytearray():
            return "bytes"
        case np.generic():
            return _NUMPY + element.dtype.str
        case int():
            return "int"
        case float():
            return "float"
        case complex():
            return "complex"
    exact = type(element)
    if exact is datetime.datetime:
        return "datetime" if element.tzinfo is None else "datetime with a zone"
    if exact in (datetime.date, datetime.timedelta):
        return exact.__name__
    return f"{exact.__module__}.{exact.__qualname__}"


def _joint(families: dict[str, int], elements: list[Any], where: Callable[[int], str]) -> str:
    """The family that all elements belong to."""
    names = list(families)
    if all(name in _NUMBERS for name in names):
        return max(names, key=_NUMBERS.index)
    if len(names) > 1:
        first, other = names[0], names[1]
        refuse(
            where(families[other]), f"{first}, as at {where(families[first])}", _described(elements[families[other]])
        )
    return names[0]


def _described(element: Any) -> str:
    text = repr(element)
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    return f"{shown} ({type_name(element)})"


def type_name(element: Any) -> str:
    """The name of an object's type, with its module unless it is one of Python's own.

    >>> type_name(1), type_name(datetime.time())
    ('int', 'datetime.time')
    """
    exact = type(element)
    return exact.__qualname__ if exact.__module__ == "builtins" else f"{exact.__module__}.{exact.__qualname__}"


def _element_instead(element: Any, *, in_list: bool) -> str:
    """What to store in the place of what cannot be an element."""
    if not in_list:
        return STORABLE
    if isinstance(element, Mapping):
        return f"{_ELEMENTS}; records are a table: a DataFrame, or a dict of lists"
    if hasattr(element, "shape"):
        return f"{_ELEMENTS}; np.stack makes one array of arrays, and a dict holds different ones"
    return _ELEMENTS


def _booleans(elements: _Elements) -> Tensor:
    return elements.fixed(DataType("bool"), np.array(elements.filled(False), np.bool_))


def _integers(elements: _Elements) -> Tensor:
    values = elements.filled(0)
    low, high = min(values), max(values)
    dtype = np.int64 if high < 2**63 else np.uint64
    limits = np.iinfo(dtype)
    if low < limits.min or high > limits.max:
        number = next(place for place, value in enumerate(values) if not limits.min <= value <= limits.max)
        expected = "an integer of 64 bits"
        if -(2**63) <= values[number] < 0:
            expected = f"an integer not less than 0, as {high} beside it needs uint64"
        refuse(elements.where(number), expected, str(values[number])[:60])
    return elements.fixed(DataType(dtype.__name__), np.array(values, dtype))


def _inexact(dtype: type[np.float64 | np.complex128]) -> Callable[[_Elements], Tensor]:
    def build(elements: _Elements) -> Tensor:
        values = elements.filled(0)
        for number, value in enumerate(values):
            if isinstance(value, int) and abs(value) > 2**53 and int(_as_float(value)) != value:
                refuse(
                    elements.where(number),
                    "an integer that a float64 holds exactly, as floats are around it",
                    str(value)[:60],
                )
        return elements.fixed(DataType(dtype.__name__), np.array(values, dtype))

    return build


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return 0.0


def _texts(elements: _Elements) -> Tensor:
    encoded: list[bytes | None] = []
    for number, item in enumerate(elements.items):
        try:
            encoded.append(None if item is None else item.encode())
        except UnicodeEncodeError as error:
            found = f"the surrogate {error.object[error.start]!r}"
            refuse(elements.where(number), "text that UTF-8 can encode", found)
    return variable("string", encoded, elements.shape, elements.order)


def _bytes(elements: _Elements) -> Tensor:
    return variable("bytes", elements.items, elements.shape, elements.order)


def _datetimes(elements: _Elements) -> Tensor:
    naive = _EPOCH.replace(tzinfo=None)
    counts = [(item - naive) // _MICROSECOND for item in elements.filled(naive)]
    return elements.fixed(DataType("timestamp", unit="us"), np.array(counts, np.int64))


def _zoned_datetimes(elements: _Elements) -> Tensor:
    zone = ""
    for number, item in enumerate(elements.items):
        if item is not None:
            name = zone_name(item.tzinfo, elements.where(number))
            zone = zone or name
            if name != zone:
                refuse(elements.where(number), f"the time zone {zone}, as before it", name)
    counts = [(item - _EPOCH) // _MICROSECOND for item in elements.filled(_EPOCH)]
    return elements.fixed(DataType("timestamp", unit="us", zone=zone), np.array(counts, np.int64))


def _dates(elements: _Elements) -> Tensor:
    epoch = _EPOCH.date()
    days = [(item - epoch).days for item in elements.filled(epoch)]
    return elements.fixed(DataType("date"), np.array(days, np.int32))


def _timedeltas(elements: _Elements) -> Tensor:
    counts = [item // _MICROSECOND for item in elements.filled(_MICROSECOND)]
    for number, count in enumerate(counts):
        if not -(2**63) <= count < 2**63:
            refuse(elements.where(number), "a duration whose microseconds fit in 64 bits", str(elements.items[number]))
    return elements.fixed(DataType("duration", unit="us"), np.array(counts, np.int64))


def _numpy_scalars(elements: _Elements) -> Tensor:
    number = int(np.argmin(elements.missing))
    dtype = elements.items[number].dtype
    if dtype.kind not in "iufc" or dtype.newbyteorder("=").name not in DATA_TYPES:
        refuse(elements.where(number), STORABLE, _described(elements.items[number]))
    return elements.fixed(numeric_type(dtype), np.array(elements.filled(dtype.type(0)), dtype))


_BUILDERS: Final[dict[str, Callable[[_Elements], Tensor]]] = {
    "bool": _booleans,
    "int": _integers,
    "float": _inexact(np.float64),
    "complex": _inexact(np.complex128),
    "string": _texts,
    "bytes": _bytes,
    "datetime": _datetimes,
    "datetime with a zone": _zoned_datetimes,
    "date": _dates,
    "timedelta": _timedeltas,
}
