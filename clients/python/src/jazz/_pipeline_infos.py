"""What the server tells of pipelines and runs."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from jazz import _show
from jazz._explanations import Explanation
from jazz._pickling import Record
from jazz._times import from_timestamp
from jazz.graph import Pipeline
from jazz.v1 import kinds_pb2, pipelines_pb2


@dataclass(frozen=True, slots=True, repr=False)
class PipelineInfo(Record):
    """A stored pipeline.

    Attributes:
        name: `space/name`.
        version: Its version.
        created: When this version was stored.
        binds: Inputs that are taken from stored blocks, and the blocks' names.
        inputs: The inputs that a run must give, and their types as far as the graph decides them.
        outputs: The outputs and their types as far as the graph decides them.
        cache_results: Whether results are kept for runs on the same inputs.
        pipeline: The pipeline itself, which prints as its steps; only from `db.pipelines.get`.
    """

    name: str
    version: int
    created: datetime.datetime
    binds: Mapping[str, str]
    inputs: Mapping[str, kinds_pb2.Type]
    outputs: Mapping[str, kinds_pb2.Type]
    cache_results: bool = False
    pipeline: Pipeline | None = field(default=None, compare=False)

    @property
    def signature(self) -> str:
        """Inputs and outputs with their types, in a line."""
        return f"({_typed(self.inputs)}) -> ({_typed(self.outputs)})"

    def __repr__(self) -> str:
        bound = f", {_show.sources(self.binds)}" if self.binds else ""
        return f"<PipelineInfo {self.name}@{self.version}: {self.signature}{bound}>"

    def _repr_html_(self) -> str:
        rows: list[tuple[str, object]] = [("version", self.version), ("created", _show.moment(self.created))]
        rows.extend((f"input {name}", _show.type_text(kind)) for name, kind in self.inputs.items())
        rows.extend((f"bound {name}", block) for name, block in self.binds.items())
        rows.extend((f"output {name}", _show.type_text(kind)) for name, kind in self.outputs.items())
        return _show.html_table(self.name, rows)


def _typed(types: Mapping[str, kinds_pb2.Type]) -> str:
    return ", ".join(f"{name}: {_show.type_text(kind)}" for name, kind in types.items())


def pipeline_info(message: pipelines_pb2.PipelineInfo) -> PipelineInfo:
    """From the message."""
    return PipelineInfo(
        name=message.name,
        version=message.version,
        created=from_timestamp(message.create_time),
        binds=MappingProxyType({bind.input: bind.block for bind in message.binds}),
        inputs=MappingProxyType({entry.name: entry.type for entry in message.inputs}),
        outputs=MappingProxyType({entry.name: entry.type for entry in message.outputs}),
        cache_results=message.cache_results,
        pipeline=Pipeline.from_message(message.pipeline, message.name) if message.HasField("pipeline") else None,
    )


@dataclass(frozen=True, slots=True)
class RunResult(Record):
    """What a run gave, and what it used.

    Attributes:
        value: The output, or `Outputs` when there are several; a `BlockInfo` for an output that was stored.
        used_versions: For each input that came from a stored block: `space/name@version`.
        pipeline_version: The version of the pipeline that ran; None when it is not a stored one.
        compute_seconds: How long the computing took; 0 when nothing was computed.
        runs_together: How many runs on a few rows each, this one included, were computed as one; 0 when the result had
            been kept.
        profile: What each step took, if that was asked for; prints as text.
    """

    value: Any
    used_versions: Mapping[str, str]
    pipeline_version: int | None
    compute_seconds: float
    runs_together: int = 1
    profile: Explanation | None = None

    def _repr_html_(self) -> str:
        return _show.html_table(
            "run",
            [
                ("pipeline version", self.pipeline_version),
                ("computed in", f"{self.compute_seconds * 1e3:.3g} ms"),
                ("blocks", _show.sources(self.used_versions)),
            ],
        )
