"""Tables: .csv with pandas, .parquet, .arrow and .feather with pyarrow."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from jazz._files.errors import FileFormatError, cannot_hold, described, reading
from jazz.convert import MissingPackage, from_value
from jazz.errors import InvalidArgument, Violation
from jazz.values import Layout, Table, Tensor, Value

ENDINGS: Final = (".csv", ".parquet", ".arrow", ".feather")
"""The endings of tables: labels of their rows become a column."""


def read_csv(path: Path) -> tuple[object, str]:
    """A frame, and a line that says which types were inferred.

    The first line has the names. Whole numbers with missing ones stay whole numbers; an empty cell and the usual words
    for it ("NA", "null", ...) are missing; times are texts.
    """
    pandas = _library("pandas", path)
    errors = pandas.errors
    with reading(path, "a .csv file in UTF-8", errors.ParserError, errors.EmptyDataError, ValueError, OSError):
        frame = pandas.read_csv(path, dtype_backend="numpy_nullable", low_memory=False)
    if not isinstance(frame.index, pandas.RangeIndex):  # pandas takes what is too much for labels of rows
        extra = "more cells in a row than names in the first line"
        expected = "as many cells in each row as there are names in the first line"
        raise FileFormatError(f"{path} cannot be read", violations=[Violation(str(path), expected, extra)])
    types = ", ".join(f"{name}: {str(dtype).lower()}" for name, dtype in frame.dtypes.items())
    return frame, f"{len(frame)} row{'' if len(frame) == 1 else 's'}; types as inferred: {types or 'none'}"


def write_csv(path: Path, value: Value) -> None:
    """A table whose fields are dense vectors of one length, labels first; missing elements are empty cells."""
    pandas = _library("pandas", path)
    pandas.DataFrame(_columns(path, value, "pandas")).to_csv(path, index=False)


def read_parquet(path: Path) -> object:
    """An Arrow table."""
    arrow = _library("pyarrow", path)
    parquet = _library("pyarrow.parquet", path)
    with reading(path, "a Parquet file", arrow.ArrowException, OSError, ValueError):
        return parquet.read_table(path)


def write_parquet(path: Path, value: Value) -> None:
    """A table whose fields are dense vectors of one length, labels first."""
    parquet = _library("pyarrow.parquet", path)
    parquet.write_table(_library("pyarrow", path).table(_columns(path, value, "arrow")), path)


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
    """A table whose fields are dense vectors of one length, labels first, in Arrow's file format."""
    arrow = _library("pyarrow", path)
    table = arrow.table(_columns(path, value, "arrow"))
    with arrow.OSFile(str(path), "wb") as sink, arrow.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _columns(path: Path, value: Value, form: str) -> dict[str, Any]:
    """The columns of a table as pandas or Arrow has them.

    Raises:
        FileFormatError: It is no table of dense vectors of one length, or the format has no such elements.
    """
    holds = "a table whose fields are dense vectors of one length"
    if not isinstance(value, Table):
        raise cannot_hold(path, f"{holds} (an array: .npy; a sparse matrix: .npz, .mtx)", described(value))
    vectors = [*_labels(value), *value.fields]
    lengths = [field.shape[0] for _, field in vectors if isinstance(field, Tensor) and field.ndim == 1]
    columns: dict[str, Any] = {}
    violations = []
    for name, field in vectors:
        if not isinstance(field, Tensor) or field.ndim != 1 or field.layout is not Layout.DENSE:
            violations.append(Violation(name, "a dense vector", described(field)))
        elif field.shape[0] != lengths[0]:
            violations.append(Violation(name, f"{lengths[0]} elements, as in the first", str(field.shape[0])))
        elif name in columns:
            violations.append(Violation(name, "a name that the labels of the rows do not have", "it twice"))
        elif path.suffix.lower() == ".csv" and field.dtype.name == "bytes":
            violations.append(Violation(name, "texts, numbers or times", str(field)))
        else:
            try:
                columns[name] = from_value(replace(field, axes=(), declared=()), to=form)
            except InvalidArgument as error:
                violations.append(Violation(name, f"elements that {form} has", f"{field}: {error.violations[0]}"))
    if violations:
        raise FileFormatError(f"{path.name}: a {path.suffix} file holds {holds}", violations=violations)
    return columns


def _labels(table: Table) -> Iterator[tuple[str, Tensor]]:
    """The labels of the rows, as a column."""
    rows = {field.axes[0] for _, field in table.fields if isinstance(field, Tensor) and field.ndim == 1 and field.axes}
    yield from ((axis.name, axis.labels) for axis in table.declared if axis.name in rows and axis.labels is not None)


def _library(name: str, path: Path) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        extra = "arrow" if name.startswith("pyarrow") else "pandas"
        package = name.partition(".")[0]
        message = f"{path.name}: {path.suffix} files need {package}: pip install 'jazz-client[{extra}]'"
        raise MissingPackage(message, metadata={"package": package, "extra": extra}) from error
