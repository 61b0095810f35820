"""Values: what a block holds, what a pipeline takes and gives.

A *value* is a tensor, a table or null. The classes here hold a value as its buffers, exactly as the wire and the
store hold it; they know neither protobuf nor any of the libraries that values are converted from and to. Most people
never meet them: `jazz.Database.put` and `jazz.Database.get` speak numpy, scipy.sparse and pandas.

Arrays inside a value are never written to. Constructing a value checks nothing: `jazz.codec` checks what comes from
outside, and what is built here is built right.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np

MAX_DEPTH: Final = 32
"""How many values may lie inside each other, the outermost and the innermost counted.

Four messages around the outermost included, that is as deep as protobuf parses by default.
"""

UNITS: Final = ("s", "ms", "us", "ns")
"""The units of timestamps and durations."""


class Layout(enum.Enum):
    """How the elements of a tensor lie in its buffers."""

    DENSE = "dense"
    CSR = "csr"
    CSC = "csc"
    COO = "coo"


class Order(enum.Enum):
    """The order of the elements of a dense tensor: last index fastest (C) or first (F)."""

    C = "C"
    F = "F"


_STORAGE: Final[dict[str, str]] = {
    "bool": "?",
    "int8": "i1",
    "int16": "<i2",
    "int32": "<i4",
    "int64": "<i8",
    "uint8": "u1",
    "uint16": "<u2",
    "uint32": "<u4",
    "uint64": "<u8",
    "float16": "<f2",
    "float32": "<f4",
    "float64": "<f8",
    "complex64": "<c8",
    "complex128": "<c16",
    "string": "u1",
    "bytes": "u1",
    "timestamp": "<i8",
    "date": "<i4",
    "duration": "<i8",
    "factor": "<i4",
}

DATA_TYPES: Final = tuple(_STORAGE)
"""The names of all data types."""

_DTYPES: Final = {name: np.dtype(code) for name, code in _STORAGE.items()}
_NUMERIC: Final = frozenset(name for name, dtype in _DTYPES.items() if dtype.kind in "biufc" and dtype.name == name)


@dataclass(frozen=True, slots=True)
class DataType:
    """The type of a tensor's elements with all that belongs to it.

    Attributes:
        name: One of `DATA_TYPES`.
        unit: For timestamps and durations, one of `UNITS`; else None.
        zone: For timestamps, a zone's name, or "" for a wall clock; else "".
        ordered: For factors, whether the categories are ordered.

    >>> str(DataType("timestamp", unit="ns", zone="UTC"))
    'timestamp[ns, UTC]'
    """

    name: str
    unit: str | None = None
    zone: str = ""
    ordered: bool = False

    @property
    def storage(self) -> np.dtype[Any]:
        """The numpy type of the data buffer: of the elements, or of single bytes for strings and bytes."""
        return _DTYPES[self.name]

    @property
    def variable(self) -> bool:
        """Whether elements have lengths of their own: strings and bytes."""
        return self.name in ("string", "bytes")

    @property
    def measurable(self) -> bool:
        """Whether elements can have a unit: integers, floats and complex numbers."""
        return self.numeric and self.name != "bool"

    @property
    def numeric(self) -> bool:
        """Whether it is bool, an integer, a float or complex: what can be computed with."""
        return self.name in _NUMERIC

    def __str__(self) -> str:
        if self.name == "timestamp":
            return f"timestamp[{self.unit}, {self.zone}]" if self.zone else f"timestamp[{self.unit}]"
        if self.name == "duration":
            return f"duration[{self.unit}]"
        return "ordered factor" if self.ordered else self.name


_NUMERIC_TYPES: Final = {_DTYPES[name]: DataType(name) for name in _NUMERIC}


def is_numeric(dtype: np.dtype[Any]) -> bool:
    """Whether a numpy type, of any order of bytes, is one of numbers or truth values that there is a data type for."""
    return dtype in _NUMERIC_TYPES or dtype.newbyteorder("=") in _NUMERIC_TYPES


def numeric_type(dtype: np.dtype[Any]) -> DataType:
    """The data type of a numpy type of numbers or truth values."""
    return _NUMERIC_TYPES.get(dtype) or DataType(dtype.newbyteorder("=").name)


@dataclass(frozen=True, eq=False, slots=True)
class Axis:
    """A named dimension, declared once on a value and referred to by the dimensions of tensors in it.

    Attributes:
        name: Its name.
        length: Its length.
        labels: A dense tensor of rank 1 and of that length, or None.
    """

    name: str
    length: int
    labels: Tensor | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Tensor:
    """An n-dimensional array of one type, as its buffers.

    All buffers are one-dimensional, contiguous and little-endian.

    Attributes:
        dtype: The type of its elements.
        shape: Its shape; () for a scalar.
        layout: How its elements lie in its buffers.
        order: The order of a dense tensor's elements; `Order.C` for rank 0 and 1 and for sparse tensors.
        data: The elements in storage order (dense), or the stored entries (sparse), of `dtype.storage`; the
            concatenated bytes for strings and bytes. None for a pattern: a sparse tensor whose stored entries are all
            true.
        offsets: For strings and bytes, int64, one more than elements: where each begins and ends in `data`.
        indptr: For CSR and CSC, rows (columns) + 1 positions, int32 or int64.
        indices: For CSR and CSC one array of the type of `indptr`, for COO one for each dimension; sorted and unique.
        validity: Arrow's bitmap over elements (stored entries), 1 where present; None when nothing is missing.
        categories: For factors, a dense string tensor of rank 1.
        axes: The axis name of each dimension, "" for none; empty when no dimension has one.
        fill: For sparse tensors whose absent entries are not zero, that element's bytes; else b"".
        declared: The axes declared here.
        unit: For integers, floats and complex numbers, the unit of the elements ("m", "kg/m**3"); else "".
    """

    dtype: DataType
    shape: tuple[int, ...]
    layout: Layout = Layout.DENSE
    order: Order = Order.C
    data: np.ndarray[Any, np.dtype[Any]] | None = None
    offsets: np.ndarray[Any, np.dtype[np.int64]] | None = None
    indptr: np.ndarray[Any, np.dtype[Any]] | None = None
    indices: tuple[np.ndarray[Any, np.dtype[Any]], ...] = ()
    validity: np.ndarray[Any, np.dtype[np.uint8]] | None = None
    categories: Tensor | None = None
    axes: tuple[str, ...] = ()
    fill: bytes = b""
    declared: tuple[Axis, ...] = ()
    unit: str = ""

    @property
    def ndim(self) -> int:
        """Its rank."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of its elements, stored or not."""
        size = 1
        for length in self.shape:
            size *= length
        return size

    @property
    def stored(self) -> int:
        """The number of elements that have a place in its buffers."""
        if self.layout is Layout.DENSE:
            return self.size
        return len(self.indices[0])

    @property
    def missing(self) -> int:
        """The number of elements (stored entries) that are missing."""
        if self.validity is None:
            return 0
        present = np.unpackbits(self.validity, count=self.stored, bitorder="little")
        return self.stored - int(np.count_nonzero(present))

    @property
    def nbytes(self) -> int:
        """The bytes of all its buffers, without padding."""
        return sum(buffer.nbytes for buffer in self.buffers())

    def buffers(self) -> Iterator[np.ndarray[Any, np.dtype[Any]]]:
        """Its own buffers in the order of the wire, without those of categories and axes."""
        if self.indptr is not None:
            yield self.indptr
        yield from self.indices
        if self.offsets is not None:
            yield self.offsets
        if self.data is not None:
            yield self.data
        if self.validity is not None:
            yield self.validity

    def array(self) -> np.ndarray[Any, np.dtype[Any]]:
        """The storage of a dense fixed-width tensor as an array of its shape and order, without a copy.

        Missing elements are zero in it; timestamps, dates, durations and factors are their integers.

        Raises:
            TypeError: It is sparse, or of strings or bytes.
        """
        if self.layout is not Layout.DENSE or self.dtype.variable or self.data is None:
            raise TypeError(f"{self} has no array of its elements")
        return self.data.reshape(self.shape, order=self.order.value)

    def __str__(self) -> str:
        shape = ", ".join(map(str, self.shape))
        layout = "" if self.layout is Layout.DENSE else f" {self.layout.value}"
        return f"{self.dtype}[{shape}]{layout}{f' in {self.unit}' if self.unit else ''}"


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """An ordered set of named values.

    Attributes:
        fields: Names and values in their order; names are unique and not empty.
        declared: The axes declared here.
    """

    fields: tuple[tuple[str, Value], ...] = ()
    declared: tuple[Axis, ...] = ()
    _by_name: dict[str, Value] | None = field(default=None, init=False, repr=False)

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __contains__(self, name: str) -> bool:
        return name in self._values

    @property
    def _values(self) -> dict[str, Value]:
        if self._by_name is None:
            object.__setattr__(self, "_by_name", dict(self.fields))
        return self._by_name  # type: ignore[return-value]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its fields."""
        return tuple(name for name, _ in self.fields)


@dataclass(frozen=True, slots=True)
class Null:
    """The value that says that there is none."""


Value: TypeAlias = Tensor | Table | Null
"""What a block holds, what a pipeline takes and gives."""


def dense(array: np.ndarray[Any, np.dtype[Any]]) -> Tensor:
    """A dense tensor over a numpy array of numbers or truth values.

    C- and Fortran-contiguous little-endian arrays are not copied; others become C order.

    >>> str(dense(np.zeros((2, 3), np.float32)))
    'float32[2, 3]'
    """
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    order = Order.C
    if little.ndim > 1 and little.flags.f_contiguous and not little.flags.c_contiguous:
        order = Order.F
    elif not little.flags.c_contiguous:
        little = np.ascontiguousarray(little).reshape(array.shape)
    flat = little.reshape(-1, order=order.value)
    return Tensor(numeric_type(array.dtype), array.shape, order=order, data=flat)


def compressed(
    layout: Layout,
    shape: tuple[int, int],
    indptr: np.ndarray[Any, np.dtype[Any]],
    indices: np.ndarray[Any, np.dtype[Any]],
    data: np.ndarray[Any, np.dtype[Any]] | None,
) -> Tensor:
    """A CSR or CSC tensor over its three arrays, which must be canonical; `data` is None for a pattern."""
    dtype = DataType("bool") if data is None else numeric_type(data.dtype)
    return Tensor(dtype, shape, layout=layout, data=data, indptr=indptr, indices=(indices,))
