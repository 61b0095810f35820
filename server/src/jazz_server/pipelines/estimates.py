"""About how much work the steps of a pipeline are, before they run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from jazz_server.engine.op import Cost, CostSettings, Size
from jazz_server.engine.sizes import estimated, size_of, size_of_type
from jazz_server.kinds.types import Type
from jazz_server.pipelines.body import Body
from jazz_server.pipelines.bound import BoundGraph, BoundStep
from jazz_server.pipelines.graph import Argument, ConstantRef, InputRef, StepRef
from jazz_server.pipelines.typing import StepTypes, Typing

UNKNOWN: Final = Cost(math.nan, math.nan)
"""The cost of a step of whose values not enough is known."""

_Sizes = Sequence[Size | None]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is known of one step before it runs: its cost, and the bytes that the library it calls takes at most."""

    cost: Cost = UNKNOWN
    library_bytes: float = math.nan


NOTHING_KNOWN: Final = Estimate()


@dataclass(frozen=True, slots=True)
class Estimates:
    """What is known of all steps: of the graph by position, of those in sub-graphs (one turn of them) by path."""

    steps: Sequence[Estimate]
    inner: Mapping[str, Sequence[Estimate]]


def estimates(graph: BoundGraph, typing: Typing, sizes: Mapping[str, Size]) -> Estimates:
    """The estimates of a typed graph.

    Args:
        graph: The graph, before any pass.
        typing: Its types.
        sizes: The sizes of values of inputs, where they are known; the types say the rest.
    """
    inputs = [
        _input_size(sizes.get(item.name), type_) for item, type_ in zip(graph.inputs, typing.arguments, strict=True)
    ]
    found = _Estimating(typing.bodies)
    return Estimates(found.graph(graph, typing.steps, inputs, ""), found.inner)


def _input_size(known: Size | None, seen: Type) -> Size | None:
    """The size of an input in the layout that steps see: of a sparse one, the entries are those of the value."""
    return size_of_type(seen, known.stored if known is not None and known.sparse else math.nan)


@dataclass(slots=True)
class _Estimating:
    bodies: Mapping[str, StepTypes]
    inner: dict[str, Sequence[Estimate]] = field(default_factory=dict)

    def graph(self, graph: BoundGraph, types: StepTypes, inputs: _Sizes, path: str) -> Sequence[Estimate]:
        """The estimates of the steps of a graph, for the sizes of its inputs."""
        found: list[Estimate] = []
        made: list[_Sizes] = []

        def size(source: Argument) -> Size | None:
            match source:
                case InputRef():
                    return inputs[source.input]
                case StepRef():
                    return made[source.step][source.output]
                case ConstantRef():
                    return size_of(graph.constants[source.constant])
                case _:
                    return size_of(source.value)

        for step, outputs in zip(graph.steps, types, strict=True):
            arguments = [size(argument) for argument in step.arguments]
            settings = self._settings(step, arguments, path)
            cost, results = estimated(step.op, arguments, settings, outputs)
            found.append(Estimate(cost, _library_bytes(step, arguments)))
            made.append(results)
        return found

    def _settings(self, step: BoundStep, arguments: _Sizes, path: str) -> CostSettings:
        """The settings of a step, with what running them once costs in the place of sub-graphs."""
        settings: dict[str, object] = dict(step.settings)
        for name, value in step.settings.items():
            if isinstance(value, Body):
                inner = f"{path}{step.name}.{name}"
                # What a sub-graph takes are the last arguments: all of a loop's, all but the predicate of a choice.
                taken = arguments[len(arguments) - value.arity :]
                self.inner[inner] = self.graph(value.graph, self.bodies[inner], taken, f"{inner}.")
                used = value.graph.used()
                settings[name] = total(e.cost for n, e in enumerate(self.inner[inner]) if n in used)
        return settings  # type: ignore[return-value]


def total(costs: Iterable[Cost]) -> Cost:
    """The sum of costs; not known when one is not."""
    every = list(costs)
    return Cost(sum(cost.flops for cost in every), sum(cost.bytes or 0 for cost in every))


def _library_bytes(step: BoundStep, arguments: _Sizes) -> float:
    given = [size for size in arguments if size is not None]
    if step.op.host is None or len(given) < len(arguments):
        return math.nan
    return step.op.host.memory(given, step.settings)
