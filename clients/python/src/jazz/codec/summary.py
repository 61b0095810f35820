"""What a value is, in a line."""

from __future__ import annotations

from jazz.codec.schema import LAYOUTS, data_type
from jazz.v1 import value_pb2 as pb

_FIELDS_SHOWN = 8
_NAME_LIMIT = 40


def summary(header: pb.Value) -> str:
    """What the value of a header that passed `check_header` is, in a line.

    Tables name their first fields, and their rows where all fields have the same first dimension.

    >>> import numpy as np
    >>> from jazz.codec import encode
    >>> from jazz.values import Null, Table, dense
    >>> summary(encode(dense(np.zeros((2, 3), np.float32))).header)
    'float32[2, 3]'
    >>> summary(encode(Table((("a", dense(np.zeros(4))), ("b", Table())))).header)
    'table {a: float64[4], b: table of 0 fields}'
    >>> summary(encode(Null()).header)
    'null'
    """
    if header.WhichOneof("value") != "table":
        return _field(header)
    fields = header.table.fields
    shown = [f"{_short(field.name)}: {_field(field.value)}" for field in fields[:_FIELDS_SHOWN]]
    if len(fields) > _FIELDS_SHOWN:
        shown.append(f"… {len(fields) - _FIELDS_SHOWN} more")
    rows = _rows(header)
    text = f"table {{{', '.join(shown)}}}"
    return text if rows is None else f"{text} {rows} {'row' if rows == 1 else 'rows'}"


def _field(value: pb.Value) -> str:
    match value.WhichOneof("value"):
        case "tensor":
            return _tensor(value.tensor)
        case "table":
            count = len(value.table.fields)
            return f"table of {count} {'field' if count == 1 else 'fields'}"
        case _:
            return "null"


def _tensor(tensor: pb.Tensor) -> str:
    layout = "" if tensor.layout == pb.LAYOUT_DENSE else f" {LAYOUTS[tensor.layout].value}"
    unit = f" in {tensor.unit}" if tensor.unit else ""
    return f"{data_type(tensor.type)}[{', '.join(map(str, tensor.shape))}]{layout}{unit}"


def _rows(header: pb.Value) -> int | None:
    fields = header.table.fields
    if not fields:
        return header.axes[0].length if len(header.axes) == 1 else None
    lengths: set[int] = set()
    for field in fields:
        if not field.value.tensor.shape:
            return None
        lengths.add(field.value.tensor.shape[0])
    return lengths.pop() if len(lengths) == 1 else None


def _short(name: str) -> str:
    return name if len(name) <= _NAME_LIMIT else f"{name[:_NAME_LIMIT]}…"
