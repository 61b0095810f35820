"""What may stand in the brackets of a type: element types and dimensions."""

from __future__ import annotations

import operator
import types
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from jazz.codec.schema import DATA_TYPE_NUMBERS
from jazz.graph.errors import tracing_error
from jazz.values import DATA_TYPES, UNITS, DataType, Layout

Dimension: TypeAlias = int | str | None
"""A length, a symbol for one, or None for any."""

_ABSTRACT: Final = (
    np.number,
    np.inexact,
    np.integer,
    np.floating,
    np.complexfloating,
    np.signedinteger,
    np.unsignedinteger,
)
"""numpy's abstract types, those that hold others first."""


def data_types(entry: object) -> tuple[DataType, ...] | None:
    """The element types that a numpy type, a type of Python's or a `DataType` stands for; None if it is none."""
    if isinstance(entry, DataType):
        return (entry,)
    if isinstance(entry, types.UnionType):
        members = [data_types(member) for member in entry.__args__]
        if any(member is None for member in members):
            return None
        found = {dtype for member in members if member is not None for dtype in member}
        return tuple(sorted(found, key=lambda dtype: (DATA_TYPE_NUMBERS[dtype.name], str(dtype))))
    if isinstance(entry, type) and issubclass(entry, np.generic) and entry is not np.generic:
        matching = (DataType(name) for name in DATA_TYPES)
        numeric = tuple(dtype for dtype in matching if dtype.numeric and issubclass(dtype.storage.type, entry))
        if numeric:
            return numeric
    if isinstance(entry, np.dtype):
        return _numpy_type(entry)
    if isinstance(entry, type) and issubclass(entry, bool | int | float | complex | str | bytes):
        return _numpy_type(np.dtype(entry))
    return None


def _numpy_type(dtype: np.dtype[Any]) -> tuple[DataType, ...] | None:
    if dtype.kind in "biufc" and dtype.newbyteorder("=").name in DATA_TYPES:
        return (DataType(dtype.newbyteorder("=").name),)
    if dtype.kind in "UT":
        return (DataType("string"),)
    if dtype.kind == "S":
        return (DataType("bytes"),)
    if dtype.kind in "mM":
        unit, count = np.datetime_data(dtype)
        if count != 1:
            return None
        if dtype.kind == "M" and unit == "D":
            return (DataType("date"),)
        if unit in UNITS:
            return (DataType("timestamp" if dtype.kind == "M" else "duration", unit=unit),)
    return None


def element_types(entry: object) -> tuple[DataType, ...]:
    """The element types that an entry stands for; an error if it is none."""
    found = data_types(entry)
    if found is None:
        raise tracing_error(
            "type",
            "a length, a symbol, None or '*', or first of all an element type such as np.float32",
            described(entry),
        )
    return found


def written(dtypes: Sequence[DataType]) -> str:
    """Element types as they are written, with numpy's abstract types in the place of all of theirs.

    >>> written([DataType("bool"), DataType("float16"), DataType("float32"), DataType("float64")])
    'np.bool | np.floating'
    """
    remaining = list(dtypes)
    names: list[str] = []
    for abstract in _ABSTRACT:
        members = data_types(abstract) or ()
        if all(member in remaining for member in members):
            names.append(f"np.{abstract.__name__}")
            remaining = [dtype for dtype in remaining if dtype not in members]
    return " | ".join([*map(_written, remaining), *names])


def _written(dtype: DataType) -> str:
    match dtype.name:
        case "string" | "bytes":
            return {"string": "str", "bytes": "bytes"}[dtype.name]
        case "date":
            return "np.dtype('datetime64[D]')"
        case "timestamp" | "duration" if not dtype.zone:
            return f"np.dtype('{'datetime64' if dtype.name == 'timestamp' else 'timedelta64'}[{dtype.unit}]')"
    return f"np.{dtype}" if dtype.numeric else str(dtype)


def is_dimension(entry: object) -> bool:
    """Whether an entry is meant as a dimension."""
    return entry is None or entry is ... or isinstance(entry, str | int | np.integer)


def dimension(entry: object) -> Dimension:
    """The dimension that an entry stands for; an error if it is none."""
    if entry is None or entry == "*":
        return None
    if isinstance(entry, str):
        if entry.isidentifier():
            return entry
        raise tracing_error("dimension", "an identifier as a symbol, or '*'", repr(entry))
    if isinstance(entry, int | np.integer) and not isinstance(entry, bool):
        size = operator.index(entry)
        if 0 <= size < 2**63:
            return size
        raise tracing_error("dimension", "a length from 0 to 2**63 - 1", str(size))
    if entry is ...:
        raise tracing_error("dimension", "'...' to stand alone, for any rank", "'...' beside other dimensions")
    if data_types(entry) is not None:
        raise tracing_error("dimension", "the element type before all dimensions", f"{described(entry)} behind one")
    raise tracing_error("dimension", "a length, a symbol, None or '*'", described(entry))


def fits(layout: Layout, rank: int) -> bool:
    """Whether a layout has tensors of a rank."""
    match layout:
        case Layout.DENSE:
            return True
        case Layout.COO:
            return rank >= 1
        case Layout.CSR | Layout.CSC:
            return rank == 2


def described(entry: object) -> str:
    """What was found, for an error."""
    return f"{entry!r} ({type(entry).__name__})"
