"""Values to tables, arrays and tensors of pyarrow, over the memory of the value where its layout allows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from jazz.convert.arrow import UNIT, WIDE_TYPES
from jazz.convert.axes import ROWS
from jazz.convert.errors import refuse_form, require
from jazz.convert.plain import missing_elements, present
from jazz.values import Layout, Null, Order, Table, Tensor, Value


def arrow_form(value: Value) -> Any:
    """The Arrow form of a value.

    A table whose fields share their first dimension is a Table, a dense vector an Array, a dense array of more
    dimensions a FixedShapeTensorArray whose elements are its rows, an element a Scalar; sparse ones are the
    SparseCSRMatrix, SparseCSCMatrix or SparseCOOTensor.

    Raises:
        InvalidArgument: It has something that Arrow has no place for.
        MissingPackage: pyarrow is not installed.
    """
    arrow = require("pyarrow", "arrow", "Arrow")
    if isinstance(value, Null):
        return None
    if isinstance(value, Table):
        return _table(arrow_columns(value, "arrow"), arrow)
    check_plain(value, "arrow")
    if value.layout is not Layout.DENSE:
        return _sparse(value, arrow)
    if value.ndim == 0:
        return arrow_array(replace(value, shape=(1,)), "arrow")[0]
    return arrow_array(value, "arrow")


def _table(columns: dict[str, Tensor], arrow: Any) -> Any:
    arrays = {name: arrow_array(tensor, "arrow") for name, tensor in columns.items()}
    described = [
        arrow.field(name, arrays[name].type, metadata={UNIT: tensor.unit} if tensor.unit else None)
        for name, tensor in columns.items()
    ]
    return arrow.Table.from_arrays(list(arrays.values()), schema=arrow.schema(described))


def check_plain(tensor: Tensor, form: str) -> None:
    """Checks that a tensor that is no column has nothing that arrays of Arrow have no place for.

    Raises:
        InvalidArgument: It has labels, names that Arrow cannot say, or a unit.
    """
    if any(axis.labels is not None for axis in tensor.declared):
        refuse_form("an array with labels", form, "'array' or 'pandas': Arrow has no labels")
    if tensor.unit:
        refuse_form(f"{tensor}", form, "'array' or 'pint': only columns of Arrow have units")
    if tensor.layout is Layout.DENSE and tensor.axes and tensor.axes[0] not in ("", ROWS):
        refuse_form(f"a first dimension with the name {tensor.axes[0]!r}", form, "'array': Arrow cannot say it")


def arrow_columns(table: Table, form: str) -> dict[str, Tensor]:
    """The fields of a table as columns, if they are dense and share their first dimension.

    Raises:
        InvalidArgument: They do not, or they have labels or a name along it.
    """
    axes = {axis.name: axis for axis in table.declared}
    columns: dict[str, Tensor] = {}
    for name, field in table.fields:
        if not isinstance(field, Tensor) or field.layout is not Layout.DENSE or field.ndim == 0:
            refuse_form(f"a table whose field {name!r} is no column", form, "another form")
        columns[name] = field
    rows = {(tensor.axes[0] if tensor.axes else "", tensor.shape[0]) for tensor in columns.values()}
    if len(rows) > 1:
        refuse_form("a table whose fields do not lie along one dimension", form, "another form")
    if not columns and any(axis.length for axis in table.declared):
        refuse_form("a table of rows without columns", form, "'pandas'")
    for axis in (*axes.values(), *(axis for tensor in columns.values() for axis in tensor.declared)):
        if axis.labels is not None:
            refuse_form("a table with labels", form, "'pandas' or 'value': columns have no labels")
    if any(name not in ("", ROWS) for name, _ in rows):
        refuse_form("a table whose rows have a name", form, "'pandas' or 'value': tables have no place for it")
    return columns


def arrow_array(tensor: Tensor, form: str) -> Any:
    """The Arrow array of a dense tensor of rank 1 or more, whose rows are its elements.

    Raises:
        InvalidArgument: Arrow has no such elements.
    """
    arrow = require("pyarrow", "arrow", "Arrow")
    if tensor.ndim == 1:
        return _vector(tensor, arrow, form)
    inner = tensor.shape[1:]
    if 0 in inner:
        refuse_form(f"{tensor} with rows of no elements", form, "another form: Arrow's tensors have elements")
    if tensor.dtype.name in ("string", "bytes", "factor"):
        refuse_form(str(tensor), form, "another form: Arrow's tensors are of numbers, truth values and times")
    elements = replace(_in_rows(tensor), shape=(tensor.size,), axes=(), declared=())
    names = [name or "" for name in tensor.axes[1:]]
    kind = arrow.fixed_shape_tensor(
        _element_type(elements, arrow, form), inner, dim_names=names if any(names) else None
    )
    rows = arrow.FixedSizeListArray.from_arrays(_vector(elements, arrow, form), int(np.prod(inner)))
    return arrow.ExtensionArray.from_storage(kind, rows)


def _in_rows(tensor: Tensor) -> Tensor:
    """A dense tensor in C order; copied if it is not."""
    if tensor.order is Order.C:
        return tensor
    there = present(tensor)
    validity = None
    if there is not None:
        moved = there.reshape(tensor.shape, order="F").reshape(-1)
        validity = np.packbits(moved, bitorder="little")
    return replace(tensor, order=Order.C, data=np.ascontiguousarray(tensor.array()).reshape(-1), validity=validity)


def _vector(tensor: Tensor, arrow: Any, form: str) -> Any:
    assert tensor.data is not None
    dtype = tensor.dtype
    validity = None if tensor.validity is None else arrow.py_buffer(tensor.validity)
    count = tensor.shape[0]
    if dtype.name == "bool":
        return arrow.array(tensor.data, mask=missing_elements(tensor))
    data = arrow.py_buffer(tensor.data)
    if dtype.variable:
        buffers = [validity, arrow.py_buffer(tensor.offsets), data]
        return arrow.Array.from_buffers(_element_type(tensor, arrow, form), count, buffers)
    if dtype.name == "factor":
        assert tensor.categories is not None
        codes = arrow.Array.from_buffers(arrow.int32(), count, [validity, data])
        return arrow.DictionaryArray.from_arrays(codes, _vector(tensor.categories, arrow, form), ordered=dtype.ordered)
    return arrow.Array.from_buffers(_element_type(tensor, arrow, form), count, [validity, data])


def _element_type(tensor: Tensor, arrow: Any, form: str) -> Any:
    dtype = tensor.dtype
    match dtype.name:
        case "string" | "bytes":
            return getattr(arrow, WIDE_TYPES[dtype.name])()
        case "bool":
            return arrow.bool_()
        case "timestamp":
            return arrow.timestamp(dtype.unit, tz=dtype.zone or None)
        case "duration":
            return arrow.duration(dtype.unit)
        case "date":
            return arrow.date32()
        case "complex64" | "complex128":
            return refuse_form(str(tensor), form, "another form: Arrow has no complex numbers")
        case _:
            return arrow.from_numpy_dtype(dtype.storage)


def _sparse(tensor: Tensor, arrow: Any) -> Any:
    if tensor.validity is not None or tensor.fill:
        refuse_form(f"{tensor} with missing entries or a fill", "arrow", "'array': Arrow's sparse tensors have neither")
    if not tensor.dtype.numeric or tensor.dtype.storage.kind in "bc":
        refuse_form(str(tensor), "arrow", "another form: Arrow's sparse tensors are of integers and floats")
    names = list(tensor.axes) if tensor.axes else None
    if tensor.layout is Layout.COO:
        if not tensor.stored:
            refuse_form(f"{tensor} without entries", "arrow", "another form: Arrow has no such tensor")
        places = np.stack(tensor.indices, axis=1)
        return arrow.SparseCOOTensor.from_numpy(tensor.data, places, shape=tensor.shape, dim_names=names)
    kind = arrow.SparseCSRMatrix if tensor.layout is Layout.CSR else arrow.SparseCSCMatrix
    return kind.from_numpy(tensor.data, tensor.indptr, tensor.indices[0], shape=tensor.shape, dim_names=names)
