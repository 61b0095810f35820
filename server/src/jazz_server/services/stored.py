"""Pipelines as documents of the store, and what was read of them."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from jazz.v1 import pipelines_pb2 as pb
from jazz_server.kinds.types import Type
from jazz_server.pipelines.graph import Pipeline
from jazz_server.pipelines.messages import type_to_message
from jazz_server.services.times import timestamp
from jazz_server.store import Document

_T = TypeVar("_T")


class Registered(msgspec.Struct, frozen=True):
    """What a bound block was when the pipeline was stored: its version and its type in words."""

    version: int
    type: str


class Content(msgspec.Struct, frozen=True):
    """What a document of a pipeline holds.

    Attributes:
        info: A `PipelineInfo` without name, version and time.
        binds: What the bound blocks were, by input.
    """

    info: bytes
    binds: dict[str, Registered]


_encoder = msgspec.msgpack.Encoder(order="deterministic")
_decoder = msgspec.msgpack.Decoder(Content)


def document_content(
    pipeline: pb.Pipeline,
    binds: Mapping[str, str],
    inputs: Mapping[str, Type],
    outputs: Mapping[str, Type],
    registered: dict[str, Registered],
    *,
    cache_results: bool,
) -> bytes:
    """What is stored of a pipeline."""
    info = pb.PipelineInfo(
        binds=[pb.Bind(input=name, block=block) for name, block in sorted(binds.items())],
        inputs=input_messages(inputs),
        outputs=output_messages(outputs),
        pipeline=pipeline,
        cache_results=cache_results,
    )
    return _encoder.encode(Content(info.SerializeToString(deterministic=True), registered))


def pin_kinds(pipeline: pb.Pipeline, full_name: Callable[[str], str]) -> list[str]:
    """Give the kinds that the inputs of a pipeline name their full names, `space/name@version`; all of these."""
    types = [item.type for graph in (pipeline.graph, *pipeline.graphs) for item in graph.inputs]
    names: list[str] = []
    while types:
        type_ = types.pop()
        types += [field.type for field in type_.table.fields]
        if type_.HasField("kind"):
            type_.kind.name = full_name(type_.kind.name)
            names.append(type_.kind.name)
    return names


def read_content(document: Document) -> Content:
    """What is stored of a pipeline."""
    return _decoder.decode(document.content)


def pipeline_info(document: Document, *, full: bool = False) -> pb.PipelineInfo:
    """What is told of a stored pipeline; with its graph if `full`."""
    info = pb.PipelineInfo.FromString(read_content(document).info)
    if not full:
        info.ClearField("pipeline")
    info.name = str(document.name)
    info.version = document.version
    info.create_time.CopyFrom(timestamp(document.updated_at))
    return info


def input_messages(types: Mapping[str, Type]) -> list[pb.Input]:
    """Inputs with their types."""
    return [pb.Input(name=name, type=type_to_message(type_)) for name, type_ in types.items()]


def output_messages(types: Mapping[str, Type]) -> list[pb.OutputType]:
    """Outputs with their types."""
    return [pb.OutputType(name=name, type=type_to_message(type_)) for name, type_ in types.items()]


@dataclass(frozen=True, slots=True)
class Source:
    """A pipeline that can be run.

    Attributes:
        key: What tells it from all others.
        pipeline: Its graph.
        binds: Its bound inputs and their blocks.
        version: Its version; 0 when it is not stored.
        registered: What the bound blocks were when it was stored.
        cache_results: Whether results are kept.
    """

    key: Hashable
    pipeline: Pipeline
    binds: Mapping[str, str]
    version: int
    registered: Mapping[str, Registered]
    cache_results: bool = False


def inline_key(canonical: bytes) -> bytes:
    """What tells a pipeline that is not stored from others."""
    return hashlib.blake2b(canonical, digest_size=16).digest()


class Recent(Generic[_T]):
    """The values that were used last, as many as `size` allows of which `weigh` says how much each counts."""

    def __init__(self, size: int, weigh: Callable[[_T], int] = lambda _: 1) -> None:
        self._size = size
        self._weigh = weigh
        self._kept: OrderedDict[Hashable, _T] = OrderedDict()
        self._weight = 0

    def get(self, key: Hashable) -> _T | None:
        """A value, if it is still there."""
        value = self._kept.get(key)
        if value is not None:
            self._kept.move_to_end(key)
        return value

    def put(self, key: Hashable, value: _T) -> None:
        """Keep a value, unless it alone is too large."""
        if key in self._kept or self._weigh(value) > self._size:
            return
        self._kept[key] = value
        self._weight += self._weigh(value)
        while self._weight > self._size:
            _, dropped = self._kept.popitem(last=False)
            self._weight -= self._weigh(dropped)
