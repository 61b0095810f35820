"""Equal steps are computed once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from jazz_server.pipelines.bound import BoundGraph, BoundStep
from jazz_server.pipelines.graph import Argument, Literal, StepRef


def shared(graph: BoundGraph) -> BoundGraph:
    """The graph in which steps of the same operation, arguments and settings as an earlier one are not used.

    Operations have no effects and always give the same answer, so that the earlier one stands for both.
    """
    first: dict[Hashable, int] = {}
    stands_for: list[int] = []
    steps: list[BoundStep] = []
    repeated = False
    for position, step in enumerate(graph.steps):
        moved = tuple(_moved(argument, stands_for) for argument in step.arguments) if repeated else step.arguments
        steps.append(step if moved is step.arguments else replace(step, arguments=moved))
        stands_for.append(first.setdefault(_key(steps[-1]), position))
        repeated = repeated or stands_for[-1] != position
    if not repeated:
        return graph
    outputs = tuple(replace(output, source=_moved(output.source, stands_for)) for output in graph.outputs)
    return replace(graph, steps=tuple(steps), outputs=outputs)


def _moved(argument: Argument, stands_for: list[int]) -> Argument:
    if isinstance(argument, StepRef) and stands_for[argument.step] != argument.step:
        return StepRef(stands_for[argument.step], argument.output)
    return argument


def _key(step: BoundStep) -> Hashable:
    # 1, True and 1.0 are equal in Python, 0.0 and -0.0 are, too; none of them stands for another.
    sources = [(type(a.value), repr(a.value)) if isinstance(a, Literal) else a for a in step.arguments]
    return (step.op, *sources, *map(_setting, step.settings.values()))


def _setting(value: object) -> Hashable:
    if value is None or isinstance(value, bool | int | str):
        return (type(value), value)
    return (type(value), repr(value)) if isinstance(value, float | tuple) else id(value)
