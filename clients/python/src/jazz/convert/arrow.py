"""Tables, arrays and tensors of pyarrow to values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import scipy.sparse

from jazz.codec.header import known_zone
from jazz.convert.arrays import array_tensor
from jazz.convert.axes import ROWS
from jazz.convert.building import NumpyArray, fixed
from jazz.convert.errors import refuse, require
from jazz.convert.frames import check_name
from jazz.convert.plain import missing_elements
from jazz.convert.sparse import entries_tensor, sparse_tensor
from jazz.convert.units import with_unit
from jazz.values import Axis, DataType, Table, Tensor, numeric_type

WIDE_TYPES: Final = {"string": "large_string", "bytes": "large_binary"}
"""The types of Arrow that have offsets of 64 bits, as values have them."""

UNIT: Final = b"unit"
"""The key in the metadata of a column under which its unit is."""


DESCRIBING: Final = (b"pandas", b"PARQUET:")
"""How keys of metadata begin that describe what the columns say already."""


def arrow_table(table: Any, path: str) -> Table:
    """The table of an Arrow table or record batch: a field for each column, along one axis.

    Raises:
        InvalidArgument: A column, its name or metadata cannot be stored.
    """
    _check_metadata(table.schema.metadata, f"{path}.schema.metadata")
    fields: dict[str, Tensor] = {}
    for number, column in enumerate(table.schema):
        check_name(column.name, fields, f"{path}.schema.names[{number}]")
        where = f"{path}[{column.name!r}]"
        _check_metadata(column.metadata, f"{where}.metadata", UNIT)
        tensor = arrow_tensor(table.column(number), where)
        if ROWS in tensor.axes:
            refuse(f"{where}.type.dim_names", f"other names than {ROWS!r}, which is that of the first", repr(ROWS))
        tensor = replace(tensor, axes=(ROWS, *(tensor.axes[1:] or ("",) * (tensor.ndim - 1))))
        unit = (column.metadata or {}).get(UNIT, b"").decode(errors="replace")
        fields[column.name] = with_unit(tensor, unit, f"{where}.metadata[{UNIT!r}]")
    return Table(tuple(fields.items()), (Axis(ROWS, table.num_rows),))


def _check_metadata(metadata: Mapping[bytes, bytes] | None, path: str, *known: bytes) -> None:
    others = [key for key in metadata or {} if key not in known and not key.startswith(DESCRIBING)]
    if others:
        advice = "none: use .replace_schema_metadata(), .remove_metadata(), or attributes of the block"
        refuse(path, advice, ", ".join(map(repr, others))[:60])


def arrow_tensor(array: Any, path: str) -> Tensor:
    """The tensor of an Arrow array, chunked or not. Numbers without missing elements are not copied.

    Raises:
        InvalidArgument: Its type cannot be stored.
    """
    arrow = require("pyarrow", "arrow", "an Arrow array")
    types = arrow.types
    kind = array.type
    text = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
    binary = types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind)
    if text or binary or types.is_fixed_size_binary(kind):
        name = "string" if text else "bytes"
        return _variable(name, _joined(array.cast(getattr(arrow, WIDE_TYPES[name])())))
    if types.is_date64(kind):
        array = array.cast(arrow.date32())
    array = _joined(array)
    if isinstance(kind, arrow.FixedShapeTensorType):
        return _fixed_shape(array, path)
    if isinstance(kind, arrow.BaseExtensionType):
        refuse(path, "an array without a type of an extension: use .storage", str(kind))
    if types.is_dictionary(kind):
        return _factor(array, path)
    missing = _missing(array)
    if types.is_boolean(kind):
        return fixed(DataType("bool"), array.fill_null(False).to_numpy(zero_copy_only=False), missing)
    if types.is_integer(kind) or types.is_floating(kind):
        dtype = numeric_type(np.dtype(kind.to_pandas_dtype()))
    elif types.is_timestamp(kind):
        dtype = DataType("timestamp", unit=kind.unit, zone=kind.tz or "")
        if dtype.zone and not known_zone(dtype.zone):
            refuse(f"{path}.type.tz", "an IANA name or an offset such as +02:00", repr(dtype.zone))
    elif types.is_duration(kind):
        dtype = DataType("duration", unit=kind.unit)
    elif types.is_date(kind):
        dtype = DataType("date")
    else:
        refuse(path, "an Arrow type that docs/types.md lists: use .cast()", str(kind))
    return fixed(dtype, _fixed_buffer(array, dtype.storage), missing)


def _joined(array: Any) -> Any:
    arrow = require("pyarrow", "arrow", "an Arrow array")
    if not isinstance(array, arrow.ChunkedArray):
        return array
    if array.num_chunks == 1:
        return array.chunk(0)
    return array.unify_dictionaries().combine_chunks()


def _fixed_shape(array: Any, path: str) -> Tensor:
    kind, storage = array.type, array.storage
    size = kind.storage_type.list_size
    inner = tuple(kind.shape)
    elements = arrow_tensor(storage.values[storage.offset * size :][: len(storage) * size], path)
    tensor = replace(elements, shape=(len(storage), *inner))
    moved = list(kind.permutation or range(len(inner)))
    if storage.null_count or moved != sorted(moved):
        if elements.dtype.variable or elements.dtype.name == "factor":
            refuse(path, "whole rows in their order, as the elements are texts", str(kind))
        missing = missing_elements(tensor)
        gone = np.zeros(tensor.shape, np.bool_) if missing is None else missing
        gone = gone | _missing_rows(storage).reshape(-1, *[1] * len(inner))
        order = (0, *(place + 1 for place in moved))
        tensor = fixed(elements.dtype, tensor.array().transpose(order), gone.transpose(order))
    return _named(tensor, ("", *(kind.dim_names or ("",) * len(inner))), f"{path}.type.dim_names")


def _missing_rows(storage: Any) -> NumpyArray:
    missing: NumpyArray = storage.is_null().to_numpy(zero_copy_only=False)
    return missing


def _named(tensor: Tensor, names: Sequence[str | None], path: str) -> Tensor:
    """A tensor along axes with these names, without labels."""
    axes = tuple(name or "" for name in names)
    if not any(axes):
        return tensor
    lengths: dict[str, int] = {}
    for name, length in zip(axes, tensor.shape, strict=True):
        if name:
            check_name(name, lengths, path)
            lengths[name] = length
    return replace(tensor, axes=axes, declared=tuple(Axis(name, length) for name, length in lengths.items()))


def arrow_scalar(scalar: Any, path: str) -> Tensor:
    """The tensor of rank 0 of a scalar of Arrow.

    Raises:
        InvalidArgument: Its type cannot be stored.
    """
    arrow = require("pyarrow", "arrow", "a scalar of Arrow")
    tensor = arrow_tensor(arrow.repeat(scalar, 1), path)
    return replace(tensor, shape=tensor.shape[1:], axes=tensor.axes[1:])


def arrow_matrix(matrix: Any, path: str) -> Tensor:
    """The tensor of a `pyarrow.Tensor`, or of one of its sparse matrices and tensors.

    Raises:
        InvalidArgument: Its type cannot be stored, or its arrays contradict each other.
    """
    arrow = require("pyarrow", "arrow", "a tensor of Arrow")
    if isinstance(matrix, arrow.Tensor):
        tensor = array_tensor(matrix.to_numpy(), path)
    elif isinstance(matrix, arrow.SparseCOOTensor):
        data, places = matrix.to_numpy()
        data = data.reshape(-1)
        entries_tensor(data, path)
        entries = np.ascontiguousarray(places.T)
        coordinates = scipy.sparse.coo_array((data, tuple(entries)), shape=matrix.shape)
        coordinates.coords = tuple(entries)
        tensor = sparse_tensor(coordinates, path)
    else:
        rows = isinstance(matrix, arrow.SparseCSRMatrix)
        data, indptr, indices = (part.reshape(-1) for part in matrix.to_numpy())
        kind = scipy.sparse.csr_array if rows else scipy.sparse.csc_array
        compressed = kind((data, indices, indptr), shape=matrix.shape)
        compressed.indices, compressed.indptr = indices, indptr
        tensor = sparse_tensor(compressed, path)
    return _named(tensor, tuple(matrix.dim_names or ("",) * tensor.ndim), f"{path}.dim_names")


def _missing(array: Any) -> NumpyArray | None:
    return array.is_null().to_numpy(zero_copy_only=False) if array.null_count else None


def _fixed_buffer(array: Any, dtype: np.dtype[Any]) -> NumpyArray:
    buffer = array.buffers()[1]
    if buffer is None or len(array) == 0:
        return np.zeros(len(array), dtype)
    return np.frombuffer(buffer, dtype)[array.offset : array.offset + len(array)]


def _variable(name: str, array: Any) -> Tensor:
    missing = _missing(array)
    if missing is not None:
        # What Arrow holds where elements are missing is undefined.
        array = array.fill_null("" if name == "string" else b"")
    _, places, content = array.buffers()
    count = len(array)
    if count == 0 or places is None:
        offsets = np.zeros(count + 1, np.int64)
    else:
        offsets = np.frombuffer(places, np.int64)[array.offset : array.offset + count + 1]
    first, last = int(offsets[0]), int(offsets[-1])
    data = np.frombuffer(content, np.uint8)[first:last] if last > first else np.empty(0, np.uint8)
    validity = None if missing is None else np.packbits(~missing, bitorder="little")
    return Tensor(DataType(name), (count,), data=data, offsets=offsets - first if first else offsets, validity=validity)


def _factor(array: Any, path: str) -> Tensor:
    arrow = require("pyarrow", "arrow", "an Arrow array")
    if array.dictionary.null_count:
        refuse(f"{path}.dictionary", "no missing categories", f"{array.dictionary.null_count}")
    categories = arrow_tensor(array.dictionary, f"{path}.dictionary")
    if categories.dtype.name != "string":
        refuse(f"{path}.dictionary", "a dictionary of text: use .dictionary_decode()", str(array.dictionary.type))
    if len(array.dictionary.unique()) != len(array.dictionary):
        refuse(f"{path}.dictionary", "texts that all differ", "the same text twice")
    missing = _missing(array.indices)
    indices = array.indices if missing is None else array.indices.fill_null(0)
    codes = _fixed_buffer(indices.cast(arrow.int32()), np.dtype("<i4"))
    tensor = fixed(DataType("factor", ordered=bool(array.type.ordered)), codes, missing)
    return replace(tensor, categories=categories)
