"""Tables: .csv with pandas, .parquet, .arrow and .feather with pyarrow."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from jazz._files.errors import FileFormatError, cannot_hold, described, reading
from jazz.convert import MissingPackage, from_value
from jazz.convert.arrow import DESCRIBING, UNIT
from jazz.errors import InvalidArgument, Violation
from jazz.values import Layout, Table, Tensor, Value

ENDINGS: Final = (".csv", ".parquet", ".arrow", ".feather")
"""The endings of tables: labels of their rows become a column."""


def read_csv(path: Path) -> tuple[object, str]:
    """A frame, and a line that says which types were inferred.

    The first line has the names. Whole numbers with missing ones stay whole numbers; an empty cell and the usual words
    for it ("NA", "null", ...) are missing; times are texts, and so are columns without a single row.
    """
    pandas = _library("pandas", path)
    errors = pandas.errors
    with reading(path, "a .csv file in UTF-8", errors.ParserError, errors.EmptyDataError, ValueError, OSError):
        frame = pandas.read_csv(path, dtype_backend="numpy_nullable", low_memory=False)
    if not isinstance(frame.index, pandas.RangeIndex):  # pandas takes what is too much for labels of rows
        extra = "more cells in a row than names in the first line"
        expected = "as many cells in each row as there are names in the first line"
        raise FileFormatError(f"{path} cannot be read", violations=[Violation(str(path), expected, extra)])
    if frame.empty:
        frame = frame.astype("string")
    types = ", ".join(f"{name}: {str(dtype).lower()}" for name, dtype in frame.dtypes.items())
    return frame, f"{len(frame)} row{'' if len(frame) == 1 else 's'}; types as inferred: {types or 'none'}"


def write_csv(path: Path, value: Value) -> None:
    """A table whose fields are dense vectors of one length, labels first; missing elements are empty cells."""
    pandas = _library("pandas", path)
    pandas.DataFrame(_columns(path, value, "pandas")).to_csv(path, index=False)


def read_parquet(path: Path) -> tuple[object, str]:
    """An Arrow table, and a line that says which metadata of the file have no place in a value."""
    arrow = _library("pyarrow", path)
    parquet = _library("pyarrow.parquet", path)
    with reading(path, "a Parquet file", arrow.ArrowException, OSError, ValueError):
        return _without_metadata(parquet.read_table(path))


def write_parquet(path: Path, value: Value) -> None:
    """A table whose fields are dense vectors of one length, labels first."""
    parquet = _library("pyarrow.parquet", path)
    parquet.write_table(_arrow_table(path, value), path)


def read_arrow(path: Path) -> tuple[object, str]:
    """The same of a file in Arrow's file format, which Feather is too, or in its stream format."""
    arrow = _library("pyarrow", path)
    damaged = (arrow.ArrowException, OSError, ValueError)
    with reading(path, "an Arrow file", *damaged), arrow.memory_map(str(path)) as source:
        if source.read(6) == b"ARROW1":
            return _without_metadata(arrow.ipc.open_file(source).read_all())
        source.seek(0)
        return _without_metadata(arrow.ipc.open_stream(source).read_all())


def write_arrow(path: Path, value: Value) -> None:
    """A table whose fields are dense vectors of one length, labels first, in Arrow's file format."""
    arrow = _library("pyarrow", path)
    table = _arrow_table(path, value)
    with arrow.OSFile(str(path), "wb") as sink, arrow.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _arrow_table(path: Path, value: Value) -> Any:
    """The columns of a table with their units, where they have one, in the metadata of each."""
    arrow = _library("pyarrow", path)
    columns = _columns(path, value, "arrow")
    units = {name: field.unit for name, field in _vectors(value) if isinstance(field, Tensor) and field.unit}
    described = [
        arrow.field(name, array.type, metadata={UNIT: units[name]} if name in units else None)
        for name, array in columns.items()
    ]
    return arrow.Table.from_arrays(list(columns.values()), schema=arrow.schema(described))


def _without_metadata(table: Any) -> tuple[object, str]:
    """A table without the metadata that values have no place for, and a line that names them."""
    names = {key for key in table.schema.metadata or {} if not key.startswith(DESCRIBING)}
    schema = table.schema.remove_metadata()
    for number, column in enumerate(table.schema):
        known = {key: text for key, text in (column.metadata or {}).items() if key == UNIT}
        names |= {key for key in column.metadata or {} if key != UNIT and not key.startswith(DESCRIBING)}
        schema = schema.set(number, column.remove_metadata().with_metadata(known or None))
    left = ", ".join(sorted(key.decode(errors="replace") for key in names))
    return table.from_arrays(table.columns, schema=schema), f"metadata left out: {left}" if left else ""


def _vectors(value: Value) -> list[tuple[str, Value]]:
    """What becomes columns: the labels of the rows, then the fields."""
    return [*_labels(value), *value.fields] if isinstance(value, Table) else []


def _columns(path: Path, value: Value, form: str) -> dict[str, Any]:
    """The columns of a table as pandas or Arrow has them.

    Raises:
        FileFormatError: It is no table of dense vectors of one length, or the format has no such elements.
    """
    holds = "a table whose fields are dense vectors of one length"
    if not isinstance(value, Table):
        raise cannot_hold(path, f"{holds} (an array: .npy; a sparse matrix: .npz, .mtx)", described(value))
    vectors = _vectors(value)
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
                columns[name] = from_value(replace(field, axes=(), declared=(), unit=""), to=form)
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
