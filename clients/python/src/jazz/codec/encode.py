"""Values to headers and bodies."""

from __future__ import annotations

from jazz.codec.encoded import BodyPlan, Encoded, from_array
from jazz.codec.schema import LAYOUT_NUMBERS, ORDER_NUMBERS, index_type_number, write_data_type
from jazz.v1 import value_pb2 as pb
from jazz.values import Axis, Layout, Table, Tensor, Value


def encode(value: Value) -> Encoded:
    """The header and the body of a value; no array is copied.

    >>> import numpy as np
    >>> from jazz.values import dense
    >>> encoded = encode(dense(np.arange(3, dtype=np.int16)))
    >>> encoded.body_bytes, encoded.body()
    (6, b'\\x00\\x00\\x01\\x00\\x02\\x00')
    """
    header = pb.Value()
    plan = BodyPlan()
    _write_value(value, header, plan)
    return plan.encoded(header)


def _write_value(value: Value, message: pb.Value, plan: BodyPlan) -> None:
    if isinstance(value, Tensor):
        _write_axes(value.declared, message, plan)
        message.tensor.SetInParent()
        _write_tensor(value, message.tensor, plan)
    elif isinstance(value, Table):
        _write_axes(value.declared, message, plan)
        message.table.SetInParent()
        for name, content in value.fields:
            field = message.table.fields.add(name=name)
            _write_value(content, field.value, plan)
    else:
        message.null.SetInParent()


def _write_axes(axes: tuple[Axis, ...], message: pb.Value, plan: BodyPlan) -> None:
    for axis in axes:
        written = message.axes.add(name=axis.name, length=axis.length)
        if axis.labels is not None:
            _write_tensor(axis.labels, written.labels, plan)


def _write_tensor(tensor: Tensor, message: pb.Tensor, plan: BodyPlan) -> None:
    write_data_type(tensor.dtype, message.type)
    message.shape.extend(tensor.shape)
    message.layout = LAYOUT_NUMBERS[tensor.layout]  # type: ignore[assignment]
    if tensor.layout is Layout.DENSE:
        message.order = ORDER_NUMBERS[tensor.order]  # type: ignore[assignment]
    else:
        message.index_type = index_type_number(tensor.indices[0].dtype)  # type: ignore[assignment]
        message.stored_entries = tensor.stored
        message.pattern = tensor.data is None
        message.fill = tensor.fill
    message.missing_entries = tensor.missing
    message.axes.extend(tensor.axes)
    message.unit = tensor.unit
    if tensor.indptr is not None:
        plan.add(message, pb.BUFFER_ROLE_INDPTR, from_array(tensor.indptr))
    for indices in tensor.indices:
        plan.add(message, pb.BUFFER_ROLE_INDICES, from_array(indices))
    if tensor.offsets is not None:
        plan.add(message, pb.BUFFER_ROLE_OFFSETS, from_array(tensor.offsets))
    if tensor.data is not None:
        plan.add(message, pb.BUFFER_ROLE_DATA, from_array(tensor.data))
    if tensor.validity is not None and message.missing_entries:
        plan.add(message, pb.BUFFER_ROLE_VALIDITY, from_array(tensor.validity))
    if tensor.categories is not None:
        _write_tensor(tensor.categories, message.categories, plan)
