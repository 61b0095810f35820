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

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from jazz._files import numpy_files, raw, tables
from jazz._files.errors import FileFormatError, LibraryMissing
from jazz._files.saved import whole
from jazz.values import Value

__all__ = ["ENDINGS", "FileFormatError", "LibraryMissing", "Loaded", "read", "write"]


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
        LibraryMissing: Its format needs a library that is not installed.
        OSError: It cannot be read at all.
    """
    ending = path.suffix.lower()
    if ending == ".csv":
        frame, note = tables.read_csv(path)
        return Loaded(frame, note=note)
    if ending in _READERS:
        return Loaded(_READERS[ending](path))
    return Loaded(raw.read_bytes(path), {raw.CONTENT_TYPE: raw.content_type(path)})


def write(path: Path, value: Value) -> None:
    """Write a value into a file in the format of its ending, whole or not at all.

    Raises:
        FileFormatError: The format has no place for the value.
        LibraryMissing: The format needs a library that is not installed.
        OSError: The file cannot be written.
    """
    with whole(path) as target:
        writer = _WRITERS.get(path.suffix.lower())
        if writer is None:
            raw.write_bytes(target, value, ", ".join(ENDINGS))
        else:
            writer(target, value)
