"""`jazz.Array` to tensors and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from jazz._array import Array, fill_element
from jazz.convert.arrays import array_value
from jazz.convert.axes import Sight
from jazz.convert.building import fixed
from jazz.convert.errors import refuse
from jazz.convert.plain import missing_elements, numpy_array, text_type, texts
from jazz.convert.sparse import sparse_array, sparse_tensor
from jazz.values import Axis, DataType, Layout, Tensor


def labelled_tensor(array: Array, path: str) -> Tensor:
    """The tensor of an array, with an axis for each name among its dimensions.

    Raises:
        InvalidArgument: Its elements or its labels cannot be stored.
    """
    tensor = _elements(array, path)
    if not any(array.dims):
        return replace(tensor, unit=array.unit)
    declared = tuple(
        Axis(name, length, _labels(array.labels[name], f"{path}.labels[{name!r}]") if name in array.labels else None)
        for name, length in dict(zip(array.dims, array.shape, strict=True)).items()
        if name
    )
    return replace(tensor, axes=array.dims, declared=declared, unit=array.unit)


def _elements(array: Array, path: str) -> Tensor:
    if array.sparse:
        tensor = sparse_tensor(array.data, path, array.missing)
        fill = None if array.fill is None else fill_element(array.fill, array.dtype)
        element = b"" if fill is None else fill.astype(tensor.dtype.storage).tobytes()
        return replace(tensor, fill=element if any(element) else b"")
    if array.categories is not None:
        missing = np.ma.getmaskarray(array.data) if isinstance(array.data, np.ma.MaskedArray) else None
        codes = fixed(DataType("factor", ordered=array.ordered), np.ma.getdata(array.data), missing)
        return replace(codes, categories=_labels(array.categories, f"{path}.categories"))
    value = array_value(array.data, f"{path}.data")
    if not isinstance(value, Tensor):
        refuse(f"{path}.data", "an array of one type: records are a table", f"an array of {array.dtype}")
    return value


def _labels(labels: Any, path: str) -> Tensor:
    if isinstance(labels, Array):
        return replace(_elements(labels, path), unit=labels.unit)
    value = array_value(labels, path)
    if not isinstance(value, Tensor):
        refuse(path, "labels of one type", f"records of {labels.dtype}")
    return value


def labelled_array(tensor: Tensor, sight: Sight) -> Array:
    """The array of a tensor with all that belongs to it; labels along one axis are one object.

    Raises:
        InvalidArgument: scipy.sparse has no such elements.
    """
    labels = {}
    for axis in sight.of(tensor):
        if axis is not None and axis.labels is not None:
            if axis not in sight.shown:
                sight.shown[axis] = _label_object(axis.labels)
            labels[axis.name] = sight.shown[axis]
    return _array(tensor, tensor.axes, labels)


def _label_object(tensor: Tensor) -> Any:
    said = tensor.dtype.name == "factor" or tensor.unit
    return _array(tensor, (), {}) if said else numpy_array(tensor)


def _array(tensor: Tensor, dims: tuple[str, ...], labels: dict[str, Any]) -> Array:
    if tensor.layout is not Layout.DENSE:
        bare = replace(tensor, validity=None, fill=b"")
        missing = None
        if tensor.validity is not None:
            missing = ~np.unpackbits(tensor.validity, count=tensor.stored, bitorder="little").view(np.bool_)
        fill = np.frombuffer(tensor.fill, tensor.dtype.storage)[0] if tensor.fill else None
        return Array(sparse_array(bare, "array"), dims, labels, tensor.unit, missing, fill)
    if tensor.dtype.name == "factor":
        assert tensor.categories is not None
        missing = missing_elements(tensor)
        codes = tensor.array()
        data = codes if missing is None else np.ma.MaskedArray(codes, missing)
        categories = np.array(texts(tensor.categories), text_type(missing=False))
        return Array(data, dims, labels, categories=categories, ordered=tensor.dtype.ordered)
    return Array(numpy_array(tensor), dims, labels, tensor.unit)
