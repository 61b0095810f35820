"""Frames and series of polars to values and back, over Arrow's memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from jazz.convert.arrow import arrow_tensor
from jazz.convert.arrow_out import arrow_array, arrow_columns, check_plain
from jazz.convert.axes import ROWS
from jazz.convert.building import fixed
from jazz.convert.errors import refuse, refuse_form, require
from jazz.convert.frames import check_name
from jazz.convert.leaves import elements_tensor
from jazz.convert.plain import missing_elements, numpy_array, texts
from jazz.values import Axis, DataType, Layout, Null, Table, Tensor, Value

_REFUSED = {
    "Array": "one tensor: use .to_numpy()",
    "List": "one element in each row: use .explode()",
    "Struct": "columns: use .unnest()",
    "Decimal": "floats or integers: use .cast()",
    "Int128": "integers of at most 64 bits: use .cast()",
    "UInt128": "integers of at most 64 bits: use .cast()",
    "Time": "timestamps or durations: use .cast()",
    "Object": "a type that polars itself has",
    "Null": "a type that says what is missing: use .cast()",
    "Unknown": "a type that polars knows",
}


def frame_table(frame: Any, path: str) -> Table:
    """The table of a DataFrame of polars: a field for each column, along one axis.

    Raises:
        InvalidArgument: A column or its name cannot be stored.
    """
    fields: dict[str, Tensor] = {}
    for name in frame.columns:
        check_name(name, fields, f"{path}.columns")
        fields[name] = replace(series_tensor(frame[name], f"{path}[{name!r}]"), axes=(ROWS,))
    return Table(tuple(fields.items()), (Axis(ROWS, frame.height),))


def series_tensor(series: Any, path: str) -> Tensor:
    """The tensor of a Series of polars. Its name is not kept.

    Raises:
        InvalidArgument: Its type cannot be stored.
    """
    kind = type(series.dtype).__name__ if not isinstance(series.dtype, type) else series.dtype.__name__
    if kind in _REFUSED:
        refuse(path, _REFUSED[kind], str(series.dtype))
    tensor = arrow_tensor(series.to_arrow(), path)
    return _used(tensor, path) if kind == "Categorical" else tensor


def _used(factor: Tensor, path: str) -> Tensor:
    """A factor without the categories that it does not use: other series share those with it."""
    assert factor.categories is not None
    missing = missing_elements(factor)
    codes = factor.array()
    used, places = np.unique(codes if missing is None else codes[~missing], return_inverse=True)
    known = texts(factor.categories)
    if len(used) == len(known):
        return factor
    compact = np.zeros(len(codes), np.int32)
    compact[slice(None) if missing is None else ~missing] = places
    kept = [known[place] for place in used.tolist()]
    empty = replace(factor.categories, shape=(0,), data=np.empty(0, np.uint8), offsets=np.zeros(1, np.int64))
    categories = elements_tensor(kept, (len(kept),), path) if kept else empty
    return replace(fixed(factor.dtype, compact, missing), categories=categories)


def polars_form(value: Value) -> Any:
    """The DataFrame of polars of a frame, or the Series of a dense vector.

    Raises:
        InvalidArgument: It is neither, has names or labels or a unit, or polars has no such type.
        MissingPackage: polars is not installed.
    """
    polars = require("polars", "polars", "a frame of polars")
    if isinstance(value, Null):
        return None
    if isinstance(value, Tensor):
        check_plain(value, "polars")
        return _series(value, polars)
    columns = arrow_columns(value, "polars")
    return polars.DataFrame({name: _series(column, polars) for name, column in columns.items()})


def _series(tensor: Tensor, polars: Any) -> Any:
    if tensor.ndim != 1 or tensor.layout is not Layout.DENSE:
        refuse_form(str(tensor), "polars", "another form: series are dense vectors")
    if tensor.unit:
        refuse_form(str(tensor), "polars", "'array' or 'pandas': polars has no units")
    if tensor.dtype.name == "factor":
        return _categorical(tensor, polars)
    arrow = require("pyarrow", "arrow", "a frame of polars")
    array = arrow_array(tensor, "polars")
    if tensor.dtype.zone[:1] in ("+", "-"):
        refuse_form(str(tensor), "polars", "another form: zones of polars have IANA names")
    if tensor.dtype.unit == "s":
        try:
            wide = arrow.timestamp("ms", tensor.dtype.zone or None)
            array = array.cast(wide if tensor.dtype.name == "timestamp" else arrow.duration("ms"))
        except arrow.ArrowInvalid:
            refuse_form(f"{tensor} with times that do not fit in ms", "polars", "another form: polars has no seconds")
    return polars.from_arrow(array)


def _categorical(tensor: Tensor, polars: Any) -> Any:
    assert tensor.categories is not None
    known = texts(tensor.categories)
    elements = numpy_array(tensor).tolist()
    if tensor.dtype == DataType("factor", ordered=True):
        return polars.Series(elements, dtype=polars.Enum(known))
    used = set(elements)
    unused = [category for category in known if category not in used]
    if unused:
        found = f"a factor with a category that no element has, {unused[0]!r}"
        refuse_form(found, "polars", "'arrow' or 'pandas': in polars only ordered factors have such")
    return polars.Series(elements, dtype=polars.Categorical)
