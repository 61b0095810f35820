"""Headers and bodies to values."""

from __future__ import annotations

from typing import Any

import numpy as np

from jazz.codec.readers import Buffer
from jazz.codec.schema import LAYOUTS, ORDERS, buffer_types, data_type
from jazz.v1 import value_pb2 as pb
from jazz.values import Axis, Null, Order, Table, Tensor, Value


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


def _tensor(message: pb.Tensor, body: np.ndarray[Any, Any], declared: tuple[Axis, ...] = ()) -> Tensor:
    dtype = data_type(message.type)
    types = buffer_types(message.index_type, dtype)
    arrays: dict[int, list[np.ndarray[Any, Any]]] = {}
    for buffer in message.buffers:
        role, offset = buffer.role, buffer.offset
        arrays.setdefault(role, []).append(body[offset : offset + buffer.length].view(types[role]))

    def only(role: pb.BufferRole) -> np.ndarray[Any, Any] | None:
        return arrays[role][0] if role in arrays else None

    return Tensor(
        dtype,
        tuple(message.shape),
        layout=LAYOUTS[message.layout],
        order=ORDERS.get(message.order, Order.C),
        data=only(pb.BUFFER_ROLE_DATA),
        offsets=only(pb.BUFFER_ROLE_OFFSETS),
        indptr=only(pb.BUFFER_ROLE_INDPTR),
        indices=tuple(arrays.get(pb.BUFFER_ROLE_INDICES, ())),
        validity=only(pb.BUFFER_ROLE_VALIDITY),
        categories=_tensor(message.categories, body) if message.HasField("categories") else None,
        axes=tuple(message.axes),
        fill=message.fill,
        declared=declared,
        unit=message.unit,
    )
