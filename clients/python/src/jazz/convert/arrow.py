"""Tables and arrays of pyarrow to values and back; those of polars through them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from jazz.codec.header import known_zone
from jazz.convert.building import Array, fixed
from jazz.convert.errors import refuse, refuse_form, require
from jazz.convert.frames import ROWS, check_name, frame_axis
from jazz.convert.plain import missing_elements
from jazz.values import Axis, DataType, Layout, Null, Table, Tensor, Value, numeric_type

_WIDE_TYPES = {"string": "large_string", "bytes": "large_binary"}


def arrow_table(table: Any, path: str) -> Table:
    """The table of an Arrow table or record batch: a field for each column, along one axis. Metadata is not kept.

    Raises:
        InvalidArgument: A column or its name cannot be stored.
    """
    fields: dict[str, Tensor] = {}
    for number, name in enumerate(table.schema.names):
        check_name(name, fields, f"{path}.schema.names[{number}]")
        fields[name] = replace(arrow_tensor(table.column(number), f"{path}[{name!r}]"), axes=(ROWS,))
    return Table(tuple(fields.items()), (Axis(ROWS, table.num_rows),))


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
        return _variable(name, _joined(array.cast(getattr(arrow, _WIDE_TYPES[name])())))
    if types.is_date64(kind):
        array = array.cast(arrow.date32())
    array = _joined(array)
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
    if isinstance(array, arrow.ChunkedArray):
        return array.unify_dictionaries().combine_chunks()
    return array


def _missing(array: Any) -> Array | None:
    return array.is_null().to_numpy(zero_copy_only=False) if array.null_count else None


def _fixed_buffer(array: Any, dtype: np.dtype[Any]) -> Array:
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


def arrow_form(value: Value) -> Any:
    """The Arrow table of a frame, or the Arrow array of a dense vector, over the value's memory.

    Raises:
        InvalidArgument: It is neither, has labels, or Arrow has no such type.
    """
    arrow = require("pyarrow", "arrow", "Arrow")
    if isinstance(value, Tensor):
        if value.declared and value.declared[0].labels is not None:
            refuse_form("a vector with labels", "arrow", "'pandas' or 'value': Arrow has no labels")
        return _arrow_array(value, arrow)
    if isinstance(value, Null):
        return None
    axis = frame_axis(value)
    if axis is None:
        refuse_form("a table whose fields are not all vectors along one axis", "arrow", "another form")
    if axis.labels is not None:
        refuse_form("a table with labels", "arrow", "'pandas' or 'value': Arrow has no labels")
    columns = {name: _arrow_array(field, arrow) for name, field in value.fields if isinstance(field, Tensor)}
    return arrow.table(columns)


def _arrow_array(tensor: Tensor, arrow: Any) -> Any:
    if tensor.layout is not Layout.DENSE or tensor.ndim != 1 or tensor.data is None:
        refuse_form(str(tensor), "arrow", "another form: Arrow arrays are dense vectors")
    dtype = tensor.dtype
    validity = None if tensor.validity is None else arrow.py_buffer(tensor.validity)
    count = tensor.shape[0]
    data = arrow.py_buffer(tensor.data)
    if dtype.variable:
        kind = getattr(arrow, _WIDE_TYPES[dtype.name])()
        return arrow.Array.from_buffers(kind, count, [validity, arrow.py_buffer(tensor.offsets), data])
    if dtype.name == "bool":
        return arrow.array(tensor.data, mask=missing_elements(tensor))
    if dtype.name == "factor":
        assert tensor.categories is not None
        codes = arrow.Array.from_buffers(arrow.int32(), count, [validity, data])
        categories = _arrow_array(tensor.categories, arrow)
        return arrow.DictionaryArray.from_arrays(codes, categories, ordered=dtype.ordered)
    return arrow.Array.from_buffers(_arrow_type(tensor, arrow), count, [validity, data])


def _arrow_type(tensor: Tensor, arrow: Any) -> Any:
    dtype = tensor.dtype
    match dtype.name:
        case "timestamp":
            return arrow.timestamp(dtype.unit, tz=dtype.zone or None)
        case "duration":
            return arrow.duration(dtype.unit)
        case "date":
            return arrow.date32()
        case "complex64" | "complex128":
            return refuse_form(str(tensor), "arrow", "another form: Arrow has no complex numbers")
        case _:
            return arrow.from_numpy_dtype(dtype.storage)
