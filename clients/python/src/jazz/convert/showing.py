"""Values to objects."""

from __future__ import annotations

from typing import Any, Final

from jazz.convert import frames
from jazz.convert.errors import refuse_form
from jazz.convert.plain import numpy_array, scalar
from jazz.convert.sparse import sparse_array
from jazz.errors import InvalidArgument, Violation
from jazz.values import Axis, Layout, Null, Table, Tensor, Value

FORMS: Final = ("numpy", "pandas", "arrow", "value")
"""The forms that can be asked for instead of the usual one."""


def from_value(value: Value, *, to: str | None = None) -> Any:
    """The object of a value.

    Args:
        value: The value; arrays of numbers in the result are views of its memory.
        to: The form. None: what fits (`docs/types.md`): arrays of numpy and scipy.sparse, frames of pandas, dicts.
            "numpy": arrays of numpy and scipy.sparse and dicts of them, without axes and labels. "pandas": a Series
            or a DataFrame. "arrow": an Arrow array or table. "value": the value itself.

    Raises:
        InvalidArgument: There is no such form, or the value cannot take it without losing something.
        MissingPackage: The form needs a package that is not installed.

    >>> import numpy as np
    >>> from jazz.values import dense
    >>> from_value(dense(np.arange(3)))
    array([0, 1, 2])
    """
    if to is not None and to not in FORMS:
        expected = f"None or one of {', '.join(map(repr, FORMS))}"
        raise InvalidArgument("there is no such form", violations=[Violation("to", expected, repr(to))])
    if to == "value":
        return value
    if isinstance(value, Null):
        return None
    if to == "arrow":
        from jazz.convert.arrow import arrow_form

        return arrow_form(value)
    if to == "pandas":
        return _pandas(value)
    return _numpy(value) if to == "numpy" else _usual(value, ())


def _numpy(value: Value) -> Any:
    if isinstance(value, Table):
        return {name: _numpy(field) for name, field in value.fields}
    if isinstance(value, Null):
        return None
    return numpy_array(value) if value.layout is Layout.DENSE else sparse_array(value, "numpy")


def _pandas(value: Tensor | Table) -> Any:
    if isinstance(value, Tensor):
        if value.ndim != 1 or value.layout is not Layout.DENSE:
            refuse_form(str(value), "pandas", "None or 'numpy': only dense vectors are a Series")
        return frames.tensor_series(value, value.declared[0] if value.declared else None, "pandas")
    axis = frames.frame_axis(value)
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


def _usual(value: Value, outer: tuple[Axis, ...]) -> Any:
    if isinstance(value, Null):
        return None
    if isinstance(value, Tensor):
        return _usual_tensor(value, outer)
    axis = frames.frame_axis(value, outer)
    if axis is not None:
        return frames.table_frame(value, axis, None)
    for declared in value.declared:
        _refuse_labels(declared)
    return {name: _usual(field, (*outer, *value.declared)) for name, field in value.fields}


def _refuse_labels(axis: Axis) -> None:
    if axis.labels is not None:
        advice = "'numpy', which leaves labels out, or 'value', which has them"
        refuse_form(f"an array with labels along axis {axis.name!r}", None, advice)


def _usual_tensor(tensor: Tensor, outer: tuple[Axis, ...]) -> Any:
    vector = tensor.ndim == 1 and tensor.layout is Layout.DENSE
    if vector and tensor.declared:
        return frames.tensor_series(tensor, tensor.declared[0], None)
    for axis in tensor.declared:
        _refuse_labels(axis)
    if tensor.layout is not Layout.DENSE:
        return sparse_array(tensor, None)
    if tensor.dtype.name == "factor":
        if not vector:
            refuse_form(f"a factor of rank {tensor.ndim}", None, "'numpy', which gives the texts, or 'value'")
        return frames.column(tensor, None)
    return numpy_array(tensor) if tensor.ndim else scalar(tensor)
