"""Values to objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from jazz.convert import frames
from jazz.convert.axes import Sight
from jazz.convert.errors import refuse_form
from jazz.convert.labelled import labelled_array
from jazz.convert.plain import numpy_array, scalar
from jazz.convert.sparse import sparse_array
from jazz.errors import InvalidArgument, Violation
from jazz.values import Layout, Null, Table, Tensor, Value


def from_value(value: Value, *, to: str | None = None) -> Any:
    """The object of a value.

    Args:
        value: The value; arrays of numbers in the result are views of its memory.
        to: The form. None: what fits (`docs/types.md`): arrays of numpy and scipy.sparse, frames of pandas, dicts, and
            `jazz.Array` for what none of them can say. "numpy": arrays of numpy and scipy.sparse and dicts of them,
            without names, labels and units. "array": a `jazz.Array`, or dicts of them. "pandas": a Series or a
            DataFrame. "polars": a Series or a DataFrame of polars. "arrow": an array, table or tensor of pyarrow.
            "xarray": a DataArray or a Dataset. "pint": a Quantity, or a dict of them. "anndata": an AnnData. "value":
            the value itself.

    Raises:
        InvalidArgument: There is no such form, or the value cannot take it without losing something.
        MissingPackage: The form needs a package that is not installed.

    >>> import numpy as np
    >>> from jazz.values import dense
    >>> from_value(dense(np.arange(3)))
    array([0, 1, 2])
    """
    if to is None:
        return _usual(value, Sight())
    if to not in _FORMS:
        expected = f"None or one of {', '.join(map(repr, FORMS))}"
        raise InvalidArgument("there is no such form", violations=[Violation("to", expected, repr(to))])
    return _FORMS[to](value)


def _numpy(value: Value) -> Any:
    if isinstance(value, Table):
        return {name: _numpy(field) for name, field in value.fields}
    if isinstance(value, Null):
        return None
    return numpy_array(value) if value.layout is Layout.DENSE else sparse_array(value, "numpy")


def _arrays(value: Value, around: Sight | None = None) -> Any:
    if isinstance(value, Null):
        return None
    sight = (around or Sight()).inside(value)
    if isinstance(value, Table):
        return {name: _arrays(field, sight) for name, field in value.fields}
    return labelled_array(value, sight)


def _pandas(value: Value) -> Any:
    if isinstance(value, Null):
        return None
    sight = Sight().inside(value)
    if isinstance(value, Tensor):
        if value.ndim not in (1, 2) or value.layout is not Layout.DENSE:
            refuse_form(str(value), "pandas", "None or 'numpy': a Series or DataFrame is dense, of 1 or 2 dimensions")
        if value.ndim == 2:
            return frames.matrix_frame(value, sight)
        return frames.tensor_series(value, sight.of(value)[0], "pandas")
    axis = frames.frame_axis(value, sight)
    if axis is None and not _columns(value):
        refuse_form("a table whose fields are not dense vectors of one length", "pandas", "None or 'numpy'")
    return frames.table_frame(value, axis, "pandas")


def _columns(table: Table) -> bool:
    """Whether all fields are dense vectors of one length without axes."""
    lengths = {
        value.shape
        for _, value in table.fields
        if isinstance(value, Tensor) and value.ndim == 1 and value.layout is Layout.DENSE and not value.axes
    }
    plain = all(isinstance(value, Tensor) and not value.axes for _, value in table.fields)
    return plain and len(lengths) <= 1 and all(getattr(value, "shape", None) in lengths for _, value in table.fields)


def _polars(value: Value) -> Any:
    from jazz.convert.polars import polars_form

    return polars_form(value)


def _arrow(value: Value) -> Any:
    from jazz.convert.arrow_out import arrow_form

    return arrow_form(value)


def _xarray(value: Value) -> Any:
    from jazz.convert.xarrays import xarray_form

    return xarray_form(value)


def _pint(value: Value) -> Any:
    from jazz.convert.units import quantity_form

    return quantity_form(value)


def _anndata(value: Value) -> Any:
    from jazz.convert.anndata import anndata_object, is_anndata

    if not isinstance(value, Table) or not is_anndata(value):
        refuse_form("a value that has not the fields and axes of one", "anndata", "another form")
    return anndata_object(value, _usual)


def _usual(value: Value, around: Sight) -> Any:
    if isinstance(value, Null):
        return None
    sight = around.inside(value)
    if isinstance(value, Tensor):
        return _usual_tensor(value, sight)
    axis = frames.frame_axis(value, sight)
    if axis is not None:
        return frames.table_frame(value, axis, None)
    if len(value.declared) == 2:
        from jazz.convert.anndata import anndata_object, is_anndata

        if is_anndata(value):
            return anndata_object(value, _usual)
    return {name: _usual(field, sight) for name, field in value.fields}


def _usual_tensor(tensor: Tensor, sight: Sight) -> Any:
    dense = tensor.layout is Layout.DENSE
    vector = dense and tensor.ndim == 1
    if vector and any(tensor.axes):
        (axis,) = sight.of(tensor)
        if axis is not None and frames.fits_index(axis) and frames.fits_column(tensor):
            return frames.tensor_series(tensor, axis, None)
    if any(tensor.axes) or tensor.unit or (not dense and (tensor.validity is not None or tensor.fill)):
        return labelled_array(tensor, sight)
    if not dense:
        return sparse_array(tensor, None)
    if tensor.dtype.name == "factor":
        return frames.column(tensor, None) if vector else labelled_array(tensor, sight)
    return numpy_array(tensor) if tensor.ndim else scalar(tensor)


_FORMS: Final[dict[str, Callable[[Value], Any]]] = {
    "numpy": _numpy,
    "array": _arrays,
    "pandas": _pandas,
    "polars": _polars,
    "arrow": _arrow,
    "xarray": _xarray,
    "pint": _pint,
    "anndata": _anndata,
    "value": lambda value: value,
}

FORMS: Final = tuple(_FORMS)
"""The forms that can be asked for instead of the usual one."""
