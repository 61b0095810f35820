"""Objects to values."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from jazz._array import Array
from jazz.convert.arrays import array_value, list_tensor
from jazz.convert.axes import shared
from jazz.convert.errors import refuse
from jazz.convert.labelled import labelled_tensor
from jazz.convert.leaves import SCALARS, STORABLE, elements_tensor, rectangle, type_name
from jazz.convert.sparse import sparse_tensor
from jazz.values import MAX_DEPTH, Null, Table, Tensor, Value, dense


def to_value(obj: object) -> Value:
    """The value of an object: a number, text, bytes, a date or time, None; a list or dict; an array, matrix or frame.

    Values themselves, as `from_value(..., to="value")` gives them, stay what they are.

    Arrays of numpy and scipy.sparse are not copied where their memory is as a value has it: contiguous in C or Fortran
    order, little-endian, sparse ones canonical. Nothing is ever written to them.

    Args:
        obj: The object; `docs/types.md` says what becomes what.

    Raises:
        InvalidArgument: It, or something in it, cannot be stored (reason `INVALID_VALUE`); says where.

    >>> import numpy as np
    >>> str(to_value(np.zeros((2, 3), np.float32)))
    'float32[2, 3]'
    >>> to_value({"a": [1, None, 3], "b": "text"}).names
    ('a', 'b')
    """
    return _value(obj, "value", 1)


def _value(obj: Any, path: str, depth: int) -> Value:
    if depth > MAX_DEPTH:
        refuse(path, f"at most {MAX_DEPTH} values inside each other", "more")
    if obj is None:
        return Null()
    if isinstance(obj, Tensor | Table | Null):
        return obj
    if isinstance(obj, Array):
        return labelled_tensor(obj, path)
    if isinstance(obj, np.ndarray):
        return array_value(obj, path)
    if isinstance(obj, np.generic) and not isinstance(obj, SCALARS):
        return array_value(np.asarray(obj), path)
    if isinstance(obj, (list, tuple)):
        return _list(obj, path)
    if isinstance(obj, range):
        return _list(list(obj), path)
    foreign = _foreign(obj, path, depth)
    if foreign is not None:
        return foreign
    if isinstance(obj, SCALARS):
        return elements_tensor([obj], (), path)
    if isinstance(obj, Mapping):
        return _table(obj, path, depth)
    return refuse(path, STORABLE, f"an object of type {type_name(obj)}")


def _list(items: list[Any] | tuple[Any, ...], path: str) -> Value:
    shape, elements = rectangle(items, path)
    return list_tensor(elements, shape, path) if elements else dense(np.empty(shape))


def _table(mapping: Mapping[Any, Any], path: str, depth: int) -> Table:
    from jazz.convert.frames import check_name

    fields: dict[str, Value] = {}
    for name, obj in mapping.items():
        check_name(name, fields, f"{path}.keys()")
        fields[str(name)] = _value(obj, f"{path}[{name!r}]", depth + 1)
    return shared(fields)


def _foreign(obj: Any, path: str, depth: int) -> Value | None:
    """The value of an object of another package, which is imported already if `obj` is of it; None if it is not."""
    for package, reader in _READERS.items():
        module = sys.modules.get(package)
        if module is not None:
            value = reader(obj, module, path, depth)
            if value is not None:
                return value
    return None


def _sparse(obj: Any, sparse: Any, path: str, _: int) -> Value | None:
    return sparse_tensor(obj, path) if sparse.issparse(obj) else None


def _pandas(obj: Any, pandas: Any, path: str, _: int) -> Value | None:
    from jazz.convert import frames

    if isinstance(obj, pandas.DataFrame):
        return frames.frame_table(obj, path)
    if isinstance(obj, pandas.Series):
        return frames.series_tensor(obj, path)
    if isinstance(obj, (pandas.Index, pandas.api.extensions.ExtensionArray)):
        return frames.vector_tensor(pandas.Series(obj), path)
    if isinstance(obj, (pandas.Timestamp, pandas.Timedelta)):
        return list_tensor([obj], (), path)
    return None


def _polars(obj: Any, polars: Any, path: str, _: int) -> Value | None:
    if not isinstance(obj, (polars.DataFrame, polars.Series)):
        return None
    from jazz.convert.polars import frame_table, series_tensor

    return frame_table(obj, path) if isinstance(obj, polars.DataFrame) else series_tensor(obj, path)


def _pyarrow(obj: Any, pyarrow: Any, path: str, _: int) -> Value | None:
    if not isinstance(obj, pyarrow.lib._Weakrefable):
        return None
    from jazz.convert import arrow

    if isinstance(obj, (pyarrow.Table, pyarrow.RecordBatch)):
        return arrow.arrow_table(obj, path)
    if isinstance(obj, (pyarrow.Array, pyarrow.ChunkedArray)):
        return arrow.arrow_tensor(obj, path)
    if isinstance(obj, pyarrow.Scalar):
        return arrow.arrow_scalar(obj, path)
    matrices = (pyarrow.Tensor, pyarrow.SparseCSRMatrix, pyarrow.SparseCSCMatrix, pyarrow.SparseCOOTensor)
    return arrow.arrow_matrix(obj, path) if isinstance(obj, matrices) else None


def _pint(obj: Any, pint: Any, path: str, depth: int) -> Value | None:
    if not isinstance(obj, pint.facets.plain.PlainQuantity):
        return None
    from jazz.convert.units import unit_text, with_unit

    tensor = _value(obj.magnitude, f"{path}.magnitude", depth)
    if not isinstance(tensor, Tensor) or tensor.unit:
        return refuse(f"{path}.magnitude", "a number or an array of numbers", type_name(obj.magnitude))
    return with_unit(tensor, unit_text(obj, path), f"{path}.units")


def _xarray(obj: Any, xarray: Any, path: str, depth: int) -> Value | None:
    if not isinstance(obj, (xarray.DataArray, xarray.Dataset)):
        return None
    from jazz.convert.xarrays import data_array_tensor, dataset_table

    def elements(array: Any, where: str) -> Value:
        return _value(array, where, depth)

    if isinstance(obj, xarray.Dataset):
        return dataset_table(obj, path, elements)
    return data_array_tensor(obj, path, elements)


def _anndata(obj: Any, anndata: Any, path: str, depth: int) -> Value | None:
    if not isinstance(obj, anndata.AnnData):
        return None
    from jazz.convert.anndata import anndata_table

    return anndata_table(obj, path, depth, _value)


_READERS: Final[dict[str, Callable[[Any, Any, str, int], Value | None]]] = {
    "scipy.sparse": _sparse,
    "pandas": _pandas,
    "polars": _polars,
    "pyarrow": _pyarrow,
    "pint": _pint,
    "xarray": _xarray,
    "anndata": _anndata,
}
"""What reads the objects of a package: the object, the package, what to call it, in how many values it lies."""
