"""DataArrays and Datasets of xarray to values and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from jazz.convert import frames
from jazz.convert.axes import Sight, declared_within
from jazz.convert.errors import refuse, refuse_form, require
from jazz.convert.frames import check_name
from jazz.convert.plain import numpy_array
from jazz.convert.units import with_unit
from jazz.values import Axis, Layout, Null, Table, Tensor, Value

_UNITS = "units"

Elements = Callable[[Any, str], Value]
"""What makes a value of the array inside a variable."""


def data_array_tensor(array: Any, path: str, elements: Elements) -> Tensor:
    """The tensor of a DataArray along the axes that its dimensions are. Its name is not kept.

    Raises:
        InvalidArgument: Something of it cannot be stored: attributes, coordinates that are no labels, its elements.
    """
    axes = _axes(array, path, elements)
    return replace(_variable(array.variable, path, elements), declared=axes)


def dataset_table(dataset: Any, path: str, elements: Elements) -> Table:
    """The table of a Dataset: a field for each variable, along axes that all of them share.

    Raises:
        InvalidArgument: Something of it cannot be stored: attributes, coordinates that are no labels, elements.
    """
    if dataset.attrs:
        refuse(f"{path}.attrs", "none: use .drop_attrs(), or attributes of the block", _names(dataset.attrs))
    axes = _axes(dataset, path, elements)
    fields: dict[str, Tensor] = {}
    for name, array in dataset.data_vars.items():
        check_name(name, fields, f"{path}.data_vars")
        fields[name] = _variable(array.variable, f"{path}[{name!r}]", elements)
    return Table(tuple(fields.items()), axes)


def _axes(coordinated: Any, path: str, elements: Elements) -> tuple[Axis, ...]:
    lengths = dict(coordinated.sizes)
    labels: dict[str, Tensor] = {}
    for name, coordinate in coordinated.coords.items():
        where = f"{path}.coords[{name!r}]"
        if coordinate.dims != (name,):
            advice = "labels of one dimension with its name: use .reset_coords() or .drop_vars()"
            refuse(where, advice, f"a coordinate with the dimensions {coordinate.dims}")
        labels[name] = replace(_variable(coordinate.variable, where, elements), axes=())
    for name in lengths:
        check_name(name, (), f"{path}.dims")
    return tuple(Axis(name, length, labels.get(name)) for name, length in lengths.items())


def _variable(variable: Any, path: str, elements: Elements) -> Tensor:
    others = [name for name in variable.attrs if name != _UNITS]
    if others:
        refuse(f"{path}.attrs", f"{_UNITS!r} at most: use .drop_attrs(), or attributes of the block", _names(others))
    tensor = elements(_in_memory(variable), path)
    if not isinstance(tensor, Tensor) or tensor.axes:
        refuse(path, "an array of one type", f"one of {variable.dtype}")
    tensor = replace(tensor, axes=tuple(variable.dims))
    if _UNITS not in variable.attrs:
        return tensor
    if tensor.unit:
        refuse(f"{path}.attrs[{_UNITS!r}]", f"none, as the elements have the unit {tensor.unit}", "another one")
    return with_unit(tensor, variable.attrs[_UNITS], f"{path}.attrs[{_UNITS!r}]")


def _in_memory(variable: Any) -> Any:
    """The array that a variable holds; of an index coordinate, whose array can only be copied, the index."""
    index = getattr(variable, "to_index", None)
    if index is not None and type(variable).__name__ == "IndexVariable":
        labels = index()
        if labels.nlevels == 1 and not isinstance(labels.dtype, np.dtype):
            return labels
    return variable.data


def _names(attributes: Any) -> str:
    return ", ".join(map(repr, attributes))[:60]


def xarray_form(value: Value) -> Any:
    """The DataArray of a tensor, or the Dataset of a table of tensors.

    Raises:
        InvalidArgument: It is null, nested or sparse, or has missing numbers, or names that xarray has no place for.
        MissingPackage: xarray is not installed.
    """
    xarray = require("xarray", "xarray", "an xarray")
    if isinstance(value, Null):
        refuse_form("null", "xarray", "None")
    sight = Sight().inside(value)
    if isinstance(value, Tensor):
        names = value.axes or ("",) * value.ndim
        dims = tuple(name or f"dim_{number}" for number, name in enumerate(names))
        return xarray.DataArray(_data(value), dims=dims, coords=_coordinates(value, sight), attrs=_attributes(value))
    if any(declared_within(value)):
        refuse_form("a table of which parts have axes of their own", "xarray", "None, or an item of it")
    variables = {}
    for name, field in value.fields:
        if not isinstance(field, Tensor):
            refuse_form(f"the field {name!r}, which is no tensor", "xarray", "None, or an item of it")
        if not all(field.axes or [""] * field.ndim):
            refuse_form(f"the field {name!r}, whose dimensions have no names", "xarray", "None, or an item of it")
        if sight.get(name) is not None:
            refuse_form(f"a field and a dimension that are both called {name!r}", "xarray", "None, or an item of it")
        variables[name] = xarray.Variable(_distinct(field), _data(field), _attributes(field))
    return xarray.Dataset(variables, coords=_coordinates(value, sight))


def _distinct(tensor: Tensor) -> tuple[str, ...]:
    if len(set(tensor.axes)) != len(tensor.axes):
        refuse_form(f"{tensor} with two dimensions of one name", "xarray", "'array': xarray has no such arrays")
    return tensor.axes


def _attributes(tensor: Tensor) -> Mapping[str, str]:
    return {_UNITS: tensor.unit} if tensor.unit else {}


def _coordinates(value: Tensor | Table, sight: Sight) -> dict[str, Any]:
    xarray = require("xarray", "xarray", "an xarray")
    if isinstance(value, Tensor) and value.axes:
        named = tuple(name for name in value.axes if name)
        if len(set(named)) != len(named):
            refuse_form(f"{value} with two dimensions of one name", "xarray", "'array': xarray has no such arrays")
    return {
        axis.name: xarray.Variable((axis.name,), _label_data(axis.labels), _attributes(axis.labels))
        for axis in value.declared
        if axis.labels is not None and (isinstance(value, Table) or axis.name in value.axes)
    }


def _label_data(labels: Tensor) -> Any:
    if labels.dtype.name == "float16":
        refuse_form(f"labels of {labels}", "xarray", "'array': the indexes of xarray have no such type")
    return _data(labels)


def _data(tensor: Tensor) -> Any:
    if tensor.layout is not Layout.DENSE:
        refuse_form(str(tensor), "xarray", "'array': the arrays of xarray are dense")
    zoned = tensor.dtype.name == "timestamp" and tensor.dtype.zone
    if tensor.dtype.name == "factor" or zoned or (tensor.dtype.numeric and tensor.validity is not None):
        if tensor.ndim != 1:
            what = "missing elements" if tensor.dtype.numeric else "such elements"
            refuse_form(f"{tensor} with {what}", "xarray", f"'array': xarray has {what} in vectors only")
        column = frames.column(tensor, "xarray")
        # Of times with a zone xarray takes only an index for what it is.
        return require("pandas", "pandas", "times with a zone").Index(column) if zoned else column
    return numpy_array(tensor)
