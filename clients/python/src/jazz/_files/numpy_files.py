"""Files of numpy and scipy: .npy, .npz, .mtx. Pickles are never read or written."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
import scipy.sparse

from jazz._files.errors import cannot_hold, described, reading
from jazz.convert import from_value
from jazz.values import Layout, Table, Tensor, Value

_MAPPED = 64 << 20
"""Files from this size on are mapped instead of read: their bytes go to the server from where they lie."""
_SPARSE_NPZ = frozenset({"format", "shape", "data"})


def read_npy(path: Path) -> object:
    """An array."""
    with reading(path, "a .npy file without Python objects", ValueError, OSError, EOFError):
        with path.open("rb") as file:
            if file.read(6) != b"\x93NUMPY":
                raise ValueError("it does not begin as a .npy file does")
        return np.load(path, mmap_mode="r" if path.stat().st_size >= _MAPPED else None, allow_pickle=False)


def write_npy(path: Path, value: Value) -> None:
    """A dense array without missing elements."""
    with path.open("wb") as file:
        np.lib.format.write_array(file, _array(path, "value", value), allow_pickle=False)


def read_npz(path: Path) -> object:
    """A sparse matrix, if `scipy.sparse.save_npz` wrote it, else a dict of arrays."""
    damaged = (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError)
    with reading(path, "a .npz file without Python objects", *damaged):
        if not zipfile.is_zipfile(path):
            raise ValueError("it is no zip archive: cut off, or something else")
        with np.load(path, allow_pickle=False) as file:
            if set(file.files) >= _SPARSE_NPZ and file["format"].ndim == 0:
                matrix = scipy.sparse.load_npz(path)
                return matrix if matrix.format in ("csr", "csc", "coo") else matrix.tocsr()
            return {name: _member(file, name) for name in file.files}


def _member(file: Any, name: str) -> object:
    member = file[name]
    if not isinstance(member, np.ndarray):
        raise ValueError(f"its member {name!r} is no array")
    return member


def write_npz(path: Path, value: Value) -> None:
    """A sparse matrix as `scipy.sparse.save_npz` writes it, or a table of dense arrays."""
    if isinstance(value, Tensor) and value.layout is not Layout.DENSE:
        matrix = _matrix(path, value)
        with path.open("wb") as file:
            scipy.sparse.save_npz(file, matrix)
    elif isinstance(value, Table):
        if set(value.names) >= _SPARSE_NPZ:
            raise cannot_hold(path, "fields that scipy does not take for a sparse matrix", ", ".join(value.names))
        arrays = {name: _array(path, name, field) for name, field in value.fields}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, array, allow_pickle=False)
    else:
        raise cannot_hold(path, "a sparse matrix, or a table of dense arrays (one array: .npy)", described(value))


def read_mtx(path: Path) -> object:
    """A sparse matrix (symmetric ones are expanded), or a dense array."""
    with reading(path, "a Matrix Market file", ValueError, OSError, EOFError, OverflowError, KeyError):
        return scipy.io.mmread(path, spmatrix=False)


def write_mtx(path: Path, value: Value) -> None:
    """A matrix of numbers: coordinates if it is sparse, an array if it is dense."""
    if not isinstance(value, Tensor) or value.ndim != 2 or not value.dtype.numeric or value.dtype.name == "float16":
        raise cannot_hold(path, "a matrix of numbers, dense or sparse", described(value))
    sparse = value.layout is not Layout.DENSE
    matrix: Any = _matrix(path, value) if sparse else _array(path, "value", value)
    truth = value.dtype.name == "bool"
    if truth and not sparse:
        raise cannot_hold(path, "numbers; truth values only as the pattern of a sparse matrix", described(value))
    if truth:
        matrix = matrix.copy()
        matrix.eliminate_zeros()
    with path.open("wb") as file:
        scipy.io.mmwrite(file, matrix, field="pattern" if truth else None, symmetry="general")


def _array(path: Path, name: str, value: Value) -> np.ndarray[Any, np.dtype[Any]]:
    """The array for a dense tensor, texts with a fixed width."""
    if not isinstance(value, Tensor) or value.layout is not Layout.DENSE:
        raise cannot_hold(path, f"a dense array as {name}", described(value))
    if value.missing:
        raise cannot_hold(path, f"an array without missing elements as {name}", f"{value.missing} missing")
    if value.dtype.name == "factor" or value.dtype.zone:
        raise cannot_hold(path, f"an array without categories or time zone as {name}", described(value))
    array: np.ndarray[Any, np.dtype[Any]] = from_value(value, to="numpy")
    if not value.dtype.variable:
        return array
    fixed = np.array(array.tolist(), dtype=np.str_ if value.dtype.name == "string" else np.bytes_)
    if fixed.tolist() != array.tolist():
        raise cannot_hold(path, f"texts that do not end in NUL as {name}", described(value))
    return fixed.reshape(value.shape)


def _matrix(path: Path, value: Tensor) -> Any:
    if value.missing or value.fill:
        found = f"{value.missing} missing" if value.missing else "absent entries that are not zero"
        raise cannot_hold(path, "a sparse matrix whose entries are all there or zero", found)
    if value.ndim != 2:
        raise cannot_hold(path, "a sparse matrix, of rank 2", described(value))
    return from_value(value, to="numpy")
