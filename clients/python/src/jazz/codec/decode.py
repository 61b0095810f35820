"""Headers and bodies to values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from jazz.codec.readers import Buffer
from jazz.codec.schema import INDEX_TYPES, LAYOUTS, ORDERS, data_type
from jazz.v1 import value_pb2 as pb
from jazz.values import Axis, Null, Order, Table, Tensor, Value

_INT64 = np.dtype("<i8")
_BYTE = np.dtype("u1")


def decode(header: pb.Value, body: Buffer) -> Value:
    """The value of a header that passed `check_header`; its arrays are views of `body`.

    They can be written to if and only if `body` can, keep it alive, and are aligned as it is.

    >>> import numpy as np
    >>> from jazz.codec import encode
    >>> from jazz.values import dense
    >>> encoded = encode(dense(np.arange(3)))
    >>> decode(encoded.header, encoded.body()).array()
    array([0, 1, 2])
    """
    return _value(header, np.frombuffer(body, np.uint8))


def _value(message: pb.Value, body: np.ndarray[Any, Any]) -> Value:
    declared = tuple(_axis(axis, body) for axis in message.axes)
    match message.WhichOneof("value"):
        case "tensor":
            return _tensor(message.tensor, body, declared)
        case "table":
            fields = tuple((field.name, _value(field.value, body)) for field in message.table.fields)
            return Table(fields, declared)
        case _:
            return Null()


def _axis(message: pb.Axis, body: np.ndarray[Any, Any]) -> Axis:
    labels = _tensor(message.labels, body) if message.HasField("labels") else None
    return Axis(message.name, message.length, labels)


def _tensor(message: pb.Tensor, body: np.ndarray[Any, Any], declared: Iterable[Axis] = ()) -> Tensor:
    dtype = data_type(message.type)
    index = INDEX_TYPES.get(message.index_type, _INT64)
    types = {
        pb.BUFFER_ROLE_INDPTR: index,
        pb.BUFFER_ROLE_INDICES: index,
        pb.BUFFER_ROLE_OFFSETS: _INT64,
        pb.BUFFER_ROLE_DATA: dtype.storage,
        pb.BUFFER_ROLE_VALIDITY: _BYTE,
    }
    arrays: dict[int, list[np.ndarray[Any, Any]]] = {role: [] for role in types}
    for buffer in message.buffers:
        array = body[buffer.offset : buffer.offset + buffer.length].view(types[buffer.role])
        arrays[buffer.role].append(array)

    def only(role: pb.BufferRole) -> np.ndarray[Any, Any] | None:
        return arrays[role][0] if arrays[role] else None

    return Tensor(
        dtype,
        tuple(message.shape),
        layout=LAYOUTS[message.layout],
        order=ORDERS.get(message.order, Order.C),
        data=only(pb.BUFFER_ROLE_DATA),
        offsets=only(pb.BUFFER_ROLE_OFFSETS),
        indptr=only(pb.BUFFER_ROLE_INDPTR),
        indices=tuple(arrays[pb.BUFFER_ROLE_INDICES]),
        validity=only(pb.BUFFER_ROLE_VALIDITY),
        categories=_tensor(message.categories, body) if message.HasField("categories") else None,
        axes=tuple(message.axes),
        fill=message.fill,
        declared=tuple(declared),
        unit=message.unit,
    )
