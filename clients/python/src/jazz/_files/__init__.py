"""Files to values and values to files, by the ending of the name.

| ending | holds |
|---|---|
| `.npy` | a dense array |
| `.npz` | a sparse matrix as `scipy.sparse.save_npz` writes it, or a table of dense arrays |
| `.mtx` | a matrix of numbers, dense or sparse (Matrix Market) |
| `.csv` | a table of vectors (pandas) |
| `.parquet`, `.arrow`, `.feather` | a table of vectors (pyarrow) |
| any other | bytes, or one text |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from jazz._files import numpy_files, raw, tables
from jazz._files.errors import STANDARD, FileFormatError
from jazz._files.saved import whole
from jazz.convert import MissingPackage
from jazz.convert.axes import ROWS
from jazz.values import Axis, Table, Tensor, Value

__all__ = ["ENDINGS", "STANDARD", "FileFormatError", "Loaded", "MissingPackage", "read", "write"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file holds.

    Attributes:
        value: What `db.put` takes.
        attributes: Attributes for the block: the content type of bytes.
        note: What the reader had to decide by itself; empty for nothing.
    """

    value: object
    attributes: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


_READERS: Final[dict[str, Callable[[Path], object]]] = {
    ".npy": numpy_files.read_npy,
    ".npz": numpy_files.read_npz,
    ".mtx": numpy_files.read_mtx,
}
_TABLE_READERS: Final[dict[str, Callable[[Path], tuple[object, str]]]] = {
    ".csv": tables.read_csv,
    ".parquet": tables.read_parquet,
    ".arrow": tables.read_arrow,
    ".feather": tables.read_arrow,
}
_WRITERS: Final[dict[str, Callable[[Path, Value], None]]] = {
    ".npy": numpy_files.write_npy,
    ".npz": numpy_files.write_npz,
    ".mtx": numpy_files.write_mtx,
    ".csv": tables.write_csv,
    ".parquet": tables.write_parquet,
    ".arrow": tables.write_arrow,
    ".feather": tables.write_arrow,
}

ENDINGS: Final = tuple(_WRITERS)
"""The endings that stand for a format; all others stand for bytes."""


def read(path: Path) -> Loaded:
    """What a file holds.

    Raises:
        FileFormatError: It is empty, cut off, or not what its ending says.
        MissingPackage: Its format needs a library that is not installed.
        OSError: It cannot be read at all.
    """
    ending = path.suffix.lower()
    if ending in _TABLE_READERS:
        frame, note = _TABLE_READERS[ending](path)
        return Loaded(frame, note=note)
    if ending in _READERS:
        return Loaded(_READERS[ending](path))
    return Loaded(raw.read_bytes(path), {raw.CONTENT_TYPE: raw.content_type(path)})


def write(path: Path, value: Value) -> str:
    """Write a value into a file in the format of its ending, whole or not at all.

    Returns:
        What was left out, for people; empty for nothing.

    Raises:
        FileFormatError: The format has no place for the value.
        MissingPackage: The format needs a library that is not installed.
        OSError: The file cannot be written.
    """
    ending = path.suffix.lower()
    with whole(path) as target:
        writer = _WRITERS.get(ending)
        if writer is None:
            raw.write_bytes(target, value, ", ".join(ENDINGS))
        else:
            writer(target, value)
    left = list(_left_out(value, ending))
    return f"{' and '.join(left)} are left out: {ending or 'such'} files have no place for them" if left else ""


def _left_out(value: Value, ending: str) -> Iterator[str]:
    """What a file of this ending does not hold of a value; in tables the labels of rows become a column."""
    axes = {axis.name: axis for axis in _axes(value)}
    table = ending in tables.ENDINGS
    if labels := sorted(name for name, axis in axes.items() if axis.labels is not None and not table):
        yield f"labels along {', '.join(labels)}"
    if names := sorted(name for name, axis in axes.items() if axis.labels is None and name != ROWS):
        yield f"names of dimensions ({', '.join(names)})"
    units = sorted({tensor.unit for tensor in _tensors(value) if tensor.unit})
    if units and (not table or ending == ".csv"):
        yield f"units ({', '.join(units)})"


def _axes(value: Value) -> Iterator[Axis]:
    if isinstance(value, Tensor | Table):
        yield from value.declared
    if isinstance(value, Table):
        for _, item in value.fields:
            yield from _axes(item)


def _tensors(value: Value) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Table):
        for _, item in value.fields:
            yield from _tensors(item)
