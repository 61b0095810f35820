"""What is done on the event loop, since handing it to a thread would take longer: small pipelines of plain types."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Final

from jazz.v1 import kinds_pb2
from jazz.v1 import pipelines_pb2 as pb
from jazz_server.kinds.types import AnyType, TensorType, Type
from jazz_server.pipelines.graph import Pipeline

_MOST_STEPS: Final = 32
"""So many steps are read, or typed, in about a millisecond."""

_MOST_CONSTANT_BYTES: Final = 64 * 1024


def is_read_at_once(message: pb.Pipeline) -> bool:
    """Whether a pipeline is read and checked in about a millisecond: no unit is looked at, which may take a second."""
    return (
        len(message.graph.steps) <= _MOST_STEPS
        and not message.graphs
        and all(_has_plain_type(item.type) for item in message.graph.inputs)
        and sum(len(constant.body) for constant in message.constants) <= _MOST_CONSTANT_BYTES
    )


def is_typed_at_once(pipeline: Pipeline, given: Iterable[Type]) -> bool:
    """Whether a pipeline is typed in about a millisecond for values of these types, see `is_read_at_once`."""
    types = chain((item.type for item in pipeline.graph.inputs), given)
    return len(pipeline.graph.steps) <= _MOST_STEPS and not pipeline.graphs and all(map(_is_plain, types))


def _has_plain_type(message: kinds_pb2.Type) -> bool:
    which = message.WhichOneof("type")
    return which == "any" or (which == "tensor" and not message.tensor.unit)


def _is_plain(type_: Type) -> bool:
    return isinstance(type_, AnyType) or (isinstance(type_, TensorType) and not type_.unit)
