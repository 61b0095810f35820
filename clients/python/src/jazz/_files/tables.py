"""Tables: .csv with pandas, .parquet, .arrow and .feather with pyarrow."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from jazz._files.errors import FileFormatError, LibraryMissing, cannot_hold, reading
from jazz.convert import from_value
from jazz.errors import Violation
from jazz.values import Layout, Table, Tensor, Value


def read_csv(path: Path) -> tuple[object, str]:
    """A frame, and a line that says which types were inferred.

    The first line has the names. Whole numbers with missing ones stay whole numbers; an empty cell and the usual words
    for it ("NA", "null", ...) are missing; times are texts.
    """
    pandas = _library("pandas", path)
    errors = pandas.errors
    with reading(path, "a .csv file in UTF-8", errors.ParserError, errors.EmptyDataError, ValueError, OSError):
        frame = pandas.read_csv(path, dtype_backend="numpy_nullable", low_memory=False)
    types = ", ".join(f"{name}: {str(dtype).lower()}" for name, dtype in frame.dtypes.items())
    return frame, f"{len(frame)} rows; types as inferred: {types or 'none'}"


def write_csv(path: Path, value: Value) -> None:
    """A table whose fields are dense vectors of one length; missing elements are empty cells."""
    _check_vectors(path, value)
    _library("pandas", path)
    from_value(value, to="pandas").to_csv(path, index=False)


def read_parquet(path: Path) -> object:
    """An Arrow table."""
    arrow = _library("pyarrow", path)
    parquet = _library("pyarrow.parquet", path)
    with reading(path, "a Parquet file", arrow.ArrowException, OSError, ValueError):
        return parquet.read_table(path)


def write_parquet(path: Path, value: Value) -> None:
    """A table whose fields are dense vectors of one length."""
    _check_vectors(path, value)
    _library("pyarrow.parquet", path).write_table(_arrow_table(path, value), path)


def read_arrow(path: Path) -> object:
    """An Arrow table, from a file in Arrow's file format (Feather is the same) or stream format."""
    arrow = _library("pyarrow", path)
    damaged = (arrow.ArrowException, OSError, ValueError)
    with reading(path, "an Arrow file", *damaged), arrow.memory_map(str(path)) as source:
        if source.read(6) == b"ARROW1":
            return arrow.ipc.open_file(source).read_all()
        source.seek(0)
        return arrow.ipc.open_stream(source).read_all()


def write_arrow(path: Path, value: Value) -> None:
    """A table whose fields are dense vectors of one length, in Arrow's file format."""
    _check_vectors(path, value)
    arrow = _library("pyarrow", path)
    table = _arrow_table(path, value)
    with arrow.OSFile(str(path), "wb") as sink, arrow.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _arrow_table(path: Path, value: Value) -> Any:
    _library("pyarrow", path)
    return from_value(value, to="arrow")


def _check_vectors(path: Path, value: Value) -> None:
    holds = "a table whose fields are dense vectors of one length"
    if not isinstance(value, Table):
        found = str(value) if isinstance(value, Tensor) else "null"
        raise cannot_hold(path, f"{holds} (an array: .npy; a sparse matrix: .npz, .mtx)", found)
    violations = []
    lengths = [field.shape[0] for _, field in value.fields if isinstance(field, Tensor) and field.ndim == 1]
    for name, field in value.fields:
        if not isinstance(field, Tensor):
            violations.append(Violation(name, "a dense vector", type(field).__name__.lower()))
        elif field.ndim != 1 or field.layout is not Layout.DENSE:
            violations.append(Violation(name, "a dense vector", str(field)))
        elif field.shape[0] != lengths[0]:
            violations.append(Violation(name, f"{lengths[0]} elements, as in the first", str(field.shape[0])))
        elif path.suffix == ".csv" and field.dtype.name == "bytes":
            violations.append(Violation(name, "texts, numbers or times", str(field)))
    if violations:
        raise FileFormatError(f"{path.name}: a {path.suffix} file holds {holds}", violations=violations)


def _library(name: str, path: Path) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        extra = "arrow" if name.startswith("pyarrow") else "pandas"
        package = name.partition(".")[0]
        raise LibraryMissing(
            f"{path.name}: {path.suffix} files need {package}: pip install 'jazz-client[{extra}]'"
        ) from error
