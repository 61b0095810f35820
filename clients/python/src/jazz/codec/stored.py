"""Tensors that lie in a body: their buffers by role."""

from __future__ import annotations

from dataclasses import dataclass

from jazz.codec.readers import RangeReader, StoredArray
from jazz.codec.schema import buffer_types, data_type, stored_count
from jazz.v1 import value_pb2 as pb


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """The buffers of a tensor whose header passed `check_header`, as `jazz.values.Tensor` names them."""

    count: int
    data: StoredArray | None
    offsets: StoredArray | None
    indptr: StoredArray | None
    indices: tuple[StoredArray, ...]
    validity: StoredArray | None


def stored_tensor(tensor: pb.Tensor, body: RangeReader) -> StoredTensor:
    """The buffers of a tensor in a body."""
    types = buffer_types(tensor.index_type, data_type(tensor.type))
    arrays: dict[int, list[StoredArray]] = {role: [] for role in types}
    for buffer in tensor.buffers:
        dtype = types[buffer.role]
        arrays[buffer.role].append(StoredArray(body, buffer.offset, dtype, buffer.length // dtype.itemsize))

    def only(role: pb.BufferRole) -> StoredArray | None:
        return arrays[role][0] if arrays[role] else None

    return StoredTensor(
        stored_count(tensor),
        data=only(pb.BUFFER_ROLE_DATA),
        offsets=only(pb.BUFFER_ROLE_OFFSETS),
        indptr=only(pb.BUFFER_ROLE_INDPTR),
        indices=tuple(arrays[pb.BUFFER_ROLE_INDICES]),
        validity=only(pb.BUFFER_ROLE_VALIDITY),
    )
