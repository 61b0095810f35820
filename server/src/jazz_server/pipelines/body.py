"""Sub-graphs as settings of operations, and the binding of a pipeline's steps to their operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from jazz.values import Value
from jazz_server.engine.memory import room_left
from jazz_server.engine.op import Inference, Op, Run, Setting
from jazz_server.engine.watching import inside
from jazz_server.kinds.types import AnyType, Type
from jazz_server.pipelines.bound import BoundGraph, BoundStep
from jazz_server.pipelines.check import step_name
from jazz_server.pipelines.errors import RunError
from jazz_server.pipelines.execution import Schedule
from jazz_server.pipelines.graph import Graph, GraphRef, Pipeline, Step
from jazz_server.pipelines.inference import StepInference, declared_types, infer_arguments, infer_graph


@dataclass(frozen=True)
class Body:
    """A sub-graph that is the setting `name` of an operation."""

    name: str
    graph: BoundGraph

    @property
    def arity(self) -> int:
        """How many values it takes."""
        return len(self.graph.inputs)

    @property
    def outputs(self) -> int:
        """How many values it gives."""
        return len(self.graph.outputs)

    def infer(self, inference: Inference, arguments: Sequence[Type]) -> tuple[Type, ...]:
        """The types of its outputs; mismatches inside are noted with the names of its own steps."""
        if not isinstance(inference, StepInference):
            raise TypeError(f"a sub-graph is typed within a pipeline, not by {type(inference).__name__}")
        unknown = (AnyType(),) * self.outputs
        if len(arguments) != self.arity:
            inference.mismatch(self.name, f"a graph of {len(arguments)} inputs", f"one of {self.arity}")
            return unknown
        session = inference.session
        path = f"{inference.name}.{self.name}."
        # Rules of loops type their bodies until the types stay the same: exponentially often for loops in loops.
        arguments = [a if isinstance(a, bool | int | float | str) else session.resolved(a) for a in arguments]
        key = (path, *((type(a), a) for a in arguments))
        if key in session.typed_bodies:
            return tuple(map(session.resolved, session.typed_bodies[key]))
        outputs = session.typed_bodies[key] = self._infer(inference, arguments, path, unknown)
        return outputs

    def _infer(
        self, inference: StepInference, arguments: Sequence[Type], path: str, unknown: tuple[Type, ...]
    ) -> tuple[Type, ...]:
        session = inference.session
        known = len(session.violations)
        declared = declared_types(session, self.graph, path, shared=False)
        seen = infer_arguments(session, self.graph, declared, arguments, path, computed=True)
        types = infer_graph(session, self.graph, seen, path)
        session.bodies[path[:-1]] = types.steps
        if len(session.violations) > known:
            inference.faulty = True
            return unknown
        return types.outputs

    def run(self, run: Run, arguments: Sequence[Value]) -> tuple[Value, ...]:
        """Its outputs."""
        try:
            with inside(self.name):
                return self.schedule.run(run, arguments, room_left())
        except RunError as error:
            raise error.within(self.name) from error

    @cached_property
    def schedule(self) -> Schedule:
        """The order in which it runs."""
        return Schedule(self.graph)


def bind(pipeline: Pipeline, ops: Mapping[str, Op]) -> BoundGraph:
    """The graph of a well-formed pipeline, its steps bound to their operations and sub-graphs."""
    graphs: list[BoundGraph] = []
    for graph in (*pipeline.graphs, pipeline.graph):
        graphs.append(_bind_graph(graph, pipeline, ops, graphs))
    return graphs[-1]


def _bind_graph(graph: Graph, pipeline: Pipeline, ops: Mapping[str, Op], graphs: Sequence[BoundGraph]) -> BoundGraph:
    steps = tuple(
        BoundStep(step_name(position, step), ops[step.op], step.arguments, _settings(step, ops[step.op], graphs))
        for position, step in enumerate(graph.steps)
    )
    return BoundGraph(graph.inputs, steps, graph.outputs, pipeline.constants)


@cache
def _defaults(op: Op) -> Mapping[str, Setting]:
    return {p.name: p.default for p in op.parameters}  # type: ignore[misc]


def _settings(step: Step, op: Op, graphs: Sequence[BoundGraph]) -> dict[str, Setting]:
    settings = dict(_defaults(op))
    for name, value in step.parameters:
        settings[name] = Body(name, graphs[value.graph]) if isinstance(value, GraphRef) else value
    return settings
