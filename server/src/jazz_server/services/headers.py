"""The type that the header of a value describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jazz.codec.errors import quoted
from jazz.codec.schema import LAYOUTS, data_type
from jazz.errors import Violation
from jazz.v1 import value_pb2
from jazz_server.kinds.match import fill_of
from jazz_server.kinds.suggestions import Suggestions
from jazz_server.kinds.types import FieldType, NullType, TableType, TensorType, Type
from jazz_server.kinds.units import unknown

SMALL_HEADER: Final = 1 << 12
"""What is known of headers of so many bytes is kept: the same ones come again and again."""


def header_type(header: value_pb2.Value) -> Type:
    """The exact type of the value that a checked header describes, as `jazz_server.kinds.match.type_of` gives it."""
    which = header.WhichOneof("value")
    if which == "table":
        fields = tuple(FieldType(field.name, header_type(field.value)) for field in header.table.fields)
        return TableType(fields, closed=True)
    if which == "tensor":
        return _tensor_type(header.tensor)
    return NullType()


def _tensor_type(tensor: value_pb2.Tensor) -> Type:
    dtype, layout = data_type(tensor.type), LAYOUTS[tensor.layout]
    missing, fill = tensor.missing_entries > 0, fill_of(tensor.fill, dtype)
    return TensorType((dtype,), tuple(tensor.shape), (layout,), nullable=missing, unit=tensor.unit, fill=fill)


def has_units(header: value_pb2.Value) -> bool:
    """Whether a header names any unit."""
    return any(_units(header, "value"))


def wrong_units(header: value_pb2.Value) -> list[Violation]:
    """The texts in a header that should be units and are none: to be called in the thread for checks."""
    suggestions = Suggestions()
    checked = [(where, unknown(unit, suggestions)) for where, unit in _units(header, "value")]
    return [
        Violation(where, "a unit in pint's vocabulary, such as m or kg/m**3", wrong)
        for where, wrong in checked
        if wrong
    ]


def _units(value: value_pb2.Value, path: str) -> Iterator[tuple[str, str]]:
    """Where units are, and what they are."""
    tensors = [(axis.labels, f"{path}.axes[{number}].labels") for number, axis in enumerate(value.axes)]
    for tensor, where in [*tensors, (value.tensor, path)]:
        if tensor.unit:
            yield f"{where}.unit", tensor.unit
    for field in value.table.fields:
        yield from _units(field.value, f"{path}[{quoted(field.name)}]")


def body_end(header: value_pb2.Value) -> int:
    """Where the last buffer of a value ends: the length of its body."""
    ends = [0, *(_tensor_end(axis.labels) for axis in header.axes)]
    if header.HasField("tensor"):
        ends.append(_tensor_end(header.tensor))
    ends.extend(body_end(field.value) for field in header.table.fields)
    return max(ends)


def _tensor_end(tensor: value_pb2.Tensor) -> int:
    own = max((buffer.offset + buffer.length for buffer in tensor.buffers), default=0)
    return max(own, _tensor_end(tensor.categories)) if tensor.HasField("categories") else own
