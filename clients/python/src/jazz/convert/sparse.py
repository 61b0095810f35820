"""Arrays and matrices of scipy.sparse to tensors and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from jazz.codec.schema import INT32_MAX
from jazz.convert.arrays import array_tensor
from jazz.convert.building import NumpyArray
from jazz.convert.errors import refuse, refuse_form, require
from jazz.values import Layout, Tensor

_LAYOUTS = {"csr": Layout.CSR, "csc": Layout.CSC}


def sparse_tensor(matrix: Any, path: str, missing: NumpyArray | None = None) -> Tensor:
    """The tensor of an array or matrix of scipy.sparse, which is not changed.

    CSR, CSC and COO stay what they are, with the type of their indices; all others become CSR, and vectors COO. Indices
    that are not sorted are sorted, and duplicates summed, in a copy. Explicit zeros stay.

    Args:
        matrix: The array or matrix.
        path: What to call it in errors.
        missing: Which entries are missing, in the order of `matrix.data`; a sum with a missing one is missing.

    Raises:
        InvalidArgument: Its type cannot be stored, or its arrays contradict each other.
    """
    if matrix.format == "coo" or matrix.ndim != 2:
        return _coordinates(matrix.tocoo(copy=False), path, missing)
    if matrix.format not in _LAYOUTS:
        matrix = matrix.tocsr()
    layout = _LAYOUTS[matrix.format]
    rows, columns = matrix.shape if layout is Layout.CSR else matrix.shape[::-1]
    index = _index_type(matrix.shape, matrix.indptr, matrix.indices)
    indptr = _little(matrix.indptr, index)
    if len(indptr) != rows + 1 or indptr[0] != 0 or (indptr[1:] < indptr[:-1]).any():
        refuse(f"{path}.indptr", f"{rows + 1} positions from 0 that never decrease", f"{len(indptr)} that are not so")
    stored = int(indptr[-1])
    if stored > min(len(matrix.indices), len(matrix.data)):
        found = f"{min(len(matrix.indices), len(matrix.data))}"
        refuse(f"{path}.indices", f"{stored} entries, as indptr says", found)
    indices, data = _little(matrix.indices[:stored], index), _masked(matrix.data, missing)[:stored]
    _check_range(indices, columns, f"{path}.indices")
    if not _canonical(indptr, indices):
        indptr, indices, data = _canonicalised(indptr, indices, data)
    values = entries_tensor(data, path)
    return replace(values, shape=matrix.shape, layout=layout, indptr=indptr, indices=(indices,))


def _coordinates(matrix: Any, path: str, missing: NumpyArray | None) -> Tensor:
    index = _index_type(matrix.shape, *matrix.coords)
    coords = [_little(axis, index) for axis in matrix.coords]
    data = _masked(matrix.data, missing)
    for dimension, (axis, length) in enumerate(zip(coords, matrix.shape, strict=True)):
        _check_range(axis, length, f"{path}.coords[{dimension}]")
    growing, equal = _compared(coords)
    if not growing.all():
        order = np.lexsort(coords[::-1])
        coords = [axis[order] for axis in coords]
        data = data[order]
        growing, equal = _compared(coords)
        if equal.any():
            first = np.concatenate([[0], np.flatnonzero(~equal) + 1])
            coords = [axis[first] for axis in coords]
            data = _summed(data, first)
    values = entries_tensor(data, path)
    return replace(values, shape=matrix.shape, layout=Layout.COO, indices=tuple(coords))


def _masked(data: NumpyArray, missing: NumpyArray | None) -> NumpyArray:
    return data if missing is None else np.ma.MaskedArray(data, missing)


def _summed(data: NumpyArray, first: NumpyArray) -> NumpyArray:
    """The sums of entries from each of `first` to the next; missing if one of them is."""
    sums = np.add.reduceat(np.ma.getdata(data), first, dtype=data.dtype)
    if not isinstance(data, np.ma.MaskedArray):
        return sums
    return np.ma.MaskedArray(sums, np.logical_or.reduceat(np.ma.getmaskarray(data), first))


def _compared(coords: list[NumpyArray]) -> tuple[NumpyArray, NumpyArray]:
    """Of each entry but the first, whether it comes after the one before it, and whether it is at the same place."""
    growing = np.zeros(max(0, len(coords[0]) - 1), np.bool_)
    equal = np.ones_like(growing)
    for axis in coords:
        growing |= equal & (axis[1:] > axis[:-1])
        equal &= axis[1:] == axis[:-1]
    return growing, equal


def _canonical(indptr: NumpyArray, indices: NumpyArray) -> bool:
    """Whether indices grow in each row; scipy's own flag may be stale when arrays were changed in place."""
    growing = indices[1:] > indices[:-1]
    inner = indptr[1:-1]
    growing[inner[(inner > 0) & (inner < len(indices))] - 1] = True
    return bool(growing.all())


def _canonicalised(
    indptr: NumpyArray, indices: NumpyArray, data: NumpyArray
) -> tuple[NumpyArray, NumpyArray, NumpyArray]:
    """CSR arrays sorted by row and column, duplicates summed."""
    rows = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    order = np.lexsort((indices, rows))
    rows, indices, data = rows[order], indices[order], data[order]
    fresh = np.concatenate([[True], (rows[1:] != rows[:-1]) | (indices[1:] != indices[:-1])])
    first = np.flatnonzero(fresh)
    counts = np.bincount(rows[first], minlength=len(indptr) - 1)
    pointers = np.concatenate([[0], np.cumsum(counts)]).astype(indptr.dtype)
    return pointers, indices[first], _summed(data, first)


def _index_type(shape: tuple[int, ...], *arrays: NumpyArray) -> np.dtype[Any]:
    small = all(array.dtype.itemsize <= 4 and array.dtype.kind == "i" for array in arrays)
    fits = max(shape, default=0) <= INT32_MAX and max(map(len, arrays)) <= INT32_MAX
    return np.dtype("<i4" if small and fits else "<i8")


def _little(array: NumpyArray, dtype: np.dtype[Any]) -> NumpyArray:
    return np.ascontiguousarray(array, dtype)


def _check_range(indices: NumpyArray, length: int, path: str) -> None:
    if len(indices) and (indices.min() < 0 or indices.max() >= length):
        found = indices[(indices < 0) | (indices >= length)][0]
        refuse(path, f"indices from 0 to {length - 1}", str(found))


def entries_tensor(data: NumpyArray, path: str) -> Tensor:
    """The entries of a sparse tensor as a vector.

    Raises:
        InvalidArgument: scipy has no sparse arrays of their type.
    """
    if data.dtype.kind not in "biufc" or (data.dtype.itemsize == 2 and data.dtype.kind == "f"):
        expected = "a sparse array of a type that scipy computes with: use .astype()"
        refuse(path, expected, f"one of {data.dtype}")
    return array_tensor(data, path)


def sparse_array(tensor: Tensor, form: str | None) -> Any:
    """The csr_array, csc_array or coo_array of a tensor, over its own arrays; a pattern gets data of true.

    Raises:
        InvalidArgument: It has missing entries, absent entries that are not zero, or elements that are not numbers.
    """
    if tensor.validity is not None:
        refuse_form(f"{tensor} with missing entries", form, "'array', which says which are missing")
    if tensor.fill:
        refuse_form(f"{tensor} with absent entries that are not zero", form, "'array', which says what they are")
    if not tensor.dtype.numeric:
        refuse_form(str(tensor), form, "'value': scipy.sparse holds only numbers and truth values")
    if tensor.dtype.name == "float16":
        refuse_form(str(tensor), form, "'value': scipy.sparse has no float16")
    sparse = require("scipy.sparse", "all", "a sparse value")
    data = tensor.data if tensor.data is not None else np.ones(tensor.stored, np.bool_)
    if tensor.layout is Layout.COO:
        matrix = sparse.coo_array((data, tensor.indices), shape=tensor.shape)
        # Constructors may make int64 indices int32 where they fit.
        matrix.coords = tensor.indices
    else:
        constructor = sparse.csr_array if tensor.layout is Layout.CSR else sparse.csc_array
        matrix = constructor((data, tensor.indices[0], tensor.indptr), shape=tensor.shape)
        matrix.indices, matrix.indptr = tensor.indices[0], tensor.indptr
    matrix.has_canonical_format = True
    return matrix
