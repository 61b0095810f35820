"""What the server tells of the steps of a pipeline, before they run and after."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from jazz._pickling import Record
from jazz.v1 import kinds_pb2, pipelines_pb2


@dataclass(frozen=True, slots=True)
class StepProfile:
    """What a step took in a run.

    Attributes:
        calls: How many times it ran: in each turn of the loop that it is inside of, or for each part of the rows.
        seconds: How long that took, what is inside of it included.
        bytes_read: What its arguments took in memory, summed over the calls.
        bytes_written: What its results took in memory.
        rows_pruned: How many rows needed not be computed.
        chosen: What was chosen in it and why: kernels, layouts.
    """

    calls: int
    seconds: float
    bytes_read: int
    bytes_written: int
    rows_pruned: int
    chosen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepInfo:
    """What is known of one step of a pipeline.

    Attributes:
        op: The operation.
        op_version: Its version.
        outputs: The types of its outputs.
        note: What is done and why, in a line.
        position: Its position in its graph; None for what is done to an input before.
        arguments: What it works on, and settings that are not at their defaults, in words.
        depth: How many sub-graphs it is inside of.
        library: The library that it runs inside of; None for machine code.
        library_bytes: The bytes that the library takes at most; None when sizes are not known.
        flops: About how many operations on numbers it is; None when sizes are not known.
        bytes: About how many bytes it reads and writes; None when sizes are not known.
        profile: What it took; None before a run.
    """

    op: str
    op_version: int
    outputs: tuple[kinds_pb2.Type, ...]
    note: str
    position: int | None = None
    arguments: str = ""
    depth: int = 0
    library: str | None = None
    library_bytes: float | None = None
    flops: float | None = None
    bytes: float | None = None
    profile: StepProfile | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(Record):
    """How a pipeline would run, or ran. Its text is what it prints as.

    Attributes:
        inputs: The inputs that a run must give, and their types.
        outputs: The outputs and their types.
        steps: The steps in the order in which they run.
        text: All of it as text.
        flops: About how many operations on numbers all steps are whose sizes are known.
        bytes: About how many bytes they read and write.
    """

    inputs: Mapping[str, kinds_pb2.Type]
    outputs: Mapping[str, kinds_pb2.Type]
    steps: tuple[StepInfo, ...]
    text: str
    flops: float = 0
    bytes: float = 0

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text)}</pre>"


def explanation(message: pipelines_pb2.Explanation) -> Explanation:
    """From the message."""
    return Explanation(
        inputs=MappingProxyType({entry.name: entry.type for entry in message.inputs}),
        outputs=MappingProxyType({entry.name: entry.type for entry in message.outputs}),
        steps=tuple(map(_step, message.steps)),
        text=message.text,
        flops=message.flops,
        bytes=message.bytes,
    )


def _step(message: pipelines_pb2.StepExplanation) -> StepInfo:
    return StepInfo(
        op=message.op,
        op_version=message.op_version,
        outputs=tuple(message.outputs),
        note=message.note,
        position=message.position if message.HasField("position") else None,
        arguments=message.arguments,
        depth=message.depth,
        library=message.library or None,
        library_bytes=message.library_bytes if message.HasField("library_bytes") else None,
        flops=message.flops if message.HasField("flops") else None,
        bytes=message.bytes if message.HasField("bytes") else None,
        profile=_profile(message.profile) if message.HasField("profile") else None,
    )


def _profile(message: pipelines_pb2.StepProfile) -> StepProfile:
    return StepProfile(
        calls=message.calls,
        seconds=message.nanoseconds / 1e9,
        bytes_read=message.bytes_read,
        bytes_written=message.bytes_written,
        rows_pruned=message.rows_pruned,
        chosen=tuple(message.chosen),
    )
