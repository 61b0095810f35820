"""Objects to values."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from jazz.convert.arrays import array_value
from jazz.convert.errors import refuse
from jazz.convert.leaves import SCALARS, STORABLE, elements_tensor, rectangle, type_name
from jazz.values import MAX_DEPTH, Null, Table, Value, dense


def to_value(obj: object) -> Value:
    """The value of an object: a number, text, bytes, a date or time, None; a list or dict; an array, matrix or frame.

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
    if isinstance(obj, np.ndarray):
        return array_value(obj, path)
    if isinstance(obj, np.generic) and not isinstance(obj, SCALARS):
        return array_value(np.asarray(obj), path)
    if isinstance(obj, SCALARS):
        return elements_tensor([obj], (), path)
    if isinstance(obj, (list, tuple)):
        return _list(obj, path)
    if isinstance(obj, range):
        return _list(list(obj), path)
    foreign = _foreign(obj, path)
    if foreign is not None:
        return foreign
    if isinstance(obj, Mapping):
        return _table(obj, path, depth)
    return refuse(path, STORABLE, f"an object of type {type_name(obj)}")


def _list(items: list[Any] | tuple[Any, ...], path: str) -> Value:
    shape, elements = rectangle(items, path)
    return elements_tensor(elements, shape, path) if elements else dense(np.empty(shape))


def _table(mapping: Mapping[Any, Any], path: str, depth: int) -> Table:
    from jazz.convert.frames import check_name

    fields: dict[str, Value] = {}
    for name, obj in mapping.items():
        check_name(name, fields, f"{path}.keys()")
        fields[str(name)] = _value(obj, f"{path}[{name!r}]", depth + 1)
    return Table(tuple(fields.items()))


def _foreign(obj: Any, path: str) -> Value | None:
    """The value of an object of another package, which is imported already if `obj` is of it; None if it is not."""
    sparse = sys.modules.get("scipy.sparse")
    if sparse is not None and sparse.issparse(obj):
        from jazz.convert.sparse import sparse_tensor

        return sparse_tensor(obj, path)
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        from jazz.convert import frames

        if isinstance(obj, pandas.DataFrame):
            return frames.frame_table(obj, path)
        if isinstance(obj, pandas.Series):
            return frames.series_tensor(obj, path)
        if isinstance(obj, (pandas.Index, pandas.api.extensions.ExtensionArray)):
            return frames.vector_tensor(pandas.Series(obj), path)
    polars = sys.modules.get("polars")
    if polars is not None and isinstance(obj, (polars.DataFrame, polars.Series)):
        obj = obj.to_arrow()
    pyarrow = sys.modules.get("pyarrow")
    if pyarrow is not None:
        from jazz.convert import arrow

        if isinstance(obj, (pyarrow.Table, pyarrow.RecordBatch)):
            return arrow.arrow_table(obj, path)
        if isinstance(obj, (pyarrow.Array, pyarrow.ChunkedArray)):
            return arrow.arrow_tensor(obj, path)
    return None
