"""Frames, series and indexes of pandas to values and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from jazz.convert.arrays import array_tensor, list_tensor
from jazz.convert.axes import ROWS, Sight
from jazz.convert.building import NumpyArray, fixed, variable
from jazz.convert.errors import refuse, refuse_form, require
from jazz.convert.leaves import elements_tensor
from jazz.convert.plain import contents, missing_elements, numpy_array, texts
from jazz.convert.units import with_unit
from jazz.convert.zones import zone_for_pandas, zone_name
from jazz.values import Axis, DataType, Layout, Table, Tensor


def frame_table(frame: Any, path: str) -> Table:
    """The table of a DataFrame: a field for each column, along one axis that is its index.

    Raises:
        InvalidArgument: A column or its name, the index, or an attribute cannot be stored.
    """
    axis = _axis(frame.index, f"{path}.index")
    return replace(columns_table(frame, axis.name, path), declared=(axis,))


def columns_table(frame: Any, axis: str, path: str) -> Table:
    """The columns of a DataFrame along an axis that is declared elsewhere.

    Raises:
        InvalidArgument: A column or its name or an attribute cannot be stored.
    """
    if frame.columns.nlevels > 1:
        refuse(f"{path}.columns", "one level of names: use .columns.map('.'.join)", f"{frame.columns.nlevels} levels")
    if frame.columns.name is not None:
        advice = "none: use .rename_axis(columns=None)"
        refuse(f"{path}.columns.name", advice, repr(frame.columns.name)[:60])
    units = _attribute(frame.attrs, "units", f"{path}.attrs") or {}
    if not isinstance(units, Mapping) or not set(units) <= set(frame.columns):
        refuse(f"{path}.attrs['units']", "a mapping of columns to units", repr(units)[:60])
    fields: dict[str, Tensor] = {}
    for position, name in enumerate(frame.columns):
        check_name(name, fields, f"{path}.columns[{position}]", ": use .rename(columns=str)")
        tensor = vector_tensor(frame.iloc[:, position], f"{path}[{name!r}]")
        tensor = with_unit(tensor, units.get(name, ""), f"{path}.attrs['units'][{name!r}]")
        fields[str(name)] = replace(tensor, axes=(axis,))
    return Table(tuple(fields.items()))


def _attribute(attributes: Mapping[Any, Any], name: str, path: str) -> Any:
    """The one attribute that has a place in a value; None if there is none.

    Raises:
        InvalidArgument: There are others.
    """
    others = [key for key in attributes if key != name]
    if others:
        advice = f"{name!r} at most: use .attrs.clear(), or attributes of the block"
        refuse(path, advice, ", ".join(map(repr, others))[:60])
    return attributes.get(name)


def check_name(name: Any, before: Any, path: str, advice: str = "") -> None:
    """Checks the name of a field that comes after others; `advice` is for names that are no text.

    Raises:
        InvalidArgument: It is not one, or was used before.
    """
    if not isinstance(name, str) or not name or "\0" in name:
        refuse(path, f"a name: text that is not empty and without NUL{advice}", repr(name)[:60])
    try:
        name.encode()
    except UnicodeEncodeError:
        refuse(path, "a name that UTF-8 can encode", ascii(name)[:60])
    if name in before:
        refuse(path, "a name that no other field has", repr(name)[:60])


def series_tensor(series: Any, path: str) -> Tensor:
    """The tensor of a Series, along an axis that is its index. Its name is not kept.

    Raises:
        InvalidArgument: Its elements, its index or an attribute cannot be stored.
    """
    axis = _axis(series.index, f"{path}.index")
    unit = _attribute(series.attrs, "unit", f"{path}.attrs") or ""
    tensor = with_unit(vector_tensor(series, path), unit, f"{path}.attrs['unit']")
    return replace(tensor, axes=(axis.name,), declared=(axis,))


def _axis(index: Any, path: str) -> Axis:
    pandas = require("pandas", "pandas", "an index")
    if index.nlevels > 1:
        refuse(path, "an index of one level: use .reset_index()", f"{index.nlevels} levels")
    name = ROWS if index.name is None else index.name
    if index.name == ROWS:
        refuse(f"{path}.name", f"another name than {ROWS!r}, which stands for none: use .rename_axis()", repr(ROWS))
    check_name(name, (), f"{path}.name")
    plain = isinstance(index, pandas.RangeIndex) and index.start == 0 and index.step == 1
    return Axis(name, len(index), None if plain else vector_tensor(index, path))


def vector_tensor(vector: Any, path: str) -> Tensor:
    """The tensor of the elements of a Series or an Index.

    Raises:
        InvalidArgument: Its type cannot be stored.
    """
    pandas = require("pandas", "pandas", "a frame")
    dtype = vector.dtype
    array = vector.array
    if isinstance(dtype, pandas.CategoricalDtype):
        return _factor(array, path)
    if isinstance(dtype, pandas.DatetimeTZDtype):
        counts = vector.to_numpy(dtype=f"datetime64[{dtype.unit}]")
        zone = zone_name(dtype.tz, f"{path}.dtype.tz")
        return fixed(DataType("timestamp", dtype.unit, zone), counts.view(np.int64), np.isnat(counts))
    if isinstance(dtype, pandas.StringDtype):
        return _texts(array.to_numpy(dtype=object, na_value=None), path)
    if isinstance(dtype, pandas.ArrowDtype):
        from jazz.convert.arrow import arrow_tensor

        return arrow_tensor(array.__arrow_array__(), path)
    if isinstance(dtype, np.dtype):
        return _objects(vector, path) if dtype.hasobject else array_tensor(vector.to_numpy(), path)
    if pandas.api.types.is_bool_dtype(dtype) or (
        pandas.api.types.is_numeric_dtype(dtype) and isinstance(getattr(dtype, "numpy_dtype", None), np.dtype)
    ):
        missing = np.asarray(vector.isna())
        values = array.to_numpy(dtype=dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0))
        return array_tensor(np.ma.MaskedArray(values, missing) if missing.any() else values, path)
    return refuse(path, "a column of a type that docs/types.md lists: use .astype()", f"a column of {dtype}")


def _factor(array: Any, path: str) -> Tensor:
    none = len(array.categories) == 0  # of any type
    categories = variable("string", [], (0,)) if none else vector_tensor(array.categories, f"{path}.categories")
    if categories.dtype.name != "string":
        advice = "categories that are text: use .rename_categories(str) or store the values"
        refuse(f"{path}.categories", advice, f"categories of {array.categories.dtype}")
    codes = np.asarray(array.codes).astype(np.int32)
    tensor = fixed(DataType("factor", ordered=bool(array.ordered)), codes, codes < 0)
    return replace(tensor, categories=categories)


def _texts(items: NumpyArray, path: str) -> Tensor:
    elements = items.tolist()
    if all(item is None for item in elements):
        return variable("string", elements, items.shape)
    return elements_tensor(elements, items.shape, path)


def _objects(vector: Any, path: str) -> Tensor:
    missing = np.asarray(vector.isna()).tolist()
    items = [None if gone else item for item, gone in zip(vector.tolist(), missing, strict=True)]
    if all(item is None for item in items):
        refuse(path, "a column whose type says what it holds: use .astype('string')", "objects, all of them missing")
    return list_tensor(items, (len(items),), path)


def frame_axis(table: Table, sight: Sight) -> Axis | None:
    """The axis, of those in sight, that all fields of a table lie along, if it is a frame: dense vectors along one."""
    if not table.fields:
        return table.declared[0] if len(table.declared) == 1 and fits_index(table.declared[0]) else None
    names: set[str] = set()
    for _, value in table.fields:
        if not isinstance(value, Tensor) or value.ndim != 1 or value.layout is not Layout.DENSE or value.declared:
            return None
        names.update(value.axes or ("",))
    if len(names) != 1 or any(axis.name not in names for axis in table.declared):
        return None
    axis = sight.get(names.pop())
    return axis if axis is not None and fits_index(axis) else None


def fits_index(axis: Axis) -> bool:
    """Whether an index of pandas says all that an axis does: it has no unit, and no labels of float16."""
    labels = axis.labels
    return labels is None or (not labels.unit and labels.dtype.name != "float16" and fits_column(labels))


def fits_column(tensor: Tensor) -> bool:
    """Whether pandas has a type for the elements of a dense vector: none where float16 or complex ones are missing."""
    return tensor.validity is None or tensor.dtype.name not in ("float16", "complex64", "complex128")


def table_frame(table: Table, axis: Axis | None, form: str | None) -> Any:
    """The DataFrame of a table of dense vectors of one length; the axis is its index."""
    pandas = require("pandas", "pandas", "a table of columns")
    columns = {name: column(value, form) for name, value in table.fields if isinstance(value, Tensor)}
    if axis is not None:
        index = axis_index(axis, form)
    else:
        lengths = [value.shape[0] for _, value in table.fields if isinstance(value, Tensor)]
        index = pandas.RangeIndex(lengths[0] if lengths else 0)
    if not columns:
        return pandas.DataFrame(index=index)
    frame = pandas.DataFrame(
        {name: pandas.Series(values, index=index) for name, values in columns.items()}, index=index
    )
    units = {name: value.unit for name, value in table.fields if isinstance(value, Tensor) and value.unit}
    if units:
        frame.attrs["units"] = units
    return frame


def tensor_series(tensor: Tensor, axis: Axis | None, form: str | None) -> Any:
    """The Series of a dense vector; the axis is its index."""
    pandas = require("pandas", "pandas", "a vector with labels")
    index = pandas.RangeIndex(tensor.shape[0]) if axis is None else axis_index(axis, form)
    series = pandas.Series(column(tensor, form), index=index)
    if tensor.unit:
        series.attrs["unit"] = tensor.unit
    return series


def matrix_frame(tensor: Tensor, sight: Sight) -> Any:
    """The DataFrame of a dense matrix: its dimensions are the index and the columns.

    Raises:
        InvalidArgument: pandas has no such elements.
    """
    pandas = require("pandas", "pandas", "a frame")
    if tensor.unit:
        refuse_form(str(tensor), "pandas", "'array' or 'xarray': a frame has units of columns only")
    axes = zip(sight.of(tensor), tensor.shape, strict=True)
    rows, columns = (pandas.RangeIndex(length) if axis is None else axis_index(axis, "pandas") for axis, length in axes)
    if tensor.dtype.name == "factor":
        refuse_form(str(tensor), "pandas", "'numpy', which gives the texts, or 'array'")
    array = numpy_array(tensor)
    if tensor.dtype.numeric and tensor.validity is None:
        return pandas.DataFrame(array, index=rows, columns=columns)
    parts = (
        pandas.Series(column(array_tensor(array[:, place], "value"), "pandas"), index=rows)
        for place in range(len(columns))
    )
    frame = pandas.DataFrame(dict(enumerate(parts)), index=rows)
    return frame.set_axis(columns, axis=1)


def axis_index(axis: Axis, form: str | None) -> Any:
    """The index of an axis."""
    pandas = require("pandas", "pandas", "an axis")
    name = None if axis.name == ROWS else axis.name
    if axis.labels is None:
        return pandas.RangeIndex(axis.length, name=name)
    if not fits_index(axis):
        refuse_form(f"labels of {axis.labels}", form, "'array' or 'xarray': an index has no unit and no such type")
    return _index(axis.labels, form).rename(name)


def _index(labels: Tensor, form: str | None) -> Any:
    """An index of labels or categories; texts are what pandas takes them for: str, or objects before pandas 3."""
    pandas = require("pandas", "pandas", "an axis")
    if labels.dtype.name == "string" and not _modern(pandas):
        return pandas.Index(_object_array(texts(labels)), dtype=object)
    return pandas.Index(column(labels, form))


def _modern(pandas: Any) -> bool:
    return int(pandas.__version__.partition(".")[0]) >= 3


def column(tensor: Tensor, form: str | None) -> Any:
    """The elements of a dense vector as pandas holds them, nullable where some are missing.

    Raises:
        InvalidArgument: pandas has no such type.
    """
    pandas = require("pandas", "pandas", "a column")
    dtype = tensor.dtype
    if dtype.name == "factor":
        return _categorical(tensor)
    if dtype.name == "string":
        text = pandas.StringDtype(na_value=np.nan) if _modern(pandas) else pandas.StringDtype()
        return pandas.array(np.array(texts(tensor), dtype=object), dtype=text)
    if dtype.name == "bytes":
        return _object_array(contents(tensor))
    if dtype.name == "date":
        return _dates(numpy_array(tensor), form)
    if dtype.name == "timestamp" and dtype.zone:
        plain = numpy_array(tensor).view(f"M8[{dtype.unit}]")
        return pandas.Series(plain).dt.tz_localize("UTC").dt.tz_convert(zone_for_pandas(dtype.zone)).array
    missing = missing_elements(tensor) if dtype.numeric else None
    if missing is None:
        # A frame may be written to, the memory of a value not: pandas copies on write.
        return numpy_array(tensor)
    return _nullable(tensor, missing, form)


def _nullable(tensor: Tensor, missing: NumpyArray, form: str | None) -> Any:
    pandas = require("pandas", "pandas", "a column with missing elements")
    values = tensor.array()
    match values.dtype.kind:
        case "b":
            return pandas.arrays.BooleanArray(values.copy(), missing)
        case "i" | "u":
            return pandas.arrays.IntegerArray(values.copy(), missing)
        case "f" if values.dtype.itemsize > 2:
            return pandas.arrays.FloatingArray(values.copy(), missing)
    advice = "'array' or 'numpy': pandas has no nullable type for it"
    return refuse_form(f"{tensor} with missing elements", form, advice)


def _categorical(tensor: Tensor) -> Any:
    pandas = require("pandas", "pandas", "a factor")
    assert tensor.categories is not None
    assert tensor.data is not None
    missing = missing_elements(tensor)
    codes = tensor.data if missing is None else np.where(missing, -1, tensor.data)
    categories = _index(tensor.categories, None)
    return pandas.Categorical.from_codes(codes, categories=categories, ordered=tensor.dtype.ordered)


def _dates(days: NumpyArray, form: str | None) -> NumpyArray:
    # numpy gives integers instead of dates where Python's calendar ends.
    items = days.astype(object).tolist()
    if any(isinstance(item, int) for item in items):
        refuse_form("a date outside of the years 1 to 9999", form, "'numpy': Python's calendar has those years only")
    return _object_array(items)


def _object_array(items: list[Any]) -> NumpyArray:
    array = np.empty(len(items), object)
    array[:] = items
    return array
