"""The words of the model and the numbers of the contract: data types, units, layouts, orders, index types."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np

from jazz.v1 import value_pb2 as pb
from jazz.values import DATA_TYPES, DataType, Layout, Order

ALIGNMENT: Final = 64
"""Every buffer starts at a multiple of so many bytes."""

INT32_MAX: Final = 2**31 - 1
INT64_MAX: Final = 2**63 - 1

MAX_RANK: Final = 64
"""How many dimensions a tensor may have (numpy's limit)."""

MAX_CATEGORY_BYTES: Final = 64 << 20
"""How many bytes the buffers of a factor's categories may have; more distinct texts than that are strings."""

MAX_UNIT_BYTES: Final = 256
"""How long the unit of a tensor may be."""

DATA_TYPE_NAMES: Final[dict[int, str]] = {pb.DataType.Value(f"DATA_TYPE_{name.upper()}"): name for name in DATA_TYPES}
DATA_TYPE_NUMBERS: Final = {name: number for number, name in DATA_TYPE_NAMES.items()}

UNIT_NAMES: Final[dict[int, str]] = {
    pb.TIME_UNIT_SECOND: "s",
    pb.TIME_UNIT_MILLISECOND: "ms",
    pb.TIME_UNIT_MICROSECOND: "us",
    pb.TIME_UNIT_NANOSECOND: "ns",
}
UNIT_NUMBERS: Final = {name: number for number, name in UNIT_NAMES.items()}

LAYOUTS: Final[dict[int, Layout]] = {
    pb.LAYOUT_DENSE: Layout.DENSE,
    pb.LAYOUT_CSR: Layout.CSR,
    pb.LAYOUT_CSC: Layout.CSC,
    pb.LAYOUT_COO: Layout.COO,
}
LAYOUT_NUMBERS: Final = {layout: number for number, layout in LAYOUTS.items()}

ORDERS: Final[dict[int, Order]] = {pb.ORDER_C: Order.C, pb.ORDER_FORTRAN: Order.F}
ORDER_NUMBERS: Final = {order: number for number, order in ORDERS.items()}

INDEX_TYPES: Final[dict[int, np.dtype[Any]]] = {
    pb.INDEX_TYPE_INT32: np.dtype("<i4"),
    pb.INDEX_TYPE_INT64: np.dtype("<i8"),
}


def index_type_number(dtype: np.dtype[Any]) -> int:
    """The index type of an array of indices."""
    return pb.INDEX_TYPE_INT32 if dtype.itemsize == 4 else pb.INDEX_TYPE_INT64


def data_type(message: pb.ElementType) -> DataType:
    """The model's data type of a message that was checked."""
    return _data_type(message.data_type, message.time_unit, message.time_zone, message.ordered)


@lru_cache(256)
def _data_type(number: int, unit: int, zone: str, ordered: bool) -> DataType:
    return DataType(DATA_TYPE_NAMES[number], unit=UNIT_NAMES.get(unit), zone=zone, ordered=ordered)


@lru_cache(256)
def buffer_types(index_type: int, dtype: DataType) -> Mapping[int, np.dtype[Any]]:
    """The types of what buffers hold, by role."""
    index = INDEX_TYPES.get(index_type, np.dtype("<i8"))
    return {
        pb.BUFFER_ROLE_INDPTR: index,
        pb.BUFFER_ROLE_INDICES: index,
        pb.BUFFER_ROLE_OFFSETS: np.dtype("<i8"),
        pb.BUFFER_ROLE_DATA: dtype.storage,
        pb.BUFFER_ROLE_VALIDITY: np.dtype("u1"),
    }


def write_data_type(dtype: DataType, message: pb.ElementType) -> None:
    """Writes a data type into its message."""
    message.data_type = DATA_TYPE_NUMBERS[dtype.name]  # type: ignore[assignment]
    if dtype.unit is not None:
        message.time_unit = UNIT_NUMBERS[dtype.unit]  # type: ignore[assignment]
    message.time_zone = dtype.zone
    message.ordered = dtype.ordered


def aligned(position: int) -> int:
    """The first multiple of `ALIGNMENT` that is not before `position`."""
    return -(-position // ALIGNMENT) * ALIGNMENT


def element_count(shape: tuple[int, ...]) -> int:
    """The number of elements of a shape; 1 for a scalar."""
    count = 1
    for length in shape:
        count *= length
    return count


def stored_count(tensor: pb.Tensor) -> int:
    """The number of elements that have a place in the buffers of a tensor."""
    return element_count(tuple(tensor.shape)) if tensor.layout == pb.LAYOUT_DENSE else tensor.stored_entries


def bitmap_bytes(count: int) -> int:
    """The length of a validity bitmap over `count` elements."""
    return -(-count // 8)


def major_dimension(layout: int) -> int:
    """The compressed dimension of a CSR or CSC tensor."""
    return 0 if layout == pb.LAYOUT_CSR else 1
