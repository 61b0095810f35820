"""The steps of called pipelines in the place of the calls, so that all other passes see one graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from jazz.values import Value
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, TensorType, Type
from jazz_server.pipelines.body import Body
from jazz_server.pipelines.bound import BoundGraph, BoundStep
from jazz_server.pipelines.graph import Argument, ConstantRef, InputRef, Literal, StepRef
from jazz_server.pipelines.scalars import scalar_type, scalar_value
from jazz_server.pipelines.typing import StepTypes, Typing

_MOST_STEPS: Final = 4096
"""A graph that would have more steps keeps its calls: what is called a thousand times is compiled once, then."""

_Made: TypeAlias = int | Sequence[Argument]
"""What became of a step: its position, or, of a call that is gone, where its results come from."""


def written_out(graph: BoundGraph, typing: Typing) -> tuple[BoundGraph, Typing]:
    """The graph without calls, and its types; the same ones when there is no call or too much would come of it.

    Steps of what is called have the names by which errors call them, such as "steps[3] call.pipeline.steps[0] add", and
    numbers such as "3/0". A call stays where an input asks for another layout than it is given, as nothing converts it,
    and in the bodies of loops and choices, which are programs of their own.
    """
    if not any(map(_body, graph.steps)) or _count(graph) > _MOST_STEPS:
        return graph, typing
    writing = _Writing(graph, typing)
    inputs = [InputRef(position) for position in range(len(graph.inputs))]
    made = writing.write(graph, typing.steps, inputs, "", "")
    outputs = tuple(replace(output, source=_moved(output.source, inputs, made)) for output in graph.outputs)
    written = BoundGraph(graph.inputs, tuple(writing.steps), outputs, tuple(writing.constants), tuple(writing.numbers))
    return written, replace(typing, steps=tuple(writing.types))


def _body(step: BoundStep) -> Body | None:
    """What a call calls."""
    body = step.settings.get("pipeline") if step.op.name == "call" else None
    return body if isinstance(body, Body) else None


def _count(graph: BoundGraph) -> int:
    """How many steps it has with those of what it calls; no more of them are counted than are too many."""
    count = len(graph.steps)
    for step in graph.steps:
        body = _body(step)
        if body is not None and count <= _MOST_STEPS:
            count += _count(body.graph)
    return count


class _Writing:
    """A graph that is being written, step by step."""

    def __init__(self, graph: BoundGraph, typing: Typing) -> None:
        self.steps: list[BoundStep] = []
        self.types: list[tuple[Type, ...]] = []
        self.numbers: list[str] = []
        self.constants: list[Value] = list(graph.constants)
        self._typing = typing

    def write(
        self, graph: BoundGraph, types: StepTypes, inputs: Sequence[Argument], path: str, number: str
    ) -> list[_Made]:
        """Writes the steps of a graph whose inputs come from `inputs`; what became of them."""
        made: list[_Made] = []
        for position, (step, found) in enumerate(zip(graph.steps, types, strict=True)):
            arguments = [_moved(argument, inputs, made) for argument in step.arguments]
            name, own = f"{path}{step.name}", f"{number}{position}"
            body = _body(step)
            if body is not None and self._is_taken(body, arguments):
                inner = f"{name}.{body.name}"
                given = [self._alone(argument) for argument in arguments]
                parts = self.write(body.graph, self._typing.bodies[inner], given, f"{inner}.", f"{own}/")
                made.append([self._alone(_moved(o.source, given, parts)) for o in body.graph.outputs])
                continue
            made.append(len(self.steps))
            self.steps.append(replace(step, name=name, arguments=tuple(arguments)))
            self.types.append(found)
            self.numbers.append(own)
        return made

    def _is_taken(self, body: Body, arguments: Sequence[Argument]) -> bool:
        """Whether a called graph takes its arguments as they are."""
        return all(self._fits(item.type, argument) for item, argument in zip(body.graph.inputs, arguments, strict=True))

    def _fits(self, declared: Type, argument: Argument) -> bool:
        if isinstance(argument, Literal) and isinstance(argument.value, str):
            return False
        if not isinstance(declared, TensorType) or not declared.layouts:
            return isinstance(declared, AnyType | TensorType)
        has = self._type(argument)
        return isinstance(has, TensorType) and bool(has.layouts) and set(has.layouts) <= set(declared.layouts)

    def _type(self, argument: Argument) -> Type:
        if isinstance(argument, StepRef):
            return self.types[argument.step][argument.output]
        if isinstance(argument, InputRef):
            return self._typing.arguments[argument.input]
        if isinstance(argument, ConstantRef):
            return type_of(self.constants[argument.constant])
        return scalar_type(argument.value)

    def _alone(self, argument: Argument) -> Argument:
        """An argument as what is called sees it, where a literal is a tensor."""
        if not isinstance(argument, Literal):
            return argument
        self.constants.append(scalar_value(argument.value))
        return ConstantRef(len(self.constants) - 1)


def _moved(argument: Argument, inputs: Sequence[Argument], made: Sequence[_Made]) -> Argument:
    """Where an argument comes from in the graph that is written."""
    if isinstance(argument, InputRef):
        return inputs[argument.input]
    if isinstance(argument, StepRef):
        became = made[argument.step]
        return StepRef(became, argument.output) if isinstance(became, int) else became[argument.output]
    return argument
